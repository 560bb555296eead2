/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One job and its state. Guarded by the lock of {@link Jobs}; its rules are those of the recorded server. */
final class Job {

    final String id;
    final JobSpec spec;
    final Instant submittedAt;
    final long submittedNanos;

    /** The number of this job in its queue, counted from the queue's beginning. */
    long queueNumber;

    /** The worker that took it, or null. */
    Worker worker;

    Instant startedAt;
    long startedNanos;

    private JobState state = JobState.QUEUED;
    private long lastUpdateNanos;
    private PollResult.Report report;
    private Delivery delivery;
    private Long endedNanos;
    private CompletableFuture<Delivery> holder;
    private boolean givenUp;

    Job(String id, JobSpec spec, Time time) {
        this.id = id;
        this.spec = spec;
        this.submittedAt = time.now();
        this.submittedNanos = time.nanoTime();
        // Until the worker's first update the server takes the submit for the last one.
        this.lastUpdateNanos = submittedNanos;
    }

    /** The state now. Polling is what makes a job lapse. */
    JobState state(long now, Limits limits) {
        if (state != JobState.LAPSED && isOverdue(now, limits)) {
            state = JobState.LAPSED;
            endedNanos = now;
        }
        return state;
    }

    private boolean isOverdue(long now, Limits limits) {
        return switch (state) {
            case QUEUED -> now - submittedNanos > limits.maxTimeInQueue().toNanos();
            case PROCESSING ->
                now - lastUpdateNanos > limits.jobInactivityTimeout().toNanos() || !worker.isOnline(now, limits);
            case DONE, LAPSED -> false;
        };
    }

    void start(Worker by, Time time) {
        worker = by;
        startedAt = time.now();
        startedNanos = time.nanoTime();
        state = JobState.PROCESSING;
    }

    /** An update brings even a lapsed job back. */
    void update(int step, int steps, long now) {
        report = new PollResult.Report(worker.name(), spec, step, steps);
        lastUpdateNanos = now;
        state = JobState.PROCESSING;
    }

    /**
     * Takes the result.
     *
     * @return who waits for it on a held request
     */
    Optional<CompletableFuture<Delivery>> deliver(Delivery result, long now) {
        delivery = result;
        endedNanos = now;
        if (holder == null) {
            return Optional.empty();
        }
        finish();
        return Optional.of(holder);
    }

    boolean isDelivered() {
        return delivery != null;
    }

    /** Hands the result out and forgets it. */
    Delivery handOut() {
        Delivery result = delivery;
        finish();
        return result;
    }

    private void finish() {
        state = JobState.DONE;
        delivery = null;
        report = null;
    }

    void hold(CompletableFuture<Delivery> waiting) {
        holder = waiting;
    }

    boolean isHeldBy(CompletableFuture<Delivery> waiting) {
        return holder == waiting;
    }

    void giveUp() {
        if (state != JobState.DONE) {
            holder = null;
            givenUp = true;
        }
    }

    boolean isGivenUp() {
        return givenUp;
    }

    Optional<PollResult.Report> report() {
        return Optional.ofNullable(report);
    }

    boolean isForgotten(long now, Limits limits) {
        return endedNanos != null && now - endedNanos > limits.resultLifetime().toNanos();
    }
}
