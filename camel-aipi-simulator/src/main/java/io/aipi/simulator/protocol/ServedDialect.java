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
import io.aipi.simulator.endpoint.Parameter;
import io.aipi.simulator.job.Delivery;
import io.aipi.simulator.job.PollResult.Underway;
import io.aipi.simulator.model.Performance.Update;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The responses of AIME API Server 0.9.6, field by field in the recorded order. */
public record ServedDialect() implements Dialect {

    /** The worker's key that this generation leaks in raw progress. */
    public static final String WORKER_AUTH_KEY = "simulated-worker-auth-key-not-to-be-shown";

    private static final String WORKER_INTERFACE = "AIME API Worker Interface 0.9.12";

    @Override
    public Login login() {
        return Login.KEY;
    }

    @Override
    public boolean describesEndpoints() {
        return true;
    }

    @Override
    public boolean bindsSessions() {
        return false;
    }

    @Override
    public boolean worksWithoutSessions() {
        return true;
    }

    @Override
    public boolean losesWorkersToAbandonedRequests() {
        return true;
    }

    @Override
    public boolean allowsOtherOrigins() {
        return true;
    }

    @Override
    public List<String> unknownParameters(List<String> names) {
        return List.of("Invalid input parameter(s): " + String.join(", ", names));
    }

    @Override
    public ModelEndpoint offered(ModelEndpoint endpoint) {
        return endpoint;
    }

    @Override
    public String jobId(long count) {
        return UUID.randomUUID() + "#" + count;
    }

    @Override
    public ObjectNode accepted(ModelEndpoint asked, String jobId) {
        return JsonNodes.object().put("success", true).put("job_id", jobId).put("ep_version", asked.version());
    }

    @Override
    public ObjectNode result(ModelEndpoint asked, Delivery delivery) {
        ObjectNode result = accepted(asked, delivery.jobId());
        result.setAll(outputs(asked, delivery));
        result.put("auth", delivery.worker());
        result.put("worker_interface_version", WORKER_INTERFACE);
        result.put("start_time", seconds(delivery.submittedAt()));
        result.put("start_time_compute", seconds(delivery.startedAt()));
        result.put("result_received_time", seconds(delivery.receivedAt()));
        result.put("compute_duration", milliseconds(delivery.computeNanos()));
        result.put("total_duration", milliseconds(delivery.totalNanos()));
        return result;
    }

    /** The declared outputs. */
    static ObjectNode outputs(ModelEndpoint asked, Delivery delivery) {
        ObjectNode outputs = JsonNodes.object();
        for (Parameter output : asked.outputs()) {
            JsonNode value = outputOrInput(delivery, output.name());
            if (value != null) {
                outputs.set(output.name(), value);
            }
        }
        return outputs;
    }

    /** The worker interface fills an output that the model does not give with the input of the same name. */
    private static JsonNode outputOrInput(Delivery delivery, String name) {
        JsonNode output = delivery.outputs().get(name);
        return output != null ? output : delivery.spec().inputs().get(name);
    }

    static BigDecimal seconds(Instant instant) {
        return BigDecimal.valueOf(instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000, 6);
    }

    static double milliseconds(long nanos) {
        return Math.round(nanos / 1e6) / 1e3;
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
        poll.report().ifPresent(report -> {
            Update update = report.update();
            progress.put("job_id", poll.jobId());
            progress.put("auth", report.worker());
            progress.put("job_type", report.spec().endpoint().jobType());
            progress.put("auth_key", WORKER_AUTH_KEY);
            progress.put("progress", update.progress());
            progress.set("progress_data", declared(asked, update.data()));
        });
        progress.put("queue_position", poll.queuePosition());
        progress.set("estimate", estimate(poll.estimate()));
        progress.put("num_workers_online", poll.workersOnline());
        if (poll.report().isEmpty()) {
            progress.put("progress", 0);
            progress.set("progress_data", JsonNodes.object());
        }
        return progress;
    }

    /** The server writes a real estimate as a float, and none or no more as an integer. */
    static JsonNode estimate(double seconds) {
        return seconds > 0 ? JsonNodes.of(seconds) : JsonNodes.of((int) seconds);
    }

    static ObjectNode declared(ModelEndpoint asked, ObjectNode data) {
        ObjectNode shown = JsonNodes.object();
        for (Parameter output : asked.progressOutputs()) {
            if (data.has(output.name())) {
                shown.set(output.name(), data.get(output.name()));
            }
        }
        return shown;
    }

    @Override
    public ObjectNode refused(ModelEndpoint asked, JsonNode error) {
        ObjectNode response = JsonNodes.object().put("success", false);
        response.set("error", error);
        return response.put("ep_version", asked.version());
    }
}
