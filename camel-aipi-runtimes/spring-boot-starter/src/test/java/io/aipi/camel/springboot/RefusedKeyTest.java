/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.error.AuthenticationException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** An application whose key the server refuses, with Actuator as it is by default. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "server.address=127.0.0.1",
            "management.endpoints.web.exposure.include=health,env,configprops,metrics",
            "management.endpoint.health.show-details=always",
            "camel.health.producers-enabled=true",
            "camel.component.aipi.api-key=" + RefusedKeyTest.KEY,
            "camel.component.aipi.lazy-login=true",
        })
@DirtiesContext
class RefusedKeyTest {

    static final String KEY = "wrong-key-4711";

    private static AipiSimulator server;

    @Autowired
    private ProducerTemplate producer;

    @LocalServerPort
    private int port;

    /** With the context: a second run of the class has a server of its own, too. */
    @DynamicPropertySource
    static void startServer(DynamicPropertyRegistry properties) {
        server = AipiSimulator.builder()
                .apiKey("the-right-one")
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                .start();
        properties.add("camel.component.aipi.server-url", server::url);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        RouteBuilder routes() {
            return new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:chat").to("aipi:llama2_chat");
                }
            };
        }
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void theExchangeFailsWithTheReason_andTheHealthIsDownAndSaysIt() throws Exception {
        Actuator actuator = new Actuator(port);
        Exchange answer = producer.request(
                "direct:chat", exchange -> exchange.getMessage().setBody("Hello"));

        assertThat(answer.getException()).isInstanceOf(AuthenticationException.class);
        JsonNode camel = actuator.camelHealth();
        assertThat(actuator.status("/health")).isEqualTo(503);
        assertThat(camel.get("status").asText()).isEqualTo("DOWN");
        String check = "producer:aipi-llama2_chat@127.0.0.1:" + server.port();
        assertThat(camel.get("details").get(check).asText()).isEqualTo("DOWN");
        assertThat(camel.get("details").get(check + ".data").get("session").asText())
                .contains("Key not valid");
        assertThat(actuator.text("/health")).doesNotContain(KEY);
        assertThat(actuator.meter("camel.aipi.jobs.failed", "llama2_chat")).isEqualTo(1);
    }

    @Test
    void byDefaultSpringBootShowsNoValues() throws Exception {
        Actuator actuator = new Actuator(port);

        assertThat(actuator.text("/env"))
                .contains("camel.component.aipi.api-key")
                .doesNotContain(KEY);
        assertThat(actuator.text("/configprops")).contains("apiKey").doesNotContain(KEY);
    }
}
