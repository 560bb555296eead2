/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import io.aipi.camel.AipiComponent;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.apache.camel.spring.boot.ComponentConfigurationProperties;
import org.apache.camel.spring.boot.util.CamelPropertiesHelper;
import org.apache.camel.spring.boot.util.ConditionalOnCamelContextAndAutoConfigurationBeans;
import org.apache.camel.spring.boot.util.ConditionalOnHierarchicalProperties;
import org.apache.camel.spring.boot.util.HierarchicalPropertiesEvaluator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * Sets what {@code camel.component.aipi.*} says on the component when Camel makes it. Options that are not set keep what
 * the component has: its defaults, or what the application has set in code.
 */
@AutoConfiguration(after = CamelAutoConfiguration.class)
@Conditional(ConditionalOnCamelContextAndAutoConfigurationBeans.class)
@ConditionalOnHierarchicalProperties({"camel.component", "camel.component.aipi"})
@EnableConfigurationProperties({ComponentConfigurationProperties.class, AipiComponentConfiguration.class})
public class AipiComponentAutoConfiguration {

    /** For Spring. */
    public AipiComponentAutoConfiguration() {}

    /** Lazy, as Camel's own are: Camel asks for it when it makes the component. */
    @Lazy
    @Bean
    ComponentCustomizer aipiComponentCustomizer(
            CamelContext context, AipiComponentConfiguration properties, Environment environment) {
        return new PropertiesCustomizer(context, properties, environment);
    }

    private record PropertiesCustomizer(
            CamelContext context, AipiComponentConfiguration properties, Environment environment)
            implements ComponentCustomizer {

        @Override
        public boolean isEnabled(String name, Component target) {
            return target instanceof AipiComponent
                    && HierarchicalPropertiesEvaluator.evaluate(
                            environment, "camel.component.customizer", "camel.component.aipi.customizer");
        }

        @Override
        public void configure(String name, Component target) {
            Map<String, Object> options = CamelPropertiesHelper.getNonNullProperties(context, properties);
            // what Spring Boot has of its own
            options.remove("enabled");
            options.remove("customizer");
            // first: it holds the other options, and would take their place
            Object configuration = options.remove("configuration");
            if (configuration != null) {
                set(target, new HashMap<>(Map.of("configuration", configuration)));
            }
            set(target, options);
        }

        private void set(Component target, Map<String, Object> options) {
            CamelPropertiesHelper.setCamelProperties(context, target, options, true);
        }
    }
}
