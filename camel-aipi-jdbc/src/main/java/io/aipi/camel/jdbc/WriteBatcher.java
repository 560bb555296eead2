/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Group commit: what many callers want to change at about the same time is made in one transaction. The first change after
 * a pause waits for nothing. Under load transactions begin a millisecond apart, so that each has many changes. If such a
 * transaction fails, each of its changes is made in one of its own, so that one that the database refuses is not in the way of
 * the others.
 */
final class WriteBatcher {

    /** Makes changes in one transaction, and says of each whether there was something to change. */
    @FunctionalInterface
    interface Target {
        List<Boolean> execute(List<Write> writes) throws SQLException;
    }

    /** While one waits for its commit, others can prepare the next. */
    static final int WRITERS = 3;

    /** Between the beginnings of two transactions: less than most commits take, and room for many changes under load. */
    private static final long SPACING = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int MAX_WRITES = 200;
    private static final long MAX_BYTES = 8L * JobParts.CHUNK;

    /** What is larger goes alone, and on no writer's thread: others would wait for it. */
    private static final long LARGE = JobParts.CHUNK;

    private static final long IDLE_SECONDS = 30;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private record Pending(Write write, CompletableFuture<Boolean> changed) {}

    private final Target target;
    private final BlockingWork large;
    private final ThreadPoolExecutor threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Condition full = lock.newCondition();
    private final Queue<Pending> queue = new ArrayDeque<>();
    private int writers;
    /** When the last transaction began. */
    private long lastBegin = System.nanoTime() - SPACING;

    private boolean closed;

    /** {@code large}: for writes that would keep others waiting, of callers that do not wait. */
    WriteBatcher(Target target, BlockingWork large) {
        this.target = target;
        this.large = large;
        threads = new ThreadPoolExecutor(
                WRITERS, WRITERS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "aipi-jobs-writer-" + NUMBERS.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Makes the change.
     *
     * @return whether there was something to change
     * @throws IllegalStateException if it was closed, or the caller interrupted; the change may have been made then
     */
    boolean write(Write write) throws SQLException {
        if (write.size() > LARGE) {
            return target.execute(List.of(write)).get(0);
        }
        try {
            return enqueue(write).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException refused) {
                throw refused;
            }
            throw new IllegalStateException("The change of a job has failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a job was stored", e);
        }
    }

    /** As {@link #write}, without waiting: the future is completed by a writer, which must not be blocked. */
    CompletableFuture<Boolean> writeLater(Write write) {
        try {
            return write.size() > LARGE
                    ? large.run(() -> target.execute(List.of(write)).get(0))
                    : enqueue(write);
        } catch (IllegalStateException | Error notBegun) {
            return CompletableFuture.failedFuture(notBegun);
        }
    }

    private CompletableFuture<Boolean> enqueue(Write write) {
        Pending pending = new Pending(write, new CompletableFuture<>());
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("The repository of jobs was stopped");
            }
            queue.add(pending);
            if (queue.size() == MAX_WRITES) {
                full.signalAll();
            }
            if (writers < WRITERS) {
                startWriter(pending);
            }
        } finally {
            lock.unlock();
        }
        return pending.changed();
    }

    /** Where there is no thread for one more, those that write take the change as well. */
    private void startWriter(Pending pending) {
        writers++;
        try {
            threads.execute(this::writeAll);
        } catch (Throwable noThread) {
            writers--;
            if (writers == 0) {
                queue.remove(pending);
                throw noThread;
            }
        }
    }

    private void writeAll() {
        for (List<Pending> batch = next(); !batch.isEmpty(); batch = next()) {
            write(batch);
        }
    }

    /** Under the lock. The first change after a pause waits for nothing. */
    private void awaitMore() {
        long wait = lastBegin + SPACING - System.nanoTime();
        while (wait > 0 && !closed && !queue.isEmpty() && queue.size() < MAX_WRITES) {
            try {
                wait = full.awaitNanos(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        if (!queue.isEmpty()) {
            lastBegin = System.nanoTime();
        }
    }

    /** What waits, up to a limit. Empty: the writer's end. */
    private List<Pending> next() {
        List<Pending> batch = new ArrayList<>();
        lock.lock();
        try {
            awaitMore();
            long size = 0;
            while (!queue.isEmpty() && batch.size() < MAX_WRITES && size < MAX_BYTES) {
                Pending pending = queue.remove();
                size += pending.write().size();
                batch.add(pending);
            }
            if (batch.isEmpty()) {
                writers--;
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
        return batch;
    }

    private void write(List<Pending> batch) {
        try {
            execute(batch);
        } catch (Throwable e) {
            if (batch.size() == 1 || Transactions.isConnectionLost(e)) {
                fail(batch, e);
            } else {
                writeEach(batch);
            }
        }
    }

    private void writeEach(List<Pending> batch) {
        for (int i = 0; i < batch.size(); i++) {
            try {
                execute(batch.subList(i, i + 1));
            } catch (Throwable e) {
                boolean isLost = Transactions.isConnectionLost(e);
                fail(batch.subList(i, isLost ? batch.size() : i + 1), e);
                if (isLost) {
                    return;
                }
            }
        }
    }

    private void execute(List<Pending> batch) throws SQLException {
        List<Boolean> changed =
                target.execute(batch.stream().map(Pending::write).toList());
        for (int i = 0; i < changed.size(); i++) {
            batch.get(i).changed().complete(changed.get(i));
        }
    }

    private static void fail(List<Pending> batch, Throwable e) {
        batch.forEach(pending -> pending.changed().completeExceptionally(e));
    }

    /** How many wait for a writer. */
    int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more, and waits for what it has taken. What is not made in time fails. */
    void close(Duration patience) {
        List<Pending> left;
        lock.lock();
        try {
            closed = true;
            full.signalAll();
            long nanos = patience.toNanos();
            while (writers > 0 && nanos > 0) {
                nanos = idle.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            left = new ArrayList<>(queue);
            queue.clear();
            lock.unlock();
        }
        threads.shutdown();
        fail(left, new IllegalStateException("The repository of jobs was stopped"));
    }
}
