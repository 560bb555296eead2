/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompatibilityTableTest {

    private static final String PASSED = "<testcase classname='a.B' name='passes'/>";
    private static final String FAILED =
            "<testcase classname='a.B' name='fails'><failure>1 is not 2</failure></testcase>";
    private static final String SKIPPED = "<testcase classname='a.B' name='skips'><skipped/></testcase>";
    private static final String REPEATED = "<testcase classname='a.B' name='late'><flakyFailure>8.3 s</flakyFailure>"
            + "<flakyFailure>8.1 s</flakyFailure></testcase>";

    @TempDir
    Path lines;

    @Test
    void aLineIsARowAndAJavaAColumn() throws IOException {
        report("camel-4.9", "present-java", "4.9.0", "17", "", PASSED + PASSED);
        report("camel-4.10", "present-java", "4.10.7", "17", "", PASSED + SKIPPED);
        report("camel-4.10", "other-java", "4.10.7", "25", "", PASSED + FAILED);

        assertThat(table().markdown()).isEqualTo("""
                | Camel | with | Java 17 | Java 25 | |
                |---|---|---|---|---|
                | 4.9.0 | HttpClient 5.5, Jackson 2.19.4, SLF4J 2.0.17 | 2 tests, 0 failed, 0 skipped | not run | a remark |
                | 4.10.7 | HttpClient 5.5, Jackson 2.19.4, SLF4J 2.0.17 | 2 tests, 0 failed, 1 skipped | 2 tests, 1 failed, 0 skipped | a remark |
                """);
    }

    @Test
    void whatFailedIsNamed() throws IOException {
        report("camel-4.10", "other-java", "4.10.7", "25", "", PASSED + FAILED);

        assertThat(table().failures()).containsExactly("Failed with Camel 4.10.7 on Java 25: a.B.fails");
    }

    @Test
    void whatPassedOnlyWhenItWasRunAgainIsTold() throws IOException {
        report("camel-4.10", "present-java", "4.10.7", "17", "", PASSED + REPEATED);

        assertThat(table().markdown()).contains("2 tests, 0 failed, 0 skipped, 1 passed when run again");
    }

    @Test
    void theTableTakesThePlaceOfTheOneBefore() throws IOException {
        report("camel-4.10", "present-java", "4.10.7", "17", "", PASSED);
        Path page = Files.writeString(
                lines.resolve("page.md"),
                "before\n<!-- compatibility: how -->\n\n| old |\n\n<!-- end of compatibility -->\nafter\n");

        table().writeInto(page);

        assertThat(page)
                .hasContent("before\n<!-- compatibility: how -->\n\n" + table().markdown()
                        + "\n<!-- end of compatibility -->\nafter\n");
    }

    @Test
    void aTableOfAPartOfTheTestsSaysSoAndIsNotKept() throws IOException {
        report("camel-4.10", "present-java", "4.10.7", "17", "<property name='test' value='DslTest'/>", PASSED);
        Path page = Files.writeString(
                lines.resolve("page.md"), "<!-- compatibility: how -->\n\n| old |\n\n<!-- end of compatibility -->\n");

        assertThat(table().markdown()).contains("1 tests, 0 failed, 0 skipped (only DslTest)");
        assertThatThrownBy(() -> table().writeInto(page)).hasMessage("A table of a part of the tests is not kept.");
        assertThat(page).content().contains("| old |");
    }

    @Test
    void classesInsteadOfTheJarAreNoRun() throws IOException {
        Path reports = report("camel-4.10", "present-java", "4.10.7", "17", "", PASSED);
        Files.writeString(reports, Files.readString(reports).replace("camel-aipi-1.0.jar", "classes"));

        assertThatThrownBy(this::table).hasMessageContaining("has not had the component's jar");
    }

    @Test
    void runsOfSeveralJarsMakeNoTable() throws IOException {
        report("camel-4.10", "present-java", "4.10.7", "17", "", PASSED);
        Path reports = report("camel-4.22", "present-java", "4.22.0", "17", "", PASSED);
        Files.writeString(reports, Files.readString(reports).replace("camel-aipi-1.0.jar", "camel-aipi-2.0.jar"));

        assertThatThrownBy(this::table).hasMessage("The runs have not tested one and the same jar.");
    }

    @Test
    void thePageHasARowForEachReleaseThatIsBuilt() throws IOException {
        Path project = Path.of("../../..");
        Matcher part = CompatibilityTable.part(project.resolve("docs/reference/compatibility.md"));

        List<String> rows = part.group(1)
                .lines()
                .skip(2)
                .filter(line -> line.startsWith("| "))
                .map(line -> line.split("\\|", -1)[1].strip())
                .toList();

        assertThat(rows).containsExactlyInAnyOrderElementsOf(versions(project));
    }

    /** The versions of Camel that the lines' POMs name; that of the base is the parent's. */
    private static List<String> versions(Path project) throws IOException {
        try (Stream<Path> found = Files.list(project.resolve("camel-aipi-runtimes/compatibility"))) {
            return found.map(folder -> folder.resolve("pom.xml"))
                    .filter(pom -> pom.getParent().getFileName().toString().startsWith("camel-"))
                    .map(pom -> Stream.of(pom, project.resolve("pom.xml"))
                            .map(CompatibilityTableTest::version)
                            .filter(version -> !version.isEmpty())
                            .findFirst()
                            .orElseThrow())
                    .toList();
        }
    }

    private static String version(Path pom) {
        try {
            Matcher version =
                    Pattern.compile("<camel\\.version>(.*)</camel\\.version>").matcher(Files.readString(pom));
            return version.find() ? version.group(1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompatibilityTable table() throws IOException {
        return new CompatibilityTable(CompatibilityTable.runs(lines));
    }

    private Path report(String line, String folder, String camel, String java, String property, String cases)
            throws IOException {
        Path reports = Files.createDirectories(
                lines.resolve(line).resolve("target/surefire-reports").resolve(folder));
        String classPath = String.join(
                ":",
                Arrays.asList(
                        "/p/target/camel-aipi-1.0-tests.jar",
                        "/p/target/camel-aipi-1.0.jar",
                        "/r/httpclient5-5.5.jar",
                        "/r/jackson-databind-2.19.4.jar",
                        "/r/slf4j-api-2.0.17.jar"));
        return Files.writeString(
                reports.resolve("TEST-a.B.xml"), """
                <testsuite name="a.B">
                  <properties>
                    <property name="path.separator" value=":"/>
                    <property name="java.specification.version" value="%s"/>
                    <property name="compatibility.camel" value="%s"/>
                    <property name="compatibility.remark" value="a remark"/>
                    <property name="surefire.test.class.path" value="%s"/>
                    %s
                  </properties>
                  %s
                </testsuite>
                """.formatted(java, camel, classPath, property, cases));
    }
}
