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
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What of a stored job has to come back, in values that can be compared: with types, and with the content of arrays. */
final class Described {

    /** Longer texts and arrays are described by length and hash, so that a failed comparison can be read. */
    private static final int LONG = 1000;

    private Described() {}

    static Map<String, Object> of(StoredJob stored) {
        DetachedJob job = stored.job();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("server", job.server());
        facts.put("endpoint", job.endpoint());
        facts.put("jobId", job.jobId());
        facts.put("requestId", job.requestId());
        facts.put("submitted", job.submitted().toEpochMilli());
        facts.put("exchangeId", job.exchangeId());
        facts.put("headers", value(job.headers()));
        facts.put("body", value(job.body()));
        facts.put("outcome", outcome(stored.outcome()));
        facts.put("deliveries", stored.deliveries());
        return facts;
    }

    static Object outcome(JobOutcome outcome) {
        if (outcome instanceof JobOutcome.Done done) {
            return result(done.result());
        }
        return outcome instanceof JobOutcome.Failed failed ? failure(failed.failure()) : "none";
    }

    private static Object result(JobResult result) {
        return Arrays.asList(
                result.endpoint(),
                result.jobId(),
                value(result.text()),
                value(result.media()),
                result.seed(),
                result.computeDuration(),
                result.totalDuration(),
                result.worker(),
                value(result.fields()));
    }

    private static Object failure(AipiException failure) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("type", failure.getClass().getName());
        facts.put("message", failure.getMessage());
        facts.put("endpoint", failure.getEndpoint());
        facts.put("jobId", failure.getJobId());
        facts.put("httpStatus", failure.getHttpStatus());
        facts.put("retryable", failure.isRetryable());
        if (failure instanceof InvalidRequestException invalid) {
            facts.put("messages", invalid.getMessages());
        } else if (failure instanceof JobFailedException failed) {
            facts.put("workerMessage", failed.getWorkerMessage());
        } else if (failure instanceof JobLapsedException lapsed) {
            facts.put("reason", lapsed.getReason());
        } else if (failure instanceof QueueFullException full) {
            facts.put("retryAfter", full.getRetryAfter());
        } else if (failure instanceof ConnectionFailedException broken) {
            facts.put("requestSent", broken.isRequestSent());
        }
        return facts;
    }

    private static Object value(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> values = new LinkedHashMap<>();
            map.forEach((name, each) -> values.put(String.valueOf(name), value(each)));
            return values;
        }
        if (value instanceof Collection<?> collection) {
            return collection.stream().map(Described::value).toList();
        }
        if (value instanceof Media media) {
            return Arrays.asList("Media", media.name(), media.mediaType(), value(media.bytes()));
        }
        if (value instanceof AipiRequest request) {
            return Arrays.asList("AipiRequest", request.prompt(), value(request.parameters()), request.parametersWin());
        }
        if (value instanceof byte[] bytes) {
            return bytes.length <= LONG
                    ? "bytes " + HexFormat.of().formatHex(bytes)
                    : bytes.length + " bytes of hash " + Arrays.hashCode(bytes);
        }
        if (value instanceof String text && text.length() > LONG) {
            return text.length() + " characters of hash " + text.hashCode();
        }
        return value == null ? "null" : List.of(value.getClass().getName(), value);
    }
}
