/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes when a test says so. Tasks run in the order of their times, those of one time in the order of their making. */
public final class VirtualTimer implements Timer {

    private record Planned(long at, long number, Runnable task) {}

    private final PriorityQueue<Planned> planned =
            new PriorityQueue<>(Comparator.comparingLong(Planned::at).thenComparingLong(Planned::number));
    private long now;
    private long count;

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Task schedule(Runnable task, Duration delay) {
        Planned entry = new Planned(now + Math.max(0, delay.toNanos()), count++, task);
        planned.add(entry);
        return () -> planned.remove(entry);
    }

    /** Lets time pass, running what falls due on the way. */
    public void advance(Duration time) {
        long end = now + time.toNanos();
        while (!planned.isEmpty() && planned.peek().at() <= end) {
            Planned next = planned.remove();
            now = next.at();
            next.task().run();
        }
        now = end;
    }

    /** Milliseconds passed since the beginning. */
    public long millis() {
        return now / 1_000_000;
    }

    /** Tasks that wait for their time. */
    public int waiting() {
        return planned.size();
    }
}
