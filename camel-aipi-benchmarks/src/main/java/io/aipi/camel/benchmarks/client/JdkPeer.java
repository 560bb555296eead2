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

/** The JDK's client with a fixed interval, the first look one interval after the submit: as the vendor's clients poll. */
final class JdkPeer implements Peer {

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledThreadPoolExecutor pauses = new ScheduledThreadPoolExecutor(1);
    private final Site site;
    private final URI submitUri;
    private final URI progressUri;
    private final String session;

    JdkPeer(Site site) throws IOException {
        this.site = site;
        this.submitUri = URI.create(site.submitUrl());
        this.progressUri = URI.create(site.progressUrl());
        this.session = Login.at(site);
    }

    @Override
    public void run(Job job, Completion completion) {
        ObjectNode request = json.createObjectNode().put(site.promptParameter(), job.prompt());
        if (site.isImages()) {
            request.put("width", site.load().work().pixels());
            request.put("height", site.load().work().pixels());
            request.put("num_samples", site.load().work().images());
        }
        post(submitUri, request.put("wait_for_result", false), completion, answer -> {
            pause(answer.required("job_id").asText(), completion);
        });
    }

    private void pause(String jobId, Completion completion) {
        pauses.schedule(
                () -> look(jobId, completion), site.load().pollInterval().toNanos(), TimeUnit.NANOSECONDS);
    }

    private void look(String jobId, Completion completion) {
        post(progressUri, json.createObjectNode().put("job_id", jobId), completion, answer -> {
            if (answer.path("job_state").asText().equals("done")) {
                completion.answered(result(answer.required("job_result")));
            } else {
                pause(jobId, completion);
            }
        });
    }

    private Object result(JsonNode result) {
        if (!site.isImages()) {
            return result.required("text").asText();
        }
        List<byte[]> images = new ArrayList<>();
        for (JsonNode image : result.required("images")) {
            String uri = image.asText();
            images.add(Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1)));
        }
        return images;
    }

    /** What is done with an answer. */
    private interface Step {
        void take(JsonNode answer);
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
