/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import io.aipi.client.ResultReader;
import io.aipi.client.error.ResultLostException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Stored jobs as maps of plain JDK values, which every repository can hold; see {@link MessageSerializer}. */
final class JobCodec {

    private JobCodec() {}

    /**
     * The job as a map.
     *
     * @throws IllegalArgumentException if its body cannot be kept
     */
    static Map<String, Object> encode(JobRecord stored) {
        DetachedJob job = stored.job();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("server", job.server());
        map.put("endpoint", job.endpoint());
        map.put("jobId", job.jobId());
        map.put("requestId", job.requestId());
        map.put("submitted", job.submitted().toEpochMilli());
        map.put("exchangeId", job.exchangeId());
        map.put("headers", MessageSerializer.encode(job.headers()).orElseThrow());
        if (job.body() != null) {
            map.put(
                    "body",
                    MessageSerializer.encode(job.body())
                            .orElseThrow(() -> new IllegalArgumentException("A message body of type "
                                    + job.body().getClass().getName()
                                    + " cannot be kept in a jobRepository; convert it to text, bytes or a map first")));
        }
        map.putAll(encode(stored.outcome()));
        map.put("deliveries", stored.deliveries());
        return map;
    }

    private static Map<String, Object> encode(JobOutcome outcome) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (outcome instanceof JobOutcome.Done done) {
            map.put("resultJobId", done.result().jobId());
            map.put("result", done.result().toJson());
        } else if (outcome instanceof JobOutcome.Failed failed) {
            map.put("failure", FailureCodec.encode(failed.failure()));
        }
        return map;
    }

    /** Whether it was encoded from this job, and not from another one of the same name. */
    static boolean isOf(Map<?, ?> encoded, DetachedJob job) {
        return encoded != null
                && Objects.equals(encoded.get("jobId"), job.jobId())
                && Objects.equals(encoded.get("submitted"), job.submitted().toEpochMilli())
                && Objects.equals(encoded.get("exchangeId"), job.exchangeId());
    }

    /**
     * Whether what was encoded has no outcome yet, or this one. A result takes the place of its loss: one who follows the
     * job, too, has seen that it was handed out, and the other one has got it.
     */
    static boolean canBecome(Map<?, ?> encoded, JobRecord stored) {
        Object result = encoded.get("result");
        Object failure = encoded.get("failure");
        boolean lost = failure instanceof Map<?, ?> map
                && ResultLostException.class.getSimpleName().equals(map.get("type"));
        if ((result == null && failure == null) || (lost && stored.outcome() instanceof JobOutcome.Done)) {
            return true;
        }
        Map<String, Object> outcome = encode(stored.outcome());
        return Objects.equals(result, outcome.get("result")) && Objects.equals(failure, outcome.get("failure"));
    }

    /**
     * As {@link #decode(Map)}, of what is stored under the key.
     *
     * @throws IllegalArgumentException if it is the job of another key: it would be removed under that one, and routed again
     *     for ever
     */
    static JobRecord decode(String key, Map<?, ?> map) {
        JobRecord stored = decode(map);
        if (!stored.job().key().equals(key)) {
            throw new IllegalArgumentException(
                    "The entry has the job of another entry: " + stored.job().key());
        }
        return stored;
    }

    /**
     * The job that {@link #encode} was given.
     *
     * @throws RuntimeException if it is nothing that this class wrote
     */
    static JobRecord decode(Map<?, ?> map) {
        String endpoint = (String) map.get("endpoint");
        DetachedJob job = new DetachedJob(
                (String) map.get("server"),
                endpoint,
                (String) map.get("jobId"),
                (String) map.get("requestId"),
                Instant.ofEpochMilli((Long) map.get("submitted")),
                (String) map.get("exchangeId"),
                MessageSerializer.decodeMap((Map<?, ?>) map.get("headers")),
                MessageSerializer.decode(map.get("body")));
        JobOutcome outcome = null;
        if (map.get("result") instanceof String json) {
            outcome = new JobOutcome.Done(ResultReader.read(endpoint, (String) map.get("resultJobId"), json));
        } else if (map.get("failure") instanceof Map<?, ?> failure) {
            outcome = new JobOutcome.Failed(FailureCodec.decode(failure));
        }
        return new JobRecord(job, outcome, (Integer) map.get("deliveries"));
    }
}
