/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A table of the documentation that says what comes of each fault at each call. */
final class FaultTable {

    /** Where a fault cannot happen to a call. */
    static final String NOTHING = "–";

    private static final Path PAGE = Path.of("../docs/explanation/reliability.md");

    private final String name;

    /** {@code name}: of the part of the page. */
    FaultTable(String name) {
        this.name = name;
    }

    /** What the page says, by the names of fault and call. */
    Map<String, Map<String, String>> read() throws IOException {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        List<String> lines =
                part().group(1).lines().filter(line -> line.startsWith("|")).toList();
        List<String> head = cells(lines.get(0));
        for (String line : lines.subList(2, lines.size())) {
            List<String> cells = cells(line);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 1; i < cells.size(); i++) {
                row.put(head.get(i), cells.get(i));
            }
            rows.put(cells.get(0), row);
        }
        return rows;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList();
    }

    /** Puts what was seen into the page. */
    void write(List<Fault> faults, BiFunction<Fault, Call, String> seen) throws IOException {
        StringBuilder table = new StringBuilder("| | ");
        table.append(Arrays.stream(Call.values()).map(call -> call.heading).collect(Collectors.joining(" | ")))
                .append(" |\n|---|---|---|---|---|---|\n");
        for (Fault fault : faults) {
            table.append("| ").append(fault.label);
            for (Call call : Call.values()) {
                table.append(" | ").append(seen.apply(fault, call));
            }
            table.append(" |\n");
        }
        Matcher part = part();
        String text = Files.readString(PAGE);
        Files.writeString(PAGE, text.substring(0, part.start(1)) + table + text.substring(part.end(1)));
    }

    private Matcher part() throws IOException {
        Matcher matcher = Pattern.compile("(?s)<!-- " + name + ": [^\n]*-->\n\n(.*?)\n<!-- end of " + name + " -->")
                .matcher(Files.readString(PAGE));
        if (!matcher.find()) {
            throw new IOException(PAGE + " has no part " + name);
        }
        return matcher;
    }
}
