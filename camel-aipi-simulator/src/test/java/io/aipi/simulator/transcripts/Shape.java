/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.transcripts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What has to be the same between a recorded answer and a simulated one: the names and the order of fields, the kinds
 * of values, and the values themselves where the protocol is in them.
 */
public final class Shape {

    private static final Set<String> EXACT = Set.of(
            "success",
            "error",
            "description",
            "status",
            "message",
            "job_state",
            "ep_version",
            "queue_position",
            "job_type",
            "prompt",
            "text",
            "num_generated_tokens",
            "title",
            "name",
            "parameter_description",
            "cmd",
            "msg");

    private Shape() {}

    /** The shape as text, which shows well where two of them differ. */
    public static String of(JsonNode node) {
        return of(node, EXACT);
    }

    /** The same, with other fields whose values have to be the same. */
    public static String of(JsonNode node, Set<String> exact) {
        List<String> lines = new ArrayList<>();
        describe("", "", node, exact, lines);
        return String.join("\n", lines);
    }

    private static void describe(String path, String name, JsonNode node, Set<String> exact, List<String> lines) {
        if (node.isObject()) {
            lines.add(path + ": object");
            node.properties()
                    .forEach(entry ->
                            describe(path + "/" + entry.getKey(), entry.getKey(), entry.getValue(), exact, lines));
        } else if (node.isArray() && !exact.contains(name)) {
            lines.add(path + ": array");
            for (JsonNode item : node) {
                describe(path + "/*", "", item, exact, lines);
            }
        } else if (exact.contains(name)) {
            lines.add(path + " = " + node);
        } else {
            lines.add(path + ": " + node.getNodeType());
        }
    }

    /** Header names and values that have to be the same; lengths and cookies have not. */
    public static Map<String, String> ofHeaders(Map<String, String> headers) {
        Map<String, String> shape = new TreeMap<>(headers);
        shape.remove("content-length");
        return shape;
    }
}
