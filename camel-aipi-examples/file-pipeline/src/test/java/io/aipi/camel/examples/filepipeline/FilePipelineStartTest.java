/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.filepipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.ApplicationProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as a process of its own, as the README's command starts it. */
class FilePipelineStartTest {

    private static final String KEY = "key-of-the-server";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private ApplicationProcess process;

    @AfterEach
    void end() throws Exception {
        if (process != null) {
            process.close();
        }
    }

    private void start(String... properties) throws IOException {
        List<String> options = new ArrayList<>(ApplicationProcess.properties(properties));
        options.add("-Dfolder=" + folder);
        process = ApplicationProcess.start(FilePipeline.class, folder.resolve("log"), options);
    }

    private void prompt(String file, String prompt) throws IOException {
        Path target = folder.resolve("prompts").resolve(file);
        Files.createDirectories(target.getParent());
        Files.writeString(target, prompt);
    }

    private List<String> linesAtEnd() throws Exception {
        return process.linesOfFailure(PATIENCE);
    }

    @Test
    @Tag("case-E2")
    void theServersOwnModelsAnswer_andAKindWithoutAModelIsLeftOut() throws Exception {
        prompt("chat/haiku.txt", "A haiku");
        prompt("image/camel.txt", "A camel");
        try (AipiSimulator server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("mistral_chat", "prompt_input"))
                .endpoint(SimulatedEndpoint.image("stable_diffusion_xl_txt2img"))
                .computeTime(Duration.ofMillis(100))
                .start()) {
            start("serverUrl=" + server.url(), "apiKey=" + KEY);

            await().atMost(PATIENCE)
                    .until(() -> Files.exists(folder.resolve("answers/chat/haiku.txt"))
                            && Files.exists(folder.resolve("answers/image/camel.jpg")));
        }

        assertThat(folder.resolve("log"))
                .content()
                .contains("mistral_chat for text, stable_diffusion_xl_txt2img for images; none for images to images")
                .doesNotContain(KEY);
        assertThat(folder.resolve("prompts/image-to-image")).doesNotExist();
    }

    @Test
    @Tag("case-E2")
    @Tag("case-E5")
    void aWrongNameEndsWithTheNamesThereAre() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("mistral_chat", "prompt_input"))
                .start()) {
            start("serverUrl=" + server.url(), "apiKey=" + KEY, "endpoint.chat=llama3_chat");

            assertThat(linesAtEnd())
                    .singleElement()
                    .asString()
                    .startsWith("Not started: ")
                    .contains("llama3_chat", "-Dendpoint.chat", "mistral_chat");
        }
    }

    @Test
    @Tag("case-E3")
    void aPortThatIsTakenEndsIt() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            start("simulator.port=" + other.getLocalPort());

            assertThat(linesAtEnd())
                    .singleElement()
                    .asString()
                    .contains("Port " + other.getLocalPort(), "-Dsimulator.port");
        }
    }

    @Test
    @Tag("nightly")
    @Tag("case-E5")
    void aStoreThatCannotBeReachedIsTold() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("mistral_chat", "prompt_input"))
                .start()) {
            start(
                    "serverUrl=" + server.url(),
                    "jobs.connectionTimeout=1000",
                    "jobs.url=jdbc:h2:tcp://127.0.0.1:1/jobs");

            assertThat(linesAtEnd())
                    .noneMatch(line -> line.startsWith("\tat "))
                    .last()
                    .asString()
                    .startsWith("Not started: ");
        }
    }
}
