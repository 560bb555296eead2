/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.time.Duration;

/**
 * One simulated GPU worker: takes a job, sends an update after each step, delivers the result, takes the next. Guarded
 * by the lock of {@link Jobs}.
 */
final class Worker {

    /** How fast the server's mean compute time follows: so slowly that its estimates are far too low at first. */
    private static final double MEAN_WEIGHT = 0.05;

    private enum State {
        WAITING,
        PROCESSING,
        /** Tries for ever to deliver a result that nobody waits for any more. */
        STUCK,
        /** Its process is gone; the server finds out later. */
        DEAD,
        /** Taken away, and the server knows. */
        STOPPED
    }

    private final String name;
    private State state = State.WAITING;
    private long lastSeenNanos;
    private double meanComputeSeconds;

    Worker(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    boolean isProcessing() {
        return state == State.PROCESSING;
    }

    boolean isOnline(long now, Limits limits) {
        return switch (state) {
            case WAITING -> true;
            case PROCESSING, STUCK, DEAD ->
                now - lastSeenNanos <= limits.workerTimeout().toNanos();
            case STOPPED -> false;
        };
    }

    /** As the endpoint's description names it; what has gone wrong with a worker does not show there. */
    String publicState() {
        return state == State.WAITING ? "waiting" : "processing";
    }

    void take(Job job, Time time) {
        state = State.PROCESSING;
        lastSeenNanos = time.nanoTime();
        job.start(this, time);
    }

    void sendUpdate(Job job, int step, int steps, long now) {
        lastSeenNanos = now;
        job.update(step, steps, now);
    }

    void finish(Duration computed) {
        double seconds = computed.toNanos() / 1e9;
        meanComputeSeconds = (1 - MEAN_WEIGHT) * meanComputeSeconds + MEAN_WEIGHT * seconds;
        state = State.WAITING;
    }

    double meanComputeSeconds() {
        return meanComputeSeconds;
    }

    void getStuck(long now) {
        state = State.STUCK;
        lastSeenNanos = now;
    }

    void die() {
        state = State.DEAD;
    }

    void stop() {
        state = State.STOPPED;
    }
}
