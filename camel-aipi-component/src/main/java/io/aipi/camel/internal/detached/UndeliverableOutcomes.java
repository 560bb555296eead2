/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.JobOutcome;
import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.StoreHealth;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.spi.CompletionExceptions;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of outcomes whose route has failed too often: the dead letter endpoint gets them, or the store keeps them. */
final class UndeliverableOutcomes {

    private static final Logger LOG = LoggerFactory.getLogger(UndeliverableOutcomes.class);

    private final JobPipeline pipeline;
    private final HeldJobs jobs;
    private final String endpointName;
    private final JobRegistry registry;
    private final JobStore store;
    private final StoreHealth storeHealth;
    private final JobRouter router;
    private final Executor storeThreads;
    private final Retries retries;

    UndeliverableOutcomes(
            JobPipeline pipeline,
            HeldJobs jobs,
            String endpointName,
            JobRegistry registry,
            StoreHealth storeHealth,
            JobRouter router,
            Executor storeThreads,
            Retries retries) {
        this.pipeline = pipeline;
        this.jobs = jobs;
        this.endpointName = endpointName;
        this.registry = registry;
        this.store = registry.store();
        this.storeHealth = storeHealth;
        this.router = router;
        this.storeThreads = storeThreads;
        this.retries = retries;
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
            jobs.release(job, registry::ended);
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
                    endpointName);
            job.replaceOutcome(new JobOutcome.Failed(new ResultLostException(
                    "The jobRepository refused the result, which may be too large for it, and no route took it",
                    ErrorContext.of(job.job().endpoint(), id),
                    null)));
        } else {
            LOG.error(
                    "Result of job {} cannot be routed, and there is no deadLetterUri. It stays in the jobRepository, and"
                            + " is routed again when a consumer of {} starts anew",
                    id,
                    endpointName);
        }
        // with the old number of deliveries, the next start would not route it either
        job.deliveries().reset();
        storeParked(job, isLost);
    }

    private void storeParked(TrackedJob job, boolean isLost) {
        String id = job.job().jobId();
        try {
            store.update(job.toRecord());
        } catch (RuntimeException | Error e) {
            if (isLost) {
                storeHealth.failed(
                        "Loss of the result of job " + id + " cannot be stored; the next start finds out by itself", e);
            } else if (store.isAway()) {
                storeHealth.failed("Failed deliveries of job " + id + " cannot be reset yet; resetting is retried", e);
                pipeline.retry(
                        job,
                        () -> storeParked(job, false),
                        "Failed deliveries of job {} could not be reset before the consumer stopped; they count at the"
                                + " next start");
                return;
            } else {
                // the store works but for this entry, which must not take the place of others meanwhile
                LOG.debug("Failed deliveries of job {} are not reset yet", id, e);
                jobs.release(job, registry::park);
                resetLater(job);
                return;
            }
        }
        jobs.release(job, registry::park);
    }

    private void resetLater(TrackedJob job) {
        if (!pipeline.isStopping()) {
            retries.later(() -> reset(job));
        }
    }

    /** Of a job that is parked, and not of one that a new start has taken up again. */
    private void reset(TrackedJob job) {
        if (!registry.isParked(job.key())) {
            return;
        }
        try {
            store.update(job.toRecord());
        } catch (RuntimeException | Error e) {
            LOG.debug("Failed deliveries of job {} are not reset yet", job.job().jobId(), e);
            resetLater(job);
        }
    }
}
