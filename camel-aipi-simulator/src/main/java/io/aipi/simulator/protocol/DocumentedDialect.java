/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.Delivery;
import io.aipi.simulator.job.PollResult.Underway;
import io.aipi.simulator.model.Performance.Update;
import java.util.List;
import java.util.Map;

/**
 * The responses of the documented "HTTP API Client Interface". What the documents do not say, such as errors, is worded
 * as in the served generation, without {@code ep_version}.
 */
public record DocumentedDialect() implements Dialect {

    private static final String WORKER_INTERFACE = "API-Worker-Interface 0.3.5";

    /** What shows up in {@code progress_data} of a finished job. */
    private static final String[] PREVIEWED = {"images", "text"};

    @Override
    public Login login() {
        return Login.SHARED_ROUTE;
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
        return endpoint.withPromptNamed("prompt");
    }

    @Override
    public String jobId(long count) {
        return "JID" + count;
    }

    @Override
    public ObjectNode accepted(ModelEndpoint asked, String jobId) {
        return JsonNodes.object().put("success", true).put("job_id", jobId);
    }

    @Override
    public ObjectNode result(ModelEndpoint asked, Delivery delivery) {
        ObjectNode result = accepted(asked, delivery.jobId());
        result.setAll(outputs(delivery));
        result.put("compute_duration", ServedDialect.milliseconds(delivery.computeNanos()));
        result.put("total_duration", ServedDialect.milliseconds(delivery.totalNanos()));
        result.put("auth", delivery.worker());
        return result.put("worker_interface_version", WORKER_INTERFACE);
    }

    @Override
    public ObjectNode delivered(ModelEndpoint asked, Delivery delivery) {
        ObjectNode outputs = outputs(delivery);
        ObjectNode response = JsonNodes.object().put("job_id", delivery.jobId());
        ObjectNode result = response.putObject("job_result");
        result.put("auth", delivery.worker());
        result.put("compute_duration", ServedDialect.milliseconds(delivery.computeNanos()));
        result.setAll(outputs);
        result.put("total_duration", ServedDialect.milliseconds(delivery.totalNanos()));
        result.put("worker_interface_version", WORKER_INTERFACE);
        ObjectNode data = JsonNodes.object();
        for (String name : PREVIEWED) {
            if (outputs.has(name)) {
                data.set(name, outputs.get(name));
            }
        }
        return finished(response, delivery.jobId(), data);
    }

    @Override
    public ObjectNode done(ModelEndpoint asked, String jobId) {
        return finished(JsonNodes.object().put("job_id", jobId), jobId, JsonNodes.object());
    }

    private static ObjectNode finished(ObjectNode response, String jobId, ObjectNode data) {
        response.put("job_state", "done");
        ObjectNode progress = response.putObject("progress");
        progress.put("job_id", jobId).put("progress", 100);
        progress.set("progress_data", data);
        progress.put("queue_position", 0);
        return response.put("success", true);
    }

    @Override
    public ObjectNode underway(ModelEndpoint asked, Underway poll) {
        ObjectNode response = JsonNodes.object()
                .put("job_id", poll.jobId())
                .put("job_state", poll.state().word());
        response.set("progress", progress(poll));
        return response.put("success", true);
    }

    @Override
    public ObjectNode lapsed(ModelEndpoint asked, Underway poll) {
        JsonNode error = JsonNodes.of("Job " + poll.jobId() + " on " + asked.name() + " lapsed!");
        ObjectNode response =
                refused(asked, error).put("job_state", poll.state().word());
        response.set("progress", progress(poll));
        return response;
    }

    private static ObjectNode progress(Underway poll) {
        ObjectNode progress = JsonNodes.object();
        if (poll.report().isEmpty()) {
            progress.put("progress", 0);
        } else {
            Update update = poll.report().get().update();
            progress.put("job_id", poll.jobId()).put("progress", update.progress());
            progress.set("progress_data", preview(update.data()));
        }
        return progress.put("queue_position", poll.queuePosition());
    }

    private static ObjectNode preview(ObjectNode data) {
        ObjectNode preview = JsonNodes.object();
        if (data.has("progress_images")) {
            preview.set("images", bare(data.get("progress_images")));
        }
        if (data.has("text")) {
            preview.set("text", data.get("text"));
        }
        return preview;
    }

    private static ObjectNode outputs(Delivery delivery) {
        ObjectNode outputs = JsonNodes.object();
        for (Map.Entry<String, JsonNode> output : delivery.outputs().properties()) {
            outputs.set(output.getKey(), bare(output.getValue()));
        }
        return outputs;
    }

    /** Images and sound are bare base64 in the documents. */
    private static JsonNode bare(JsonNode value) {
        if (value.isArray()) {
            ArrayNode bare = JsonNodes.object().arrayNode();
            value.forEach(item -> bare.add(bare(item)));
            return bare;
        }
        String mark = ";base64,";
        boolean dataUri = value.isTextual() && value.textValue().startsWith("data:");
        int comma = dataUri ? value.textValue().indexOf(mark) : -1;
        return comma < 0 ? value : JsonNodes.of(value.textValue().substring(comma + mark.length()));
    }

    @Override
    public ObjectNode refused(ModelEndpoint asked, JsonNode error) {
        ObjectNode response = JsonNodes.object().put("success", false);
        response.set("error", error);
        return response;
    }
}
