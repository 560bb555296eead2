/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.TraitRepository;
import io.aipi.camel.internal.store.DetachedJob;
import io.aipi.camel.internal.store.JobOutcome;
import io.aipi.camel.internal.store.JobRecord;
import io.aipi.camel.internal.store.RepositoryJobStore;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who gets which job. */
class JobRegistryTest {

    private static final String SERVER = "http://gpu:7777";

    private final MemoryAggregationRepository repository = new MemoryAggregationRepository();
    private final RepositoryJobStore store = new RepositoryJobStore(new DefaultCamelContext(), repository);
    private JobRegistry inMemory;
    private JobRegistry stored;

    @BeforeEach
    void start() {
        repository.start();
        inMemory = new JobRegistry(SERVER, "chat", null, Runnable::run);
        stored = new JobRegistry(SERVER, "chat", store, Runnable::run);
    }

    private static final class Taker implements JobRegistry.JobHandler {
        private final List<TrackedJob> taken = new ArrayList<>();
        private final int limit;

        Taker(int limit) {
            this.limit = limit;
        }

        @Override
        public int limit() {
            return limit;
        }

        @Override
        public void onAssigned(TrackedJob job) {
            taken.add(job);
        }

        List<String> ids() {
            return taken.stream().map(job -> job.job().jobId()).toList();
        }
    }

    private static JobRecord job(String endpoint, String id) {
        return new JobRecord(
                new DetachedJob(SERVER, endpoint, id, null, Instant.EPOCH, "x", Map.of(), "prompt"), null, 0);
    }

    private static TrackedJob tracked(String id) {
        return new TrackedJob(job("chat", id), null);
    }

    @Test
    void withoutAConsumerNothingIsKeptInMemory() {
        assertThat(inMemory.register(tracked("1"))).isCompleted();
        assertThat(inMemory.size()).isZero();
    }

    @Test
    void jobsWaitForADeclaredConsumer_andThenForTheNextOne() {
        inMemory.registerConsumer("route");
        CompletableFuture<Void> ended = inMemory.register(tracked("1"));
        Taker first = new Taker(10);
        inMemory.started(first);
        assertThat(first.ids()).containsExactly("1");

        inMemory.stopping(first);
        inMemory.requeue(first.taken.get(0));
        Taker second = new Taker(10);
        inMemory.started(second);

        assertThat(second.ids()).containsExactly("1");
        assertThat(ended).isNotDone();
        inMemory.ended(second.taken.get(0));
        assertThat(ended).isCompleted();
        assertThat(inMemory.size()).isZero();
    }

    @Test
    void theLastConsumerToGoTakesTheJobsInMemoryWithIt() {
        inMemory.registerConsumer("a");
        inMemory.registerConsumer("b");
        CompletableFuture<Void> ended = inMemory.register(tracked("1"));

        assertThat(inMemory.unregisterConsumer("a")).isEmpty();
        assertThat(inMemory.unregisterConsumer("b")).hasSize(1);

        assertThat(ended).isCompleted();
        assertThat(inMemory.isConsumed()).isFalse();
    }

    @Test
    void jobsAreSharedInTurn_andAFollowerHoldsNoMoreThanItsLimit() {
        inMemory.registerConsumer("a");
        Taker one = new Taker(1);
        Taker three = new Taker(3);
        inMemory.started(one);
        inMemory.started(three);

        IntStream.range(0, 6).forEach(i -> inMemory.register(tracked("" + i)));

        assertThat(one.taken).hasSize(1);
        assertThat(three.taken).hasSize(3);
        inMemory.ended(one.taken.get(0));
        assertThat(one.taken).hasSize(2);
        assertThat(inMemory.size()).isEqualTo(5);
    }

    @Test
    void aPollThroughTheStoreFindsTheJobsOfItsEndpointOnly_eachOnce() {
        store.add(job("chat", "1"));
        store.add(job("chat", "2"));
        store.add(job("chat2", "3"));
        Taker taker = new Taker(10);
        stored.started(taker);

        stored.scan();
        stored.scan();

        assertThat(taker.ids()).containsExactlyInAnyOrder("1", "2");
        assertThat(taker.taken).allMatch(TrackedJob::isRecovered);
    }

