/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.ModelFinder;
import io.aipi.camel.examples.support.Server;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.StartException;
import io.aipi.camel.examples.support.Task;
import io.aipi.client.error.AipiException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/**
 * Runs the routes of {@code camel/quickstart.camel.yaml} until each prompt has its answer, with a simulated server
 * unless another is named, and ends. What it can be told: {@link Settings}.
 */
public final class QuickStart {

    private static final String SIMULATOR_KEY = "quickstart-key";

    private static final String USUAL_CHAT = "llama2_chat";
    private static final String USUAL_IMAGE = "sdxl_txt2img";

    /** A real model can have a queue before it, and can take minutes. */
    private static final int PATIENCE_MINUTES = 30;

    private final Settings settings;
    private final PrintStream out;
    private final Function<String, ProgressDisplay> displays;

    /** {@code displays} makes the display for jobs of which those of the endpoint of this name count in percent. */
    QuickStart(Settings settings, PrintStream out, Function<String, ProgressDisplay> displays) {
        this.settings = settings;
        this.out = out;
        this.displays = displays;
    }

    /** Ends with exit code 1 if it cannot start or an answer is missing, 2 if the command line makes no sense. */
    public static void main(String[] arguments) {
        Settings settings;
        try {
            settings = Settings.of(System::getProperty, System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Function<String, ProgressDisplay> displays = ProgressBars.canBeShown()
                ? image -> new ProgressBars(System.out, image)
                : image -> new ProgressLines(System.out, image);
        Start.run(() -> {
            if (!new QuickStart(settings, System.out, displays).run()) {
                System.exit(1);
            }
        });
    }

    /**
     * Has all prompts answered, and shows the answers.
     *
     * @return whether every prompt has its answer
     */
    boolean run() throws Exception {
        try {
            Prompts prompts = Prompts.of(settings);
            if (settings.serverUrl().isPresent()) {
                Server server = new Server(
                        settings.serverUrl().get(),
                        settings.apiKey().orElse(null),
                        settings.user().orElse(null));
                out.println("Server:  " + server);
                return run(server, prompts);
            }
            try (AipiSimulator simulator = simulator()) {
                out.println("Server:  simulated at " + simulator.url() + ", with one worker per model and no GPU");
                return run(new Server(simulator.url(), SIMULATOR_KEY, null), prompts);
            }
        } catch (StartException | AipiException | IllegalArgumentException | FailedToStartRouteException e) {
            out.println("Not started: " + Start.sentence(e));
            return false;
        }
    }

    private AipiSimulator simulator() {
        return AipiSimulator.builder()
                .apiKey(SIMULATOR_KEY)
                .endpoint(SimulatedEndpoint.chat(settings.chatEndpoint().orElse(USUAL_CHAT), "text"))
                .endpoint(SimulatedEndpoint.pngImage(settings.imageEndpoint().orElse(USUAL_IMAGE)))
                .computeTime(settings.computeTime())
                .start();
    }

    private boolean run(Server server, Prompts prompts) throws Exception {
        Map<Task, String> models = findModels(new ModelFinder(server, out::println), prompts);
        int answerable = (models.containsKey(Task.CHAT) ? prompts.chat() : 0)
                + (models.containsKey(Task.IMAGE) ? prompts.image() : 0);
        answer(server, models, prompts, answerable);
        List<Path> answers = Prompts.files(settings.answersFolder());
        // what is in the folder for a model that is not there is left out; what was asked for by the user is missing
        int expected = answerable
                + (models.containsKey(Task.CHAT) ? 0 : settings.chatPrompts().size())
                + (models.containsKey(Task.IMAGE) ? 0 : settings.imagePrompts().size());
        out.println(answers.size() + " of " + expected + " prompts answered:");
        for (Path answer : answers) {
            show(answer);
        }
        return answers.size() >= expected;
    }

    /** A task for which there are no prompts needs no model. Without one of two models the other one's prompts are answered. */
    private Map<Task, String> findModels(ModelFinder finder, Prompts prompts) {
        List<Model> wanted = new ArrayList<>();
        if (prompts.chat() > 0) {
            wanted.add(new Model(Task.CHAT, "chatEndpoint", settings.chatEndpoint(), USUAL_CHAT, prompts.image() > 0));
        }
        if (prompts.image() > 0) {
            wanted.add(
                    new Model(Task.IMAGE, "imageEndpoint", settings.imageEndpoint(), USUAL_IMAGE, prompts.chat() > 0));
        }
        return finder.find(wanted);
    }

    /** A text as it is, of a picture where it is. */
    private void show(Path answer) throws IOException {
        Path file = answer.toAbsolutePath().normalize();
        if (answer.toString().endsWith(".txt")) {
            out.println("  " + file + ":");
            Files.readString(answer).lines().forEach(line -> out.println("    " + line));
        } else {
            out.println("  " + file + " (" + Files.size(answer) + " bytes)");
        }
    }

    private void answer(Server server, Map<Task, String> models, Prompts prompts, int answerable) throws Exception {
        Main main = new Main();
        main.configure().withRoutesIncludePattern("classpath:camel/*.yaml");
        main.addInitialProperty("camel.main.name", "quickstart");
        // without Camel's shutdown hook, which would wait for what is in flight
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.addInitialProperty("camel.main.shutdown-timeout", "1");
        server.properties().forEach(main::addInitialProperty);
        settings.promptsFolder().ifPresent(folder -> main.addInitialProperty("prompts.folder", folder.toString()));
        main.addInitialProperty("answers.folder", settings.answersFolder().toString());
        main.addInitialProperty("chat.endpoint", models.getOrDefault(Task.CHAT, ""));
        main.addInitialProperty("image.endpoint", models.getOrDefault(Task.IMAGE, ""));
        ProgressDisplay display = displays.apply(models.getOrDefault(Task.IMAGE, ""));
        main.bind("progressDisplay", display);
        main.init();
        NotifyBuilder ended = new NotifyBuilder(main.getCamelContext())
                .fromRoute("chat|image|ask-chat|ask-image")
                .whenDone(answerable)
                .create();
        try (display) {
            main.start();
            // not before the server has let the routes in
            deleteOldAnswers();
            if (models.containsKey(Task.CHAT)) {
                ask(main, "chat", "prompt-", settings.chatPrompts(), prompts.chatFiles());
            }
            if (models.containsKey(Task.IMAGE)) {
                ask(main, "image", "image-", settings.imagePrompts(), prompts.imageFiles());
            }
            if (!ended.matches(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                out.println("Not all jobs ended within " + PATIENCE_MINUTES + " minutes.");
            }
        } finally {
            main.stop();
        }
    }

    /** Sends the prompts of the command line on the way that those of the folder take by themselves. */
    private static void ask(Main main, String route, String name, List<String> prompts, int files) throws Exception {
        ProducerTemplate template = main.getCamelTemplate();
        for (int i = 0; i < prompts.size(); i++) {
            Map<String, Object> headers =
                    Map.of(Exchange.FILE_NAME_ONLY, name + (i + 1), Exchange.FILE_NAME, name + (i + 1));
            template.asyncRequestBodyAndHeaders("direct:" + route, prompts.get(i), headers);
        }
        if (files > 0) {
            main.getCamelContext().getRouteController().startRoute(route);
        }
    }

    private void deleteOldAnswers() throws IOException {
        for (Path answer : Prompts.files(settings.answersFolder())) {
            Files.delete(answer);
        }
    }
}
