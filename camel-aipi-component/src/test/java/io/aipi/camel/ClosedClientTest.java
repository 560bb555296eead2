/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A consumer whose client is closed by somebody else is not stopped by that. */
class ClosedClientTest {

    private AipiSimulator server;
    private final DefaultCamelContext context = new DefaultCamelContext();

    @BeforeEach
    void start() throws Exception {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .computeTime(Duration.ofMillis(20))
                .start();
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        component.getConfiguration().setPollInterval(Duration.ofMillis(50));
        component.getConfiguration().setRepositoryScanInterval(Duration.ofSeconds(2));
        context.addComponent("aipi", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("aipi:chat").routeId("answers").to("mock:answers");
                from("direct:submit").to("aipi:chat?waitForResult=false&maxConnections=7");
            }
        });
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
        server.close();
    }

    @Test
    @Tag("case-A6")
    void itIsDownWhileItFollowsNothing_andGoesOn() throws Exception {
        AipiConsumer consumer = (AipiConsumer) context.getRoute("answers").getConsumer();
        HealthCheck health = consumer.getHealthCheck();
        assertThat(health.call().getState()).isEqualTo(HealthCheck.State.UP);
        MockEndpoint responses = context.getEndpoint("mock:answers", MockEndpoint.class);
        responses.expectedMessageCount(2);

        submit("a long one @sleep=3");
        consumer.getEndpoint().client().close();

        await().untilAsserted(() -> {
            HealthCheck.Result result = health.call();
            assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
            assertThat(result.getMessage())
                    .hasValueSatisfying(why -> assertThat(why).contains("follows no jobs"));
        });
        submit("meanwhile");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(health.call().getState()).isEqualTo(HealthCheck.State.UP));
        responses.setResultWaitTime(60_000);
        responses.assertIsSatisfied();
    }

    private void submit(String prompt) {
        Exchange exchange = context.createProducerTemplate()
                .request("direct:submit", e -> e.getMessage().setBody(prompt));
        assertThat(exchange.getException()).isNull();
    }
}
