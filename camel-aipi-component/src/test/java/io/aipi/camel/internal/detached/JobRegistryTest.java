/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.TraitRepository;
import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.spi.VirtualScheduler;
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

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final MemoryAggregationRepository repository = new MemoryAggregationRepository();
    private final AggregationJobRepository jobs = new AggregationJobRepository(new DefaultCamelContext(), repository);
    private JobStore store;
    private JobStore leasedStore;
    private JobRegistry inMemory;
    private JobRegistry stored;

    @BeforeEach
    void start() {
        store = storeOf(jobs);
        inMemory = new JobRegistry(SERVER, "chat", null, Runnable::run, scheduler);
        stored = new JobRegistry(SERVER, "chat", store, Runnable::run, scheduler);
    }

    private static JobStore storeOf(AggregationJobRepository jobs) {
        jobs.start();
        return new JobStore(jobs, System::nanoTime);
    }

    private static final class Taker implements JobHandler {
        private final List<TrackedJob> taken = new ArrayList<>();
        private final int limit;
        private int leasesLost;
        private int leasesRenewed;

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

        @Override
        public void onLeaseLost() {
            leasesLost++;
        }

        @Override
        public void onLeaseRenewed() {
            leasesRenewed++;
        }

        List<String> ids() {
            return taken.stream().map(job -> job.job().jobId()).toList();
        }
    }

    private static StoredJob job(String endpoint, String id) {
        return new StoredJob(
                new DetachedJob(SERVER, endpoint, id, null, Instant.EPOCH, "x", Map.of(), "prompt"), null, 0);
    }

    private static TrackedJob tracked(String id) {
        return new TrackedJob(job("chat", id), null);
    }

    @Test
    void withoutAConsumerNothingIsKeptInMemory() {
        assertThat(inMemory.register(tracked("1"), null)).isCompleted();
        assertThat(inMemory.size()).isZero();
    }

    @Test
    void jobsWaitForADeclaredConsumer_andThenForTheNextOne() {
        inMemory.registerConsumer("route");
        CompletableFuture<Void> ended = inMemory.register(tracked("1"), null);
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
        CompletableFuture<Void> ended = inMemory.register(tracked("1"), null);

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

        IntStream.range(0, 6).forEach(i -> inMemory.register(tracked("" + i), null));

        assertThat(one.taken).hasSize(1);
        assertThat(three.taken).hasSize(3);
        inMemory.ended(one.taken.get(0));
        assertThat(one.taken).hasSize(2);
        assertThat(inMemory.size()).isEqualTo(5);
    }

    @Test
    void aPollThroughTheStoreFindsTheJobsOfItsEndpointOnly_eachOnce() {
        store.accept(job("chat", "1"), false);
        store.accept(job("chat", "2"), false);
        store.accept(job("chat2", "3"), false);
        Taker taker = new Taker(10);
        stored.started(taker);

        stored.scan();
        stored.scan();

        assertThat(taker.ids()).containsExactlyInAnyOrder("1", "2");
        assertThat(taker.taken).allMatch(TrackedJob::isRecovered);
    }

    @Test
    void aJobThatIsStoredHereIsHandedOverByItsProducer_notByAScan() {
        Taker taker = new Taker(10);
        stored.started(taker);
        Place place = stored.takePlace();
        TrackedJob job = new TrackedJob(store.accept(job("chat", "1"), true).join(), null);

        stored.scan();
        assertThat(taker.taken).isEmpty();
        stored.register(job, place);

        assertThat(taker.taken).containsExactly(job);
    }

    @Test
    void aPlaceIsAJobsPlace_untilItIsGivenBack() {
        Taker taker = new Taker(1);
        stored.started(taker);
        Place place = stored.takePlace();
        store.accept(job("chat", "1"), false);
        stored.scan();
        assertThat(stored.takePlace()).isNull();
        assertThat(taker.taken).isEmpty();

        stored.giveBack(place);

        assertThat(taker.ids()).containsExactly("1");
    }

    @Test
    void whatCannotBeTakenHereIsLeftToWhoeverHasRoom() {
        Taker taker = new Taker(0);
        stored.started(taker);
        assertThat(stored.takePlace()).isNull();
        assertThat(stored.register(
                        new TrackedJob(store.accept(job("chat", "1"), false).join(), null), null))
                .isCompleted();

        assertThat(store.claim(SERVER, "chat", 10)).hasSize(1);
    }

    @Test
    void whatHasNoRoomStaysInTheStore_andComesWhenThereIsRoom() {
        Taker taker = new Taker(1);
        stored.started(taker);
        store.accept(job("chat", "1"), false);
        store.accept(job("chat", "2"), false);
        stored.scan();
        assertThat(taker.taken).hasSize(1);

        store.remove(taker.taken.get(0).toRecord());
        stored.ended(taker.taken.get(0));

        assertThat(taker.ids()).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void whatSomebodyElseHasEndedMeanwhileIsNotHandedOut() {
        store.accept(job("chat", "1"), false);
        store.accept(job("chat", "2"), false);
        Taker taker = new Taker(1);
        stored.started(taker);
        stored.scan();
        String other = taker.ids().get(0).equals("1") ? "2" : "1";

        repository.remove(null, tracked(other).key(), null);
        store.remove(taker.taken.get(0).toRecord());
        stored.ended(taker.taken.get(0));

        assertThat(taker.taken).hasSize(1);
        assertThat(stored.size()).isZero();
    }

    @Test
    void aParkedJobIsLeftAloneUntilAConsumerStartsAnew() {
        store.accept(job("chat", "1"), false);
        Taker taker = new Taker(10);
        stored.started(taker);
        stored.scan();
        store.park(taker.taken.get(0).toRecord());
        stored.ended(taker.taken.get(0));

        stored.scan();
        assertThat(taker.taken).hasSize(1);
        stored.stopping(taker);
        Taker next = new Taker(10);
        stored.started(next);
        assertThat(next.taken).isEmpty();
        store.unpark(SERVER, "chat");
        stored.scan();

        assertThat(next.ids()).containsExactly("1");
    }

    @Test
    void aJobThatCannotBeReadKeepsNoneOfTheOthersBack() {
        store.accept(job("chat", "1"), false);
        repository.get(null, tracked("1").key()).getIn().setBody(Map.of("something", "else"));
        store.accept(job("chat", "2"), false);
        store.accept(job("chat", "3"), false);
        Taker taker = new Taker(10);
        stored.started(taker);

        stored.scan();
        stored.scan();
        stored.scan();

        assertThat(taker.ids()).containsExactlyInAnyOrder("2", "3");
        assertThat(repository.getKeys()).hasSize(3);
    }

    @Test
    void whoIsLastToStopGivesItBackToTheStore() {
        store.accept(job("chat", "1"), false);
        Taker taker = new Taker(10);
        stored.started(taker);
        assertThat(store.claim(SERVER, "chat", 10)).isEmpty();

        stored.stopping(taker);
        stored.requeue(taker.taken.get(0));

        assertThat(store.claim(SERVER, "chat", 10)).hasSize(1);
        assertThat(stored.isIdle()).isTrue();
    }

    @Test
    @Tag("case-D8")
    void entriesWhoseReadingThrowsWhateverArePassedOverAtOnce() {
        TraitRepository traits = new TraitRepository(TraitRepository.Scan.COMPLETED);
        JobStore badStore = storeOf(new AggregationJobRepository(new DefaultCamelContext(), traits));
        JobRegistry registry = new JobRegistry(SERVER, "chat", badStore, Runnable::run, scheduler);
        for (int i = 0; i < 500; i++) {
            StoredJob bad = job("chat", "bad" + i);
            badStore.accept(bad, false);
            traits.makeUnreadable(
                    bad.job().key(),
                    i % 3 == 0
                            ? new StackOverflowError()
                            : i % 3 == 1 ? new IllegalStateException("garbage") : new NoClassDefFoundError("gone"));
        }
        badStore.accept(job("chat", "good"), false);
        Taker taker = new Taker(3);
        registry.started(taker);

        registry.scan();

        assertThat(taker.ids()).containsExactly("good");
        Place place = registry.takePlace();
        registry.register(tracked("new"), place);
        assertThat(taker.ids()).containsExactly("good", "new");
        assertThat(registry.size()).isEqualTo(2);
    }

    @Test
    @Tag("case-D8")
    void aStoreThatIsAwayInTheMiddleIsNotTakenForBadEntries() {
        TraitRepository traits = new TraitRepository(TraitRepository.Scan.COMPLETED);
        JobStore store = storeOf(new AggregationJobRepository(new DefaultCamelContext(), traits));
        Queue<Runnable> threads = new ArrayDeque<>();
        JobRegistry registry = new JobRegistry(SERVER, "chat", store, threads::add, scheduler);
        store.accept(job("chat", "1"), false);
        store.accept(job("chat", "2"), false);
        Taker taker = new Taker(3);
        traits.goAwayAtRead();
        registry.started(taker);
        threads.remove().run();
        assertThat(taker.taken).isEmpty();

        traits.setAway(false);
        registry.scan();

        assertThat(taker.ids()).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void whatIsUnderWayAtOneHandlerIsNothingToTheNext() {
        TrackedJob first = TrackedJob.claimed(
                new JobRepository.Claim(
                        new StoredJob(
                                job("chat", "1").job(),
                                new JobOutcome.Failed(new JobFailedException("failed", ErrorContext.of("chat", "1"))),
                                0),
                        true),
                LeftJobs.Known.NOTHING);
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
        store.accept(job("chat", "1"), false);
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
        CompletableFuture<Void> ended = inMemory.register(tracked("JID1"), null);
        inMemory.register(tracked("JID2"), null);

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

    @Test
    void jobsThatAreGivenBackOneAfterTheOtherLeaveTogether() {
        Queue<Runnable> threads = new ArrayDeque<>();
        JobRegistry registry = new JobRegistry(SERVER, "chat", store, threads::add, scheduler);
        for (String id : List.of("1", "2", "3")) {
            store.accept(job("chat", id), false);
        }
        Taker taker = new Taker(10);
        registry.started(taker);
        threads.remove().run();
        registry.stopping(taker);

        taker.taken.forEach(registry::requeue);

        assertThat(threads).hasSize(1);
        assertThat(store.claim(SERVER, "chat", 10)).isEmpty();
        threads.remove().run();
        assertThat(store.claim(SERVER, "chat", 10)).hasSize(3);
        assertThat(registry.isIdle()).isTrue();
    }

    private JobRegistry leased(FakeJobRepository repository) {
        leasedStore = new JobStore(repository, scheduler::nanoTime);
        leasedStore.lease().renew();
        return new JobRegistry(SERVER, "chat", leasedStore, Runnable::run, scheduler);
    }

    @Test
    void whenTheLeaseIsLostItsHandlersAreTold_andWhatComesFromTheOldLeaseIsKnown() {
        FakeJobRepository leased = new FakeJobRepository(new ArrayList<>());
        JobRegistry registry = leased(leased);
        Taker taker = new Taker(10);
        registry.started(taker);
        Place before = registry.takePlace();
        TrackedJob job = new TrackedJob(leased.accept(job("chat", "1"), true), null);
        leasedStore.lease().renew();
        assertThat(taker.leasesRenewed).isEqualTo(1);

        leased.loseLease();
        leasedStore.lease().renew();
        registry.register(job, before);

        assertThat(taker.leasesLost).isEqualTo(1);
        assertThat(registry.isLost(taker.taken.get(0))).isTrue();
    }

    private static final class Told implements TrackedJob.Listener {
        private Runnable atTheEnd = () -> {};

        @Override
        public void progress(JobProgress progress) {}

        @Override
        public void result(JobResult result) {}

        @Override
        public void failure(String jobId, Throwable failure) {
            atTheEnd.run();
        }
    }

    @Test
    void whoIsToBeToldOfAJobIsTold_thoughItWasGivenBackToTheStoreMeanwhile() {
        Told told = new Told();
        Taker taker = new Taker(10);
        stored.started(taker);
        stored.register(new TrackedJob(store.accept(job("chat", "1"), true).join(), told), stored.takePlace());
        stored.stopping(taker);
        stored.requeue(taker.taken.get(0));

        Taker next = new Taker(10);
        stored.started(next);

        assertThat(next.taken).extracting(TrackedJob::listener).containsExactly(told);
    }

    @Test
    void whoIsToBeToldOfAJobIsTold_thoughItWasClaimedBeforeItsProducerHasSaidSo() {
        Told told = new Told();
        Taker taker = new Taker(1);
        stored.started(taker);
        Place taken = stored.takePlace();
        assertThat(stored.takePlace()).isNull();
        stored.leave(job("chat", "1"), told, null);
        TrackedJob job = new TrackedJob(store.accept(job("chat", "1"), false).join(), told);
        stored.giveBack(taken);
        stored.scan();
        stored.register(job, null);

        assertThat(taker.taken).extracting(TrackedJob::listener).containsExactly(told);
    }

    @Test
    void aJobForWhichThereWasNoPlaceIsClaimedAsSoonAsItIsStored_ifThereIsOneByThen() {
        Taker taker = new Taker(1);
        stored.started(taker);
        Place taken = stored.takePlace();
        assertThat(stored.takePlace()).isNull();
        stored.giveBack(taken);
        TrackedJob job = new TrackedJob(store.accept(job("chat", "1"), false).join(), null);

        stored.register(job, null);
        scheduler.advance(JobClaims.PAUSE);

        assertThat(taker.ids()).containsExactly("1");
    }

    @Test
    @Tag("case-D1")
    void aJobThatEndsWhileItsLastConsumerGoesIsNotForgotten() {
        inMemory.registerConsumer("route");
        Told told = new Told();
        CompletableFuture<Void> ended = inMemory.register(new TrackedJob(job("chat", "JID1"), told), null);
        told.atTheEnd = () -> inMemory.unregisterConsumer("route");

        inMemory.lapse("JID1");

        assertThat(ended).isCompleted();
        assertThat(inMemory.size()).isZero();
    }

    @Test
    void underLoadJobsAreClaimedForManyPlacesAtOnce() {
        FakeJobRepository counted = new FakeJobRepository(new ArrayList<>());
        JobRegistry registry = leased(counted);
        for (int i = 0; i < 200; i++) {
            counted.accept(job("chat", "" + i), false);
        }
        Taker taker = new Taker(50);
        registry.started(taker);
        assertThat(taker.taken).hasSize(50);
        int claims = counted.claims();

        for (int i = 0; i < 50; i++) {
            registry.ended(taker.taken.get(i));
        }

        assertThat(taker.taken).hasSize(100);
        assertThat(counted.claims() - claims).as("a tenth of them at once").isEqualTo(10);
    }

    @Test
    void fewPlacesAreFilledWhenAMomentIsOver_andAtOnceIfNothingWasClaimedForAWhile() {
        FakeJobRepository counted = new FakeJobRepository(new ArrayList<>());
        JobRegistry registry = leased(counted);
        for (int i = 0; i < 200; i++) {
            counted.accept(job("chat", "" + i), false);
        }
        Taker taker = new Taker(50);
        registry.started(taker);
        registry.ended(taker.taken.get(0));
        assertThat(taker.taken).hasSize(50);
        scheduler.advance(JobClaims.PAUSE);
        assertThat(taker.taken).hasSize(51);

        scheduler.advance(JobClaims.PAUSE);
        registry.ended(taker.taken.get(1));
        assertThat(taker.taken).hasSize(52);
    }

    @Test
    void whoTakesFewJobsWaitsForNoMoreThanOnePlace() {
        FakeJobRepository counted = new FakeJobRepository(new ArrayList<>());
        JobRegistry registry = leased(counted);
        for (int i = 0; i < 10; i++) {
            counted.accept(job("chat", "" + i), false);
        }
        Taker taker = new Taker(2);
        registry.started(taker);
        registry.ended(taker.taken.get(0));

        assertThat(taker.taken).hasSize(3);
    }
}
