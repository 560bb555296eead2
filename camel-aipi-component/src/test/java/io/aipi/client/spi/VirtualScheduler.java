/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.spi;

import java.time.Duration;
import java.util.PriorityQueue;

/** Time that passes only when a test says so. Tasks run in the order of their times, on the thread that lets it pass. */
public final class VirtualScheduler implements Scheduler {

    /** The clock overflows in the middle of a test, as {@link System#nanoTime()} may: only differences have a meaning. */
    private static final long ORIGIN = Long.MAX_VALUE - Duration.ofMillis(700).toNanos();

    private final PriorityQueue<Entry> tasks = new PriorityQueue<>();
    private long elapsed;
    private long sequence;

    @Override
    public synchronized long nanoTime() {
        return ORIGIN + elapsed;
    }

    @Override
    public synchronized Task schedule(Runnable task, Duration delay) {
        Entry entry = new Entry(elapsed + Math.max(0, delay.toNanos()), sequence++, task);
        tasks.add(entry);
        return () -> {
            synchronized (this) {
                tasks.remove(entry);
            }
        };
    }

    /** Lets this much time pass: runs what falls due, and what that schedules and falls due, each at its time. */
    public void advance(Duration time) {
        long target = elapsed().plus(time).toNanos();
        for (Entry due = nextUntil(target); due != null; due = nextUntil(target)) {
            due.task().run();
        }
        synchronized (this) {
            // another thread may have let more time pass
            elapsed = Math.max(elapsed, target);
        }
    }

    /** Lets time pass to the next task and runs it; false if there is none. */
    public boolean advanceToNext() {
        return run(nextUntil(Long.MAX_VALUE));
    }

    /** The same if the next task falls due within this time; false, and no time passes, if it does not. */
    public boolean advanceToNextWithin(Duration time) {
        Entry due;
        synchronized (this) {
            due = nextUntil(elapsed + time.toNanos());
        }
        return run(due);
    }

    private static boolean run(Entry due) {
        if (due != null) {
            due.task().run();
        }
        return due != null;
    }

    private synchronized Entry nextUntil(long target) {
        Entry first = tasks.peek();
        if (first == null || first.at() > target) {
            return null;
        }
        elapsed = Math.max(elapsed, first.at());
        return tasks.poll();
    }

    /** Time that has passed since the scheduler was made. */
    public synchronized Duration elapsed() {
        return Duration.ofNanos(elapsed);
    }

    /** Tasks that wait for their time. */
    public synchronized int waiting() {
        return tasks.size();
    }

    private record Entry(long at, long sequence, Runnable task) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }
}
