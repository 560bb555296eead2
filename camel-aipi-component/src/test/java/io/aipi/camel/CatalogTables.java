/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the component's catalog entry says, as tables of the documentation: options as Camel's own pages have them, in
 * AsciiDoc; headers by the catalog's groups, in Markdown, so that a new group has its table without a change here.
 */
final class CatalogTables {

    private final JsonNode catalog;
    private final Pattern names;

    /** {@code catalog}: the whole {@code aipi.json}. */
    CatalogTables(JsonNode catalog) {
        this.catalog = catalog;
        this.names = namesIn(catalog);
    }

    /** An entry of the catalog. */
    private record Entry(String name, JsonNode json) {

        String group() {
            return json.get("group").asText();
        }

        String text(String field) {
            return json.path(field).asText();
        }
    }

    /** The options of the component, in Camel's AsciiDoc form. */
    String componentOptions() {
        return "== Component options\n\n"
                + asciiDoc(
                        entries("componentProperties"), option -> "*" + option.name() + "* (" + option.group() + ")");
    }

    /** The options of the endpoint, in Camel's AsciiDoc form. */
    String endpointOptions() {
        Map<Boolean, List<Entry>> byPath = entries("properties").stream()
                .collect(Collectors.partitioningBy(option -> "path".equals(option.text("kind"))));
        return "== Endpoint options\n\n=== Path parameters\n\n"
                + asciiDoc(byPath.get(true), CatalogTables::endpointOptionName)
                + "\n=== Query parameters\n\n"
                + asciiDoc(byPath.get(false), CatalogTables::endpointOptionName);
    }

    private static String endpointOptionName(Entry option) {
        String prefix = option.text("prefix");
        return "*" + option.name() + "* (" + option.group() + ")"
                + (prefix.isEmpty() ? "" : ", as `" + prefix + "NAME`");
    }

    private String asciiDoc(List<Entry> options, Function<Entry, String> name) {
        return options.stream()
                .map(option -> "| " + name.apply(option) + " | "
                        + (option.json().path("required").asBoolean() ? "*Required* " : "")
                        + meaning(option) + " | " + defaultOf(option) + " | " + type(option) + "\n")
                .collect(Collectors.joining("", """
                        [width="100%",cols="2,5,^1,2",options="header"]
                        |===
                        | Name | Description | Default | Type
                        """, "|===\n"));
    }

    /** Every header, in a table for each group. */
    String headers() {
        List<Entry> headers = entries("headers");
        return byGroup(
                headers,
                "| header | type | constant | meaning |\n|---|---|---|---|\n",
                header -> "| `" + header.name() + "` | " + type(header) + " | `"
                        + header.text("constantName").replaceFirst(".*#", "") + "` | "
                        + meaning(header) + " |\n");
    }

    private List<Entry> entries(String section) {
        return catalog.get(section).properties().stream()
                .map(property -> new Entry(property.getKey(), property.getValue()))
                .sorted(Comparator.comparingInt(
                        entry -> entry.json().get("index").asInt()))
                .toList();
    }

    private static String byGroup(List<Entry> entries, String head, Function<Entry, String> row) {
        Map<String, StringBuilder> tables = new LinkedHashMap<>();
        for (Entry entry : entries) {
            tables.computeIfAbsent(entry.group(), group -> new StringBuilder(head))
                    .append(row.apply(entry));
        }
        return tables.entrySet().stream()
                .map(table -> "### " + table.getKey().substring(0, 1).toUpperCase(Locale.ROOT)
                        + table.getKey().substring(1) + "\n\n" + table.getValue())
                .collect(Collectors.joining("\n"));
    }

    private static String type(Entry entry) {
        // kinds of options have a word of their own; of objects and headers, the class is what matters
        boolean named = entry.json().has("type") && !"object".equals(entry.text("type"));
        String type = named ? entry.text("type") : "`" + entry.text("javaType").replaceAll("[a-z]\\w*\\.", "") + "`";
        return type + (entry.json().path("secret").asBoolean() ? ", secret" : "");
    }

    private static String defaultOf(Entry option) {
        return option.json().has("defaultValue") ? "`" + option.text("defaultValue") + "`" : "";
    }

    private String meaning(Entry entry) {
        StringBuilder meaning = new StringBuilder();
        if (entry.json().path("deprecated").asBoolean()) {
            meaning.append("Deprecated. ");
        }
        meaning.append(marked(entry.text("description")));
        if (entry.json().has("enum")) {
            List<String> values = new ArrayList<>();
            entry.json().get("enum").forEach(value -> values.add("`" + value.asText() + "`"));
            meaning.append(" One of ").append(String.join(", ", values)).append('.');
        }
        return meaning.toString();
    }

    /** Fit for a cell, with the names of options and headers set as code, as the catalog has no mark-up. */
    private String marked(String description) {
        String cell = description.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*");
        return names.matcher(cell).replaceAll("`$0`");
    }

    /** Names that are no words of English: with a capital letter inside. */
    private static Pattern namesIn(JsonNode catalog) {
        Set<String> names = new TreeSet<>();
        for (String section : List.of("properties", "componentProperties", "headers")) {
            catalog.get(section).fieldNames().forEachRemaining(names::add);
        }
        return Pattern.compile(names.stream()
                .filter(name -> name.matches(".+[A-Z].*"))
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(?<![\\w.])(?:", ")(?!\\w)")));
    }
}
