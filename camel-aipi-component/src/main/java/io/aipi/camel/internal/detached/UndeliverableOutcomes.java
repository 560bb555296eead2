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
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.spi.CompletionExceptions;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of outcomes whose route fails: they are routed again, some times. Then the dead letter endpoint gets them, or
 * the store keeps them.
 */
final class UndeliverableOutcomes {

    private static final Logger LOG = LoggerFactory.getLogger(UndeliverableOutcomes.class);

    private final JobPipeline pipeline;
    private final HeldJobs jobs;
    private final PipelineOptions options;
    private final JobRegistry registry;
    private final JobStore store;
    private final StoreHealth storeHealth;
    private final JobRouter router;
    private final Executor storeThreads;
    private final Retries retries;

    UndeliverableOutcomes(
            JobPipeline pipeline,
            HeldJobs jobs,
            PipelineOptions options,
            JobRegistry registry,
            StoreHealth storeHealth,
            JobRouter router,
            Executor storeThreads,
            Retries retries) {
        this.pipeline = pipeline;
        this.jobs = jobs;
        this.options = options;
        this.registry = registry;
        this.store = registry.store();
        this.storeHealth = storeHealth;
        this.router = router;
        this.storeThreads = storeThreads;
        this.retries = retries;
    }

    void onRouteFailure(TrackedJob job, JobRouter.Delivery delivery) {
        job.deliveries().failed();
        int count = job.deliveries().count();
        int most = options.maximumRedeliveries();
        delivery.report("Routing the outcome of the job " + job.job().jobId() + " failed; "
                + (count > most ? "it is not routed again" : "it is routed again (" + count + " of " + most + ")"));
        if (count > most) {
            onRedeliveryExhausted(job, delivery.failure());
        } else if (store != null) {
            storeThreads.execute(() -> {
                if (storeDeliveryCount(job)) {
                    pipeline.redeliver(job);
                } else {
                    pipeline.end(job);
                }
            });
        } else {
            pipeline.redeliver(job);
        }
    }

    /** So that the number of deliveries is bounded over restarts, too. False if the job is no longer this process's. */
    boolean storeDeliveryCount(TrackedJob job) {
        try {
            if (!store.deliver(job.toRecord())) {
                LOG.warn(
                        "Job {} is somebody else's by now, or was removed. It is not routed again here",
                        job.job().jobId());
                return false;
            }
            job.markStored();
        } catch (RuntimeException | Error e) {
            LOG.debug(
                    "A failed delivery of job {} is not counted in the jobRepository",
                    job.job().jobId(),
                    e);
        }
        return true;
    }

    /** {@code failure} may be null. */
    void onRedeliveryExhausted(TrackedJob job, Throwable failure) {
        if (router.hasDeadLetterEndpoint()) {
            jobs.move(job, JobPhase.DEAD_LETTERING);
            sendToDeadLetter(job, failure);
        } else if (store != null) {
            jobs.move(job, JobPhase.PARKING);
            storeThreads.execute(() -> park(job));
        } else {
            LOG.error(
                    "Result of job {} is dropped: it cannot be routed, and there is neither a deadLetterUri nor a"
                            + " jobRepository",
                    job.job().jobId());
            router.lost(job);
            pipeline.end(job);
        }
    }

    private void sendToDeadLetter(TrackedJob job, Throwable failure) {
        router.sendToDeadLetter(job, failure).whenComplete((sent, refusal) -> {
            if (refusal == null) {
                pipeline.removeSoon(job);
                return;
            }
            LOG.warn(
                    "The dead letter endpoint does not take the result of job {}; sending is retried",
                    job.job().jobId(),
                    CompletionExceptions.unwrap(refusal));
            pipeline.retry(
                    job,
                    () -> sendToDeadLetter(job, failure),
                    "Result of job {} was not taken by the dead letter endpoint before the consumer stopped; the next"
                            + " start tries again");
        });
    }

    /** The store keeps the outcome for the next start. One that it has refused is lost, and the store is told so. */
    private void park(TrackedJob job) {
        String id = job.job().jobId();
        boolean isLost = !job.isStored();
        if (isLost) {
            LOG.error(
                    "Result of job {} is lost: the jobRepository refuses it, the route fails with it, and there is no"
                            + " deadLetterUri. The message that was submitted stays in the repository, and is routed as a"
                            + " failure when a consumer of {} starts anew",
                    id,
                    options.endpointName());
            job.replaceOutcome(new JobOutcome.Failed(new ResultLostException(
                    "The jobRepository refused the result, which may be too large for it, and no route took it",
                    ErrorContext.of(job.job().endpoint(), id),
                    null)));
            router.lost(job);
        } else {
            LOG.error(
                    "Result of job {} cannot be routed, and there is no deadLetterUri. It stays in the jobRepository, and"
                            + " is routed again when a consumer of {} starts anew",
                    id,
                    options.endpointName());
        }
        // with the old number of deliveries, the next start would not route it either
        job.deliveries().reset();
        storeParked(job, isLost);
    }

    private void storeParked(TrackedJob job, boolean isLost) {
        String id = job.job().jobId();
        try {
            store.park(job.toRecord());
        } catch (RuntimeException | Error e) {
            if (store.isAway()) {
                storeHealth.failed("Job " + id + " cannot be left alone in the jobRepository yet; this is retried", e);
                pipeline.retry(
                        job,
                        () -> storeParked(job, isLost),
                        isLost
                                ? "Loss of the result of job {} could not be stored before the consumer stopped; the next"
                                        + " start finds out by itself"
                                : "Failed deliveries of job {} could not be reset before the consumer stopped; they count at"
                                        + " the next start");
                return;
            }
            // the store works but for this entry, which must not take the place of others meanwhile
            LOG.debug("Failed deliveries of job {} are not reset yet", id, e);
            pipeline.end(job);
            parkLater(job);
            return;
        }
        pipeline.end(job);
    }

    /** Parks a job that the store has refused to park. It stays claimed until then, so that nobody gets it. */
    void parkLater(TrackedJob job) {
        if (pipeline.isStopping()) {
            // the next start may have it
            registry.claims().release(job);
        } else {
            retries.later(() -> parkAgain(job));
        }
    }

    private void parkAgain(TrackedJob job) {
        try {
            store.park(job.toRecord());
        } catch (RuntimeException | Error e) {
            LOG.debug("Job {} cannot be parked yet: {}", job.job().jobId(), e.toString());
            parkLater(job);
        }
    }
}
