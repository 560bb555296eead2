/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.InFlightLimiter;
import io.aipi.camel.store.DetachedJob;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.spi.CompletionExceptions;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The submit of a job that no consumer follows. It is followed here, if there is a progress endpoint to tell of it. */
final class UnconsumedSubmit extends DetachedSubmit {

    private static final Logger LOG = LoggerFactory.getLogger(UnconsumedSubmit.class);

    /** Null where nobody wants to hear of progress. */
    private final ProgressNotifier.Job progress;

    private final ProducerRun.FollowedJob followed;

    private UnconsumedSubmit(ProducerContext context, Exchange exchange, ProducerRun run, AipiRequest request) {
        super(context, exchange, run, request);
        this.progress = run.progressOf(exchange);
        this.followed = new ProducerRun.FollowedJob(ProducerRun.routeOf(exchange));
    }

    static void start(ProducerContext context, Exchange exchange, AsyncCallback callback, ProducerRun run) {
        AipiRequest request = Requests.read(context, run, exchange, false);
        new UnconsumedSubmit(context, exchange, run, request).start(callback);
    }

    @Override
    CompletableFuture<Submission> prepare() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    void abandon() {
        run().remove(followed);
    }

    /** Nothing is kept. Stored jobs of an id that the server has just given again are over. */
    @Override
    CompletableFuture<Void> keep(Submission submission) {
        String jobId = submission.jobId();
        if (progress != null) {
            // before the exchange, which keeps the run until then, goes on
            run().add(followed);
        }
        if (jobId == null
                || !DetachedJob.mayComeAgain(jobId)
                || !context().registries().hasStores()) {
            return CompletableFuture.completedFuture(null);
        }
        return onStoreThread(null, () -> {
            try {
                context().registries().lapseEverywhere(context().server(), jobId);
            } catch (RuntimeException | Error e) {
                LOG.warn("Stored jobs with the id {}, which the server has given again, may be taken for it", jobId, e);
            }
            return null;
        });
    }

    @Override
    CompletableFuture<Void> end(Submission submission) {
        if (progress == null) {
            // nobody here will have the answer
            return submission.result() == null ? unanswered() : answered(submission.result());
        }
        CompletableFuture<JobResult> result = submission.result() != null
                ? CompletableFuture.completedFuture(submission.result())
                : InFlightLimiter.begin(() -> model().follow(submission, progress::progress));
        return result.handle((value, failure) -> {
                    tell(submission, value, CompletionExceptions.unwrap(failure));
                    return failure == null ? answered(value) : unanswered();
                })
                .thenCompose(told -> told)
                .whenComplete((told, never) -> run().remove(followed));
    }

    private void tell(Submission submission, JobResult result, Throwable failure) {
        if (failure == null) {
            progress.result(result);
        } else if (failure instanceof ClientClosedException) {
            LOG.warn(
                    "Job {} of {} is not followed any more: its route has stopped. The operation result can still take its"
                            + " result",
                    submission.jobId(),
                    context().endpointName());
        } else {
            progress.failure(submission.jobId(), failure);
        }
    }
}
