/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.spi;

import io.aipi.client.ModelEndpoint;
import io.aipi.client.model.JobResult;
import java.util.concurrent.atomic.LongAdder;

/**
 * What has become of jobs, counted for as long as this object lives; {@link ModelEndpoint}s may share one.
 *
 * <p>A job counts as submitted once, when it is handed over for submitting, however often the submit is repeated and
 * whether or not the server accepts it. It counts as completed when its result has been taken, and as failed when it is
 * known that it will not be: refused, failed by its worker, lapsed, timed out, lost, or given up because its endpoint
 * was closed. For jobs that are followed from their submit on, {@code submitted = completed + failed + in flight}.
 *
 * <p>A job that is submitted and not followed is neither completed nor failed until somebody takes its result, and then
 * where it is taken: an endpoint that takes results of jobs that another one submitted completes more than it submits.
 */
public final class JobMetrics implements JobListener {

    private final LongAdder submitted = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** Nothing is counted yet. */
    public JobMetrics() {}

    /** Jobs handed over for submitting. */
    public long submitted() {
        return submitted.sum();
    }

    /** Jobs whose result was taken. */
    public long completed() {
        return completed.sum();
    }

    /** Jobs that ended without a result. */
    public long failed() {
        return failed.sum();
    }

    @Override
    public void onSubmit() {
        submitted.increment();
    }

    @Override
    public void onDone(JobResult result, JobTimes times) {
        completed.increment();
    }

    @Override
    public void onFailed(Throwable failure, JobTimes times) {
        failed.increment();
    }
}
