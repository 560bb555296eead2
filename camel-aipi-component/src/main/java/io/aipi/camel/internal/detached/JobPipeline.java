/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.StoreHealth;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the detached jobs that a consumer has: {@code follow -> store -> deliver -> remove}.
 *
 * <p>Each step begins after the one before it has ended, so that the store has all that is needed to go on whenever the
 * process ends: no outcome is delivered that is not stored, and none is removed that was not delivered. Without a store the
 * second and the last step are nothing. {@link JobPhase} says where a job is; {@link HeldJobs} is the only place that changes it.
 *
 * <p>Threads: jobs are followed on none; the store is read and written on {@code storeThreads}, or goes on on its own, which must
 * not be blocked; deliveries begin on threads of their own.
 *
 * <p>It lives from a start of its consumer to the stop, in which it begins nothing new.
 */
public final class JobPipeline implements JobHandler, DeliveryQueue.DeliveryHandler {

    private static final Logger LOG = LoggerFactory.getLogger(JobPipeline.class);

    private final PipelineOptions options;
    private final JobRegistry registry;
    /** Null, as are the claims, to keep jobs in memory only. */
    private final JobStore store;

    private final JobClaims claims;
    private final StoreHealth storeHealth;
    private final JobFollower follower;
    private final JobRouter router;
    private final Executor storeThreads;
    private final Scheduler scheduler;
    private final Retries retries;
    private final DeliveryQueue deliveries;
    private final DeliverySchedule schedule;
    private final UnstorableOutcomes unstorable;
    private final UndeliverableOutcomes undeliverable;
    private final RoutedJobs routed;

    private final HeldJobs jobs = new HeldJobs();
    private volatile boolean stopping;

    /**
     * Begins to work when the registry is told of it.
     *
     * @param storeThreads runs what blocks, and never refuses it
     * @param deliveryThreads as many as there are concurrent consumers
     */
    public JobPipeline(
            PipelineOptions options,
            JobRegistry registry,
            StoreHealth storeHealth,
            JobFollower follower,
            JobRouter router,
            Executor storeThreads,
            Executor deliveryThreads,
            Scheduler scheduler,
            Duration retryDelay) {
        this.options = options;
        this.registry = registry;
        this.store = registry.store();
        this.claims = registry.claims();
        this.storeHealth = storeHealth;
        this.follower = follower;
        this.router = router;
        this.storeThreads = storeThreads;
        this.scheduler = scheduler;
        this.retries = new Retries(retryDelay, storeThreads, scheduler);
        this.deliveries = new DeliveryQueue(options.concurrentConsumers(), deliveryThreads, this);
        this.schedule = new DeliverySchedule(options, registry, scheduler.nanoTime());
        this.unstorable = new UnstorableOutcomes(this, store, storeHealth);
        this.undeliverable =
                new UndeliverableOutcomes(this, jobs, options, registry, storeHealth, router, storeThreads, retries);
        this.routed = new RoutedJobs(this, undeliverable, options.endpointName(), store, storeHealth, storeThreads);
    }

    // ---- step 1: follow

    @Override
    public int limit() {
        return options.maxInFlight() == 0 ? Integer.MAX_VALUE : options.maxInFlight();
    }

    @Override
    public void onAssigned(TrackedJob job) {
        jobs.add(job);
        job.deliveryTime().assign(scheduler.nanoTime());
        if (stopping) {
            jobs.release(job, registry::requeue);
        } else if (registry.isLost(job)) {
            // asked after the job was added: who loses a lease lets go of what is there
            jobs.release(job, claims::returnToStore);
        } else if (job.outcome() == null) {
            follow(job);
        } else if (job.isStored()) {
            awaitDelivery(job);
        } else {
            storeOutcome(job);
        }
    }

    private void follow(TrackedJob job) {
        jobs.move(job, JobPhase.FOLLOWING);
        boolean isListenedTo = options.consumeProgress() || job.listener() != null;
        follower.follow(job, isListenedTo ? progress -> onProgress(job, progress) : null)
                .whenComplete((result, failure) -> onCompleted(job, result, CompletionExceptions.unwrap(failure)));
    }

