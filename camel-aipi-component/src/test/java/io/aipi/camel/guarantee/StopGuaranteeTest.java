/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.ComponentThreads;
import io.aipi.client.error.ClientClosedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.SupervisingRouteController;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stop does to jobs in flight, and that nothing outlives it. */
class StopGuaranteeTest {

    /** For what comes soon, but on threads of others. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private AipiSimulator server;
    private Set<Thread> before;

    @BeforeEach
    void start() throws Exception {
        await().atMost(PATIENCE).until(() -> ComponentThreads.namesWithout(Set.of()), List::isEmpty);
        server = AipiSimulator.builder()
                .apiKey("key-1")
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .workers(1_000)
                .maxQueueLength(1_000)
                .computeTime(Duration.ZERO)
                .start();
        before = ComponentThreads.live();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"aipi:chat", "aipi:chat?holdConnection=true", "aipi:chat?maxInFlight=10"})
    void aGracefulStopLetsJobsInFlightFinish(String uri) throws Exception {
        int jobs = 20;
        try (TestContext test = TestContext.started(
                server.url(),
                "key-1",
                routes -> routes.from("seda:in?concurrentConsumers=4").to(uri).to("mock:out"))) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            for (int i = 0; i < jobs; i++) {
                test.context().createProducerTemplate().sendBody("seda:in", "job " + i + " @sleep=0.7");
            }
            await().atMost(PATIENCE).until(() -> server.stats().submits() >= 10);
            test.context().stop();
            assertThat(out.getReceivedCounter()).isEqualTo(jobs);
            assertThat(out.getExchanges())
                    .allSatisfy(exchange -> assertThat(exchange.getMessage().getBody(String.class))
                            .contains("job"));
        }
        assertThatNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aipi:chat",
                "aipi:chat?maxInFlight=10",
                "aipi:chat?holdConnection=true&maxConnections=200",
                "aipi:chat?progressUri=log:progress?level=OFF"
            })
    void aForcedStopFailsTheExchangesAtOnceAndEachOnce(String uri) throws Exception {
        int jobs = 200;
        try (TestContext test = TestContext.of(
                server.url(),
                "key-1",
                component -> {},
                routes -> routes.from("direct:in").to(uri))) {
            test.context().getShutdownStrategy().setTimeout(1);
            test.context().start();
            Calls calls = new Calls(test.context().getEndpoint(uri));
            for (int i = 0; i < jobs / 2; i++) {
                calls.process(i, "two minutes @sleep=120");
            }
            ProducerTemplate template = test.context().createProducerTemplate();
            List<CompletableFuture<Exchange>> routed = new ArrayList<>();
            for (int i = 0; i < jobs / 2; i++) {
                routed.add(template.asyncSend(
                        "direct:in", exchange -> exchange.getMessage().setBody("two minutes @sleep=120")));
            }
            long submitted = uri.contains("maxInFlight") ? 10 : jobs;
            await().atMost(PATIENCE).until(() -> server.stats().submits() == submitted);

            long begin = System.nanoTime();
            test.context().stop();
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(took).as("time of the stop").isLessThan(PATIENCE);

            for (CompletableFuture<Exchange> one : routed) {
                assertThat(one.get(30, TimeUnit.SECONDS).getException())
                        .isInstanceOf(ClientClosedException.class)
                        .hasMessageFindingMatch(
                                uri.contains("maxInFlight")
                                        ? "goes on at the server|nothing was submitted"
                                        : "goes on at the server");
            }
            calls.assertThatEachWasCalledBackOnce();
            assertThat(calls.exchanges())
                    .allSatisfy(
                            exchange -> assertThat(exchange.getException()).isInstanceOf(ClientClosedException.class));
            assertThat(server.stats().submits())
                    .as("a stop begins no job that waited its turn")
                    .isEqualTo(submitted);
            TestLog.report("%s: %d exchanges failed within %d ms", uri, jobs, took.toMillis());
        }
        assertThatNothingIsLeft();
    }

    /** Nobody follows it any more, so that nobody has taken its result either: it is handed out once. */
    @Test
    void aForcedStopLeavesTheResultOfAFollowedDetachedJobToTheOperationResult() throws Exception {
        server.stopWorkers("chat");
        try (TestContext test = TestContext.started(server.url(), "key-1", routes -> {
            routes.from("direct:in")
                    .routeId("in")
                    .to("aipi:chat?waitForResult=false&progressUri=mock:progress&pollInterval=20&maxConnections=1")
                    .to("mock:accepted")
                    // keeps the exchange in flight, so that the stop has to be forced
                    .to("aipi:chat?maxConnections=1");
            routes.from("direct:look").to("aipi:chat?operation=progress&maxConnections=1");
            routes.from("direct:take").to("aipi:chat?operation=result");
        })) {
            MockEndpoint accepted = test.context().getEndpoint("mock:accepted", MockEndpoint.class);
            MockEndpoint progress = test.context().getEndpoint("mock:progress", MockEndpoint.class);
            ProducerTemplate template = test.context().createProducerTemplate();
            CompletableFuture<Exchange> waiting = template.asyncSend(
                    "direct:in", exchange -> exchange.getMessage().setBody("detached @sleep=0"));
            await().until(() -> server.stats().submits() == 2 && progress.getReceivedCounter() > 0);
            String job = accepted.getExchanges().get(0).getMessage().getBody(String.class);

            test.context().getRouteController().stopRoute("in", 1, TimeUnit.MILLISECONDS);
            assertThat(waiting.get(30, TimeUnit.SECONDS).getException())
                    .as("forced")
                    .isInstanceOf(ClientClosedException.class);
            // there is one connection, so this poll is answered after any poll that was on its way at the stop; that
            // one
            // brought no result, since no worker was there
            template.requestBody("direct:look", job, String.class);
            server.startWorkers("chat", 2);

            assertThat(template.requestBody("direct:take", job, String.class)).contains("detached");
            assertThat(progress.getExchanges())
                    .extracting(exchange -> exchange.getMessage().getHeader(AipiConstants.JOB_STATE))
                    .doesNotContain("done", "failed");
        }
        assertThatNothingIsLeft();
    }

