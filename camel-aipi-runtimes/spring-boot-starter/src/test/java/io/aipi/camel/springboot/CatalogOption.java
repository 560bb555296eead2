/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.AipiComponent;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An option of the component, as Camel's catalog has it. */
record CatalogOption(String name, JsonNode entry) {

    private static final Map<String, String> BOXED = Map.of(
            "boolean", "java.lang.Boolean",
            "int", "java.lang.Integer",
            "long", "java.lang.Long");

    /** All of them, in the catalog's order. */
    static List<CatalogOption> all() throws IOException {
        try (InputStream json = AipiComponent.class.getResourceAsStream("/META-INF/io/aipi/camel/aipi.json")) {
            return new ObjectMapper()
                    .readTree(json).get("componentProperties").properties().stream()
                            .map(option -> new CatalogOption(option.getKey(), option.getValue()))
                            .sorted(Comparator.comparingInt(
                                    option -> option.entry().get("index").asInt()))
                            .toList();
        }
    }

    /** In the spelling of Spring Boot's properties. */
    String property() {
        return "camel.component.aipi." + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    String description() {
        return entry.get("description").asText();
    }

    boolean secret() {
        return entry.path("secret").asBoolean();
    }

    /** Null if there is none. */
    JsonNode defaultValue() {
        return entry.get("defaultValue");
    }

    /** What may be written, if only some words may. */
    List<String> choices() {
        return entry.path("enum").valueStream().map(JsonNode::asText).toList();
    }

    /** The type on the component, without primitives: not set is null. */
    String componentType() {
        String type = entry.get("javaType").asText();
        return BOXED.getOrDefault(type, type);
    }

    /** Whether it is a bean, which a property can only refer to. */
    boolean bean() {
        return "object".equals(entry.get("type").asText()) && !componentType().startsWith("java.util.Map");
    }

    /** The type of the property. */
    String propertyType() {
        return bean() ? "java.lang.String" : componentType();
    }
}
