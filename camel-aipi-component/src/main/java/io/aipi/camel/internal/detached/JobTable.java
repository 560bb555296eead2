/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.DetachedJob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Where each job of a {@link JobRegistry} is: reserved, waiting, held, parked, or behind a held one of the same name. Guarded by
 * the registry's lock; it knows nothing of handlers and calls nobody.
 *
 * <p>Invariant: a key is in at most one of waiting and held. One that is held or parked can have a later job of the same name:
 * behind it while it is held, then waiting; and it is reserved while that job is being stored.
 */
final class JobTable {

    /** Keys of jobs that are being stored by a producer here, which hands them over itself. */
    private final Set<String> reserved = new HashSet<>();

    /** Keys that wait for a handler; without a value, the job has to be loaded from the store. */
    private final Map<String, TrackedJob> waiting = new LinkedHashMap<>();

    private final Map<String, HandlerSlots.Slot> held = new HashMap<>();
    /** The {@linkplain DetachedJob#id() ids} of the jobs that are held. */
    private final Set<String> heldIds = new HashSet<>();

    /** Jobs whose name is that of one that is held: they wait for its end. */
    private final Map<String, TrackedJob> behind = new HashMap<>();

    private final Set<String> parked = new HashSet<>();

    // ---- what there is

    /** Whether a job with this {@linkplain DetachedJob#id() id} is held. */
    boolean isHeld(String id) {
        return heldIds.contains(id);
    }

    boolean isKeyHeld(String key) {
        return held.containsKey(key);
    }

    boolean isParked(String key) {
        return parked.contains(key);
    }

    boolean isWaiting(String key) {
        return waiting.containsKey(key);
    }

    boolean hasNoneWaiting() {
        return waiting.isEmpty();
    }

    /** The key that has waited longest. */
    String firstWaiting() {
        return waiting.keySet().iterator().next();
    }

    /** The job that waits under the key; null for none, and for one that has to be loaded. */
    TrackedJob waiting(String key) {
        return waiting.get(key);
    }

    /** Jobs not ended. */
    int size() {
        return waiting.size() + behind.size() + held.size();
    }

    /** Whether there is nothing but parked keys, which the store has. */
    boolean isIdle() {
        return reserved.isEmpty() && size() == 0;
    }

    private boolean isKnown(String key) {
        return reserved.contains(key) || waiting.containsKey(key) || held.containsKey(key) || parked.contains(key);
    }

    // ---- reserved

    void reserve(String key) {
        reserved.add(key);
    }

    void cancelReservation(String key) {
        reserved.remove(key);
    }

    /** Takes out all jobs with this id that have neither an outcome nor a handler, and reserves their keys. */
    List<TrackedJob> reserveUnended(String jobId) {
        List<TrackedJob> unended = new ArrayList<>();
        for (Map<String, TrackedJob> jobs : List.of(waiting, behind)) {
            for (TrackedJob job : jobs.values()) {
                if (job != null
                        && job.outcome() == null
                        && jobId.equals(job.job().jobId())) {
                    unended.add(job);
                }
            }
            jobs.values().removeAll(unended);
        }
        unended.forEach(job -> reserved.add(job.key()));
        return unended;
    }

    // ---- waiting

    /**
     * Adds a job: it waits for a handler, or, behind a job of the same name that has one, for the end of that job.
     *
     * @return the job whose place it takes, null for none
     */
    TrackedJob add(TrackedJob job) {
        return (held.containsKey(job.key()) ? behind : waiting).put(job.key(), job);
    }

    /** Of these keys, which are all that the store has, those with the prefix wait from here on, where they are not known. */
    void addStored(Collection<String> keys, String prefix) {
        parked.retainAll(keys);
        for (String key : keys) {
            if (key.startsWith(prefix) && !isKnown(key)) {
                waiting.put(key, null);
            }
        }
    }

    /** The key waits no more, if its job would have to be loaded. */
    void removeUnloaded(String key) {
        if (waiting.get(key) == null) {
            waiting.remove(key);
        }
    }

    /** Nothing waits any more. Gives the jobs that did and are loaded. */
    List<TrackedJob> removeWaiting() {
        List<TrackedJob> removed = new ArrayList<>();
        waiting.values().stream().filter(Objects::nonNull).forEach(removed::add);
        removed.addAll(behind.values());
        waiting.clear();
        behind.clear();
        return removed;
    }

    // ---- held

    /** The job that waited under the key, or was loaded for it, is held in this slot. */
    void hold(String key, TrackedJob job, HandlerSlots.Slot slot) {
        waiting.remove(key);
        held.put(key, slot);
        heldIds.add(job.job().id());
    }

    /** The job is held no more, and the one behind it can follow. */
    void release(TrackedJob job) {
        leaveSlot(job);
        TrackedJob next = behind.remove(job.key());
        if (next != null) {
            waiting.put(job.key(), next);
        }
    }

    /** The job is held no more; what is behind it stays there. */
    void leaveSlot(TrackedJob job) {
        heldIds.remove(job.job().id());
        HandlerSlots.Slot slot = held.remove(job.key());
        if (slot != null) {
            slot.release();
        }
    }

    // ---- parked

    /** The job is held no more, and its key is left alone. */
    void park(TrackedJob job) {
        release(job);
        parked.add(job.key());
    }

    void unparkAll() {
        parked.clear();
    }
}
