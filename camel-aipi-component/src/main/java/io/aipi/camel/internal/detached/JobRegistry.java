/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.LeaseKeeper;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.model.Acceptance;
import io.aipi.client.spi.Scheduler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The detached jobs of one model endpoint that nobody waits for: it hands each to one handler, and knows which ones are
 * held here.
 *
 * <p>With a store, a job is here only while a handler holds it, or has a place for it: the store has the others, and gives them
 * to whoever has room, here or in another process. Without one, it is the only place where the job is known.
 *
 * <p>Invariants: a job has one handler at a time; a handler holds at most as many jobs as its limit says. With a store, what
 * is held here was claimed before, and its claim ends after it is held no more.
 */
public final class JobRegistry implements LeaseKeeper.Holder {

    private final JobStore store;
    /** Null without a store. */
    private final JobClaims claims;

    private final HandlerSlots slots = new HandlerSlots();
    private final Queue<TrackedJob> waiting = new ArrayDeque<>();
    private final JobsInHand inHand = new JobsInHand();

    private final Set<Object> consumers = new HashSet<>();

    private final AtomicBoolean news = new AtomicBoolean(true);

    /**
     * A registry for one model endpoint.
     *
     * @param store null to keep jobs in memory only
     * @param storeThreads runs what blocks
     */
    public JobRegistry(String server, String endpoint, JobStore store, Executor storeThreads, Scheduler scheduler) {
        this.store = store;
        this.claims =
                store == null ? null : new JobClaims(this, inHand, store, server, endpoint, storeThreads, scheduler);
        if (store != null) {
            store.lease().add(this);
        }
    }

    /** Nobody needs it any more. */
    void close() {
        if (store != null) {
            store.lease().remove(this);
        }
    }

    /** Null for in memory. */
    JobClaims claims() {
        return claims;
    }

    /** Where jobs are kept; null for in memory. */
    public JobStore store() {
        return store;
    }

