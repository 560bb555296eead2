/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import io.aipi.camel.internal.MessageSerializer;
import io.aipi.client.ResultReader;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ResultLostException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Stored jobs as values of the JDK: text, numbers, booleans, dates, {@code byte[]}, lists and maps of these. Every store can
 * hold them, under the strictest filter of classes, and they outlive changes of this component's classes.
 */
public final class JobCodec {

    private JobCodec() {}

    /**
     * The job as a map, with its result as JSON text.
     *
     * @throws IllegalArgumentException if its body cannot be kept
     */
    public static Map<String, Object> encode(StoredJob stored) {
        DetachedJob job = stored.job();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("server", job.server());
        map.put("endpoint", job.endpoint());
        map.put("jobId", job.jobId());
        map.put("requestId", job.requestId());
        map.put("submitted", job.submitted().toEpochMilli());
        map.put("exchangeId", job.exchangeId());
        map.put("headers", encodeValue(job.headers()));
        if (job.body() != null) {
            map.put("body", encodeValue(job.body()));
        }
        map.putAll(encode(stored.outcome()));
        map.put("deliveries", stored.deliveries());
        return map;
    }

    /**
     * A header, a body, or a field of a result in values of the JDK. {@link io.aipi.client.model.Media} and
     * {@link io.aipi.client.model.AipiRequest} become maps that {@link #decodeValue} knows.
     *
     * @throws IllegalArgumentException if it is of a type that cannot be kept
     */
    public static Object encodeValue(Object value) {
        return MessageSerializer.encode(value)
                .orElseThrow(() -> new IllegalArgumentException("A message body of type "
                        + value.getClass().getName()
                        + " cannot be kept in a jobRepository; convert it to text, bytes or a map first"));
    }

    /** What {@link #encodeValue} was given. */
    public static Object decodeValue(Object encoded) {
        return MessageSerializer.decode(encoded);
    }

    /** A failure in values of the JDK, without stack trace and cause. */
    public static Map<String, Object> encodeFailure(AipiException failure) {
        return FailureCodec.encode(failure);
    }

    /** The failure that {@link #encodeFailure} was given. */
    public static AipiException decodeFailure(Map<?, ?> encoded) {
        return FailureCodec.decode(encoded);
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
    static boolean canBecome(Map<?, ?> encoded, StoredJob stored) {
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
    static StoredJob decode(String key, Map<?, ?> map) {
        StoredJob stored = decode(map);
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
    public static StoredJob decode(Map<?, ?> map) {
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
        return new StoredJob(job, outcome, (Integer) map.get("deliveries"));
    }
}