    private void onProgress(TrackedJob job, JobProgress progress) {
        if (job.listener() != null) {
            job.listener().progress(progress);
        }
        // the end itself is told by the outcome
        if (options.consumeProgress() && progress.state() != JobState.DONE && progress.state() != JobState.FAILED) {
            deliveries.progress(job, progress);
        }
    }

    private void onCompleted(TrackedJob job, JobResult result, Throwable failure) {
        if (failure instanceof ClientClosedException) {
            if (!stopping) {
                follower.onClientClosed();
            }
            // the job goes on at the server, and with whoever follows it next
            jobs.release(job, registry::requeue);
            return;
        }
        if (!jobs.contains(job)) {
            if (store != null) {
                storeThreads.execute(() -> unstorable.onLateEnd(job, result, failure));
            }
            return;
        }
        job.end(failure == null ? new JobOutcome.Done(result) : JobOutcome.Failed.of(job.job(), failure));
        if (failure instanceof ResultLostException && job.isRecovered() && !stopping) {
            // whoever followed the job before, and is about to end, may have the result on its way to the store
            jobs.move(job, JobPhase.STORING);
            retry(
                    job,
                    () -> store(job),
                    "Job {} ended without its result; the next start finds out whether it was stored");
        } else {
            storeOutcome(job);
        }
    }

    // ---- step 2: store

    private void storeOutcome(TrackedJob job) {
        if (store == null) {
            awaitDelivery(job);
        } else {
            jobs.move(job, JobPhase.STORING);
            storeThreads.execute(() -> store(job));
        }
    }

    void store(TrackedJob job) {
        store.complete(job.toRecord())
                .<Void>handle((stored, failure) -> {
                    onStored(job, stored, failure);
                    return null;
                })
                .exceptionally(bug -> RoutedJobs.stuck(job, bug));
    }

    private void onStored(TrackedJob job, StoredJob stored, Throwable failure) {
        if (failure != null) {
            storeThreads.execute(() -> unstorable.onStoreFailure(job, failure));
            return;
        }
        storeHealth.succeeded();
        if (stored == null) {
            LOG.warn("Job {} is no longer in the jobRepository: another consumer has its result", job.key());
            end(job);
            return;
        }
        job.replaceOutcome(stored.outcome());
        job.markStored();
        awaitDelivery(job);
    }

    // ---- step 3: deliver

    void awaitDelivery(TrackedJob job) {
        jobs.move(job, JobPhase.WAITING);
        job.outcomePersisted().complete(null);
        deliverWhenDue(job);
    }

    private void deliverWhenDue(TrackedJob job) {
        Duration wait = schedule.untilDue(job, scheduler.nanoTime());
        if (wait.isZero()) {
            deliveries.outcome(job);
        } else if (jobs.contains(job)) {
            scheduler.schedule(() -> deliverWhenDue(job), wait);
        }
    }

    @Override
    public void deliver(TrackedJob job, JobProgress progress, Runnable done) {
        if (progress != null) {
            deliverProgress(job, progress, done);
        } else {
            deliverOutcome(job, done);
        }
    }

    private void deliverProgress(TrackedJob job, JobProgress progress, Runnable done) {
        jobs.begin();
        if (stopping || !jobs.contains(job) || registry.isLost(job) || !registry.isLeaseValid()) {
            jobs.end();
            done.run();
            return;
        }
        router.routeProgress(job, progress, delivery -> {
            if (delivery.failure() != null) {
                delivery.report("A progress exchange failed; the job goes on");
            }
            jobs.end();
            done.run();
        });
    }

