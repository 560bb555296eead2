/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Bounds the jobs in flight; more wait their turn without a thread, and of those again no more than a bound. */
public final class InFlightLimiter {

    /** How often a caller that is held back checks whether it still has to be. */
    private static final long CHECK_MILLIS = 200;

    private final int bound;
    private final AsyncSemaphore<Runnable> semaphore;
    /** A permit for each job in flight or waiting; null if as many may wait as like. */
    private final Semaphore room;

    /** {@code bound} 0 is no bound, {@code maxWaiting} 0 is none for those that wait. */
    public InFlightLimiter(int bound, int maxWaiting) {
        this.bound = bound;
        this.semaphore = new AsyncSemaphore<>(() -> bound, Runnable::run);
        this.room = bound == 0 || maxWaiting == 0
                ? null
                : new Semaphore((int) Math.min(Integer.MAX_VALUE, (long) bound + maxWaiting));
    }

    /**
     * Waits until there is room for one more. Blocks. {@link #run} must follow, or {@link #leave} if it does not.
     *
     * @param ended whether the caller need not wait any more
     * @return false if it has ended
     * @throws InterruptedException if the caller was interrupted
     */
    public boolean enter(BooleanSupplier ended) throws InterruptedException {
        while (room != null && !room.tryAcquire(CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
            if (ended.getAsBoolean()) {
                return false;
            }
        }
        return true;
    }

    /** Gives back the room of one. */
    void leave() {
        if (room != null) {
            room.release();
        }
    }

    /** Begins the job when its turn comes; the future has the job's outcome. */
    public <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> job) {
        if (bound == 0) {
            return begin(job);
        }
        CompletableFuture<T> outcome = new CompletableFuture<>();
        semaphore.enqueue(() -> begin(job).whenComplete((result, failure) -> {
            leave();
            semaphore.release();
            if (failure == null) {
                outcome.complete(result);
            } else {
                outcome.completeExceptionally(failure);
            }
        }));
        semaphore.dispatchNext();
        return outcome;
    }

    public int waiting() {
        return semaphore.waiting();
    }

    /** Whatever is thrown, an Error too, is the job's outcome: others wait for its turn to end. */
    public static <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> job) {
        try {
            return job.get();
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
