/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.simulator.endpoint.EndpointPresets;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.JobScripts;
import io.aipi.simulator.job.Jobs;
import io.aipi.simulator.job.Limits;
import io.aipi.simulator.job.ManualTime;
import io.aipi.simulator.job.RequestLog;
import io.aipi.simulator.job.ServerMetrics;
import io.aipi.simulator.model.PictureFormat;
import io.aipi.simulator.transcripts.Shape;
import io.aipi.simulator.transcripts.Transcript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The routes of a server without HTTP, in time that stands still, with the short limits of the recordings. */
final class ServerWithManualTime {

    static final String KEY = "a-key";
    private static final ObjectMapper JSON = new ObjectMapper();

    final ManualTime time = new ManualTime();
    final ServerMetrics metrics = new ServerMetrics(spec -> {});
    private final RequestLog requestLog = new RequestLog(line -> {});
    final Jobs jobs;
    final Sessions sessions = new Sessions();
    private final Router router;

    ServerWithManualTime(Dialect dialect, int workers) {
        this(dialect, workers, 1000);
    }

    ServerWithManualTime(Dialect dialect, int workers, int maxQueueLength) {
        this(
                dialect,
                List.of(
                        EndpointPresets.chat("llama2_chat", "text"),
                        EndpointPresets.chat("llama3_chat", "prompt_input"),
                        EndpointPresets.image("stable_diffusion_xl_txt2img", PictureFormat.JPEG),
                        EndpointPresets.image("sd_png", PictureFormat.PNG),
                        EndpointPresets.imageToImage("stable_diffusion_3_5"),
                        EndpointPresets.speech("tts")),
                new ApiKeys(Map.of(KEY, Set.of()), Set.of()),
                workers,
                maxQueueLength);
    }

    ServerWithManualTime(Dialect dialect, List<ModelEndpoint> models, ApiKeys keys, int workers, int maxQueueLength) {
        List<ModelEndpoint> endpoints = models.stream().map(dialect::offered).toList();
        Limits limits = new Limits(
                maxQueueLength,
                Duration.ofSeconds(5),
                Duration.ofSeconds(3),
                Duration.ofSeconds(6),
                Duration.ofSeconds(8));
        jobs = new Jobs(endpoints, limits, time, dialect::jobId, name -> Duration.ofSeconds(1), metrics, requestLog);
        endpoints.forEach(endpoint -> jobs.startWorkers(endpoint.name(), workers));
        router = new Router(
                new ServerContext(dialect, endpoints, keys, sessions, jobs, new JobScripts(), metrics, requestLog));
    }

    /** Forgets what a server forgets that is started again. */
    void restart() {
        sessions.expireAll();
        jobs.forgetAll();
    }

    Reply request(String method, String target, Map<String, String> headers, byte[] body) {
        return router.reply(Request.of(method, target, headers, body));
    }

    Reply post(String path, JsonNode body) {
        return router.reply(Request.of(
                "POST",
                path,
                Map.of("content-type", "application/json"),
                body.toString().getBytes(StandardCharsets.UTF_8)));
    }

    Response get(String target) {
        return (Response) router.reply(Request.of("GET", target, Map.of(), new byte[0]));
    }

    /** Submits to {@code llama2_chat}, not held. */
    String submit(String prompt) {
        return submit("llama2_chat", "text", prompt);
    }

    String submit(String endpoint, String parameter, String prompt) {
        ObjectNode body = order(parameter, prompt).put("wait_for_result", false);
        return json((Response) post("/" + endpoint, body)).get("job_id").asText();
    }

    /** Submits with a session key, not held. */
    String submitTo(String endpoint, String parameter, String prompt, String session) {
        ObjectNode body = JSON.createObjectNode()
                .put(parameter, prompt)
                .put("client_session_auth_key", session)
                .put("wait_for_result", false);
        return json((Response) post("/" + endpoint, body)).get("job_id").asText();
    }

    /** Submits to {@code llama2_chat}, held. */
    Reply.Hold hold(String prompt) {
        return (Reply.Hold) post("/llama2_chat", order("text", prompt).put("wait_for_result", true));
    }

    private static ObjectNode order(String parameter, String prompt) {
        return JSON.createObjectNode().put("key", KEY).put(parameter, prompt);
    }

    Response poll(String jobId) {
        return poll("llama2_chat", jobId);
    }

    Response poll(String endpoint, String jobId) {
        return (Response)
                post("/" + endpoint + "/progress", JSON.createObjectNode().put("job_id", jobId));
    }

    static JsonNode json(Response response) {
        try {
            return JSON.readTree(response.content().orElseThrow().bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The shape of a response, with the job's id as it was in the recording. */
    static String shape(Response response, String jobId, Transcript like) {
        String recordedId = like.content().at("/request/body/job_id").asText();
        try {
            JsonNode mine = JSON.readTree(json(response).toString().replace(jobId, recordedId));
            return response.status() + (response.closes() ? " close " : " keep-alive ") + Shape.of(mine);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String shape(Transcript recorded) {
        return recorded.status() + " " + recorded.responseHeaders().get("connection") + " "
                + Shape.of(recorded.responseBody());
    }
}
