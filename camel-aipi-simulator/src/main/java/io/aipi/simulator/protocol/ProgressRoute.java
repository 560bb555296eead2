/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.JobState;
import io.aipi.simulator.job.PollResult;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code /<endpoint>/progress}: polls a job, which may be another endpoint's. Where the generation asks for a session
 * key, that of any login will do.
 */
record ProgressRoute(ServerContext context, ModelEndpoint endpoint) implements Route {

    static final String UNKNOWN_SESSION = "Client session authentication key not registered in API Server";
    private static final String NO_JOB_ID = "No job_id given";
    private static final String UNKNOWN_JOB = "Client has no active request with this job id";

    @Override
    public Reply reply(Request request) {
        JsonNode arguments = request.arguments();
        JsonNode jobId = arguments.path("job_id");
        if (jobId.isContainerNode()) {
            throw FrameworkError.internal();
        }
        String id = jobId.isNull() ? "" : jobId.asText("");
        boolean withSession = !context.dialect().worksWithoutSessions();
        if (withSession
                && !context.sessions()
                        .knows(arguments.path("client_session_auth_key").asText(""))) {
            return refused(withoutSession(id));
        }
        Dialect dialect = context.dialect();
        PollResult poll = id.isEmpty()
                ? new PollResult.Unknown()
                : context.jobs().poll(id, request.header("user-agent").orElse(""));
        if (poll instanceof PollResult.Delivered delivered) {
            return Response.json(200, dialect.delivered(endpoint, delivered.delivery()));
        }
        if (poll instanceof PollResult.Done) {
            return Response.json(200, dialect.done(endpoint, id));
        }
        if (poll instanceof PollResult.Underway underway) {
            return underway.state() == JobState.LAPSED
                    ? Response.json(400, dialect.lapsed(endpoint, underway))
                    : Response.json(200, dialect.underway(endpoint, underway));
        }
        if (poll instanceof PollResult.Broken) {
            throw FrameworkError.cancelled();
        }
        if (withSession) {
            return refused(id.isEmpty() ? List.of(NO_JOB_ID, UNKNOWN_JOB) : List.of(UNKNOWN_JOB));
        }
        String reason = id.isEmpty() ? NO_JOB_ID : UNKNOWN_JOB + " " + id;
        return Response.json(402, dialect.refused(endpoint, JsonNodes.of(List.of(reason))));
    }

    /** Everything that is wrong is said in one list. */
    private List<String> withoutSession(String jobId) {
        List<String> errors = new ArrayList<>(List.of(UNKNOWN_SESSION));
        if (jobId.isEmpty()) {
            errors.add(NO_JOB_ID);
        }
        if (!context.jobs().knows(jobId)) {
            errors.add(UNKNOWN_JOB);
        }
        return errors;
    }

    private Response refused(List<String> errors) {
        return Response.json(400, context.dialect().refused(endpoint, JsonNodes.of(errors)));
    }
}
