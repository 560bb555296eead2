/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The jobs that a pipeline has, whatever their phase. The one place that changes phases, and counts what a stop waits for. */
final class HeldJobs {

    private final Set<TrackedJob> jobs = ConcurrentHashMap.newKeySet();
    private final ActivityCounter activity = new ActivityCounter();

    void add(TrackedJob job) {
        jobs.add(job);
        activity.increment();
    }

    boolean contains(TrackedJob job) {
        return jobs.contains(job);
    }

    int size() {
        return jobs.size();
    }

    /** Moves the job to its next phase; false if it was released before, which a stop may do at any time. */
    boolean move(TrackedJob job, JobPhase next) {
        if (next.isActive()) {
            // first: a stop must not find nothing under way in between
            activity.increment();
        }
        JobPhase before = null;
        try {
            before = job.moveTo(next);
        } finally {
            endOf(before, next);
        }
        return before != null;
    }

    /** {@code before} is null if the job has not moved. */
    private void endOf(JobPhase before, JobPhase next) {
        if (before == null ? next.isActive() : before.isActive()) {
            activity.decrement();
        }
    }

    /** Gives the job to its next owner, the first time only; false if it was released before. */
    boolean release(TrackedJob job, Consumer<TrackedJob> nextOwner) {
        job.outcomePersisted().complete(null);
        // first: no step begins after it whose job its next owner has, too
        JobPhase before = job.moveTo(JobPhase.RELEASED);
        if (before == null) {
            return false;
        }
        jobs.remove(job);
        try {
            nextOwner.accept(job);
        } finally {
            endOf(before, JobPhase.RELEASED);
        }
        return true;
    }

    /** Gives all jobs to their next owner. */
    void releaseAll(Consumer<TrackedJob> nextOwner) {
        releaseIf(job -> true, nextOwner);
    }

    /** Gives those jobs to their next owner. */
    void releaseIf(Predicate<TrackedJob> which, Consumer<TrackedJob> nextOwner) {
        jobs.stream().filter(which).forEach(job -> release(job, nextOwner));
    }

    /** Something begins that a stop waits for, and that is no phase of a job. */
    void begin() {
        activity.increment();
    }

    /** It has ended. */
    void end() {
        activity.decrement();
    }

    /**
     * Waits until nothing is under way.
     *
     * @return false if the time is over before
     */
    boolean awaitQuiescence(Duration timeout) throws InterruptedException {
        return activity.awaitQuiescence(timeout);
    }
}
