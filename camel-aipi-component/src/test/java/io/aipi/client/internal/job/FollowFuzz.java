/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A job that is followed to its end, whatever the polls of it are answered. Time is virtual. */
public final class FollowFuzz {

    private static final JobOptions OPTIONS = JobOptions.defaults()
            .withTimeouts(FuzzedServer.SOON, Duration.ofMinutes(1))
            .withPollIntervals(Duration.ofSeconds(1), Duration.ofSeconds(5))
            .withPollFailureTimeout(Duration.ofSeconds(10));

    /** From one poll a second, the last one late, with the alarm and the end. */
    private static final int MOST_STEPS = 100;

    private FollowFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        FuzzedServer server = FuzzedServer.afterLogin(input);
        VirtualScheduler scheduler = new VirtualScheduler();
        JobClient jobs = server.jobs(OPTIONS, scheduler);
        AtomicBoolean ended = new AtomicBoolean();
        Consumer<JobProgress> listener = progress -> {
            if (ended.get()) {
                throw new AssertionError("progress after the end");
            }
        };
        CompletableFuture<JobResult> result =
                jobs.follow("JID1", server.flag(1) ? null : Duration.ZERO, server.flag(0) ? listener : null);
        result.whenComplete((done, failure) -> ended.set(true));
        for (int step = 0; !result.isDone(); step++) {
            if (step > MOST_STEPS || !scheduler.advanceToNext()) {
                throw new AssertionError("after " + step + " steps the job is neither ended nor polled");
            }
        }
        server.outcome(result);
        if (jobs.inFlight() != 0 || scheduler.waiting() != 0) {
            throw new AssertionError("something of the job is left");
        }
        if (scheduler.elapsed().compareTo(Duration.ofSeconds(63)) > 0) {
            throw new AssertionError("the job ended after " + scheduler.elapsed());
        }
    }
}
