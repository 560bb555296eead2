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
record ApiRoutes(Site site) {

    private static final int MOST_SHOWN = 1_000;

    /** {@code /api/endpoints[?key=..]}. */
    Reply endpoints(Request request) {
        String key = request.query().get("key");
        if (key != null && !site.keys().isValid(key)) {
            return Answer.json(401, WireJson.object().put("error", ApiKeys.NOT_VALID));
        }
        ObjectNode answer = WireJson.object();
        ArrayNode names = answer.putArray("endpoints");
        site.endpoints().stream()
                .map(ModelEndpoint::name)
                .filter(name -> key == null || site.keys().allows(key, name))
                .forEach(names::add);
        return Answer.json(200, answer);
    }

    /** {@code /api/endpoints/<name>}. */
    Reply describe(ModelEndpoint endpoint) {
        Jobs jobs = site.jobs();
        List<Jobs.WorkerView> workers = jobs.workers(endpoint.name());
        ObjectNode answer = WireJson.object();
        answer.put("name", endpoint.name());
        answer.put("title", endpoint.title());
        answer.put("description", endpoint.description());
        answer.putArray("http_methods").add("GET").add("POST");
        answer.put("version", endpoint.version());
        answer.put("max_queue_length", jobs.limits().maxQueueLength());
        answer.put("max_time_in_queue", jobs.limits().maxTimeInQueue().toSeconds());
        answer.put("free_queue_slots", jobs.freeSlots(endpoint.name()));
        answer.put("category", endpoint.category());
        answer.put("num_active_workers", workers.size());
        answer.put("num_workers", workers.size());
        ArrayNode shown = answer.putArray("workers");
        // a real server has some tens; a hundred thousand in one answer would tell nobody more
        workers.stream().limit(MOST_SHOWN).forEach(worker -> shown.add(worker(worker)));
        ObjectNode parameters = answer.putObject("parameter_description");
        parameters.set("input", parameters(endpoint.allInputs()));
        parameters.set("output", parameters(endpoint.outputs()));
        parameters.putObject("progress").set("OUTPUTS", parameters(endpoint.progressOutputs()));
        return Answer.json(200, answer);
    }

    private static ObjectNode worker(Jobs.WorkerView view) {
        ObjectNode worker = WireJson.object();
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
        ObjectNode described = WireJson.object();
        parameters.forEach(parameter -> described.set(parameter.name(), parameter.attributes()));
        return described;
    }

    /** {@code /api/validate_key?key=..}. */
    Reply validateKey(Request request) {
        boolean valid = site.keys().isValid(request.query().get("key"));
        return Answer.json(200, WireJson.object().put("success", valid).put("error", valid ? null : ApiKeys.NOT_VALID));
    }

    /** {@code /stream_progress}: refuses strangers, and fails for everybody else. */
    Reply streamProgress(Request request) {
        String session = request.query().get("client_session_auth_key");
        if (session != null && site.sessions().knows(session)) {
            throw FrameworkError.internal();
        }
        return Answer.json(
                200,
                WireJson.object()
                        .put("cmd", "error")
                        .put(
                                "msg",
                                session == null
                                        ? "client_session_auth_key missing"
                                        : "client_session_auth_key not authorized"));
    }
}
