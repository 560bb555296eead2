/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.apache.camel.spring.boot.util.ConditionalOnHierarchicalProperties;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Meters of the component's endpoints, where Micrometer is there; Spring Boot binds them to its registries. */
@AutoConfiguration(before = CamelAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnHierarchicalProperties({"camel.component", "camel.component.aipi"})
public class AipiMetricsAutoConfiguration {

    /** For Spring. */
    public AipiMetricsAutoConfiguration() {}

    /** Found by Camel, as every lifecycle strategy among the beans is, and by Spring Boot, as every meter binder is. */
    @Bean
    AipiMeters aipiMeters() {
        return new AipiMeters();
    }
}
