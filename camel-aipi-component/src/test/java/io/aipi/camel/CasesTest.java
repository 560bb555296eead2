/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Each case in cases.properties has a test that is tagged {@code case-ID}, in whichever module, and docs/reference/cases.md names it.
 *
 * <p>With {@code -Daipi.docs.update=true} the page is written first.
 */
class CasesTest {

    private static final Path ROOT = Path.of("..");
    private static final Path PAGE = ROOT.resolve("docs/reference/cases.md");

    /** How many cases each part has. */
    private static final Map<String, Integer> PARTS = Map.of("A", 23, "B", 16, "C", 12, "D", 25, "E", 12);

    private static final Map<String, String> TITLES = new LinkedHashMap<>();

    static {
        TITLES.put("A", "Progress, and results that stay");
        TITLES.put("B", "Setting up");
        TITLES.put("C", "Values in messages");
        TITLES.put("D", "Faults and bad intent");
        TITLES.put("E", "First use");
    }

    private static final Pattern TAG = Pattern.compile("@Tag\\(\"case-([^\"]*)\"\\)");

    /** What a tag stands before: a class or a method. */
    private static final Pattern TAGGED =
            Pattern.compile("(?m)^ *(?:(?:public|private|protected|static|final|abstract) +)*"
                    + "(?:class (\\w+)|(?:void|Stream<[^(]*>|List<[^(]*>|Collection<[^(]*>) (\\w+)\\()");

    private static final Pattern TEST =
            Pattern.compile("@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate)\\b");

    private static Map<String, String> sentences;
    private static Map<String, Set<String>> tests;

    @BeforeAll
    static void read() throws IOException {
        sentences = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of("src/test/resources/cases.properties"))) {
            if (!line.startsWith("#")) {
                int end = line.indexOf('=');
                assertThat(sentences.put(line.substring(0, end), line.substring(end + 1)))
                        .as("second line of %s", line.substring(0, end))
                        .isNull();
            }
        }
        tests = new TreeMap<>();
        for (Path file : testSources()) {
            collect(Files.readString(file), file.getFileName().toString().replace(".java", ""), tests);
        }
        if (Boolean.getBoolean("aipi.docs.update")) {
            Files.writeString(PAGE, page());
        }
    }

    private static List<Path> testSources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> folders = Files.find(ROOT, 6, (path, attributes) -> path.endsWith("src/test/java"))) {
            for (Path folder : (Iterable<Path>) folders.sorted()::iterator) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.endsWith("CasesTest.java"))
                            .forEach(sources::add);
                }
            }
        }
        return sources;
    }

    /** Adds the tests of a source to those of each case: the class for a tag of its own, else class and method. */
    private static void collect(String source, String className, Map<String, Set<String>> tests) {
        Matcher tag = TAG.matcher(source);
        Matcher tagged = TAGGED.matcher(source);
        while (tag.find()) {
            if (tagged.find(tag.end())) {
                String annotations =
                        source.substring(Math.max(source.lastIndexOf("\n\n", tag.start()), 0), tagged.start());
                boolean runs = !annotations.contains("@Disabled")
                        && (tagged.group(1) != null || TEST.matcher(annotations).find());
                if (runs) {
                    String name = tagged.group(2) != null
                            ? className + "." + tagged.group(2)
                            : tagged.group(1).equals(className) ? className : className + "." + tagged.group(1);
                    tests.computeIfAbsent(tag.group(1), id -> new TreeSet<>()).add(name);
                }
            }
        }
    }

    private static String page() {
        StringBuilder page = new StringBuilder("""
                # Cases

                Inputs and events that other software of this kind gets wrong, what holds here, and the tests that hold it. A test
                names its cases in JUnit tags (`@Tag("case-A1")`); `CasesTest` makes this page of them, with `-Daipi.docs.update=true`.
                """);
        TITLES.forEach((part, title) -> {
            page.append("\n## ").append(part).append(": ").append(title);
            page.append("\n\n| case | what holds | tests |\n|---|---|---|\n");
            sentences.forEach((id, sentence) -> {
                if (id.startsWith(part)) {
                    String names = tests.getOrDefault(id, Set.of()).stream()
                            .map(name -> "`" + name + "`")
                            .collect(Collectors.joining(", "));
                    page.append("| ").append(id).append(" | ").append(sentence.replace("|", "\\|"));
                    page.append(" | ")
                            .append(names.isEmpty() ? "none yet" : names)
                            .append(" |\n");
                }
            });
        });
        return page.toString();
    }

    @Test
    void eachCaseHasASentence() {
        assertThat(sentences.keySet())
                .containsExactlyInAnyOrderElementsOf(PARTS.entrySet().stream()
                        .flatMap(part ->
                                IntStream.rangeClosed(1, part.getValue()).mapToObj(number -> part.getKey() + number))
                        .toList());
        assertThat(sentences.values()).doesNotContain("");
    }

    @Test
    void eachCaseHasATest() {
        assertThat(sentences.keySet()).as("cases of the tags").containsAll(tests.keySet());
        assertThat(tests.keySet()).as("cases with a test").containsAll(sentences.keySet());
    }

    @Test
    void thePageIsWhatTheTagsSay() throws IOException {
        assertThat(Files.readString(PAGE))
                .as("%s: run this test with -Daipi.docs.update=true", PAGE)
                .isEqualTo(page());
    }

    @Test
    void aTagCountsOnAClassOrOnATestThatRuns() {
        Map<String, Set<String>> found = new TreeMap<>();

        collect("""
                @TAG("case-A1")
                class SomeTest {

                    @Test
                    @TAG("case-A2")
                    @TAG("case-A3")
                    void method() {}

                    @TAG("case-A2")
                    @ParameterizedTest
                    @ValueSource(strings = "a; class b {}")
                    void other(String text) {}

                    @TAG("case-A4")
                    @Property
                    void property() {}

                    @Test
                    @Disabled
                    @TAG("case-A5")
                    void disabled() {}

                    @Nested
                    @TAG("case-A6")
                    class Inner {}
                }
                """.replace("@TAG", "@Tag"), "SomeTest", found);

        assertThat(found)
                .isEqualTo(Map.of(
                        "A1", Set.of("SomeTest"),
                        "A2", Set.of("SomeTest.method", "SomeTest.other"),
                        "A3", Set.of("SomeTest.method"),
                        "A6", Set.of("SomeTest.Inner")));
    }
}
