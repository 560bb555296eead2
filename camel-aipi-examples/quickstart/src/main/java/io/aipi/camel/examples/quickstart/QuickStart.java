/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.main.Main;

/**
 * Starts the server simulator and the routes of {@code camel/quickstart.camel.yaml}, waits until each prompt of the folder
 * {@code prompts} has its answer in the folder {@code answers}, and ends. With {@code AIPI_SERVER_URL} (and
 * {@code AIPI_API_KEY}) set in the environment, the routes talk to that server instead.
 */
public final class QuickStart {

    private static final String SIMULATOR_KEY = "quickstart-key";
    private static final Path PROMPTS = Path.of("prompts");
    private static final Path ANSWERS = Path.of("answers");

    private QuickStart() {}

    /** Ends with exit code 1 if an answer is missing after a minute. */
    public static void main(String[] arguments) throws Exception {
        String server = System.getenv("AIPI_SERVER_URL");
        boolean answered;
        if (server != null) {
            answered = run(server, System.getenv("AIPI_API_KEY"));
        } else {
            try (AipiSimulator simulator = simulator()) {
                answered = run(simulator.url(), SIMULATOR_KEY);
            }
        }
        if (!answered) {
            System.err.println("Not every prompt was answered within a minute; the log above says why.");
            System.exit(1);
        }
        System.out.println("Done. The answers:");
        for (Path answer : files(ANSWERS)) {
            System.out.println("  " + answer.toAbsolutePath() + " (" + Files.size(answer) + " bytes)");
        }
    }

    private static AipiSimulator simulator() throws Exception {
        return AipiSimulator.builder()
                .apiKey(SIMULATOR_KEY)
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                .endpoint(SimulatedEndpoint.image("stable_diffusion_xl_txt2img"))
                .computeTime(Duration.ofSeconds(3))
                .start();
    }

    private static boolean run(String serverUrl, String apiKey) throws Exception {
        Main main = new Main();
        main.configure().withRoutesIncludePattern("classpath:camel/*.yaml");
        main.addInitialProperty("camel.main.name", "quickstart");
        main.addInitialProperty("camel.component.aipi.server-url", serverUrl);
        if (apiKey != null) {
            main.addInitialProperty("camel.component.aipi.api-key", apiKey);
        }
        main.init();
        int chats = files(PROMPTS.resolve("chat")).size();
        int images = files(PROMPTS.resolve("images")).size();
        NotifyBuilder answers = new NotifyBuilder(main.getCamelContext())
                .fromRoute("chat")
                .whenCompleted(chats)
                .and()
                .fromRoute("images")
                .whenCompleted(images)
                .create();
        main.start();
        try {
            return answers.matches(1, TimeUnit.MINUTES) && files(ANSWERS).size() >= chats + images;
        } finally {
            main.stop();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
