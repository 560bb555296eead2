/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.Delivery;
import io.aipi.simulator.job.PollResult.Report;
import io.aipi.simulator.job.PollResult.Underway;
import io.aipi.simulator.model.Performance.Update;
import java.util.List;
import java.util.Optional;

/** The responses of AIME API Server 0.9.0, field by field in the recorded order. */
public record FormerDialect() implements Dialect {

    private static final String WORKER_INTERFACE = "AIME API Worker Interface 0.9.5";

    /** No endpoint of this generation is of a later version. */
    private static final int LATEST_VERSION = 2;

    @Override
    public Login login() {
        return Login.USER_AND_KEY;
    }

    @Override
    public boolean describesEndpoints() {
        return false;
    }

    @Override
    public boolean bindsSessions() {
        return true;
    }

    @Override
    public boolean worksWithoutSessions() {
        return false;
    }

    @Override
    public boolean losesWorkersToAbandonedRequests() {
        return false;
    }

    @Override
    public boolean allowsOtherOrigins() {
        return false;
    }

    @Override
    public List<String> unknownParameters(List<String> names) {
        return names.stream().map(name -> "Invalid parameter: " + name).toList();
    }

    @Override
    public ModelEndpoint offered(ModelEndpoint endpoint) {
        return endpoint.withVersion(Math.min(endpoint.version(), LATEST_VERSION));
    }

    @Override
    public String jobId(long count) {
        return "JID" + count;
    }

    @Override
    public ObjectNode accepted(ModelEndpoint asked, String jobId) {
        return JsonNodes.object().put("success", true).put("job_id", jobId).put("ep_version", asked.version());
    }

    @Override
    public ObjectNode result(ModelEndpoint asked, Delivery delivery) {
        ObjectNode result = accepted(asked, delivery.jobId());
        result.setAll(ServedDialect.outputs(asked, delivery));
        result.put("compute_duration", tenths(delivery.computeNanos()));
        result.put("total_duration", tenths(delivery.totalNanos()));
        result.put("auth", delivery.worker());
        return result.put("worker_interface_version", WORKER_INTERFACE);
    }

    private static double tenths(long nanos) {
        return Math.round(nanos / 1e8) / 10.0;
    }

    @Override
    public ObjectNode delivered(ModelEndpoint asked, Delivery delivery) {
        ObjectNode response = accepted(asked, delivery.jobId());
        response.set("job_result", result(asked, delivery));
        return response.put("job_state", "done");
    }

    @Override
    public ObjectNode done(ModelEndpoint asked, String jobId) {
        return accepted(asked, jobId).put("job_state", "done");
    }

    @Override
    public ObjectNode underway(ModelEndpoint asked, Underway poll) {
        ObjectNode response =
                accepted(asked, poll.jobId()).put("job_state", poll.state().word());
        response.set("progress", progress(asked, poll));
        return response;
    }

    @Override
    public ObjectNode lapsed(ModelEndpoint asked, Underway poll) {
        JsonNode error = JsonNodes.of("Job " + poll.jobId() + " on " + asked.name() + " lapsed!");
        ObjectNode response =
                refused(asked, error).put("job_state", poll.state().word());
        response.set("progress", progress(asked, poll));
        return response;
    }

    private static ObjectNode progress(ModelEndpoint asked, Underway poll) {
        ObjectNode progress = JsonNodes.object();
        Optional<Report> report = poll.report();
        if (report.isEmpty()) {
            progress.put("progress", 0);
        } else {
            Update update = report.get().update();
            progress.put("job_id", poll.jobId());
            progress.put("start_time", ServedDialect.seconds(poll.submittedAt()));
            progress.put("start_time_compute", ServedDialect.seconds(poll.startedAt()));
            progress.put("job_type", report.get().spec().endpoint().jobType());
            progress.put("auth_key", ServedDialect.WORKER_AUTH_KEY);
            progress.put("progress", update.progress());
            progress.set("progress_data", ServedDialect.declared(asked, update.data()));
        }
        progress.set("estimate", ServedDialect.estimate(poll.estimate()));
        progress.put("queue_position", poll.queuePosition());
        return progress.put("num_workers_online", poll.workersOnline());
    }

    @Override
    public ObjectNode refused(ModelEndpoint asked, JsonNode error) {
        ObjectNode response = JsonNodes.object().put("success", false);
        response.set("error", error);
        return response.put("ep_version", asked.version());
    }
}
