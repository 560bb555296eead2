/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A job that is followed in virtual time, with a first poll under way, and what has become of it. */
final class FollowedJob {

    final VirtualScheduler scheduler = new VirtualScheduler();
    /** The later ones bring the news that the job is still computed, at once. */
    final CompletableFuture<JobStatus> firstPoll = new CompletableFuture<>();

    final JobPoller follower;
    final CompletableFuture<JobResult> result;
    private final AtomicInteger polls = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private volatile String violation;

    FollowedJob(JobOptions options) {
        follower = new JobPoller(
                "chat",
                "JID1",
                Duration.ZERO,
                options,
                new JobDurationHistory(),
                scheduler,
                this::poll,
                progress -> {});
        result = follower.start();
        result.whenComplete((done, failure) -> ends.incrementAndGet());
        scheduler.advanceToNext();
    }

    private CompletableFuture<JobStatus> poll(String jobId, Supplier<Duration> timeout) {
        if (timeout.get().isNegative()) {
            violation = "no time for a poll";
        }
        if (underWay.incrementAndGet() > 1) {
            violation = "two polls of once";
        }
        CompletableFuture<JobStatus> poll =
                polls.incrementAndGet() == 1 ? firstPoll : CompletableFuture.completedFuture(status(null));
        return poll.whenComplete((seen, failure) -> underWay.decrementAndGet());
    }

    /** Still computed, or, with a result, done. */
    static JobStatus status(JobResult result) {
        return new JobStatus(
                JobProgress.of("chat", "JID1", result == null ? JobState.PROCESSING : JobState.DONE), result);
    }

    /** It has ended, once, and nothing is left of it. */
    void check() {
        if (!result.isDone()) {
            throw new AssertionError("left waiting");
        }
        checkSoFar();
    }

    /** If it has ended, then once, and nothing is left of it. */
    void checkSoFar() {
        boolean done = result.isDone();
        if (violation != null || ends.get() != (done ? 1 : 0) || (done && scheduler.waiting() != 0)) {
            throw new AssertionError(violation + ", ends: " + ends + ", tasks left: " + scheduler.waiting());
        }
    }
}
