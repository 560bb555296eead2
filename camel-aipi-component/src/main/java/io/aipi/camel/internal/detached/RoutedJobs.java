/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.StoreHealth;
import io.aipi.camel.store.StoredJob;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jobs that were routed leave the store. Those that it does not remove are not routed again before the next start. */
final class RoutedJobs {

    private static final Logger LOG = LoggerFactory.getLogger(RoutedJobs.class);

    /** How often a store that works is asked to remove a job. */
    private static final int MAXIMUM_REMOVALS = 3;

    private final JobPipeline pipeline;
    private final UndeliverableOutcomes undeliverable;
    private final String endpointName;
    private final JobStore store;
    private final StoreHealth storeHealth;
    private final Executor storeThreads;

    RoutedJobs(
            JobPipeline pipeline,
            UndeliverableOutcomes undeliverable,
            String endpointName,
            JobStore store,
            StoreHealth storeHealth,
            Executor storeThreads) {
        this.pipeline = pipeline;
        this.undeliverable = undeliverable;
        this.endpointName = endpointName;
        this.store = store;
        this.storeHealth = storeHealth;
        this.storeThreads = storeThreads;
    }

    void remove(TrackedJob job) {
        StoredJob asked = job.toRecord();
        store.remove(asked)
                .<Void>handle((removed, failure) -> {
                    onAnswer(job, asked, removed, failure);
                    return null;
                })
                .exceptionally(bug -> stuck(job, bug));
    }

    /** On a thread that must not be blocked. */
    private void onAnswer(TrackedJob job, StoredJob asked, Boolean removed, Throwable failure) {
        if (failure != null) {
            storeThreads.execute(() -> onStoreFailure(job, failure));
        } else if (!removed && !Objects.equals(asked.owner(), job.owner())) {
            // it was claimed anew here in between
            storeThreads.execute(() -> remove(job));
        } else {
            onRemoved(job, removed);
        }
    }

    /** What nobody has thought of must not vanish with a future. Gives null. */
    static Void stuck(TrackedJob job, Throwable bug) {
        LOG.error(
                "Job {} does not go on in this process; the next start takes it up",
                job.job().jobId(),
                bug);
        return null;
    }

    private void onRemoved(TrackedJob job, boolean removed) {
        if (!removed) {
            LOG.warn(
                    "Job {} was routed, and was somebody else's by then: its claim ran out in the middle of the route. It"
                            + " may be routed twice",
                    job.job().jobId());
        }
        storeHealth.succeeded();
        pipeline.end(job);
    }

    private void onStoreFailure(TrackedJob job, Throwable e) {
        String id = job.job().jobId();
        if (!store.isAway() && job.countRefusal() >= MAXIMUM_REMOVALS) {
            // the store works but for this entry, which must not take the place of others
            LOG.error(
                    "Job {} has been routed but cannot be removed from the jobRepository. It stays there, and is routed"
                            + " again when a consumer of {} starts anew",
                    id,
                    endpointName,
                    e);
            pipeline.end(job);
            leaveAlone(job);
            return;
        }
        storeHealth.failed("Job " + id + " has been routed but cannot be removed yet; removing is retried", e);
        pipeline.retry(
                job,
                () -> remove(job),
                "Job {} was routed but could not be removed before the consumer stopped; it is routed again at the next"
                        + " start");
    }

    private void leaveAlone(TrackedJob job) {
        try {
            store.park(job.toRecord());
        } catch (RuntimeException | Error e) {
            LOG.debug("Job {} cannot be parked either: {}", job.job().jobId(), e.toString());
            undeliverable.parkLater(job);
        }
    }
}
