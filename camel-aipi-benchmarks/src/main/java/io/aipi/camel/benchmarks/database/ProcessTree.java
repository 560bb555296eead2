/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A process with all that it has started. */
final class ProcessTree {

    /** Of Linux, whatever the kernel's own clock. */
    private static final double NANOS_A_TICK = 1e9 / 100;

    /** In {@code /proc/PID/stat}, counted from the state, which follows the name in brackets. */
    private static final int ENDED_USER_TICKS = 13;

    private static final int ENDED_SYSTEM_TICKS = 14;

    private final ProcessHandle root;

    ProcessTree(ProcessHandle root) {
        this.root = root;
    }

    /** The processor time of those that live and, where the system tells it, of the root's children that have ended. */
    double cpuNanos() {
        double alive = Stream.concat(Stream.of(root), root.descendants())
                .mapToLong(process ->
                        process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
                .sum();
        return alive + endedNanos();
    }

    private double endedNanos() {
        Path stat = Path.of("/proc", Long.toString(root.pid()), "stat");
        if (!Files.isReadable(stat)) {
            return 0;
        }
        try {
            String line = Files.readString(stat);
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[ENDED_USER_TICKS]) + Long.parseLong(fields[ENDED_SYSTEM_TICKS]))
                    * NANOS_A_TICK;
        } catch (IOException e) {
            // it has ended
            return 0;
        }
    }
}
