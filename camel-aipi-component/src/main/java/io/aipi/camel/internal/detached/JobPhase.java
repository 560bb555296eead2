/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Where a detached job is in the pipeline: {@code follow -> store -> deliver -> remove}.
 *
 * <p>{@link #TRANSITIONS} has every change that is allowed. A job that was released never comes back: whoever takes it next
 * has a copy of its own.
 */
enum JobPhase {

    /** Handed over by the registry. */
    ASSIGNED,
    /** Step 1: it is polled. */
    FOLLOWING,
    /** Step 2: its outcome is known and goes to the store. */
    STORING,
    /** Its outcome waits to be delivered: for its turn, for its time, for a consumer that is resumed. */
    WAITING,
    /** Step 3: an exchange with its outcome is on its way along the route. */
    DELIVERING,
    /** Step 3: the route has failed too often, and its outcome goes to the dead letter endpoint. */
    DEAD_LETTERING,
    /** Step 3: nobody takes its outcome. The store is told, and keeps it for the next start. */
    PARKING,
    /** Step 4: its outcome was routed, and it leaves the store. */
    REMOVING,
    /** It is in nobody's hands here, or in those of another handler. */
    RELEASED;

    private static final Map<JobPhase, Set<JobPhase>> TRANSITIONS = Map.of(
            ASSIGNED, EnumSet.of(FOLLOWING, STORING, WAITING, RELEASED),
            FOLLOWING, EnumSet.of(STORING, WAITING, RELEASED),
            STORING, EnumSet.of(WAITING, RELEASED),
            WAITING, EnumSet.of(DELIVERING, RELEASED),
            DELIVERING, EnumSet.of(WAITING, DEAD_LETTERING, PARKING, REMOVING, RELEASED),
            DEAD_LETTERING, EnumSet.of(REMOVING, RELEASED),
            PARKING, EnumSet.of(RELEASED),
            REMOVING, EnumSet.of(RELEASED),
            RELEASED, EnumSet.noneOf(JobPhase.class));

    /** Whether a job may go on from here to there. */
    boolean canBecome(JobPhase next) {
        return TRANSITIONS.get(this).contains(next);
    }

    /** Whether the outcome is being routed, or was, and is not through with the store. */
    boolean isOnItsWay() {
        return this == DELIVERING || this == DEAD_LETTERING || this == PARKING || this == REMOVING;
    }

    /**
     * Whether a stop waits for the job. It does not while the outcome waits for its turn: the store has the job, or another
     * consumer gets it.
     */
    boolean isActive() {
        return this != WAITING && this != RELEASED;
    }
}
