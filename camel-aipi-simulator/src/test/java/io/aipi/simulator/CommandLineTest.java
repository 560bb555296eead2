/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import static org.assertj.core.api.Assertions.assertThat;

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
        try (AipiSimulator simulator = CommandLine.parse(arguments).start()) {
            byte[] login = "{\"endpoint_name\": \"llama2_chat\", \"key\": \"k\"}".getBytes(StandardCharsets.UTF_8);

            RawClient.Response answer = RawClient.once(simulator.port(), "POST", "/login", Map.of(), login);

            assertThat(answer.body()).startsWith("{\"client_session_auth_key\":");
        }
    }
}
