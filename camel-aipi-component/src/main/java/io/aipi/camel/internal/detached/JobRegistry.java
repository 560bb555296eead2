/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.DetachedJob;
import io.aipi.camel.internal.store.JobOutcome;
import io.aipi.camel.internal.store.JobStore;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The detached jobs of one model endpoint that nobody waits for: it hands each to one handler, and knows which ones are
 * followed here.
 *
 * <p>With a store, what it does not hand out at once it forgets but for its key: the store has it. Without one, it is the
 * only place where the job is known.
 *
 * <p>Invariants, beside those of the {@link JobTable}: a handler holds at most as many jobs as its limit says; the key of a job
 * that has ended leaves held only after its entry has left the store, so that a scan of the store cannot hand it out
 * again.
 *
 * <p>An entry that cannot be read is passed over, whatever reading it throws: only a store that cannot list its entries is
 * away.
 */
public final class JobRegistry {

    /** Who follows jobs and delivers their outcomes. */
    public interface JobHandler {
        /** Jobs that it holds at once at most. */
        int limit();

        /** Is the job's owner from here on. Must not block. */
        void onAssigned(TrackedJob job);
    }

    private record Assignment(HandlerSlots.Slot slot, TrackedJob job) {}

    private final String prefix;
    private final JobStore store;
    /** Null without a store. */
    private final JobLoader loader;

    private final HandlerSlots slots = new HandlerSlots();
    private final JobTable table = new JobTable();
    private final Set<Object> consumers = new HashSet<>();
    private final AtomicBoolean news = new AtomicBoolean(true);
    private boolean loading;

    /**
     * A registry for one model endpoint.
     *
     * @param store null to keep jobs in memory only
     * @param blocking runs what blocks
     */
    public JobRegistry(String server, String endpoint, JobStore store, Executor blocking) {
        this.prefix = DetachedJob.prefix(server, endpoint);
        this.store = store;
        this.loader = store == null ? null : new JobLoader(this, store, blocking);
    }

    /** Where jobs are kept; null for in memory. */
    public JobStore store() {
        return store;
    }

    /**
     * There is a consumer now, started or not: from here on, jobs in memory wait for it.
     *
     * @param name what stays the same when the consumer is stopped and made anew, such as the id of its route
     */
    public synchronized void registerConsumer(Object name) {
        consumers.add(name);
    }

    /**
     * A consumer is gone for good.
     *
     * @return the jobs that are lost by it: those in memory, when it was the last
     */
    public List<TrackedJob> unregisterConsumer(Object name) {
        List<TrackedJob> lost;
        synchronized (this) {
            consumers.remove(name);
            if (!consumers.isEmpty() || store != null) {
                return List.of();
            }
            lost = table.removeWaiting();
        }
        lost.forEach(job -> job.completed().complete(null));
        return lost;
    }

    /** Whether some handler here holds the job with this {@linkplain DetachedJob#id() id}. */
    public synchronized boolean isHeld(String id) {
        return table.isHeld(id);
    }

    /** Whether some handler here holds the job that is stored under the key. */
    public synchronized boolean isKeyHeld(String key) {
        return table.isKeyHeld(key);
    }

    /** Whether the outcome that is stored under the key is left alone until a handler starts anew. */
    public synchronized boolean isParked(String key) {
        return table.isParked(key);
    }

    /** Whether nothing would be lost if there were no such registry any more. */
    public synchronized boolean isIdle() {
        return consumers.isEmpty() && slots.isEmpty() && table.isIdle();
    }

    /**
     * The server has given an id to a new job: earlier jobs with this id that wait here for a handler are gone, and get their
     * end. Those that are followed get it from whoever polls for them.
     */
    public void lapse(String jobId) {
        List<TrackedJob> gone;
        synchronized (this) {
            // reserved: nobody takes them meanwhile, from here or from the store
            gone = table.reserveUnended(jobId);
        }
        for (TrackedJob job : gone) {
            job.end(JobOutcome.lapsed(job.job()));
            register(job).whenComplete((ended, failure) -> job.completed().complete(null));
        }
    }

    /** True once: nothing needs to be said twice of one registry. */
    public boolean isNews() {
        return news.compareAndSet(true, false);
    }

    /** Whether there is a consumer, started or not. */
    public synchronized boolean isConsumed() {
        return !consumers.isEmpty();
    }

    /** Jobs known here and not ended. */
    public synchronized int size() {
        return table.size();
    }

    /**
     * A job is about to be stored by a producer here. {@link #register} or {@link #cancelReservation} must follow; until
     * then no scan of the store hands it out.
     */
    public synchronized void reserve(String key) {
        table.reserve(key);
    }

    /** It could not be stored. */
    public synchronized void cancelReservation(String key) {
        table.cancelReservation(key);
    }

