/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.client.model.JobProgress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Delivers what is known of jobs: the newest progress and, once, the outcome.
 *
 * <p>Invariants: for one job, deliveries never overlap, progress is never older than what was delivered before, and nothing
 * follows the outcome. Progress is conflated: while a delivery of the job is under way or queued, newer states replace each
 * other, and the outcome replaces them all. Outcomes go before progress, so that a slow progress route does not delay them.
 * At most {@code concurrent} deliveries are under way at once, each counted until it is done. While paused, none is begun.
 */
public final class DeliveryQueue {

    /** Takes deliveries. */
    public interface DeliveryHandler {
        /**
         * Delivers, on a thread that may be blocked.
         *
         * @param progress the state to deliver; null for the job's outcome
         * @param done to be run exactly once, when the next delivery of the job may follow
         */
        void deliver(TrackedJob job, JobProgress progress, Runnable done);
    }

    /** Where a job stands in the queue. */
    enum Place {
        /** Nothing of it is queued or under way. */
        NONE,
        /** It is queued with progress. */
        PROGRESS_QUEUED,
        /** It is queued with its outcome. */
        OUTCOME_QUEUED,
        /** A delivery is under way. */
        BUSY,
        /** A delivery is under way, and that of the outcome follows. */
        BUSY_BEFORE_OUTCOME
    }

    private final int concurrent;
    private final Executor executor;
    private final DeliveryHandler handler;
    private final Queue<TrackedJob> outcomes = new ArrayDeque<>();
    /** A job whose outcome has come meanwhile is left in here, and passed over. */
    private final Queue<TrackedJob> changes = new ArrayDeque<>();

    private int running;
    private boolean paused = true;

    /** Paused at first. {@code executor} must run what it is given, on {@code concurrent} threads. */
    public DeliveryQueue(int concurrent, Executor executor, DeliveryHandler handler) {
        this.concurrent = concurrent;
        this.executor = executor;
        this.handler = handler;
    }

    /** The job's state has changed. Ignored after its outcome. */
    public void progress(TrackedJob job, JobProgress progress) {
        synchronized (this) {
            if (job.outcome() != null) {
                return;
            }
            job.newest = progress;
            if (job.place != Place.NONE) {
                return;
            }
            job.place = Place.PROGRESS_QUEUED;
            changes.add(job);
        }
        dispatch();
    }

    /** The job's outcome is there to be delivered, or delivered again. */
    public void outcome(TrackedJob job) {
        synchronized (this) {
            job.newest = null;
            if (job.place == Place.BUSY || job.place == Place.BUSY_BEFORE_OUTCOME) {
                job.place = Place.BUSY_BEFORE_OUTCOME;
                return;
            }
            enqueueOutcome(job);
        }
        dispatch();
    }

    private void enqueueOutcome(TrackedJob job) {
        if (job.place != Place.OUTCOME_QUEUED) {
            job.place = Place.OUTCOME_QUEUED;
            outcomes.add(job);
        }
    }

    /** Begins no further delivery. */
    public synchronized void pause() {
        paused = true;
    }

    /** Goes on after {@link #pause}. */
    public void resume() {
        synchronized (this) {
            paused = false;
        }
        dispatch();
    }

    /** Outcomes that wait for their turn. */
    public synchronized int waiting() {
        return outcomes.size();
    }

    /** Deliveries under way. */
    public synchronized int running() {
        return running;
    }

    private void dispatch() {
        while (true) {
            TrackedJob job;
            JobProgress progress;
            synchronized (this) {
                job = paused || running >= concurrent ? null : next();
                if (job == null) {
                    return;
                }
                progress = job.newest;
                job.newest = null;
                job.place = Place.BUSY;
                running++;
            }
            TrackedJob begun = job;
            try {
                executor.execute(() -> handler.deliver(begun, progress, () -> done(begun)));
            } catch (RejectedExecutionException ended) {
                // whoever owns the job takes care of it: here nothing is begun any more
                pause();
                done(begun);
            } catch (OutOfMemoryError noThread) {
                requeue(begun, progress);
                throw noThread;
            }
        }
    }

    /** Its delivery could not be begun: it is, with the next one that comes. */
    private synchronized void requeue(TrackedJob job, JobProgress progress) {
        if (progress == null) {
            job.place = Place.BUSY_BEFORE_OUTCOME;
        } else if (job.place == Place.BUSY && job.newest == null) {
            job.newest = progress;
        }
        release(job);
    }

    private TrackedJob next() {
        TrackedJob job = outcomes.poll();
        while (job == null && !changes.isEmpty()) {
            TrackedJob changed = changes.remove();
            job = changed.place == Place.PROGRESS_QUEUED ? changed : null;
        }
        return job;
    }

    private void done(TrackedJob job) {
        release(job);
        dispatch();
    }

    /** The next delivery of the job may follow, if there is something to deliver. */
    private synchronized void release(TrackedJob job) {
        running--;
        if (job.place == Place.BUSY_BEFORE_OUTCOME) {
            enqueueOutcome(job);
        } else if (job.newest != null) {
            job.place = Place.PROGRESS_QUEUED;
            changes.add(job);
        } else {
            job.place = Place.NONE;
        }
    }
}
