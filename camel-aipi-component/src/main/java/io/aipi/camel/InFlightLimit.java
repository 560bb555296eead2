/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Bounds the jobs in flight; more wait their turn, first come first served, without a thread.
 *
 * <p>Invariant: {@code running <= bound}, and while something waits, {@code running == bound}. A job is begun and its
 * turn passed on outside of the lock, in a loop and not by recursion, however many wait.
 */
final class InFlightLimit {

    private final int bound;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;
    private boolean passingOn;

    /** {@code bound} 0 is no bound. */
    InFlightLimit(int bound) {
        this.bound = bound;
    }

    /** Begins the job when its turn comes; the future has the job's outcome. */
    <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> job) {
        if (bound == 0) {
            return begin(job);
        }
        CompletableFuture<T> outcome = new CompletableFuture<>();
        synchronized (this) {
            waiting.add(() -> begin(job).whenComplete((result, failure) -> {
                ended();
                if (failure == null) {
                    outcome.complete(result);
                } else {
                    outcome.completeExceptionally(failure);
                }
            }));
        }
        passOn();
        return outcome;
    }

    synchronized int waiting() {
        return waiting.size();
    }

    private static <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> job) {
        try {
            return job.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void ended() {
        synchronized (this) {
            running--;
        }
        passOn();
    }

    private void passOn() {
        while (true) {
            Runnable next;
            synchronized (this) {
                // whoever is passing on already will see this turn, too
                if (passingOn || running >= bound || waiting.isEmpty()) {
                    return;
                }
                passingOn = true;
                running++;
                next = waiting.remove();
            }
            try {
                next.run();
            } finally {
                synchronized (this) {
                    passingOn = false;
                }
            }
        }
    }
}
