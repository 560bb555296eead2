/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.AsyncSemaphore;
import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import io.aipi.client.spi.VirtualScheduler;
import io.aipi.testsupport.RaceRunner;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.Test;

/** Detached jobs where two threads meet: nothing is begun twice, and nothing waits for a turn that nobody gives. */
class DetachedStressTest {

    private static final String SERVER = "http://gpu:7777";

    private static TrackedJob job(String id) {
        return new TrackedJob(stored(id), null);
    }

    private static StoredJob stored(String id) {
        return new StoredJob(
                new DetachedJob(SERVER, "chat", id, null, Instant.EPOCH, "x", Map.of(), "prompt"), null, 0);
    }

    private static JobStatus status(JobState state) {
        return new JobStatus(JobProgress.of("chat", "JID1", state), null);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    // ---- semaphore

    private static final class TwoTurns {
        private final AtomicInteger begun = new AtomicInteger();
        private final AsyncSemaphore<String> semaphore = new AsyncSemaphore<>(() -> 1, one -> begun.incrementAndGet());

        TwoTurns() {
            semaphore.enqueue("first");
            semaphore.dispatchNext();
        }
    }

    @Test
    void oneComesAndOneGoes_theTurnIsPassedOn() throws Exception {
        try (RaceRunner race = new RaceRunner("semaphore: one comes, one goes")) {
            race.run(
                    TwoTurns::new,
                    two -> {
                        two.semaphore.enqueue("second");
                        two.semaphore.dispatchNext();
                    },
                    two -> two.semaphore.release(),
                    two -> require(two.begun.get() == 2 && two.semaphore.waiting() == 0, two.begun + " begun"));
        }
    }

    @Test
    void twoComeAtOnce_oneTurnEach() throws Exception {
        try (RaceRunner race = new RaceRunner("semaphore: two come, one turn")) {
            race.run(
                    () -> {
                        TwoTurns two = new TwoTurns();
                        two.semaphore.release();
                        return two;
                    },
                    two -> {
                        two.semaphore.enqueue("second");
                        two.semaphore.dispatchNext();
                    },
                    two -> {
                        two.semaphore.enqueue("third");
                        two.semaphore.dispatchNext();
                    },
                    two -> {
                        require(two.begun.get() == 2 && two.semaphore.waiting() == 1, two.begun + " begun");
                        two.semaphore.release();
                        require(two.begun.get() == 3 && two.semaphore.waiting() == 0, two.begun + " begun");
                    });
        }
    }

    // ---- the window of polls

    private static final class FullWindow {
        private final AdaptivePollLimiter window = new AdaptivePollLimiter(() -> true);
        private final List<CompletableFuture<JobStatus>> polls = new ArrayList<>();
        private final CompletableFuture<JobStatus> last = new CompletableFuture<>();
        private final AtomicInteger begun = new AtomicInteger();
        private volatile CompletableFuture<JobStatus> seen;

        FullWindow() {
            for (int i = 0; i < AdaptivePollLimiter.LEAST; i++) {
                CompletableFuture<JobStatus> poll = new CompletableFuture<>();
                polls.add(poll);
                window.take(() -> poll, new CompletableFuture<>());
            }
        }

        void takeOneMore() {
            seen = window.take(
                    () -> {
                        begun.incrementAndGet();
                        return last;
                    },
                    new CompletableFuture<>());
        }
    }

    @Test
    void aPollComesWhenAnotherEnds_itIsBegun() throws Exception {
        try (RaceRunner race = new RaceRunner("poll window: one comes, one ends")) {
            race.run(
                    FullWindow::new,
                    FullWindow::takeOneMore,
                    full -> full.polls.get(0).complete(status(JobState.PROCESSING)),
                    full -> {
                        require(full.begun.get() == 1, full.begun + " begun");
                        full.last.complete(status(JobState.PROCESSING));
                        require(full.seen.isDone(), "not told");
                    });
        }
    }

    @Test
    void aPollComesWhenTheWindowIsClosed_itIsNotLeftWaiting() throws Exception {
        ClientClosedException closed = new ClientClosedException("closed", ErrorContext.of("chat"));
        try (RaceRunner race = new RaceRunner("poll window: one comes, it is closed")) {
            race.run(FullWindow::new, FullWindow::takeOneMore, full -> full.window.close(closed), full -> {
                require(full.seen.isCompletedExceptionally() && full.begun.get() == 0, "left waiting");
                full.polls.forEach(poll -> poll.complete(status(JobState.PROCESSING)));
                require(full.begun.get() == 0, "begun after the close");
            });
        }
    }

    // ---- deliveries

    private static final class OnTheWay {
        private final Queue<Runnable> unfinished = new ConcurrentLinkedQueue<>();
        private final AtomicInteger outcomes = new AtomicInteger();
        private final AtomicInteger together = new AtomicInteger();
        private final TrackedJob job = job("JID1");
        private final DeliveryQueue deliveries = new DeliveryQueue(2, Runnable::run, (job, progress, done) -> {
            require(together.incrementAndGet() == 1, "two exchanges of one job");
            if (progress == null) {
                outcomes.incrementAndGet();
            }
            unfinished.add(done);
        });

        void news() {
            deliveries.progress(job, JobProgress.of("chat", "JID1", JobState.PROCESSING));
        }

        void ends() {
            job.end(new JobOutcome.Done(
                    new JobResult("chat", "JID1", "text", List.of(), null, null, null, null, Map.of("text", "text"))));
            deliveries.outcome(job);
        }

        void finish() {
            together.decrementAndGet();
            unfinished.remove().run();
        }

        void check() {
            require(outcomes.get() == 1, outcomes + " outcomes");
            require(unfinished.size() == 1, unfinished.size() + " on their way");
            finish();
            require(deliveries.running() == 0 && deliveries.waiting() == 0, "something is left");
        }
    }

    @Test
    void aJobEndsWhenItsProgressExchangeDoes_itsOutcomeIsToldOnce() throws Exception {
        try (RaceRunner race = new RaceRunner("deliveries: outcome and end of the exchange")) {
            race.run(
                    () -> {
                        OnTheWay way = new OnTheWay();
                        way.deliveries.resume();
                        way.news();
                        return way;
                    },
                    OnTheWay::ends,
                    OnTheWay::finish,
                    OnTheWay::check);
        }
    }

    @Test
    void aJobEndsWhenItsConsumerIsResumed_itsOutcomeIsToldOnce() throws Exception {
        try (RaceRunner race = new RaceRunner("deliveries: outcome and resume")) {
            race.run(OnTheWay::new, OnTheWay::ends, way -> way.deliveries.resume(), OnTheWay::check);
        }
    }

    // ---- the registry

    private static final class Taker implements JobHandler {
        private final Queue<TrackedJob> taken = new ConcurrentLinkedQueue<>();

        @Override
        public int limit() {
            return 1;
        }

        @Override
        public void onAssigned(TrackedJob job) {
            taken.add(job);
        }

        @Override
        public void onLeaseLost() {
            throw new AssertionError("there is none");
        }

        @Override
        public void onLeaseRenewed() {
            throw new AssertionError("there is none");
        }
    }

    private static class Tracked {
        final JobRegistry registry;
        final Taker taker = new Taker();

        Tracked(JobStore store) {
            registry = new JobRegistry(SERVER, "chat", store, Runnable::run, new VirtualScheduler());
            registry.registerConsumer("route");
            registry.started(taker);
        }

        TrackedJob first() {
            TrackedJob first = job("1");
            registry.register(first, null);
            return first;
        }

        void requireEachOnce(int jobs) {
            require(taker.taken.size() == jobs, taker.taken.size() + " taken");
            require(taker.taken.stream().map(TrackedJob::key).distinct().count() == jobs, "one twice");
        }
    }

    @Test
    void aJobComesWhenTheOneBeforeItEnds_itIsTaken() throws Exception {
        try (RaceRunner race = new RaceRunner("registry: one comes, one ends")) {
            race.run(
                    () -> {
                        Tracked tracked = new Tracked(null);
                        tracked.first();
                        return tracked;
                    },
                    tracked -> tracked.registry.register(job("2"), null),
                    tracked -> tracked.registry.ended(tracked.taker.taken.peek()),
                    tracked -> tracked.requireEachOnce(2));
        }
    }

    @Test
    void aJobComesWhenItsConsumerStops_theNextOneTakesIt() throws Exception {
        try (RaceRunner race = new RaceRunner("registry: one comes, its consumer stops")) {
            race.run(
                    () -> new Tracked(null),
                    tracked -> tracked.registry.register(job("1"), null),
                    tracked -> tracked.registry.stopping(tracked.taker),
                    tracked -> {
                        tracked.taker.taken.forEach(tracked.registry::requeue);
                        Taker next = new Taker();
                        tracked.registry.started(next);
                        require(next.taken.size() == 1 && tracked.registry.size() == 1, next.taken.size() + " taken");
                    });
        }
    }

    @Test
    void aJobIsStoredWhenTheStoreIsPolledThrough_itIsTakenOnce() throws Exception {
        DefaultCamelContext context = new DefaultCamelContext();
        StoredJob stored = stored("1");
        try (RaceRunner race = new RaceRunner("registry: one comes, the store is scanned")) {
            race.run(
                    () -> {
                        MemoryAggregationRepository repository = new MemoryAggregationRepository();
                        AggregationJobRepository jobs = new AggregationJobRepository(context, repository);
                        jobs.start();
                        return new Tracked(new JobStore(jobs, System::nanoTime));
                    },
                    tracked -> {
                        Place place = tracked.registry.takePlace();
                        tracked.registry.store().accept(stored, place != null);
                        tracked.registry.register(new TrackedJob(stored, null), place);
                    },
                    tracked -> tracked.registry.scan(),
                    tracked -> {
                        tracked.registry.scan();
                        tracked.requireEachOnce(1);
                    });
        }
    }
}
