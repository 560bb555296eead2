/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiConsumer;
import io.aipi.camel.TraitRepository;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.StoredEntries;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.ResultLostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.caffeine.processor.aggregate.CaffeineAggregationRepository;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Detached jobs with repositories, servers and routes as they are at their worst. */
class StoredJobsTest extends ConsumerTestSupport {

    private static final String SUBMIT = "aipi:chat?waitForResult=false&jobRepository=#jobs";

    private void bind(AggregationRepository jobs) {
        context.getRegistry().bind("jobs", jobs);
    }

    private void nextContext(AggregationRepository jobs) {
        context.stop();
        context = newContext();
        bind(jobs);
    }

    private int held(String routeId) {
        return ((AipiConsumer) context.getRoute(routeId).getConsumer()).getTrackedJobs();
    }

    private List<String> bodies() {
        return routed.stream()
                .map(exchange -> exchange.getMessage().getBody(String.class))
                .toList();
    }

    @Test
    @Tag("case-A2")
    void aConsumerThatStartsRemovesNothing_whereScanGivesLiveEntries() throws Exception {
        CaffeineAggregationRepository jobs = new CaffeineAggregationRepository();
        bind(jobs);
        routes(b -> b.from("direct:submit").to(SUBMIT));
        for (int i = 0; i < 3; i++) {
            submit("Prompt " + i, Map.of());
        }
        nextContext(jobs);

        routes(b -> {
            b.from("aipi:picture?jobRepository=#jobs").process(this::keep);
            b.from("aipi:chat?jobRepository=#jobs").process(this::keep);
        });

        awaitRouted(3);
        assertThat(bodies()).allMatch(body -> body.contains("Prompt"));
        await().until(() -> jobs.getKeys().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n "})
    @Tag("case-A13")
    void aBlankRequestIdIsNone(String blank) throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        bind(jobs);
        routes(b -> {
            b.from("direct:submit").to(SUBMIT);
            b.from("aipi:chat?jobRepository=#jobs").process(this::keep);
        });

        for (int i = 0; i < 3; i++) {
            submit("Prompt " + i, Map.of(AipiConstants.REQUEST_ID, blank));
        }

        awaitRouted(3);
        assertThat(server.stats().submits()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            String prompt = "Prompt " + i;
            assertThat(bodies()).anyMatch(body -> body.contains(prompt));
        }
    }

    @Test
    @Tag("case-D7")
    void anEntryUnderARequestIdThatNobodyCanReadHoldsNoMessageUp() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        bind(jobs);
        routes(b -> {
            b.from("direct:submit").to(SUBMIT);
            b.from("aipi:chat?jobRepository=#jobs").process(this::keep);
        });
        submit("Prompt 0", Map.of(AipiConstants.REQUEST_ID, "request-0"));
        awaitRouted(1);
        DefaultExchange garbage = new DefaultExchange(context);
        garbage.getIn().setBody("garbage");
        jobs.add(context, DetachedJob.key(component().getConfiguration().getServerUrl(), "chat", "request-1"), garbage);

        submit("Prompt 1", Map.of(AipiConstants.REQUEST_ID, "request-1"));

        awaitRouted(2);
        assertThat(bodies()).anyMatch(body -> body.contains("Prompt 1"));
    }

    @Test
    @Tag("case-A14")
    void aServerIsTheSame_howeverItsUrlIsWritten() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        bind(jobs);
        String url = "http://localhost:" + server.port();
        component().getConfiguration().setServerUrl(url);
        routes(b -> b.from("direct:submit").to(SUBMIT));
        submit("Hello", Map.of());
        nextContext(jobs);

        component().getConfiguration().setServerUrl(" HTTP://LOCALHOST:" + server.port() + "// ");
        routes(b -> b.from("aipi:chat?jobRepository=#jobs").process(this::keep));

