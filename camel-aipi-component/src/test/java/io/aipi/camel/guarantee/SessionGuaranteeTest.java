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
import io.aipi.testsupport.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** However many exchanges meet the end of a session at once, one of them logs in, and all go on. */
class SessionGuaranteeTest {

    private static final int EXCHANGES = 1_000;
    private static final int SENDERS = 8;

    @ParameterizedTest
    @EnumSource(Generation.class)
    void aThousandExchangesThatMeetAnExpiredSessionCauseOneLoginAndAllSucceed(Generation generation) throws Exception {
        try (AipiSimulator server = server(generation);
                TestContext test = TestContext.of(
                        server.url(),
                        "key-1",
                        component -> component.getConfiguration().setUser("somebody"),
                        routes -> routes.from("direct:in").to("aipi:chat?maxConnections=400"))) {
            test.context().start();
            assertThat(server.stats().logins()).isEqualTo(1);

            server.expireSessions();
            List<CompletableFuture<Exchange>> responses = sendAllAtOnce(test, () -> {});
            assertThatEachHasItsOwnResponse(responses);
            assertThat(server.stats().logins()).as("logins in all").isEqualTo(2);
            assertThat(server.stats().submits()).isEqualTo(EXCHANGES);
            long refused = server.stats().requestsByRoute().get("/chat") - EXCHANGES;
            assertThat(refused)
                    .as("exchanges that were told of the expiry by the server")
                    .isPositive();
            TestLog.report(
                    "%s: %d exchanges, %d of them answered 401, %d logins in all", generation, EXCHANGES, refused, 2);
        }
    }

    /** The worst case, made certain: all have sent the old key before the first of them is told that it has ended. */
    @Test
    void aThousandRefusedInTheSameMomentCauseOneLoginAndAllSucceed() throws Exception {
        EndedSession ended = new EndedSession(EXCHANGES);
        try (ScriptedServer server = new ScriptedServer(ended);
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").to("aipi:chat?maxConnections=" + EXCHANGES))) {
            for (CompletableFuture<Exchange> response : sendAllAtOnce(test, () -> {})) {
                assertThat(response.get(60, TimeUnit.SECONDS).getException()).isNull();
            }
            assertThat(ended.refused()).isEqualTo(EXCHANGES);
            assertThat(ended.logins()).as("logins in all").isEqualTo(2);
            assertThat(ended.accepted()).isEqualTo(EXCHANGES);
        }
    }

    @Test
    void aSessionThatEndsInTheMiddleOfAThousandSubmitsIsReplacedOnce() throws Exception {
        try (AipiSimulator server = server(Generation.SERVED);
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").to("aipi:chat"))) {
            assertThatEachHasItsOwnResponse(sendAllAtOnce(test, server::expireSessions));
            assertThat(server.stats().logins()).isEqualTo(2);
            assertThat(server.stats().submits()).isEqualTo(EXCHANGES);
        }
    }

