/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.wire.RequestParameters;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.JobStatus;
import io.aipi.client.model.Submission;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.CompletionExceptions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** What the server's description of an endpoint, and the options, make of requests and of results. */
final class EndpointRules {

    private final String endpoint;
    private final JobOptions options;
    private final AipiApi api;
    private final AtomicReference<CompletableFuture<RequestParameters>> parameters = new AtomicReference<>();

    /** Nothing is asked yet. */
    EndpointRules(String endpoint, JobOptions options, AipiApi api) {
        this.endpoint = endpoint;
        this.options = options;
        this.api = api;
    }

    /** The parameters of a request. */
    CompletableFuture<Map<String, Object>> prepared(AipiRequest request) {
        return parameters().thenCompose(rules -> {
            if (rules.refusesPictures(request)) {
                return picturesRefused();
            }
            return CompletableFuture.completedFuture(rules.of(request));
        });
    }

    private CompletableFuture<Map<String, Object>> picturesRefused() {
        return api.withPictures(options.requestTimeout()).handle((names, failure) -> {
            String others = failure != null || names.isEmpty()
                    ? ""
                    : ". Chat endpoints of the server that do: " + api.sanitize(String.join(", ", names));
            throw new InvalidRequestException("The endpoint takes no pictures" + others, ErrorContext.of(endpoint));
        });
    }

    /** Its text is that of the field that has it. */
    JobStatus withText(JobStatus status) {
        String field = textField();
        return field == null ? status : status.withTextOf(field);
    }

    /** As for a status. */
    Submission withText(Submission accepted) {
        String field = textField();
        return field == null ? accepted : accepted.withTextOf(field);
    }

    /** Null where the usual one is right, as far as is known now. */
    private String textField() {
        if (options.textField() != null) {
            return options.textField();
        }
        RequestParameters known = known();
        return known == null ? null : known.textField();
    }

    /** Whether a request may bring a conversation, as far as is known now. */
    boolean takeConversation() {
        RequestParameters known = known();
        return known == null ? options.isConversation() : known.takeConversation();
    }

    /** Null if they are not known yet. */
    private RequestParameters known() {
        CompletableFuture<RequestParameters> reading = parameters.get();
        return reading != null && reading.isDone() && !reading.isCompletedExceptionally() ? reading.join() : null;
    }

    /** Read once; a failure is forgotten, so that the next job asks again. */
    CompletableFuture<RequestParameters> parameters() {
        CompletableFuture<RequestParameters> known = parameters.get();
        if (known != null) {
            return known;
        }
        CompletableFuture<RequestParameters> reading = new CompletableFuture<>();
        if (!parameters.compareAndSet(null, reading)) {
            return parameters();
        }
        api.describe(endpoint, options.requestTimeout()).whenComplete((description, failure) -> {
            if (failure == null) {
                reading.complete(rules(description));
            } else {
                parameters.set(null);
                reading.completeExceptionally(CompletionExceptions.unwrap(failure));
            }
        });
        return reading;
    }

    private RequestParameters rules(Optional<EndpointDescription> description) {
        // a server that names no parameters says nothing of what it takes
        EndpointDescription said =
                description.filter(known -> !known.input().isEmpty()).orElse(null);
        return new RequestParameters(endpoint, options, said, api::sanitize);
    }
}
