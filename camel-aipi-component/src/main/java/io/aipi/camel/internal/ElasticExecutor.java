/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which exchanges go on. What a route does behind {@code aipi:} is not known here: it may block, sleep, or
 * call {@code aipi:} again and wait.
 *
 * <p>Invariant: while exchanges wait for a thread, {@code size} threads are free of blocked routes, up to {@code maxSize}
 * threads in all. So a route that blocks delays no other one, and while none blocks there are {@code size} threads, however
 * many exchanges there are. A thread counts as blocked when it does not run in three checks in a row, or has been in a native
 * call for long.
 *
 * <p>The checks are made only while exchanges wait. On virtual threads, which Camel makes when they are switched on, there
 * is nothing to check: each exchange has its own.
 */
public final class ElasticExecutor {

    /** Delays tasks. */
    public interface Scheduler {
        /** Runs the task once after the delay, on a thread that must not be blocked. */
        void schedule(Runnable task, Duration delay);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ElasticExecutor.class);

    static final Duration CHECK_INTERVAL = Duration.ofMillis(3);

    /** After so many checks in one task, a thread that seems to run is asked whether it is in a native call. */
    private static final int LONG = 32;

    /** A thread that stands in so many checks in a row is blocked, and does not just wait for a lock. */
    private static final int STANDS = 3;

    private static final Duration STARVED = Duration.ofSeconds(1);
    private static final Duration WARNING_INTERVAL = Duration.ofMinutes(1);
    private static final int ROUTES_NAMED = 3;

    private final ExecutorService threads;
    /** Null where each task has a virtual thread. */
    private final ThreadPoolExecutor pool;

    private final int size;
    private final int maxSize;
    private final Scheduler scheduler;
    private final LongSupplier nanoTime;
    private final Set<Task> running = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean watching = new AtomicBoolean();
    // guarded by this, as the checks' fields of each task are
    private long starvedSince;
    private long warned;
    private boolean everWarned;

    /**
     * Exchanges on these threads.
     *
     * @param threads a pool of {@code size} threads that may become {@code maxSize}, with an unbounded queue; or an executor
     *     that makes a virtual thread for each task
     */
    public ElasticExecutor(ExecutorService threads, int size, int maxSize, Scheduler scheduler, LongSupplier nanoTime) {
        this.threads = threads;
        this.pool = threads instanceof ThreadPoolExecutor platform ? platform : null;
        this.size = size;
        this.maxSize = maxSize;
        this.scheduler = scheduler;
        this.nanoTime = nanoTime;
    }

    /**
     * Runs the task on one of the threads.
     *
     * @param holder names, for a warning, who holds the thread meanwhile
     * @throws java.util.concurrent.RejectedExecutionException after the end
     */
    public void execute(Runnable task, Supplier<String> holder) {
        if (pool == null) {
            threads.execute(task);
            return;
        }
        Task exchange = new Task(task, holder);
        try {
            pool.execute(exchange);
        } catch (OutOfMemoryError noMoreThreads) {
            // the system gives no further thread: those that there are do it
            if (pool.getPoolSize() == 0 || !pool.getQueue().offer(exchange)) {
                throw noMoreThreads;
            }
            pool.setCorePoolSize(pool.getPoolSize());
        }
        watch();
    }

    /** The threads, for whoever gives them back after the end. */
    public ExecutorService threads() {
        return threads;
    }

    private void watch() {
        if (!pool.getQueue().isEmpty() && watching.compareAndSet(false, true)) {
            scheduler.schedule(this::check, CHECK_INTERVAL);
        }
    }

    private void check() {
        boolean waiting = true;
        try {
            waiting = resize();
        } finally {
            if (waiting) {
                scheduler.schedule(this::check, CHECK_INTERVAL);
            } else {
                watching.set(false);
                // one may have come since
                watch();
            }
        }
    }

    /** False if no task waits. */
    private synchronized boolean resize() {
        int waiting = pool.getQueue().size();
        if (waiting == 0) {
            starvedSince = 0;
            // those that are too many end when they have nothing to do
            pool.setCorePoolSize(size);
            return false;
        }
        int blocked = 0;
        for (Task task : running) {
            if (task.isBlocked()) {
                blocked++;
            }
        }
        int present = pool.getPoolSize();
        int free = present - blocked;
        if (free < size && present < maxSize) {
            // as many again as are blocked: what they block on may need as many
            int more = Math.min(waiting, Math.max(size - free, blocked));
            grow(Math.min(maxSize, present + more));
        }
        if (free <= 0 && present >= maxSize) {
            starved(waiting);
        } else {
            starvedSince = 0;
        }
        return true;
    }

    private void grow(int to) {
        try {
            pool.setCorePoolSize(to);
        } catch (OutOfMemoryError noMoreThreads) {
            // what comes must not wait for threads that there cannot be
            pool.setCorePoolSize(pool.getPoolSize());
        }
    }

    private void starved(int waiting) {
        long now = nanoTime.getAsLong();
        if (starvedSince == 0) {
            starvedSince = now;
        }
        boolean again = everWarned && now - warned < WARNING_INTERVAL.toNanos();
        if (now - starvedSince < STARVED.toNanos() || again) {
            return;
        }
        everWarned = true;
        warned = now;
        LOG.warn(
                "All {} threads (maxWorkerPoolSize) are held by routes that block: {}. {} exchanges wait for a thread. Let the"
                        + " routes go on without waiting, or raise maxWorkerPoolSize",
                maxSize,
                holders(),
                waiting);
    }

    /** Who holds most threads, each with the number of them. */
    private String holders() {
        Map<String, Long> counts =
                running.stream().collect(Collectors.groupingBy(task -> task.holder.get(), Collectors.counting()));
        List<Map.Entry<String, Long>> most = counts.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(ROUTES_NAMED)
                .toList();
        return most.stream()
                .map(entry -> entry.getKey() + " holds " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    /**
     * Ends the threads when all tasks have run, or the time is up. Blocks. The checks go on meanwhile without the scheduler.
     * What has not begun by then runs on the calling thread: no exchange is left without its end.
     */
    public void close(Duration longest) {
        boolean interrupted = false;
        long begin = System.nanoTime();
        threads.shutdown();
        while (!threads.isTerminated() && System.nanoTime() - begin < longest.toNanos()) {
            if (pool != null) {
                resize();
            }
            LockSupport.parkNanos(CHECK_INTERVAL.toNanos());
            interrupted |= Thread.interrupted();
        }
        threads.shutdownNow().forEach(ElasticExecutor::runLate);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void runLate(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("An exchange failed at the stop", e);
        }
    }

    private final class Task implements Runnable {

        private final Runnable work;
        private final Supplier<String> holder;
        private volatile Thread thread;
        private int checks;
        private int stood;
        private boolean inNativeCall;

        Task(Runnable work, Supplier<String> holder) {
            this.work = work;
            this.holder = holder;
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            running.add(this);
            try {
                work.run();
            } finally {
                running.remove(this);
            }
        }

        boolean isBlocked() {
            checks++;
            switch (thread.getState()) {
                case BLOCKED, WAITING, TIMED_WAITING -> {
                    return ++stood >= STANDS;
                }
                default -> {
                    stood = 0;
                    if (checks >= LONG && checks % LONG == 0) {
                        StackTraceElement[] stack = thread.getStackTrace();
                        inNativeCall = stack.length > 0 && stack[0].isNativeMethod();
                    }
                    return inNativeCall;
                }
            }
        }
    }
}
