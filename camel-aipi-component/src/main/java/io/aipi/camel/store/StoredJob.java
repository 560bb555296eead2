/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

/**
 * What a {@link JobRepository} holds of a job.
 *
 * @param job the job
 * @param outcome how it has ended, null while it has not. The server hands a result out once: from here on this is the
 *     only copy
 * @param deliveries how often its outcome was given to a route that then failed, or did not live to tell
 * @param owner the {@linkplain JobRepository#renew() lease} under which it was claimed. A job that is given to the repository
 *     with an owner is the caller's only if this is still the one; null stands for the present lease of the instance
 */
public record StoredJob(DetachedJob job, JobOutcome outcome, int deliveries, String owner) {

    /** A job that nobody has claimed, or that the instance has claimed under its present lease. */
    public StoredJob(DetachedJob job, JobOutcome outcome, int deliveries) {
        this(job, outcome, deliveries, null);
    }

    /** The same job with this outcome. */
    public StoredJob withOutcome(JobOutcome outcome) {
        return new StoredJob(job, outcome, deliveries, owner);
    }

    /** The same job, stored without its request id. */
    public StoredJob withoutRequestId() {
        return new StoredJob(job.withoutRequestId(), outcome, deliveries, owner);
    }

    /** The same job, claimed under this lease. */
    public StoredJob withOwner(String owner) {
        return new StoredJob(job, outcome, deliveries, owner);
    }

    /** Without the content of messages, which may be confidential. */
    @Override
    public String toString() {
        return job + (outcome == null ? "" : ", ended") + ", " + deliveries + " deliveries";
    }
}
