/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiConstants;
import io.aipi.camel.ComponentThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the consumer promises under load, slowness and stops. */
class ConsumerGuaranteeTest extends ConsumerTestSupport {

    private final MemoryAggregationRepository jobs = new LastingRepository();

    private void bindJobs() {
        context.getRegistry().bind("jobs", jobs);
    }

    @Test
    void aProgressRouteThatTakesThreeSecondsDoesNotSlowJobsDown_andTheLastStateOfEachIsSeen() throws Exception {
        Duration without = handOutDelayOf40Jobs(false);
        Duration with = without.multipliedBy(2).plusMillis(800);
        Duration bound = with;
        Duration took = Duration.ZERO;
        // a busy machine slows some jobs down now and then, a slow route would do so each time
        for (int attempt = 0; attempt < 3 && with.compareTo(bound) >= 0; attempt++) {
            long begin = System.nanoTime();
            with = handOutDelayOf40Jobs(true);
            took = Duration.ofNanos(System.nanoTime() - begin);
        }

        List<Exchange> outcomes =
                routed.stream().filter(ConsumerGuaranteeTest::isOutcome).toList();
        int progress = routed.size() - outcomes.size();
        System.out.printf(
                "slow progress: p95 from ready to handed out %d ms (without progress route %d ms), 40 outcomes in %d ms,"
                        + " %d progress exchanges of 3 s%n",
                with.toMillis(), without.toMillis(), took.toMillis(), progress);
        assertThat(outcomes).hasSize(40);
        assertThat(with).isLessThan(bound);
        // one by one, three seconds each: no more than there was time for, and so not one for each change
        assertThat(progress).isBetween(1, (int) took.toSeconds() / 3 + 1);
        // each job has several states: one after the other, they would take more than twice as long
        assertThat(took).isLessThan(Duration.ofSeconds(40));
    }

