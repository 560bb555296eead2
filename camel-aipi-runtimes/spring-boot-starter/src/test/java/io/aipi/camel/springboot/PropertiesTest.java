/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiBinding;
import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConfiguration;
import io.aipi.camel.AipiHeaderFilterStrategy;
import io.aipi.camel.AipiOperation;
import io.aipi.camel.DefaultAipiBinding;
import io.aipi.camel.OutputType;
import io.aipi.camel.chat.ConversationRepository;
import io.aipi.camel.chat.MemoryConversationRepository;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.JobRepository;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is set as {@code camel.component.aipi.*} is set on the component, and nothing else. */
class PropertiesTest {

    private static final String PREFIX = "camel.component.aipi.";

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CamelAutoConfiguration.class,
                    AipiComponentAutoConfiguration.class,
                    AipiSanitizerAutoConfiguration.class));

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        JobRepository jobs() {
            return new AggregationJobRepository(new MemoryAggregationRepository());
        }

        @Bean
        ConversationRepository conversations() {
            return new MemoryConversationRepository();
        }

        @Bean
        AipiBinding ownBinding() {
            return new DefaultAipiBinding();
        }

        @Bean
        HeaderFilterStrategy ownFilter() {
            return new AipiHeaderFilterStrategy();
        }

        @Bean
        SSLContextParameters tls() {
            return new SSLContextParameters();
        }

        @Bean
        AipiConfiguration own() {
            AipiConfiguration own = new AipiConfiguration();
            own.setProxyHost("proxy");
            own.setServerUrl("http://not-this-one:1");
            return own;
        }
    }

    private static final Map<String, Object> BY_TYPE = Map.of(
            "java.lang.Integer",
            17,
            "java.lang.Long",
            4711L,
            "java.lang.String",
            "direct:some-text",
            "java.time.Duration",
            Duration.ofSeconds(90),
            "io.aipi.camel.AipiOperation",
            AipiOperation.validateKey,
            "io.aipi.camel.OutputType",
            OutputType.images,
            "java.util.Map<java.lang.String,java.lang.Object>",
            Map.of("temperature", "0.7"));

    private static final Map<String, String> BEANS = Map.of(
            "jobRepository",
            "jobs",
            "conversationRepository",
            "conversations",
            "binding",
            "ownBinding",
            "headerFilterStrategy",
            "ownFilter",
            "sslContextParameters",
            "tls",
            "configuration",
            "own");

    private static Object value(CatalogOption option) {
        if ("java.lang.Boolean".equals(option.componentType())) {
            return !option.defaultValue().asBoolean();
        }
        return BY_TYPE.get(option.componentType().replace(" ", ""));
    }

    private static String written(Object value) {
        return value instanceof Duration duration ? duration.toSeconds() + "s" : String.valueOf(value);
    }

    @Test
    void everyOptionReachesTheComponent() throws Exception {
        List<CatalogOption> options = CatalogOption.all();
        List<String> properties = new ArrayList<>();
        for (CatalogOption option : options) {
            if (option.bean()) {
                properties.add(option.property() + "=" + BEANS.get(option.name()));
            } else if (option.componentType().startsWith("java.util.Map")) {
                properties.add(option.property() + ".temperature=0.7");
            } else {
                properties.add(option.property() + "=" + written(value(option)));
            }
        }
        application
                .withUserConfiguration(Beans.class)
                .withPropertyValues(properties.toArray(String[]::new))
                .run(running -> {
                    assertThat(running).hasNotFailed();
                    AipiComponent component = component(running.getBean(CamelContext.class));
                    PropertyConfigurerGetter getter =
                            (PropertyConfigurerGetter) component.getComponentPropertyConfigurer();
                    for (CatalogOption option : options) {
                        assertThat(getter.getOptionValue(component, option.name(), false))
                                .as(option.property())
                                .isEqualTo(option.bean() ? running.getBean(BEANS.get(option.name())) : value(option));
                    }
                });
    }

    @Test
    void aBeanIsNamedInCamelsWayToo_andItsOptionsAreOverriddenByProperties() {
        application
                .withUserConfiguration(Beans.class)
                .withPropertyValues(
                        PREFIX + "configuration=#bean:own",
                        PREFIX + "job-repository=#jobs",
                        PREFIX + "conversation-repository=#bean:conversations",
                        PREFIX + "server-url=http://this-one:2")
                .run(running -> {
                    AipiConfiguration set =
                            component(running.getBean(CamelContext.class)).getConfiguration();
                    assertThat(set.getProxyHost()).isEqualTo("proxy");
                    assertThat(set.getServerUrl()).isEqualTo("http://this-one:2");
                    assertThat(set.getJobRepository()).isSameAs(running.getBean("jobs"));
                    assertThat(set.getConversationRepository()).isSameAs(running.getBean("conversations"));
                });
    }

    @Test
    void aParameterWithAnUnderscoreKeepsItsName() {
        application
                .withPropertyValues(PREFIX + "parameters.top_k=40", PREFIX + "parameters[top_p]=0.9")
                .run(running -> assertThat(component(running.getBean(CamelContext.class))
                                .getConfiguration()
                                .getParameters())
                        .containsOnly(Map.entry("top_k", "40"), Map.entry("top_p", "0.9")));
    }

    @Test
    void whatIsNotSetKeepsWhatTheApplicationHasSetInCode() {
        application
                .withBean("aipi", AipiComponent.class, () -> {
                    AipiComponent component = new AipiComponent();
                    component.setWorkerPoolSize(9);
                    component.getConfiguration().setMaxInFlight(33);
                    return component;
                })
                .withPropertyValues(PREFIX + "max-in-flight=44")
                .run(running -> {
                    AipiComponent component = component(running.getBean(CamelContext.class));
                    assertThat(component.getWorkerPoolSize()).isEqualTo(9);
                    assertThat(component.getConfiguration().getMaxInFlight()).isEqualTo(44);
                });
    }

    @Test
    void aValueOfTheWrongTypeStopsTheApplicationAndNamesTheProperty() {
        application.withPropertyValues(PREFIX + "job-timeout=soon").run(running -> {
            assertThat(running).hasFailed();
            assertThat(running.getStartupFailure()).cause().hasMessageContaining(PREFIX + "job-timeout");
        });
    }

    @Test
    void aBeanThatIsNotThereIsNotPassedOver() {
        application
                .withPropertyValues(PREFIX + "job-repository=nowhere")
                .run(running -> assertThat(org.assertj.core.api.Assertions.catchThrowable(
                                () -> component(running.getBean(CamelContext.class))))
                        .rootCause()
                        .hasMessageContaining("nowhere"));
    }

    @Test
    void itCanBeTurnedOff() {
        for (String off : List.of(PREFIX + "enabled=false", "camel.component.enabled=false")) {
            application
                    .withPropertyValues(off, PREFIX + "server-url=http://server:1")
                    .run(running -> {
                        assertThat(running).hasNotFailed().doesNotHaveBean(AipiComponentAutoConfiguration.class);
                        assertThat(component(running.getBean(CamelContext.class))
                                        .getConfiguration()
                                        .getServerUrl())
                                .isNull();
                    });
        }
        application
                .withPropertyValues(PREFIX + "customizer.enabled=false", PREFIX + "server-url=http://server:1")
                .run(running -> assertThat(component(running.getBean(CamelContext.class))
                                .getConfiguration()
                                .getServerUrl())
                        .isNull());
    }

    @Test
    void itNeedsNeitherMicrometerNorActuator() {
        application
                .withClassLoader(new FilteredClassLoader("io.micrometer.core", "org.springframework.boot.actuate"))
                .withPropertyValues(PREFIX + "server-url=http://server:1")
                .run(running -> {
                    assertThat(running).hasNotFailed().doesNotHaveBean(AipiSanitizerAutoConfiguration.class);
                    assertThat(component(running.getBean(CamelContext.class))
                                    .getConfiguration()
                                    .getServerUrl())
                            .isEqualTo("http://server:1");
                });
    }

    private static AipiComponent component(CamelContext context) {
        return context.getComponent("aipi", AipiComponent.class);
    }
}
