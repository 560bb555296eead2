/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.spi.JobTimes;
import java.util.Map;
import java.util.function.Consumer;

/** What happens to a job while an exchange waits for it is told in the exchange's span. */
final class SpanEvents implements JobObserver {

    @Override
    public void onAccepted(ObservedJob job) {
        in(job, span -> {
            span.job(job.jobId());
            span.event("accepted", Map.of());
        });
    }

    @Override
    public void onProgress(ObservedJob job, JobProgress progress, boolean isFirst) {
        if (isFirst) {
            in(job, span -> {
                // of a job that was submitted before
                span.job(job.jobId());
                span.event("first progress", Map.of());
            });
        }
    }

    @Override
    public void onDone(ObservedJob job, JobResult result, JobTimes times) {
        in(job, span -> {
            span.job(job.jobId());
            span.state(JobState.DONE.word());
            span.result(result);
            span.event("done", Map.of("polls", String.valueOf(times.polls())));
        });
    }

    @Override
    public void onFailed(ObservedJob job, Throwable failure, JobTimes times) {
        in(job, span -> {
            span.job(job.jobId());
            span.state(JobState.FAILED.word());
        });
    }

    private static void in(ObservedJob job, Consumer<JobSpan> news) {
        // that of another endpoint is not this job's, as where this endpoint is excluded from tracing
        if (job.span() instanceof JobSpan span
                && span.endpoint() == job.endpoint().source()) {
            news.accept(span);
        }
    }
}
