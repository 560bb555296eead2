/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiEndpoint;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * The jobs that clients wait for. The exchange that submits a job ends when the server has accepted it. What comes after that
 * a route tells, job by job, so that neither a thread nor an exchange waits.
 *
 * <p>Holds the jobs whose clients are there, and nothing else. The job of a client that has left cannot be cancelled: the
 * component follows it to its end, since it counts until then, and nobody is told.
 */
@Component("openAiCalls")
public final class Calls {

    /** The header under which a job's exchanges carry its id here. */
    static final String ID = "OpenAiCallId";

    /** That of the routes' endpoints. */
    private static final String PROGRESS_URI = "direct:openai-progress";

    private final ProducerTemplate camel;
    private final int maxInFlight;
    private final ConcurrentMap<String, Call> calls = new ConcurrentHashMap<>();

    /** {@code maxInFlight}: how many jobs of a model there can be at once; 0 is no bound. */
    Calls(ProducerTemplate camel, @Value("${gateway.openai.max-in-flight}") int maxInFlight) {
        this.camel = camel;
        this.maxInFlight = maxInFlight;
    }

    // tag::begin[]
    /** Submits a job; there is a call when the server has accepted it. */
    CompletableFuture<Call> begin(Model model, AipiRequest request) {
        if (maxInFlight > 0 && inFlight(model.id()) >= maxInFlight) {
            return CompletableFuture.failedFuture(
                    new QueueFullException("The gateway has its most jobs", null, ErrorContext.of(model.id())));
        }
        Call call = new Call(UUID.randomUUID().toString().replace("-", ""));
        // before the submit: the result may come before its response
        calls.put(call.id(), call);
        call.result().whenComplete((result, failure) -> forget(call));
        return Routes.send(camel, "direct:openai", exchange -> {
                    exchange.setVariable("model", model.id());
                    exchange.getMessage().setHeader(ID, call.id());
                    exchange.getMessage().setBody(request);
                })
                .whenComplete((accepted, failure) -> {
                    if (failure != null) {
                        forget(call);
                    }
                })
                .thenApply(accepted -> call);
    }
    // end::begin[]

    /** As the component counts: with those whose clients have left, and those that wait for {@code maxInFlight}. */
    private int inFlight(String model) {
        return camel.getCamelContext().getEndpoints().stream()
                .filter(AipiEndpoint.class::isInstance)
                .map(AipiEndpoint.class::cast)
                .filter(endpoint -> endpoint.getEndpointName().equals(model)
                        && PROGRESS_URI.equals(endpoint.getConfiguration().getProgressUri()))
                .mapToInt(endpoint -> endpoint.getJobsInFlight() + endpoint.getJobsWaiting())
                .sum();
    }

    /** Nobody waits for it any more. */
    void forget(Call call) {
        calls.remove(call.id());
    }

    /** Of how many jobs something is held. */
    int size() {
        return calls.size();
    }

    // tag::told[]
    /** Called by a route: the exchange tells of a job's progress, or of its end. */
    public void told(Exchange exchange) {
        Call call = calls.get(exchange.getMessage().getHeader(ID, String.class));
        if (call == null) {
            return;
        }
        JobResult result = exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class);
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (failure != null) {
            call.result().completeExceptionally(failure);
        } else if (result != null) {
            call.result().complete(result);
        } else {
            call.progress(exchange.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, JobProgress.class)
                    .text());
        }
    }
    // end::told[]

    /** Nobody would tell of a job any more. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        calls.values()
                .forEach(call -> call.result()
                        .completeExceptionally(
                                new ClientClosedException("The gateway is stopped", ErrorContext.of(null))));
    }
}
