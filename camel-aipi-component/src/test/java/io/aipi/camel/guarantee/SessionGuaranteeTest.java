/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.client.error.AuthenticationException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionGuaranteeTest {

    private static final int EXCHANGES = 1_000;

    @ParameterizedTest
    @EnumSource(Generation.class)
    void aThousandExchangesThatMeetAnExpiredSessionCauseOneLoginAndAllSucceed(Generation generation) throws Exception {
        try (AipiSimulator server = server(generation);
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").to("aipi:chat"))) {
            ProducerTemplate template = test.context().createProducerTemplate();
            assertThat(template.requestBody("direct:in", "warm up", String.class))
                    .contains("warm up");
            assertThat(server.stats().logins()).isEqualTo(1);

            server.expireSessions();
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < EXCHANGES; i++) {
                answers.add(template.asyncRequestBody("direct:in", "prompt " + i, String.class));
            }
            for (int i = 0; i < EXCHANGES; i++) {
                assertThat(answers.get(i).get(60, TimeUnit.SECONDS)).endsWith("prompt " + i);
            }
            assertThat(server.stats().logins()).as("logins in all").isEqualTo(2);
            assertThat(server.stats().submits()).isEqualTo(EXCHANGES + 1);
        }
    }

    @Test
    void aRefusedKeyIsTriedOnceHoweverManyExchangesNeedIt() throws Exception {
        try (AipiSimulator server = server(Generation.SERVED);
                TestContext test = TestContext.started(
                        server.url(),
                        "wrong",
                        routes -> routes.from("direct:in").to("aipi:chat?lazyLogin=true"))) {
            ProducerTemplate template = test.context().createProducerTemplate();
            List<CompletableFuture<Exchange>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                answers.add(template.asyncSend(
                        "direct:in", exchange -> exchange.getMessage().setBody("hello")));
            }
            for (CompletableFuture<Exchange> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS).getException())
                        .isInstanceOf(AuthenticationException.class)
                        .hasMessageContaining("Key not valid");
            }
            assertThat(server.stats().refusedLogins()).isEqualTo(1);
        }
    }

    @Test
    void allEndpointsOfTheComponentShareOneSession() throws Exception {
        try (AipiSimulator server = server(Generation.SERVED);
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("direct:one").to("aipi:chat");
                    routes.from("direct:two").to("aipi:chat2?param.temperature=0.5&requestTimeout=20s");
                })) {
            ProducerTemplate template = test.context().createProducerTemplate();
            template.requestBody("direct:one", "a");
            template.requestBody("direct:two", "b");
            assertThat(server.stats().logins()).isEqualTo(1);
        }
    }

    @Test
    void aRouteDoesNotStartWithARefusedKey() throws Exception {
        try (AipiSimulator server = server(Generation.SERVED)) {
            assertThatThrownBy(() -> TestContext.started(
                            server.url(),
                            "wrong",
                            routes -> routes.from("direct:in").to("aipi:chat")))
                    .hasStackTraceContaining("AuthenticationException")
                    .hasStackTraceContaining("check user, apiKey and loginRoute");
        }
    }

    private static AipiSimulator server(Generation generation) throws Exception {
        return AipiSimulator.builder()
                .generation(generation)
                .apiKey("key-1")
                .endpoint(SimulatedEndpoint.chat("chat", generation == Generation.SERVED ? "text" : "prompt"))
                .endpoint(SimulatedEndpoint.chat("chat2", "text"))
                .workers(EXCHANGES)
                .maxQueueLength(2 * EXCHANGES)
                .computeTime(Duration.ofMillis(20))
                .start();
    }
}
