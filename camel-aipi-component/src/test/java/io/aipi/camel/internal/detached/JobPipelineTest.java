/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.StoreHealth;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The four steps, without Camel: the server, the store and the route are lists of what they were asked. */
class JobPipelineTest {

    private static final Duration RETRY = Duration.ofSeconds(5);

    private final List<String> events = new ArrayList<>();
    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final FakeJobRepository store = new FakeJobRepository(events);
    private final JobStore jobs = new JobStore(store, scheduler::nanoTime);
    private final FakeServer server = new FakeServer();
    private final FakeRoute route = new FakeRoute();
    private JobRegistry registry = new JobRegistry("s", "chat", jobs, Runnable::run, scheduler);
    private JobPipeline pipeline;

    private JobPipeline begin() {
        return begin(new PipelineOptions(
                "chat", 0, true, 2, 2, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofMillis(100)));
    }

    private JobPipeline begin(PipelineOptions options) {
        pipeline = new JobPipeline(
                options,
                registry,
                new StoreHealth("chat"),
                server,
                route,
                Runnable::run,
                Runnable::run,
                scheduler,
                RETRY);
        registry.registerConsumer("route");
        jobs.lease().renew();
        registry.started(pipeline);
        pipeline.resume();
        return pipeline;
    }

    private void inMemory() {
        registry = new JobRegistry("s", "chat", null, Runnable::run, scheduler);
    }

    private CompletableFuture<Void> submit(String jobId) {
        DetachedJob job = new DetachedJob("s", "chat", jobId, null, Instant.EPOCH, "x", Map.of(), "prompt");
        StoredJob asked = new StoredJob(job, null, 0);
        if (registry.store() == null) {
            return registry.register(new TrackedJob(asked, null), null);
        }
        Place place = registry.takePlace();
        return registry.register(new TrackedJob(store.accept(asked, place != null), null), place);
    }

    private static JobResult result(String jobId) {
        return new JobResult("chat", jobId, "text", List.of(), null, null, null, null, Map.of("text", "text"));
    }

    private static JobProgress progress(String jobId, double value) {
        return new JobProgress(
                "chat",
                jobId,
                JobState.PROCESSING,
                "processing",
                value,
                0,
                null,
                null,
                null,
                null,
                List.of(),
                Map.of());
    }

    @Test
    void aJobIsFollowedStoredDeliveredAndRemoved_inThisOrder() {
        begin();
        CompletableFuture<Void> ended = submit("1");
        server.finish("1");
        assertThat(ended).isNotDone();
        route.succeed("1");

        assertThat(events).containsExactly("accepted 1", "followed 1", "completed 1", "routed 1", "removed 1");
        assertThat(ended).isCompleted();
        assertThat(pipeline.size()).isZero();
        assertThat(registry.size()).isZero();
    }

    @Test
    void inMemoryItIsFollowedAndDelivered() {
        inMemory();
        begin();
        CompletableFuture<Void> ended = submit("1");
        server.finish("1");
        route.succeed("1");

        assertThat(events).containsExactly("followed 1", "routed 1");
        assertThat(ended).isCompleted();
    }

    @Test
    void whileTheStoreIsAwayNothingIsDelivered_andThenItIs() {
        begin();
        submit("1");
        store.setAway(true);
        server.finish("1");
        scheduler.advance(RETRY.multipliedBy(3));
        assertThat(events).doesNotContain("routed 1");

        store.setAway(false);
        scheduler.advance(RETRY);
        assertThat(events).endsWith("completed 1", "routed 1");
        route.succeed("1");
        assertThat(store.jobIds()).isEmpty();
    }

    @Test
    void anOutcomeThatTheStoreRefusesIsOfferedThreeTimes_andThenDeliveredAllTheSame() {
        begin();
        submit("1");
        submit("2");
        store.refuseOutcomesOf("1");
        server.finish("1");
        server.finish("2");
        assertThat(events).contains("routed 2").doesNotContain("routed 1");

        scheduler.advance(RETRY.multipliedBy(2));
        assertThat(store.refusals()).isEqualTo(3);
        assertThat(events).endsWith("routed 1");
        route.succeed("1");
        assertThat(store.jobIds()).containsExactly("2");
    }

    @Test
    void itsRemovalIsTriedAsOftenAsThatOfAnyOther() {
        begin();
        submit("1");
        store.refuseOutcomesOf("1");
        server.finish("1");
        scheduler.advance(RETRY.multipliedBy(2));

        store.refuseRemovals(2);
        route.succeed("1");
        assertThat(store.jobIds()).containsExactly("1");
        scheduler.advance(RETRY.multipliedBy(2));

        assertThat(store.jobIds()).isEmpty();
        assertThat(route.deliveries("1")).isEqualTo(1);
    }

