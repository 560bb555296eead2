/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.InFlightLimiter;
import io.aipi.camel.internal.chat.ChatTurn;
import io.aipi.camel.internal.telemetry.ObservedJob;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One submit of a detached job, in three steps: prepare, submit, keep. The exchange goes on when the job is kept; the job's
 * permit is free when the job has ended, where that is seen.
 */
abstract class DetachedSubmit {

    private static final Logger LOG = LoggerFactory.getLogger(DetachedSubmit.class);

    private final ProducerContext context;
    private final Exchange exchange;
    private final ProducerRun run;
    private final ObservedJob job;
    private final AipiRequest request;
    /** In its conversation; null for none. */
    private final ChatTurn turn;

    /** From {@link #start} on. */
    private PendingExchange<Submission> pending;

    /** Whether the question stands in its conversation. */
    private volatile boolean asked;

    private volatile boolean accepted;

    DetachedSubmit(ProducerContext context, Exchange exchange, ProducerRun run, AipiRequest request) {
        this.context = context;
        this.exchange = exchange;
        this.run = run;
        this.request = request;
        this.job = run.job(exchange);
        this.turn = context.turn(exchange, request, this::isPending);
    }

    /**
     * Before the request is sent, which it is not if this fails. Gives what the exchange goes on with if there is nothing to
     * send, since the request was submitted before; else null.
     */
    abstract CompletableFuture<Submission> prepare();

    /** The request was not accepted, as far as is known, or its job could not be kept. */
    abstract void abandon();

    /** Before the exchange goes on, which fails if this fails. */
    abstract CompletableFuture<Void> keep(Submission submission);

    /** Completed when the job's permit is free. Never fails. */
    abstract CompletableFuture<Void> end(Submission submission);

    final void start(AsyncCallback callback) {
        pending = run.pend(exchange, callback, submission -> context.binding().populate(exchange, submission));
        CompletableFuture<Void> whole = turn == null
                ? permitted(() -> prepare().thenCompose(known -> submit(known, request)))
                // the permit comes after the turn: nobody waits for a turn with one
                : InFlightLimiter.begin(this::enterAndPrepare).thenCompose(this::ask);
        whole.whenComplete((ended, failure) -> {
            if (failure != null && !accepted) {
                abandon();
                if (turn != null && !asked) {
                    turn.cancel();
                }
                unanswered().whenComplete((told, never) -> pending.end(null, failure));
            }
        });
    }

    /** In the queue of the conversation only now that the end of this submit leaves it, whatever comes. */
    private CompletableFuture<Submission> enterAndPrepare() {
        turn.enter();
        return prepare();
    }

    private CompletableFuture<Void> permitted(Supplier<CompletableFuture<Void>> job) {
        // a consumer's exchange that submits again must not wait for a permit: the jobs that have theirs may be waiting
        // for this very exchange to end
        return context.isFromOwnConsumer(exchange) ? pending.now(job) : pending.withPermit(job);
    }

    private CompletableFuture<Void> ask(Submission known) {
        if (known != null) {
            turn.cancel();
            return submit(known, request);
        }
        return turn.ask(true).thenCompose(before -> {
            asked = true;
            return pending.onExchangeThread(() -> permitted(() -> submit(null, request.withMessages(before))));
        });
    }

    /** No answer will come. */
    final CompletableFuture<Void> unanswered() {
        return asked ? turn.failed() : CompletableFuture.completedFuture(null);
    }

    /** The answer is here. Never fails. */
    final CompletableFuture<Void> answered(JobResult result) {
        return !asked
                ? CompletableFuture.completedFuture(null)
                : turn.answered(result).handle((conversation, refusal) -> {
                    if (refusal != null) {
                        LOG.warn("The answer of job {} is not kept in its conversation", result.jobId(), refusal);
                    }
                    return null;
                });
    }

    /** In its conversation; null for none. */
    final ChatTurn turn() {
        return turn;
    }

    private CompletableFuture<Void> submit(Submission known, AipiRequest whole) {
        if (known != null) {
            pending.end(known, null);
            return CompletableFuture.completedFuture(null);
        }
        return pending.submit(() -> job.model().submit(whole)).thenCompose(this::onAccepted);
    }

    private CompletableFuture<Void> onAccepted(Submission submission) {
        accepted = true;
        job.leave();
        CompletableFuture<Void> keeping = InFlightLimiter.begin(() -> keep(submission));
        keeping.whenComplete((kept, failure) -> {
            if (failure != null) {
                abandon();
                unanswered();
            }
            pending.end(submission, failure);
        });
        return keeping.isCompletedExceptionally() ? CompletableFuture.completedFuture(null) : end(submission);
    }

    final ModelEndpoint model() {
        return job.model();
    }

    final ProducerContext context() {
        return context;
    }

    final ProducerRun run() {
        return run;
    }

    /** Whether the exchange still waits. */
    final boolean isPending() {
        return pending.isPending();
    }

    /** Runs what blocks. */
    final <T> CompletableFuture<T> onStoreThread(JobRepository repository, Supplier<T> task) {
        try {
            return CompletableFuture.supplyAsync(task, context.storeThreads(repository));
        } catch (RejectedExecutionException | Error notBegun) {
            return CompletableFuture.failedFuture(notBegun);
        }
    }
}
