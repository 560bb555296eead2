/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Real time. Two threads run everything that is to happen later: enough for ten thousand waiting jobs. */
public final class SystemTime implements Time, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SystemTime.class);
    private static final int THREADS = 2;

    private final ScheduledThreadPoolExecutor scheduler;

    /**
     * Starts the threads.
     *
     * @param threads makes them
     */
    public SystemTime(ThreadFactory threads) {
        scheduler = new ScheduledThreadPoolExecutor(THREADS, threads);
        scheduler.setRemoveOnCancelPolicy(true);
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Alarm after(Duration delay, Runnable action) {
        Future<?> pending = scheduler.schedule(() -> logged(action), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> pending.cancel(false);
    }

    /** A scheduler keeps exceptions to itself; nobody looks into its futures. */
    private static void logged(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("The simulator failed to do what was due", e);
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
