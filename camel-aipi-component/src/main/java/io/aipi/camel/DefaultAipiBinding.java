/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.MessageText;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.Media;
import io.aipi.client.model.Submission;
import io.aipi.client.model.TokenUsage;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;

/**
 * The documented mapping.
 *
 * <p>In: a map, a {@code JsonNode} or a body of a JSON content type brings parameters; an {@link AipiRequest} is sent as it
 * is; a file, stream or byte array is an image or a sound if its bytes say so, else text; everything that Camel can convert
 * to a String is the prompt. Out: see {@link OutputType}.
 */
public class DefaultAipiBinding implements AipiBinding {

    /** What one job leaves in the headers. */
    private static final List<String> JOB_HEADERS = List.of(
            AipiConstants.JOB_ID,
            AipiConstants.ENDPOINT,
            AipiConstants.JOB_STATE,
            AipiConstants.PROGRESS,
            AipiConstants.QUEUE_POSITION,
            AipiConstants.ESTIMATED_TIME_REMAINING,
            AipiConstants.WORKERS_ONLINE,
            AipiConstants.SEED,
            AipiConstants.COMPUTE_DURATION,
            AipiConstants.TOTAL_DURATION,
            AipiConstants.WORKER,
            AipiConstants.MEDIA_TYPES,
            AipiConstants.MODEL,
            AipiConstants.PROMPT_TOKENS,
            AipiConstants.COMPLETION_TOKENS,
            AipiConstants.TEXT_DELTA,
            AipiConstants.TEXT_RESET,
            AipiConstants.ERROR_TYPE,
            AipiConstants.ERROR_MESSAGE);

    @Override
    public AipiRequest toRequest(Exchange exchange, AipiEndpoint endpoint) {
        return exchange.getMessage().getBody() instanceof AipiRequest request
                ? request
                : new RequestReader(exchange, endpoint.getEndpointName()).request();
    }

    @Override
    public String toJobId(Exchange exchange, AipiEndpoint endpoint) {
        Message message = exchange.getMessage();
        MessageText text = new MessageText(exchange, endpoint.getEndpointName());
        String id = idIn(text, message.getHeader(AipiConstants.JOB_ID), "The header " + AipiConstants.JOB_ID);
        if (id == null) {
            id = idIn(text, message.getBody(), RequestReader.BODY);
        }
        if (id == null || id.isBlank()) {
            throw new InvalidRequestException(
                    "The job is not named: put its id into the header " + AipiConstants.JOB_ID + " or the body",
                    ErrorContext.of(endpoint.getEndpointName()));
        }
        return id.trim();
    }

    private static String idIn(MessageText text, Object value, String place) {
        Object read = value == null || value instanceof CharSequence ? value : text.read(value, place);
        return read == null ? null : text.of(read, place);
    }

    @Override
    public void populate(Exchange exchange, AipiEndpoint endpoint, Submission submission) {
        Message message = withoutEarlierJob(exchange);
        message.setHeader(AipiConstants.ENDPOINT, endpoint.getEndpointName());
        message.setHeader(AipiConstants.JOB_ID, submission.jobId());
        if (submission.result() != null) {
            // a server that did not wait to be asked
            exchange.setProperty(AipiConstants.RESULT_PROPERTY, submission.result());
        }
        setBody(message, ResultBody.ofText(submission.jobId()));
    }

    @Override
    public void populate(Exchange exchange, AipiEndpoint endpoint, JobProgress progress) {
        Message message = withoutEarlierJob(exchange);
        exchange.setProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, progress);
        message.setHeader(AipiConstants.ENDPOINT, progress.endpoint());
        message.setHeader(AipiConstants.JOB_ID, progress.jobId());
        message.setHeader(AipiConstants.JOB_STATE, progress.state().word());
        setIfKnown(message, AipiConstants.PROGRESS, progress.progress());
        setIfKnown(message, AipiConstants.QUEUE_POSITION, progress.queuePosition());
        setIfKnown(message, AipiConstants.ESTIMATED_TIME_REMAINING, millis(progress.estimate()));
        setIfKnown(message, AipiConstants.WORKERS_ONLINE, progress.workersOnline());
        setIfKnown(message, AipiConstants.WORKER, progress.worker());
        if (progress.text() != null) {
            setBody(message, ResultBody.ofText(progress.text()));
        } else {
            setBody(message, ResultBody.ofMedia(progress.media()));
            setMediaTypes(message, progress.media());
        }
    }

    @Override
    public void populate(Exchange exchange, AipiEndpoint endpoint, JobResult result) {
        // first, since it may fail, and the message then stays as it is
        ResultBody body = ResultBody.of(result, endpoint);
        Message message = withoutEarlierJob(exchange);
        exchange.setProperty(AipiConstants.RESULT_PROPERTY, result);
        message.setHeader(AipiConstants.ENDPOINT, result.endpoint());
        setIfKnown(message, AipiConstants.JOB_ID, result.jobId());
        message.setHeader(AipiConstants.JOB_STATE, JobState.DONE.word());
        setIfKnown(message, AipiConstants.SEED, result.seed());
        setIfKnown(message, AipiConstants.COMPUTE_DURATION, millis(result.computeDuration()));
        setIfKnown(message, AipiConstants.TOTAL_DURATION, millis(result.totalDuration()));
        setIfKnown(message, AipiConstants.WORKER, result.worker());
        TokenUsage usage = result.usage();
        setIfKnown(message, AipiConstants.MODEL, usage.model());
        setIfKnown(message, AipiConstants.PROMPT_TOKENS, usage.promptTokens());
        setIfKnown(message, AipiConstants.COMPLETION_TOKENS, usage.completionTokens());
        setMediaTypes(message, result.media());
        setBody(message, body);
    }

    @Override
    public void populateFailure(Exchange exchange, AipiEndpoint endpoint, String jobId, Throwable failure) {
        Message message = withoutEarlierJob(exchange);
        message.setHeader(AipiConstants.ENDPOINT, endpoint.getEndpointName());
        setIfKnown(message, AipiConstants.JOB_ID, jobId);
        message.setHeader(AipiConstants.JOB_STATE, JobState.FAILED.word());
        message.setHeader(AipiConstants.ERROR_TYPE, failure.getClass().getSimpleName());
        message.setHeader(
                AipiConstants.ERROR_MESSAGE,
                failure instanceof AipiException ? failure.getMessage() : failure.toString());
        exchange.setProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, failure);
    }

    /** The message, from which nothing of an earlier job in the route can pass for this one's. */
    static Message withoutEarlierJob(Exchange exchange) {
        Message message = exchange.getMessage();
        JOB_HEADERS.forEach(message::removeHeader);
        exchange.removeProperty(AipiConstants.RESULT_PROPERTY);
        exchange.removeProperty(AipiConstants.PROGRESS_EVENT_PROPERTY);
        return message;
    }

    private static void setBody(Message message, ResultBody body) {
        message.setBody(body.value());
        // where there is none: the one that the message had was its old body's
        message.removeHeader(Exchange.CONTENT_TYPE);
        setIfKnown(message, Exchange.CONTENT_TYPE, body.contentType());
    }

    private static void setMediaTypes(Message message, List<Media> media) {
        if (!media.isEmpty()) {
            message.setHeader(
                    AipiConstants.MEDIA_TYPES,
                    media.stream().map(Media::mediaType).toList());
        }
    }

    private static Long millis(Duration duration) {
        return duration == null ? null : (Long) duration.toMillis();
    }

    private static void setIfKnown(Message message, String header, Object value) {
        if (value != null) {
            message.setHeader(header, value);
        }
    }
}