    @Test
    void anOutcomeThatSomebodyElseHasStoredIsNotDelivered() {
        begin();
        CompletableFuture<Void> ended = submit("1");
        store.forget("1");
        server.finish("1");

        assertThat(events).doesNotContain("routed 1");
        assertThat(ended).isCompleted();
    }

    @Test
    void aRouteThatFailsGetsItAgain_laterAndLater_andCounted() {
        begin();
        submit("1");
        server.finish("1");
        route.fail("1");
        scheduler.advance(Duration.ofMillis(999));
        assertThat(route.deliveries("1")).isEqualTo(1);
        scheduler.advance(Duration.ofMillis(1));
        assertThat(route.deliveries("1")).isEqualTo(2);
        assertThat(store.stored("1").deliveries()).isEqualTo(1);

        route.fail("1");
        scheduler.advance(Duration.ofMillis(1_999));
        assertThat(route.deliveries("1")).isEqualTo(2);
        scheduler.advance(Duration.ofMillis(1));
        assertThat(route.deliveries("1")).isEqualTo(3);
        route.succeed("1");
        assertThat(store.jobIds()).isEmpty();
    }

    private void failThreeTimes(String jobId) {
        for (int i = 0; i < 3; i++) {
            route.fail(jobId);
            scheduler.advance(Duration.ofMinutes(1));
        }
    }

    @Test
    void whenTheRouteHasFailedTooOftenTheStoreKeepsItForTheNextStart() {
        begin();
        submit("1");
        server.finish("1");
        failThreeTimes("1");

        assertThat(route.deliveries("1")).isEqualTo(3);
        assertThat(store.stored("1").outcome()).isInstanceOf(JobOutcome.Done.class);
        assertThat(store.stored("1").deliveries())
                .as("the next start begins anew")
                .isZero();
        assertThat(store.isParked("1")).isTrue();
        assertThat(pipeline.size()).isZero();
    }

    @Test
    void orTheDeadLetterEndpointGetsIt_asOftenAsItTakes() {
        route.deadLetters = new ArrayList<>();
        begin();
        submit("1");
        server.finish("1");
        route.refusesDeadLetters = true;
        failThreeTimes("1");
        assertThat(store.jobIds()).containsExactly("1");

        route.refusesDeadLetters = false;
        scheduler.advance(RETRY);
        assertThat(route.deadLetters).containsExactly("1");
        assertThat(store.jobIds()).isEmpty();
    }

    @Test
    void orItIsDroppedWhereThereIsNeither() {
        inMemory();
        begin();
        CompletableFuture<Void> ended = submit("1");
        server.finish("1");
        failThreeTimes("1");

        assertThat(ended).isCompleted();
        assertThat(registry.size()).isZero();
    }

    @Test
    void aResultThatNeitherTheStoreNorTheRouteTakesIsToldToBeLost() {
        begin();
        submit("1");
        store.refuseOutcomesOf("1");
        server.finish("1");
        scheduler.advance(RETRY.multipliedBy(2));
        store.refuseOutcomesOf("none");
        store.refuseUpdates(true);
        route.fail("1");
        scheduler.advance(Duration.ofMinutes(1));
        route.fail("1");
        scheduler.advance(Duration.ofMinutes(1));
        store.refuseUpdates(false);
        route.fail("1");

        assertThat(((JobOutcome.Failed) store.stored("1").outcome()).failure()).isInstanceOf(ResultLostException.class);
    }

    @Test
    void aRoutedJobThatCannotBeRemovedYetIsRemovedLater_andNotRoutedAgain() {
        begin();
        submit("1");
        server.finish("1");
        store.setAway(true);
        route.succeed("1");
        store.setAway(false);
        scheduler.advance(RETRY);

        assertThat(route.deliveries("1")).isEqualTo(1);
        assertThat(store.jobIds()).isEmpty();
    }

    @Test
    void aSlowRouteGetsTheNewestProgress_andTheOutcomeAfterIt() {
        begin();
        submit("1");
        server.progress("1", progress("1", 1));
        server.progress("1", progress("1", 2));
        server.progress("1", progress("1", 3));
        server.finish("1");
        assertThat(events).endsWith("progress 1.0 of 1", "completed 1");
        route.progressDone("1");

        assertThat(events).as("the outcome replaces what is known before").endsWith("completed 1", "routed 1");
    }

