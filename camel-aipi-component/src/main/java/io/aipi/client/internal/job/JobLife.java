/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.internal.session.AcceptedJob;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.JobListener;
import io.aipi.client.spi.JobTimes;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Tells a listener of one job that is followed. */
final class JobLife {

    private final JobListener listener;
    private final Scheduler scheduler;
    /** Null for a job that this process has not submitted. */
    private final AcceptedJob.Times times;

    private final AtomicInteger polls = new AtomicInteger();
    private volatile boolean ended;

    /** Nobody was told yet. */
    JobLife(JobListener listener, Scheduler scheduler, AcceptedJob job) {
        this.listener = listener;
        this.scheduler = scheduler;
        this.times = job.times();
    }

    /** A poll that is sent now. */
    CompletableFuture<JobStatus> poll(CompletableFuture<JobStatus> poll) {
        polls.incrementAndGet();
        return poll.thenApply(status -> {
            if (status.result() == null && status.progress().state() != JobState.DONE && !ended) {
                listener.onProgress(status.progress());
            }
            return status;
        });
    }

    void ended(JobResult result, Throwable failure) {
        ended = true;
        long now = scheduler.nanoTime();
        Duration whole = times == null ? null : Duration.ofNanos(now - times.submitted());
        Duration sinceAccepted = times == null ? null : Duration.ofNanos(now - times.accepted());
        if (failure == null) {
            listener.onDone(result, JobTimes.of(result, whole, sinceAccepted, polls.get()));
        } else {
            listener.onFailed(CompletionExceptions.unwrap(failure), new JobTimes(whole, null, null, null, polls.get()));
        }
    }
}
