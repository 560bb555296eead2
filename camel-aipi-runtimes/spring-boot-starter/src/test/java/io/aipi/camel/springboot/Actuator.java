/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Actuator of a running application, as an operator sees it: over HTTP. */
final class Actuator {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    private final int port;

    Actuator(int port) {
        this.port = port;
    }

    /** The body of the answer, whatever its status. */
    String text(String path) throws IOException, InterruptedException {
        return get(path).body();
    }

    int status(String path) throws IOException, InterruptedException {
        return get(path).statusCode();
    }

    JsonNode json(String path) throws IOException, InterruptedException {
        return new ObjectMapper().readTree(text(path));
    }

    /** The details of Camel's health. */
    JsonNode camelHealth() throws IOException, InterruptedException {
        return json("/health").at("/components/camelHealth");
    }

    /** The value of a meter of the component for one model endpoint; NaN while there is no such meter. */
    double meter(String name, String endpoint) throws IOException, InterruptedException {
        HttpResponse<String> answer = get("/metrics/" + name + "?tag=endpoint:" + endpoint);
        return answer.statusCode() == 404
                ? Double.NaN
                : new ObjectMapper()
                        .readTree(answer.body())
                        .at("/measurements/0/value")
                        .asDouble();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator" + path))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
