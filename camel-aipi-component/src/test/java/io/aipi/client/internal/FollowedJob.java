/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import io.aipi.client.JobOptions;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.JobState;
import io.aipi.client.JobStatus;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A job that is followed in virtual time, with a first look under way, and what has become of it. */
final class FollowedJob {

    final VirtualTimer timer = new VirtualTimer();
    /** The later ones bring the news that the job is still computed, at once. */
    final CompletableFuture<JobStatus> firstLook = new CompletableFuture<>();

    final JobFollower follower;
    final CompletableFuture<JobResult> result;
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private volatile String violation;

    FollowedJob(JobOptions options) {
        follower = new JobFollower(
                "chat", "JID1", Duration.ZERO, options, new ComputeTimes(), timer, this::look, progress -> {});
        result = follower.start();
        result.whenComplete((done, failure) -> ends.incrementAndGet());
        timer.advanceToNext();
    }

    private CompletableFuture<JobStatus> look(String jobId, Supplier<Duration> timeout) {
        if (timeout.get().isNegative()) {
            violation = "no time for a look";
        }
        if (underWay.incrementAndGet() > 1) {
            violation = "two looks at once";
        }
        CompletableFuture<JobStatus> look =
                looks.incrementAndGet() == 1 ? firstLook : CompletableFuture.completedFuture(status(null));
        return look.whenComplete((seen, failure) -> underWay.decrementAndGet());
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
        if (violation != null || ends.get() != (done ? 1 : 0) || (done && timer.waiting() != 0)) {
            throw new AssertionError(violation + ", ends: " + ends + ", tasks left: " + timer.waiting());
        }
    }
}
