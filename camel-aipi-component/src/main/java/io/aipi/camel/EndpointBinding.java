/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.chat.TextStream;
import io.aipi.camel.internal.ExchangeBinding;
import io.aipi.client.TextDelta;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.KeyValidation;
import io.aipi.client.model.Submission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.HeaderFilterStrategy;

/** The {@link AipiBinding} of an endpoint, bound to it. */
final class EndpointBinding implements ExchangeBinding {

    private final AipiEndpoint endpoint;

    EndpointBinding(AipiEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Not kept: a test or a user may set another one before the start. */
    private AipiBinding binding() {
        return endpoint.getConfiguration().getBinding();
    }

    @Override
    public AipiRequest toRequest(Exchange exchange) {
        return binding().toRequest(exchange, endpoint);
    }

    @Override
    public String toJobId(Exchange exchange) {
        return binding().toJobId(exchange, endpoint);
    }

    /** What is blank is none. */
    @Override
    public String toRequestId(Exchange exchange) {
        String id = exchange.getMessage().getHeader(AipiConstants.REQUEST_ID, String.class);
        return id == null || id.isBlank() ? null : id;
    }

    @Override
    public List<String> headersOfRequests() {
        return List.of(AipiConstants.PROMPT, AipiConstants.PARAMETERS);
    }

    @Override
    public void populate(Exchange exchange, Submission submission) {
        binding().populate(exchange, endpoint, submission);
    }

    @Override
    public void populate(Exchange exchange, JobProgress progress) {
        binding().populate(exchange, endpoint, progress);
    }

    /** A result is handed out once: if it does not fit, or the binding fails, the exchange has it all the same. */
    @Override
    public void populate(Exchange exchange, JobResult result) {
        try {
            binding().populate(exchange, endpoint, result);
        } catch (RuntimeException | Error unfit) {
            keep(exchange, result);
            throw unfit;
        }
    }

    @Override
    public void populate(Exchange exchange, JobResult result, JobProgress last) {
        populate(exchange, result);
        exchange.setProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, last);
        if (last.progress() != null) {
            exchange.getMessage().setHeader(AipiConstants.PROGRESS, last.progress());
        }
    }

    @Override
    public void populate(Exchange exchange, TextStream text) {
        Message message = DefaultAipiBinding.withoutEarlierJob(exchange);
        message.setHeader(AipiConstants.ENDPOINT, endpoint.getEndpointName());
        message.setHeader(Exchange.CONTENT_TYPE, ResultBody.TEXT);
        message.setBody(text);
    }

    @Override
    public void populateEnd(Exchange exchange, JobResult result, List<ChatMessage> conversation) {
        exchange.setProperty(AipiConstants.RESULT_PROPERTY, result);
        populateConversation(exchange, conversation);
    }

    @Override
    public void populateConversation(Exchange exchange, List<ChatMessage> conversation) {
        if (conversation != null && endpoint.getConfiguration().isConversationMemory()) {
            exchange.setProperty(AipiConstants.CONVERSATION_PROPERTY, conversation);
        }
    }

    @Override
    public void populateDelta(Exchange exchange, Optional<TextDelta> delta) {
        delta.ifPresent(known -> {
            exchange.getMessage().setHeader(AipiConstants.TEXT_DELTA, known.text());
            if (known.isReset()) {
                exchange.getMessage().setHeader(AipiConstants.TEXT_RESET, true);
            }
        });
    }

    @Override
    public void populate(Exchange exchange, KeyValidation validation) {
        Message message = exchange.getMessage();
        message.setBody(validation.valid());
        message.removeHeader(AipiConstants.ERROR_MESSAGE);
        if (validation.reason() != null) {
            message.setHeader(AipiConstants.ERROR_MESSAGE, validation.reason());
        }
    }

    /** The body is why. */
    @Override
    public void populateFailure(Exchange exchange, String jobId, Throwable failure) {
        binding().populateFailure(exchange, endpoint, jobId, failure);
        exchange.getMessage().setBody(exchange.getMessage().getHeader(AipiConstants.ERROR_MESSAGE));
    }

    @Override
    public void keep(Exchange exchange, JobResult result) {
        exchange.setProperty(AipiConstants.RESULT_PROPERTY, result);
        Message message = exchange.getMessage();
        message.setHeader(AipiConstants.ENDPOINT, result.endpoint());
        if (result.jobId() != null) {
            message.setHeader(AipiConstants.JOB_ID, result.jobId());
        }
    }

    @Override
    public Map<String, Object> headersToKeep(Exchange exchange) {
        HeaderFilterStrategy filter = endpoint.getConfiguration().getHeaderFilterStrategy();
        Map<String, Object> kept = newHeaders(Map.of());
        exchange.getMessage().getHeaders().forEach((name, value) -> {
            if (!filter.applyFilterToCamelHeaders(name, value, exchange)) {
                kept.put(name, value);
            }
        });
        // not the sender's: it says where an answer is written
        kept.remove(AipiConstants.CONVERSATION_TURN);
        return kept;
    }

    @Override
    public Map<String, Object> withTurn(Map<String, Object> headers, String turn) {
        Map<String, Object> more = newHeaders(headers);
        more.put(AipiConstants.CONVERSATION_TURN, turn);
        return more;
    }

    @Override
    public Map<String, Object> newHeaders(Map<String, Object> headers) {
        return endpoint.getCamelContext()
                .getCamelContextExtension()
                .getHeadersMapFactory()
                .newMap(headers);
    }

    @Override
    public void removeRequestHeaders(Map<String, Object> headers) {
        AipiConstants.REQUEST_HEADERS.forEach(headers::remove);
    }
}
