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

    private final JobRegistry registry;
    private final JobStore store;
    private final String server;
    private final String endpoint;
    private final Executor storeThreads;

    /** To be given back. */
    private final List<StoredJob> returned = new ArrayList<>();

    /** Held while jobs are given back: who waits for it knows that they are. */
    private final ReentrantLock releases = new ReentrantLock();

    private boolean releaseQueued;
    private boolean claiming;
    /** Whether the store may have jobs that nobody has claimed. */
    private boolean more;

    JobClaims(JobRegistry registry, JobStore store, String server, String endpoint, Executor storeThreads) {
        this.registry = registry;
        this.store = store;
        this.server = server;
        this.endpoint = endpoint;
        this.storeThreads = storeThreads;
    }

    /** There may be jobs now that nobody has claimed. */
    synchronized void expectMore() {
        more = true;
    }

    /** Claims jobs, if there may be some, and places for them. */
    void claimSoon() {
        if (!registry.hasPlaces() || !begin(false)) {
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

    /** Claims jobs whether or not some are expected. Blocks, and throws what the store throws. */
    void claimNow() {
        releaseNow();
        if (begin(true)) {
            claimBatch();
        }
    }

    /** Not while the lease may be over: what this process had is given back first. */
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
        try {
            registry.onClaimed(claim, place);
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "Job {} was claimed, and cannot be followed here",
                    claim.job().job().jobId(),
                    e);
        }
    }

    // ---- back to the store

    synchronized void giveBack(StoredJob job) {
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
    void releaseSoon() {
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
