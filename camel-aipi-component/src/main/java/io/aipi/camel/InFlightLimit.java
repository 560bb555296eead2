/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.Turns;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Bounds the jobs in flight; more wait their turn. */
final class InFlightLimit {

    private final int bound;
    private final Turns<Runnable> turns;

    /** {@code bound} 0 is no bound. */
    InFlightLimit(int bound) {
        this.bound = bound;
        this.turns = new Turns<>(() -> bound, Runnable::run);
    }

    /** Begins the job when its turn comes; the future has the job's outcome. */
    <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> job) {
        if (bound == 0) {
            return begin(job);
        }
        CompletableFuture<T> outcome = new CompletableFuture<>();
        turns.add(() -> begin(job).whenComplete((result, failure) -> {
            turns.free();
            if (failure == null) {
                outcome.complete(result);
            } else {
                outcome.completeExceptionally(failure);
            }
        }));
        turns.passOn();
        return outcome;
    }

    int waiting() {
        return turns.waiting();
    }

    private static <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> job) {
        try {
            return job.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
