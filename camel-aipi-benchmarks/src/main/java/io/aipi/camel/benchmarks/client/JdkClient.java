/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.camel.benchmarks.plan.Job;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The JDK's client with a fixed interval, the first poll one interval after the submit: as the vendor's clients poll. */
final class JdkClient implements Client {

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledThreadPoolExecutor pauses = new ScheduledThreadPoolExecutor(1);
    private final ServerSettings server;
    private final URI submitUri;
    private final URI progressUri;
    private final String session;

    JdkClient(ServerSettings server) throws IOException {
        this.server = server;
        this.submitUri = URI.create(server.submitUrl());
        this.progressUri = URI.create(server.progressUrl());
        this.session = Login.at(server);
    }

    @Override
    public void run(Job job, Completion completion) {
        ObjectNode request = json.createObjectNode().put(server.promptParameter(), job.prompt());
        if (server.isImages()) {
            request.put("width", server.load().work().pixels());
            request.put("height", server.load().work().pixels());
            request.put("num_samples", server.load().work().images());
        }
        post(submitUri, request.put("wait_for_result", false), completion, response -> {
            pause(response.required("job_id").asText(), completion);
        });
    }

    private void pause(String jobId, Completion completion) {
        pauses.schedule(
                () -> poll(jobId, completion), server.load().pollInterval().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void poll(String jobId, Completion completion) {
        post(progressUri, json.createObjectNode().put("job_id", jobId), completion, response -> {
            if (response.path("job_state").asText().equals("done")) {
                completion.answered(result(response.required("job_result")));
            } else {
                pause(jobId, completion);
            }
        });
    }

    private Object result(JsonNode result) {
        if (!server.isImages()) {
            return result.required("text").asText();
        }
        List<byte[]> images = new ArrayList<>();
        for (JsonNode image : result.required("images")) {
            String uri = image.asText();
            images.add(Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1)));
        }
        return images;
    }

    /** What is done with a response. */
    private interface Step {
        void take(JsonNode response);
    }

    private void post(URI uri, ObjectNode body, Completion completion, Step next) {
        body.put("client_session_auth_key", session);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .thenAccept(response -> next.take(parsed(response)))
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        completion.failed(failure);
                    }
                });
    }

    private JsonNode parsed(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new IllegalStateException("HTTP " + response.statusCode() + ": " + response.body());
        }
        try {
            return json.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Not JSON: " + response.body(), e);
        }
    }
}
