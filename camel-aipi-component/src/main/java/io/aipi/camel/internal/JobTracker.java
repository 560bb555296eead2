/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The detached jobs of one model endpoint that nobody waits for: it hands each to one follower, and knows which ones are
 * followed here.
 *
 * <p>With a store, what it does not hand out at once it forgets but for its key: the store has it. Without one, it is the
 * only place where the job is known.
 *
 * <p>Invariants: a key is in at most one of coming, waiting, held and parked; a follower holds at most as many jobs as its limit
 * says; the key of a job that has ended leaves held only after its entry has left the store, so that a look through the
 * store cannot hand it out again.
 *
 * <p>An entry that cannot be read is passed over, whatever reading it throws: only a store that cannot list its entries is
 * away.
 */
public final class JobTracker {

    private static final int LOADED_IN_A_ROW = 16;

    private static final Logger LOG = LoggerFactory.getLogger(JobTracker.class);

    /** How many unreadable jobs are worth a warning each. */
    private static final int WARNINGS = 10;

    /** Who follows jobs and delivers their outcomes. */
    public interface Follower {
        /** Jobs that it holds at once at most. */
        int limit();

        /** Is the job's owner from here on. Must not block. */
        void take(TrackedJob job);
    }

    private static final class Seat {
        private final Follower follower;
        private int taken;

        Seat(Follower follower) {
            this.follower = follower;
        }

        boolean hasRoom() {
            return taken < follower.limit();
        }
    }

    private record Handover(Seat seat, TrackedJob job) {}

    private final String prefix;
    private final JobStore store;
    private final Executor blocking;
    private final List<Seat> seats = new ArrayList<>();
    /** Keys that wait for a follower; without a value, the job has to be loaded from the store. */
    private final Map<String, TrackedJob> waiting = new LinkedHashMap<>();

    private final Map<String, Seat> held = new HashMap<>();
    /** The {@linkplain DetachedJob#id() ids} of the jobs that are held. */
    private final Set<String> heldIds = new HashSet<>();

    /** Jobs whose name is that of one that is held: they wait for its end. */
    private final Map<String, TrackedJob> behind = new HashMap<>();

    private final Set<String> parked = new HashSet<>();
    /** Keys of jobs that are being stored by a producer here, which hands them over itself. */
    private final Set<String> coming = new HashSet<>();
    /** Keys whose entries could not be read at the last look: one warning each is enough. */
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    private final Set<Object> declared = new HashSet<>();
    private final AtomicBoolean news = new AtomicBoolean(true);
    private int lastSeat;
    private boolean loading;

