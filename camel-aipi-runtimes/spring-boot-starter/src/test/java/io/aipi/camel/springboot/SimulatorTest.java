/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConfiguration;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application without a server URL, with the simulator on its class path. */
@ExtendWith(OutputCaptureExtension.class)
class SimulatorTest {

    private static final String URL = "camel.component.aipi.server-url";

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CamelAutoConfiguration.class,
                    AipiComponentAutoConfiguration.class,
                    AipiSimulatorAutoConfiguration.class))
            .withPropertyValues("camel.aipi.simulator.compute-time=10ms");

    @Configuration(proxyBeanMethods = false)
    static class Routes {

        @Bean
        RouteBuilder routes() {
            return new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:chat").to("aipi:llama3_chat");
                }
            };
        }
    }

    private static String answer(ApplicationContext running) {
        return running.getBean(ProducerTemplate.class).requestBody("direct:chat", "Hello", String.class);
    }

    private static String serverUrl(ApplicationContext running) {
        return running.getBean(CamelContext.class)
                .getComponent("aipi", AipiComponent.class)
                .getConfiguration()
                .getServerUrl();
    }

    @Test
    void aSimulatorAnswers_andTheLogSaysSo(CapturedOutput output) {
        application.withUserConfiguration(Routes.class).run(running -> {
            assertThat(answer(running)).isEqualTo("You said: Hello");
            assertThat(serverUrl(running))
                    .isEqualTo(running.getBean(AipiSimulator.class).url());
            assertThat(output)
                    .contains(URL + " is not set")
                    .contains("a simulator at " + serverUrl(running) + " answers")
                    .contains("camel.aipi.simulator.enabled");
        });
    }

    @Test
    void itStopsWithTheApplication() {
        AtomicReference<AipiSimulator> simulator = new AtomicReference<>();

        application
                .withUserConfiguration(Routes.class)
                .run(running -> simulator.set(running.getBean(AipiSimulator.class)));

        assertThatThrownBy(() -> new Socket(
                                InetAddress.getLoopbackAddress(),
                                simulator.get().port())
                        .close())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void aSimulatorOfTheApplicationStandsInInstead() {
        application
                .withUserConfiguration(Routes.class)
                .withBean(
                        "own",
                        AipiSimulator.class,
                        () -> AipiSimulator.builder()
                                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                                .computeTime(Duration.ZERO)
                                .start())
                .run(running -> {
                    assertThat(running).getBeanNames(AipiSimulator.class).containsExactly("own");
                    assertThat(answer(running)).isEqualTo("You said: Hello");
                });
    }

    @Test
    void anEmptyUrlIsNone() {
        application
                .withPropertyValues(URL + "=")
                .run(running -> assertThat(serverUrl(running)).startsWith("http://127.0.0.1:"));
    }

    @Test
    void aServerUrlIsKept_howeverItIsWritten() {
        for (String property : List.of(URL, "camel.component.aipi.serverUrl")) {
            application.withPropertyValues(property + "=http://server:1").run(running -> {
                assertThat(running).doesNotHaveBean(AipiSimulator.class);
                assertThat(serverUrl(running)).isEqualTo("http://server:1");
            });
        }
    }

    @Test
    void aServerUrlThatIsSetInCodeIsKept_andNothingStarts(CapturedOutput output) {
        AipiConfiguration own = new AipiConfiguration();
        own.setServerUrl("http://server:1");

        application
                .withBean("own", AipiConfiguration.class, () -> own)
                .withPropertyValues("camel.component.aipi.configuration=own")
                .run(running -> assertThat(serverUrl(running)).isEqualTo("http://server:1"));
        application
                .withBean("aipi", AipiComponent.class, () -> {
                    AipiComponent component = new AipiComponent();
                    component.setConfiguration(own);
                    return component;
                })
                .run(running -> assertThat(serverUrl(running)).isEqualTo("http://server:1"));

        assertThat(output).doesNotContain("a simulator at");
    }

    @Test
    void itCanBeSwitchedOff_andIsOffWhereTheSimulatorIsNotOnTheClassPath() {
        for (ApplicationContextRunner without : List.of(
                application.withPropertyValues("camel.aipi.simulator.enabled=false"),
                application.withPropertyValues("camel.component.aipi.enabled=false"),
                application.withClassLoader(new FilteredClassLoader("io.aipi.simulator")))) {
            without.run(running -> {
                assertThat(running).hasNotFailed().doesNotHaveBean(AipiSimulatorAutoConfiguration.class);
                assertThat(serverUrl(running)).isNull();
            });
        }
    }
}
