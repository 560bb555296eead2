/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiConstants;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ProcessorDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What detached jobs promise, on a real database with the repository's own filter of classes. */
abstract class JobRepositoryContract {

    private static final String API_KEY = "api-key-0d1c9f52-47ab";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STORED = "?jobRepository=#jobs";

    private AipiSimulator server;
    private Database database;
    private final List<Application> applications = new ArrayList<>();
    private final List<Exchange> routed = new CopyOnWriteArrayList<>();

    abstract Database emptyDatabase();

    @BeforeEach
    void startServer() {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text").withErrorOutput())
                .apiKey(API_KEY)
                .workers(8)
                .computeTime(Duration.ofMillis(50))
                .start();
        database = emptyDatabase();
    }

    @AfterEach
    void stopAll() {
        applications.forEach(Application::close);
        server.close();
    }

    private interface Routes {
        void configure(RouteBuilder builder) throws Exception;
    }

    private Application start(Routes routes) throws Exception {
        Map<String, String> properties = new HashMap<>(database.properties());
        properties.put("camel.component.aipi.server-url", server.url());
        properties.put("camel.component.aipi.api-key", API_KEY);
        properties.put("camel.component.aipi.poll-interval", "50ms");
        properties.put("camel.component.aipi.repository-scan-interval", "100ms");
        properties.put("camel.component.aipi.redelivery-delay", "10ms");
        Application application = Application.start(properties, new RouteBuilder() {
            @Override
            public void configure() throws Exception {
                routes.configure(this);
            }
        });
        applications.add(application);
        return application;
    }

    private Application startSubmitting() throws Exception {
        return start(JobRepositoryContract::submit);
    }

    private static ProcessorDefinition<?> submit(RouteBuilder builder) {
        return builder.from("direct:submit").to("aipi:chat" + STORED + "&waitForResult=false");
    }

    private void keep(Exchange exchange) {
        routed.add(exchange.copy());
    }

    private void awaitRouted(int count) {
        await().atMost(PATIENCE).until(() -> routed.size() >= count);
    }

    private static void awaitEmpty(Application application) {
        await().atMost(PATIENCE).until(application::isEmpty);
    }

    @Test
    void aRestartOfTheContextPicksStoredJobsUp() throws Exception {
        Application first = startSubmitting();
        for (int i = 0; i < 20; i++) {
            first.submit("Prompt " + i, Map.of("number", i, "tags", List.of("a", "b")));
        }
        first.close();

        Application second = start(b -> b.from("aipi:chat" + STORED).process(this::keep));
        awaitRouted(20);

        assertThat(routed)
                .allSatisfy(exchange -> assertThat(exchange.getMessage().getBody(String.class))
                        .contains("Prompt " + exchange.getMessage().getHeader("number")))
                .allSatisfy(exchange ->
                        assertThat(exchange.getMessage().getHeader("tags")).isEqualTo(List.of("a", "b")));
        awaitEmpty(second);
        assertThat(routed).hasSize(20);
        assertThat(server.stats().submits()).isEqualTo(20);
    }

    @Test
    void aResultIsStoredBeforeItIsRouted_andRoutedFromTheStoreWhenNobodyElseHasItAnyMore() throws Exception {
        CountDownLatch firstDelivery = new CountDownLatch(1);
        List<String> storedWhenRouted = new CopyOnWriteArrayList<>();
        Application first = start(b -> {
            submit(b);
            b.from("aipi:chat" + STORED + "&redeliveryDelay=1m").process(exchange -> {
                storedWhenRouted.addAll(applications.get(0).storedTexts());
                firstDelivery.countDown();
                throw new IllegalStateException("not yet");
            });
        });
        first.submit("Hello", Map.of("orderId", 42));
        assertThat(firstDelivery.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(storedWhenRouted).anyMatch(text -> text.contains("You said: Hello"));
        first.close();
        server.restart();
        long looks = server.stats().polls();

        Application second = start(b -> b.from("aipi:chat" + STORED).process(this::keep));
        awaitRouted(1);

        assertThat(routed.get(0).getMessage().getBody()).isEqualTo("You said: Hello");
        assertThat(routed.get(0).getMessage().getHeader("orderId")).isEqualTo(42);
        assertThat(routed.get(0).getMessage().getHeader(Exchange.REDELIVERED)).isEqualTo(true);
        assertThat(server.stats().polls()).isEqualTo(looks);
        awaitEmpty(second);
    }

    @Test
    void anOutcomeIsRoutedUntilItsRouteSucceeds() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Application application = start(b -> {
            submit(b);
            b.from("aipi:chat" + STORED).process(exchange -> {
                if (attempts.incrementAndGet() < 4) {
                    throw new IllegalStateException("not yet");
                }
                keep(exchange);
            });
        });

        application.submit("Hello", Map.of());
        awaitRouted(1);

        assertThat(routed.get(0).getMessage().getHeader(Exchange.REDELIVERY_COUNTER))
                .isEqualTo(3);
        awaitEmpty(application);
    }

