/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.aipi.camel.AipiConstants;
import io.aipi.client.model.AipiRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server is sent, to the letter, for each kind of message body. */
class BodyInTest extends CamelTestSupport {

    private static final byte[] PNG = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final WireMockServer SERVER =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

    @TempDir
    Path folder;

    @BeforeAll
    static void startServer() {
        SERVER.start();
        SERVER.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(404)));
        SERVER.stubFor(post(urlPathEqualTo("/login")).willReturn(okJson("{\"client_session_auth_key\": \"s\"}")));
        for (String endpoint : List.of("plain", "described")) {
            SERVER.stubFor(post(urlPathEqualTo("/" + endpoint))
                    .willReturn(okJson("{\"success\": true, \"job_id\": \"JID1\", \"text\": \"answer\"}")));
        }
        SERVER.stubFor(get(urlPathEqualTo("/api/endpoints/described"))
                .willReturn(okJson("{\"name\": \"described\", \"parameter_description\": {\"input\": {"
                        + "\"prompt_input\": {\"type\": \"string\"}, \"chat_context\": {\"type\": \"chat_context\"},"
                        + "\"top_k\": {\"type\": \"integer\"}, \"temperature\": {\"type\": \"float\"},"
                        + "\"stream\": {\"type\": \"bool\"}, \"picture\": {\"type\": \"image\"},"
                        + "\"label\": {\"type\": \"string\"}}}}")));
    }

    @AfterAll
    static void stopServer() {
        SERVER.stop();
    }

    @BeforeEach
    void forget() {
        SERVER.resetRequests();
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        String server = "serverUrl=http://127.0.0.1:" + SERVER.port();
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:plain").to("aipi:plain?" + server);
                from("direct:plain-with-fixed")
                        .to("aipi:plain?" + server
                                + "&param.temperature=0.7&param.top_k=40&param.stream=true&param.label=x");
                from("direct:described").to("aipi:described?" + server);
                from("direct:described-with-fixed")
                        .to("aipi:described?" + server + "&param.temperature=1&param.label=123");
            }
        };
    }

    @Test
    void aStringIsThePrompt() throws Exception {
        assertSent("direct:plain", "Hello", Map.of(), "{'prompt': 'Hello'}");
    }

    @Test
    void theEndpointNamesItsPromptItself() throws Exception {
        assertSent("direct:described", "Hello", Map.of(), "{'prompt_input': 'Hello'}");
    }

    @Test
    void aMapIsParameters() throws Exception {
        assertSent(
                "direct:plain",
                Map.of("prompt", "Hello", "top_k", 40, "exact", true),
                Map.of(),
                "{'prompt': 'Hello', 'top_k': 40, 'exact': true}");
    }

    @Test
    void jsonIsParametersHoweverItComes() throws Exception {
        String json = "{\"prompt\": \"Grüße\", \"temperature\": 0.5}";
        String sent = "{'prompt': 'Grüße', 'temperature': 0.5}";
        Map<String, Object> type = Map.of(Exchange.CONTENT_TYPE, "application/json;charset=utf-8");
        assertSent("direct:plain", json, type, sent);
        assertSent("direct:plain", json.getBytes(StandardCharsets.UTF_8), type, sent);
        assertSent("direct:plain", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), type, sent);
        assertSent("direct:plain", JSON.readTree(json), Map.of(), sent);
        Path file = Files.writeString(folder.resolve("request.json"), json);
        assertSent("direct:plain", file.toFile(), Map.of(Exchange.FILE_CONTENT_TYPE, "application/json"), sent);
    }

    @Test
    void aJsonStringIsThePrompt() throws Exception {
        assertSent(
                "direct:plain", "\"Hello\"", Map.of(Exchange.CONTENT_TYPE, "application/json"), "{'prompt': 'Hello'}");
    }

    @Test
    void filesStreamsAndBytesOfTextAreThePrompt() throws Exception {
        byte[] text = "Grüße, 你好".getBytes(StandardCharsets.UTF_8);
        String sent = "{'prompt': 'Grüße, 你好'}";
        assertSent("direct:plain", text, Map.of(), sent);
        assertSent("direct:plain", new ByteArrayInputStream(text), Map.of(), sent);
        assertSent(
                "direct:plain", Files.write(folder.resolve("prompt.txt"), text).toFile(), Map.of(), sent);
        assertSent("direct:plain", folder.resolve("prompt.txt"), Map.of(), sent);
    }

    @Test
    void theCharacterSetOfTheExchangeCounts() throws Exception {
        Exchange response = template.request("direct:plain", exchange -> {
            exchange.setProperty(Exchange.CHARSET_NAME, "ISO-8859-1");
            exchange.getMessage().setBody("Grüße".getBytes(StandardCharsets.ISO_8859_1));
        });
        assertThat(response.getException()).isNull();
        assertThat(sent("plain")).isEqualTo(json("{'prompt': 'Grüße'}"));
    }

    @Test
    void anImageGoesUnderTheEndpointsOwnParameterAndThePromptComesFromTheHeader() throws Exception {
        String dataUri = "data:image/png;base64," + Base64.getEncoder().encodeToString(PNG);
        Map<String, Object> prompt = Map.of(AipiConstants.PROMPT, "A watercolour");
        assertSent("direct:described", PNG, prompt, "{'prompt_input': 'A watercolour', 'picture': '" + dataUri + "'}");
        assertSent("direct:plain", PNG, prompt, "{'prompt': 'A watercolour', 'image': '" + dataUri + "'}");
        // a file is what its bytes are, whatever its name says
        Path misnamed = Files.write(folder.resolve("picture.txt"), PNG);
        assertSent(
                "direct:plain", misnamed.toFile(), prompt, "{'prompt': 'A watercolour', 'image': '" + dataUri + "'}");
    }

    @Test
    void anAipiRequestIsSentAsItIs() throws Exception {
        assertSent(
                "direct:plain",
                new AipiRequest("Hello", Map.of("seed", 7)),
                Map.of(AipiConstants.PROMPT, "ignored"),
                "{'prompt': 'Hello', 'seed': 7}");
    }

    @Test
    void headersWinOverTheBodyAndTheBodyOverTheEndpoint() throws Exception {
        assertSent(
                "direct:plain-with-fixed",
                Map.of("prompt", "from the body", "temperature", 0.1, "top_k", 1),
                Map.of(AipiConstants.PROMPT, "from the header", AipiConstants.PARAMETERS, Map.of("top_k", 2)),
                "{'prompt': 'from the header', 'temperature': 0.1, 'top_k': 2, 'stream': true, 'label': 'x'}");
    }

    @Test
    void fixedParametersAreTypedByTheirPollWithoutADescription() throws Exception {
        assertSent(
                "direct:plain-with-fixed",
                "Hello",
                Map.of(),
                "{'prompt': 'Hello', 'temperature': 0.7, 'top_k': 40, 'stream': true, 'label': 'x'}");
    }

    @Test
    void parametersAreTypedByTheDescription() throws Exception {
        assertSent(
                "direct:described-with-fixed",
                Map.of("top_k", "40", "stream", "TRUE", "chat_context", List.of(Map.of("role", "user"))),
                Map.of(),
                "{'temperature': 1, 'label': '123', 'top_k': 40, 'stream': true,"
                        + " 'chat_context': '[{\\\"role\\\":\\\"user\\\"}]'}");
    }

    @Test
    void aMessageCannotChooseWhereOrAsWhomItIsSent() throws Exception {
        assertSent(
                "direct:plain",
                "Hello",
                Map.of(
                        "CamelAipiServerUrl",
                        "http://elsewhere.invalid",
                        "CamelAipiApiKey",
                        "x",
                        AipiConstants.ENDPOINT,
                        "described",
                        Exchange.HTTP_URI,
                        "http://elsewhere.invalid",
                        Exchange.HTTP_PATH,
                        "/described"),
                "{'prompt': 'Hello'}");
    }

    private void assertSent(String route, Object body, Map<String, Object> headers, String expected) throws Exception {
        SERVER.resetRequests();
        Exchange response = template.request(route, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
        assertThat(response.getException()).isNull();
        assertThat(response.getMessage().getBody(String.class)).isEqualTo("answer");
        assertThat(sent(route.contains("plain") ? "plain" : "described")).isEqualTo(json(expected));
    }

    /** What was sent, without what belongs to the protocol. */
    private static JsonNode sent(String endpoint) throws Exception {
        var requests = SERVER.findAll(postRequestedFor(urlPathEqualTo("/" + endpoint)));
        assertThat(requests).hasSize(1);
        JsonNode sent = JSON.readTree(requests.get(0).getBody());
        assertThat(sent.get("wait_for_result").isBoolean()).isTrue();
        assertThat(sent.get("client_session_auth_key").asText()).isEqualTo("s");
        ((com.fasterxml.jackson.databind.node.ObjectNode) sent)
                .remove(List.of("wait_for_result", "client_session_auth_key"));
        return sent;
    }

    private static JsonNode json(String withSingleQuotes) throws Exception {
        return JSON.readTree(withSingleQuotes.replace('\'', '"'));
    }
}
