/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.JobState;
import io.aipi.client.JobStatus;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.internal.Race;
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

    // ---- turns

    private static final class TwoTurns {
        private final AtomicInteger begun = new AtomicInteger();
        private final Turns<String> turns = new Turns<>(() -> 1, one -> begun.incrementAndGet());

        TwoTurns() {
            turns.add("first");
            turns.passOn();
        }
    }

    @Test
    void oneComesAndOneGoes_theTurnIsPassedOn() throws Exception {
        try (Race race = new Race("turns: one comes, one goes")) {
            race.run(
                    TwoTurns::new,
                    two -> {
                        two.turns.add("second");
                        two.turns.passOn();
                    },
                    two -> two.turns.free(),
                    two -> require(two.begun.get() == 2 && two.turns.waiting() == 0, two.begun + " begun"));
        }
    }

    @Test
    void twoComeAtOnce_oneTurnEach() throws Exception {
        try (Race race = new Race("turns: two come, one turn")) {
            race.run(
                    () -> {
                        TwoTurns two = new TwoTurns();
                        two.turns.free();
                        return two;
                    },
                    two -> {
                        two.turns.add("second");
                        two.turns.passOn();
                    },
                    two -> {
                        two.turns.add("third");
                        two.turns.passOn();
                    },
                    two -> {
                        require(two.begun.get() == 2 && two.turns.waiting() == 1, two.begun + " begun");
                        two.turns.free();
                        require(two.begun.get() == 3 && two.turns.waiting() == 0, two.begun + " begun");
                    });
        }
    }

    // ---- the window of looks

    private static final class FullWindow {
        private final LookWindow window = new LookWindow();
        private final List<CompletableFuture<JobStatus>> looks = new ArrayList<>();
        private final CompletableFuture<JobStatus> last = new CompletableFuture<>();
        private final AtomicInteger begun = new AtomicInteger();
        private volatile CompletableFuture<JobStatus> seen;

        FullWindow() {
            for (int i = 0; i < LookWindow.LEAST; i++) {
                CompletableFuture<JobStatus> look = new CompletableFuture<>();
                looks.add(look);
                window.take(() -> look, new CompletableFuture<>());
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
    void aLookComesWhenAnotherEnds_itIsBegun() throws Exception {
        try (Race race = new Race("look window: one comes, one ends")) {
            race.run(
                    FullWindow::new,
                    FullWindow::takeOneMore,
                    full -> full.looks.get(0).complete(status(JobState.PROCESSING)),
                    full -> {
                        require(full.begun.get() == 1, full.begun + " begun");
                        full.last.complete(status(JobState.PROCESSING));
                        require(full.seen.isDone(), "not told");
                    });
        }
    }

    @Test
    void aLookComesWhenTheWindowIsClosed_itIsNotLeftWaiting() throws Exception {
        ClientClosedException closed = new ClientClosedException("closed", ErrorContext.of("chat"));
        try (Race race = new Race("look window: one comes, it is closed")) {
            race.run(FullWindow::new, FullWindow::takeOneMore, full -> full.window.close(closed), full -> {
                require(full.seen.isCompletedExceptionally() && full.begun.get() == 0, "left waiting");
                full.looks.forEach(look -> look.complete(status(JobState.PROCESSING)));
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
        private final Deliveries deliveries = new Deliveries(2, Runnable::run, (job, progress, done) -> {
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
        try (Race race = new Race("deliveries: outcome and end of the exchange")) {
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
        try (Race race = new Race("deliveries: outcome and resume")) {
            race.run(OnTheWay::new, OnTheWay::ends, way -> way.deliveries.resume(), OnTheWay::check);
        }
    }

    // ---- the tracker

    private static final class Taker implements JobTracker.Follower {
        private final Queue<TrackedJob> taken = new ConcurrentLinkedQueue<>();

        @Override
        public int limit() {
            return 1;
        }

        @Override
        public void take(TrackedJob job) {
            taken.add(job);
        }
    }

    private static class Tracked {
        final JobTracker tracker;
        final Taker taker = new Taker();

        Tracked(JobStore store) {
            tracker = new JobTracker(SERVER, "chat", store, Runnable::run);
            tracker.declare("route");
            tracker.started(taker);
        }

        TrackedJob first() {
            TrackedJob first = job("1");
            tracker.accepted(first);
            return first;
        }

        void requireEachOnce(int jobs) {
            require(taker.taken.size() == jobs, taker.taken.size() + " taken");
            require(taker.taken.stream().map(TrackedJob::key).distinct().count() == jobs, "one twice");
        }
    }

    @Test
    void aJobComesWhenTheOneBeforeItEnds_itIsTaken() throws Exception {
        try (Race race = new Race("tracker: one comes, one ends")) {
            race.run(
                    () -> {
                        Tracked tracked = new Tracked(null);
                        tracked.first();
                        return tracked;
                    },
                    tracked -> tracked.tracker.accepted(job("2")),
                    tracked -> tracked.tracker.ended(tracked.taker.taken.peek()),
                    tracked -> tracked.requireEachOnce(2));
        }
    }

    @Test
    void aJobComesWhenItsConsumerStops_theNextOneTakesIt() throws Exception {
        try (Race race = new Race("tracker: one comes, its consumer stops")) {
            race.run(
                    () -> new Tracked(null),
                    tracked -> tracked.tracker.accepted(job("1")),
                    tracked -> tracked.tracker.stopping(tracked.taker),
                    tracked -> {
                        tracked.taker.taken.forEach(tracked.tracker::giveBack);
                        Taker next = new Taker();
                        tracked.tracker.started(next);
                        require(next.taken.size() == 1 && tracked.tracker.size() == 1, next.taken.size() + " taken");
                    });
        }
    }

    @Test
    void aJobIsStoredWhenTheStoreIsLookedThrough_itIsTakenOnce() throws Exception {
        DefaultCamelContext context = new DefaultCamelContext();
        StoredJob stored = stored("1");
        try (Race race = new Race("tracker: one comes, the store is looked through")) {
            race.run(
                    () -> {
                        MemoryAggregationRepository repository = new MemoryAggregationRepository();
                        repository.start();
                        return new Tracked(new JobStore(context, repository));
                    },
                    tracked -> {
                        tracked.tracker.coming(stored.job().key());
                        tracked.tracker.store().add(stored);
                        tracked.tracker.accepted(new TrackedJob(stored, null));
                    },
                    tracked -> tracked.tracker.scan(),
                    tracked -> {
                        tracked.tracker.scan();
                        tracked.requireEachOnce(1);
                    });
        }
    }
}
