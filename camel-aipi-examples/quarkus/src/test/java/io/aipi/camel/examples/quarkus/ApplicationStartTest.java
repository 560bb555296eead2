/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.AvailablePorts;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged application as a process of its own, as the README's command starts it. Run when it has been packaged. */
@Tag("packaged")
class ApplicationStartTest {

    private static final String KEY = "key-of-the-server";

    private Process process;

    @AfterEach
    void end() throws Exception {
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    /** The lines up to the one that says that it listens, or to the end of the process. */
    private List<String> start(String... properties) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String property : properties) {
            command.add("-D" + property);
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                StartCommand.class.getName(),
                "target/quarkus-app/quarkus-run.jar"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("AIPI_"));
        process = builder.start();
        List<String> lines = new ArrayList<>();
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            lines.add(line);
            if (line.contains("Listening on")) {
                break;
            }
        }
        return lines;
    }

    private void assertEnded() throws InterruptedException {
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
    }

    private static AipiSimulator server() {
        return AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("mistral_chat", "prompt_input"))
                .computeTime(Duration.ofMillis(100))
                .start();
    }

    @Test
    @Tag("case-E2")
    void theServersOwnModelAnswers_andWithoutOneForImagesThatIsSaid() throws Exception {
        int port = AvailablePorts.one();
        try (AipiSimulator server = server()) {
            List<String> lines = start("serverUrl=" + server.url(), "apiKey=" + KEY, "quarkus.http.port=" + port);

            assertThat(lines).anyMatch(line -> line.contains("mistral_chat for text; none for images"));
            String url = "http://127.0.0.1:" + port;
            assertThat(Http.text(Http.post(url + "/chat", "A haiku"))).contains("A haiku");
            HttpResponse<byte[]> image = Http.post(url + "/image", "A camel");
            assertThat(image.statusCode()).isEqualTo(501);
            assertThat(Http.text(image)).contains("no model for images");
        }
    }

    @Test
    @Tag("case-E2")
    @Tag("case-E5")
    void aWrongNameEndsWithTheNamesThereAre() throws Exception {
        try (AipiSimulator server = server()) {
            List<String> lines = start(
                    "serverUrl=" + server.url(), "apiKey=" + KEY, "quarkus.http.port=0", "endpoint.chat=llama3_chat");

            assertEnded();
            assertThat(lines)
                    .last()
                    .asString()
                    .startsWith("Not started: ")
                    .contains("llama3_chat", "-Dendpoint.chat", "mistral_chat");
        }
    }

    @Test
    @Tag("case-E3")
    void aPortThatIsTakenEndsIt() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<String> lines = start("quarkus.http.port=" + other.getLocalPort());

            assertEnded();
            assertThat(lines).last().asString().contains("Port " + other.getLocalPort(), "-Dquarkus.http.port");
        }
    }
}
