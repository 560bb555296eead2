/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.DetachedJob;
import java.time.Instant;
import java.util.Objects;

/**
 * Which job is meant: not another one that has been stored under the same request id before or after.
 *
 * @param key its {@link #column}
 */
record JobIdentity(String key, String jobId, String exchangeId, Instant submitted) {

    /** Length of the column. */
    private static final int LONGEST_KEY = 500;

    private static final int LONGEST_REF = 200;

    static JobIdentity of(DetachedJob job) {
        return new JobIdentity(column(job.key()), job.jobId(), job.exchangeId(), millis(job.submitted()));
    }

    /** The row of a request id. */
    static String column(String server, String endpoint, String requestId) {
        return column(DetachedJob.key(server, endpoint, requestId));
    }

    /** A job's key as it is stored. */
    static String column(String key) {
        return Names.key(key, LONGEST_KEY);
    }

    private static Instant millis(Instant time) {
        return Instant.ofEpochMilli(time.toEpochMilli());
    }

    /** By which the jobs of a server's id are found; null for no id. */
    static String ref(String jobId) {
        return jobId == null ? null : Names.key(jobId, LONGEST_REF);
    }

    /** Whether the row is of this job. */
    boolean isOf(JobRow row) {
        return Objects.equals(jobId, row.jobId())
                && Objects.equals(exchangeId, row.exchangeId())
                && submitted.equals(row.submitted());
    }
}
