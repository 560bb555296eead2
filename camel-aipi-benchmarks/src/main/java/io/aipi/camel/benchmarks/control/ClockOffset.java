/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.control;

/**
 * How far another process's {@link System#nanoTime()} is ahead of this process's, found by asking for it.
 *
 * @param nanos the offset
 * @param errorNanos how wrong it can be: half the time that question and response took
 */
public record ClockOffset(long nanos, long errorNanos) {

    /** How often it is asked; the shortest round trip counts. */
    static final int TRIES = 30;

    static final ClockOffset UNKNOWN = new ClockOffset(0, Long.MAX_VALUE);

    /**
     * One try.
     *
     * @param sent when the question was sent, here
     * @param there the other clock in the response
     * @param received when the response was there, here
     * @return the offset if question and response took the same time
     */
    static ClockOffset of(long sent, long there, long received) {
        long half = (received - sent) / 2;
        return new ClockOffset(there - (sent + half), half);
    }

    /**
     * The more certain of two.
     *
     * @param other another try
     * @return this or the other
     */
    public ClockOffset orBetter(ClockOffset other) {
        return other.errorNanos < errorNanos ? other : this;
    }

    /**
     * A moment of the other clock by this one.
     *
     * @param there nanoseconds of the other clock
     * @return nanoseconds of this one
     */
    public long here(long there) {
        return there - nanos;
    }
}
