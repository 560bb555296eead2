/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.compatibility;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the runs came to: a row for each line of Camel, a column for each Java, as Markdown. */
public final class CompatibilityTable {

    private static final Pattern PART =
            Pattern.compile("(?s)<!-- compatibility: [^\n]*-->\n\n(.*?)\n<!-- end of compatibility -->");

    private final List<Run> runs;

    CompatibilityTable(List<Run> runs) {
        this.runs = runs.stream()
                .sorted(Comparator.comparing(Run::camel, CompatibilityTable::byNumbers)
                        .thenComparing(Run::java, CompatibilityTable::byNumbers))
                .toList();
        if (runs.isEmpty()) {
            throw new IllegalStateException("There are no reports.");
        }
        if (runs.stream().map(Run::component).distinct().count() > 1) {
            throw new IllegalStateException("The runs have not tested one and the same jar.");
        }
    }

    /**
     * Prints the table, and writes it into docs/reference/compatibility.md if asked.
     *
     * @param arguments the folder of the project, and whether to update the page
     * @throws IOException if a file cannot be read or written
     * @throws IllegalStateException if a test has failed, or if the table is of a part of the tests and is to be kept
     */
    public static void main(String[] arguments) throws IOException {
        Path project = Path.of(arguments[0]);
        CompatibilityTable table = new CompatibilityTable(runs(project.resolve("camel-aipi-runtimes/compatibility")));
        print(table);
        if (!table.failures().isEmpty()) {
            throw new IllegalStateException(table.failures().size() + " tests have failed; they are named above.");
        }
        if (Boolean.parseBoolean(arguments[1])) {
            table.writeInto(project.resolve("docs/reference/compatibility.md"));
        }
    }

    @SuppressWarnings("SystemOut")
    private static void print(CompatibilityTable table) {
        System.out.println(table.markdown());
        table.failures().forEach(System.out::println);
    }

    /** The runs of all lines in the folder. */
    static List<Run> runs(Path lines) throws IOException {
        List<Run> runs = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(lines, "camel-*")) {
            for (Path line : found) {
                for (String java : List.of("present-java", "other-java")) {
                    Path reports = line.resolve("target/surefire-reports").resolve(java);
                    if (Files.isDirectory(reports)) {
                        Run.read(reports).ifPresent(runs::add);
                    }
                }
            }
        }
        return runs;
    }

    String markdown() {
        List<String> javas = distinct(runs.stream().map(Run::java).toList());
        StringBuilder table = new StringBuilder("| Camel | with");
        javas.forEach(java -> table.append(" | Java ").append(java));
        table.append(" | |\n|---|---|").append("---|".repeat(javas.size())).append("---|\n");
        for (String camel : distinct(runs.stream().map(Run::camel).toList())) {
            List<Run> row =
                    runs.stream().filter(run -> run.camel().equals(camel)).toList();
            table.append("| ").append(camel).append(" | ").append(libraries(row.get(0)));
            for (String java : javas) {
                Optional<Run> run =
                        row.stream().filter(one -> one.java().equals(java)).findFirst();
                table.append(" | ").append(run.map(CompatibilityTable::cell).orElse("not run"));
            }
            table.append(" | ").append(row.get(0).remark()).append(" |\n");
        }
        return table.toString();
    }

    private static List<String> distinct(List<String> sorted) {
        return sorted.stream().distinct().sorted(CompatibilityTable::byNumbers).toList();
    }

    private static String libraries(Run run) {
        return "HttpClient " + run.version("httpclient5") + ", Jackson " + run.version("jackson-databind") + ", SLF4J "
                + run.version("slf4j-api");
    }

    private static String cell(Run run) {
        return run.tests() + " tests, " + run.failures().size() + " failed, " + run.skipped() + " skipped"
                + (run.repeated() == 0 ? "" : ", " + run.repeated() + " passed when run again")
                + run.only().map(names -> " (only " + names + ")").orElse("");
    }

    /** The tests that failed, each with its run. */
    List<String> failures() {
        return runs.stream()
                .flatMap(run -> run.failures().stream()
                        .map(test -> "Failed with Camel " + run.camel() + " on Java " + run.java() + ": " + test))
                .collect(Collectors.toList());
    }

    /** Puts the table between the two comments that mark its place. */
    void writeInto(Path page) throws IOException {
        if (!runs.stream().allMatch(Run::whole)) {
            throw new IllegalStateException("A table of a part of the tests is not kept.");
        }
        String text = Files.readString(page);
        Matcher part = part(page);
        Files.writeString(page, text.substring(0, part.start(1)) + markdown() + text.substring(part.end(1)));
    }

    /** The table's place in a page, as group 1. */
    static Matcher part(Path page) throws IOException {
        Matcher part = PART.matcher(Files.readString(page));
        if (!part.find()) {
            throw new IllegalStateException(page + " has no place for the table.");
        }
        return part;
    }

    private static int byNumbers(String one, String other) {
        String[] ours = one.split("\\.", -1);
        String[] theirs = other.split("\\.", -1);
        for (int i = 0; i < Math.min(ours.length, theirs.length); i++) {
            int order = Integer.compare(Integer.parseInt(ours[i]), Integer.parseInt(theirs[i]));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(ours.length, theirs.length);
    }
}
