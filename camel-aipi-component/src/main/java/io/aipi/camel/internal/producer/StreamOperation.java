/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.chat.TextStream;
import io.aipi.camel.internal.telemetry.ObservedJob;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.spi.CompletionExceptions;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.SynchronizationAdapter;

/** Submits a job. The exchange goes on with the first words of its text, and reads the others while they come. */
public final class StreamOperation implements Operation {

    private final ProducerContext context;

    /** Of the endpoint of the context. */
    public StreamOperation(ProducerContext context) {
        this.context = context;
    }

    @Override
    public void start(Exchange exchange, AsyncCallback callback, ProducerRun run) {
        AipiRequest request = Requests.read(context, run, exchange, false);
        new Streaming(exchange, callback, run, request).start();
    }

    /** One job whose text is read while it grows. */
    private final class Streaming {

        private final Exchange exchange;
        private final ProducerRun run;
        private final AipiRequest request;
        private final ProgressNotifier.Job progress;
        private final ProducerRun.FollowedJob followed;
        private final ErrorContext place = ErrorContext.of(context.endpointName());
        private final GrowingText text = new GrowingText(place, this::giveUp);
        private final ObservedJob job;
        private final PendingExchange<TextStream> waiting;
        private final CompletableFuture<Void> givenUp = new CompletableFuture<>();

        Streaming(Exchange exchange, AsyncCallback callback, ProducerRun run, AipiRequest request) {
            this.exchange = exchange;
            this.run = run;
            this.request = request;
            this.job = run.job(exchange);
            this.progress = run.progressOf(exchange);
            this.followed = new ProducerRun.FollowedJob(ProducerRun.routeOf(exchange));
            this.waiting = run.pend(exchange, callback, this::populate);
        }

        private void populate(TextStream stream) {
            context.binding().populate(exchange, stream);
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onFailure(Exchange failed) {
                    // nobody reads on, as when a split has stopped on an exception
                    stream.close();
                }
            });
        }

        void start() {
            waiting.run(request, this::job).whenComplete((answer, failure) -> {
                try {
                    end(answer, failure);
                } finally {
                    run.remove(followed);
                }
            });
        }

        private CompletableFuture<JobResult> job(AipiRequest asked) {
            // the producer must live until the text has its end, though the exchange has gone on
            run.add(followed);
            return job.model().submit(asked).thenCompose(this::follow);
        }

        private CompletableFuture<JobResult> follow(Submission accepted) {
            if (accepted.result() != null) {
                return CompletableFuture.completedFuture(accepted.result());
            }
            CompletableFuture<JobResult> following = job.model().follow(accepted, this::onProgress);
            givenUp.whenComplete((closed, never) -> following.cancel(false));
            return following;
        }

        private void giveUp() {
            givenUp.complete(null);
        }

        private void onProgress(JobProgress seen) {
            if (progress != null) {
                progress.progress(seen);
            }
            if (text.grow(seen.text())) {
                job.leave();
                waiting.end(text, null);
            }
        }

        private void end(Answer answer, Throwable failure) {
            if (answer == null) {
                text.fail(reason(failure));
                // unless it has gone on, and hears of it from the text
                waiting.end(null, failure);
                return;
            }
            JobResult result = answer.result();
            if (progress != null) {
                progress.result(result);
            }
            text.end(
                    result.text(),
                    () -> context.binding().populateEnd(exchange, result, answer.conversation()),
                    answer.refusal() == null ? null : reason(answer.refusal()));
            waiting.end(text, null);
        }

        private RuntimeException reason(Throwable failure) {
            Throwable cause = CompletionExceptions.unwrap(failure);
            return cause instanceof RuntimeException known ? known : new RuntimeCamelException(cause);
        }
    }
}