    /**
     * The server has accepted a job, and the store, if there is one, has it. The future is completed when this process has
     * no more to do with it: at once, if it has a store and no handler.
     */
    public CompletableFuture<Void> register(TrackedJob job) {
        TrackedJob replaced;
        synchronized (this) {
            table.cancelReservation(job.key());
            boolean elsewhere = slots.isEmpty() && (store != null || consumers.isEmpty());
            if (elsewhere) {
                return CompletableFuture.completedFuture(null);
            }
            replaced = table.add(job);
        }
        if (replaced != null) {
            // two of one name at once: the store has the later one
            replaced.completed().complete(null);
        }
        dispatch();
        return job.completed();
    }

    /** The handler can be given jobs. Those parked get another chance. */
    public void started(JobHandler handler) {
        synchronized (this) {
            slots.add(handler);
            table.unparkAll();
        }
        dispatch();
    }

    /** The handler is given no more jobs. It gives back those it holds, or ends them. */
    public void stopping(JobHandler handler) {
        List<TrackedJob> left = List.of();
        synchronized (this) {
            slots.remove(handler);
            if (slots.isEmpty() && store != null) {
                // the next who starts scans the store
                left = table.removeWaiting();
            }
        }
        left.forEach(job -> job.completed().complete(null));
    }

    /** The job has ended and its entry has left the store. */
    public void ended(TrackedJob job) {
        synchronized (this) {
            table.release(job);
        }
        job.completed().complete(null);
        dispatch();
    }

    /** The job's outcome cannot be delivered for now. Its entry stays in the store. */
    public void park(TrackedJob job) {
        synchronized (this) {
            table.park(job);
        }
        job.completed().complete(null);
        dispatch();
    }

    /** The handler that holds the job ends, and the job does not: it waits for the next one. */
    public void requeue(TrackedJob job) {
        boolean over;
        synchronized (this) {
            table.leaveSlot(job);
            over = store != null ? slots.isEmpty() : consumers.isEmpty();
            if (!over) {
                table.add(job.requeuedCopy());
            }
        }
        if (over) {
            job.completed().complete(null);
        }
        dispatch();
    }

    /**
     * Scans the store for jobs that others have put there. Blocks.
     *
     * @return the keys of all stored jobs, those of other endpoints and servers too
     */
    public Set<String> scan() {
        Set<String> keys = store.keys();
        synchronized (this) {
            if (slots.isEmpty()) {
                return keys;
            }
            loader.retain(keys);
            table.addStored(keys, prefix);
        }
        dispatch();
        return keys;
    }

    private void dispatch() {
        while (true) {
            Assignment assignment;
            synchronized (this) {
                HandlerSlots.Slot slot = table.hasNoneWaiting() || loading ? null : slots.withRoom();
                if (slot == null) {
                    return;
                }
                String key = table.firstWaiting();
                TrackedJob first = table.waiting(key);
                if (first == null) {
                    loading = true;
                    assignment = null;
                } else {
                    assignment = assign(slot, key, first);
                }
            }
            if (assignment == null) {
                loader.loadSoon();
                return;
            }
            assignment.slot().handler().onAssigned(assignment.job());
        }
    }

    // ---- for the loader

    /** The key of the next job that waits, while there is room; null when there is none, which ends the loading. */
    synchronized String nextToLoad() {
        if (table.hasNoneWaiting() || !slots.hasRoom()) {
            loading = false;
            return null;
        }
        return table.firstWaiting();
    }

    /** The job under the key, if its producer has handed it over; null if it has to be loaded. */
    synchronized TrackedJob present(String key) {
        return table.waiting(key);
    }

    /** {@code loaded} is null if the job is not stored any more. */
    void onLoaded(String key, TrackedJob loaded) {
        Assignment assignment = null;
        synchronized (this) {
            // its producer may have handed it over meanwhile
            TrackedJob present = table.waiting(key);
            TrackedJob job = present != null ? present : loaded;
            HandlerSlots.Slot slot = job == null || !table.isWaiting(key) ? null : slots.withRoom();
            if (slot != null) {
                assignment = assign(slot, key, job);
            } else if (job == null) {
                // somebody else has ended it meanwhile
                table.removeUnloaded(key);
            }
        }
        if (assignment != null) {
            assignment.slot().handler().onAssigned(assignment.job());
        }
    }

    /** The job under the key cannot be read: until the next scan it is as if it were not there. */
    synchronized void onUnreadable(String key) {
        table.removeUnloaded(key);
    }

    /** The loading has ended; the next scan begins it anew. */
    synchronized void endLoading() {
        loading = false;
    }

    // ---- handlers

    private Assignment assign(HandlerSlots.Slot slot, String key, TrackedJob job) {
        table.hold(key, job, slot);
        slot.take();
        return new Assignment(slot, job);
    }
}
