/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.ExchangeBinding;
import io.aipi.camel.internal.InFlightLimiter;
import io.aipi.camel.internal.MessageContent;
import io.aipi.camel.internal.chat.ChatTurn;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.spi.CompletionExceptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/**
 * An exchange that waits. It is ended by what it waits for or by its producer's stop, whichever comes first; its callback is
 * called exactly once.
 */
final class PendingExchange<T> {

    private final ProducerContext context;
    private final ProducerRun run;
    private final Exchange exchange;
    private final AsyncCallback callback;
    private final Consumer<T> populate;
    private final String routeId;
    private volatile boolean submitted;

    /** {@code populate} fills the exchange with what it has waited for. */
    PendingExchange(
            ProducerContext context, ProducerRun run, Exchange exchange, AsyncCallback callback, Consumer<T> populate) {
        this.context = context;
        this.run = run;
        this.exchange = exchange;
        this.callback = callback;
        this.populate = populate;
        this.routeId = ProducerRun.routeOf(exchange);
    }

    /** The route that it is in; null for none. */
    String routeId() {
        return routeId;
    }

    /** Whether its request may have been sent. */
    boolean isSubmitted() {
        return submitted;
    }

    /**
     * Begins the job when there is a permit, unless the exchange has been ended by then: nobody would take the result. Blocks
     * where too many wait already.
     */
    <R> CompletableFuture<R> withPermit(Supplier<CompletableFuture<R>> job) {
        InFlightLimiter limiter = context.inFlightLimiter();
        try {
            return limiter.enter(() -> !isPending())
                    ? limiter.run(() -> now(job))
                    : CompletableFuture.failedFuture(stopped());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * The job of a request, when there is a permit for it. If the request goes on with a conversation, the job is begun when it is
     * its question's turn, with the messages before; else with none.
     */
    CompletableFuture<Answer> run(AipiRequest request, Function<AipiRequest, CompletableFuture<JobResult>> job) {
        // what throws, as for a conversation that cannot be read, ends the exchange as all else does: it is pending
        // already
        return InFlightLimiter.begin(() -> begun(request, job));
    }

    private CompletableFuture<Answer> begun(
            AipiRequest request, Function<AipiRequest, CompletableFuture<JobResult>> job) {
        ChatTurn turn = context.turn(exchange, request, this::isPending);
        if (turn == null) {
            return withPermit(() -> submit(() -> job.apply(request))).thenApply(Answer::of);
        }
        // the permit comes after the turn: nobody waits for a turn with one
        return turn.ask(false)
                .thenCompose(before -> onExchangeThread(
                                () -> withPermit(() -> submit(() -> job.apply(request.withMessages(before)))))
                        .handle((result, failure) -> ended(turn, result, failure))
                        .thenCompose(answer -> answer));
    }

    private static CompletableFuture<Answer> ended(ChatTurn turn, JobResult result, Throwable failure) {
        return failure == null
                ? turn.answered(result).handle((conversation, refusal) -> new Answer(result, conversation, refusal))
                : turn.failed().thenCompose(told -> CompletableFuture.failedFuture(failure));
    }

    /** On a thread that may be blocked: too many may be waiting for a permit. */
    <R> CompletableFuture<R> onExchangeThread(Supplier<CompletableFuture<R>> task) {
        CompletableFuture<Supplier<CompletableFuture<R>>> begun = new CompletableFuture<>();
        CompletableFuture<R> done = begun.thenCompose(InFlightLimiter::begin);
        try {
            context.exchangeThreads().execute(() -> begun.complete(task), () -> "route " + routeId);
        } catch (RejectedExecutionException | Error notBegun) {
            begun.completeExceptionally(notBegun);
        }
        return done;
    }

    /** Begins the job without a permit, unless the exchange has been ended. */
    <R> CompletableFuture<R> now(Supplier<CompletableFuture<R>> job) {
        return isPending() ? InFlightLimiter.begin(job) : CompletableFuture.failedFuture(stopped());
    }

    /** Sends the request, unless the exchange has been ended. */
    <R> CompletableFuture<R> submit(Supplier<CompletableFuture<R>> request) {
        submitted = true;
        return isPending() ? request.get() : CompletableFuture.failedFuture(stopped());
    }

    /** Whether it was not ended yet. */
    boolean isPending() {
        return run.isPending(this);
    }

    /** Its end; the first one counts. The exchange goes on with it. */
    void end(T value, Throwable failure) {
        if (!run.remove(this)) {
            return;
        }
        try {
            context.exchangeThreads()
                    .execute(() -> continueExchange(value, failure), () -> "route " + ProducerRun.routeOf(exchange));
        } catch (RejectedExecutionException | Error notBegun) {
            continueExchange(value, failure);
        }
    }

    /** Its end by the producer's stop. */
    void endByStop() {
        end(null, stopped());
    }

    private void continueExchange(T value, Throwable failure) {
        ExchangeBinding binding = context.binding();
        try {
            if (failure == null) {
                populate.accept(value);
                binding.removeRequestHeaders(exchange.getMessage().getHeaders());
                MessageContent.forget(exchange);
            } else {
                exchange.setException(CompletionExceptions.unwrap(failure));
                JobResult result = value instanceof Submission submission
                        ? submission.result()
                        : value instanceof Answer answer ? answer.result() : null;
                if (result != null) {
                    binding.keep(exchange, result);
                }
            }
        } catch (Throwable e) {
            // an Error, too: an exchange without its result must not pass for a good one
            exchange.setException(e);
        } finally {
            callback.done(false);
        }
    }

    private ClientClosedException stopped() {
        return new ClientClosedException(
                submitted
                        ? "The route was stopped while the exchange waited for its job; what was submitted goes on at the"
                                + " server"
                        : "The route was stopped before the exchange's request was sent; nothing was submitted",
                ErrorContext.of(context.endpointName()));
    }
}
