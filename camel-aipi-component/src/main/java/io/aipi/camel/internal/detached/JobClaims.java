/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.model.Acceptance;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims jobs in the store for a registry, as many as it has places for, and gives back what it is not through with. One claim is
 * under way at a time. Its lock is held for its own fields only: the registry may call it under a lock, and not the other way.
 */
final class JobClaims {

    private static final Logger LOG = LoggerFactory.getLogger(JobClaims.class);

    /** Jobs that are claimed at once. */
    private static final int BATCH = 100;

    /** For so long after a claim the next one waits for more places, if there are few. */
    static final Duration PAUSE = Duration.ofMillis(20);

    private final JobRegistry registry;
    private final JobsInHand inHand;
    private final JobStore store;
    private final String server;
    private final String endpoint;
    private final Executor storeThreads;
    private final Scheduler scheduler;
    private final LeftJobs left = new LeftJobs();

    /** To be given back. */
    private final List<StoredJob> returned = new ArrayList<>();

    /** Held while jobs are given back: who waits for it knows that they are. */
    private final ReentrantLock releases = new ReentrantLock();

    private boolean releaseQueued;
    private boolean claiming;
    /** Whether the store may have jobs that nobody has claimed. */
    private boolean more;
    /** Whether a claim waits for more places. */
    private boolean waiting;
    /** When the last claim ended; null if there was none. */
    private Long endedNanos;

    JobClaims(
            JobRegistry registry,
            JobsInHand inHand,
            JobStore store,
            String server,
            String endpoint,
            Executor storeThreads,
            Scheduler scheduler) {
        this.registry = registry;
        this.inHand = inHand;
        this.store = store;
        this.server = server;
        this.endpoint = endpoint;
        this.storeThreads = storeThreads;
        this.scheduler = scheduler;
    }

    /** There may be jobs now that nobody has claimed. */
    synchronized void expectMore() {
        more = true;
    }

    /**
     * Claims jobs, if there may be some, and places for them. Under load places come one after the other: a claim for each
     * would cost a transaction a job. So a claim that is not the first for a while waits until there are many places, or a
     * moment is over.
     */
    void claimSoon() {
        if (!registry.hasPlaces() || waitsForPlaces() || !begin(false)) {
            return;
        }
        onStoreThread(
                () -> {
                    try {
                        claimBatch();
                    } catch (RuntimeException | Error e) {
                        // the next scan tries again, and tells
                        LOG.debug("No jobs can be claimed: {}", e.toString());
                    }
                },
                true);
    }

    private boolean waitsForPlaces() {
        if (registry.hasManyPlaces(BATCH)) {
            return false;
        }
        Duration rest;
        synchronized (this) {
            if (!more || claiming || waiting) {
                return true;
            }
            rest = endedNanos == null ? Duration.ZERO : PAUSE.minusNanos(scheduler.nanoTime() - endedNanos);
            if (rest.isZero() || rest.isNegative()) {
                return false;
            }
            waiting = true;
        }
        scheduler.schedule(this::claimAfterPause, rest);
        return true;
    }

    private void claimAfterPause() {
        synchronized (this) {
            waiting = false;
        }
        claimSoon();
    }

    /** Claims jobs whether or not some are expected. Blocks, and throws what the store throws. */
    void claimNow() {
        releaseNow();
        if (begin(true)) {
            claimBatch();
        }
    }

    /** Not while the lease may be over: the claim would be lost at once. */
    private synchronized boolean begin(boolean always) {
        if (claiming || !(more || always) || !store.lease().isValid()) {
            return false;
        }
        claiming = true;
        more = false;
        return true;
    }

    private synchronized void end(boolean mayHaveMore) {
        claiming = false;
        endedNanos = scheduler.nanoTime();
        more |= mayHaveMore;
    }

    /** One batch, and then the next in its turn: what has a result in its hands must not wait for thousands of jobs. */
    private void claimBatch() {
        Queue<Place> places = new ArrayDeque<>();
        boolean mayHaveMore = true;
        try {
            places.addAll(registry.takePlaces(BATCH));
            int limit = places.size();
            if (limit > 0) {
                mayHaveMore = false;
                List<JobRepository.Claim> claims = store.claim(server, endpoint, limit);
                claims.forEach(claim -> assign(claim, places.remove()));
                mayHaveMore = claims.size() >= limit;
            }
        } finally {
            end(mayHaveMore);
            registry.giveBack(places);
        }
    }