    /**
     * A tracker for one model endpoint.
     *
     * @param store null to keep jobs in memory only
     * @param blocking runs what blocks
     */
    public JobTracker(String server, String endpoint, JobStore store, Executor blocking) {
        this.prefix = DetachedJob.prefix(server, endpoint);
        this.store = store;
        this.blocking = blocking;
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
    public synchronized void declare(Object name) {
        declared.add(name);
    }

    /**
     * A consumer is gone for good.
     *
     * @return the jobs that are lost by it: those in memory, when it was the last
     */
    public List<TrackedJob> undeclare(Object name) {
        List<TrackedJob> lost;
        synchronized (this) {
            declared.remove(name);
            if (!declared.isEmpty() || store != null) {
                return List.of();
            }
            lost = new ArrayList<>(waiting.values());
            lost.addAll(behind.values());
            waiting.clear();
            behind.clear();
        }
        lost.forEach(job -> job.ended().complete(null));
        return lost;
    }

    /** Whether some follower here holds the job with this {@linkplain DetachedJob#id() id}. */
    public synchronized boolean isHeld(String id) {
        return heldIds.contains(id);
    }

    /** Whether some follower here holds the job that is stored under the key. */
    public synchronized boolean isKeyHeld(String key) {
        return held.containsKey(key);
    }

    /** Whether the outcome that is stored under the key is left alone until a follower starts anew. */
    public synchronized boolean isParked(String key) {
        return parked.contains(key);
    }

    /** Whether nothing would be lost if there were no such tracker any more. */
    public synchronized boolean isIdle() {
        return declared.isEmpty()
                && seats.isEmpty()
                && coming.isEmpty()
                && waiting.isEmpty()
                && behind.isEmpty()
                && held.isEmpty();
    }

    /**
     * The server has given an id to a new job: earlier jobs with this id that wait here for a follower are gone, and get their
     * end. Those that are followed get it from whoever polls for them.
     */
    public void lapse(String jobId) {
        List<TrackedJob> gone = new ArrayList<>();
        synchronized (this) {
            for (Map<String, TrackedJob> jobs : List.of(waiting, behind)) {
                for (TrackedJob job : jobs.values()) {
                    if (job != null
                            && job.outcome() == null
                            && jobId.equals(job.job().jobId())) {
                        gone.add(job);
                    }
                }
                jobs.values().removeAll(gone);
            }
            // nobody takes them meanwhile, from here or from the store
            gone.forEach(job -> coming.add(job.key()));
        }
        for (TrackedJob job : gone) {
            job.end(JobStore.lapsed(job.job()));
            accepted(job).whenComplete((ended, failure) -> job.ended().complete(null));
        }
    }

    /** True once: nothing needs to be said twice of one tracker. */
    public boolean isNews() {
        return news.compareAndSet(true, false);
    }

    /** Whether there is a consumer, started or not. */
    public synchronized boolean isConsumed() {
        return !declared.isEmpty();
    }

    /** Jobs known here and not ended. */
    public synchronized int size() {
        return waiting.size() + behind.size() + held.size();
    }

    /**
     * A job is about to be stored by a producer here. {@link #accepted} or {@link #notComing} must follow; until then no
     * look through the store hands it out.
     */
    public synchronized void coming(String key) {
        coming.add(key);
    }

    /** It could not be stored. */
    public synchronized void notComing(String key) {
        coming.remove(key);
    }

    /**
     * The server has accepted a job, and the store, if there is one, has it. The future is completed when this process has
     * no more to do with it: at once, if it has a store and no follower.
     */
    public CompletableFuture<Void> accepted(TrackedJob job) {
        TrackedJob replaced;
        synchronized (this) {
            coming.remove(job.key());
            boolean elsewhere = seats.isEmpty() && (store != null || declared.isEmpty());
            if (elsewhere) {
                return CompletableFuture.completedFuture(null);
            }
            replaced = (held.containsKey(job.key()) ? behind : waiting).put(job.key(), job);
        }
        if (replaced != null) {
            // two of one name at once: the store has the later one
            replaced.ended().complete(null);
        }
        handOut();
        return job.ended();
    }

    /** The follower can be given jobs. Those parked get another chance. */
    public void started(Follower follower) {
        synchronized (this) {
            seats.add(new Seat(follower));
            parked.clear();
        }
        handOut();
    }

    /** The follower is given no more jobs. It gives back those it holds, or ends them. */
    public void stopping(Follower follower) {
        List<TrackedJob> left = new ArrayList<>();
        synchronized (this) {
            seats.removeIf(seat -> seat.follower == follower);
            if (seats.isEmpty() && store != null) {
                // the next who starts looks through the store
                waiting.values().stream().filter(Objects::nonNull).forEach(left::add);
                left.addAll(behind.values());
                waiting.clear();
                behind.clear();
            }
        }
        left.forEach(job -> job.ended().complete(null));
    }

    /** The job has ended and its entry has left the store. */
    public void ended(TrackedJob job) {
        synchronized (this) {
            letGo(job);
        }
        job.ended().complete(null);
        handOut();
    }

    /** The job's outcome cannot be delivered for now. Its entry stays in the store. */
    public void park(TrackedJob job) {
        synchronized (this) {
            letGo(job);
            parked.add(job.key());
        }
        job.ended().complete(null);
        handOut();
    }

    /** The follower that holds the job ends, and the job does not: it waits for the next one. */
    public void giveBack(TrackedJob job) {
        boolean over;
        synchronized (this) {
            leaveSeat(job);
            over = store != null ? seats.isEmpty() : declared.isEmpty();
            if (!over) {
                waiting.put(job.key(), job.again());
            }
        }
        if (over) {
            job.ended().complete(null);
        }
        handOut();
    }

    private void letGo(TrackedJob job) {
        leaveSeat(job);
        TrackedJob next = behind.remove(job.key());
        if (next != null) {
            waiting.put(job.key(), next);
        }
    }

    private void leaveSeat(TrackedJob job) {
        heldIds.remove(job.job().id());
        Seat seat = held.remove(job.key());
        if (seat != null) {
            seat.taken--;
        }
    }

    /**
     * Looks through the store for jobs that others have put there. Blocks.
     *
     * @return the keys of all stored jobs, those of other endpoints and servers too
     */
    public Set<String> scan() {
        Set<String> keys = store.keys();
        synchronized (this) {
            if (seats.isEmpty()) {
                return keys;
            }
            unreadable.retainAll(keys);
            parked.retainAll(keys);
            for (String key : keys) {
                if (key.startsWith(prefix) && !isKnown(key)) {
                    waiting.put(key, null);
                }
            }
        }
        handOut();
        return keys;
    }

    private boolean isKnown(String key) {
        return coming.contains(key) || waiting.containsKey(key) || held.containsKey(key) || parked.contains(key);
    }

    private void handOut() {
        while (true) {
            Handover handover;
            synchronized (this) {
                Seat seat = waiting.isEmpty() || loading ? null : seatWithRoom();
                if (seat == null) {
                    return;
                }
                Map.Entry<String, TrackedJob> first =
                        waiting.entrySet().iterator().next();
                if (first.getValue() == null) {
                    loading = true;
                    handover = null;
                } else {
                    handover = handOver(seat, first.getKey(), first.getValue());
                }
            }
            if (handover == null) {
                loadSoon();
                return;
            }
            handover.seat().follower.take(handover.job());
        }
    }

    private void loadSoon() {
        try {
            blocking.execute(this::load);
        } catch (RejectedExecutionException | Error notBegun) {
            // what is in the store is there for the next look through it, or for the next start
            synchronized (this) {
                loading = false;
            }
        }
    }

    /**
     * Loads one job after the other, as long as there are jobs and room for them, and hands them out. Lets others have the
     * thread from time to time: what has a result in its hands must not wait for thousands that are loaded.
     */
    private void load() {
        boolean more = true;
        try {
            for (int i = 0; i < LOADED_IN_A_ROW && more; i++) {
                more = loadOne();
            }
        } catch (RuntimeException | Error e) {
            // the next look through the store begins anew
            synchronized (this) {
                loading = false;
            }
            throw e;
        }
        if (more) {
            loadSoon();
        }
    }

    /** False when there is nothing to load, or no room for it: loading is over then. */
    private boolean loadOne() {
        String key;
        TrackedJob present;
        synchronized (this) {
            if (waiting.isEmpty() || seats.stream().noneMatch(Seat::hasRoom)) {
                loading = false;
                return false;
            }
            key = waiting.keySet().iterator().next();
            present = waiting.get(key);
        }
        if (loadAndHandOver(key, present)) {
            return true;
        }
        // a store that fails is given time: the next look through it goes on
        synchronized (this) {
            loading = false;
        }
        return false;
    }

    /** False if the store failed. */
    private boolean loadAndHandOver(String key, TrackedJob present) {
        Handover handover = null;
        try {
            TrackedJob loaded = present != null ? present : load(key);
            synchronized (this) {
                // its producer may have handed it over meanwhile
                TrackedJob job = waiting.get(key) != null ? waiting.get(key) : loaded;
                Seat seat = job == null || !waiting.containsKey(key) ? null : seatWithRoom();
                if (seat != null) {
                    handover = handOver(seat, key, job);
                } else if (job == null) {
                    // somebody else has ended it meanwhile
                    waiting.remove(key);
                }
            }
            unreadable.remove(key);
        } catch (Throwable e) {
            return passOver(key, e);
        }
        if (handover != null) {
            handover.seat().follower.take(handover.job());
        }
        return true;
    }

    /** False if it is the store that failed, and not the entry. */
    private boolean passOver(String key, Throwable e) {
        boolean isNew = !unreadable.contains(key);
        if (isNew) {
            try {
                store.keys();
            } catch (RuntimeException | Error away) {
                LOG.debug("The jobRepository cannot be read: {}", away.toString());
                return false;
            }
            unreadable.add(key);
        }
        if (isNew && unreadable.size() <= WARNINGS) {
            LOG.warn("The stored job {} cannot be read. It stays in the repository, and is tried again", key, e);
        } else {
            LOG.debug("The stored job {} cannot be read: {}", key, e.toString());
        }
        synchronized (this) {
            // until the next look through the store
            if (waiting.get(key) == null) {
                waiting.remove(key);
            }
        }
        return true;
    }

    /** Null if it is not stored any more. */
    private TrackedJob load(String key) {
        StoredJob stored = store.load(key);
        return stored == null ? null : TrackedJob.recovered(stored);
    }

    private Handover handOver(Seat seat, String key, TrackedJob job) {
        waiting.remove(key);
        held.put(key, seat);
        heldIds.add(job.job().id());
        seat.taken++;
        return new Handover(seat, job);
    }

    /** In turn, so that several share the work; null if none has room. */
    private Seat seatWithRoom() {
        for (int i = 1; i <= seats.size(); i++) {
            int index = (lastSeat + i) % seats.size();
            if (seats.get(index).hasRoom()) {
                lastSeat = index;
                return seats.get(index);
            }
        }
        return null;
    }
}
