/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.AvailablePorts;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.ApplicationProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as a process of its own, as the README's command starts it. */
class PromptApplicationStartTest {

    private static final String KEY = "key-of-the-server";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private ApplicationProcess process;

    @AfterEach
    void end() throws Exception {
        if (process != null) {
            process.close();
        }
    }

    private Path log() {
        return folder.resolve("log");
    }

    private void start(String... properties) throws IOException {
        process = ApplicationProcess.start(PromptApplication.class, log(), ApplicationProcess.properties(properties));
    }

    private List<String> linesAtEnd() throws Exception {
        return process.linesOfFailure(PATIENCE);
    }

    private static HttpResponse<String> post(int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path))
                                .header("Content-Type", "text/plain")
                                .timeout(PATIENCE)
                                .POST(HttpRequest.BodyPublishers.ofString("Hello!"))
                                .build(),
                        BodyHandlers.ofString());
    }

    @Test
    @Tag("case-E2")
    void theServersOwnModelsAnswer_andWithoutOneForImagesThatIsSaid() throws Exception {
        int port = AvailablePorts.one();
        try (AipiSimulator server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .computeTime(Duration.ofMillis(100))
                .start()) {
            start("serverUrl=" + server.url(), "apiKey=" + KEY, "server.port=" + port);
            await().atMost(PATIENCE).until(() -> Files.readString(log()).contains("Started PromptApplication"));

            assertThat(post(port, "chat").body()).isEqualTo("You said: Hello!\n");
            HttpResponse<String> image = post(port, "image");
            assertThat(image.statusCode()).isEqualTo(501);
            assertThat(image.body()).contains("no model for images");
        }
        assertThat(log()).content().contains("llama3_chat for text").doesNotContain(KEY);
    }

    @Test
    @Tag("case-E2")
    @Tag("case-E5")
    void aWrongNameEndsWithTheNamesThereAre() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .start()) {
            start("serverUrl=" + server.url(), "apiKey=" + KEY, "server.port=0", "endpoint.chat=llama2_chat");

            assertThat(linesAtEnd())
                    .filteredOn(line -> line.startsWith("Not started: "))
                    .singleElement()
                    .asString()
                    .contains("llama2_chat", "-Dendpoint.chat", "llama3_chat");
        }
    }

    @Test
    @Tag("case-E3")
    void aPortThatIsTakenEndsIt() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            start("server.port=" + other.getLocalPort());

            assertThat(linesAtEnd())
                    .singleElement()
                    .asString()
                    .contains("Port " + other.getLocalPort(), "-Dserver.port");
        }
    }

    @Test
    @Tag("nightly")
    @Tag("case-E5")
    void aSettingThatIsNoneIsTold() throws Exception {
        start(
                "server.port=0",
                "simulator.port=" + AvailablePorts.one(),
                "camel.component.aipi.poll-failure-timeout=a-while");

        assertThat(linesAtEnd())
                .noneMatch(line -> line.startsWith("\tat "))
                .last()
                .asString()
                .startsWith("Not started: ");
    }
}
