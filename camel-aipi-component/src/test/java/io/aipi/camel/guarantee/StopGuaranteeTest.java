/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.client.error.ClientClosedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StopGuaranteeTest {

    @BeforeEach
    void noThreadOfAnEarlierTestIsLeft() {
        await().atMost(Duration.ofSeconds(10)).until(TestContext::componentThreads, java.util.List::isEmpty);
    }

    @Test
    void aGracefulStopLetsJobsInFlightFinish() throws Exception {
        try (AipiSimulator server = server();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("seda:in").to("aipi:chat").to("mock:out"))) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            test.context().createProducerTemplate().sendBody("seda:in", "in flight @sleep=1");
            await().until(() -> server.stats().submits() == 1);
            test.context().stop();
            assertThat(out.getReceivedCounter()).isEqualTo(1);
            assertThat(out.getExchanges().get(0).getMessage().getBody(String.class))
                    .contains("in flight");
        }
    }

    @Test
    void aForcedStopFailsTheExchangesAtOnceAndOnce() throws Exception {
        try (AipiSimulator server = server();
                TestContext test = TestContext.of(
                        server.url(),
                        "key-1",
                        component -> {},
                        routes -> routes.from("direct:in").to("aipi:chat"))) {
            test.context().getShutdownStrategy().setTimeout(1);
            test.context().start();
            AtomicInteger ended = new AtomicInteger();
            ProducerTemplate template = test.context().createProducerTemplate();
            CompletableFuture<Exchange> waiting = template.asyncSend(
                    "direct:in", exchange -> exchange.getMessage().setBody("a minute @sleep=60"));
            waiting.thenRun(ended::incrementAndGet);
            await().until(() -> server.stats().submits() == 1);
            test.context().stop();
            Exchange exchange = waiting.get(5, TimeUnit.SECONDS);
            assertThat(exchange.getException())
                    .isInstanceOf(ClientClosedException.class)
                    .hasMessageContaining("goes on at the server");
            assertThat(ended).hasValue(1);
        }
    }

    @Test
    void afterTheStopNoThreadAndNoConnectionIsLeft() throws Exception {
        try (AipiSimulator server = server()) {
            for (int i = 0; i < 5; i++) {
                try (TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("direct:in").to("aipi:chat?progressUri=direct:progress");
                    routes.from("direct:progress").to("mock:progress");
                })) {
                    assertThat(test.context()
                                    .createProducerTemplate()
                                    .requestBody("direct:in", "hello @sleep=0.1", String.class))
                            .contains("hello");
                    assertThat(TestContext.componentThreads()).isNotEmpty();
                    assertThat(server.stats().connectionsOpen()).isPositive();
                }
                await().atMost(Duration.ofSeconds(10)).until(TestContext::componentThreads, java.util.List::isEmpty);
            }
            await().atMost(Duration.ofSeconds(5)).until(() -> server.stats().connectionsOpen() == 0);
        }
    }

    @Test
    void aFailedStartLeavesNothingEither() throws Exception {
        try (AipiSimulator server = server();
                TestContext test = TestContext.of(
                        server.url(),
                        "wrong",
                        component -> {},
                        routes -> routes.from("direct:in").to("aipi:chat"))) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(test.context()::start))
                    .isNotNull();
        }
        await().atMost(Duration.ofSeconds(10)).until(TestContext::componentThreads, java.util.List::isEmpty);
    }

    @Test
    void aRouteCanBeStoppedAndStartedAgain() throws Exception {
        try (AipiSimulator server = server();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").routeId("route").to("aipi:chat"))) {
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < 3; i++) {
                assertThat(template.requestBody("direct:in", "hello @sleep=0", String.class))
                        .contains("hello");
                test.context().getRouteController().stopRoute("route");
                test.context().getRouteController().startRoute("route");
            }
        }
    }

    private static AipiSimulator server() throws Exception {
        return AipiSimulator.builder()
                .apiKey("key-1")
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .workers(4)
                .start();
    }
}
