/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.ProdBuildResults;
import io.quarkus.test.ProdModeTestResults;
import io.quarkus.test.QuarkusProdModeTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What {@code native-image} would be given: an application is built up to the jar with GraalVM's configuration and the
 * file of arguments. The image itself is not built, as that takes GraalVM.
 */
@Tag("nightly")
class NativeSourcesTest {

    /** Reaches a route by what an expression asks for; registered by nobody else. */
    public static class BindingOfTheApplication extends io.aipi.camel.DefaultAipiBinding {}

    @RegisterExtension
    static final QuarkusProdModeTest APPLICATION = new QuarkusProdModeTest()
            .withApplicationRoot(jar -> jar.addClass(BindingOfTheApplication.class))
            .setApplicationName("native")
            .setApplicationVersion("1")
            .setForcedDependencies(List.of(Dependency.of(
                    "org.apache.camel", "camel-telemetry", System.getProperty("camel-telemetry.version"))))
            .overrideConfigKey("quarkus.native.enabled", "true")
            .overrideConfigKey("quarkus.native.sources-only", "true");

    @ProdBuildResults
    ProdModeTestResults results;

    private Path sources() {
        return results.getBuildDir().resolve("native-sources");
    }

    /** A file of the jar; what is generated is for GraalVM's eyes only. */
    private byte[] inJar(String name) {
        try (JarFile jar = new JarFile(sources().resolve("native-runner.jar").toFile());
                InputStream in = jar.getInputStream(jar.getEntry(name))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode configuration(String name) throws IOException {
        return new ObjectMapper().readTree(inJar("META-INF/native-image/" + name + "-config.json"));
    }

    @Test
    void tlsIsAskedFor() {
        assertThat(sources().resolve("native-image.args"))
                .content()
                .containsPattern("--enable-url-protocols=\\S*https");
    }

    @Test
    void everyTypeThatAnExchangeCanCarryAndEveryServiceIsRegisteredForReflection() throws Exception {
        Set<String> registered = new TreeSet<>();
        for (JsonNode entry : configuration("reflect")) {
            if (entry.path("allDeclaredMethods").asBoolean()) {
                registered.add(entry.path("name").asText());
            }
        }

        assertThat(registered).containsAll(ComponentClasses.component().reflectiveTypes());
        assertThat(registered).containsAll(ComponentClasses.component().serviceTypes());
        assertThat(registered)
                .contains(
                        "io.aipi.camel.AipiComponent",
                        "io.aipi.camel.AipiEndpoint",
                        "io.aipi.camel.AipiProducer",
                        "io.aipi.camel.AipiConsumer",
                        BindingOfTheApplication.class.getName());
    }

    @Test
    void everyResourceOfTheComponentIsInTheImage() throws Exception {
        Set<String> included = new TreeSet<>();
        for (JsonNode entry : configuration("resource").path("resources").path("includes")) {
            included.add(entry.path("pattern").asText());
        }

        assertThat(included)
                .contains(
                        Pattern.quote("META-INF/io.aipi.camel/version.properties"),
                        Pattern.quote("META-INF/io/aipi/camel/aipi.json"),
                        Pattern.quote("META-INF/services/org/apache/camel/dev-consoles.properties"))
                .containsAll(ComponentClasses.component().resources().stream()
                        .map(Pattern::quote)
                        .toList());
    }

    /** Where camel-telemetry is, as here. */
    @Test
    void whatSpansSayIsFoundAsAService() throws Exception {
        Set<String> registered = new TreeSet<>();
        configuration("reflect")
                .forEach(entry -> registered.add(entry.path("name").asText()));

        assertThat(registered)
                .contains("org.apache.camel.telemetry.Span", "io.aipi.camel.AipiSpanDecorator")
                .doesNotContain("io.micrometer.core.instrument.MeterRegistry");
    }

    @Test
    void whatAJobRepositoryStoresCanBeSerialised() throws Exception {
        Set<String> registered = new TreeSet<>();
        configuration("serialization")
                .path("types")
                .forEach(type -> registered.add(type.path("name").asText()));

        assertThat(registered).containsAll(StoredClasses.ofAnyMessage());
    }

    /** Quarkus writes these into a class of its own that GraalVM runs; names of classes are text in it. */
    @Test
    void classesWithStaticStateOfTheProcessAreInitialisedWhenTheImageRuns() {
        String feature = new String(inJar("io/quarkus/runner/Feature.class"), StandardCharsets.ISO_8859_1);

        assertThat(ComponentClasses.component().runtimeInitialised())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(feature).contains(name));
    }
}
