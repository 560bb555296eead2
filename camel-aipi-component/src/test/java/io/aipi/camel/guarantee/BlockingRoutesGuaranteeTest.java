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
import io.aipi.client.error.QueueFullException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.simulator.SimulatorBuilder;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.support.DefaultThreadPoolFactory;
import org.apache.camel.support.ExpressionAdapter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What routes do behind {@code aipi:} never keeps the component, or another route, from working. */
class BlockingRoutesGuaranteeTest {

    private static final int MANY = 200;

    private static SimulatorBuilder server(String... endpoints) {
        SimulatorBuilder builder = AipiSimulator.builder()
                .apiKey("key-1")
                .computeTime(Duration.ofMillis(50))
                .maxQueueLength(5_000);
        for (String endpoint : endpoints) {
            builder.endpoint(SimulatedEndpoint.chat(endpoint, "text")).workers(endpoint, 300);
        }
        return builder;
    }

    /** Sends to the URI, waits for the response, and appends it. */
    private static void callAndWait(Exchange exchange, String uri) {
        ProducerTemplate template = exchange.getContext().createProducerTemplate();
        String inner = template.requestBody(uri, exchange.getMessage().getBody(String.class), String.class);
        exchange.getMessage().setBody(inner);
    }

    @Test
    @Tag("case-A1")
    void twoHundredExchangesThatCallAipiBehindAipiToAnyDepthAllEnd_andAPlainRouteBesideThemIsNotDelayed()
            throws Exception {
        Queue<Long> delays = new ConcurrentLinkedQueue<>();
        try (AipiSimulator server = server("m", "n").start();
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("seda:in?concurrentConsumers=8&size=1000")
                            .to("aipi:m")
                            .process(exchange -> callAndWait(exchange, "direct:second"))
                            .to("mock:out");
                    routes.from("direct:second")
                            .to("aipi:n")
                            .process(exchange -> callAndWait(exchange, "direct:third"));
                    routes.from("direct:third").to("aipi:m");
                    routes.from("seda:plain?concurrentConsumers=1")
                            .to("aipi:m")
                            .process(exchange -> exchange.setProperty("back", System.nanoTime()))
                            .to("mock:plain");
                })) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            MockEndpoint plain = test.context().getEndpoint("mock:plain", MockEndpoint.class);
            out.expectedMessageCount(MANY);
            out.setResultWaitTime(120_000);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < MANY; i++) {
                template.sendBody("seda:in", "number " + i);
            }
            int sent = 0;
            while (out.getReceivedCounter() < MANY && sent < 100) {
                int expected = ++sent;
                long begin = System.nanoTime();
                template.sendBody("seda:plain", "plain");
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> plain.getReceivedCounter() == expected);
                delays.add(System.nanoTime() - begin);
            }
            out.assertIsSatisfied();
        }
        long median =
                delays.stream().sorted().skip(delays.size() / 2).findFirst().orElseThrow();
        TestLog.report(
                "%d exchanges, each three aipi: deep: all ended; %d plain ones beside them took %d ms (median)",
                MANY, delays.size(), Duration.ofNanos(median).toMillis());
        // a job takes 50 ms and is noticed within 300 ms; the rest is generous for a loaded machine
        assertThat(Duration.ofNanos(median)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    @Tag("case-D3")
    void aRouteThatSleepsInItsErrorHandlerKeepsNoOtherRouteFromGoingOn() throws Exception {
        AtomicInteger tried = new AtomicInteger();
        try (AipiSimulator server = server("full", "good")
                        .workers("full", 0)
                        .maxQueueLength(1)
                        .start();
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("seda:full?concurrentConsumers=20&size=1000")
                            .onException(QueueFullException.class)
                            .maximumRedeliveries(1)
                            .redeliveryDelay(3_000)
                            .handled(true)
                            .to("mock:refused")
                            .end()
                            .process(exchange -> tried.incrementAndGet())
                            .to("aipi:full");
                    routes.from("direct:good").to("aipi:good");
                })) {
            // nobody ever answers the one in the queue: it is not waited for
            test.context().getShutdownStrategy().setTimeout(1);
            MockEndpoint refused = test.context().getEndpoint("mock:refused", MockEndpoint.class);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < 100; i++) {
                template.sendBody("seda:full", "number " + i);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> tried.get() >= 100);
            // one is in the queue, the others are refused, and sleep
            long begin = System.nanoTime();
            assertThat(template.requestBody("direct:good", "hello", String.class))
                    .endsWith("hello");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
            await().atMost(Duration.ofSeconds(60)).until(() -> refused.getReceivedCounter() >= 98);
        }
    }

    @Test
    @Tag("case-A1")
    void aProgressRouteThatBlocksKeepsNoOtherProgressFromArriving() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (AipiSimulator server = server("m").start();
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("direct:blocked")
                            .to("aipi:m?progressUri=direct:blocks")
                            .to("mock:blocked");
                    routes.from("direct:blocks").process(exchange -> release.await());
                    routes.from("direct:free").to("aipi:m?progressUri=mock:progress");
                })) {
            MockEndpoint blocked = test.context().getEndpoint("mock:blocked", MockEndpoint.class);
            MockEndpoint progress = test.context().getEndpoint("mock:progress", MockEndpoint.class);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < 20; i++) {
                template.asyncSendBody("direct:blocked", "number " + i);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> blocked.getReceivedCounter() == 20);
            template.requestBody("direct:free", "hello");
            await().atMost(Duration.ofSeconds(10)).until(() -> progress.getReceivedCounter() > 0);
            release.countDown();
        }
    }

    @Test
    @Tag("case-A4")
    void exchangesOfProducersThatFallOutOfCamelsCacheEndNormally() throws Exception {
        int uris = 120;
        try (AipiSimulator server = server("m")
                        .workers("m", uris)
                        .computeTime(Duration.ofSeconds(2))
                        .start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("seda:in?concurrentConsumers=8&size=1000")
                                .toD("aipi:m?lazyLogin=true&param.top_k=${header.k}", 50)
                                .to("mock:out"))) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            out.expectedMessageCount(uris);
            out.setResultWaitTime(120_000);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < uris; i++) {
                template.sendBodyAndHeader("seda:in", "number " + i, "k", i + 1);
            }
            out.assertIsSatisfied();
        }
    }

    @Test
    @Tag("case-A4")
    void anEvictedProducersExchangesFailWhenTheirRouteStops() throws Exception {
        try (AipiSimulator server = server("m").workers("m", 0).start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("seda:in?concurrentConsumers=4")
                                .routeId("dynamic")
                                .toD("aipi:m?param.top_k=${header.k}", 1))) {
            test.context().getShutdownStrategy().setTimeout(1);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 1; i <= 4; i++) {
                template.sendBodyAndHeader("seda:in", "number " + i, "k", i);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> server.stats().submits() == 4);
            assertThat(test.context().getInflightRepository().size()).isEqualTo(4);
            test.context().getRouteController().stopRoute("dynamic");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> test.context().getInflightRepository().size() == 0);
        }
    }

    @Test
    @Tag("case-B14")
    void anExchangeThatIsStoppedBeforeItsTurnIsToldThatNothingWasSubmitted() throws Exception {
        List<CompletableFuture<Exchange>> sent = new ArrayList<>();
        try (AipiSimulator server = server("m").workers("m", 0).start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").routeId("route").to("aipi:m?maxInFlight=1"))) {
            test.context().getShutdownStrategy().setTimeout(1);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < 3; i++) {
                sent.add(template.asyncSend(
                        "direct:in", exchange -> exchange.getMessage().setBody("hello")));
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> test.context().getInflightRepository().size() == 3
                            && server.stats().submits() == 1);
            test.context().getRouteController().stopRoute("route");
            assertThat(sent)
                    .extracting(one -> one.get(30, TimeUnit.SECONDS).getException())
                    .allSatisfy(failure -> assertThat(failure).isInstanceOf(ClientClosedException.class))
                    .filteredOn(failure -> failure.getMessage().contains("nothing was submitted"))
                    .hasSize(2);
        }
    }

    @Test
    @Tag("case-B15")
    void theCallerIsHeldBackWhileTooManyWaitForTheirTurn() throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        try (AipiSimulator server = server("m").workers("m", 0).start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("seda:in?concurrentConsumers=2&size=1000")
                                .process(exchange -> accepted.incrementAndGet())
                                .to("aipi:m?maxInFlight=3&maxWaiting=5")
                                .to("mock:out"))) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            out.expectedMessageCount(100);
            out.setResultWaitTime(60_000);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < 100; i++) {
                template.sendBody("seda:in", "number " + i);
            }
            // three in flight, five that wait, and the two threads of the source
            await().atMost(Duration.ofSeconds(30)).until(() -> accepted.get() == 10);
            await().during(Duration.ofMillis(500)).until(() -> accepted.get() == 10);
            server.startWorkers("m", 10);
            out.assertIsSatisfied();
        }
    }

    @Test
    @Tag("case-D4")
    void anErrorThatLeavesTheBindingEndsItsExchangeAndNothingElse() throws Exception {
        try (AipiSimulator server = server("m").start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").to("aipi:m"))) {
            ProducerTemplate template = test.context().createProducerTemplate();
            Exchange failed = template.send(
                    "direct:in",
                    exchange -> exchange.getMessage().setBody(Map.of("prompt", new ExpressionAdapter() {
                        @Override
                        public String toString() {
                            throw new StackOverflowError("on purpose");
                        }
                    })));
            assertThat(failed.getException()).isNotNull();
            assertThat(test.context().getInflightRepository().size()).isZero();
            assertThat(template.requestBody("direct:in", "hello", String.class)).endsWith("hello");
        }
    }

    /** As those that measure thread pools, or carry a trace into them, do. */
    @Test
    @Tag("case-A1")
    void poolsThatSomebodyWrapsAreNoNarrower() throws Exception {
        try (AipiSimulator server = server("m", "n").start();
                TestContext test = TestContext.of(server.url(), "key-1", component -> {}, routes -> {
                    routes.from("seda:in?concurrentConsumers=8&size=1000")
                            .to("aipi:m")
                            .process(exchange -> callAndWait(exchange, "direct:second"))
                            .to("mock:out");
                    routes.from("direct:second").to("aipi:n");
                })) {
            test.context().getExecutorServiceManager().setThreadPoolFactory(new WrappingThreadPools());
            test.context().start();
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            out.expectedMessageCount(50);
            out.setResultWaitTime(60_000);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < 50; i++) {
                template.sendBody("seda:in", "number " + i);
            }
            out.assertIsSatisfied();
        }
    }

    private static final class WrappingThreadPools extends DefaultThreadPoolFactory {
        @Override
        public ExecutorService newThreadPool(ThreadPoolProfile profile, ThreadFactory factory) {
            return Executors.unconfigurableExecutorService(super.newThreadPool(profile, factory));
        }
    }

    /** A thread of a route may be on its way to a producer that Camel's cache has just stopped. */
    @Test
    @Tag("case-A4")
    void anExchangeThatComesToAProducerAfterItsStopEndsNormally() throws Exception {
        try (AipiSimulator server = server("m").start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").to("log:in"))) {
            for (String operation : List.of("submit", "describe", "list", "validateKey")) {
                Producer producer = test.context()
                        .getEndpoint("aipi:m?operation=" + operation)
                        .createProducer();
                producer.start();
                producer.stop();
                for (int i = 0; i < 2; i++) {
                    Exchange exchange = test.context().getEndpoint("direct:in").createExchange();
                    exchange.getMessage().setBody("Hello");
                    producer.process(exchange);
                    assertThat(exchange.getException()).as(operation).isNull();
                }
            }
        }
    }

    @Test
    @Tag("case-A4")
    void anExchangeWhoseProducerIsStoppedWhileItsBodyIsReadEndsNormally() throws Exception {
        try (AipiSimulator server = server("m").start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").to("log:in"))) {
            Producer producer = test.context().getEndpoint("aipi:m").createProducer();
            producer.start();
            Exchange exchange = test.context().getEndpoint("direct:in").createExchange();
            exchange.getMessage().setBody(new ByteArrayInputStream("Hello".getBytes(StandardCharsets.UTF_8)) {
                @Override
                public synchronized int read(byte[] bytes, int offset, int length) {
                    producer.stop();
                    return super.read(bytes, offset, length);
                }
            });
            producer.process(exchange);
            assertThat(exchange.getException()).isNull();
            assertThat(exchange.getMessage().getBody(String.class)).isEqualTo("You said: Hello");
        }
    }

    @Test
    @Tag("case-A4")
    void theLastStateOfAJobWhoseProducerWasStoppedIsTold() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (AipiSimulator server = server("m").start();
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("direct:in").to("log:in");
                    routes.from("direct:progress")
                            .process(exchange -> release.await())
                            .to("mock:progress");
                })) {
            MockEndpoint told = test.context().getEndpoint("mock:progress", MockEndpoint.class);
            Producer producer = test.context()
                    .getEndpoint("aipi:m?progressUri=direct:progress")
                    .createProducer();
            producer.start();
            Exchange exchange = test.context().getEndpoint("direct:in").createExchange();
            exchange.getMessage().setBody("Hello");
            producer.process(exchange);
            producer.stop();
            release.countDown();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> told.getReceivedExchanges().stream()
                            .anyMatch(each ->
                                    "You said: Hello".equals(each.getMessage().getBody(String.class))));
        }
    }
}