    @Test
    void noMoreJobsAreTakenThanMayBeInFlight() {
        begin(new PipelineOptions(
                "chat", 1, false, 2, 2, Duration.ofSeconds(1), Duration.ZERO, Duration.ofMillis(100)));
        submit("1");
        submit("2");
        assertThat(events).contains("followed 1").doesNotContain("followed 2");
        server.finish("1");
        route.succeed("1");
        assertThat(events).contains("followed 2");
    }

    @Test
    void whileSuspendedJobsAreFollowedAndStored_andNotDelivered() {
        begin();
        pipeline.suspend();
        submit("1");
        server.finish("1");
        assertThat(events).endsWith("completed 1");
        pipeline.resume();
        assertThat(events).endsWith("routed 1");
    }

    @Test
    void aStopWaitsForWhatIsActive_andGivesBackWhatIsNot() throws InterruptedException {
        begin();
        pipeline.suspend();
        submit("waits");
        server.finish("waits");
        submit("followed");
        assertThat(pipeline.awaitQuiescence(Duration.ZERO))
                .as("a poll may be under way")
                .isFalse();

        registry.stopping(pipeline);
        pipeline.beginStop();
        server.close();
        pipeline.retryNow();
        assertThat(pipeline.awaitQuiescence(Duration.ZERO)).isTrue();
        pipeline.requeueAll();

        assertThat(pipeline.size()).isZero();
        assertThat(events).doesNotContain("routed waits");
        begin();
        registry.scan();
        assertThat(events).contains("routed waits");
    }

    @Test
    void aRouteThatEndsAfterTheStopHasGivenUpItsJobStillRemovesIt() throws InterruptedException {
        begin();
        submit("1");
        server.finish("1");
        registry.stopping(pipeline);
        pipeline.beginStop();
        pipeline.retryNow();
        assertThat(pipeline.awaitQuiescence(Duration.ZERO)).isFalse();
        pipeline.requeueAll();

        route.succeed("1");

        assertThat(store.jobIds()).isEmpty();
        assertThat(pipeline.awaitQuiescence(Duration.ZERO)).isTrue();
    }

    @Test
    void aRouteThatIsBusyAtTheStopKeepsItsJob_andAFailureGivesItBack() {
        begin();
        submit("1");
        server.finish("1");
        registry.stopping(pipeline);
        pipeline.beginStop();
        pipeline.retryNow();
        pipeline.requeueAll();
        assertThat(store.claim("s", "chat", 10)).as("it may be routed yet").isEmpty();

        route.fail("1");

        assertThat(store.claim("s", "chat", 10)).hasSize(1);
        assertThat(store.stored("1").deliveries()).isEqualTo(1);
    }

    @Test
    void whatWaitsToBeStoredIsTriedOnceMoreByTheStop() {
        begin();
        submit("1");
        store.setAway(true);
        server.finish("1");
        store.setAway(false);
        registry.stopping(pipeline);
        pipeline.beginStop();
        pipeline.retryNow();

        assertThat(store.stored("1").outcome()).isInstanceOf(JobOutcome.Done.class);
    }

    @Test
    void aClientThatSomebodyElseClosedCostsNoJob() {
        begin();
        CompletableFuture<Void> ended = submit("1");
        server.onClosed = () -> registry.stopping(pipeline);
        server.close();
        assertThat(ended).as("the store has it").isCompleted();
        assertThat(server.closedTold).isEqualTo(1);

        registry.started(pipeline);
        registry.scan();
        server.finish("1");
        assertThat(events).endsWith("completed 1", "routed 1");
    }

    @Test
    void aResultThatIsSaidToBeLostIsLookedForInTheStoreFirst() {
        DetachedJob job = new DetachedJob("s", "chat", "1", null, Instant.EPOCH, "x", Map.of(), "prompt");
        store.accept(new StoredJob(job, null, 0), false);
        begin();
        registry.scan();
        server.fail("1", new ResultLostException("taken by somebody", ErrorContext.of("chat", "1"), null));
        assertThat(store.stored("1").outcome())
                .as("whoever took it may be storing it")
                .isNull();

        scheduler.advance(RETRY);
        assertThat(store.stored("1").outcome()).isInstanceOf(JobOutcome.Failed.class);
    }

    @Test
    void whenTheLeaseIsLostNothingOfItGoesOnHere_andAResultThatComesIsLeftToTheOthers() {
        begin();
        CompletableFuture<Void> followed = submit("followed");
        submit("waits");
        pipeline.suspend();
        server.finish("waits");
        store.loseLease();
        jobs.lease().renew();

        assertThat(followed).isCompleted();
        assertThat(pipeline.size()).isZero();
        pipeline.resume();
        server.finish("followed");
        assertThat(events).contains("completed followed").noneMatch(event -> event.startsWith("routed"));
        assertThat(store.jobIds()).containsExactly("followed", "waits");
    }

