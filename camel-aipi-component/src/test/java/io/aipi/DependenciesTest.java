/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the artifacts bring with them, as their bills of materials say, may be used by whoever may use them. The bills are
 * made before the tests, but for builds that are offline and have none from before.
 */
class DependenciesTest {

    private static final Path PARENT = Path.of("..", "pom.xml");

    /** Of several licences of one dependency the user has the choice. */
    private static final Set<String> ALLOWED = Set.of("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "EPL-2.0");

    @ParameterizedTest
    @ValueSource(strings = {"camel-aipi-component", "camel-aipi-simulator"})
    void everyOneHasALicenceThatIsAllowed(String module) throws IOException {
        for (JsonNode dependency : bill(module).get("components")) {
            assertThat(licences(dependency))
                    .as("licences of %s", dependency.get("purl").asText())
                    .containsAnyElementsOf(ALLOWED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"camel-aipi-component", "camel-aipi-simulator"})
    void theBillNamesThoseThatAreUsedAndNoneOfTheTests(String module) throws IOException {
        List<String> names = StreamSupport.stream(bill(module).get("components").spliterator(), false)
                .map(dependency -> dependency.get("name").asText())
                .toList();

        assertThat(names)
                .contains("httpcore5", "jackson-databind", "slf4j-api")
                .doesNotContain("junit-jupiter", "assertj-core", "wiremock", "log4j-core");
    }

    /** Two builds of one state make the same bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"camel-aipi-component", "camel-aipi-simulator"})
    void theBillHasNeitherATimeNorANumberOfItsOwn(String module) throws IOException {
        JsonNode bill = bill(module);

        assertThat(bill.has("serialNumber")).isFalse();
        assertThat(bill.get("metadata").has("timestamp")).isFalse();
    }

    /** The table names each version from which on an artifact is fixed, and the rules of the build end at just these. */
    @Test
    @Tag("case-D24")
    void theBuildRefusesTheVersionsThatAreToBeAvoided() throws IOException {
        Map<String, Set<String>> fixed = new TreeMap<>();
        Matcher row = Pattern.compile("(?m)^\\| `([\\w.]+:[\\w-]+)`[^|]*\\| ([^|;]*)")
                .matcher(section(Path.of("..", "SECURITY.md"), "## Versions to avoid"));
        while (row.find()) {
            fixed.put(row.group(1), Set.of(row.group(2).strip().split(", ")));
        }
        Map<String, Set<String>> refused = new TreeMap<>();
        refused().forEach((artifact, ranges) -> {
            if (fixed.containsKey(artifact)) {
                refused.put(artifact, ranges.stream().map(range -> range.get(1)).collect(Collectors.toSet()));
            }
        });

        assertThat(fixed).hasSize(7).isEqualTo(refused);
    }

    @ParameterizedTest
    @CsvSource({
        "org.apache.camel:camel-jms, camel.version",
        "org.postgresql:postgresql, postgresql.version",
        "org.apache.commons:commons-lang3, commons-lang3.version",
        "org.apache.logging.log4j:log4j-core, log4j.version",
    })
    @Tag("case-D24")
    void noneOfThemIsUsed(String artifact, String property) throws IOException {
        Matcher version = Pattern.compile("<" + property + ">([^<]*)<").matcher(Files.readString(PARENT));
        assertThat(version.find()).isTrue();

        assertThat(refused().get(artifact)).isNotEmpty().noneSatisfy(range -> {
            assertThat(number(version.group(1))).isGreaterThanOrEqualTo(number(range.get(0)));
            assertThat(number(version.group(1))).isLessThan(number(range.get(1)));
        });
    }

    /** Of each artifact the ranges that the enforcer's rules exclude, as their beginnings and ends. */
    private static Map<String, List<List<String>>> refused() throws IOException {
        Map<String, List<List<String>>> ranges = new TreeMap<>();
        Matcher rule = Pattern.compile("<exclude>([\\w.]+:[\\w-]+):[\\[(]([\\d.]*),([\\d.]+)\\)</exclude>")
                .matcher(Files.readString(PARENT));
        while (rule.find()) {
            ranges.computeIfAbsent(rule.group(1), artifact -> new ArrayList<>())
                    .add(List.of(rule.group(2), rule.group(3)));
        }
        return ranges;
    }

    /** So that versions compare as numbers. */
    private static long number(String version) {
        long number = 0;
        String[] parts = version.isEmpty() ? new String[0] : version.split("\\.");
        for (int i = 0; i < 4; i++) {
            number = number * 10_000 + (i < parts.length ? Integer.parseInt(parts[i]) : 0);
        }
        return number;
    }

    private static String section(Path page, String title) throws IOException {
        String text = Files.readString(page);
        int start = text.indexOf(title);
        return text.substring(start, text.indexOf("\n## ", start + 1));
    }

    private static Set<String> licences(JsonNode dependency) {
        return StreamSupport.stream(dependency.path("licenses").spliterator(), false)
                .map(one -> one.path("license")
                        .path("id")
                        .asText(one.path("expression").asText()))
                .collect(Collectors.toSet());
    }

    private static JsonNode bill(String module) throws IOException {
        Path file = Path.of("..", module, "target", "bom.json");
        assumeThat(file).exists();
        return new ObjectMapper().readTree(Files.readString(file));
    }
}
