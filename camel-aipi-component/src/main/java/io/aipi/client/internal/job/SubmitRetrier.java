/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.model.Submission;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * One submit and its repetitions, where repeating cannot make a second job: a submit that has surely not reached the server,
 * and, for {@code queueFullTimeout}, one that the server refused because its queue is full.
 *
 * <p>The steps form one chain (attempt, wait, attempt, ...), each begun by the one before it, so the fields need no lock.
 */
final class SubmitRetrier {

    /** A submit that has surely not reached the server is tried this often in all. */
    private static final int CONNECT_ATTEMPTS = 3;

    private static final Duration FIRST_BACKOFF = Duration.ofMillis(500);

    private final Supplier<CompletableFuture<Submission>> submit;
    private final Supplier<AipiException> end;
    private final JobOptions options;
    private final Scheduler scheduler;
    private final Executor workers;
    private final CompletableFuture<Submission> submission = new CompletableFuture<>();
    private final long begin;
    private int unconnected;
    private int refusals;

    /**
     * Nothing is sent yet; the time of the submit begins.
     *
     * @param submit one attempt
     * @param end what ends the submit from outside; null while nothing does
     * @param workers run an attempt that is not the first
     */
    SubmitRetrier(
            Supplier<CompletableFuture<Submission>> submit,
            Supplier<AipiException> end,
            JobOptions options,
            Scheduler scheduler,
            Executor workers) {
        this.submit = submit;
        this.end = end;
        this.options = options;
        this.scheduler = scheduler;
        this.workers = workers;
        this.begin = scheduler.nanoTime();
    }

    /** Makes the first attempt; the future has what the last one brings. */
    CompletableFuture<Submission> start() {
        attempt();
        return submission;
    }

    private void attempt() {
        AipiException told = end.get();
        if (told != null) {
            submission.completeExceptionally(told);
            return;
        }
        begun().whenComplete((accepted, failure) -> {
            if (failure == null) {
                submission.complete(accepted);
            } else {
                decide(CompletionExceptions.unwrap(failure));
            }
        });
    }

    private CompletableFuture<Submission> begun() {
        try {
            return submit.get();
        } catch (RuntimeException e) {
            // nobody sees what is thrown on the scheduler's thread: it would leave the submit waiting for ever
            return CompletableFuture.failedFuture(e);
        }
    }

    private void decide(Throwable problem) {
        if (problem instanceof ConnectionFailedException unreached
                && !unreached.isRequestSent()
                && ++unconnected < CONNECT_ATTEMPTS) {
            again(FIRST_BACKOFF.multipliedBy(unconnected));
        } else if (problem instanceof QueueFullException full && left().compareTo(Duration.ZERO) > 0) {
            again(backoff(full));
        } else {
            submission.completeExceptionally(problem);
        }
    }

    /** Not on the scheduler's thread: the request is written anew, which takes time. */
    private void again(Duration wait) {
        scheduler.schedule(() -> workers.execute(this::attempt), wait);
    }

    private Duration left() {
        return options.queueFullTimeout().minusNanos(scheduler.nanoTime() - begin);
    }

    /** Grows from half a second to maxPollInterval; spread, so that waiting submits do not come all at once. */
    private Duration backoff(QueueFullException full) {
        long grown = FIRST_BACKOFF.toNanos() << Math.min(refusals++, 6);
        long bounded = Math.min(grown, options.maxPollInterval().toNanos());
        Duration spread = Duration.ofNanos(
                Math.round(bounded * ThreadLocalRandom.current().nextDouble(0.5, 1.0)));
        Duration asked = full.getRetryAfter();
        Duration wait = asked != null && asked.compareTo(spread) > 0 ? asked : spread;
        return wait.compareTo(left()) < 0 ? wait : left();
    }
}
