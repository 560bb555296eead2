/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.AipiEndpoint;
import io.aipi.camel.examples.httpgateway.Gateway;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.simulator.SimulatorBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A gateway as it is started, with a simulator and a database in memory, and a client of its door. */
final class RunningDoor implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(60);

    private static final ObjectMapper JSON = new ObjectMapper();

    final AipiSimulator server;
    final ConfigurableApplicationContext gateway;
    private final ExecutorService clientThreads = Executors.newFixedThreadPool(2);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(clientThreads)
            .build();

    /** {@code properties}: NAME=VALUE. */
    RunningDoor(UnaryOperator<SimulatorBuilder> settings, String... properties) {
        server = settings.apply(AipiSimulator.builder()
                        .endpoints(SimulatedEndpoint.ofServer096())
                        .computeTime(Duration.ofMillis(50)))
                .start();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("camel.component.aipi.server-url", server.url());
        all.put("camel.component.aipi.poll-interval", "50");
        all.put("camel.main.shutdown-timeout", "10");
        all.put("chat.model", "llama3_chat");
        all.put("image.model", "stable_diffusion_3_5");
        all.put("port", "0");
        all.put("jobs.url", "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE");
        for (String property : properties) {
            all.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
        }
        gateway = SpringApplication.run(
                Gateway.class,
                all.entrySet().stream()
                        .map(property -> "--" + property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new));
    }

    @Override
    public void close() {
        gateway.close();
        server.close();
        clientThreads.shutdownNow();
    }

    String url() {
        return "http://127.0.0.1:" + gateway.getEnvironment().getProperty("local.server.port");
    }

    // ---- what a client does

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path)).timeout(SOON);
    }

    HttpRequest post(String path, String json) {
        return request(path)
                .header("Content-Type", "application/json")
                // as OpenAI's clients do, for streams too
                .header("Accept", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build();
    }

    <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) throws Exception {
        return client.send(request, body);
    }

    HttpResponse<String> send(HttpRequest request) throws Exception {
        return send(request, BodyHandlers.ofString());
    }

    <T> CompletableFuture<HttpResponse<T>> sendLater(HttpRequest request, HttpResponse.BodyHandler<T> body) {
        return client.sendAsync(request, body);
    }

    /** The JSON of a good answer. */
    JsonNode ask(String path, String json) throws Exception {
        HttpResponse<String> answer = send(post(path, json));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return read(answer.body());
    }

    JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = send(request(path).build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return read(answer.body());
    }

    /** The error in an answer with this status. */
    static JsonNode error(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode body = read(answer.body());
        assertThat(body.size()).isEqualTo(1);
        assertThat(names(body.path("error"))).containsExactly("message", "type", "param", "code");
        assertThat(body.path("error").path("message").textValue()).isNotBlank();
        return body.path("error");
    }

    JsonNode refused(String path, String json, int status) throws Exception {
        return error(send(post(path, json)), status);
    }

    /** The data of all events of a stream. */
    List<String> stream(String json) throws Exception {
        HttpResponse<Stream<String>> answer = send(post("/v1/chat/completions", json), BodyHandlers.ofLines());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        return answer.body()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("No JSON: " + json, e);
        }
    }

    static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    // ---- what is held

    /** Streams that are read. */
    int streams() {
        return gateway.getBean(Calls.class).streams();
    }

    /** Jobs of this door that have not ended. */
    int calls() {
        return gateway.getBean(Calls.class).jobs();
    }

    /** Exchanges that are in some route. */
    int exchanges() {
        return gateway.getBean(CamelContext.class).getInflightRepository().size();
    }

    /** Jobs that the component submits or follows. */
    int jobs() {
        return gateway.getBean(CamelContext.class).getEndpoints().stream()
                .filter(AipiEndpoint.class::isInstance)
                .mapToInt(endpoint -> ((AipiEndpoint) endpoint).getJobsInFlight())
                .sum();
    }
}
