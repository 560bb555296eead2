/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs what waits for the database: the rare cases, for which nobody's thread is to be held. */
final class BlockingWork {

    /** What waits for the database. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    private static final int THREADS = 4;
    private static final long IDLE_SECONDS = 30;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "aipi-jobs-" + NUMBERS.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });

    BlockingWork() {
        threads.allowCoreThreadTimeOut(true);
    }

    /** The work's outcome; it fails with the SQLException itself. After {@link #close} it is run on the caller's thread. */
    <T> CompletableFuture<T> run(Work<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            threads.execute(() -> run(work, done));
        } catch (RejectedExecutionException closed) {
            // the last of what was begun before: a result that is dropped here is lost
            run(work, done);
        } catch (Throwable notBegun) {
            done.completeExceptionally(notBegun);
        }
        return done;
    }

    private static <T> void run(Work<T> work, CompletableFuture<T> done) {
        try {
            done.complete(work.run());
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }

    /** Waits for what it has taken. */
    void close(Duration patience) {
        threads.shutdown();
        try {
            threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
