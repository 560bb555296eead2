/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.store.StoredJob;
import java.util.HashMap;
import java.util.Map;

/**
 * The jobs that somebody here has to do with.
 *
 * <p>Most are held by a handler. A handler may let go of a job whose outcome is on its way, as in a stop, or when the lease is
 * lost. Then whoever routes the outcome ends the job, or gives it back. Until then nobody else here gets it.
 */
final class JobsInHand {

    private final Map<TrackedJob, HandlerSlots.Slot> held = new HashMap<>();
    /** Those that are held, by the {@linkplain io.aipi.camel.store.DetachedJob#id() ids} of the jobs. */
    private final Map<String, TrackedJob> heldById = new HashMap<>();
    /** Those whose handlers have let go of them, by their ids. */
    private final Map<String, TrackedJob> onTheirWay = new HashMap<>();

    synchronized void hold(TrackedJob job, HandlerSlots.Slot slot) {
        held.put(job, slot);
        heldById.put(job.job().id(), job);
    }

    /** Its slot, which is free now; null if it was not held. */
    synchronized HandlerSlots.Slot letGo(TrackedJob job) {
        heldById.remove(job.job().id(), job);
        return held.remove(job);
    }

    /** Its handler is about to let go of the job, whose outcome was on its way; false if that has come to its end meanwhile. */
    synchronized boolean keep(TrackedJob job) {
        if (job.isFinished()) {
            return false;
        }
        onTheirWay.put(job.job().id(), job);
        return true;
    }

    /** The outcome has come to its end; false if its handler had not let go of it before. */
    synchronized boolean finish(TrackedJob job) {
        job.finish();
        return onTheirWay.remove(job.job().id(), job);
    }

    /** The job was claimed once more. Whoever has it here goes on with it under the new claim; false if nobody has it. */
    synchronized boolean reclaim(StoredJob claimed) {
        String id = claimed.job().id();
        TrackedJob job = heldById.getOrDefault(id, onTheirWay.get(id));
        if (job == null) {
            return false;
        }
        job.reclaim(claimed.owner());
        return true;
    }

    synchronized boolean contains(String id) {
        return heldById.containsKey(id) || onTheirWay.containsKey(id);
    }

    /** How many are held. */
    synchronized int held() {
        return held.size();
    }

    synchronized boolean isEmpty() {
        return held.isEmpty() && onTheirWay.isEmpty();
    }
}
