/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SettingsTest {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("AIPI_SERVER_URL", "http://of-environment", "AIPI_API_KEY", "key-of-environment");

    @Test
    void withoutAnythingTheSimulatorAnswersThePromptsOfTheFolder() {
        Settings settings = Settings.of(name -> null, Map.of());

        assertThat(settings.serverUrl()).isEmpty();
        assertThat(settings.chatPrompts()).isEmpty();
        assertThat(settings.promptsFolder()).contains(Path.of("prompts"));
        assertThat(settings.answersFolder()).isEqualTo(Path.of("target", "answers"));
    }

    @Test
    void emptyPropertiesCountAsAbsent() {
        assertThat(Settings.of(name -> "", Map.of())).isEqualTo(Settings.of(name -> null, Map.of()));
    }

    @Test
    void theServerCanBeNamedByTheEnvironment() {
        Settings settings = Settings.of(name -> null, ENVIRONMENT);

        assertThat(settings.serverUrl()).contains("http://of-environment");
        assertThat(settings.apiKey()).contains("key-of-environment");
    }

    @Test
    void theCommandLineWinsOverTheEnvironment() {
        Map<String, String> properties = Map.of("serverUrl", "http://of-command-line", "apiKey", "key-of-command-line");

        Settings settings = Settings.of(properties::get, ENVIRONMENT);

        assertThat(settings.serverUrl()).contains("http://of-command-line");
        assertThat(settings.apiKey()).contains("key-of-command-line");
    }

    @Test
    @Tag("case-E12")
    void theFolderIsReadIfItIsAskedFor_orNothingElseIs() {
        assertThat(Settings.of(Map.of("prompt", "Hello")::get, Map.of()).promptsFolder())
                .isEmpty();
        assertThat(Settings.of(Map.of("image", "A camel")::get, Map.of()).promptsFolder())
                .isEmpty();
        assertThat(Settings.of(Map.of("prompt", "Hello", "prompts", "mine")::get, Map.of())
                        .promptsFolder())
                .contains(Path.of("mine"));
    }

    @Test
    void barsPartSeveralPrompts() {
        Map<String, String> properties = Map.of("prompt", "Tell me a joke | And another |");

        assertThat(Settings.of(properties::get, Map.of()).chatPrompts())
                .containsExactly("Tell me a joke", "And another");
    }

    @Test
    void theComputeTimeIsInSeconds() {
        assertThat(Settings.of(Map.of("computeTime", "0.25")::get, Map.of()).computeTime())
                .isEqualTo(Duration.ofMillis(250));
        assertThatThrownBy(() -> Settings.of(Map.of("computeTime", "soon")::get, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("soon");
    }
}
