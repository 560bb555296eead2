/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.ResultReader;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.ResultLostException;
import java.time.Instant;
import java.util.Map;

/** Jobs and outcomes of the tests. */
final class Samples {

    static final String SERVER = "http://gpu.test";
    static final String ENDPOINT = "llama2_chat";
    static final Instant SUBMITTED = Instant.parse("2026-03-04T05:06:07.089Z");

    private Samples() {}

    /** Without a request id. */
    static StoredJob job(String jobId) {
        return job(jobId, null, SUBMITTED);
    }

    static StoredJob job(String jobId, String requestId) {
        return job(jobId, requestId, SUBMITTED);
    }

    static StoredJob job(String jobId, String requestId, Instant submitted) {
        return job(jobId, requestId, submitted, Map.of("name", "value"), "the prompt of " + jobId);
    }

    static StoredJob job(String jobId, String requestId, Instant submitted, Map<String, Object> headers, Object body) {
        return new StoredJob(
                new DetachedJob(SERVER, ENDPOINT, jobId, requestId, submitted, "exchange-" + jobId, headers, body),
                null,
                0);
    }

    static JobOutcome result(String text) {
        return result(Map.of("text", text));
    }

    static JobOutcome result(Map<String, Object> fields) {
        return new JobOutcome.Done(ResultReader.ofFields(ENDPOINT, "job", fields));
    }

    static JobOutcome failure(String message) {
        return new JobOutcome.Failed(new JobFailedException(message, ErrorContext.of(ENDPOINT, "job")));
    }

    static JobOutcome lost() {
        return new JobOutcome.Failed(
                new ResultLostException("somebody else has it", ErrorContext.of(ENDPOINT, "job"), null));
    }

    /** The text of a job's result. */
    static String text(StoredJob job) {
        return ((JobOutcome.Done) job.outcome()).result().text();
    }
}
