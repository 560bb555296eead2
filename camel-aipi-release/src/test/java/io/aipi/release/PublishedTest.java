/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is published can be published, and the BOM has all of it. */
class PublishedTest {

    /** Its artifact is a file of features. */
    private static final String KARAF = "camel-aipi-karaf";

    private static final List<Pom> POMS = Pom.ofThisBuild();

    static Stream<String> published() {
        return POMS.stream().filter(Pom::isPublished).map(Pom::artifactId);
    }

    /** So that a module that is for tests, or for reading, is not published by mistake, and none is forgotten. */
    @Test
    void theseArePublished() {
        assertThat(published())
                .containsExactlyInAnyOrder(
                        "camel-aipi-parent",
                        "camel-aipi-bom",
                        "camel-aipi",
                        "camel-aipi-jdbc",
                        "camel-aipi-job-repository-contract",
                        "camel-aipi-simulator",
                        "camel-aipi-runtimes",
                        "camel-aipi-spring-boot-starter",
                        "camel-aipi-endpointdsl",
                        "camel-aipi-kamelets",
                        KARAF,
                        "camel-aipi-quarkus-parent",
                        "camel-aipi-quarkus",
                        "camel-aipi-quarkus-deployment");
    }

    @Test
    void theBomHasEachThatAnApplicationCanUse() {
        List<Pom.Entry> usable = POMS.stream()
                .filter(Pom::isPublished)
                .filter(pom ->
                        !pom.packaging().equals("pom") || pom.artifactId().equals(KARAF))
                .map(pom -> pom.artifactId().equals(KARAF)
                        ? new Pom.Entry(KARAF, "xml", "features")
                        : new Pom.Entry(pom.artifactId(), "jar", ""))
                .toList();

        assertThat(pom("camel-aipi-bom").managed()).containsExactlyInAnyOrderElementsOf(usable);
    }

    /** A parent that is not published cannot be found by who uses the child. */
    @ParameterizedTest
    @MethodSource("published")
    void itsParentIsPublished(String artifactId) {
        assertThat(pom(artifactId).parent().map(Pom::isPublished)).isNotEqualTo(Optional.of(false));
    }

    @ParameterizedTest
    @MethodSource("published")
    void itHasANameAndADescriptionOfItsOwn(String artifactId) {
        assertThat(pom(artifactId).text("name")).get().asString().startsWith("Camel AIPI :: ");
        assertThat(pom(artifactId).text("description")).isPresent();
    }

    private static Pom pom(String artifactId) {
        return POMS.stream()
                .filter(pom -> pom.artifactId().equals(artifactId))
                .findFirst()
                .orElseThrow();
    }
}