    @Test
    void aRouteThatEndsAfterTheLeaseWasLostRemovesNothing() {
        begin();
        submit("1");
        server.finish("1");
        store.loseLease();
        jobs.lease().renew();
        route.succeed("1");

        assertThat(store.jobIds()).containsExactly("1");
        assertThat(registry.size()).isZero();
    }

    @Test
    void whatWasClaimedUnderALostLeaseIsNotGivenBackForANewerClaim() {
        begin();
        submit("1");
        registry.stopping(pipeline);
        pipeline.beginStop();
        loseLease();
        store.claim("s", "chat", 10);

        pipeline.requeueAll();

        assertThat(store.ownerOf("1")).isEqualTo("lease 2");
    }

    /** This process stood still; it is the first to claim anew. */
    private void loseLease() {
        store.standStill();
        jobs.lease().renew();
    }

    @Test
    void aJobThatIsClaimedAnewInTheMiddleOfItsRouteIsNotRoutedBesideIt_andRemovedByIt() {
        begin();
        submit("1");
        server.finish("1");
        loseLease();
        registry.scan();
        assertThat(route.deliveries("1")).isEqualTo(1);
        assertThat(registry.isHeld(idOf("1"))).isTrue();

        route.succeed("1");

        assertThat(store.jobIds()).isEmpty();
        registry.scan();
        assertThat(route.deliveries("1")).isEqualTo(1);
        assertThat(registry.size()).isZero();
        assertThat(registry.isHeld(idOf("1"))).isFalse();
    }

    private String idOf(String jobId) {
        return new DetachedJob("s", "chat", jobId, null, Instant.EPOCH, "x", Map.of(), "prompt").id();
    }

    @Test
    void ifThatRouteFailsTheJobIsRoutedAgain_afterIt() {
        begin();
        submit("1");
        server.finish("1");
        loseLease();
        registry.scan();

        route.fail("1");
        assertThat(store.ownerOf("1")).as("given back").isNull();
        registry.scan();

        assertThat(route.deliveries("1")).isEqualTo(2);
        assertThat(store.stored("1").deliveries())
                .as("this one is counted, too")
                .isEqualTo(2);
        route.succeed("1");
        assertThat(store.jobIds()).isEmpty();
    }

    @Test
    void aJobThatIsClaimedAnewWhereItsRouteHasJustEndedIsNotKeptForEver() {
        begin();
        submit("1");
        server.finish("1");
        loseLease();
        route.succeed("1");

        registry.scan();

        assertThat(route.deliveries("1"))
                .as("the store has not been told of the first")
                .isEqualTo(2);
        route.succeed("1");
        assertThat(store.jobIds()).isEmpty();
    }

    @Test
    void aFailedRouteOfAJobThatIsSomebodyElsesIsNotRepeated() {
        begin();
        CompletableFuture<Void> ended = submit("1");
        server.finish("1");
        store.loseLease();

        route.fail("1");

        assertThat(ended).isCompleted();
        assertThat(pipeline.size()).isZero();
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(route.deliveries("1")).isEqualTo(1);
    }

    @Test
    void anOutcomeFromTheStoreThatIsSomebodyElsesByNowIsNotRouted() {
        DetachedJob job = new DetachedJob("s", "chat", "1", null, Instant.EPOCH, "x", Map.of(), "prompt");
        begin();
        pipeline.suspend();
        store.accept(new StoredJob(job, new JobOutcome.Done(result("1")), 0), false);
        registry.scan();
        store.loseLease();

        pipeline.resume();

        assertThat(route.deliveries("1")).isZero();
        assertThat(pipeline.size()).isZero();
    }

    @Test
    void aJobThatTheStoreRefusesToParkIsParkedLater() {
        begin();
        submit("1");
        server.finish("1");
        store.refuseUpdates(true);
        failThreeTimes("1");
        assertThat(pipeline.size()).as("it takes no place of others").isZero();

        store.refuseUpdates(false);
        scheduler.advance(RETRY);

        assertThat(store.isParked("1")).isTrue();
        assertThat(store.ownerOf("1")).isNull();
    }

    @Test
    void orGivenBackByTheStop() {
        begin();
        submit("1");
        server.finish("1");
        store.refuseUpdates(true);
        failThreeTimes("1");

        registry.stopping(pipeline);
        pipeline.beginStop();
        pipeline.retryNow();
        pipeline.requeueAll();

        assertThat(store.ownerOf("1")).isNull();
    }