    // ---- consumers

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
            lost = removeWaiting();
        }
        lost.forEach(job -> job.completed().complete(null));
        return lost;
    }

    /** Whether there is a consumer, started or not. */
    public synchronized boolean isConsumed() {
        return !consumers.isEmpty();
    }

    /** True once: nothing needs to be said twice of one registry. */
    public boolean isNews() {
        return news.compareAndSet(true, false);
    }

    // ---- what there is

    /** Whether the job with this {@linkplain DetachedJob#id() id} is in somebody's hands here. */
    public boolean isHeld(String id) {
        return inHand.contains(id);
    }

    /** Whether nothing would be lost if there were no such registry any more. */
    public synchronized boolean isIdle() {
        return consumers.isEmpty()
                && slots.isEmpty()
                && waiting.isEmpty()
                && inHand.isEmpty()
                && (claims == null || !claims.hasReturned());
    }

    /** Jobs known here and not ended. */
    public synchronized int size() {
        return waiting.size() + inHand.held();
    }

    // ---- from the producer

    /**
     * A place for a job that is about to be stored, so that it is claimed at once; null if no handler here has room. {@link
     * #register} or {@link #giveBack} must follow.
     */
    public synchronized Place takePlace() {
        HandlerSlots.Slot slot = slots.withRoom();
        if (slot == null) {
            return null;
        }
        slot.take();
        return new Place(slot);
    }

    /** The job could not be stored; {@code place} may be null. */
    public void giveBack(Place place) {
        if (place != null) {
            giveBack(List.of(place));
        }
    }

    /** A job for which there is no place is about to be stored: who is to be told of it, should it be claimed here. */
    public void leave(StoredJob job, TrackedJob.Listener listener, Acceptance acceptance) {
        claims.leave(job.job().id(), listener, acceptance);
    }

    /**
     * The server has accepted a job, and the store, if there is one, has it: claimed if there is a place for it. The future is
     * completed when this process has no more to do with it: at once, if it has a store and no place, or if nobody here
     * consumes.
     */
    public CompletableFuture<Void> register(TrackedJob job, Place place) {
        if (place == null && store != null) {
            // there may be room by now
            claims.expectMore();
            claims.claimSoon();
            return CompletableFuture.completedFuture(null);
        }
        synchronized (this) {
            if (place == null && isOver()) {
                return CompletableFuture.completedFuture(null);
            }
            if (place == null) {
                waiting.add(job);
            } else {
                inHand.hold(job, place.slot());
            }
        }
        if (place == null) {
            dispatch();
        } else {
            place.slot().handler().onAssigned(job);
        }
        return job.completed();
    }

    /**
     * The server has given an id to a new job: earlier jobs with this id that wait here for a handler are gone, and get their
     * end. Those that are followed get it from whoever polls for them.
     */
    public void lapse(String jobId) {
        List<TrackedJob> gone = new ArrayList<>();
        synchronized (this) {
            waiting.removeIf(
                    job -> job.outcome() == null && jobId.equals(job.job().jobId()) && gone.add(job));
        }
        for (TrackedJob job : gone) {
            job.end(JobOutcome.lapsed(job.job()));
            boolean over;
            synchronized (this) {
                over = isOver() || !waiting.add(job);
            }
            if (over) {
                giveUp(job);
            }
        }
        if (!gone.isEmpty()) {
            dispatch();
        }
    }

    // ---- handlers

    /** The handler can be given jobs. */
    public void started(JobHandler handler) {
        synchronized (this) {
            slots.add(handler);
        }
        if (claims != null) {
            claims.expectMore();
        }
        dispatch();
    }

    /** The handler is given no more jobs. It gives back those it holds, or ends them. */
    public void stopping(JobHandler handler) {
        List<TrackedJob> left = List.of();
        synchronized (this) {
            slots.remove(handler);
            if (slots.isEmpty() && store != null) {
                left = removeWaiting();
            }
        }
        left.forEach(job -> claims.returnToStore(job));
    }

    /** The handler has no more to do with the job: it has left the store, or stays there and is left alone. */
    public void ended(TrackedJob job) {
        letGo(job);
        job.completed().complete(null);
        dispatch();
    }

    /**
     * The handler that holds the job ends, and the job does not: it waits for the next one. With a store, one whose outcome is on
     * its way stays claimed, so that nobody else routes it meanwhile: its route's end removes it, or gives it back.
     */
    public void requeue(TrackedJob job) {
        if (claims != null && claims.isLeftOnItsWay(job)) {
            return;
        }
        boolean over;
        synchronized (this) {
            over = isOver();
            if (!over) {
                letGo(job);
                waiting.add(job.requeuedCopy());
            }
        }
        if (over) {
            giveUp(job);
        } else {
            dispatch();
        }
    }

    /** Whether nobody here will ever take what waits. Called under the lock. */
    private boolean isOver() {
        return slots.isEmpty() && (store != null || consumers.isEmpty());
    }

    /** There is nobody here who takes the job. */
    private void giveUp(TrackedJob job) {
        if (store != null) {
            claims.returnToStore(job);
        } else {
            ended(job);
        }
    }

    private synchronized void letGo(TrackedJob job) {
        HandlerSlots.Slot slot = inHand.letGo(job);
        if (slot != null) {
            slot.release();
        }
    }

    private List<TrackedJob> removeWaiting() {
        List<TrackedJob> removed = new ArrayList<>(waiting);
        waiting.clear();
        return removed;
    }

    /** Hands out what waits here; then there may be room for more from the store. */
    private void dispatch() {
        while (true) {
            HandlerSlots.Slot slot;
            TrackedJob job;
            synchronized (this) {
                slot = waiting.isEmpty() ? null : slots.withRoom();
                if (slot == null) {
                    break;
                }
                job = waiting.remove();
                slot.take();
                inHand.hold(job, slot);
            }
            slot.handler().onAssigned(job);
        }
        if (claims != null) {
            claims.claimSoon();
        }
    }

    // ---- the store

    /** Claims jobs that others have stored, as many as there is room for. Blocks, and throws what the store throws. */
    public void scan() {
        claims.claimNow();
    }

    /** Gives back to the store what was given back here. Blocks. */
    public void releaseNow() {
        if (claims != null) {
            claims.releaseNow();
        }
    }

    /** Whether there is room for jobs of the store: what waits here goes first. */
    synchronized boolean hasPlaces() {
        return waiting.isEmpty() && slots.hasRoom();
    }

    /** Whether there is room for so many jobs, or for a good part of what is held here. */
    synchronized boolean hasManyPlaces(int many) {
        return slots.hasMuchRoom(many);
    }

    synchronized Queue<Place> takePlaces(int most) {
        Queue<Place> places = new ArrayDeque<>();
        while (places.size() < most && hasPlaces()) {
            places.add(takePlace());
        }
        return places;
    }

    void giveBack(Collection<Place> places) {
        synchronized (this) {
            places.forEach(place -> place.slot().release());
        }
        dispatch();
    }

    // ---- the lease

    /** Whether nobody else can have claimed what was claimed here. */
    boolean isLeaseValid() {
        return store == null || store.lease().isValid();
    }

    /** Whether the job was claimed in a lease that is over. */
    boolean isLost(TrackedJob job) {
        return store != null && store.lease().isLost(job.owner());
    }

    @Override
    public void onLeaseLost() {
        List<JobHandler> handlers;
        List<TrackedJob> lost = new ArrayList<>();
        synchronized (this) {
            handlers = slots.handlers();
            waiting.removeIf(job -> isLost(job) && lost.add(job));
        }
        lost.forEach(claims::lost);
        handlers.forEach(JobHandler::onLeaseLost);
    }

    @Override
    public void onLeaseRenewed() {
        List<JobHandler> handlers;
        synchronized (this) {
            handlers = slots.handlers();
        }
        handlers.forEach(JobHandler::onLeaseRenewed);
    }
}
