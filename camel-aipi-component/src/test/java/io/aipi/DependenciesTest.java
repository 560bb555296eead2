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
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the artifacts bring with them, as their bills of materials say, may be used by whoever may use them. The bills are
 * made before the tests, but for builds that are offline and have none from before.
 */
class DependenciesTest {

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
