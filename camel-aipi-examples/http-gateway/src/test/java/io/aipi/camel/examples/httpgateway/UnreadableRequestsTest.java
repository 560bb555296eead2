/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that the servlet container refuses before the gateway has them. Most HTTP clients do not send them. */
class UnreadableRequestsTest {

    private static final String LONG = "a".repeat(10_000);

    @TempDir
    private static Path folder;

    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        gateway = new GatewayFixture(folder).start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String ask(String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(answer);
            } catch (SocketException reset) {
                // the server has closed without reading all: what has come is the answer
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    private static String get(String path, String more) throws IOException {
        return ask("GET " + path + " HTTP/1.1\r\nHost: localhost:" + gateway.port() + "\r\nConnection: close" + more);
    }

    private static JsonNode body(String answer, String type) {
        assertThat(answer).startsWith("HTTP/1.1 400 ").containsOnlyOnce("Content-Type: " + type + "\r\n");
        return Json.read(answer.substring(answer.indexOf("\r\n\r\n")));
    }

    private static void assertProblem(String answer) {
        JsonNode problem = body(answer, "application/problem+json");
        assertThat(problem.path("status").intValue()).isEqualTo(400);
        assertThat(problem.path("detail").textValue()).isNotBlank();
    }

    private static void assertOpenAiError(String answer) {
        JsonNode error = body(answer, "application/json").path("error");
        assertThat(error.path("type").textValue()).isEqualTo("invalid_request_error");
        assertThat(error.path("message").textValue()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%2Fb", "%zz", "%", "%5C", "%00", "%c0%af", "a;b", "../x"})
    void aPathThatIsNotTakenIsToldAsAllErrors(String part) throws Exception {
        assertProblem(get("/jobs/" + part, ""));
        assertOpenAiError(get("/v1/models/" + part, ""));
    }

    @Test
    void aRequestThatIsTooLongIsToldAsAllErrors() throws Exception {
        assertProblem(get("/jobs/" + LONG, ""));
        assertProblem(get("/jobs", "\r\nX-Long: " + LONG));
        assertOpenAiError(get("/v1/models", "\r\nX-Long: " + LONG));
    }

    /** The container does not say which path it was. */
    @ParameterizedTest
    @ValueSource(
            strings = {"GET /v1/{a} HTTP/1.1", "GET /v1/a|b HTTP/1.1", "GET /jobs now HTTP/1.1", "{} /jobs HTTP/1.1"})
    void aRequestLineThatIsNoneIsAProblem(String line) throws Exception {
        String answer = ask(line + "\r\nHost: localhost");

        assertThat(Json.read(answer.substring(answer.indexOf('{')))
                        .path("status")
                        .intValue())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\r\nHost: a b", "\r\nHost: localhost\r\nContent-Length: x", "\r\nHost: localhost\r\nA b: c"
            })
    void headersThatAreNoneAreToldAsAllErrors(String headers) throws Exception {
        assertOpenAiError(ask("POST /v1/chat/completions HTTP/1.1" + headers));
    }

    @Test
    void aBadRequestIsLeftBehind() throws Exception {
        get("/jobs/%zz", "");

        assertThat(get("/session", "")).startsWith("HTTP/1.1 200 ");
    }
}
