/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

@AnalyzeClasses(
        packages = {"io.aipi.client", "io.aipi.camel"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule THE_CLIENT_KNOWS_NOTHING_OF_CAMEL = noClasses()
            .that()
            .resideInAPackage("io.aipi.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.camel..", "io.aipi.camel..");

    @ArchTest
    static final ArchRule THE_WORKINGS_OF_THE_CLIENT_ARE_ITS_OWN = noClasses()
            .that()
            .resideInAPackage("io.aipi.camel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.aipi.client.internal..");

    @ArchTest
    static final ArchRule HTTP_COMPONENTS_STAY_IN_THE_TRANSPORT = noClasses()
            .that()
            .resideOutsideOfPackage("io.aipi.client.internal.http")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.hc..");

    @ArchTest
    static final ArchRule ERRORS_DEPEND_ON_NOTHING_OF_OURS = noClasses()
            .that()
            .resideInAPackage("io.aipi.client.error")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.aipi.client", "io.aipi.client.internal..", "io.aipi.camel..");

    @ArchTest
    static final ArchRule THE_SIMULATOR_IS_FOR_TESTS =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.aipi.simulator..");

    @ArchTest
    static final ArchRule NOBODY_SLEEPS = noClasses()
            .should()
            .callMethodWhere(target(owner(type(Thread.class))).and(target(name("sleep"))))
            .orShould()
            .callMethodWhere(target(owner(type(TimeUnit.class))).and(target(name("sleep"))))
            .orShould()
            .callMethod(Object.class, "wait")
            .orShould()
            .callMethod(Object.class, "wait", long.class);

    /** The tests that look for threads that are left do not see them: JUnit has such threads, too. */
    @ArchTest
    static final ArchRule NOBODY_MAKES_A_FORK_JOIN_POOL = noClasses()
            .should()
            .callConstructorWhere(target(owner(type(ForkJoinPool.class))))
            .orShould()
            .callMethodWhere(target(owner(type(Executors.class))).and(target(name("newWorkStealingPool"))));

    @ArchTest
    static final ArchRule LOGS_GO_THROUGH_SLF4J = GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.aipi.(**)").should().beFreeOfCycles();

    /** Each room of the client knows those before it. */
    @ArchTest
    static void theRoomsOfTheClientHaveAnOrder(JavaClasses classes) {
        List<String> rooms = List.of("util", "http", "wire", "session", "api", "poll", "job");
        for (int i = 0; i < rooms.size() - 1; i++) {
            String[] after = rooms.subList(i + 1, rooms.size()).stream()
                    .map(room -> "io.aipi.client.internal." + room)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("io.aipi.client.internal." + rooms.get(i))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(after)
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule WHAT_IS_ASKED_AND_GIVEN_IS_PURE_DATA = noClasses()
            .that()
            .resideInAPackage("io.aipi.client.model")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.aipi.client",
                    "io.aipi.client.options",
                    "io.aipi.client.spi",
                    "io.aipi.client.internal.http..",
                    "io.aipi.client.internal.wire..",
                    "io.aipi.client.internal.session..");

    @ArchTest
    static final ArchRule THE_WORKINGS_OF_THE_COMPONENT_DO_NOT_KNOW_ITS_FACE = noClasses()
            .that()
            .resideInAPackage("io.aipi.camel.internal..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.aipi.camel");

    @ArchTest
    static final ArchRule NOBODY_PRINTS = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    /** All options of an endpoint, with their getters and setters, are one class by Camel's rules. */
    @ArchTest
    static void noFileIsLongerThanFourHundredLines(JavaClasses classes) throws IOException {
        for (Path sources : List.of(Path.of("src/main/java"), Path.of("../camel-aipi-simulator/src/main/java"))) {
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (!file.endsWith("AipiConfiguration.java")) {
                        assertThat(Files.readAllLines(file)).as("%s", file).hasSizeLessThanOrEqualTo(400);
                    }
                }
            }
        }
    }
}
