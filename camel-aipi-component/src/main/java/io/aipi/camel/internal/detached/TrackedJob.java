/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.TextDeltas;
import io.aipi.client.model.Acceptance;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A detached job in the hands of this process. It has one owner at a time: the registry while it waits for a handler, then
 * the handler, which gives it back or ends it. Only its owner changes it, but for {@link #moveTo}, which a stop may call at
 * any time.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one owner at a time
public final class TrackedJob {

    /** Who else is told of the job: the progress exchanges of the producer that submitted it. */
    public interface Listener {
        /** The job's state has changed. */
        void progress(JobProgress progress);

        /** It has ended with a result. */
        void result(JobResult result);

        /** It has ended without one. */
        void failure(String jobId, Throwable failure);
    }

    private final DetachedJob job;
    private final Listener listener;
    private final Acceptance acceptance;
    /** How it was claimed; null if it comes from a producer here. */
    private final JobRepository.Claim claim;

    private final CompletableFuture<Void> completed = new CompletableFuture<>();
    private final CompletableFuture<Void> outcomePersisted = new CompletableFuture<>();
    private final AtomicReference<JobPhase> phase = new AtomicReference<>(JobPhase.ASSIGNED);
    private volatile JobOutcome outcome;
    private volatile DeliveryCount deliveries;
    private volatile boolean stored;
    private volatile int refusals;
    private volatile DeliveryTime deliveryTime = new DeliveryTime();
    /** The lease under which it is claimed; null where there is none. */
    private volatile String owner;

    private volatile boolean reclaimed;
    private volatile boolean finished;
    private volatile JobPhase releasedFrom = JobPhase.ASSIGNED;

    /** What its progress exchanges have told of its text. Used by one delivery at a time. */
    private final TextDeltas text;

    /** Its place in the {@link DeliveryQueue}, which guards it. */
    DeliveryQueue.Place place = DeliveryQueue.Place.NONE;
    /** The newest progress that no exchange has told of. Guarded by the {@link DeliveryQueue}. */
    JobProgress newest;

    /** A job whose acceptance this process knows nothing of; {@code listener} may be null. */
    public TrackedJob(StoredJob stored, Listener listener) {
        this(stored, listener, null);
    }

    /** {@code listener} and {@code acceptance} may be null. */
    public TrackedJob(StoredJob stored, Listener listener, Acceptance acceptance) {
        this(stored, listener, acceptance, null, false);
    }

    private TrackedJob(
            StoredJob stored, Listener listener, Acceptance acceptance, JobRepository.Claim claim, boolean isResumed) {
        this.job = stored.job();
        this.acceptance = acceptance;
        this.outcome = stored.outcome();
        this.listener = listener;
        this.claim = claim;
        this.owner = stored.owner();
        this.deliveries = new DeliveryCount(stored.deliveries(), claim != null && stored.outcome() != null);
        this.stored = stored.outcome() != null;
        this.text = new TextDeltas(isResumed);
    }

    /**
     * From the store: whoever stored it may have begun to deliver its outcome.
     *
     * @param known what its producer here knew of it
     */
    static TrackedJob claimed(JobRepository.Claim claim, LeftJobs.Known known) {
        return new TrackedJob(claim.job(), known.listener(), known.acceptance(), claim, true);
    }

    /** The same job for its next owner. */
    TrackedJob requeuedCopy() {
        TrackedJob next = new TrackedJob(toRecord(), listener, acceptance, claim, true);
        next.stored = stored;
        next.deliveries = deliveries.copy();
        next.refusals = refusals;
        next.deliveryTime = deliveryTime.copy();
        next.completed.whenComplete((done, failure) -> completed.complete(null));
        return next;
    }

    /** The job. */
    public DetachedJob job() {
        return job;
    }

    /** Its key. */
    public String key() {
        return job.key();
    }

    /** What its progress exchanges have told of its text. */
    public TextDeltas text() {
        return text;
    }

    /** Who else is told of it; null for nobody. */
    public Listener listener() {
        return listener;
    }

    /** What this process knows of its acceptance by the server; null if nothing, as where it comes from the store. */
    public Acceptance acceptance() {
        return acceptance;
    }

    /** How it has ended; null while it has not. */
    public JobOutcome outcome() {
        return outcome;
    }

    /** The job has ended. Called once. */
    public void end(JobOutcome how) {
        outcome = how;
        if (listener != null && how instanceof JobOutcome.Done done) {
            listener.result(done.result());
        } else if (listener != null && how instanceof JobOutcome.Failed failed) {
            listener.failure(job.jobId(), failed.failure());
        }
    }

    /** The outcome is lost, or the store has another one: this takes its place. */
    void replaceOutcome(JobOutcome other) {
        outcome = other;
    }

    /** Whether it comes from the store and not from a producer here. */
    public boolean isRecovered() {
        return claim != null;
    }

    /** Whether it was taken from another process, or an earlier one, which may have ended in the middle of its work. */
    public boolean isAbandoned() {
        return claim != null && claim.isAbandoned();
    }

    /** The lease under which it is claimed; null where there is none. */
    String owner() {
        return owner;
    }

    /** It was claimed once more while its outcome was on its way, which goes on under the new claim. */
    void reclaim(String owner) {
        this.owner = owner;
        reclaimed = true;
    }

    boolean isReclaimed() {
        return reclaimed;
    }

    /** Its outcome is not on its way any more, whatever has come of it. */
    void finish() {
        finished = true;
    }

    boolean isFinished() {
        return finished;
    }

    /**
     * Goes on to a phase.
     *
     * @return the phase that it leaves; null if it was released before, and stays so
     * @throws IllegalStateException if the table of phases does not allow it
     */
    JobPhase moveTo(JobPhase next) {
        JobPhase before = phase.getAndUpdate(present -> present.canBecome(next) ? next : present);
        if (before.canBecome(next)) {
            if (next == JobPhase.RELEASED) {
                releasedFrom = before;
            }
            return before;
        }
        if (before == JobPhase.RELEASED) {
            return null;
        }
        throw new IllegalStateException(job + " cannot go from " + before + " to " + next);
    }

    /** Asked by who has released it: whether its outcome was being routed, or had been, and was not through with the store. */
    boolean isOnItsWay() {
        return releasedFrom.isOnItsWay();
    }

    /** How often its outcome was given to a route that failed, or did not live to tell. */
    public int deliveryCount() {
        return deliveries.count();
    }

    DeliveryCount deliveries() {
        return deliveries;
    }

    /** When its outcome may be delivered. */
    DeliveryTime deliveryTime() {
        return deliveryTime;
    }

    /** Whether its outcome is in the store. */
    public boolean isStored() {
        return stored;
    }

    /** Its outcome is in the store. */
    public void markStored() {
        stored = true;
    }

    /**
     * The store has refused what is to be done with it: to store its outcome, or to remove it.
     *
     * @return how often it has done so one after the other
     */
    int countRefusal() {
        return ++refusals;
    }

    /** The store is asked for something else from now on. */
    void clearRefusals() {
        refusals = 0;
    }

    /** What a store should have of it now. */
    public StoredJob toRecord() {
        return new StoredJob(job, outcome, deliveries.count(), owner);
    }

    /** Completed when its outcome is stored, or is no longer this owner's. */
    public CompletableFuture<Void> outcomePersisted() {
        return outcomePersisted;
    }

    /** Completed when nobody in this process has to do with the job any more. */
    public CompletableFuture<Void> completed() {
        return completed;
    }

    @Override
    public String toString() {
        return job.toString();
    }

    /**
     * How often an outcome was given to a route that failed, or did not live to tell. Of an outcome from the store a
     * delivery counts before it is made: whoever stored it may have ended because of it.
     */
    static final class DeliveryCount {

        private volatile int count;
        /** Whether another process may have begun a delivery that is not counted. */
        private volatile boolean maybeBegun;
        /** Whether the delivery that is under way has been counted. */
        private volatile boolean counted;

        private DeliveryCount(int count, boolean maybeBegun) {
            this.count = count;
            this.maybeBegun = maybeBegun;
        }

        /** For the next owner, to whom what is under way here is nothing. */
        private DeliveryCount copy() {
            return new DeliveryCount(count, maybeBegun);
        }

        int count() {
            return count;
        }

        /**
         * A delivery begins.
         *
         * @return whether the count has changed
         */
        boolean begins() {
            if (maybeBegun) {
                maybeBegun = false;
                counted = true;
                count++;
                return true;
            }
            return false;
        }

        /** The delivery failed. */
        void failed() {
            if (!counted) {
                count++;
            }
            counted = false;
        }

        /** For the next start, which begins anew. */
        void reset() {
            count = 0;
        }
    }

    /** Until when an outcome must not be delivered. By the monotonic clock: nobody can lengthen it by setting a clock back. */
    static final class DeliveryTime {

        private volatile Long assigned;
        private volatile Long notBefore;
        private volatile Long waitingSince;

        /** For the next owner. */
        private DeliveryTime copy() {
            DeliveryTime copy = new DeliveryTime();
            copy.assigned = assigned;
            copy.notBefore = notBefore;
            return copy;
        }

        /** A handler has it now. */
        void assign(long now) {
            if (assigned == null) {
                assigned = now;
            }
        }

        /** When the first handler got it. */
        long assigned() {
            return assigned;
        }

        /**
         * How long the outcome must still wait.
         *
         * @param ifFirst until when, for the first who asks
         */
        Duration remaining(long ifFirst, long now) {
            if (notBefore == null) {
                notBefore = ifFirst;
            }
            return Duration.ofNanos(Math.max(0, notBefore - now));
        }

        /** Whether the outcome has waited for another job for so long; the first call begins the wait. */
        boolean hasWaited(Duration longest, long now) {
            if (waitingSince == null) {
                waitingSince = now;
            }
            return now - waitingSince >= longest.toNanos();
        }
    }
}
