/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the command line and the environment say.
 *
 * @param serverUrl {@code -DserverUrl} or {@code AIPI_SERVER_URL}; empty for the simulator
 * @param apiKey {@code -DapiKey} or {@code AIPI_API_KEY}, which keeps the key out of the list of processes
 * @param user {@code -Duser} or {@code AIPI_USER}, for servers that ask for one
 * @param chatPrompts {@code -Dprompt}: questions for the chat endpoint; {@code |} stands between several
 * @param imagePrompts {@code -Dimage}: the same for the image endpoint
 * @param promptsFolder {@code -Dprompts}: its folders {@code chat} and {@code image} hold one prompt a file. Empty if only
 *     prompts of the command line are asked for
 * @param answersFolder {@code -Danswers}: where the answers go; its files are deleted first
 * @param chatEndpoint {@code -DchatEndpoint}: a model endpoint that answers in text; empty for one that is found on the server
 * @param imageEndpoint {@code -DimageEndpoint}: a model endpoint that answers with an image; empty as above
 * @param computeTime {@code -DcomputeTime}: how many seconds the simulator takes for a job
 */
record Settings(
        Optional<String> serverUrl,
        Optional<String> apiKey,
        Optional<String> user,
        List<String> chatPrompts,
        List<String> imagePrompts,
        Optional<Path> promptsFolder,
        Path answersFolder,
        Optional<String> chatEndpoint,
        Optional<String> imageEndpoint,
        Duration computeTime) {

    /**
     * Reads the settings. Empty values, as Maven passes them on for what was not given, count as absent.
     *
     * @param properties the system properties by name, null for absent
     * @param environment the environment variables
     * @throws IllegalArgumentException if the compute time is no number
     */
    static Settings of(Function<String, String> properties, Map<String, String> environment) {
        Function<String, Optional<String>> given =
                name -> Optional.ofNullable(properties.apply(name)).filter(value -> !value.isBlank());
        Function<String, Optional<String>> variable =
                name -> Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
        boolean asked =
                given.apply("prompt").isPresent() || given.apply("image").isPresent();
        Path home = Path.of(given.apply("quickstart.folder").orElse(""));
        return new Settings(
                given.apply("serverUrl").or(() -> variable.apply("AIPI_SERVER_URL")),
                given.apply("apiKey").or(() -> variable.apply("AIPI_API_KEY")),
                given.apply("user").or(() -> variable.apply("AIPI_USER")),
                several(given.apply("prompt")),
                several(given.apply("image")),
                given.apply("prompts")
                        .map(Path::of)
                        .or(() -> asked ? Optional.empty() : Optional.of(home.resolve("prompts"))),
                given.apply("answers").map(Path::of).orElse(home.resolve("target/answers")),
                given.apply("chatEndpoint"),
                given.apply("imageEndpoint"),
                seconds(given.apply("computeTime").orElse("2")));
    }

    private static List<String> several(Optional<String> prompts) {
        return prompts.stream()
                .flatMap(all -> Arrays.stream(all.split("\\|")))
                .map(String::strip)
                .filter(prompt -> !prompt.isEmpty())
                .toList();
    }

    private static Duration seconds(String value) {
        try {
            return Duration.ofMillis(Math.round(Double.parseDouble(value) * 1000));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("computeTime must be a number of seconds, not " + value, e);
        }
    }
}
