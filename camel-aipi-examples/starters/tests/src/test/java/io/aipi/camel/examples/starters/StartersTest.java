/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.starters;

import static io.aipi.simulator.ScriptedJob.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.junit.AipiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The projects to copy have the versions of this build, and Camel takes the files for {@code camel run}. The nightly build
 * builds and tests the projects: the profile in {@code pom.xml}.
 */
class StartersTest {

    private static final Path ROOT = Path.of("../../../pom.xml");
    private static final Path SPRING_BOOT = Path.of("../../spring-boot/pom.xml");

    private static final Pattern PROPERTY = Pattern.compile("<([a-z0-9-]+\\.version)>([^<]+)</");
    private static final Pattern PLUGIN =
            Pattern.compile("<artifactId>([a-z-]+-plugin)</artifactId>\\s*<version>([^<$]+)</version>");
    private static final Pattern PARENT =
            Pattern.compile("<artifactId>camel-aipi-parent</artifactId>\\s*<version>([^<]+)<");

    @RegisterExtension
    static AipiServer server = AipiServer.create().script(answer("Paris"));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"plain", "spring-boot", "quarkus"})
    void aProjectHasTheVersionsOfThisBuild(String project) throws IOException {
        String pom = Files.readString(Path.of("..", project, "pom.xml"));
        Map<String, String> versions = properties(pom);
        Matcher plugins = PLUGIN.matcher(pom);
        while (plugins.find()) {
            versions.put(plugins.group(1) + ".version", plugins.group(2));
        }

        assertThat(versions).containsKeys("camel-aipi.version", "maven-compiler-plugin.version");
        assertThat(versionsOfThisBuild()).containsAllEntriesOf(versions);
    }

    /** Names are of the user, and it is nobody's child: it can be copied. */
    @ParameterizedTest
    @ValueSource(strings = {"plain", "spring-boot", "quarkus"})
    void aProjectStandsAlone(String project) throws IOException {
        assertThat(Files.readString(Path.of("..", project, "pom.xml")))
                .contains("<groupId>com.example</groupId>", "<artifactId>camel-aipi-bom</artifactId>")
                .doesNotContain("<parent>");
        try (Stream<Path> files = Files.walk(Path.of("..", project, "src"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(file).content().doesNotContain("io.aipi.camel.examples"));
        }
    }

    @Test
    void theRouteForCamelRunAnswersPrompts() throws Exception {
        Path prompts = Files.createDirectories(folder.resolve("prompts"));
        Path answers = folder.resolve("answers");
        Main main = new Main();
        main.setPropertyPlaceholderLocations("file:../camel-run/application.properties");
        main.configure().withRoutesIncludePattern("file:../camel-run/chat.camel.yaml");
        main.addOverrideProperty("camel.component.aipi.server-url", server.url());
        main.addOverrideProperty("model", "llama3_chat");
        main.addOverrideProperty("prompts", prompts.toString());
        main.addOverrideProperty("answers", answers.toString());
        main.start();
        try {
            CamelContext camel = main.getCamelContext();
            assertThat(camel.getRoute("chat")).isNotNull();
            // in one step: the route takes what it sees
            Path prompt = Files.writeString(prompts.resolveSibling("france.txt"), "The capital of France?");
            Files.move(prompt, prompts.resolve("france.txt"));

            assertThat(camel.createConsumerTemplate().receiveBody("file:" + answers, 60_000, String.class))
                    .isEqualTo("Paris");
            assertThat(server.prompts()).containsExactly("The capital of France?");
        } finally {
            main.stop();
        }
    }

    private static Map<String, String> versionsOfThisBuild() throws IOException {
        String root = Files.readString(ROOT);
        Map<String, String> versions = properties(Files.readString(SPRING_BOOT));
        versions.putAll(properties(root));
        Matcher parent = PARENT.matcher(root);
        assertThat(parent.find()).isTrue();
        versions.put("camel-aipi.version", parent.group(1));
        return versions;
    }

    private static Map<String, String> properties(String pom) {
        Map<String, String> found = new TreeMap<>();
        Matcher properties = PROPERTY.matcher(pom);
        while (properties.find()) {
            found.put(properties.group(1), properties.group(2));
        }
        return found;
    }
}