    private void deliverOutcome(TrackedJob job, Runnable done) {
        if (!jobs.move(job, JobPhase.DELIVERING)) {
            done.run();
        } else if (stopping) {
            // the stop gives it back
            waitAgain(job);
            done.run();
        } else if (registry.isLost(job)) {
            done.run();
            end(job);
        } else if (!registry.isLeaseValid()) {
            boolean waits = waitAgain(job);
            done.run();
            if (waits) {
                deliverWhenDue(job);
            }
        } else if (job.deliveries().count() > options.maximumRedeliveries()) {
            done.run();
            undeliverable.onRedeliveryExhausted(job, null);
        } else if (job.deliveries().begins() && !undeliverable.storeDeliveryCount(job)) {
            done.run();
            end(job);
        } else {
            router.routeOutcome(job, delivery -> {
                // the next delivery may begin: what follows takes the time of a store or of a delay
                done.run();
                if (delivery.failure() == null) {
                    removeSoon(job);
                } else {
                    undeliverable.onRouteFailure(job, delivery);
                }
            });
        }
    }

    /** Routes the outcome again, later. */
    void redeliver(TrackedJob job) {
        if (waitAgain(job)) {
            scheduler.schedule(() -> deliveries.outcome(job), schedule.redeliveryDelay(job));
        }
    }

    /** False if its handler has let go of the job meanwhile: it is given back. */
    private boolean waitAgain(TrackedJob job) {
        boolean waits = jobs.move(job, JobPhase.WAITING);
        if (!waits) {
            giveBack(job);
        }
        return waits;
    }

    // ---- step 4: remove

    void removeSoon(TrackedJob job) {
        if (store == null) {
            end(job);
        } else {
            jobs.move(job, JobPhase.REMOVING);
            job.clearRefusals();
            storeThreads.execute(() -> routed.remove(job));
        }
    }

    /** The store has been told what has come of the job, or need not know. */
    void end(TrackedJob job) {
        jobs.release(job, registry::ended);
        if (store != null) {
            claims.finished(job, true);
        }
    }

    /** Runs the step again, later. While the consumer stops there is no later, as the message says. */
    void retry(TrackedJob job, Runnable step, String messageAtStop) {
        if (stopping) {
            LOG.warn(messageAtStop, job.job().jobId());
            giveBack(job);
        } else {
            retries.later(step);
        }
    }

    @Override
    public void onLeaseLost() {
        jobs.releaseIf(registry::isLost, claims::lost);
    }

    @Override
    public void onLeaseRenewed() {
        follower.resume();
    }

    // ---- lease, start and stop

    /** Lets deliveries begin. */
    public void resume() {
        deliveries.resume();
    }

    /** Begins no delivery. Jobs are followed and stored all the same. */
    public void suspend() {
        deliveries.pause();
    }

    /** Begins no delivery any more, and takes no job. The registry must have been told before. */
    public void beginStop() {
        stopping = true;
        deliveries.pause();
    }

    /** What waits to be retried is tried now, and not again. */
    public void retryNow() {
        retries.stop();
    }

    /**
     * Waits until no job is active.
     *
     * @return false if the time is over before
     */
    public boolean awaitQuiescence(Duration timeout) throws InterruptedException {
        return jobs.awaitQuiescence(timeout);
    }

    /** Gives back the jobs that it still has. Blocks, if there is a store. */
    public void requeueAll() {
        jobs.releaseAll(registry::requeue);
        registry.releaseNow();
    }

    /** Whoever has it next takes it up, even if the stop has let go of it before. */
    private void giveBack(TrackedJob job) {
        if (claims == null) {
            jobs.release(job, registry::requeue);
        } else if (!jobs.release(job, claims::returnToStore)) {
            claims.finished(job, false);
        }
    }

    boolean isStopping() {
        return stopping;
    }

    /** Jobs that it has, whatever their phase. */
    public int size() {
        return jobs.size();
    }

    /** Outcomes that wait for their turn. */
    public int queued() {
        return deliveries.waiting();
    }

    /** Exchanges on their way, progress included. */
    public int inflightExchanges() {
        return deliveries.running();
    }
}
