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
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps exceptions to HTTP responses: what the sender can use is told, what is the gateway's own business is not. */
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

    private final JobBoard board;

    /** Jobs that could not be submitted leave this board. */
    public Problems(JobBoard board) {
        this.board = board;
    }

    /** Answers the exchange, whose exception was caught. */
    public void answer(Exchange exchange) {
        Exception failure = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Exception.class);
        String opened = exchange.getProperty(JobBoard.ID, String.class);
        if (opened != null) {
            board.discard(opened);
        }
        write(exchange.getMessage(), failure);
    }

    /** Makes the message the answer that tells of this failure. */
    static void write(Message message, Exception raised) {
        Exception failure = told(raised);
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, Problem.MEDIA_TYPE);
        int status = status(failure);
        if (status == 503) {
            message.setHeader("Retry-After", Math.max(1, patience(failure).toSeconds()));
        }
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        if (failure instanceof Problem problem) {
            message.setBody(problem.toJson());
            return;
        }
        if (status >= 500) {
            LOG.warn("A request was answered with {}", status, failure);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("status", status);
        json.put("title", title(status));
        JobView.Failure told = failure(failure);
        json.put("detail", told.reason());
        json.put("error", told.type());
        json.put("retryable", told.retryable());
        if (failure instanceof InvalidRequestException invalid) {
            json.put("messages", invalid.getMessages());
        }
        message.setBody(Json.write(json));
    }

    /** The failure itself: Camel wraps the one of a model's first use, in which {@code toD} begins with its login. */
    private static Exception told(Exception raised) {
        for (Throwable cause = raised; cause != null; cause = cause.getCause()) {
            if (cause instanceof AipiException known) {
                return known;
            }
        }
        return raised;
    }

    static String title(int status) {
        return HttpResponseStatus.valueOf(status).reasonPhrase();
    }

    private static int status(Exception failure) {
        if (failure instanceof Problem problem) {
            return problem.status();
        }
        if (failure instanceof InvalidRequestException) {
            return 400;
        }
        if (failure instanceof QueueFullException || failure instanceof ClientClosedException) {
            return 503;
        }
        if (failure instanceof EndpointUnavailableException unavailable) {
            return unavailable.isRetryable() ? 503 : 502;
        }
        if (failure instanceof JobTimeoutException) {
            return 504;
        }
        return failure instanceof AipiException ? 502 : 500;
    }

    private static Duration patience(Exception failure) {
        return failure instanceof QueueFullException full && full.getRetryAfter() != null
                ? full.getRetryAfter()
                : USUAL_PATIENCE;
    }

    /** What a sender may know of a failure. */
    static JobView.Failure failure(Exception failure) {
        if (failure instanceof AipiException known) {
            return new JobView.Failure(known.getClass().getSimpleName(), reason(known), known.isRetryable());
        }
        return new JobView.Failure("InternalError", "The gateway failed; its log says why", true);
    }

    /**
     * In the gateway's own words, except for what is about the prompt itself: the server's name its addresses and its ids of
     * jobs, with which their results could be taken.
     */
    private static String reason(AipiException failure) {
        if (failure instanceof InvalidRequestException invalid) {
            return String.join("; ", invalid.getMessages());
        }
        if (failure instanceof JobFailedException failed) {
            return failed.getWorkerMessage();
        }
        return WORDS.get(failure.getClass());
    }
}
