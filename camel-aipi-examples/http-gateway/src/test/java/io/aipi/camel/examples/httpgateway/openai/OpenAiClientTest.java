/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.NpmPackages;
import io.aipi.testsupport.SystemProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** OpenAI's own client, from npm, at the gateway: what the README shows of it. */
@Tag("nightly")
class OpenAiClientTest {

    private static final Path SOURCES = Path.of("src/test/node");
    private static final Path FOLDER = Path.of("target/openai-client");
    private static final String PROGRAM = "openai-client.mjs";

    @Test
    void theClientGetsAnswersStreamsImagesSoundAndErrors_asTheReadmeShows() throws Exception {
        // Debian's npm needs its node
        Path node = SystemProgram.require("nodejs", "node");
        NpmPackages.install(SOURCES, FOLDER);
        Files.copy(SOURCES.resolve(PROGRAM), FOLDER.resolve(PROGRAM), StandardCopyOption.REPLACE_EXISTING);
        String printed;
        try (RunningDoor door = new RunningDoor(
                server -> server.endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img"))
                        .endpoint(SimulatedEndpoint.pngImage("sd_png")),
                "gateway.openai.max-in-flight=2",
                "gateway.heartbeat=200ms")) {
            printed = run(
                    Map.of("OPENAI_BASE_URL", door.url() + "/v1", "OPENAI_API_KEY", "none"), node.toString(), PROGRAM);
        }

        System.out.println(printed);
        assertThat(printed)
                .contains("llama3_chat: chat", "Streamed: You said: Who am I?. Earlier you said: I am Ann. (")
                .containsPattern("Full: RateLimitError 429 queue_full null: .* \\(again after 5 s\\)");
        assertThat(Files.readString(Path.of("README.md")))
                .contains("\n```js\n" + Files.readString(SOURCES.resolve(PROGRAM)) + "```\n")
                .contains("\n" + printed.strip() + "\n```\n");
    }

    /** What a program has said; it must end well. */
    private static String run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("openai-client", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(FOLDER.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(5, TimeUnit.MINUTES);
            process.destroyForcibly();
            String said = Files.readString(log);
            assertThat(ended && process.exitValue() == 0)
                    .as(String.join(" ", command) + ": " + said)
                    .isTrue();
            return said;
        } finally {
            Files.delete(log);
        }
    }
}
