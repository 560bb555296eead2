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
import io.aipi.simulator.job.Look;
import java.util.List;

/**
 * {@code /<endpoint>/progress}: looks at a job. Neither a key nor a session is asked for, and the job may be another
 * endpoint's, as with the recorded server.
 */
record ProgressRoute(Site site, ModelEndpoint endpoint) implements Route {

    @Override
    public Reply reply(Request request) {
        JsonNode jobId = request.arguments().path("job_id");
        if (jobId.isContainerNode()) {
            throw FrameworkError.internal();
        }
        String id = jobId.asText("");
        if (jobId.isNull() || id.isEmpty()) {
            return unknown("No job_id given");
        }
        Dialect dialect = site.dialect();
        Look look = site.jobs().look(id, request.header("user-agent").orElse(""));
        if (look instanceof Look.Delivered delivered) {
            return Answer.json(200, dialect.delivered(endpoint, delivered.delivery()));
        }
        if (look instanceof Look.Done) {
            return Answer.json(200, dialect.done(endpoint, id));
        }
        if (look instanceof Look.Underway underway) {
            return underway.state() == JobState.LAPSED
                    ? Answer.json(400, dialect.lapsed(endpoint, underway))
                    : Answer.json(200, dialect.underway(endpoint, underway));
        }
        if (look instanceof Look.Broken) {
            throw FrameworkError.cancelled();
        }
        return unknown("Client has no active request with this job id " + id);
    }

    private Answer unknown(String reason) {
        return Answer.json(402, site.dialect().refused(endpoint, WireJson.of(List.of(reason))));
    }
}
