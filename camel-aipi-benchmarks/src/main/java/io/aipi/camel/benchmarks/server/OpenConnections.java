/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.server;

import io.aipi.simulator.SimulatorStats;
import java.util.concurrent.atomic.AtomicInteger;

/** How many connections were open at once at most, as seen every few milliseconds. */
final class OpenConnections {

    private static final long INTERVAL_MILLIS = 5;

    private final SimulatorStats stats;
    private final AtomicInteger most = new AtomicInteger();

    OpenConnections(SimulatorStats stats) {
        this.stats = stats;
        Thread watcher = new Thread(this::watch, "benchmark-connections");
        watcher.setDaemon(true);
        watcher.start();
    }

    private void watch() {
        try {
            while (true) {
                poll();
                Thread.sleep(INTERVAL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll() {
        most.accumulateAndGet(stats.connectionsOpen(), Math::max);
    }

    void reset() {
        most.set(0);
        poll();
    }

    int most() {
        poll();
        return most.get();
    }
}