    @Test
    void anOutcomeThatNoRouteTakesGoesToTheDeadLetterEndpoint() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Application application = start(b -> {
            submit(b);
            b.from("aipi:chat" + STORED + "&maximumRedeliveries=2&deadLetterUri=direct:dead")
                    .process(exchange -> {
                        attempts.incrementAndGet();
                        throw new IllegalStateException("no");
                    });
            b.from("direct:dead").process(this::keep);
        });

        application.submit("Hello", Map.of());
        awaitRouted(1);

        assertThat(attempts).hasValue(3);
        assertThat(routed.get(0).getMessage().getBody()).isEqualTo("You said: Hello");
        awaitEmpty(application);
    }

    @Test
    void withoutADeadLetterEndpointItStaysInTheStore_andTheNextStartTriesItAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Application first = start(b -> {
            submit(b);
            b.from("aipi:chat" + STORED + "&maximumRedeliveries=1").process(exchange -> {
                attempts.incrementAndGet();
                throw new IllegalStateException("no");
            });
        });
        first.submit("Hello", Map.of());
        await().atMost(PATIENCE).until(() -> attempts.get() == 2);
        first.close();

        Application second = start(b -> b.from("aipi:chat" + STORED).process(this::keep));
        awaitRouted(1);

        awaitEmpty(second);
    }

    @Test
    void jobsThatTheServerForgotAreSubmittedAgainByTheRouteThatGetsThem() throws Exception {
        server.stopWorkers("chat");
        AtomicInteger failures = new AtomicInteger();
        Application application = start(b -> {
            submit(b);
            b.from("aipi:chat" + STORED)
                    .choice()
                    .when(b.simple("${header.CamelAipiJobState} == 'failed' && ${exception.retryable}"))
                    .process(exchange -> failures.incrementAndGet())
                    .to("direct:submit")
                    .otherwise()
                    .process(this::keep);
        });
        for (int i = 0; i < 20; i++) {
            application.submit("Prompt " + i, Map.of("number", i));
        }

        server.restart();
        server.startWorkers("chat", 8);
        awaitRouted(20);

        assertThat(failures).hasValue(20);
        assertThat(routed.stream()
                        .map(exchange -> exchange.getMessage().getBody(String.class) + " "
                                + exchange.getMessage().getHeader("number")))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 20)
                        .mapToObj(i -> "You said: Prompt " + i + " " + i)
                        .toList());
        awaitEmpty(application);
    }

    @Test
    void aRequestIdNamesOneJobUntilItsOutcomeIsRouted_evenOverARestart() throws Exception {
        Map<String, Object> headers = Map.of(AipiConstants.REQUEST_ID, "prompts-0-17");
        Application first = startSubmitting();
        String jobId = first.submit("Hello", headers);
        first.close();

        Application second = startSubmitting();
        assertThat(second.submit("Hello", headers)).isEqualTo(jobId);
        assertThat(server.stats().submits()).isEqualTo(1);
        second.close();

        Application third = start(b -> {
            submit(b);
            b.from("aipi:chat" + STORED).process(this::keep);
        });
        awaitRouted(1);
        awaitEmpty(third);
        assertThat(third.submit("Hello", headers)).isNotEqualTo(jobId);
        awaitRouted(2);
        awaitEmpty(third);
    }

    @Test
    void anAnswerOfThreeMegabytesIsStoredAndRouted() throws Exception {
        String prompt = "x".repeat(3 * 1024 * 1024);
        AtomicInteger attempts = new AtomicInteger();
        Application application = start(b -> {
            submit(b);
            b.from("aipi:chat" + STORED).process(exchange -> {
                if (attempts.incrementAndGet() == 1) {
                    throw new IllegalStateException("not yet");
                }
                keep(exchange);
            });
        });

        application.submit(prompt, Map.of());
        awaitRouted(1);

        assertThat(routed.get(0).getMessage().getBody(String.class)).hasSize("You said: ".length() + prompt.length());
        awaitEmpty(application);
    }

    /** As another program, another version or a bad disk leaves it. */
    @Test
    @Tag("case-A2")
    @Tag("case-D7")
    @Tag("case-D8")
    void garbageInAnyTableKeepsNothingBack() throws Exception {
        Application first = startSubmitting();
        for (int i = 0; i < 3; i++) {
            first.submit("Prompt " + i, Map.of("number", i));
        }
        first.insert("aipi_jobs", server.url() + "#chat/garbage");
        first.insert("aipi_jobs_completed", "garbage");
        first.close();

        Application second = start(b -> {
            submit(b);
            b.from("aipi:chat" + STORED).process(this::keep);
        });
        awaitRouted(3);
        second.submit("Prompt 3", Map.of("number", 3));
        awaitRouted(4);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(second.rows())
                        .containsOnly(Map.entry("aipi_jobs", 1), Map.entry("aipi_jobs_completed", 1)));
    }

    /** As servers 0.9.0 do, which count their jobs anew with each start. */
    @Test
    @Tag("case-D1")
    @Tag("case-D2")
    void idsThatTheServerGivesAgainMixNoAnswersUp() throws Exception {
        server.close();
        server = AipiSimulator.builder()
                .generation(Generation.SERVED_0_9_0)
                .endpoint(SimulatedEndpoint.chat("chat", "text").withErrorOutput())
                .apiKey(API_KEY)
                .workers(8)
                .computeTime(Duration.ofMillis(50))
                .start();
        server.stopWorkers("chat");
        String options = "&user=aime&promptParameter=text";
        Application application = start(b -> {
            b.from("direct:submit").to("aipi:chat" + STORED + options + "&waitForResult=false");
            b.from("aipi:chat" + STORED + options + "&maxInFlight=3")
                    .choice()
                    .when(b.header(AipiConstants.JOB_STATE).isEqualTo("failed"))
                    .to("direct:submit")
                    .otherwise()
                    .process(this::keep);
        });
        for (int i = 0; i < 10; i++) {
            application.submit("Prompt " + i + ".", Map.of("number", i));
        }
        server.restart();
        for (int i = 10; i < 20; i++) {
            int number = i;
            // the restart has closed connections, which the client may find out by a submit
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> application.submit("Prompt " + number + ".", Map.of("number", number)) != null);
        }

        server.startWorkers("chat", 8);
        awaitRouted(20);

        assertThat(routed)
                .hasSize(20)
                .allSatisfy(exchange -> assertThat(exchange.getMessage().getBody(String.class))
                        .contains("Prompt " + exchange.getMessage().getHeader("number") + "."));
        awaitEmpty(application);
    }

    /** In both tables, at all times of a job's life, a failed one among them. */
    @Test
    void noKeyStandsInAnyRow() throws Exception {
        List<byte[]> rows = new CopyOnWriteArrayList<>();
        Application application = start(b -> {
            submit(b);
            b.from("aipi:chat" + STORED + "&maximumRedeliveries=1").process(exchange -> {
                rows.addAll(applications.get(0).storedBytes());
                throw new IllegalStateException("no");
            });
        });
        Map<String, Object> headers = Map.of("Authorization", "Bearer " + API_KEY, "orderId", 42);
        application.submit("Hello", headers);
        application.submit("@error=boom", headers);
        rows.addAll(application.storedBytes());
        await().atMost(PATIENCE)
                .until(() -> rows.stream().map(application::text).anyMatch(text -> text.contains("deliveries=1")));

        List<String> secrets = new ArrayList<>(server.sessionKeys());
        assertThat(secrets).isNotEmpty();
        secrets.add(API_KEY);
        secrets.add(AipiSimulator.LEAKED_WORKER_KEY);
        assertThat(rows).isNotEmpty();
        for (byte[] row : rows) {
            String decoded = application.text(row);
            // the search sees what is there
            assertThat(decoded).contains("orderId");
            assertThat(secrets)
                    .noneMatch(new String(row, StandardCharsets.ISO_8859_1)::contains)
                    .noneMatch(new String(row, StandardCharsets.UTF_16BE)::contains)
                    .noneMatch(decoded::contains);
        }
        assertThat(rows.stream().map(application::text))
                .anyMatch(text -> text.contains("You said: Hello"))
                .anyMatch(text -> text.contains("boom"));
    }
}
