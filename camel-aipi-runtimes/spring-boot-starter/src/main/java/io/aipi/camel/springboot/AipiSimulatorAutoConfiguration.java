/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConfiguration;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatorBean;
import org.apache.camel.Component;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.apache.camel.spring.boot.util.ConditionalOnHierarchicalProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Lets a simulator stand in for the server, in tests and at development time: where no server URL is set, and
 * camel-aipi-simulator is on the class path, which it is not in production.
 */
@AutoConfiguration(before = CamelAutoConfiguration.class)
@ConditionalOnClass(AipiSimulator.class)
@ConditionalOnProperty(name = "camel.aipi.simulator.enabled", matchIfMissing = true)
@Conditional(AipiSimulatorAutoConfiguration.NoServerUrl.class)
@ConditionalOnHierarchicalProperties({"camel.component", "camel.component.aipi"})
@EnableConfigurationProperties(AipiSimulatorProperties.class)
public class AipiSimulatorAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(AipiSimulatorAutoConfiguration.class);
    private static final String SERVER_URL = "camel.component.aipi.server-url";

    /** For Spring. */
    public AipiSimulatorAutoConfiguration() {}

    /** Lazy: it starts when the component is made, if that has no server URL from elsewhere. Spring closes it. */
    @Lazy
    @Bean
    @ConditionalOnMissingBean
    AipiSimulator aipiSimulator(AipiSimulatorProperties properties) {
        SimulatorBean simulator = new SimulatorBean();
        simulator.setPort(0);
        simulator.setComputeTime(properties.computeTime());
        simulator.start();
        return simulator.simulator();
    }

    @Bean
    ComponentCustomizer aipiSimulatorCustomizer(ObjectProvider<AipiSimulator> simulator) {
        return new UrlCustomizer(simulator);
    }

    private record UrlCustomizer(ObjectProvider<AipiSimulator> simulator) implements ComponentCustomizer {

        /** After the properties, and whatever else sets a URL. */
        @Override
        public int getOrder() {
            return LOWEST;
        }

        @Override
        public boolean isEnabled(String name, Component target) {
            return target instanceof AipiComponent;
        }

        @Override
        public void configure(String name, Component target) {
            AipiConfiguration configuration = ((AipiComponent) target).getConfiguration();
            if (!StringUtils.hasText(configuration.getServerUrl())) {
                String url = simulator.getObject().url();
                configuration.setServerUrl(url);
                LOG.warn(
                        "{} is not set: a simulator at {} answers instead of a model. Set it to the URL of a server, or"
                                + " switch the simulator off with camel.aipi.simulator.enabled=false",
                        SERVER_URL,
                        url);
            }
        }
    }

    /** An empty one, as of a variable that the environment does not have, is none. */
    static final class NoServerUrl extends SpringBootCondition {

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            ConditionMessage.Builder message = ConditionMessage.forCondition("No AIPI server");
            return StringUtils.hasText(context.getEnvironment().getProperty(SERVER_URL))
                    ? ConditionOutcome.noMatch(message.because(SERVER_URL + " is set"))
                    : ConditionOutcome.match(message.because(SERVER_URL + " is not set"));
        }
    }
}
