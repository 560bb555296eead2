/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.tutorial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The applications of the tutorials do what the pages say. */
class TutorialTest {

    private static final Path FIRST = Path.of("first-route");
    private static final Path DETACHED = Path.of("detached-jobs");

    @TempDir
    private Path folder;

    private static AipiSimulator server(Duration computeTime) {
        return AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .computeTime(computeTime)
                .start();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(2));
    }

    @Test
    void theFirstRouteAnswersPrompts() throws Exception {
        prompt("hello.txt", "Hello!");
        try (AipiSimulator server = server(Duration.ofMillis(300));
                Application application =
                        Application.start(folder, server.url(), List.of(FIRST.resolve("src/main/resources")))) {
            soon().untilAsserted(() ->
                    assertThat(folder.resolve("answers/hello.txt")).exists().hasContent("You said: Hello!"));
            soon().untilAsserted(() -> assertThat(application.log()).contains("completed: You said: Hello!"));
        }
    }

    @Test
    void theSecondStepTellsOfProgressAndOfFailures() throws Exception {
        Path resources = folder.resolve("resources");
        Files.createDirectories(resources.resolve("camel"));
        for (String file : List.of("application.properties", "log4j2.properties")) {
            Files.copy(FIRST.resolve("src/main/resources").resolve(file), resources.resolve(file));
        }
        Files.copy(FIRST.resolve("second-step.camel.yaml"), resources.resolve("camel/first-route.camel.yaml"));
        prompt("hello.txt", "Hello! @sleep=2");
        prompt("bad.txt", "Hello! @error=Out_of_memory");
        try (AipiSimulator server = server(Duration.ofMillis(300));
                Application application = Application.start(folder, server.url(), List.of(resources))) {
            soon().untilAsserted(() ->
                    assertThat(folder.resolve("answers/hello.txt")).exists());
            soon().untilAsserted(() ->
                    assertThat(folder.resolve("failed/bad.txt")).content().contains("Out of memory"));
            soon().untilAsserted(() ->
                    assertThat(application.log()).contains(": processing, progress", ": done, progress", "bad.txt: "));
        }
    }

    @Test
    void detachedJobsSurviveAKill_andNoneIsSubmittedTwice() throws Exception {
        List<Path> resources = List.of(DETACHED.resolve("src/main/resources"));
        for (String name : List.of("one", "two", "three")) {
            prompt(name + ".txt", "This is " + name);
        }
        try (AipiSimulator server = server(Duration.ofSeconds(5))) {
            try (Application application = Application.start(folder, server.url(), resources)) {
                soon().untilAsserted(() -> assertThat(application.log())
                        .contains("one.txt: accepted", "two.txt: accepted", "three.txt: accepted"));
                application.kill();
            }
            assertThat(folder.resolve("answers/three.txt")).doesNotExist();

            try (Application application = Application.start(folder, server.url(), resources)) {
                for (String name : List.of("one", "two", "three")) {
                    soon().untilAsserted(() -> assertThat(folder.resolve("answers/" + name + ".txt"))
                            .exists()
                            .hasContent("You said: This is " + name));
                }
                soon().untilAsserted(() -> assertThat(application.log()).contains("three.txt: answered"));
            }
            assertThat(server.stats().jobs()).hasSize(3);
        }
    }

    @Test
    void theirProjectsHaveTheVersionsOfThisOne() throws IOException {
        String parent = Files.readString(Path.of("../../pom.xml"));
        for (Path project : List.of(FIRST, DETACHED)) {
            String pom = Files.readString(project.resolve("pom.xml"));
            assertThat(value(pom, "camel.version")).isEqualTo(value(parent, "camel.version"));
            assertThat(value(pom, "camel-aipi.version")).isEqualTo(value(parent, "version"));
        }
    }

    private static String value(String pom, String element) {
        Matcher matcher =
                Pattern.compile("<" + Pattern.quote(element) + ">([^<]+)<").matcher(pom);
        assertThat(matcher.find()).as(element).isTrue();
        return matcher.group(1);
    }

    private void prompt(String name, String text) throws IOException {
        Path prompts = Files.createDirectories(folder.resolve("prompts"));
        Files.writeString(prompts.resolve(name), text);
    }
}
