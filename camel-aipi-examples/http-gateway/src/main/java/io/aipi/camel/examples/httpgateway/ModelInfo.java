/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What can be asked of a model, read from the server's description of it.
 *
 * @param name by which it is asked
 * @param title for people; its name where the server does not say
 * @param output {@code text}, {@code image} or {@code audio}; null where the server does not say
 * @param takesImages whether a picture can go along
 * @param takesConversations whether a prompt can go on with a conversation
 * @param previews parameters with which it shows pictures on the way; null if it has none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ModelInfo(
        String name, String title, String output, boolean takesImages, boolean takesConversations, JsonNode previews) {

    private static final String CONTEXT = "chat_context";
    private static final String PREVIEWS = "provide_progress_images";

    /** What is known of a model that the server does not describe. */
    static ModelInfo unknown(String name) {
        return of(name, MissingNode.getInstance());
    }

    /** Reads a description, as the operation {@code describe} gives it. */
    static ModelInfo of(String name, JsonNode description) {
        JsonNode input = description.path("input");
        List<JsonNode> contexts = stream(input).filter(ModelInfo::isContext).toList();
        return new ModelInfo(
                name,
                description.path("title").asText(name),
                output(description.path("output")),
                stream(input).anyMatch(parameter -> "image".equals(type(parameter)))
                        || contexts.stream()
                                .anyMatch(
                                        context -> context.path("allowsImages").asBoolean()),
                !contexts.isEmpty(),
                previews(input.path(PREVIEWS)));
    }

    private static boolean isContext(JsonNode parameter) {
        return CONTEXT.equals(type(parameter))
                || (CONTEXT.equals(parameter.path("name").asText()) && "json".equals(type(parameter)));
    }

    /** The kind of file that the model makes; text if it makes none. */
    private static String output(JsonNode output) {
        List<String> types = stream(output).map(ModelInfo::type).toList();
        if (types.isEmpty()) {
            return null;
        }
        return types.stream()
                .filter(type -> type.startsWith("image") || type.startsWith("audio"))
                .map(type -> type.substring(0, "image".length()))
                .findFirst()
                .orElse("text");
    }

    private static JsonNode previews(JsonNode parameter) {
        // as pictures, not as the model's own numbers
        String decoded = "decoded";
        JsonNode supported = parameter.path("supported");
        boolean isOffered = supported.isEmpty() || stream(supported).anyMatch(one -> decoded.equals(one.textValue()));
        return parameter.isMissingNode() || !isOffered
                ? null
                : JsonNodeFactory.instance.objectNode().put(PREVIEWS, decoded);
    }

    private static String type(JsonNode parameter) {
        return parameter.path("type").asText("");
    }

    private static Stream<JsonNode> stream(JsonNode nodes) {
        return StreamSupport.stream(nodes.spliterator(), false);
    }
}
