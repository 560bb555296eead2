/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import org.apache.camel.spring.boot.util.ConditionalOnHierarchicalProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Keeps the component's secrets out of Actuator's answers, where Actuator is there. */
@AutoConfiguration
@ConditionalOnClass(SanitizingFunction.class)
@ConditionalOnHierarchicalProperties({"camel.component", "camel.component.aipi"})
public class AipiSanitizerAutoConfiguration {

    /** For Spring. */
    public AipiSanitizerAutoConfiguration() {}

    /** Takes part only where the application shows values at all; by default Spring Boot shows none. */
    @Bean
    SanitizingFunction aipiSanitizingFunction(ObjectProvider<AipiComponentConfiguration> properties) {
        return new SecretSanitizer(properties);
    }
}