    @Test
    void aSedaRouteOfManyThreadsLogsInOnceToo() throws Exception {
        try (AipiSimulator server = server(Generation.SERVED);
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("seda:in?concurrentConsumers=16&size=1000")
                            .routeId("in")
                            .autoStartup(false)
                            .to("aipi:chat?lazyLogin=true")
                            .to("mock:out");
                })) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            out.expectedMessageCount(500);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < 500; i++) {
                template.sendBody("seda:in", "prompt " + i);
            }
            test.context().getRouteController().startRoute("in");
            out.setResultWaitTime(60_000);
            out.assertIsSatisfied();
            assertThat(server.stats().logins()).isEqualTo(1);
        }
    }

    @Test
    void aRefusedKeyIsTriedOnceAndAllLearnTheServersReason() throws Exception {
        try (AipiSimulator server = server(Generation.SERVED);
                TestContext test = TestContext.started(
                        server.url(),
                        "wrong",
                        routes -> routes.from("direct:in").to("aipi:chat?lazyLogin=true"))) {
            long begin = System.nanoTime();
            for (CompletableFuture<Exchange> response : sendAllAtOnce(test, () -> {})) {
                assertThat(response.get(60, TimeUnit.SECONDS).getException())
                        .isInstanceOf(AuthenticationException.class)
                        .hasMessageContaining("Key not valid");
            }
            // the next logins come 0.5, 1.5, 3.5, 7.5 s after the first, if a busy machine takes so long for the
            // exchanges
            long halfSeconds = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 500 + 1;
            long most = 64L - Long.numberOfLeadingZeros(halfSeconds);
            assertThat(server.stats().refusedLogins()).isBetween(1L, most);
            assertThat(server.stats().logins()).isZero();
            assertThat(server.stats().submits()).isZero();
        }
    }

    /** Some servers take a session key at the endpoint of its login only. */
    @Test
    @Tag("case-A3")
    void endpointsOfOneNameShareASession_othersHaveTheirOwn() throws Exception {
        try (AipiSimulator server = server(Generation.SERVED);
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("direct:one").to("aipi:chat");
                    routes.from("direct:two").to("aipi:chat2?param.temperature=0.5&requestTimeout=20s");
                    routes.from("direct:three").to("aipi:chat?outputType=json&maxConnections=7");
                })) {
            ProducerTemplate template = test.context().createProducerTemplate();
            for (String route : List.of("direct:one", "direct:two", "direct:three")) {
                assertThat(template.requestBody(route, "shared", String.class)).contains("shared");
            }
            assertThat(server.stats().logins()).isEqualTo(2);
        }
    }

    @Test
    void otherCredentialsHaveAnotherSession() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .apiKey("key-1")
                        .apiKey("key-2")
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .start();
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("direct:one").to("aipi:chat");
                    routes.from("direct:two").to("aipi:chat?apiKey=key-2");
                })) {
            assertThat(test.context().getEndpoints()).isNotEmpty();
            assertThat(server.stats().logins()).isEqualTo(2);
        }
    }

    /** So that a property can be there for a key that not every server wants: {@code {{env:AIPI_API_KEY:}}}. */
    @Test
    void anEmptyKeyIsNone() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .start();
                TestContext test = TestContext.started(server.url(), null, routes -> {
                    routes.from("direct:none").to("aipi:chat");
                    routes.from("direct:empty").to("aipi:chat?apiKey=");
                    routes.from("direct:blank").to("aipi:chat?apiKey=RAW( )");
                })) {
            ProducerTemplate template = test.context().createProducerTemplate();
            for (String route : List.of("direct:none", "direct:empty", "direct:blank")) {
                assertThat(template.requestBody(route, "open", String.class)).contains("open");
            }
            assertThat(server.stats().logins()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"SERVED, 1", "DOCUMENTED, 0"})
    void autoCostsOneExtraRequestAtMostAndRemembersWhatItFound(Generation generation, long extra) throws Exception {
        try (AipiSimulator server = server(generation);
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("direct:one").to("aipi:chat");
                    routes.from("direct:two").to("aipi:chat2");
                })) {
            assertThat(loginRequests(server)).as("at the start").isEqualTo(2 + extra);
            for (int again = 1; again <= 3; again++) {
                server.expireSessions();
                test.context().createProducerTemplate().requestBody("direct:two", "hello");
                assertThat(loginRequests(server)).isEqualTo(2 + extra + again);
            }
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
                    .hasStackTraceContaining("check user, apiKey and loginMode");
        }
    }

    /** From several threads, which begin together; {@code halfWay} runs on one of them when it has sent half of its part. */
    private static List<CompletableFuture<Exchange>> sendAllAtOnce(TestContext test, Runnable halfWay)
            throws Exception {
        ProducerTemplate template = test.context().createProducerTemplate();
        CountDownLatch begin = new CountDownLatch(1);
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
        try {
            List<CompletableFuture<List<CompletableFuture<Exchange>>>> parts = new ArrayList<>();
            for (int sender = 0; sender < SENDERS; sender++) {
                int part = sender;
                parts.add(CompletableFuture.supplyAsync(
                        () -> {
                            awaitUninterrupted(begin);
                            List<CompletableFuture<Exchange>> sent = new ArrayList<>();
                            for (int i = part; i < EXCHANGES; i += SENDERS) {
                                if (part == 0 && sent.size() == EXCHANGES / SENDERS / 2) {
                                    halfWay.run();
                                }
                                int number = i;
                                Exchange exchange =
                                        test.context().getEndpoint("direct:in").createExchange();
                                exchange.getMessage().setBody("prompt " + number);
                                exchange.setProperty("number", number);
                                sent.add(template.asyncSend("direct:in", exchange));
                            }
                            return sent;
                        },
                        senders));
            }
            begin.countDown();
            List<CompletableFuture<Exchange>> all = new ArrayList<>();
            for (CompletableFuture<List<CompletableFuture<Exchange>>> part : parts) {
                all.addAll(part.get(60, TimeUnit.SECONDS));
            }
            return all;
        } finally {
            senders.shutdown();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertThatEachHasItsOwnResponse(List<CompletableFuture<Exchange>> responses) throws Exception {
        assertThat(responses).hasSize(EXCHANGES);
        for (CompletableFuture<Exchange> response : responses) {
            Exchange exchange = response.get(60, TimeUnit.SECONDS);
            assertThat(exchange.getException()).isNull();
            assertThat(exchange.getMessage().getBody(String.class))
                    .endsWith("prompt " + exchange.getProperty("number"));
        }
    }

    private static long loginRequests(AipiSimulator server) {
        Map<String, Long> requests = server.stats().requestsByRoute();
        // the served generation has no POST /login: a request for it is one to no route
        boolean shared = requests.containsKey("/login");
        return requests.entrySet().stream()
                .filter(route -> route.getKey().endsWith("/login") || (!shared && "other".equals(route.getKey())))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static AipiSimulator server(Generation generation) throws Exception {
        String prompt = generation == Generation.SERVED ? "text" : "prompt";
        return AipiSimulator.builder()
                .generation(generation)
                .apiKey("key-1")
                .endpoint(SimulatedEndpoint.chat("chat", prompt))
                .endpoint(SimulatedEndpoint.chat("chat2", prompt))
                .workers(EXCHANGES)
                .maxQueueLength(2 * EXCHANGES)
                .computeTime(Duration.ofMillis(20))
                .start();
    }
}
