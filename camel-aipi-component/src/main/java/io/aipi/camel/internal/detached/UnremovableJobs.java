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

/** What becomes of jobs that were routed and that the store does not remove: they are not routed again before the next start. */
final class UnremovableJobs {

    private static final Logger LOG = LoggerFactory.getLogger(UnremovableJobs.class);

    /** How often a store that works is asked to remove a job. */
    private static final int MAXIMUM_REMOVALS = 3;

    private final JobPipeline pipeline;
    private final HeldJobs jobs;
    private final String endpointName;
    private final JobRegistry registry;
    private final JobStore store;
    private final StoreHealth storeHealth;

    UnremovableJobs(
            JobPipeline pipeline, HeldJobs jobs, String endpointName, JobRegistry registry, StoreHealth storeHealth) {
        this.pipeline = pipeline;
        this.jobs = jobs;
        this.endpointName = endpointName;
        this.registry = registry;
        this.store = registry.store();
        this.storeHealth = storeHealth;
    }

    void onStoreFailure(TrackedJob job, Throwable e) {
        String id = job.job().jobId();
        if (!store.isAway() && job.countRefusal() >= MAXIMUM_REMOVALS) {
            // the store works but for this entry, which must not take the place of others
            LOG.error(
                    "Job {} has been routed but cannot be removed from the jobRepository. It stays there, and is routed"
                            + " again when a consumer of {} starts anew",
                    id,
                    endpointName,
                    e);
            leaveAlone(job);
            jobs.release(job, registry::ended);
            return;
        }
        storeHealth.failed("Job " + id + " has been routed but cannot be removed yet; removing is retried", e);
        pipeline.retry(
                job,
                () -> pipeline.remove(job),
                "Job {} was routed but could not be removed before the consumer stopped; it is routed again at the next"
                        + " start");
    }

    private void leaveAlone(TrackedJob job) {
        try {
            store.park(job.toRecord());
        } catch (RuntimeException | Error e) {
            LOG.debug("Job {} cannot be parked either: {}", job.job().jobId(), e.toString());
        }
    }
}