        awaitRouted(1);
    }

    private AipiComponent component() {
        return context.getComponent("aipi", AipiComponent.class);
    }

    @Test
    @Tag("case-A16")
    void anOutcomeThatNeitherTheRepositoryNorARouteTakesIsGivenUp_andTheNextStartTellsWithTheMessage()
            throws Exception {
        TraitRepository jobs = new TraitRepository(TraitRepository.Scan.COMPLETED);
        jobs.refuse(body -> body instanceof Map<?, ?> map
                && String.valueOf(map.get("result")).contains("large"));
        bind(jobs);
        AtomicInteger attempts = new AtomicInteger();
        routes(b -> {
            b.from("direct:submit").to(SUBMIT);
            b.from("aipi:chat?jobRepository=#jobs&maxInFlight=1&maximumRedeliveries=1&repositoryScanInterval=10")
                    .routeId("answers")
                    .filter(exchange ->
                            exchange.getMessage().getBody(String.class).contains("large"))
                    .process(exchange -> {
                        attempts.incrementAndGet();
                        throw new IllegalStateException("no");
                    })
                    .end()
                    .process(this::keep);
        });
        submit("A large response", Map.of("number", 7));
        submit("A small one", Map.of());

        awaitRouted(1);
        assertThat(bodies().get(0)).contains("small");
        await().until(() -> held("answers") == 0);
        assertThat(attempts).hasValue(2);
        assertThat(StoredEntries.jobs(context, jobs)).hasSize(1);

        routed.clear();
        nextContext(jobs);
        routes(b -> b.from("aipi:chat?jobRepository=#jobs").process(this::keep));
        awaitRouted(1);
        assertThat(routed.get(0).getProperty(Exchange.EXCEPTION_CAUGHT)).isInstanceOf(ResultLostException.class);
        assertThat(routed.get(0).getMessage().getBody()).isEqualTo("A large response");
        assertThat(routed.get(0).getMessage().getHeader("number")).isEqualTo(7);
        await().until(() -> jobs.getKeys().isEmpty());
    }

    @Test
    @Tag("case-A17")
    void anOutcomeThatWaitsForItsRequestWaitsWithTheNextConsumer_too() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        Map<String, Object> headers = Map.of(AipiConstants.REQUEST_ID, "prompts-0-17");
        bind(jobs);
        routes(b -> b.from("direct:submit").to(SUBMIT));
        String first = submit("Hello", headers);
        nextContext(jobs);
        routes(b -> {
            b.from("direct:submit").to(SUBMIT);
            for (String id : List.of("a", "b")) {
                b.from("aipi:chat?jobRepository=#jobs&redeliveryGracePeriod=3600000&outputType="
                                + (id.equals("a") ? "text" : "auto"))
                        .routeId(id)
                        .process(this::keep);
            }
        });
        await().until(() -> held("a") + held("b") == 1);
        String holder = held("a") == 1 ? "a" : "b";
        String other = holder.equals("a") ? "b" : "a";

        context.getRouteController().stopRoute(holder);
        await().until(() -> held(other) == 1);
        // by the time that this one has been routed, the other one would have been
        await().until(() -> StoredEntries.jobs(context, jobs).stream().anyMatch(job -> job.outcome() != null));
        submit("Another", Map.of());
        awaitRouted(1);

        assertThat(bodies().get(0)).contains("Another");
        assertThat(submit("Hello", headers)).isEqualTo(first);
        assertThat(server.stats().submits()).isEqualTo(2);
        assertThat(routed).hasSize(1);
    }

    @Test
    @Tag("case-A22")
    @Timeout(60)
    void aStopEnds_whenTheComponentWasStoppedBefore() throws Exception {
        bind(new LastingRepository());
        context.getShutdownStrategy().setTimeout(1);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        routes(b -> {
            b.from("direct:submit").to(SUBMIT);
            b.from("aipi:chat?jobRepository=#jobs&repositoryScanInterval=60000").process(exchange -> {
                inside.countDown();
                never.await();
            });
        });
        submit("Hello", Map.of());
        submit("Hello again", Map.of());
        inside.await();

        context.getComponent("aipi").stop();
        context.stop();

        assertThat(context.getStatus()).isEqualTo(ServiceStatus.Stopped);
    }

    // ---- repositories that do not work

    @Test
    @Tag("case-D7")
    @Tag("case-D8")
    void garbageInTheRepositoryKeepsNothingBack() throws Exception {
        TraitRepository jobs = new TraitRepository(TraitRepository.Scan.COMPLETED);
        bind(jobs);
        routes(b -> b.from("direct:submit").to(SUBMIT));
        String bad = submit("Bad", Map.of());
        String badKey = jobs.getKeys().iterator().next();
        for (int i = 0; i < 3; i++) {
            submit("Prompt " + i, Map.of());
        }
        nextContext(jobs);
        jobs.makeUnreadable(badKey, new StackOverflowError());
        jobs.addGarbage("garbage", new IllegalStateException("garbage"));
        jobs.addGarbage("worse", new NoClassDefFoundError("garbage"));

        routes(b -> {
            b.from("direct:submit").to(SUBMIT);
            // scanned once
            b.from("aipi:chat?jobRepository=#jobs&repositoryScanInterval=3600000")
                    .process(this::keep);
        });

        awaitRouted(3);
        submit("New", Map.of());
        awaitRouted(4);
        assertThat(routed)
                .noneMatch(exchange -> bad.equals(exchange.getMessage().getHeader(AipiConstants.JOB_ID)));
        await().until(() -> jobs.getKeys().size() == 1);
    }

    @Test
    @Tag("case-D9")
    void whileTheRepositoryIsAwayNothingIsSubmitted_andItGoesOnByItself() throws Exception {
        TraitRepository jobs = new TraitRepository(TraitRepository.Scan.COMPLETED);
        bind(jobs);
        routes(b -> {
            b.from("direct:submit").to(SUBMIT);
            b.from("aipi:chat?jobRepository=#jobs").process(this::keep);
        });
        submit("Before", Map.of());
        awaitRouted(1);
        jobs.setAway(true);
        // the one that finds out
        assertThatThrownBy(() -> submit("Finds out", Map.of())).isInstanceOf(CamelExecutionException.class);
        long submits = server.stats().submits();

        List<CompletableFuture<Object>> sent = IntStream.range(0, 200)
                .mapToObj(i -> context.createProducerTemplate()
                        .asyncRequestBodyAndHeaders(
                                "direct:submit",
                                "Prompt " + i,
                                i % 2 == 0 ? Map.of() : Map.of(AipiConstants.REQUEST_ID, "request " + i)))
                .toList();
        for (CompletableFuture<Object> one : sent) {
            assertThatThrownBy(() -> one.get(60, TimeUnit.SECONDS)).rootCause().hasMessageContaining("away");
        }
        assertThat(server.stats().submits()).isEqualTo(submits);
        assertThatThrownBy(() -> submit("Later", Map.of()))
                .cause()
                .isInstanceOfSatisfying(ConnectionFailedException.class, away -> {
                    assertThat(away.isRetryable()).isTrue();
                    assertThat(away.isRequestSent()).isFalse();
                    assertThat(away).hasMessageContaining("Nothing was submitted");
                });

        jobs.setAway(false);
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(submit("After", Map.of())).isNotEmpty());
        await().until(() -> bodies().stream().anyMatch(body -> body.contains("After")));
    }

    @Test
    @Tag("case-D9")
    void whatIsAwayAtTheFirstStartIsFoundOutBeforeTheFirstSubmit() throws Exception {
        TraitRepository jobs = new TraitRepository(TraitRepository.Scan.COMPLETED);
        jobs.setAway(true);
        bind(jobs);
        routes(b -> {
            b.from("direct:submit").to(SUBMIT);
            b.from("aipi:chat?jobRepository=#jobs").process(this::keep);
        });
        assertThatThrownBy(() -> submit("Too early", Map.of())).cause().isInstanceOf(ConnectionFailedException.class);
        assertThat(server.stats().submits()).isZero();

        jobs.setAway(false);

        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(submit("After", Map.of())).isNotEmpty());
        awaitRouted(1);
    }

    @Test
    @Tag("case-D9")
    void aMessageThatTheRepositoryWillNeverTakeIsNotComputedAgainAndAgain() throws Exception {
        TraitRepository jobs = new TraitRepository(TraitRepository.Scan.COMPLETED);
        bind(jobs);
        jobs.refuse(body -> String.valueOf(body).contains("large"));
        routes(b -> b.from("direct:submit").to(SUBMIT));

        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> submit("A large prompt", Map.of()))
                    .cause()
                    .isInstanceOf(InvalidRequestException.class);
        }

        assertThat(server.stats().submits()).isZero();
        assertThat(submit("A small one", Map.of())).isNotEmpty();
    }

    // ---- options

    @ParameterizedTest
    @ValueSource(
            strings = {
                "repositoryScanInterval=0",
                "repositoryScanInterval=-1",
                "redeliveryGracePeriod=-1",
                "redeliveryDelay=-1",
                "concurrentConsumers=0",
                "concurrentConsumers=2000000000",
                "maximumRedeliveries=-1",
                "maxInFlight=-1",
                "requestTimeout=0",
                "jobTimeout=-1",
                "pollInterval=0",
                "maxPollInterval=-5",
                "queueFullTimeout=-1",
                "pollFailureTimeout=-1",
                "connectTimeout=0",
                "maxConnections=0",
                "maxResponseSize=0"
            })
    @Tag("case-D17")
    void aNumberThatMakesNoSenseIsRefusedAtTheStart_andNamed(String option) {
        String name = option.substring(0, option.indexOf('='));
        assertThatThrownBy(() -> context.getEndpoint("aipi:chat?" + option)).hasStackTraceContaining(name + " must");
        assertThatThrownBy(() -> {
                    DefaultCamelContext other = newContext();
                    Map<String, Object> properties = new HashMap<>();
                    properties.put(name, option.substring(name.length() + 1));
                    other.getEndpoint("aipi:chat", properties);
                })
                .hasStackTraceContaining(name + " must");
    }

    @Test
    @Tag("case-D17")
    void aPoolWithoutThreadsIsRefusedAtTheStart() {
        component().setWorkerPoolSize(0);

        assertThatThrownBy(() -> context.getEndpoint("aipi:chat")).hasStackTraceContaining("workerPoolSize must");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nosuch:dead", "timer:dead", ""})
    @Tag("case-D20")
    void aDeadLetterEndpointThatDoesNotExistIsFoundAtTheStart(String uri) {
        assertThatThrownBy(() -> routes(b -> {
                    component().getConfiguration().setDeadLetterUri(uri);
                    b.from("aipi:chat").process(this::keep);
                }))
                .hasStackTraceContaining("deadLetterUri");
    }
}
