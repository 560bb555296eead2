/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.error.ResultLostException;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Maps exceptions to HTTP responses: what the sender can use is told, what is the gateway's own business is not. */
@RestControllerAdvice
public final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    /** Where the server does not say for how long it wants to be left alone. */
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(5);

    private static final Map<Class<? extends AipiException>, String> WORDS = Map.of(
            AuthenticationException.class, "The gateway is not allowed to use the server",
            NotAllowedException.class, "The gateway is not allowed to use this model",
            QueueFullException.class, "The model's queue is full",
            EndpointUnavailableException.class, "The model is not available",
            ConnectionFailedException.class, "The server cannot be reached",
            ProtocolViolationException.class, "The server's answer was not understood",
            JobLapsedException.class, "The server has given the job up, or has forgotten it by a restart",
            ResultLostException.class, "The job is done, but its result is lost",
            JobTimeoutException.class, "There was no result in time",
            ClientClosedException.class, "The gateway is being stopped");

    /** For Spring. */
    Problems() {}

    /** What is wrong with the request itself is told by Spring. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> of(Exception raised) {
        Exception failure = told(raised);
        HttpStatus status = status(failure);
        if (status.is5xxServerError()) {
            LOG.warn("A request was answered with {}", status, failure);
        }
        Job.Failure told = failure(failure);
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, told.reason());
        problem.setProperty("error", told.type());
        problem.setProperty("retryable", told.retryable());
        if (failure instanceof InvalidRequestException invalid) {
            problem.setProperty("messages", invalid.getMessages());
        }
        ResponseEntity.BodyBuilder response = ResponseEntity.status(status);
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            long seconds = Math.max(1, patience(failure).toSeconds());
            response.header(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        }
        return response.body(problem);
    }

    /** The failure itself: Camel wraps the one of a model's first use, in which {@code toD} begins with its login. */
    public static Exception told(Exception raised) {
        for (Throwable cause = raised; cause != null; cause = cause.getCause()) {
            if (cause instanceof AipiException known) {
                return known;
            }
        }
        return raised;
    }

    /** With which status a failure is told. */
    public static HttpStatus status(Exception failure) {
        if (failure instanceof InvalidRequestException) {
            return HttpStatus.BAD_REQUEST;
        }
        if (failure instanceof QueueFullException || failure instanceof ClientClosedException) {
            return HttpStatus.SERVICE_UNAVAILABLE;
        }
        if (failure instanceof EndpointUnavailableException unavailable && unavailable.isRetryable()) {
            return HttpStatus.SERVICE_UNAVAILABLE;
        }
        if (failure instanceof JobTimeoutException) {
            return HttpStatus.GATEWAY_TIMEOUT;
        }
        return failure instanceof AipiException ? HttpStatus.BAD_GATEWAY : HttpStatus.INTERNAL_SERVER_ERROR;
    }

    /** After which time a request can be sent again. */
    public static Duration patience(Exception failure) {
        return failure instanceof QueueFullException full && full.getRetryAfter() != null
                ? full.getRetryAfter()
                : USUAL_PATIENCE;
    }

    /** What a sender may know of a failure. */
    static Job.Failure failure(Exception failure) {
        if (failure instanceof AipiException known) {
            return new Job.Failure(known.getClass().getSimpleName(), reason(known), known.isRetryable());
        }
        return new Job.Failure("InternalError", "The gateway failed; its log says why", true);
    }

    /**
     * In the gateway's own words, except for what is about the prompt itself: the server's name its addresses and its ids of
     * jobs, with which their results could be taken.
     */
    public static String reason(AipiException failure) {
        if (failure instanceof InvalidRequestException invalid) {
            return String.join("; ", invalid.getMessages());
        }
        if (failure instanceof JobFailedException failed) {
            return failed.getWorkerMessage();
        }
        return WORDS.get(failure.getClass());
    }
}
