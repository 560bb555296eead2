/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import io.aipi.client.JobProgress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Gives what is known of jobs to a route: newest progress and, once, the outcome.
 *
 * <p>Invariants: for one job, exchanges never overlap, progress is never older than what was told before, and nothing
 * follows the outcome. Progress is a state, not a log: while an exchange of the job is on its way or waits for its turn,
 * newer states replace each other, and the outcome replaces them all, so that at most one state a job is kept. Outcomes go
 * before progress, so that a slow progress route does not keep them waiting. No more than {@code concurrent} exchanges are
 * on their way at once, counted until each is done, whatever thread that is on. While paused, none is begun.
 */
public final class Deliveries {

    /** What takes an exchange. */
    public interface Route {
        /**
         * Tells of a job, on a thread that may be blocked.
         *
         * @param progress the state to tell of; null for the job's outcome
         * @param done to be run exactly once, when the next exchange of the job may follow
         */
        void deliver(TrackedJob job, JobProgress progress, Runnable done);
    }

    private final int concurrent;
    private final Executor executor;
    private final Route route;
    private final Queue<TrackedJob> outcomes = new ArrayDeque<>();
    private final Queue<TrackedJob> changes = new ArrayDeque<>();
    private int running;
    private boolean paused = true;

    /** Paused at first. {@code executor} must run what it is given, on {@code concurrent} threads. */
    public Deliveries(int concurrent, Executor executor, Route route) {
        this.concurrent = concurrent;
        this.executor = executor;
        this.route = route;
    }

    /** The job's state has changed. Ignored after its outcome. */
    public void progress(TrackedJob job, JobProgress progress) {
        synchronized (this) {
            if (job.outcome() != null) {
                return;
            }
            job.newest = progress;
            if (job.busy || job.queued) {
                return;
            }
            job.queued = true;
            changes.add(job);
        }
        begin();
    }

    /** The job's outcome is there to be delivered, or delivered again. */
    public void outcome(TrackedJob job) {
        synchronized (this) {
            job.newest = null;
            if (job.busy) {
                job.ready = true;
                return;
            }
            outcomes.add(job);
        }
        begin();
    }

    /** Begins no further exchange. */
    public synchronized void pause() {
        paused = true;
    }

    /** Goes on after {@link #pause}. */
    public void resume() {
        synchronized (this) {
            paused = false;
        }
        begin();
    }

    /** Outcomes that wait for their turn. */
    public synchronized int waiting() {
        return outcomes.size();
    }

    /** Exchanges on their way. */
    public synchronized int running() {
        return running;
    }

    private void begin() {
        while (true) {
            TrackedJob job;
            JobProgress progress;
            synchronized (this) {
                if (paused || running >= concurrent) {
                    return;
                }
                job = next();
                if (job == null) {
                    return;
                }
                progress = job.newest;
                job.newest = null;
                job.busy = true;
                running++;
            }
            TrackedJob begun = job;
            try {
                executor.execute(() -> route.deliver(begun, progress, () -> done(begun)));
            } catch (RejectedExecutionException ended) {
                // whoever owns the job takes care of it: here nothing is begun any more
                pause();
                done(begun);
            } catch (OutOfMemoryError noThread) {
                giveBack(begun, progress);
                throw noThread;
            }
        }
    }

    /** Its exchange could not be begun: it is, with the next one that comes. */
    private synchronized void giveBack(TrackedJob job, JobProgress progress) {
        if (progress == null) {
            job.ready = true;
        } else if (!job.ready && job.newest == null) {
            job.newest = progress;
        }
        free(job);
    }

    private TrackedJob next() {
        TrackedJob job = outcomes.poll();
        while (job == null && !changes.isEmpty()) {
            TrackedJob changed = changes.remove();
            changed.queued = false;
            // without news: its outcome came, and took its place
            job = changed.newest != null && !changed.busy ? changed : null;
        }
        return job;
    }

    private void done(TrackedJob job) {
        free(job);
        begin();
    }

    /** The next exchange of the job may follow, if there is something to tell of. */
    private synchronized void free(TrackedJob job) {
        running--;
        job.busy = false;
        if (job.ready) {
            job.ready = false;
            outcomes.add(job);
        } else if (job.newest != null && !job.queued) {
            job.queued = true;
            changes.add(job);
        }
    }
}
