/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** A job to store. What is not set is of no other job, and submitted after all that were made before. */
final class JobBuilder {

    private static final AtomicLong NUMBERS = new AtomicLong();

    private String server;
    private String endpoint;
    private String jobId = "uuid#" + UUID.randomUUID();
    private String requestId;
    private Instant submitted;
    private String exchangeId;
    private Map<String, Object> headers = Map.of();
    private Object body = "prompt";

    JobBuilder(String server, String endpoint) {
        this.server = server;
        this.endpoint = endpoint;
        long number = NUMBERS.incrementAndGet();
        this.submitted = Instant.parse("2026-01-01T00:00:00Z").plusMillis(number);
        this.exchangeId = "exchange-" + number;
    }

    JobBuilder at(String server) {
        this.server = server;
        return this;
    }

    JobBuilder of(String endpoint) {
        this.endpoint = endpoint;
        return this;
    }

    JobBuilder jobId(String jobId) {
        this.jobId = jobId;
        return this;
    }

    JobBuilder exchangeId(String exchangeId) {
        this.exchangeId = exchangeId;
        return this;
    }

    JobBuilder requestId(String requestId) {
        this.requestId = requestId;
        return this;
    }

    JobBuilder submitted(Instant submitted) {
        this.submitted = submitted;
        return this;
    }

    JobBuilder headers(Map<String, Object> headers) {
        this.headers = headers;
        return this;
    }

    JobBuilder body(Object body) {
        this.body = body;
        return this;
    }

    StoredJob ended(JobOutcome outcome) {
        return build().withOutcome(outcome);
    }

    StoredJob build() {
        return new StoredJob(
                new DetachedJob(server, endpoint, jobId, requestId, submitted, exchangeId, headers, body), null, 0);
    }
}
