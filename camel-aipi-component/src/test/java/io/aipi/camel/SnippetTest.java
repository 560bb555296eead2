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
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the pages show of a file is what is in the file, which another test runs. Before such a block stands
 * {@code <!-- snippet: path#tag -->}, in AsciiDoc {@code // snippet: path#tag}: it is what is between the lines with {@code tag::NAME} and {@code end::NAME}, or,
 * without a tag, the whole file but for its licence.
 *
 * <p>With {@code -Daipi.docs.update=true} the blocks are taken from the files anew.
 */
class SnippetTest {

    private static final Path ROOT = Path.of("..");

    /** The file, the tag or null, and the block; in Markdown and in AsciiDoc. */
    private static final Pattern SNIPPET =
            Pattern.compile("<!-- snippet: ([^\\s#]+)(?:#(\\S+))? -->\n+```\\w*\n(.*?)```", Pattern.DOTALL);

    private static final Pattern ASCIIDOC_SNIPPET = Pattern.compile(
            "// snippet: ([^\\s#]+)(?:#(\\S+))?\n(?:\\[source[^\n]*]\n)?----\n(.*?)----", Pattern.DOTALL);

    private static final Pattern MARK = Pattern.compile("(?m)^(?:<!--|//) snippet:");
    private static final Pattern LICENCE = Pattern.compile("\\A/\\*\\n \\* Licen[cs]e.*?\\*/\n+", Pattern.DOTALL);

    static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(
                                    ROOT.resolve("README.md"),
                                    ROOT.resolve("CONTRIBUTING.md"),
                                    Path.of("src/main/docs/aipi-component.adoc")),
                            docs.filter(path -> path.toString().endsWith(".md")))
                    .sorted()
                    .toList();
        }
    }

    /** The pages, and those of other modules. */
    static List<Path> pagesWithSnippets() throws IOException {
        return Stream.concat(
                        pages().stream(),
                        Stream.of("camel-aipi-jdbc", "camel-aipi-simulator")
                                .map(module -> ROOT.resolve(module).resolve("README.md")))
                .toList();
    }

    static String withoutSnippets(String page) {
        return ASCIIDOC_SNIPPET.matcher(SNIPPET.matcher(page).replaceAll("")).replaceAll("");
    }

    private static Pattern snippetsOf(Path page) {
        return page.toString().endsWith(".adoc") ? ASCIIDOC_SNIPPET : SNIPPET;
    }

    @ParameterizedTest
    @MethodSource("pagesWithSnippets")
    void everySnippetIsWhatIsInItsFile(Path page) throws IOException {
        String text = Files.readString(page);
        if (Boolean.getBoolean("aipi.docs.update")) {
            text = withPresentSnippets(text, snippetsOf(page));
            Files.writeString(page, text);
        }
        Matcher snippet = snippetsOf(page).matcher(text);
        int snippets = 0;
        while (snippet.find()) {
            snippets++;
            assertThat(snippet.group(3))
                    .as(
                            "%s in %s: run this test with -Daipi.docs.update=true",
                            snippet.group().lines().findFirst().orElse(""), page)
                    .isEqualTo(snippet(ROOT.resolve(snippet.group(1)), snippet.group(2)));
        }
        assertThat(MARK.matcher(text).results())
                .as("marks without a block in %s", page)
                .hasSize(snippets);
    }

    /** What "Test routes without a GPU" begins with. */
    @Test
    void aTestOfARouteTakesFewerThanFifteenLines() throws IOException {
        String test = snippet(Path.of("src/test/java/io/aipi/camel/route/CapitalsTest.java"), "test");

        assertThat(test.lines().filter(line -> !line.isBlank())).hasSizeLessThan(15);
    }

    @Test
    void aSnippetIsDedentedAndHasNoMarks() {
        String java = """
                /*
                 * Licence
                 */
                class A {
                    // tag::route[]
                    from("a")

                            .to("b");
                    // end::route[]
                }
                """;

        assertThat(snippetIn(java, "route")).isEqualTo("from(\"a\")\n\n        .to(\"b\");\n");
        assertThat(snippetIn(java, null)).isEqualTo("class A {\n    from(\"a\")\n\n            .to(\"b\");\n}\n");
        assertThat(snippetIn("a:\n  # tag::b[]\n  b: 1\n  # end::b[]\n", "b")).isEqualTo("b: 1\n");
    }

    private static String withPresentSnippets(String page, Pattern snippets) throws IOException {
        StringBuilder updated = new StringBuilder();
        int from = 0;
        Matcher snippet = snippets.matcher(page);
        while (snippet.find()) {
            updated.append(page, from, snippet.start(3))
                    .append(snippet(ROOT.resolve(snippet.group(1)), snippet.group(2)));
            from = snippet.end(3);
        }
        return updated.append(page, from, page.length()).toString();
    }

    private static String snippet(Path file, String tag) throws IOException {
        assertThat(file).exists();
        String snippet = snippetIn(Files.readString(file), tag);
        assertThat(snippet).as("%s of %s", tag, file).isNotBlank();
        return snippet;
    }

    private static String snippetIn(String file, String tag) {
        String text = tag == null ? LICENCE.matcher(file).replaceFirst("") : file;
        List<String> lines = new ArrayList<>();
        boolean in = tag == null;
        Pattern ours = Pattern.compile("(tag|end)::" + tag + "(?![\\w-])");
        for (String line : text.lines().toList()) {
            boolean mark = line.contains("tag::") || line.contains("end::");
            if (tag != null && ours.matcher(line).find()) {
                in = line.contains("tag::");
            } else if (in && !mark) {
                lines.add(line);
            }
        }
        int indent = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        return lines.stream()
                .map(line -> line.isBlank() ? "\n" : line.substring(indent) + "\n")
                .collect(Collectors.joining());
    }
}
