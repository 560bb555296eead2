/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.http.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return CommandLine.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private AipiSimulator start(List<String> arguments) {
        return CommandLine.parse(arguments, new PrintStream(out, true, StandardCharsets.UTF_8))
                .start();
    }

    private String log() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--port x",
                "--port 65536",
                "--port",
                "--generation old",
                "--compute-time soon",
                "--compute-time -1s",
                "--workers many",
                "--queue-length 0",
                "--max-seq-len 0",
                "--endpoints some",
                "--nonsense"
            })
    void badArgumentsGiveTheUsageAndExitCodeTwo(String arguments) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(CommandLine.USAGE_EXIT_CODE);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(arguments.split(" ", -1)[0])
                .contains("Usage:");
        assertThat(out.size()).isZero();
    }

    @Test
    void helpGivesTheUsageAndIsNoError() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage:");
    }

    @Test
    void theOptionsReachTheSimulator() throws IOException {
        List<String> arguments = List.of(
                "--port",
                "0",
                "--generation",
                "documented",
                "--api-key",
                "k",
                "--compute-time",
                "250ms",
                "--workers",
                "2");
        try (AipiSimulator simulator = start(arguments)) {
            byte[] login = "{\"endpoint_name\": \"llama2_chat\", \"key\": \"k\"}".getBytes(StandardCharsets.UTF_8);

            RawClient.Response response = RawClient.once(simulator.port(), "POST", "/login", Map.of(), login);

            assertThat(response.body()).startsWith("{\"client_session_auth_key\":");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama2_chat", "sdxl_txt2img", "stable_diffusion_xl_txt2img"})
    void theEndpointsOfTheUsageAreThere(String endpoint) throws IOException {
        try (AipiSimulator simulator = start(List.of("--port", "0"))) {
            RawClient.Response description =
                    RawClient.once(simulator.port(), "GET", "/api/endpoints/" + endpoint, Map.of(), new byte[0]);

            assertThat(description.status()).isEqualTo(200);
            assertThat(run("--help")).isZero();
            assertThat(log()).contains(endpoint);
        }
    }

    @Test
    void theEndpointsCanBeThoseOfARealServer() throws IOException {
        try (AipiSimulator simulator = start(List.of("--port", "0", "--endpoints", "0.9.6"))) {
            RawClient.Response list = RawClient.once(simulator.port(), "GET", "/api/endpoints", Map.of(), new byte[0]);

            assertThat(list.body())
                    .contains("stable_diffusion_xl_img2img", "mistral_chat")
                    .doesNotContain("sdxl_txt2img");
        }
    }

    @Test
    void theLongestContextOfAChatCanBeSet() throws IOException {
        try (AipiSimulator simulator = start(List.of("--port", "0", "--max-seq-len", "2", "--compute-time", "10ms"));
                RawClient client = new RawClient(simulator.port())) {
            RawClient.Response response =
                    client.postJson("/llama3_chat", "{\"key\": \"k\", \"prompt_input\": \"a b c\"}");

            assertThat(response.body()).contains("max_seq_len is 2");
        }
    }

    @Test
    void theLogHasALineForEachLoginSubmitStartResultAndRefusalAndNoKey() throws IOException {
        // its worker is busy for as long as the test takes
        String busy = "/llama2_chat";
        List<String> arguments = List.of(
                "--port",
                "0",
                "--api-key",
                "good-key",
                "--compute-time",
                "400ms",
                "--workers",
                "1",
                "--queue-length",
                "1");
        try (AipiSimulator simulator = start(arguments);
                RawClient client = new RawClient(simulator.port())) {
            login(client, "bad-key");
            login(client, "good-key");
            submit(client, busy, "text", "Hi @sleep=3600");
            submit(client, busy, "text", "Hi");
            submit(client, busy, "text", "Hi");
            submit(client, "/llama3_chat", "prompt_input", "Hi");
            await().until(() -> log().contains("result "));
        }
        assertThat(log())
                .containsPattern("(?m)^[0-9:.]{12} login +llama2_chat refused: Key not valid$")
                .containsPattern("(?m)^[0-9:.]{12} login +llama2_chat granted$")
                .containsPattern("(?m)^[0-9:.]{12} submit +llama2_chat job \\S+: queue position 1$")
                .containsPattern("(?m)^[0-9:.]{12} start +llama2_chat job \\S+: on simulator#0")
                .containsPattern("(?m)^[0-9:.]{12} refusal +llama2_chat HTTP 400, .*reached max length 1!")
                .containsPattern(
                        "(?m)^[0-9:.]{12} result +llama3_chat job \\S+: after (0[.][4-9]|[1-9]\\d*[.]\\d) s of computing$")
                .doesNotContain("bad-key")
                .doesNotContain("good-key");
    }

    @Test
    void quietMeansNoLog() throws IOException {
        try (AipiSimulator simulator = start(List.of("--port", "0", "--quiet"));
                RawClient client = new RawClient(simulator.port())) {
            login(client, "k");
            submit(client, "/llama2_chat", "text", "Hi");

            assertThat(simulator.stats().submits()).isEqualTo(1);
            assertThat(log()).isEmpty();
        }
    }

    private static void login(RawClient client, String key) throws IOException {
        client.send("GET", "/llama2_chat/login?key=" + key, Map.of(), new byte[0]);
        assertThat(client.receive("GET").status()).isEqualTo(200);
    }

    private static void submit(RawClient client, String endpoint, String parameter, String prompt) throws IOException {
        client.postJson(
                endpoint,
                "{\"key\": \"good-key\", \"%s\": \"%s\", \"wait_for_result\": false}".formatted(parameter, prompt));
    }
}
