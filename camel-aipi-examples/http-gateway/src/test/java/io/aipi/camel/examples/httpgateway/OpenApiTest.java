/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code openapi.json}, and the answers that it describes. Those under {@code /v1} are in a test of their own. */
class OpenApiTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;

    private static GatewayFixture gateway;
    private static OpenApi api;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        gateway = new GatewayFixture(folder).start();
        api = new OpenApi(get("/openapi.json").body());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + path))
                        .timeout(SOON)
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String type, String accept, String body) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + path))
                        .timeout(SOON)
                        .headers("Content-Type", type, "Accept", accept)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    @Tag("case-E9")
    void theDescriptionHasASchemaForEachResponse() {
        for (String operation : api.operations()) {
            String error = operation.contains(" /v1/") ? "application/json" : "application/problem+json";
            api.responses(operation).forEach((status, response) -> {
                assertThat(response.path("description").asText())
                        .as(operation + ": " + status)
                        .isNotEmpty();
                if (!status.equals("204")) {
                    assertThat(response.path("content")).isNotEmpty();
                }
                for (JsonNode content : response.path("content")) {
                    assertThat(content.path("schema")).isNotEmpty();
                }
                if (Integer.parseInt(status) >= 400) {
                    assertThat(response.path("content").has(error)).isTrue();
                }
            });
        }
        for (JsonNode reference : api.description().findValues("$ref")) {
            assertThat(api.description().at(reference.textValue().substring(1)).isMissingNode())
                    .as(reference.textValue())
                    .isFalse();
        }
    }

    @Test
    void theDescriptionHasAllOperations() throws Exception {
        assertThat(get("/openapi.json").headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
        assertThat(api.description().path("openapi").textValue()).startsWith("3.");
        // these two are served by a filter
        List<String> byFilters = List.of("post /login", "post /logout");
        assertThat(api.operations())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(gateway.operations().stream(), byFilters.stream())
                        .toList())
                .contains(
                        "post /prompts",
                        "post /answer",
                        "get /jobs",
                        "get /jobs/{id}",
                        "post /jobs/{id}/again",
                        "get /jobs/{id}/images/{number}",
                        "get /jobs/{id}/previews/{number}",
                        "get /jobs/{id}/events",
                        "get /models",
                        "get /session",
                        "get /v1/models",
                        "get /v1/models/{model}",
                        "post /v1/chat/completions",
                        "post /v1/images/generations",
                        "post /v1/audio/speech");
        JsonNode prompts = api.description().path("paths").path("/prompts").path("post");
        assertThat(prompts.path("requestBody").path("content").has("text/plain"))
                .isTrue();
        assertThat(prompts.path("requestBody").path("content").has("application/json"))
                .isTrue();
        assertThat(api.description().path("servers").path(0).path("url").textValue())
                .isEqualTo("/");
    }

    @Test
    @Tag("case-E9")
    void anAnswerHasWhatIsDescribed_andNoMore() throws Exception {
        HttpResponse<String> accepted = post("/prompts", "text/plain", "*/*", "Hello @sleep=0");
        api.assertDescribes("post /prompts", accepted);
        String url = accepted.headers().firstValue("Location").orElseThrow();
        api.assertDescribes(
                "get /jobs/{id}",
                await().atMost(SOON).until(() -> get(url), job -> job.body().contains("\"done\"")));
        api.assertDescribes("get /jobs", get("/jobs"));
        api.assertDescribes("get /models", get("/models"));
        api.assertDescribes("get /session", get("/session"));
        api.assertDescribes("get /jobs/{id}", get("/jobs/nothing"));
        api.assertDescribes("get /jobs", get("/jobs?limit=0"));
        api.assertDescribes("post /answer", post("/answer", "text/plain", "*/*", "Hello @sleep=0"));
        api.assertDescribes("post /answer", post("/answer?model=nothing", "text/plain", "*/*", "Hello"));
        api.assertDescribes("post /answer", post("/answer", "image/png", "*/*", "Hello"));
        api.assertDescribes("post /answer", get("/answer"));
    }

    @ParameterizedTest
    @CsvSource({"text/html", "image/png"})
    void whoAcceptsNoJsonIsToldSoBeforeAJobIsSubmitted(String accept) throws Exception {
        HttpResponse<String> accepted = post("/prompts", "text/plain", "application/json", "Hello @sleep=0");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        String url = accepted.headers().firstValue("Location").orElseThrow();
        long before = gateway.server.stats().submits();

        HttpResponse<String> prompt = post("/prompts", "text/plain", accept, "Hello @sleep=0");
        assertThat(prompt.statusCode()).isEqualTo(406);
        api.assertDescribes("post /prompts", prompt);
        HttpResponse<String> again = post(url + "/again", "text/plain", accept, "");
        assertThat(again.statusCode()).isEqualTo(406);
        api.assertDescribes("post /jobs/{id}/again", again);

        assertThat(gateway.server.stats().submits()).isEqualTo(before);
        // an answer is of a type that nobody knows before it is there
        assertThat(post("/answer", "text/plain", accept, "Hello @sleep=0").statusCode())
                .isEqualTo(200);
    }
}