    @Test
    void aJobThatIsBeingStoredHereIsHandedOverByItsProducer_notByALook() {
        Taker taker = new Taker(10);
        stored.started(taker);
        TrackedJob job = tracked("1");
        stored.reserve(job.key());
        store.add(job.toRecord());

        stored.scan();
        assertThat(taker.taken).isEmpty();
        stored.register(job);

        assertThat(taker.taken).containsExactly(job);
    }

    @Test
    void whatHasNoRoomStaysInTheStore_andComesWhenThereIsRoom() {
        Taker taker = new Taker(1);
        stored.started(taker);
        store.add(job("chat", "1"));
        store.add(job("chat", "2"));
        stored.scan();
        assertThat(taker.taken).hasSize(1);

        store.remove(taker.taken.get(0).job());
        stored.ended(taker.taken.get(0));

        assertThat(taker.ids()).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void whatSomebodyElseHasEndedMeanwhileIsNotHandedOut() {
        store.add(job("chat", "1"));
        store.add(job("chat", "2"));
        Taker taker = new Taker(1);
        stored.started(taker);
        stored.scan();
        String other = taker.ids().get(0).equals("1") ? "2" : "1";

        store.remove(tracked(other).job());
        store.remove(taker.taken.get(0).job());
        stored.ended(taker.taken.get(0));

        assertThat(taker.taken).hasSize(1);
        assertThat(stored.size()).isZero();
    }

    @Test
    void aParkedJobIsLeftAloneUntilAConsumerStartsAnew() {
        store.add(job("chat", "1"));
        Taker taker = new Taker(10);
        stored.started(taker);
        stored.scan();
        stored.park(taker.taken.get(0));

        stored.scan();
        assertThat(taker.taken).hasSize(1);
        stored.stopping(taker);
        Taker next = new Taker(10);
        stored.started(next);
        stored.scan();

        assertThat(next.ids()).containsExactly("1");
    }

    @Test
    void aJobThatCannotBeReadKeepsNoneOfTheOthersBack() {
        store.add(job("chat", "1"));
        repository.get(null, tracked("1").key()).getIn().setBody(Map.of("something", "else"));
        store.add(job("chat", "2"));
        store.add(job("chat", "3"));
        Taker taker = new Taker(10);
        stored.started(taker);

        stored.scan();
        stored.scan();
        stored.scan();

        assertThat(taker.ids()).containsExactlyInAnyOrder("2", "3");
        assertThat(repository.getKeys()).hasSize(3);
    }

    @Test
    void twoJobsOfOneNameAreHandedOutOneAfterTheOther() {
        inMemory.registerConsumer("route");
        Taker taker = new Taker(10);
        inMemory.started(taker);
        TrackedJob first = tracked("1");
        TrackedJob second = tracked("1");
        inMemory.register(first);
        CompletableFuture<Void> ended = inMemory.register(second);
        assertThat(taker.taken).containsExactly(first);

        inMemory.ended(first);

        assertThat(taker.taken).containsExactly(first, second);
        inMemory.ended(second);
        assertThat(ended).isCompleted();
        assertThat(inMemory.size()).isZero();
    }

    @Test
    void theFirstOfTwoFollowersOfOneStoreDecidesTheOutcome() {
        store.add(job("chat", "1"));
        DetachedJob job = job("chat", "1").job();
        JobOutcome failed = new JobOutcome.Failed(new JobFailedException("boom", ErrorContext.of("chat", "1")));
        JobOutcome other = new JobOutcome.Failed(new JobFailedException("bang", ErrorContext.of("chat", "1")));

        assertThat(store.completeIfPending(new JobRecord(job, failed, 0))).isTrue();
        assertThat(store.completeIfPending(new JobRecord(job, failed, 0)))
                .as("once more")
                .isTrue();
        assertThat(store.completeIfPending(new JobRecord(job, other, 0))).isFalse();

        store.remove(job);
        assertThat(store.completeIfPending(new JobRecord(job, failed, 0))).isFalse();
    }

    @Test
    @Tag("case-D8")
    void entriesWhoseReadingThrowsWhateverArePassedOverAtOnce() {
        TraitRepository traits = new TraitRepository(TraitRepository.Scan.COMPLETED);
        RepositoryJobStore badStore = new RepositoryJobStore(new DefaultCamelContext(), traits);
        JobRegistry registry = new JobRegistry(SERVER, "chat", badStore, Runnable::run);
        for (int i = 0; i < 500; i++) {
            JobRecord bad = job("chat", "bad" + i);
            badStore.add(bad);
            traits.makeUnreadable(
                    bad.job().key(),
                    i % 3 == 0
                            ? new StackOverflowError()
                            : i % 3 == 1 ? new IllegalStateException("garbage") : new NoClassDefFoundError("gone"));
        }
        badStore.add(job("chat", "good"));
        Taker taker = new Taker(3);
        registry.started(taker);

        registry.scan();

        assertThat(taker.ids()).containsExactly("good");
        registry.register(tracked("new"));
        assertThat(taker.ids()).containsExactly("good", "new");
        assertThat(registry.size()).isEqualTo(2);
    }

    @Test
    @Tag("case-D8")
    void aStoreThatIsAwayInTheMiddleIsNotTakenForBadEntries() {
        TraitRepository traits = new TraitRepository(TraitRepository.Scan.COMPLETED);
        RepositoryJobStore store = new RepositoryJobStore(new DefaultCamelContext(), traits);
        Queue<Runnable> threads = new ArrayDeque<>();
        JobRegistry registry = new JobRegistry(SERVER, "chat", store, threads::add);
        store.add(job("chat", "1"));
        store.add(job("chat", "2"));
        Taker taker = new Taker(3);
        registry.started(taker);
        registry.scan();
        traits.setAway(true);
        threads.remove().run();
        assertThat(taker.taken).isEmpty();

        traits.setAway(false);
        registry.scan();
        threads.remove().run();

        assertThat(taker.ids()).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void whatIsUnderWayAtOneHandlerIsNothingToTheNext() {
        TrackedJob first = TrackedJob.recovered(new JobRecord(
                job("chat", "1").job(),
                new JobOutcome.Failed(new JobFailedException("failed", ErrorContext.of("chat", "1"))),
                0));
        assertThat(first.deliveries().begins()).as("counts before it is made").isTrue();

        TrackedJob next = first.requeuedCopy();
        next.deliveries().failed();
        assertThat(next.deliveryCount()).as("a delivery of its own").isEqualTo(2);

        first.deliveries().failed();
        first.deliveries().reset();
        assertThat(next.deliveryCount()).isEqualTo(2);
    }

    @Test
    @Tag("case-A17")
    void whatWasRecoveredStaysSoWhenItChangesHands_andWaitsAsLongAsItsFirstOwnerSaid() {
        store.add(job("chat", "1"));
        Taker first = new Taker(1);
        Taker second = new Taker(1);
        stored.started(first);
        stored.scan();
        assertThat(first.taken.get(0).deliveryTime().remaining(100, 40)).isEqualTo(Duration.ofNanos(60));

        stored.started(second);
        stored.stopping(first);
        stored.requeue(first.taken.get(0));

        assertThat(second.taken.get(0).isRecovered()).isTrue();
        assertThat(second.taken.get(0).deliveryTime().remaining(0, 50)).isEqualTo(Duration.ofNanos(50));
    }

    @Test
    @Tag("case-D1")
    void anIdThatIsGivenAgainEndsTheJobsThatWaitHere_andHandsThemOutAsEnded() {
        inMemory.registerConsumer("route");
        CompletableFuture<Void> ended = inMemory.register(tracked("JID1"));
        inMemory.register(tracked("JID2"));

        inMemory.lapse("JID1");
        Taker taker = new Taker(10);
        inMemory.started(taker);

        assertThat(taker.ids()).containsExactlyInAnyOrder("JID1", "JID2");
        assertThat(taker.taken)
                .filteredOn(job -> job.job().jobId().equals("JID1"))
                .singleElement()
                .satisfies(job -> assertThat(job.outcome())
                        .isInstanceOfSatisfying(
                                JobOutcome.Failed.class,
                                failed -> assertThat(failed.failure()).isInstanceOf(JobLapsedException.class)));
        assertThat(ended).isNotDone();
        taker.taken.forEach(inMemory::ended);
        assertThat(ended).isCompleted();
    }
}
