/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.spi;

import java.time.Duration;

/** Time, injected: what reads the clock or waits does it through this, so that tests need not. */
public interface Scheduler {

    /** Nanoseconds since some fixed point, as {@link System#nanoTime()}. */
    long nanoTime();

    /** Runs the task once after the delay, on a thread that must not block. After the scheduler's end: never. */
    Task schedule(Runnable task, Duration delay);

    /** A task that waits for its time. */
    interface Task {
        /** Keeps the task from running, if it has not begun. */
        void cancel();
    }
}
