/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.TokenUsage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.telemetry.Span;

/**
 * The span of an exchange that is sent to an {@code aipi:} endpoint, or comes from it, and what is told in it.
 *
 * @param span the span
 * @param endpoint the endpoint
 * @param isAboutJob whether it is of a job, not of another operation
 * @param showsJobId whether the job's id is told
 * @param showsContent whether prompt, answer and messages of failures are told
 * @param outer the one around it; null for none
 */
public record JobSpan(
        Span span, Endpoint endpoint, boolean isAboutJob, boolean showsJobId, boolean showsContent, JobSpan outer) {

    private static final JsonMapper JSON = new JsonMapper();

    /** In OpenTelemetry's form of messages. */
    record SaidMessage(String role, List<SaidPart> parts) {}

    /** A part of it. */
    record SaidPart(String type, String content) {}

    /** The innermost one of the exchange; null for none. */
    public static JobSpan of(Exchange exchange) {
        return exchange.getProperty(ObservedJob.SPAN_PROPERTY) instanceof JobSpan span ? span : null;
    }

    /** The exchange enters it. */
    public void enter(Exchange exchange) {
        exchange.setProperty(ObservedJob.SPAN_PROPERTY, this);
    }

    /** The exchange leaves it. */
    public void leave(Exchange exchange) {
        exchange.setProperty(ObservedJob.SPAN_PROPERTY, outer);
    }

    /** The job's id; nothing is told for null. */
    public void job(Object id) {
        if (showsJobId) {
            tag("aipi.job.id", id);
        }
    }

    /** The job's state. */
    public void state(Object state) {
        tag("aipi.job.state", state);
    }

    /** The prompt; nothing is told for null. */
    public void prompt(String text) {
        said("gen_ai.input.messages", "user", text);
    }

    /** The job's result. */
    public void result(JobResult result) {
        TokenUsage usage = result.usage();
        tag("gen_ai.response.model", usage.model());
        tag("gen_ai.usage.input_tokens", usage.promptTokens());
        tag("gen_ai.usage.output_tokens", usage.completionTokens());
        said("gen_ai.output.messages", "assistant", result.text());
    }

    /** Why there is no result: its type, and its message, which may quote what was sent, only where content is told. */
    public void failure(Throwable failure) {
        span.setError(true);
        tag("error.type", GenAi.errorType(failure));
        Map<String, String> fields = new HashMap<>();
        fields.put("exception.type", failure.getClass().getName());
        if (showsContent) {
            fields.put("exception.message", failure.getMessage());
        }
        event("exception", fields);
    }

    /** Something has happened now. */
    void event(String name, Map<String, String> fields) {
        Map<String, String> named = new HashMap<>(fields);
        named.put("event", name);
        span.log(named);
    }

    /** Nothing is told for null. */
    public void tag(String key, Object value) {
        if (value != null) {
            span.setTag(key, value.toString());
        }
    }

    private void said(String key, String role, String text) {
        if (!showsContent || text == null) {
            return;
        }
        try {
            tag(key, JSON.writeValueAsString(List.of(new SaidMessage(role, List.of(new SaidPart("text", text))))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Text and lists have a form in JSON", e);
        }
    }
}
