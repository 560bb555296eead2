/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import io.aipi.camel.AipiConstants;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * The jobs of the door. The exchange that submits a job ends when the server has accepted it. What comes after that a route
 * tells, job by job, so that neither a thread nor an exchange waits.
 *
 * <p>A job is held here from before its submit until its end is told, each once. Until then it counts for the bound of its
 * model, with or without a client: the server cannot cancel the job of a client that has left.
 */
@Component("openAiCalls")
public final class Calls {

    /** The header under which a job's exchanges carry its id here. */
    static final String ID = "OpenAiCallId";

    private final ProducerTemplate camel;
    private final int maxInFlight;
    private final Duration patience;
    private final ConcurrentMap<String, Call> calls = new ConcurrentHashMap<>();
    /** What is free of each model. */
    private final ConcurrentMap<String, Semaphore> bounds = new ConcurrentHashMap<>();

    private volatile boolean stopped;

    /**
     * Has no jobs.
     *
     * @param maxInFlight how many jobs of a model there can be at once; 0 is no bound
     * @param answerTimeout after which the component gives a job up
     */
    Calls(
            ProducerTemplate camel,
            @Value("${gateway.openai.max-in-flight}") int maxInFlight,
            @Value("${gateway.answer-timeout}") Duration answerTimeout) {
        this.camel = camel;
        if (maxInFlight < 0) {
            throw new IllegalArgumentException("gateway.openai.max-in-flight must be 0 or more, but is " + maxInFlight);
        }
        this.maxInFlight = maxInFlight == 0 ? Integer.MAX_VALUE : maxInFlight;
        // the component tells of a timeout before
        this.patience = answerTimeout.multipliedBy(2);
    }

    // tag::begin[]
    /**
     * Submits a job; there is a call when the server has accepted it.
     *
     * @param isStreamed whether its text is read while it grows
     */
    CompletableFuture<Call> begin(Model model, AipiRequest request, boolean isStreamed) {
        if (!bound(model.id()).tryAcquire()) {
            return CompletableFuture.failedFuture(
                    new QueueFullException("The gateway has its most jobs", null, ErrorContext.of(model.id())));
        }
        Call call = new Call(UUID.randomUUID().toString().replace("-", ""), model.id(), isStreamed);
        // before the submit: the result may come before its response
        calls.put(call.id(), call);
        // after that: a stop meanwhile has found the call, or is found here
        if (stopped) {
            end(call);
            return CompletableFuture.failedFuture(stopped(call));
        }
        return Routes.send(camel, isStreamed ? "direct:openai-stream" : "direct:openai", exchange -> {
                    exchange.setVariable("model", model.id());
                    exchange.getMessage().setHeader(ID, call.id());
                    exchange.getMessage().setBody(request);
                })
                .whenComplete((accepted, failure) -> {
                    if (failure != null) {
                        fail(call, failure);
                    } else {
                        watch(call);
                    }
                })
                .thenApply(accepted -> call);
    }
    // end::begin[]

    /** The component tells of the end in time, unless its route does not run. */
    private void watch(Call call) {
        CompletableFuture<Void> clock =
                new CompletableFuture<Void>().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
        clock.exceptionally(late -> {
            fail(call, new JobTimeoutException("Nobody tells of it", place(call)));
            return null;
        });
        call.result().whenComplete((result, failure) -> clock.complete(null));
    }

    private Semaphore bound(String model) {
        return bounds.computeIfAbsent(model, one -> new Semaphore(maxInFlight));
    }

    private void fail(Call call, Throwable failure) {
        end(call);
        call.result().completeExceptionally(failure);
    }

    /** Before its client is told, who may come again at once. */
    private void end(Call call) {
        if (calls.remove(call.id(), call)) {
            bound(call.model()).release();
        }
    }

    /** How many streams are read. */
    int streams() {
        return (int) calls.values().stream().filter(Call::isRead).count();
    }

    /** How many jobs have not ended. */
    int jobs() {
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
            fail(call, failure);
        } else if (result != null) {
            end(call);
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
        stopped = true;
        calls.values().forEach(call -> fail(call, stopped(call)));
    }

    private static ClientClosedException stopped(Call call) {
        return new ClientClosedException("The gateway is stopped", place(call));
    }

    private static ErrorContext place(Call call) {
        return ErrorContext.of(call.model());
    }
}
