/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
/**
 * The type-safe builder of {@code aipi:} endpoints, for Camel's endpoint DSL; all but this file is generated from the
 * component's catalog entry.
 *
 * <p>A route builder that extends {@link org.apache.camel.builder.endpoint.EndpointRouteBuilder} implements {@link
 * io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AipiBuilders}, and has {@code aipi(...)} beside Camel's own; any
 * other code imports {@link io.aipi.camel.endpointdsl.StaticEndpointBuilders#aipi(String)}.
 */
package io.aipi.camel.endpointdsl;
