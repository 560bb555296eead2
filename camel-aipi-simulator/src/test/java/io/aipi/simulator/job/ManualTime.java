/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that stands still until it is told to go on. */
public final class ManualTime implements Time {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Due(long nanos, long number, Runnable action) {}

    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::number));
    private long nanos;
    private long count;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public Instant now() {
        return START.plusNanos(nanos);
    }

    @Override
    public Alarm after(Duration delay, Runnable action) {
        Due later = new Due(nanos + Math.max(0, delay.toNanos()), count++, action);
        due.add(later);
        return () -> due.remove(later);
    }

    /** Goes on, and does what is due on the way. */
    public void advance(double seconds) {
        long until = nanos + (long) (seconds * 1e9);
        while (!due.isEmpty() && due.peek().nanos() <= until) {
            Due next = due.remove();
            nanos = Math.max(nanos, next.nanos());
            next.action().run();
        }
        nanos = until;
    }
}
