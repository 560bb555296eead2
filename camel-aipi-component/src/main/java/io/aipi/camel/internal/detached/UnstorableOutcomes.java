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
import io.aipi.client.error.JobFailedException;
import io.aipi.client.model.JobResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of outcomes that the store does not take. While the store is away, an outcome waits, and is not delivered. One
 * that the store refuses, although it takes others, is offered again, and then delivered without being stored.
 */
final class UnstorableOutcomes {

    private static final Logger LOG = LoggerFactory.getLogger(UnstorableOutcomes.class);

    /** How often an outcome is offered to a store that takes others. */
    private static final int MAXIMUM_ATTEMPTS = 3;

    private final JobPipeline pipeline;
    private final JobStore store;
    private final StoreHealth storeHealth;

    UnstorableOutcomes(JobPipeline pipeline, JobStore store, StoreHealth storeHealth) {
        this.pipeline = pipeline;
        this.store = store;
        this.storeHealth = storeHealth;
    }

    void onStoreFailure(TrackedJob job, Throwable e) {
        String id = job.job().jobId();
        if (store.isAway()) {
            storeHealth.failed(
                    "Result of job " + id + " cannot be stored yet and is not routed before; storing is retried", e);
            retry(job);
            return;
        }
        // it must not keep the polls of others waiting
        job.outcomePersisted().complete(null);
        if (job.countRefusal() < MAXIMUM_ATTEMPTS) {
            LOG.warn("The jobRepository refuses the result of job {}; storing is retried", id, e);
            retry(job);
        } else {
            LOG.error(
                    "The jobRepository refuses the result of job {}, which may be too large for it. The result is routed"
                            + " without being stored, and is lost if the process ends before that",
                    id,
                    e);
            pipeline.awaitDelivery(job);
        }
    }

    private void retry(TrackedJob job) {
        pipeline.retry(
                job,
                () -> pipeline.store(job),
                "Result of job {} could not be stored before the consumer stopped and is lost");
    }

    /**
     * A job has ended after this process has let go of it, as by a lost lease. The server hands out results and workers' failures
     * once: whoever has the job now cannot have them from there.
     */
    void onLateEnd(TrackedJob job, JobResult result, Throwable failure) {
        if (result == null && !(failure instanceof JobFailedException)) {
            return;
        }
        String id = job.job().jobId();
        JobOutcome outcome = result != null ? new JobOutcome.Done(result) : JobOutcome.Failed.of(job.job(), failure);
        store.complete(job.toRecord().withOutcome(outcome)).whenComplete((stored, refusal) -> {
            if (refusal == null) {
                LOG.info(
                        "Job {} has ended after its consumer has let go of it. Its result is left to whoever has it now",
                        id);
            } else {
                LOG.error(
                        "Job {} has ended after its consumer has let go of it, and its result cannot be stored",
                        id,
                        refusal);
            }
        });
    }
}
