/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import io.aipi.client.error.AipiException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.util.ObjectHelper;

/**
 * Runs the routes of {@code camel/quickstart.camel.yaml} until each prompt has its answer, with a simulated server
 * unless another is named, and ends. What it can be told: {@link Settings}.
 */
public final class QuickStart {

    private static final String SIMULATOR_KEY = "quickstart-key";

    /** A real model can have a queue before it, and can take minutes. */
    private static final int PATIENCE_MINUTES = 30;

    private final Settings settings;
    private final PrintStream out;
    private final ProgressDisplay display;

    QuickStart(Settings settings, PrintStream out, ProgressDisplay display) {
        this.settings = settings;
        this.out = out;
        this.display = display;
    }

    /** Ends with exit code 1 if an answer is missing, 2 if the command line makes no sense. */
    public static void main(String[] arguments) throws Exception {
        Settings settings;
        try {
            settings = Settings.of(System::getProperty, System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        ProgressDisplay display = ProgressBars.canBeShown()
                ? new ProgressBars(System.out, settings.imageEndpoint())
                : new ProgressLines(System.out, settings.imageEndpoint());
        if (!new QuickStart(settings, System.out, display).run()) {
            System.exit(1);
        }
    }

    /**
     * Has all prompts answered, and tells where the answers are.
     *
     * @return whether every prompt has its answer
     */
    boolean run() throws Exception {
        if (settings.serverUrl().isPresent()) {
            out.println("Server: " + settings.serverUrl().get());
            return run(settings.serverUrl().get(), settings.apiKey().orElse(null));
        }
        try (AipiSimulator simulator = simulator()) {
            out.println("Server: simulated at " + simulator.url() + ", with one worker per model and no GPU");
            return run(simulator.url(), SIMULATOR_KEY);
        }
    }

    private AipiSimulator simulator() {
        return AipiSimulator.builder()
                .apiKey(SIMULATOR_KEY)
                .endpoint(SimulatedEndpoint.chat(settings.chatEndpoint(), "text"))
                .endpoint(SimulatedEndpoint.pngImage(settings.imageEndpoint()))
                .computeTime(settings.computeTime())
                .start();
    }

    private boolean run(String serverUrl, String apiKey) throws Exception {
        deleteOldAnswers();
        int prompts = settings.chatPrompts().size()
                + settings.imagePrompts().size()
                + files(settings.promptsFolder().resolve("chat")).size()
                + files(settings.promptsFolder().resolve("image")).size();
        try {
            answer(serverUrl, apiKey, prompts);
        } catch (FailedToStartRouteException e) {
            // The routes log in when they start: a wrong URL or key shows here.
            AipiException reason = ObjectHelper.getException(AipiException.class, e);
            out.println("Not started: " + (reason == null ? e : reason).getMessage());
            return false;
        }
        List<Path> answers = files(settings.answersFolder());
        out.println(answers.size() + " of " + prompts + " prompts answered:");
        for (Path answer : answers) {
            out.println("  " + answer.toAbsolutePath().normalize() + " (" + Files.size(answer) + " bytes)");
        }
        return answers.size() >= prompts;
    }

    private void answer(String serverUrl, String apiKey, int prompts) throws Exception {
        Main main = new Main();
        main.configure().withRoutesIncludePattern("classpath:camel/*.yaml");
        main.addInitialProperty("camel.main.name", "quickstart");
        main.addInitialProperty("camel.component.aipi.server-url", serverUrl);
        if (apiKey != null) {
            main.addInitialProperty("camel.component.aipi.api-key", apiKey);
        }
        main.addInitialProperty("prompts.folder", settings.promptsFolder().toString());
        main.addInitialProperty("answers.folder", settings.answersFolder().toString());
        main.addInitialProperty("chat.endpoint", settings.chatEndpoint());
        main.addInitialProperty("image.endpoint", settings.imageEndpoint());
        main.bind("progressDisplay", display);
        main.init();
        NotifyBuilder ended = new NotifyBuilder(main.getCamelContext())
                .fromRoute("chat|image|ask-chat|ask-image")
                .whenDone(prompts)
                .create();
        try (display) {
            main.start();
            ask(main.getCamelTemplate());
            if (!ended.matches(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                out.println("Not all jobs ended within " + PATIENCE_MINUTES + " minutes.");
            }
        } finally {
            main.stop();
        }
    }

    /** Sends the prompts of the command line on the way that those of the folder take by themselves. */
    private void ask(ProducerTemplate template) {
        ask(template, "direct:chat", "prompt-", settings.chatPrompts());
        ask(template, "direct:image", "image-", settings.imagePrompts());
    }

    private static void ask(ProducerTemplate template, String route, String name, List<String> prompts) {
        for (int i = 0; i < prompts.size(); i++) {
            Map<String, Object> headers =
                    Map.of(Exchange.FILE_NAME_ONLY, name + (i + 1), Exchange.FILE_NAME, name + (i + 1));
            template.asyncRequestBodyAndHeaders(route, prompts.get(i), headers);
        }
    }

    private void deleteOldAnswers() throws IOException {
        for (Path answer : files(settings.answersFolder())) {
            Files.delete(answer);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
