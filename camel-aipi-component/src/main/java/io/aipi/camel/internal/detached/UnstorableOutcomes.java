/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.StoreHealth;
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
        if (!isStoreWritable(job)) {
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

    /** Whether the store works, but for this outcome. */
    private boolean isStoreWritable(TrackedJob job) {
        try {
            // what is there, which may be the outcome: an access that failed may have done its work all the same
            store.probeWrite(job.job());
            return true;
        } catch (RuntimeException | Error e) {
            return false;
        }
    }
}
