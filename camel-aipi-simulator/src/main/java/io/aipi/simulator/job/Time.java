/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.time.Duration;
import java.time.Instant;

/** What time it is, and what is to happen later. Tests turn it by hand. */
public interface Time {

    /**
     * The monotonic clock.
     *
     * @return nanoseconds from an arbitrary origin, as {@link System#nanoTime()}
     */
    long nanoTime();

    /**
     * The wall clock.
     *
     * @return the current instant
     */
    Instant now();

    /**
     * Runs an action later. Actions of one instant may run in any order and at the same time.
     *
     * @param delay how much later; none or less is as soon as possible
     * @param action what to run, on a thread of this time's
     * @return a handle to cancel it
     */
    Alarm after(Duration delay, Runnable action);

    /** An action that is going to run. */
    @FunctionalInterface
    interface Alarm {

        /** Forgets the action, if it has not started. */
        void cancel();
    }
}