    @Test
    void aJobThatCanBeNeitherRemovedNorParkedIsParkedLater() {
        begin();
        submit("1");
        server.finish("1");
        store.refuseRemovals(3);
        store.refuseUpdates(true);
        route.succeed("1");
        scheduler.advance(RETRY.multipliedBy(2));
        assertThat(pipeline.size()).isZero();
        assertThat(store.isParked("1")).isFalse();

        store.refuseUpdates(false);
        scheduler.advance(RETRY);

        assertThat(store.isParked("1")).isTrue();
    }

    @Test
    void anOutcomeThatAnotherInstanceHasStoredIsTheOneThatIsRouted() {
        begin();
        submit("1");
        DetachedJob job = store.stored("1").job();
        store.complete(new StoredJob(job, new JobOutcome.Done(result("1")), 0));
        server.fail("1", new ResultLostException("taken by somebody", ErrorContext.of("chat", "1"), null));

        assertThat(route.outcome("1")).isInstanceOf(JobOutcome.Done.class);
    }

    /** Follows for ever, until it is told how a job ends. */
    private final class FakeServer implements JobFollower {

        private final Map<String, CompletableFuture<JobResult>> following = new LinkedHashMap<>();
        private final Map<String, Consumer<JobProgress>> listeners = new LinkedHashMap<>();
        private Runnable onClosed = () -> {};
        private int closedTold;

        @Override
        public CompletableFuture<JobResult> follow(TrackedJob job, Consumer<JobProgress> listener) {
            String id = job.job().jobId();
            events.add("followed " + id);
            CompletableFuture<JobResult> result = new CompletableFuture<>();
            following.put(id, result);
            listeners.put(id, listener);
            return result;
        }

        @Override
        public void onClientClosed() {
            closedTold++;
            onClosed.run();
        }

        void progress(String jobId, JobProgress progress) {
            listeners.get(jobId).accept(progress);
        }

        void finish(String jobId) {
            following.remove(jobId).complete(result(jobId));
        }

        void fail(String jobId, Exception failure) {
            following.remove(jobId).completeExceptionally(failure);
        }

        void close() {
            List.copyOf(following.keySet())
                    .forEach(id -> fail(id, new ClientClosedException("closed", ErrorContext.of("chat"))));
        }
    }

    /** Holds each exchange until it is told how it ends. */
    private final class FakeRoute implements JobRouter {

        private final Map<String, Consumer<Delivery>> underWay = new LinkedHashMap<>();
        private final Map<String, JobOutcome> outcomes = new LinkedHashMap<>();
        private final Map<String, Consumer<Delivery>> progressUnderWay = new LinkedHashMap<>();
        private List<String> deadLetters;
        private boolean refusesDeadLetters;

        private record Done(Throwable failure) implements Delivery {
            @Override
            public void report(String message) {
                assertThat(failure).isNotNull();
            }
        }

        @Override
        public void routeProgress(TrackedJob job, JobProgress progress, Consumer<Delivery> done) {
            events.add("progress " + progress.progress() + " of " + job.job().jobId());
            progressUnderWay.put(job.job().jobId(), done);
        }

        @Override
        public void routeOutcome(TrackedJob job, Consumer<Delivery> done) {
            events.add("routed " + job.job().jobId());
            underWay.put(job.job().jobId(), done);
            outcomes.put(job.job().jobId(), job.outcome());
        }

        @Override
        public void lost(TrackedJob job) {
            events.add("lost " + job.job().jobId());
        }

        JobOutcome outcome(String jobId) {
            return outcomes.get(jobId);
        }

        @Override
        public boolean hasDeadLetterEndpoint() {
            return deadLetters != null;
        }

        @Override
        public CompletableFuture<Void> sendToDeadLetter(TrackedJob job, Throwable cause) {
            if (refusesDeadLetters) {
                return CompletableFuture.failedFuture(new IllegalStateException("full"));
            }
            deadLetters.add(job.job().jobId());
            return CompletableFuture.completedFuture(null);
        }

        void progressDone(String jobId) {
            progressUnderWay.remove(jobId).accept(new Done(null));
        }

        void succeed(String jobId) {
            underWay.remove(jobId).accept(new Done(null));
        }

        void fail(String jobId) {
            underWay.remove(jobId).accept(new Done(new IllegalStateException("the route fails")));
        }

        long deliveries(String jobId) {
            return events.stream().filter(("routed " + jobId)::equals).count();
        }
    }
}
