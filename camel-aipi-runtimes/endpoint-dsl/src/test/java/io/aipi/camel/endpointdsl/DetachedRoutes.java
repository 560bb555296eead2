/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.endpointdsl;

// tag::routes[]
import static io.aipi.camel.endpointdsl.StaticEndpointBuilders.aipi;

import org.apache.camel.builder.RouteBuilder;

/** Any route builder: a static import is enough. */
public class DetachedRoutes extends RouteBuilder {

    @Override
    public void configure() {
        from("direct:submit").to(aipi("llama2_chat").waitForResult(false));

        from(aipi("llama2_chat").concurrentConsumers(2).consumeProgress(false)).to("seda:answers");

        from("direct:any").toD(aipi("${header.model}").lazyLogin(true));
    }
}
// end::routes[]