    @Test
    void tenStartsAndStopsLeaveNothing() throws Exception {
        for (int i = 0; i < 10; i++) {
            try (TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                routes.from("direct:in").to("aipi:chat?progressUri=direct:progress");
                routes.from("direct:held").to("aipi:chat?holdConnection=true&connectTimeout=3s");
                routes.from("direct:progress").to("mock:progress");
            })) {
                ProducerTemplate template = test.context().createProducerTemplate();
                assertThat(template.requestBody("direct:in", "hello", String.class))
                        .contains("hello");
                assertThat(template.requestBody("direct:held", "hello", String.class))
                        .contains("hello");
                assertThat(ComponentThreads.namesWithout(Set.of())).isNotEmpty();
                assertThat(server.stats().connectionsOpen()).isPositive();
            }
            assertThatNothingIsLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"aipi:chat", "aipi:nothing", "aipi:chat?serverUrl=http://127.0.0.1:1"})
    void aFailedStartLeavesNothingEither(String uri) throws Exception {
        try (TestContext test = TestContext.of(
                server.url(),
                "wrong",
                component -> {},
                routes -> routes.from("direct:in").to(uri))) {
            assertThatThrownBy(test.context()::start).isNotNull();
        }
        assertThatNothingIsLeft();
    }

    @Test
    void aRouteThatCouldNotStartIsStartedByTheSupervisorWhenTheServerIsThere() throws Exception {
        server.goDown();
        try (TestContext test = TestContext.of(
                server.url(),
                "key-1",
                component -> {},
                routes -> routes.from("direct:in").routeId("route").to("aipi:chat?progressUri=mock:progress"))) {
            SupervisingRouteController supervisor =
                    test.context().getRouteController().supervising();
            supervisor.setBackOffDelay(100);
            test.context().start();
            await().atMost(PATIENCE).until(() -> supervisor.getRestartException("route") != null);
            assertThat(supervisor.getRestartException("route")).hasStackTraceContaining("ConnectionFailedException");
            server.comeUp();
            await().atMost(PATIENCE)
                    .until(() -> supervisor.getRestartingRoutes().isEmpty());
            assertThat(test.context().createProducerTemplate().requestBody("direct:in", "hello", String.class))
                    .contains("hello");
        }
        assertThatNothingIsLeft();
    }

    @Test
    void aRouteCanBeStoppedAndStartedAgain() throws Exception {
        try (TestContext test = TestContext.started(
                server.url(),
                "key-1",
                routes -> routes.from("direct:in").routeId("route").to("aipi:chat"))) {
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < 3; i++) {
                assertThat(template.requestBody("direct:in", "hello", String.class))
                        .contains("hello");
                test.context().getRouteController().stopRoute("route");
                test.context().getRouteController().startRoute("route");
            }
        }
        assertThatNothingIsLeft();
    }

    /** Camel forgets its components when it stops, so that the component is added again; it is the same one. */
    @Test
    void aContextCanBeStoppedAndStartedAgain() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            AipiComponent component = new AipiComponent();
            component.getConfiguration().setServerUrl(server.url());
            component.getConfiguration().setApiKey("key-1");
            for (int i = 0; i < 3; i++) {
                context.addComponent("aipi", component);
                if (i == 0) {
                    context.addRoutes(new RouteBuilder() {
                        @Override
                        public void configure() {
                            from("direct:in").to("aipi:chat");
                        }
                    });
                }
                context.start();
                assertThat(context.createProducerTemplate().requestBody("direct:in", "hello", String.class))
                        .contains("hello");
                context.stop();
                // a thread of Camel's own shutdown outlives a stop that a start follows
                await().atMost(PATIENCE).until(() -> ComponentThreads.namesWithout(Set.of()), List::isEmpty);
                await().atMost(PATIENCE).until(() -> server.stats().connectionsOpen() == 0);
            }
        }
    }

    @Test
    void aContextCanBeSuspendedAndResumed() throws Exception {
        try (TestContext test = TestContext.started(
                server.url(),
                "key-1",
                routes -> routes.from("seda:in").to("aipi:chat").to("mock:out"))) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            out.expectedMessageCount(1);
            test.context().suspend();
            test.context().resume();
            test.context().createProducerTemplate().sendBody("seda:in", "hello");
            out.assertIsSatisfied();
        }
    }

    /** Threads and connections; what would fire later, would need a thread. */
    private void assertThatNothingIsLeft() {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(newThreads()).as("threads left").isEmpty());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(server.stats().connectionsOpen())
                        .as("connections left")
                        .isZero());
    }

    /** By whatever name, except those of the JVM, the server and the test, which come and go when they like. */
    private List<String> newThreads() {
        return ComponentThreads.live().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> !name.startsWith("aipi-simulator") && !name.startsWith("awaitility"))
                // the simulated server's I/O, which begins anew when it comes up
                .filter(name -> !name.startsWith("server-dispatch-") && !name.startsWith("server-listener-"))
                // Java's common pool, and the threads with which JUnit keeps times
                .filter(name -> !name.startsWith("ForkJoinPool") && !name.startsWith("junit"))
                .filter(name -> !name.startsWith("CompletableFutureDelayScheduler"))
                .sorted()
                .toList();
    }
}
