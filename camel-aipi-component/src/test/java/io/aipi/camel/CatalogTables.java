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
 * What the component's catalog entry says, as the Markdown tables of the documentation: by the catalog's groups, in its
 * order, so that an option or header of a new group has its table without a change here.
 */
final class CatalogTables {

    private static final String ADVANCED = "advanced";

    private final JsonNode catalog;
    private final Pattern names;

    /** {@code catalog}: the whole {@code aipi.json}. */
    CatalogTables(JsonNode catalog) {
        this.catalog = catalog;
        this.names = namesIn(catalog);
    }

    /** An entry of the catalog; {@code place} says where an option is set. */
    private record Entry(String name, JsonNode json, String place) {

        String group() {
            return json.get("group").asText();
        }

        String text(String field) {
            return json.path(field).asText();
        }
    }

    /** Every option of the endpoint and the component, once, in a table for each group. */
    String options() {
        return byGroup(
                options("properties", "componentProperties"),
                "| option | set on | type | default | meaning |\n|---|---|---|---|---|\n",
                option -> "| " + optionName(option) + " | " + option.place() + " | " + type(option) + " | "
                        + defaultOf(option) + " | " + meaning(option, option.text("description")) + " |\n");
    }

    /** The endpoint's options but for the advanced ones, in one table, with the first sentence of what they mean. */
    String optionsInShort() {
        return options("properties", "componentProperties").stream()
                .filter(option -> !"component".equals(option.place()))
                .filter(option -> !option.group().contains(ADVANCED))
                .map(option -> "| " + optionName(option) + " | " + defaultOf(option) + " | "
                        + meaning(option, option.text("description").split("(?<=\\.)\\s", 2)[0]) + " |\n")
                .collect(Collectors.joining("", "| option | default | meaning |\n|---|---|---|\n", ""));
    }

    /** Every header, in a table for each group. */
    String headers() {
        List<Entry> headers = entries("headers", "");
        return byGroup(
                headers,
                "| header | type | constant | meaning |\n|---|---|---|---|\n",
                header -> "| `" + header.name() + "` | " + type(header) + " | `"
                        + header.text("constantName").replaceFirst(".*#", "") + "` | "
                        + meaning(header, header.text("description")) + " |\n");
    }

    /** An option that is the same in both places is one entry; otherwise each place has its own. */
    private List<Entry> options(String endpoint, String component) {
        List<Entry> all = new ArrayList<>();
        for (Entry option : entries(endpoint, "endpoint")) {
            JsonNode other = catalog.get(component).path(option.name());
            boolean path = "path".equals(option.text("kind"));
            String place = path ? "path" : same(option.json(), other) ? "both" : option.place();
            all.add(new Entry(option.name(), option.json(), place));
        }
        for (Entry option : entries(component, "component")) {
            if (!same(option.json(), catalog.get(endpoint).path(option.name()))) {
                all.add(option);
            }
        }
        return all;
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return List.of("javaType", "defaultValue", "required", "secret", "description").stream()
                .allMatch(field -> one.path(field).equals(other.path(field)));
    }

    private List<Entry> entries(String section, String place) {
        return catalog.get(section).properties().stream()
                .map(property -> new Entry(property.getKey(), property.getValue(), place))
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

    private static String optionName(Entry option) {
        String prefix = option.text("prefix");
        return "`" + option.name() + "`" + (prefix.isEmpty() ? "" : ", as `" + prefix + "NAME`");
    }

    private static String type(Entry entry) {
        // kinds of options have a word of their own; of objects and headers, the class is what matters
        boolean named = entry.json().has("type") && !"object".equals(entry.text("type"));
        String type = named ? entry.text("type") : "`" + entry.text("javaType").replaceAll("[a-z]\\w*\\.", "") + "`";
        return type + (entry.json().path("secret").asBoolean() ? ", secret" : "");
    }

    private static String defaultOf(Entry option) {
        if (option.json().path("required").asBoolean()) {
            return "required";
        }
        return option.json().has("defaultValue") ? "`" + option.text("defaultValue") + "`" : "";
    }

    private String meaning(Entry entry, String description) {
        StringBuilder meaning = new StringBuilder();
        if (entry.json().path("deprecated").asBoolean()) {
            meaning.append("Deprecated. ");
        }
        meaning.append(marked(description));
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