    private void assign(JobRepository.Claim claim, Place place) {
        String id = claim.job().job().id();
        synchronized (this) {
            // not once more: a release that has thrown may have been done
            returned.removeIf(each -> each.job().id().equals(id));
        }
        try {
            if (inHand.reclaim(claim.job())) {
                // as after a lost lease, in the middle of its route
                registry.giveBack(place);
            } else {
                registry.register(TrackedJob.claimed(claim, left.take(id)), place);
            }
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "Job {} was claimed, and cannot be followed here",
                    claim.job().job().jobId(),
                    e);
        }
    }

    // ---- back to the store

    /** Remembers who is to be told of a job that is left to the store, should it be claimed here. */
    void leave(String id, TrackedJob.Listener listener, Acceptance acceptance) {
        left.add(id, listener, acceptance);
    }

    /** Nobody here has to do with the job any more. If it is claimed by this process, others may claim it. */
    void returnToStore(TrackedJob job) {
        endHere(job);
        release(job);
    }

    /** The claim of the job is over. The store is told nothing: whoever has the job next learns that it was abandoned. */
    void lost(TrackedJob job) {
        if (!isLeftOnItsWay(job)) {
            endHere(job);
            finished(job, true);
        }
    }

    private void endHere(TrackedJob job) {
        if (job.outcome() == null) {
            leave(job.job().id(), job.listener(), job.acceptance());
        }
        registry.ended(job);
    }

    /** Whether the outcome of the job, whose handler lets go of it, is on its way: it stays claimed until that has ended. */
    boolean isLeftOnItsWay(TrackedJob job) {
        if (!job.isOnItsWay()) {
            return false;
        }
        boolean isKept = inHand.keep(job);
        registry.ended(job);
        if (!isKept) {
            release(job);
        }
        return true;
    }

    /**
     * Nobody here has the job in its hands any more, whether its handler has let go of it before or not.
     *
     * @param isDone whether the store has been told what has come of it. Else others may claim it, if it was kept until now
     */
    void finished(TrackedJob job, boolean isDone) {
        boolean wasKept = inHand.finish(job);
        // claimed anew after whatever the store was told
        if (job.isReclaimed() || (wasKept && !isDone)) {
            release(job);
        }
    }

    /** Lets others claim the job, if it is claimed by this process; else nothing happens. */
    void release(TrackedJob job) {
        giveBack(job.toRecord());
        releaseSoon();
    }

    private synchronized void giveBack(StoredJob job) {
        returned.add(job);
    }

    synchronized boolean hasReturned() {
        return !returned.isEmpty();
    }

    private synchronized List<StoredJob> takeReturned() {
        releaseQueued = false;
        List<StoredJob> taken = new ArrayList<>(returned);
        returned.clear();
        return taken;
    }

    /** One task gives back what has come together when it begins, however many jobs come one after the other. */
    private void releaseSoon() {
        synchronized (this) {
            if (returned.isEmpty() || releaseQueued) {
                return;
            }
            releaseQueued = true;
        }
        onStoreThread(this::releaseNow, false);
    }

    /** When it returns, what was returned before is given back, by whomever, or could not be. Blocks. */
    void releaseNow() {
        releases.lock();
        try {
            List<StoredJob> jobs = takeReturned();
            if (!jobs.isEmpty()) {
                release(jobs);
            }
        } finally {
            releases.unlock();
        }
    }

    private void release(List<StoredJob> jobs) {
        try {
            store.release(jobs);
        } catch (RuntimeException | Error e) {
            LOG.warn("{} jobs of {} cannot be given back to the jobRepository yet", jobs.size(), endpoint, e);
            jobs.forEach(this::giveBack);
        }
    }

    private void onStoreThread(Runnable task, boolean isClaim) {
        try {
            storeThreads.execute(task);
        } catch (RuntimeException | Error notBegun) {
            // the component has stopped, or there is no thread: what is in the store is there for the next start
            LOG.debug("Not done, since there is no thread for it: {}", notBegun.toString());
            if (isClaim) {
                end(true);
            } else {
                synchronized (this) {
                    releaseQueued = false;
                }
            }
        }
    }
}
