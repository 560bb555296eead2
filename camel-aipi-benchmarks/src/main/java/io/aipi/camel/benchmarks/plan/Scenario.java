/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One kind of load.
 *
 * @param id its name
 * @param work what the jobs are
 * @param inFlight how many jobs are in flight at once
 * @param measured how many jobs are measured
 * @param runIn how many jobs of {@link #RUN_IN_SECONDS} come before all others, so that the JVM has compiled what it will
 * @param warmUp how many jobs come before those that are measured, to warm up the connections and what the client learns
 * @param workers how many jobs the server computes at once
 * @param burst whether all jobs in flight are submitted at once; otherwise the first ones are spread over a job's time, so
 *     that they do not come in waves
 * @param pollInterval the interval of those who have a fixed one, and of the component where it does not know better
 * @param longestWait the longest time between two polls of the component
 * @param heap whether the heap that jobs in flight take is measured, too
 * @param frozen jobs in flight meanwhile at a second server that has frozen; 0 for no such server
 * @param together how many runs of this and its sibling scenarios go on at once: 1 unless they are quiet
 * @param detached what is different with detached jobs; null where who submits a job waits for its result
 * @param clients who takes part
 */
public record Scenario(
        String id,
        Work work,
        int inFlight,
        int measured,
        int runIn,
        int warmUp,
        int workers,
        boolean burst,
        Duration pollInterval,
        Duration longestWait,
        boolean heap,
        int frozen,
        int together,
        Detached detached,
        Set<ClientKind> clients) {

    /** What the vendor's clients do, and the component where it does not know better. */
    public static final Duration USUAL_INTERVAL = Duration.ofMillis(300);

    /** The component's default. */
    public static final Duration USUAL_LONGEST_WAIT = Duration.ofSeconds(5);

    /** What a run may take beyond the time that its jobs need. */
    private static final double GRACE_SECONDS = 60;

    /** How many times as long as planned a run may take. */
    private static final double PATIENCE = 2;

    /** How long a job of the running-in computes. */
    public static final double RUN_IN_SECONDS = 0.02;

    /** So many of them are in flight at once. */
    private static final int RUN_IN_IN_FLIGHT = 200;

    /** A run has failed if its detached jobs take longer than that. */
    private static final double FEWEST_DETACHED_A_SECOND = 50;

    private static final int FOR_WARMTH = 50;
    private static final double LONGEST_RAMP_SECONDS = 20;

    /** Jobs begin no faster than that where very many are in flight. */
    private static final double MOST_BEGUN_A_SECOND = 1_000;

    /**
     * A case in which each job in flight has a worker, and which is alone while it runs.
     *
     * @param id its name
     * @param work what the jobs are
     * @param inFlight how many jobs are in flight at once
     * @param measured how many jobs are measured
     * @param warmUp how many jobs come before them
     * @param clients who takes part; they come in the order of the enum
     */
    public Scenario(String id, Work work, int inFlight, int measured, int warmUp, ClientKind... clients) {
        this(
                id,
                work,
                inFlight,
                measured,
                0,
                warmUp,
                inFlight,
                false,
                USUAL_INTERVAL,
                USUAL_LONGEST_WAIT,
                false,
                0,
                1,
                null,
                Collections.unmodifiableSet(EnumSet.copyOf(Set.of(clients))));
    }

    /** With so many jobs before that the cost of a job is that of a process that has run for a while. */
    Scenario runIn(int jobs) {
        return with(changes -> changes.runIn = jobs);
    }

    Scenario withHeap() {
        return with(changes -> changes.heap = true);
    }

    /** Beside a second server that is frozen with so many jobs of the same component in flight. */
    Scenario besideFrozen(int jobs) {
        return with(changes -> changes.frozen = jobs);
    }

    Scenario together(int runs) {
        return with(changes -> changes.together = runs);
    }

    Scenario queuedFor(int fewWorkers) {
        return with(changes -> {
            changes.workers = fewWorkers;
            changes.burst = true;
        });
    }

    /** A wait of any length, so that no poll comes just because the longest wait is over. */
    Scenario waitingUpTo(Duration wait) {
        return with(changes -> changes.longestWait = wait);
    }

    Scenario every(Duration interval) {
        return with(changes -> changes.pollInterval = interval);
    }

    /** With detached jobs, of which slow clients do so many only. */
    Scenario detached(int slowJobs) {
        return with(changes -> changes.detached = new Detached(slowJobs, false, 0));
    }

    /** With detached jobs, each of which has a request id. */
    Scenario detachedWithIds(int slowJobs) {
        return with(changes -> changes.detached = new Detached(slowJobs, true, 0));
    }

    /** With so many jobs in the store before the measured process starts. As many as are measured are worked off. */
    Scenario backlog(int stored, int slowJobs) {
        return with(changes -> changes.detached = new Detached(slowJobs, false, stored));
    }

    /** What can differ from a plain case. */
    private static final class Changes {
        private int runIn;
        private int workers;
        private boolean burst;
        private Duration pollInterval;
        private Duration longestWait;
        private boolean heap;
        private int frozen;
        private int together;
        private Detached detached;
    }

    private Scenario with(Consumer<Changes> change) {
        Changes changes = new Changes();
        changes.runIn = runIn;
        changes.workers = workers;
        changes.burst = burst;
        changes.pollInterval = pollInterval;
        changes.longestWait = longestWait;
        changes.heap = heap;
        changes.frozen = frozen;
        changes.together = together;
        changes.detached = detached;
        change.accept(changes);
        return new Scenario(
                id,
                work,
                inFlight,
                measured,
                changes.runIn,
                warmUp,
                changes.workers,
                changes.burst,
                changes.pollInterval,
                changes.longestWait,
                changes.heap,
                changes.frozen,
                changes.together,
                changes.detached,
                clients);
    }

    /**
     * This scenario as a client does it.
     *
     * @param kind the client
     * @return the same, but for slow clients one with fewer jobs
     */
    public Scenario of(ClientKind kind) {
        if (detached == null || !kind.isSlow()) {
            return this;
        }
        int most = detached.slowJobs();
        return new Scenario(
                id,
                work,
                inFlight,
                Math.min(measured, most),
                Math.min(runIn, most),
                Math.min(warmUp, most),
                workers,
                burst,
                pollInterval,
                longestWait,
                heap,
                frozen,
                together,
                detached,
                clients);
    }

    /**
     * Whether the measured process finds its jobs in the store.
     *
     * @return false if it submits them
     */
    public boolean isBacklog() {
        return detached != null && detached.stored() > 0;
    }

    /**
     * How many jobs are in flight while it warms up: one after the other they would not warm anything up.
     *
     * @return usually as many as in the measured phase
     */
    public int warmUpInFlight() {
        return inFlight == 1 ? FOR_WARMTH : inFlight;
    }

    /**
     * How many jobs are in flight while it runs in.
     *
     * @return never more than there are workers and, for those who need one each, threads
     */
    public int runInInFlight() {
        return Math.min(inFlight, RUN_IN_IN_FLIGHT);
    }

    /**
     * The time over which the first jobs of a phase are spread.
     *
     * @return no time for a burst
     */
    public Duration ramp() {
        double longest = Math.max(LONGEST_RAMP_SECONDS, inFlight / MOST_BEGUN_A_SECOND);
        double seconds = Math.min(work.times().mean(), longest);
        return burst ? Duration.ZERO : Duration.ofNanos((long) (seconds * 1e9));
    }

    /**
     * After this time a run has failed.
     *
     * @return far more than it should take
     */
    public Duration limit() {
        double waves = Math.ceil((double) (measured + warmUp) / Math.min(inFlight, workers)) + 4;
        double planned = waves * (work.times().mean() + USUAL_INTERVAL.toMillis() / 1e3)
                + work.times().most() * 2
                + (double) runIn / runInInFlight() * (RUN_IN_SECONDS + USUAL_INTERVAL.toMillis() / 1e3);
        if (detached != null) {
            planned += (detached.stored() + measured + runIn + warmUp) / FEWEST_DETACHED_A_SECOND;
        }
        return Duration.ofMillis((long) ((planned * PATIENCE + GRACE_SECONDS) * 1000));
    }
}
