/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.error.ResultLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Failures as maps of plain Java values, which every repository can hold and give back under the strictest filter, and
 * which outlive changes of the exception classes. Stack trace and cause are not kept.
 */
final class FailureCodec {

    private FailureCodec() {}

    static Map<String, Object> encode(AipiException failure) {
        Map<String, Object> map = new HashMap<>();
        map.put("type", failure.getClass().getSimpleName());
        map.put("endpoint", failure.getEndpoint());
        map.put("jobId", failure.getJobId());
        map.put("httpStatus", failure.getHttpStatus());
        map.put("message", withoutContext(failure));
        if (failure instanceof InvalidRequestException invalid) {
            map.put("messages", new ArrayList<>(invalid.getMessages()));
        } else if (failure instanceof JobFailedException failed) {
            map.put("workerMessage", failed.getWorkerMessage());
        } else if (failure instanceof JobLapsedException lapsed) {
            map.put("reason", lapsed.getReason().name());
        } else if (failure instanceof QueueFullException full && full.getRetryAfter() != null) {
            map.put("retryAfterMillis", full.getRetryAfter().toMillis());
        } else if (failure instanceof ConnectionFailedException broken) {
            map.put("requestSent", broken.isRequestSent());
        } else if (failure instanceof EndpointUnavailableException || failure instanceof AuthenticationException) {
            map.put("retryable", failure.isRetryable());
        }
        return map;
    }

    /** The constructors append the context to the message; what is kept is what they were given. */
    private static String withoutContext(AipiException failure) {
        String message = failure.getMessage();
        String context = context(failure.getEndpoint(), failure.getJobId(), failure.getHttpStatus())
                .describe();
        return message.endsWith(context) ? message.substring(0, message.length() - context.length()) : message;
    }

    static AipiException decode(Map<?, ?> map) {
        ErrorContext context = context(map.get("endpoint"), map.get("jobId"), (Integer) map.get("httpStatus"));
        String message = String.valueOf(map.get("message"));
        return switch (String.valueOf(map.get("type"))) {
            case "AuthenticationException" ->
                new AuthenticationException(message, Boolean.TRUE.equals(map.get("retryable")), context);
            case "ClientClosedException" -> new ClientClosedException(message, context);
            case "ConnectionFailedException" ->
                new ConnectionFailedException(message, Boolean.TRUE.equals(map.get("requestSent")), context, null);
            case "EndpointUnavailableException" ->
                new EndpointUnavailableException(message, Boolean.TRUE.equals(map.get("retryable")), context);
            case "InvalidRequestException" -> new InvalidRequestException(messages(map, message), context);
            case "JobFailedException" -> new JobFailedException(String.valueOf(map.get("workerMessage")), context);
            case "JobLapsedException" ->
                new JobLapsedException(
                        message, JobLapsedException.Reason.valueOf(String.valueOf(map.get("reason"))), context);
            case "JobTimeoutException" -> new JobTimeoutException(message, context);
            case "NotAllowedException" -> new NotAllowedException(message, context);
            case "QueueFullException" ->
                new QueueFullException(
                        message,
                        map.get("retryAfterMillis") instanceof Long millis ? Duration.ofMillis(millis) : null,
                        context);
            case "ResultLostException" -> new ResultLostException(message, context, null);
            default -> new ProtocolViolationException(message, context, null);
        };
    }

    private static List<String> messages(Map<?, ?> map, String message) {
        return map.get("messages") instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(message);
    }

    private static ErrorContext context(Object endpoint, Object jobId, Integer httpStatus) {
        return new ErrorContext((String) endpoint, (String) jobId, httpStatus);
    }
}
