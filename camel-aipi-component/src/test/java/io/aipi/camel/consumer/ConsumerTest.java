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

import io.aipi.camel.AipiConstants;
import io.aipi.camel.store.StoredEntries;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.model.JobResult;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.AggregationRepository;
import org.junit.jupiter.api.Test;

/** What {@code from("aipi:...")} does, in memory and with a repository. */
class ConsumerTest extends ConsumerTestSupport {

    @Test
    void theResultOfADetachedJobIsConsumedWithTheHeadersOfTheExchangeThatSubmitted() throws Exception {
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat").process(this::keep);
        });

        String jobId = submit("Hello", Map.of("orderId", 42, AipiConstants.PROMPT, "Hello there"));
        awaitRouted(1);

        Exchange exchange = routed.get(0);
        assertThat(exchange.getMessage().getBody(String.class)).contains("Hello there");
        assertThat(exchange.getMessage().getHeader("orderId")).isEqualTo(42);
        assertThat(exchange.getMessage().getHeader(AipiConstants.JOB_ID)).isEqualTo(jobId);
        assertThat(exchange.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo("done");
        assertThat(exchange.getMessage().getHeaders())
                .doesNotContainKeys(AipiConstants.PROMPT, AipiConstants.ERROR_TYPE);
        assertThat(exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class)
                        .jobId())
                .isEqualTo(jobId);
        assertThat(exchange.getProperty(Exchange.CORRELATION_ID)).isNotNull();
    }

    @Test
    void aFailedJobComesWithTheOriginalMessageAndTheTypedException() throws Exception {
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat").process(this::keep);
        });

        submit(new ByteArrayInputStream("@error=boom".getBytes(StandardCharsets.UTF_8)), Map.of("orderId", 7));
        awaitRouted(1);

        Exchange exchange = routed.get(0);
        assertThat(exchange.getMessage().getBody(String.class)).isEqualTo("@error=boom");
        assertThat(exchange.getMessage().getHeader("orderId")).isEqualTo(7);
        assertThat(exchange.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo("failed");
        assertThat(exchange.getMessage().getHeader(AipiConstants.ERROR_TYPE)).isEqualTo("JobFailedException");
        assertThat(exchange.getMessage().getHeader(AipiConstants.ERROR_MESSAGE, String.class))
                .contains("boom");
        assertThat(exchange.getProperty(Exchange.EXCEPTION_CAUGHT)).isInstanceOf(JobFailedException.class);
    }

    @Test
    void withBridgeErrorHandlerAFailedJobGoesToTheErrorHandlerWithItsMessage() throws Exception {
        List<String> route = new CopyOnWriteArrayList<>();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat?bridgeErrorHandler=true")
                    .onException(JobFailedException.class)
                    .handled(true)
                    .process(this::keep)
                    .end()
                    .process(exchange -> route.add("passed"));
        });

        submit("@error=boom", Map.of("orderId", 7));
        awaitRouted(1);

        assertThat(routed.get(0).getMessage().getBody(String.class)).isEqualTo("@error=boom");
        assertThat(routed.get(0).getMessage().getHeader("orderId")).isEqualTo(7);
        submit("Hello", Map.of());
        await().until(() -> route.size() == 1);
        assertThat(routed).hasSize(1);
    }

    @Test
    void whatIsStoredIsFollowedByTheNextContext_andAnOutcomeStaysStoredUntilItsRouteSucceeds() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        context.getRegistry().bind("jobs", jobs);
        routes(b -> b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs"));
        String jobId = submit("Hello", Map.of("orderId", 42));
        assertThat(jobs.getKeys()).singleElement().asString().contains("#chat/" + jobId + "/");
        context.stop();

        AtomicInteger attempts = new AtomicInteger();
        context = newContext();
        context.getRegistry().bind("jobs", jobs);
        routes(b -> b.from("aipi:chat?jobRepository=#jobs").process(exchange -> {
            if (attempts.incrementAndGet() < 3) {
                assertThat(jobs.getKeys()).hasSize(1);
                throw new IllegalStateException("not yet");
            }
            keep(exchange);
        }));
        awaitRouted(1);

        assertThat(routed.get(0).getMessage().getBody(String.class)).contains("Hello");
        assertThat(routed.get(0).getMessage().getHeader("orderId")).isEqualTo(42);
        assertThat(routed.get(0).getMessage().getHeader(Exchange.REDELIVERY_COUNTER))
                .isEqualTo(2);
        await().until(() -> jobs.getKeys().isEmpty());
        assertThat(server.stats().submits()).isEqualTo(1);
    }

    @Test
    void anOutcomeThatCannotBeRoutedGoesToTheDeadLetterEndpointAfterItsRedeliveries() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        context.getRegistry().bind("jobs", jobs);
        AtomicInteger attempts = new AtomicInteger();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs&maximumRedeliveries=2&deadLetterUri=direct:dead")
                    .process(exchange -> {
                        attempts.incrementAndGet();
                        throw new IllegalStateException("no");
                    });
            b.from("direct:dead").process(this::keep);
        });

        submit("Hello", Map.of());
        awaitRouted(1);

        assertThat(attempts).hasValue(3);
        assertThat(routed.get(0).getMessage().getBody(String.class)).contains("Hello");
        assertThat(routed.get(0).getProperty(Exchange.EXCEPTION_CAUGHT)).isInstanceOf(IllegalStateException.class);
        await().until(() -> jobs.getKeys().isEmpty());
    }

    @Test
    void jobsThatARestartedServerForgotEndAsFailures_andARouteThatResubmitsThemGetsEveryResponse() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        context.getRegistry().bind("jobs", jobs);
        // by job: a resubmission that meets the restart itself has its failure delivered again
        Map<Object, Class<?>> failures = new ConcurrentHashMap<>();
        server.stopWorkers("chat");
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs")
                    .choice()
                    .when(b.header(AipiConstants.JOB_STATE).isEqualTo("failed"))
                    .process(exchange -> failures.put(
                            exchange.getMessage().getHeader(AipiConstants.JOB_ID),
                            exchange.getProperty(Exchange.EXCEPTION_CAUGHT).getClass()))
                    .to("direct:submit")
                    .otherwise()
                    .process(this::keep);
        });
        for (int i = 0; i < 20; i++) {
            submit("Prompt " + i, Map.of());
        }

        server.restart();
        server.startWorkers("chat", 8);
        awaitRouted(20);

        assertThat(failures).hasSize(20);
        assertThat(failures.values()).containsOnly(JobLapsedException.class);
        for (int i = 0; i < 20; i++) {
            String prompt = "Prompt " + i;
            assertThat(routed)
                    .anyMatch(exchange ->
                            exchange.getMessage().getBody(String.class).contains(prompt));
        }
        await().until(() -> jobs.getKeys().isEmpty());
    }

    /** Such as a result that is too large for its column. */
    @Test
    void anOutcomeThatTheRepositoryWillNeverTakeIsRoutedUnstored_andHoldsNobodyElseUp() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository() {
            @Override
            public Exchange add(CamelContext context, String key, Exchange entry) {
                Object result = entry.getIn().getBody(Map.class).get("result");
                if (result != null && result.toString().contains("large")) {
                    throw new IllegalStateException("too large for the column");
                }
                return super.add(context, key, entry);
            }
        };
        context.getRegistry().bind("jobs", jobs);
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs").process(this::keep);
        });

        for (int i = 0; i < 20; i++) {
            submit("A large response " + i, Map.of());
        }
        submit("A small one", Map.of());
        awaitRouted(21);

        await().until(() -> jobs.getKeys().isEmpty());
        assertThat(routed).allMatch(exchange -> "done".equals(state(exchange)));
    }

    @Test
    void aRequestWithTheIdOfAStoredJobIsNotSubmittedAgain() throws Exception {
        context.getRegistry().bind("jobs", new LastingRepository());
        routes(b -> b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs"));

        Map<String, Object> headers = Map.of(AipiConstants.REQUEST_ID, "prompts-0-17");
        String first = submit("Hello", headers);

        assertThat(submit("Hello", headers)).isEqualTo(first);
        assertThat(server.stats().submits()).isEqualTo(1);
    }

    /** What a broker delivers again after a crash, it delivers when the job may have long ended. */
    @Test
    void aStoredOutcomeWaitsAfterTheStartForItsRequestToComeAgain() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        Map<String, Object> headers = Map.of(AipiConstants.REQUEST_ID, "prompts-0-17");
        context.getRegistry().bind("jobs", jobs);
        routes(b -> b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs"));
        String first = submit("Hello", headers);
        context.stop();

        context = newContext();
        context.getRegistry().bind("jobs", jobs);
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs&redeliveryGracePeriod=3600000")
                    .process(this::keep);
        });
        await().until(() -> isSettled(jobs, first));
        String other = submit("Other", Map.of(AipiConstants.REQUEST_ID, "prompts-0-18"));
        awaitRouted(1);

        assertThat(submit("Hello", headers)).isEqualTo(first);
        assertThat(server.stats().submits()).isEqualTo(2);
        assertThat(routed)
                .extracting(exchange -> exchange.getMessage().getHeader(AipiConstants.JOB_ID))
                .containsExactly(other);
    }

    @Test
    void whenTheTimeForThatIsOverTheStoredOutcomeIsRouted() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        context.getRegistry().bind("jobs", jobs);
        routes(b -> b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs"));
        submit("Hello", Map.of(AipiConstants.REQUEST_ID, "prompts-0-17"));
        context.stop();

        context = newContext();
        context.getRegistry().bind("jobs", jobs);
        routes(b -> b.from("aipi:chat?jobRepository=#jobs&redeliveryGracePeriod=200")
                .process(this::keep));

        awaitRouted(1);
        await().until(() -> jobs.getKeys().isEmpty());
    }

    /** Killed in between, the failure is routed again and the route submits again: the first resubmission must be there. */
    @Test
    void aResubmittedJobStaysStoredUntilTheFailedOneHasLeftTheStore() throws Exception {
        MemoryAggregationRepository jobs = new LastingRepository();
        context.getRegistry().bind("jobs", jobs);
        CountDownLatch resubmitted = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs&concurrentConsumers=2")
                    .choice()
                    .when(b.header(AipiConstants.JOB_STATE).isEqualTo("failed"))
                    .setBody(b.constant("Hello again"))
                    .to("direct:submit")
                    .process(exchange -> resubmitted.countDown())
                    .process(exchange -> go.await())
                    .otherwise()
                    .process(this::keep);
        });
        submit("@error=boom", Map.of());
        resubmitted.await();
        String again = server.stats().jobs().get(1).jobId();
        await().until(() -> isSettled(jobs, again));

        String other = submit("Other", Map.of());
        awaitRouted(1);
        assertThat(routed)
                .extracting(exchange -> exchange.getMessage().getHeader(AipiConstants.JOB_ID))
                .containsExactly(other);

        go.countDown();
        awaitRouted(2);
        await().until(() -> jobs.getKeys().isEmpty());
        assertThat(server.stats().submits()).isEqualTo(3);
    }

    /** Whether the store has the job's outcome. */
    private boolean isSettled(MemoryAggregationRepository jobs, String jobId) {
        return StoredEntries.jobs(context, jobs).stream()
                .anyMatch(stored -> stored.job().jobId().equals(jobId) && stored.outcome() != null);
    }

    @Test
    void progressIsConsumedInOrderAndEndsWithTheResult() throws Exception {
        server.close();
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .computeTime(Duration.ofSeconds(5))
                .workers(0)
                .start();
        context = newContext();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat?consumeProgress=true").process(this::keep);
        });

        submit("Hello", Map.of());
        // that it is queued; that it is worked on is seen in the five seconds that follow
        awaitRouted(1);
        server.startWorkers("chat", 1);
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        "done".equals(routed.get(routed.size() - 1).getMessage().getHeader(AipiConstants.JOB_STATE)));

        assertThat(routed).hasSizeGreaterThan(2);
        assertThat(routed.stream()
                        .map(exchange -> exchange.getMessage().getHeader(AipiConstants.JOB_STATE))
                        .filter("done"::equals))
                .hasSize(1);
        assertThat(routed.get(1).getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY))
                .isNotNull();
    }

    @Test
    void aSuspendedConsumerGoesOnFollowing_andRoutesWhenItIsResumed() throws Exception {
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat").routeId("answers").process(this::keep);
        });
        context.getRouteController().suspendRoute("answers");

        submit("Hello", Map.of());
        await().until(() -> server.stats().jobsDone() == 1);
        assertThat(routed).isEmpty();
        context.getRouteController().resumeRoute("answers");

        awaitRouted(1);
    }

    @Test
    void aStoppedConsumerLeavesItsJobsToTheNextStart() throws Exception {
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat").routeId("answers").process(this::keep);
        });
        submit("one", Map.of());
        awaitRouted(1);
        context.getRouteController().stopRoute("answers");

        submit("two", Map.of());
        context.getRouteController().startRoute("answers");

        awaitRouted(2);
    }

    @Test
    void noMoreExchangesAreOnTheirWayThanConcurrentConsumersSays() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(3);
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat?concurrentConsumers=3").process(exchange -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                full.countDown();
                full.await();
                keep(exchange);
                inside.decrementAndGet();
            });
        });

        for (int i = 0; i < 12; i++) {
            submit("Prompt " + i, Map.of());
        }
        awaitRouted(12);

        assertThat(most).hasValue(3);
    }

    @Test
    void severalConsumersShareTheJobs() throws Exception {
        Map<String, AtomicInteger> counts = Map.of("a", new AtomicInteger(), "b", new AtomicInteger());
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            for (String name : counts.keySet()) {
                b.from("aipi:chat?outputType=" + (name.equals("a") ? "text" : "auto"))
                        .routeId(name)
                        .process(exchange -> counts.get(name).incrementAndGet())
                        .process(this::keep);
            }
        });

        for (int i = 0; i < 10; i++) {
            submit("Prompt " + i, Map.of());
        }
        awaitRouted(10);

        assertThat(counts.get("a").get()).isEqualTo(5);
        assertThat(counts.get("b").get()).isEqualTo(5);
    }

    @Test
    void aRepositoryAndAProgressUriAreRefusedTogether() {
        context.getRegistry().bind("jobs", new MemoryAggregationRepository());
        assertThatThrownBy(() ->
                        context.getEndpoint("aipi:chat?waitForResult=false&jobRepository=#jobs&progressUri=direct:p"))
                .hasStackTraceContaining("consumeProgress=true");
    }

    @Test
    void everyKindOfBodyAndHeaderThatCanBeKeptComesBack() throws Exception {
        AggregationRepository jobs = new LastingRepository();
        context.getRegistry().bind("jobs", jobs);
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs").process(this::keep);
        });
        Map<String, Object> headers = new HashMap<>();
        headers.put("bytes", new byte[] {1, 2});
        headers.put("list", List.of("a", 1));
        headers.put("Authorization", "Bearer secret");
        headers.put("thread", Thread.currentThread());

        submit(Map.of("text", "@error=boom"), headers);
        awaitRouted(1);

        Exchange exchange = routed.get(0);
        assertThat(exchange.getMessage().getBody()).isEqualTo(Map.of("text", "@error=boom"));
        assertThat(exchange.getMessage().getHeader("bytes")).isEqualTo(new byte[] {1, 2});
        assertThat(exchange.getMessage().getHeader("list")).isEqualTo(List.of("a", 1));
        assertThat(exchange.getMessage().getHeaders()).doesNotContainKeys("Authorization", "thread");
    }
}
