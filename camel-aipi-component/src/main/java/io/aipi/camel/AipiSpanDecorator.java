/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.telemetry.GenAi;
import io.aipi.camel.internal.telemetry.JobSpan;
import io.aipi.camel.internal.telemetry.ObservedEndpoint;
import io.aipi.camel.internal.telemetry.ObservedJob;
import io.aipi.client.model.JobResult;
import java.util.Set;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.apache.camel.telemetry.Span;
import org.apache.camel.telemetry.decorators.AbstractSpanDecorator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a span of an {@code aipi:} endpoint says, in the words of OpenTelemetry's semantic conventions for generative AI. Found by
 * camel-telemetry, where that is there. Prompts and answers are in it only with {@code telemetryContent=true}.
 */
public final class AipiSpanDecorator extends AbstractSpanDecorator {

    private static final Logger LOG = LoggerFactory.getLogger(AipiSpanDecorator.class);

    /** Operations that are about a job. */
    private static final Set<AipiOperation> OF_JOBS =
            Set.of(AipiOperation.submit, AipiOperation.result, AipiOperation.progress);

    /** Longer names are not taken by all tracers. */
    private static final int LONGEST_NAME = 250;

    /** For camel-telemetry. */
    public AipiSpanDecorator() {}

    @Override
    public String getComponent() {
        return "aipi";
    }

    @Override
    public String getComponentClassName() {
        return AipiComponent.class.getName();
    }

    @Override
    public String getOperationName(Exchange exchange, Endpoint endpoint) {
        if (!(endpoint instanceof AipiEndpoint aipi)) {
            return super.getOperationName(exchange, endpoint);
        }
        String name = word(operation(exchange, aipi), aipi) + " " + aipi.getEndpointName();
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    private static AipiOperation operation(Exchange exchange, AipiEndpoint endpoint) {
        AipiOperation operation = endpoint.getConfiguration().getOperation();
        Object asked = exchange.getMessage().getHeader(AipiConstants.OPERATION);
        if (asked != null && endpoint.getConfiguration().isAllowOperationFromHeader()) {
            AipiOperation converted =
                    exchange.getContext().getTypeConverter().tryConvertTo(AipiOperation.class, exchange, asked);
            operation = converted == null ? operation : converted;
        }
        return operation;
    }

    private static String word(AipiOperation operation, AipiEndpoint endpoint) {
        return OF_JOBS.contains(operation) ? GenAi.operation(endpoint.isChat()) : operation.name();
    }

    @Override
    public void beforeTracingEvent(Span span, Exchange exchange, Endpoint endpoint) {
        super.beforeTracingEvent(span, exchange, endpoint);
        if (endpoint instanceof AipiEndpoint aipi) {
            safely(() -> before(span, exchange, aipi));
        }
    }

    private static void before(Span span, Exchange exchange, AipiEndpoint endpoint) {
        AipiConfiguration options = endpoint.getConfiguration();
        AipiOperation operation = operation(exchange, endpoint);
        JobSpan job = new JobSpan(
                span,
                endpoint,
                OF_JOBS.contains(operation),
                options.isTelemetryJobId(),
                options.isTelemetryContent(),
                JobSpan.of(exchange));
        job.enter(exchange);
        ObservedEndpoint observed = endpoint.observed();
        job.tag("gen_ai.operation.name", word(operation, endpoint));
        job.tag("gen_ai.provider.name", GenAi.PROVIDER);
        job.tag("gen_ai.request.model", endpoint.getEndpointName());
        job.tag("server.address", observed.host());
        job.tag("server.port", observed.port());
        Message message = exchange.getMessage();
        if (exchange.removeProperty(ObservedJob.DELIVERY_PROPERTY) != null) {
            // now: the route may leave nothing of it
            job.job(message.getHeader(AipiConstants.JOB_ID));
            job.state(message.getHeader(AipiConstants.JOB_STATE));
            if (exchange.getProperty(AipiConstants.RESULT_PROPERTY) instanceof JobResult result) {
                job.result(result);
            }
            if (exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT) instanceof Throwable failure) {
                job.failure(failure);
            }
        } else {
            String prompt = message.getHeader(AipiConstants.PROMPT, String.class);
            job.prompt(prompt == null && message.getBody() instanceof String body ? body : prompt);
        }
    }

    @Override
    public void afterTracingEvent(Span span, Exchange exchange) {
        safely(() -> after(span, exchange));
    }

    private static void after(Span span, Exchange exchange) {
        JobSpan job = JobSpan.of(exchange);
        if (job == null || job.span() != span || !(job.endpoint() instanceof AipiEndpoint aipi)) {
            return;
        }
        job.leave(exchange);
        // what the model takes may not have been known at the beginning; the header may be another one now
        if (job.isAboutJob()) {
            job.tag("gen_ai.operation.name", GenAi.operation(aipi.isChat()));
        }
        if (exchange.getException() != null) {
            job.failure(exchange.getException());
        }
    }

    /** Camel's tracer lets what is thrown here fail the exchange. */
    private static void safely(Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("A span of an aipi endpoint is not complete", e);
        }
    }
}
