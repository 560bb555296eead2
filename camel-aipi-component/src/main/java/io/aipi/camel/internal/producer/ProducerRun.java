/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.telemetry.ObservedJob;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.spi.UnitOfWork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lives from a start of a producer to the stop that belongs to it, and beyond where Camel stops a producer that has fallen
 * out of its cache: the exchanges in flight of routes that go on must not hear of that.
 */
public final class ProducerRun {

    private static final Logger LOG = LoggerFactory.getLogger(ProducerRun.class);

    private final ProducerContext context;
    private final ModelEndpoint model;
    /** Null where nobody wants to hear of progress. */
    private final ProgressNotifier progressNotifier;

    private final Set<PendingExchange<?>> pending = ConcurrentHashMap.newKeySet();
    private final Set<FollowedJob> followed = ConcurrentHashMap.newKeySet();
    /** Exchanges that are about to be among those pending. Guarded by this. */
    private int entering;
    /** Guarded by this. */
    private boolean over;

    /** A detached job whose progress exchanges the producer sends. Compared by identity. */
    static final class FollowedJob {

        private final String routeId;

        FollowedJob(String routeId) {
            this.routeId = routeId;
        }
    }

    /** {@code progressNotifier} may be null. */
    public ProducerRun(ProducerContext context, ModelEndpoint model, ProgressNotifier progressNotifier) {
        this.context = context;
        this.model = model;
        this.progressNotifier = progressNotifier;
    }

    /** The route of the exchange. Null if it is in none, as when it comes from a template. */
    public static String routeOf(Exchange exchange) {
        UnitOfWork work = exchange.getUnitOfWork();
        return work == null || work.getRoute() == null
                ? exchange.getFromRouteId()
                : work.getRoute().getRouteId();
    }

    ModelEndpoint model() {
        return model;
    }

    /** The job that the exchange submits or waits for. */
    ObservedJob job(Exchange exchange) {
        return context.observed().job(model, exchange);
    }

    // ---- exchanges

    /** False if the run is over; else {@link #leave} must follow. */
    public synchronized boolean enter() {
        if (!over) {
            entering++;
        }
        return !over;
    }

    /** The exchange is pending, or has failed. */
    public synchronized void leave() {
        entering--;
    }

    /** The exchange is pending from here on. */
    <T> PendingExchange<T> pend(Exchange exchange, AsyncCallback callback, Consumer<T> populate) {
        PendingExchange<T> added = new PendingExchange<>(context, this, exchange, callback, populate);
        pending.add(added);
        return added;
    }

    boolean isPending(PendingExchange<?> exchange) {
        return pending.contains(exchange);
    }

    /** False if it was removed before. */
    boolean remove(PendingExchange<?> exchange) {
        return pending.remove(exchange);
    }

    /** The exchange goes on with the response. */
    <T> void continueWith(
            Exchange exchange, AsyncCallback callback, CompletableFuture<T> response, Consumer<T> populate) {
        PendingExchange<T> waiting = pend(exchange, callback, populate);
        waiting.submit(() -> response).whenComplete(waiting::end);
    }

    /** The exchange goes on with the job's result. The job begins when there is a permit for it. */
    void continueWithResult(Exchange exchange, AsyncCallback callback, Supplier<CompletableFuture<JobResult>> job) {
        PendingExchange<JobResult> waiting =
                pend(exchange, callback, result -> context.binding().populate(exchange, result));
        waiting.withPermit(() -> waiting.submit(job)).whenComplete(waiting::end);
    }

    /** The exchange goes on with the answer of the request's job, in its conversation. */
    void continueWithAnswer(
            Exchange exchange,
            AsyncCallback callback,
            AipiRequest request,
            Function<AipiRequest, CompletableFuture<JobResult>> job) {
        PendingExchange<Answer> waiting = pend(exchange, callback, answer -> {
            context.binding().populate(exchange, answer.result());
            context.binding().populateConversation(exchange, answer.conversation());
        });
        waiting.run(request, job)
                .whenComplete((answer, failure) -> waiting.end(answer, answer == null ? failure : answer.refusal()));
    }

    // ---- progress

    /** The progress exchanges of the exchange's job; null where nobody wants to hear of progress. */
    ProgressNotifier.Job progressOf(Exchange exchange) {
        return progressNotifier == null ? null : progressNotifier.job(exchange);
    }

    /** Null for null. */
    static Consumer<JobProgress> listener(ProgressNotifier.Job job) {
        return job == null ? null : job::progress;
    }

    /** The result, of which the progress route is told before the exchange goes on. */
    static CompletableFuture<JobResult> telling(ProgressNotifier.Job job, CompletableFuture<JobResult> result) {
        return job == null
                ? result
                : result.thenApply(value -> {
                    job.result(value);
                    return value;
                });
    }

    void add(FollowedJob job) {
        followed.add(job);
    }

    void remove(FollowedJob job) {
        followed.remove(job);
    }

    // ---- end

    /** Ends the exchanges of routes that have stopped; true if there was nothing left but to end. */
    public boolean endIfDue() {
        List<PendingExchange<?>> due;
        boolean ended;
        synchronized (this) {
            due = pending.stream()
                    .filter(exchange -> context.isEnding(exchange.routeId()))
                    .toList();
            over |= entering == 0
                    && pending.size() == due.size()
                    && followed.stream().allMatch(job -> context.isEnding(job.routeId))
                    && !(isTelling() && !context.isEnding(null));
            ended = over;
        }
        if (ended) {
            end();
            return true;
        }
        due.forEach(PendingExchange::endByStop);
        return false;
    }

    private boolean isTelling() {
        return progressNotifier != null && progressNotifier.isSending();
    }

    /** Ends the jobs, and with them the exchanges, each with its job's id; no result is taken any more. */
    public void end() {
        synchronized (this) {
            over = true;
        }
        if (!pending.isEmpty()) {
            LOG.warn(
                    "Stop of a producer for {}: {} exchanges with jobs in flight fail",
                    context.endpointName(),
                    pending.size());
        }
        // before the permits of those that end now go to them
        pending.stream().filter(exchange -> !exchange.isSubmitted()).forEach(PendingExchange::endByStop);
        context.close(model);
        pending.forEach(PendingExchange::endByStop);
        if (progressNotifier != null) {
            progressNotifier.stop();
        }
    }
}
