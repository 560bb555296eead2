/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jmspipeline;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as a process of its own, as the README's command starts it. */
class JmsPipelineStartTest {

    private static final String KEY = "key-of-the-server";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private AipiSimulator server;
    private ApplicationProcess process;

    @BeforeEach
    void aServerOfYours() {
        server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.image("stable_diffusion_xl_txt2img"))
                .endpoint(SimulatedEndpoint.chat("mistral_chat", "prompt_input"))
                .computeTime(Duration.ofMillis(100))
                .start();
    }

    @AfterEach
    void end() throws Exception {
        server.close();
        if (process != null) {
            process.close();
        }
    }

    private void start(String... properties) throws IOException {
        List<String> options = new ArrayList<>(ApplicationProcess.properties(properties));
        options.addAll(List.of("-Dfolder=" + folder, "-DserverUrl=" + server.url(), "-DapiKey=" + KEY));
        process = ApplicationProcess.start(JmsPipeline.class, folder.resolve("log"), options);
    }

    private List<String> linesAtEnd() throws Exception {
        return process.linesOfFailure(PATIENCE);
    }

    @Test
    @Tag("case-E2")
    void theServersOwnModelAnswers() throws Exception {
        Files.createDirectories(folder.resolve("inbox"));
        Files.writeString(folder.resolve("inbox/haiku.txt"), "A haiku");

        start("broker.port=0");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(folder.resolve("log"))
                        .content()
                        .contains("mistral_chat for text", "Answer to haiku.txt: You said: A haiku")
                        .doesNotContain(KEY));
    }

    @Test
    @Tag("case-E2")
    void aWrongNameEndsWithTheNamesThereAre() throws Exception {
        start("broker.port=0", "endpoint=llama3_chat");

        assertThat(linesAtEnd())
                .singleElement()
                .asString()
                .contains("llama3_chat", "-Dendpoint", "stable_diffusion_xl_txt2img, mistral_chat");
    }

    @Test
    @Tag("case-E3")
    void aPortThatIsTakenEndsIt() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            start("broker.port=" + other.getLocalPort());

            assertThat(linesAtEnd())
                    .singleElement()
                    .asString()
                    .contains("Port " + other.getLocalPort(), "-Dbroker.port");
        }
    }

    @Tag("nightly")
    @Test
    @Tag("case-E5")
    void aStoreThatCannotBeReachedEndsIt_thoughTheBrokerRuns() throws Exception {
        start("broker.port=0", "jobs.connectionTimeout=1000", "jobs.url=jdbc:h2:tcp://127.0.0.1:1/jobs");

        assertThat(linesAtEnd())
                .noneMatch(line -> line.startsWith("\tat "))
                .last()
                .asString()
                .startsWith("Not started: ");
    }
}
