/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.simulator.SimulatorStats;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server 0.9.0, which counts its jobs from JID1 at each start, is restarted time and again under waiting exchanges and
 * stored jobs: the ids of those in flight come again at once, for other prompts.
 */
@Tag("case-D1")
class RestartGuaranteeTest {

    private static final int RESTARTS = 10;

    /** So many messages that wait for their responses, and so many to be stored, come at once after each start. */
    private static final int AT_ONCE = 200;

    /** So many jobs a server has accepted when it is restarted, most of them under ids of the life before. */
    private static final int ACCEPTED_IN_A_LIFE = AT_ONCE * 3 / 2;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Random random = new Random(17);
    private final MemoryAggregationRepository jobs = new MemoryAggregationRepository();
    private final Map<String, Sent> waiting = new ConcurrentHashMap<>();
    private final Map<String, Sent> stored = new ConcurrentHashMap<>();
    private final List<String> foreign = new CopyOnWriteArrayList<>();

    /** A message, and how it has ended: once, if all is well. */
    private record Sent(String prompt, List<Object> ends) {

        /** The response of the model, which repeats the prompt. */
        String response() {
            return "You said: " + prompt;
        }

        boolean hasEnded() {
            return !ends.isEmpty();
        }
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void underTenRestartsEachMessageEndsOnceWithItsOwnResponseOrAFailureThatIsRetryable() throws Exception {
        try (AipiSimulator server = server();
                TestContext test = TestContext.of(server.url(), "key-1", this::setUp, routes -> {
                    routes.from("direct:wait").to("aipi:chat");
                    routes.from("direct:store").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
                    routes.from("aipi:chat?jobRepository=#jobs&concurrentConsumers=4")
                            .process(exchange ->
                                    end(stored.get(exchange.getMessage().getHeader("prompt", String.class)), exchange));
                })) {
            test.context().getRegistry().bind("jobs", jobs);
            test.context().start();
            long begin = System.nanoTime();

            for (int restart = 0; restart < RESTARTS; restart++) {
                long before = server.stats().submits();
                send(test);
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> server.stats().submits() - before >= ACCEPTED_IN_A_LIFE);
                if (restart % 2 == 0) {
                    server.restart();
                } else {
                    server.goDown();
                    server.comeUp();
                }
            }
            send(test);

            await().atMost(PATIENCE).until(() -> inFlight(waiting) + inFlight(stored) == 0);
            await().atMost(PATIENCE).until(() -> jobs.getKeys().isEmpty());
            TestLog.report(
                    "%d restarts, until all has ended: %d ms",
                    RESTARTS, Duration.ofNanos(System.nanoTime() - begin).toMillis());
            assertThatEachEndedOnceAsItMay();
            assertThat(server.stats().jobs())
                    .extracting(SimulatorStats.AcceptedJob::prompt)
                    .as("prompts that were computed")
                    .doesNotHaveDuplicates();
        }
    }

    private static AipiSimulator server() {
        return AipiSimulator.builder()
                .generation(Generation.SERVED_0_9_0)
                .apiKey("key-1")
                .user("somebody")
                .endpoint(SimulatedEndpoint.chat("chat", "prompt"))
                .workers(2 * AT_ONCE)
                .maxQueueLength(10 * AT_ONCE)
                .start();
    }

    private void setUp(AipiComponent component) {
        component.getConfiguration().setUser("somebody");
        component.getConfiguration().setPollInterval(Duration.ofMillis(200));
        component.getConfiguration().setMaxPollInterval(Duration.ofMillis(500));
    }

    /** While those of before may not know yet that they are lost. */
    private void send(TestContext test) throws Exception {
        send(test, "direct:wait", waiting, exchange -> true);
        // a stored job ends with its outcome; only a submit that fails has no other end
        send(test, "direct:store", stored, Exchange::isFailed);
    }

    private void send(TestContext test, String uri, Map<String, Sent> all, Predicate<Exchange> ends) throws Exception {
        Endpoint endpoint = test.context().getEndpoint(uri);
        AsyncProducer producer = endpoint.createAsyncProducer();
        producer.start();
        for (int i = 0; i < AT_ONCE; i++) {
            // some end before the next restart, most are in the middle of their jobs then
            String prompt = uri + " " + all.size() + " @sleep=" + (2 + random.nextInt(20)) / 10.0;
            Sent sent = new Sent(prompt, new CopyOnWriteArrayList<>());
            all.put(prompt, sent);
            Exchange exchange = endpoint.createExchange();
            exchange.getMessage().setBody(prompt);
            exchange.getMessage().setHeader("prompt", prompt);
            producer.process(exchange, synchronously -> {
                if (ends.test(exchange)) {
                    end(sent, exchange);
                }
            });
        }
    }

    private static int inFlight(Map<String, Sent> all) {
        return (int) all.values().stream().filter(sent -> !sent.hasEnded()).count();
    }

    private void end(Sent sent, Exchange exchange) {
        Exception failure = exchange.getException() != null
                ? exchange.getException()
                : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        String body = exchange.getMessage().getBody(String.class);
        if (failure == null && !sent.response().equals(body)) {
            foreign.add(sent.prompt() + " -> " + body);
        }
        sent.ends().add(failure == null ? "answer" : failure);
    }

    private void assertThatEachEndedOnceAsItMay() {
        assertThat(foreign).as("answers to other prompts").isEmpty();
        for (Map<String, Sent> all : List.of(waiting, stored)) {
            Map<String, AtomicInteger> kinds = new TreeMap<>();
            all.values().stream()
                    .flatMap(sent -> sent.ends().stream())
                    .forEach(end -> kinds.computeIfAbsent(kind(end), kind -> new AtomicInteger())
                            .incrementAndGet());
            TestLog.report(
                    "%d restarts under %d %s: %s",
                    RESTARTS, all.size(), all == waiting ? "waiting exchanges" : "stored jobs", kinds);
            assertThat(all.values())
                    .as("messages that did not end once")
                    .filteredOn(sent -> sent.ends().size() != 1)
                    .isEmpty();
            assertThat(all.values())
                    .as("messages that failed for good")
                    .filteredOn(sent -> !mayEndWith(sent.ends().get(0)))
                    .isEmpty();
            assertThat(kinds).containsKeys("answer", JobLapsedException.class.getSimpleName());
        }
    }

    private static boolean mayEndWith(Object end) {
        return "answer".equals(end) || (end instanceof AipiException failure && failure.isRetryable());
    }

    private static String kind(Object end) {
        return end instanceof Exception failure ? failure.getClass().getSimpleName() : (String) end;
    }
}
