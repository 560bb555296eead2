/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import io.aipi.client.Acceptance;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A detached job in the hands of this process. It has one owner at a time: the tracker while it waits for a follower, then
 * the follower, which gives it back or ends it.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one owner at a time
public final class TrackedJob {

    /** Who else hears of the job: the progress exchanges of the producer that submitted it. */
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
    private final boolean recovered;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> kept = new CompletableFuture<>();
    private volatile JobOutcome outcome;
    private volatile int deliveries;
    private volatile boolean stored;
    private volatile int refusals;
    /** Whether another process may have begun to deliver its outcome. */
    private volatile boolean maybeDelivered;
    /** Whether the delivery that is under way has been counted. */
    private volatile boolean counted;
    /** Not to be delivered before; set by its first owner, and good for all. */
    private volatile long dueNanos;

    private volatile boolean hasDue;
    /** When it began to wait for another job to leave the store. */
    private volatile long waitsSinceNanos;

    private volatile boolean waits;

    /** The newest progress that no exchange has told of. Guarded, like the three below, by the {@link Deliveries}. */
    JobProgress newest;
    /** Whether an exchange of the job is on its way. */
    boolean busy;
    /** Whether it stands in the queue of those with progress. */
    boolean queued;
    /** Whether its outcome is to be delivered as soon as it is not busy. */
    boolean ready;

    /** A job whose acceptance this process knows nothing of; {@code listener} may be null. */
    public TrackedJob(StoredJob stored, Listener listener) {
        this(stored, listener, null);
    }

    /** {@code listener} and {@code acceptance} may be null. */
    public TrackedJob(StoredJob stored, Listener listener, Acceptance acceptance) {
        this(stored, listener, acceptance, false);
    }

    private TrackedJob(StoredJob stored, Listener listener, Acceptance acceptance, boolean recovered) {
        this.job = stored.job();
        this.acceptance = acceptance;
        this.outcome = stored.outcome();
        this.deliveries = stored.deliveries();
        this.listener = listener;
        this.recovered = recovered;
        this.maybeDelivered = recovered && stored.outcome() != null;
        this.stored = stored.outcome() != null;
    }

    /** From the store: whoever stored it may have begun to deliver its outcome. */
    static TrackedJob recovered(StoredJob stored) {
        return new TrackedJob(stored, null, null, true);
    }

    /** The same job for its next owner. */
    TrackedJob again() {
        TrackedJob next = new TrackedJob(toStored(), listener, acceptance, recovered);
        next.stored = stored;
        next.maybeDelivered = maybeDelivered;
        next.refusals = refusals;
        next.dueNanos = dueNanos;
        next.hasDue = hasDue;
        next.ended.whenComplete((done, failure) -> ended.complete(null));
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

    /** Who else hears of it; null for nobody. */
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

    /** The job has ended. Called once, by its owner. */
    public void end(JobOutcome how) {
        outcome = how;
        if (listener != null && how instanceof JobOutcome.Done done) {
            listener.result(done.result());
        } else if (listener != null && how instanceof JobOutcome.Failed failed) {
            listener.failure(job.jobId(), failed.failure());
        }
    }

    /** Whether it comes from the store and not from a producer here. */
    public boolean isRecovered() {
        return recovered;
    }

    /**
     * How long its outcome must not be delivered yet. Called by its owner.
     *
     * @param ifFirst until when it must not, for the first owner who asks
     */
    public Duration untilDue(long ifFirst, long now) {
        if (!hasDue) {
            dueNanos = ifFirst;
            hasDue = true;
        }
        return dueNanos - now > 0 ? Duration.ofNanos(dueNanos - now) : Duration.ZERO;
    }

    /** Whether it has waited for another job to leave the store for so long; the first call begins it. Called by its owner. */
    public boolean hasWaited(Duration longest, long now) {
        if (!waits) {
            waitsSinceNanos = now;
            waits = true;
        }
        return now - waitsSinceNanos >= longest.toNanos();
    }

    /** For the next start, which begins anew. Called by its owner. */
    public void resetDeliveries() {
        deliveries = 0;
    }

    /**
     * Its outcome is about to be given to a route. For one from the store the delivery counts before it is made: whoever
     * stored it may have ended because of it. Called by its owner.
     *
     * @return whether the count has changed
     */
    public boolean deliveryBegins() {
        if (maybeDelivered) {
            maybeDelivered = false;
            counted = true;
            deliveries++;
            return true;
        }
        return false;
    }

    /** How often its outcome was given to a route that failed, or did not live to tell. */
    public int deliveries() {
        return deliveries;
    }

    /** A route failed with its outcome, once more. Called by its owner. */
    public void deliveryFailed() {
        if (!counted) {
            deliveries++;
        }
        counted = false;
    }

    /** Whether its outcome is in the store. */
    public boolean isStored() {
        return stored;
    }

    /** Its outcome is in the store. Called by its owner. */
    public void markStored() {
        stored = true;
    }

    /**
     * The store has refused its outcome. Called by its owner.
     *
     * @return how often it has done so
     */
    public int refused() {
        return ++refusals;
    }

    /** What a repository should hold of it now. */
    public StoredJob toStored() {
        return new StoredJob(job, outcome, deliveries);
    }

    /** Completed by its owner when its outcome is stored, or is no longer this owner's. */
    public CompletableFuture<Void> kept() {
        return kept;
    }

    /** Completed when nobody in this process has to do with the job any more. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public String toString() {
        return job.toString();
    }
}
