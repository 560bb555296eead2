/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.Delivery;
import io.aipi.simulator.job.JobScript;
import io.aipi.simulator.job.JobSpec;
import io.aipi.simulator.job.Jobs;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code /<endpoint>}: submits a job. Checks in the server's order: endpoint, queue, client, inputs. */
record SubmitRoute(ServerContext context, ModelEndpoint endpoint) implements Route {

    private static final String NO_CREDENTIALS =
            "API Key missing and client session authentication key not registered in API Server";

    @Override
    public Reply reply(Request request) {
        JsonNode arguments = request.arguments();
        if (!jobs().isEnabled(endpoint.name())) {
            return refused(400, JsonNodes.of("Endpoint disabled!"));
        }
        if (jobs().freeSlots(endpoint.name()) == 0) {
            return queueFull();
        }
        return refusedClient(arguments).map(Reply.class::cast).orElseGet(() -> accept(arguments));
    }

    private Optional<Response> refusedClient(JsonNode arguments) {
        String session = arguments.path("client_session_auth_key").asText("");
        if (!context.dialect().worksWithoutSessions()) {
            return refusedSession(session);
        }
        JsonNode key = arguments.path("key");
        if (isGiven(key)) {
            if (!key.isTextual() || !context.keys().isValid(key.textValue())) {
                return Optional.of(refused(401, JsonNodes.of(List.of(ApiKeys.NOT_VALID))));
            }
            return context.keys().allows(key.textValue(), endpoint.name())
                    ? Optional.empty()
                    : Optional.of(refused(
                            402, JsonNodes.of(List.of("Client not authorized for endpoint " + endpoint.name() + "!"))));
        }
        boolean good = context.dialect().bindsSessions()
                ? context.sessions().belongsTo(session, endpoint.name())
                : context.sessions().knows(session);
        return good ? Optional.empty() : Optional.of(refused(401, JsonNodes.of(List.of(NO_CREDENTIALS))));
    }

    /** Where nothing but a session key will do. The server fails over that of another endpoint. */
    private Optional<Response> refusedSession(String session) {
        if (!context.sessions().knows(session)) {
            return Optional.of(refused(401, JsonNodes.of(List.of(ProgressRoute.UNKNOWN_SESSION))));
        }
        if (context.dialect().bindsSessions() && !context.sessions().belongsTo(session, endpoint.name())) {
            throw FrameworkError.internal();
        }
        return Optional.empty();
    }

    /** The server takes an empty key for none. */
    private static boolean isGiven(JsonNode key) {
        return !key.isMissingNode() && !key.isNull() && !key.asText("-").isEmpty();
    }

    private Reply accept(JsonNode arguments) {
        InputCheck.Outcome inputs = InputCheck.of(context.dialect(), endpoint, arguments);
        if (inputs.hangs()) {
            return new Reply.Hold(new CompletableFuture<>(), () -> {});
        }
        if (!inputs.errors().isEmpty()) {
            return refused(400, JsonNodes.of(inputs.errors()));
        }
        JobScript script = context.scripts().next(endpoint.name());
        if (script.queueFull()) {
            return queueFull();
        }
        JobSpec spec = JobSpec.of(endpoint, inputs.values(), script);
        return isHeld(arguments) ? hold(spec) : submit(spec);
    }

    /** Absent means true; null means false; everything but a boolean has been refused. */
    private static boolean isHeld(JsonNode arguments) {
        return arguments.path("wait_for_result").asBoolean(!arguments.has("wait_for_result"));
    }

    private Reply submit(JobSpec spec) {
        return jobs().submit(spec)
                .map(jobId -> (Reply) Response.json(200, context.dialect().accepted(endpoint, jobId)))
                .orElseGet(this::queueFull);
    }

    private Reply hold(JobSpec spec) {
        CompletableFuture<Delivery> result = new CompletableFuture<>();
        CompletableFuture<Response> response = result.thenApply(
                delivery -> Response.json(200, context.dialect().result(endpoint, delivery)));
        return jobs().submit(spec, result)
                .map(jobId -> (Reply) new Reply.Hold(response, () -> abandon(jobId, result)))
                .orElseGet(this::queueFull);
    }

    private void abandon(String jobId, CompletableFuture<Delivery> holder) {
        if (context.dialect().losesWorkersToAbandonedRequests()) {
            jobs().giveUp(jobId, holder);
        } else {
            jobs().release(jobId, holder);
        }
    }

    private Reply queueFull() {
        return refused(
                400,
                JsonNodes.of("Job queue reached max length " + jobs().limits().maxQueueLength() + "!"));
    }

    private Response refused(int status, JsonNode error) {
        context.requestLog().note("refusal", endpoint.name(), "HTTP " + status + ", " + error);
        return Response.json(status, context.dialect().refused(endpoint, error));
    }

    private Jobs jobs() {
        return context.jobs();
    }
}
