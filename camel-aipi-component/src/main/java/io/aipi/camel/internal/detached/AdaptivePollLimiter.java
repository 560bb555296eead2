/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.AsyncSemaphore;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.model.JobStatus;
import io.aipi.client.spi.CompletionExceptions;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * How many polls of jobs are under way at once, where results have to be stored: a result that the server has handed out
 * and that is not stored yet is lost if the process is killed, and its job has to be computed again.
 *
 * <p>A poll that brings a result keeps its place until that result is stored. So many polls have a place as experience
 * recommends: each one without a result makes the window wider, each one with a result makes it narrower. After an outage,
 * when all jobs have ended meanwhile, results are fetched in small portions; among many jobs that go on, polls do not wait.
 */
public final class AdaptivePollLimiter {

    static final int LEAST = 8;
    static final int MOST = 1024;

    private final AsyncSemaphore<Turn> semaphore = new AsyncSemaphore<>(this::bound, this::begin);
    private final BooleanSupplier mayPoll;
    private volatile int size = LEAST;
    private RuntimeException closed;

    private record Turn(
            Supplier<CompletableFuture<JobStatus>> poll,
            CompletableFuture<Void> stored,
            CompletableFuture<JobStatus> seen) {}

    /** {@code mayPoll}: whether polls may begin now. {@link #resume} says that they may again. */
    public AdaptivePollLimiter(BooleanSupplier mayPoll) {
        this.mayPoll = mayPoll;
    }

    private int bound() {
        return mayPoll.getAsBoolean() ? size : 0;
    }

    /** Polls that had to wait may begin. */
    public void resume() {
        semaphore.dispatchNext();
    }

    /**
     * Begins the poll when there is a place for it.
     *
     * @param stored completed when the result, should the poll bring one, is stored or given up
     */
    public CompletableFuture<JobStatus> take(
            Supplier<CompletableFuture<JobStatus>> poll, CompletableFuture<Void> stored) {
        Turn turn = new Turn(poll, stored, new CompletableFuture<>());
        RuntimeException reason;
        synchronized (this) {
            reason = closed;
            if (reason == null) {
                semaphore.enqueue(turn);
            }
        }
        if (reason != null) {
            turn.seen.completeExceptionally(reason);
        } else {
            semaphore.dispatchNext();
        }
        return turn.seen;
    }

    /** Begins no further poll: those that wait, and all to come, fail with the reason. */
    public void close(RuntimeException reason) {
        Queue<Turn> left;
        synchronized (this) {
            closed = reason;
            left = semaphore.drain();
        }
        left.forEach(turn -> turn.seen.completeExceptionally(reason));
    }

    int size() {
        return size;
    }

    private void begin(Turn turn) {
        if (turn.stored.isDone()) {
            // the job has ended while its poll waited, as by its timeout: nobody would take the result
            semaphore.release();
            turn.seen.cancel(false);
            return;
        }
        CompletableFuture<JobStatus> poll;
        try {
            poll = turn.poll.get();
        } catch (RuntimeException | Error e) {
            poll = CompletableFuture.failedFuture(e);
        }
        poll.whenComplete((status, failure) -> {
            if (failure != null && !(CompletionExceptions.unwrap(failure) instanceof JobFailedException)) {
                semaphore.release();
                turn.seen.completeExceptionally(failure);
            } else if (failure != null) {
                // a worker's failure is handed out once, as a result is
                turn.stored.whenComplete((done, ignored) -> semaphore.release());
                turn.seen.completeExceptionally(failure);
            } else if (status.result() == null) {
                resize(false);
                semaphore.release();
                turn.seen.complete(status);
            } else {
                resize(true);
                turn.stored.whenComplete((done, ignored) -> semaphore.release());
                turn.seen.complete(status);
            }
        });
    }

    private synchronized void resize(boolean broughtResult) {
        size = broughtResult ? Math.max(LEAST, size * 3 / 4) : Math.min(MOST, size + 1);
    }
}
