/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real Karaf with the feature camel-aipi answers prompts, by the routes of the example's bundle. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KarafTest {

    private static final String KEY = "karaf-test-key";
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private AipiSimulator simulator;

    @BeforeEach
    void startSimulator() throws IOException {
        KarafServer.assumeJava();
        simulator = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "prompt_input"))
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img"))
                // those whose progress is to be seen say so: a busy machine must not miss all of it
                .computeTime(Duration.ofSeconds(1))
                .start();
        Build.install(Build.FEATURES, "camel-aipi-karaf", "-features.xml");
    }

    @AfterEach
    void stopSimulator() {
        if (simulator != null) {
            simulator.close();
        }
    }

    @Test
    void theExamplesBundleAnswersPromptsOnCamel410() throws Exception {
        CamelLine line = CamelLine.CAMEL_4_10;
        try (KarafServer karaf = karaf(line)) {
            Path prompts = karaf.base().resolve("prompts");
            String configuration = Files.readString(
                            Path.of("../../camel-aipi-examples/karaf/src/main/etc/io.aipi.camel.examples.karaf.cfg"))
                    .replace("http://127.0.0.1:7777", simulator.url());
            karaf.etc("io.aipi.camel.examples.karaf.cfg", configuration).environment("AIPI_API_KEY", KEY);
            start(
                    karaf,
                    // what Karaf's feature scr is, without its commands and MBeans
                    "mvn:org.osgi/org.osgi.util.function/1.2.0",
                    "mvn:org.osgi/org.osgi.util.promise/1.3.0",
                    "mvn:org.osgi/org.osgi.service.component/1.5.1",
                    "mvn:org.apache.felix/org.apache.felix.scr/2.2.6",
                    "mvn:io.aipi.camel/camel-aipi-example-karaf/" + Build.VERSION);
            check(karaf, () -> {
                Properties seen = whatTheProbeSaw(karaf);
                assertThat(seen)
                        .containsEntry("camel.version", line.version())
                        .containsEntry("camel.context", "OsgiDefaultCamelContext");
                assertThat(seen.getProperty("bundles.camel"))
                        .contains("camel-aipi,", "camel-aipi-example-karaf,", "camel-core-osgi,", "camel-http,");
                promptsFromTheFolderAreAnswered(karaf, prompts);

                Path elsewhere = karaf.base().resolve("elsewhere");
                karaf.etc("io.aipi.camel.examples.karaf.cfg", "folder=" + elsewhere);
                drop(elsewhere.resolve("chat/again.txt"), "Hello again");
                awaitFile(karaf, elsewhere.resolve("answers/again.txt"));
            });
        }
    }

    /** In every build the line that camel-karaf itself has is run. */
    @Test
    @Tag("nightly")
    void theRoutesAnswerPromptsOnCamel418InAPlainContext() throws Exception {
        CamelLine line = CamelLine.CAMEL_4_18;
        try (KarafServer karaf = karaf(line)) {
            Path prompts = karaf.base().resolve("prompts");
            karaf.etc("custom.system.properties", "probe.prompts=" + prompts);
            start(karaf);
            check(karaf, () -> {
                assertThat(whatTheProbeSaw(karaf))
                        .containsEntry("camel.version", line.version())
                        .containsEntry("camel.context", "DefaultCamelContext");
                promptsFromTheFolderAreAnswered(karaf, prompts);
            });
        }
    }

    /** Karaf with the feature, on camel-karaf's features with this line of Camel. */
    private KarafServer karaf(CamelLine line) throws Exception {
        KarafServer karaf = new KarafServer(Build.TARGET.resolve("karaf-" + line.version()));
        Path camel = karaf.base().resolve("camel-features.xml");
        WrappedCamel.write(Build.CAMEL_KARAF_FEATURES, line, Set.of("camel-http", "camel-jackson"), camel);
        return karaf.repository(line.repository())
                .repository(Build.REPOSITORY)
                .featuresRepository(camel.toUri().toString())
                .featuresRepository("mvn:io.aipi.camel/camel-aipi-karaf/" + Build.VERSION + "/xml/features")
                .etc(
                        "custom.system.properties",
                        "probe.file=" + karaf.base().resolve("probe.properties"),
                        "probe.server=" + simulator.url(),
                        "probe.key=" + KEY);
    }

    /** With the feature, then with the test's own bundles, which need it. */
    private static void start(KarafServer karaf, String... bundles) throws Exception {
        Path probe = karaf.base().resolve("probe.jar");
        ProbeBundle.write(probe);
        Path features = karaf.base().resolve("test-features.xml");
        Files.writeString(features, """
                <features name="test" xmlns="http://karaf.apache.org/xmlns/features/v1.6.0">
                  <feature name="test" version="1">
                    <feature>camel-aipi</feature>
                    %s
                    <bundle start-level="90">%s</bundle>
                  </feature>
                </features>
                """.formatted(
                        Arrays.stream(bundles)
                                .map(uri -> "<bundle>" + uri + "</bundle>")
                                .collect(Collectors.joining("\n    ")),
                        probe.toUri()));
        karaf.featuresRepository(features.toUri().toString()).feature("test").start();
    }

    private interface Check {
        void run() throws Exception;
    }

    /** Runs the check, and whatever comes of it ends with a stop of Karaf. A failure brings Karaf's log up. */
    private static void check(KarafServer karaf, Check check) throws Exception {
        try {
            check.run();
            assertThat(karaf.stop()).as("an orderly stop").isTrue();
            assertThat(karaf.log()).as("Karaf's log").noneMatch(line -> line.contains(KEY));
        } catch (Exception | AssertionError e) {
            System.out.println(karaf.story());
            throw e;
        }
    }

    private static Properties whatTheProbeSaw(KarafServer karaf) throws IOException {
        Path file = karaf.base().resolve("probe.properties");
        awaitFile(karaf, file);
        Properties seen = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            seen.load(reader);
        }
        assertThat(seen)
                .containsEntry("bundles.notActive", "[]")
                // services, found through bundles
                .containsEntry("component.bundle", "camel-aipi")
                .containsEntry("component.resolved", "true")
                .containsEntry("configurer", "io.aipi.camel.AipiEndpointConfigurer")
                .containsEntry("configurer.bundle", "camel-aipi")
                .containsEntry("uriFactory", "io.aipi.camel.AipiEndpointUriFactory")
                .containsEntry("endpoint.jobTimeout", "PT5M")
                .containsEntry("endpoint.operation", "describe")
                .containsEntry("endpoint.parameters", "{temperature=0.7}")
                // type converters of the component
                .containsEntry("converted.string", "Converted")
                .containsEntry("converted.bytes", "Converted")
                .containsEntry("converted.stream", "Converted")
                .containsEntry("chat.converted", "You said: Hello converter")
                // jobs
                .containsEntry("chat.lastState", "true")
                .containsEntry("chat.answer", "You said: Hello from Karaf @sleep=6")
                .containsEntry("image.error", "null")
                .containsEntry("image.type", "byte[]")
                .containsEntry("image.signature", "PNG")
                .containsEntry("image.mediaTypes", "[image/png]")
                // a failure, caught by its class
                .containsEntry("refused.error", "null");
        assertThat(seen.getProperty("converted.progress")).contains("queued");
        assertThat(seen.getProperty("chat.states")).contains("processing").endsWith("done]");
        assertThat(seen.getProperty("refused.caught")).contains("temperature");
        return seen;
    }

    private static void promptsFromTheFolderAreAnswered(KarafServer karaf, Path prompts) throws IOException {
        drop(prompts.resolve("chat/greeting.txt"), "Hello from a folder @sleep=6");
        drop(prompts.resolve("chat/empty.txt"), "");
        drop(prompts.resolve("image/llama.txt"), "A llama at night @sleep=6");

        Path answers = prompts.resolve("answers");
        awaitFile(karaf, answers.resolve("greeting.txt"));
        awaitFile(karaf, answers.resolve("llama.png"));
        awaitFile(karaf, prompts.resolve("failed/empty.txt"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(answers.resolve("greeting.txt"))
                        .hasContent("You said: Hello from a folder @sleep=6"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Files.readAllBytes(answers.resolve("llama.png")))
                        .startsWith("\u0089PNG".getBytes(StandardCharsets.ISO_8859_1)));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(karaf.log())
                        .anyMatch(line -> line.contains("greeting.txt done by job "))
                        .anyMatch(line -> line.contains("greeting.txt processing "))
                        .anyMatch(line -> line.contains("llama.txt processing "))
                        .anyMatch(line -> line.contains("empty.txt failed: ")));
        List<String> jobs = karaf.log().stream()
                .filter(line -> Stream.of(" done by job ", "greeting.txt processing ", " completed: ")
                        .anyMatch(line::contains))
                .toList();
        jobs.forEach(System.out::println);
    }

    /** The file is there at once with all that is in it. */
    private static void drop(Path file, String content) throws IOException {
        Path part = file.getParent().resolveSibling(file.getFileName() + ".part");
        Files.createDirectories(file.getParent());
        Files.writeString(part, content);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void awaitFile(KarafServer karaf, Path file) {
        await().atMost(PATIENCE)
                .failFast("Karaf has ended or failed", () -> !karaf.isWell())
                .until(() -> Files.exists(file));
    }
}
