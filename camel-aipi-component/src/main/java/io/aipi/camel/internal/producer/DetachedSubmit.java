/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.InFlightLimiter;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/**
 * One submit of a detached job, in three steps: prepare, submit, keep. The exchange goes on when the job is kept; the job's
 * permit is free when the job has ended, where that is seen.
 */
abstract class DetachedSubmit {

    private final ProducerContext context;
    private final Exchange exchange;
    private final ProducerRun run;
    private final AipiRequest request;
    /** From {@link #start} on. */
    private PendingExchange<Submission> pending;

    private volatile boolean accepted;

    DetachedSubmit(ProducerContext context, Exchange exchange, ProducerRun run, AipiRequest request) {
        this.context = context;
        this.exchange = exchange;
        this.run = run;
        this.request = request;
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
        Supplier<CompletableFuture<Void>> job = () -> prepare().thenCompose(this::submit);
        // a consumer's exchange that submits again must not wait for a permit: the jobs that have theirs may be waiting
        // for this very exchange to end
        CompletableFuture<Void> whole =
                context.isFromOwnConsumer(exchange) ? pending.now(job) : pending.withPermit(job);
        whole.whenComplete((ended, failure) -> {
            if (failure != null && !accepted) {
                abandon();
                pending.end(null, failure);
            }
        });
    }

    private CompletableFuture<Void> submit(Submission known) {
        if (known != null) {
            pending.end(known, null);
            return CompletableFuture.completedFuture(null);
        }
        return pending.submit(() -> run.model().submit(request)).thenCompose(this::onAccepted);
    }

    private CompletableFuture<Void> onAccepted(Submission submission) {
        accepted = true;
        InFlightLimiter.begin(() -> keep(submission)).whenComplete((kept, failure) -> {
            if (failure != null) {
                abandon();
            }
            pending.end(submission, failure);
        });
        return end(submission);
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
