/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.ApplicationProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pipeline as a process of its own, as the README's command starts it, with its own broker and a server of yours. */
class KafkaPipelineStartTest {

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

    private static AipiSimulator server() {
        return AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .computeTime(Duration.ofMillis(100))
                .start();
    }

    private void start(AipiSimulator server, Map<String, String> more) throws IOException {
        Map<String, String> properties = new HashMap<>(more);
        properties.putAll(Map.of("serverUrl", server.url(), "apiKey", KEY, "pipeline.console", "true"));
        // what the user sees, not what the tests log
        properties.put("log4j2.configurationFile", "log4j2.properties");
        process = PipelineProcess.start(folder, log(), properties);
    }

    @Tag("nightly")
    @Test
    @Tag("case-E2")
    @Tag("case-E10")
    void theServersOwnModelAnswers() throws Exception {
        try (AipiSimulator server = server()) {
            start(server, Map.of());

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(log())
                            .content()
                            .contains("llama3_chat for text", "ben: You said: Write a haiku")
                            .doesNotContain(KEY));
        }
        assertThat(Files.readAllLines(log()))
                .filteredOn(line -> line.contains(" INFO "))
                .allSatisfy(line -> assertThat(line).containsPattern("INFO  (prompts|answers|failed|console) "));
    }

    @Test
    @Tag("case-E2")
    @Tag("case-E5")
    void aWrongNameEndsWithTheNamesThereAre() throws Exception {
        List<String> lines;
        try (AipiSimulator server = server()) {
            start(server, Map.of("aipi.endpoint", "llama2_chat"));

            lines = process.linesOfFailure(PATIENCE);
        }
        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("Not started: ")
                .contains("llama2_chat", "-Daipi.endpoint", "llama3_chat");
    }

    @Test
    @Tag("case-E5")
    void aBrokerThatIsNotThereIsTold() throws Exception {
        List<String> lines;
        try (AipiSimulator server = server()) {
            start(server, Map.of("brokers", "127.0.0.1:1"));

            lines = process.linesOfFailure(PATIENCE);
        }
        assertThat(lines).singleElement().asString().startsWith("Not started: ").contains("127.0.0.1:1", "-Dbrokers");
    }
}