    private Duration handOutDelayOf40Jobs(boolean slowProgress) throws Exception {
        stop();
        routed.clear();
        server = server(Duration.ofMillis(400));
        context = newContext();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat?consumeProgress=" + slowProgress)
                    .filter(exchange -> !isOutcome(exchange))
                    .delay(3000)
                    .end()
                    .end()
                    .process(this::keep);
        });
        List<String> ids = IntStream.range(0, 40)
                .mapToObj(i -> submit("Prompt " + i, Map.of()))
                .toList();
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        routed.stream().filter(ConsumerGuaranteeTest::isOutcome).count() == 40);
        List<Long> delays = ids.stream()
                .map(id -> server.stats().resultHandedOutNanos(id).orElseThrow()
                        - server.stats().resultReadyNanos(id).orElseThrow())
                .sorted()
                .toList();
        return Duration.ofNanos(delays.get(37));
    }

    @Test
    void aStopWithStoredJobsInFlightIsQuick_losesNothing_andLeavesNoThread() throws Exception {
        server.close();
        server = server(Duration.ofMillis(800));
        context = newContext();
        context.getShutdownStrategy().setTimeout(100);
        Set<Thread> before = ComponentThreads.live();
        bindJobs();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs").process(this::keep);
        });
        server.stopWorkers("chat");
        for (int i = 0; i < 60; i++) {
            submit("Prompt " + i, Map.of("number", i));
        }
        // from here on, the jobs take 6 seconds together
        server.startWorkers("chat", 8);
        awaitRouted(5);

        long begin = System.nanoTime();
        context.stop();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        int routedBefore = routed.size();
        assertThat(routedBefore).as("not waited for").isLessThan(60);
        assertThat(took).isLessThan(Duration.ofSeconds(30));
        assertThat(jobs.getKeys()).hasSize(60 - routedBefore);
        await().untilAsserted(
                        () -> assertThat(ComponentThreads.namesWithout(before)).isEmpty());
        context = newContext();
        bindJobs();
        routes(b -> b.from("aipi:chat?jobRepository=#jobs").process(this::keep));
        awaitRouted(60);
        await().until(() -> jobs.getKeys().isEmpty());
        assertThat(numbers())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 60).boxed().toList());
        assertThat(server.stats().submits()).isEqualTo(60);
        System.out.printf(
                "stop with %d stored jobs in flight: %d ms, 0 threads left, 0 lost%n",
                60 - routedBefore, took.toMillis());
    }

    @Test
    void inMemoryAGracefulStopWaitsForTheJobs() throws Exception {
        context.getShutdownStrategy().setTimeout(100);
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat").process(this::keep);
        });
        for (int i = 0; i < 40; i++) {
            submit("Prompt " + i, Map.of("number", i));
        }

        context.stop();

        assertThat(numbers())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 40).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItsRouteIsStoppedAndStartedAndFailsAtTimes_eachOfAThousandJobsIsRoutedOnce(boolean stored)
            throws Exception {
        server.close();
        server = server(Duration.ofMillis(5));
        context = newContext();
        bindJobs();
        String repository = stored ? "&jobRepository=#jobs" : "";
        List<Object> failed = new CopyOnWriteArrayList<>();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false" + repository);
            b.from("aipi:chat?concurrentConsumers=4" + repository)
                    .routeId("answers")
                    .process(exchange -> {
                        Object number = exchange.getMessage().getHeader("number");
                        if (ThreadLocalRandom.current().nextInt(20) == 0
                                && failed.stream().filter(number::equals).count() < 3) {
                            failed.add(number);
                            throw new IllegalStateException("at times");
                        }
                        keep(exchange);
                    });
        });
        ExecutorService senders = Executors.newFixedThreadPool(4);
        try {
            List<Future<String>> sent = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                int number = i;
                sent.add(senders.submit(() -> submit("Prompt " + number, Map.of("number", number))));
            }
            for (int restarts = 0; restarts < 8; restarts++) {
                int seen = routed.size();
                context.getRouteController().stopRoute("answers");
                context.getRouteController().startRoute("answers");
                await().atMost(Duration.ofSeconds(60)).until(() -> routed.size() >= Math.min(1000, seen + 20));
            }
            for (Future<String> one : sent) {
                assertThat(one.get()).isNotEmpty();
            }
            awaitRouted(1000);
        } finally {
            senders.shutdown();
        }

        await().until(() -> jobs.getKeys().isEmpty());
        assertThat(numbers())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1000).boxed().toList());
        assertThat(server.stats().submits()).isEqualTo(1000);
        assertThat(failed).isNotEmpty();
    }

    @Test
    void aBoundOnTheProducerHoldsUntilTheOutcomeIsRouted() throws Exception {
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&maxInFlight=2");
            b.from("aipi:chat").routeId("answers").process(this::keep);
        });
        context.getRouteController().suspendRoute("answers");
        submit("one", Map.of());
        submit("two", Map.of());
        Future<Object> third = context.createProducerTemplate().asyncRequestBody("direct:submit", "three");
        await().until(() -> server.stats().jobsDone() == 2);
        assertThat(third).isNotDone();
        assertThat(server.stats().submits()).isEqualTo(2);

        context.getRouteController().resumeRoute("answers");

        awaitRouted(3);
        assertThat(third.get()).isNotNull();
    }

    @Test
    void aBoundOnTheConsumerLeavesTheRestInTheStore() throws Exception {
        bindJobs();
        routes(b -> b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs"));
        server.stopWorkers("chat");
        for (int i = 0; i < 10; i++) {
            submit("Prompt " + i, Map.of("number", i));
        }
        routes(b -> b.from("aipi:chat?jobRepository=#jobs&maxInFlight=3").process(this::keep));
        await().until(() -> polledJobs() == 3);

        server.startWorkers("chat", 8);

        awaitRouted(10);
        assertThat(numbers()).hasSize(10);
    }

    @Test
    void aStopThatRunsIntoItsTimeoutLeavesNoJobBehind() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        Set<Thread> before = ComponentThreads.live();
        CountDownLatch never = new CountDownLatch(1);
        bindJobs();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs").routeId("answers").process(exchange -> never.await());
        });
        for (int i = 0; i < 10; i++) {
            submit("Prompt " + i, Map.of("number", i));
        }
        await().until(() -> server.stats().jobsDone() == 10);

        long begin = System.nanoTime();
        context.stop();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
        await().untilAsserted(
                        () -> assertThat(ComponentThreads.namesWithout(before)).isEmpty());
        assertThat(jobs.getKeys()).hasSize(10);
        context = newContext();
        bindJobs();
        routes(b -> b.from("aipi:chat?jobRepository=#jobs").process(this::keep));
        awaitRouted(10);
        await().until(() -> jobs.getKeys().isEmpty());
    }

    @Test
    void aRouteThatIsStoppedWhileItHangsGoesOnWithItsJobsWhenItIsStartedAgain() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        bindJobs();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs").routeId("answers").process(exchange -> {
                hangs.await();
                keep(exchange);
            });
        });
        for (int i = 0; i < 5; i++) {
            submit("Prompt " + i, Map.of("number", i));
        }
        await().until(() -> server.stats().jobsDone() == 5);

        context.getRouteController().stopRoute("answers", 300, TimeUnit.MILLISECONDS);
        hangs.countDown();
        context.getRouteController().startRoute("answers");

        await().until(() -> jobs.getKeys().isEmpty());
        assertThat(new HashSet<>(numbers())).hasSize(5);
    }

    @Test
    void aRouteThatSubmitsAgainIsNotHeldUpByTheBoundThatItsOwnJobsFill() throws Exception {
        bindJobs();
        server.stopWorkers("chat");
        String submit = "aipi:chat?waitForResult=false&jobRepository=#jobs&maxInFlight=2";
        routes(b -> {
            b.from("direct:submit").to(submit);
            b.from("aipi:chat?jobRepository=#jobs")
                    .choice()
                    .when(b.header(AipiConstants.JOB_STATE).isEqualTo("failed"))
                    .setBody(b.constant("Prompt"))
                    .to(submit)
                    .otherwise()
                    .process(this::keep);
        });
        List<CompletableFuture<Object>> sent = IntStream.range(0, 6)
                .mapToObj(i -> context.createProducerTemplate()
                        .asyncRequestBodyAndHeader("direct:submit", "@error=boom", "number", i))
                .toList();
        await().until(() -> jobs.getKeys().size() == 2);

        server.startWorkers("chat", 8);

        awaitRouted(6);
        for (CompletableFuture<Object> one : sent) {
            assertThat(one.get()).isNotNull();
        }
        await().until(() -> jobs.getKeys().isEmpty());
    }

    /** As the master component does it to an endpoint that a producer uses, too, when leadership is lost. */
    @Test
    void anEndpointThatIsStoppedUnderItsProducerTakesNoJobFromIt() throws Exception {
        routes(b -> b.from("direct:ask").to("aipi:chat"));

        ServiceHelper.stopAndShutdownService(context.getEndpoint("aipi:chat"));
        ServiceHelper.startService(context.getEndpoint("aipi:chat"));

        assertThat(context.createProducerTemplate().requestBody("direct:ask", "Hello", String.class))
                .contains("Hello");
    }

    private long polledJobs() {
        return jobs.getKeys().stream()
                .map(key -> key.substring(key.indexOf('/', key.indexOf('#')) + 1))
                .map(id -> id.substring(0, id.indexOf('/')))
                .filter(id -> server.stats().pollsPerJob(id) > 0)
                .count();
    }

    private List<Integer> numbers() {
        return routed.stream()
                .map(exchange -> exchange.getMessage().getHeader("number", Integer.class))
                .toList();
    }

    @Test
    void jobsAreFollowedWithinTheirTimeout_countedFromTheSubmit() throws Exception {
        bindJobs();
        server.stopWorkers("chat");
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs&jobTimeout=300").process(this::keep);
        });

        submit("Hello", Map.of());
        awaitRouted(1);

        assertThat(routed.get(0).getMessage().getHeader(AipiConstants.ERROR_TYPE))
                .isEqualTo("JobTimeoutException");
        assertThat(routed.get(0).getMessage().getBody()).isEqualTo("Hello");
    }
}
