/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.health.RouteControllerHealthCheck;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** An application that starts before its server does, and outlives it. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "server.address=127.0.0.1",
            "management.endpoints.web.exposure.include=health",
            "management.endpoint.health.show-details=always",
            "camel.health.producers-enabled=true",
            "camel.health.exposure-level=full",
            "camel.routecontroller.enabled=true",
            "camel.routecontroller.back-off-delay=200",
        })
@DirtiesContext
class AbsentServerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static AipiSimulator server;

    @Autowired
    private ProducerTemplate producer;

    @LocalServerPort
    private int port;

    /** With the context: a second run of the class has a server of its own, too. */
    @DynamicPropertySource
    static void startServer(DynamicPropertyRegistry properties) {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                .computeTime(Duration.ofMillis(10))
                .start();
        server.goDown();
        properties.add("camel.component.aipi.server-url", server::url);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        /** Camel has this check; its Spring Boot starter leaves it to the application to have it. */
        @Bean
        HealthCheck routeController() {
            return new RouteControllerHealthCheck();
        }

        @Bean
        RouteBuilder routes() {
            return new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:chat").routeId("chat").to("aipi:llama2_chat");
                }
            };
        }
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void theHealthIsDownUntilTheServerIsThere_andSaysHowLongItIsAwayWhenItGoes() throws Exception {
        Actuator actuator = new Actuator(port);
        // the reason is known after the first try of the route controller
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(actuator.camelHealth()
                                .at("/details/route-controller.data/route.chat.error")
                                .asText())
                        .contains("ConnectionFailedException", server.url()));
        assertThat(actuator.status("/health")).isEqualTo(503);
        assertThat(actuator.camelHealth().at("/details/route-controller").asText())
                .isEqualTo("DOWN");

        server.comeUp();
        await().atMost(PATIENCE).until(() -> actuator.status("/health") == 200);
        assertThat(producer.requestBody("direct:chat", "Hello", String.class)).isEqualTo("You said: Hello");
        JsonNode contact = lastContact(actuator);

        server.goDown();
        Exchange failed = producer.request(
                "direct:chat", exchange -> exchange.getMessage().setBody("Hello"));

        assertThat(failed.getException()).isInstanceOf(ConnectionFailedException.class);
        assertThat(actuator.status("/health"))
                .as("a session is there, and asking costs the server nothing: a restart would not help")
                .isEqualTo(200);
        assertThat(lastContact(actuator)).isEqualTo(contact);
    }

    @Test
    void withoutARouteControllerTheApplicationDoesNotStart_andSaysWhy() {
        SpringApplicationBuilder application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("camel.component.aipi.server-url=http://127.0.0.1:1");

        assertThatThrownBy(application::run)
                .hasStackTraceContaining(ConnectionFailedException.class.getName() + ": http://127.0.0.1:1");
    }

    private static JsonNode lastContact(Actuator actuator) throws Exception {
        JsonNode check = actuator.camelHealth()
                .get("details")
                .get("producer:aipi-llama2_chat@127.0.0.1:" + server.port() + ".data");
        return check.get("last.contact");
    }
}
