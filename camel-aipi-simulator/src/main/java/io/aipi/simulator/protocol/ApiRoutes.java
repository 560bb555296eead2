/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.endpoint.Parameter;
import io.aipi.simulator.job.Jobs;
import java.util.List;

/** The routes under {@code /api} and the broken {@code /stream_progress} of the served generation. */
record ApiRoutes(ServerContext context) {

    private static final int MOST_SHOWN = 1_000;

    /** {@code /api/endpoints[?key=..]}. */
    Reply endpoints(Request request) {
        String key = request.query().get("key");
        if (key != null && !context.keys().isValid(key)) {
            return Response.json(401, JsonNodes.object().put("error", ApiKeys.NOT_VALID));
        }
        ObjectNode response = JsonNodes.object();
        ArrayNode names = response.putArray("endpoints");
        context.endpoints().stream()
                .map(ModelEndpoint::name)
                .filter(name -> key == null || context.keys().allows(key, name))
                .forEach(names::add);
        return Response.json(200, response);
    }

    /** {@code /api/endpoints/<name>}. */
    Reply describe(ModelEndpoint endpoint) {
        Jobs jobs = context.jobs();
        List<Jobs.WorkerView> workers = jobs.workers(endpoint.name());
        ObjectNode response = JsonNodes.object();
        response.put("name", endpoint.name());
        response.put("title", endpoint.title());
        response.put("description", endpoint.description());
        response.putArray("http_methods").add("GET").add("POST");
        response.put("version", endpoint.version());
        response.put("max_queue_length", jobs.limits().maxQueueLength());
        response.put("max_time_in_queue", jobs.limits().maxTimeInQueue().toSeconds());
        response.put("free_queue_slots", jobs.freeSlots(endpoint.name()));
        response.put("category", endpoint.category());
        response.put("num_active_workers", workers.size());
        response.put("num_workers", workers.size());
        ArrayNode shown = response.putArray("workers");
        // a real server has some tens; a hundred thousand in one response would tell nobody more
        workers.stream().limit(MOST_SHOWN).forEach(worker -> shown.add(worker(worker)));
        ObjectNode parameters = response.putObject("parameter_description");
        parameters.set("input", parameters(endpoint.allInputs()));
        parameters.set("output", parameters(endpoint.outputs()));
        parameters.putObject("progress").set("OUTPUTS", parameters(endpoint.progressOutputs()));
        return Response.json(200, response);
    }

    private static ObjectNode worker(Jobs.WorkerView view) {
        ObjectNode worker = JsonNodes.object();
        worker.put("name", view.name());
        worker.put("state", view.state());
        worker.put("max_batch_size", 1);
        worker.put("free_slots", view.state().equals("waiting") ? 1 : 0);
        worker.put("gpu_name", "Simulated_GPU");
        worker.put("num_gpus", 1);
        worker.put("framework", "none");
        worker.putNull("framework_version");
        worker.putNull("pytorch_version");
        ObjectNode model = worker.putObject("model");
        model.put("label", "Simulated-Model");
        model.put("quantization", "none");
        model.put("size", "0B");
        model.put("family", "Simulated");
        model.put("type", "none");
        model.put("repo_name", "simulated-model");
        return worker;
    }

    private static ObjectNode parameters(List<Parameter> parameters) {
        ObjectNode described = JsonNodes.object();
        parameters.forEach(parameter -> described.set(parameter.name(), parameter.attributes()));
        return described;
    }

    /** {@code /api/validate_key?key=..}. */
    Reply validateKey(Request request) {
        boolean valid = context.keys().isValid(request.query().get("key"));
        return Response.json(
                200, JsonNodes.object().put("success", valid).put("error", valid ? null : ApiKeys.NOT_VALID));
    }

    /** {@code /stream_progress}: refuses strangers, and fails for everybody else. */
    Reply streamProgress(Request request) {
        String session = request.query().get("client_session_auth_key");
        if (session != null && context.sessions().knows(session)) {
            throw FrameworkError.internal();
        }
        return Response.json(
                200,
                JsonNodes.object()
                        .put("cmd", "error")
                        .put(
                                "msg",
                                session == null
                                        ? "client_session_auth_key missing"
                                        : "client_session_auth_key not authorized"));
    }
}
