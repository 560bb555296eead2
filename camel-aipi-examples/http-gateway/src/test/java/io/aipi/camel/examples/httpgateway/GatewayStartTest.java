/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.simulator.SimulatorBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway as a process of its own, as the README's command starts it. */
class GatewayStartTest {

    private static final String KEY = "key-of-the-server";

    @TempDir
    private Path folder;

    private Process process;

    @AfterEach
    void end() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** The lines up to the hints, or to the end of the process. */
    private List<String> start(String... properties) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dfolder=" + folder);
        for (String property : properties) {
            command.add("-D" + property);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Gateway.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("AIPI_"));
        process = builder.start();
        List<String> lines = new ArrayList<>();
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            lines.add(line);
            if (line.contains("/events")) {
                break;
            }
        }
        return lines;
    }

    private void assertEnded() throws InterruptedException {
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
    }

    private static AipiSimulator server(SimulatedEndpoint... endpoints) {
        SimulatorBuilder builder = AipiSimulator.builder().apiKey(KEY).computeTime(Duration.ofMillis(100));
        List.of(endpoints).forEach(builder::endpoint);
        return builder.start();
    }

    private static HttpResponse<byte[]> post(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("Content-Type", "text/plain")
                                .timeout(Duration.ofSeconds(60))
                                .POST(HttpRequest.BodyPublishers.ofString("A camel"))
                                .build(),
                        BodyHandlers.ofByteArray());
    }

    @Test
    @Tag("case-E2")
    @Tag("case-E9")
    void theServersOwnModelsAreAsked_andTheHintsNameThem() throws Exception {
        try (AipiSimulator server = server(
                SimulatedEndpoint.image("stable_diffusion_xl_txt2img"),
                SimulatedEndpoint.chat("llama3_chat", "prompt_input"))) {
            List<String> lines = start("serverUrl=" + server.url(), "apiKey=" + KEY, "port=0");

            assertThat(lines)
                    .anyMatch(line -> line.contains("llama3_chat for text, stable_diffusion_xl_txt2img for images"));
            String hint = lines.get(lines.size() - 2);
            assertThat(hint).contains("/answer?model=stable_diffusion_xl_txt2img");
            String url = hint.substring(hint.indexOf("http"), hint.length() - 1);
            assertThat(post(url).headers().firstValue("Content-Type")).contains("image/jpeg");
            assertThat(new String(post(url.substring(0, url.indexOf('?'))).body(), StandardCharsets.UTF_8))
                    .isEqualTo("You said: A camel");
        }
    }

    @Tag("nightly")
    @Test
    @Tag("case-E2")
    void withoutAnImageModelThereIsText() throws Exception {
        try (AipiSimulator server = server(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))) {
            List<String> lines = start("serverUrl=" + server.url(), "apiKey=" + KEY, "port=0");

            assertThat(lines)
                    .anyMatch(line -> line.contains("none for images"))
                    .noneMatch(line -> line.contains("image.png"));
            String hint = lines.get(lines.size() - 1);
            String url = hint.substring(hint.indexOf("http"), hint.indexOf("/jobs"));
            assertThat(post(url + "/answer").statusCode()).isEqualTo(200);
            assertThat(post(url + "/answer?model=sdxl_txt2img").statusCode()).isEqualTo(400);
        }
    }

    @Test
    @Tag("case-E2")
    @Tag("case-E5")
    void aWrongNameEndsWithTheNamesThereAre() throws Exception {
        try (AipiSimulator server = server(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))) {
            List<String> lines =
                    start("serverUrl=" + server.url(), "apiKey=" + KEY, "port=0", "chat.model=llama2_chat");

            assertEnded();
            assertThat(lines)
                    .singleElement()
                    .asString()
                    .startsWith("Not started: ")
                    .contains("llama2_chat", "-Dchat.model", "llama3_chat");
        }
    }

    @Test
    @Tag("case-E3")
    void aPortThatIsTakenEndsIt() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<String> lines = start("port=" + other.getLocalPort());

            assertEnded();
            assertThat(lines).singleElement().asString().contains("Port " + other.getLocalPort(), "-Dport");
        }
    }

    @Test
    @Tag("case-E3")
    void aPortOfTheSimulatorThatIsTakenEndsIt() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<String> lines = start("port=0", "simulator.port=" + other.getLocalPort());

            assertEnded();
            assertThat(lines).singleElement().asString().contains("Port " + other.getLocalPort(), "-Dsimulator.port");
        }
    }

    @Tag("nightly")
    @Test
    @Tag("case-E5")
    void aStoreThatCannotBeReachedIsTold() throws Exception {
        try (AipiSimulator server = server(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))) {
            List<String> lines = start(
                    "serverUrl=" + server.url(),
                    "apiKey=" + KEY,
                    "port=0",
                    "spring.datasource.hikari.connection-timeout=1000",
                    "jobs.url=jdbc:h2:tcp://127.0.0.1:1/jobs");

            assertEnded();
            assertThat(lines)
                    .filteredOn(line -> line.startsWith("Not started: "))
                    .hasSize(1);
            assertThat(lines).noneMatch(line -> line.startsWith("\tat "));
        }
    }
}
