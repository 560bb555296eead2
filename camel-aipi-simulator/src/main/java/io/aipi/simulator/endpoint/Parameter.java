/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An input or output of a model endpoint, told by the attributes a server's endpoint description shows for it:
 * {@code type}, {@code default}, {@code minimum}, {@code maximum}, {@code required} and so on, in the order they were
 * declared.
 *
 * @param name the parameter's name
 * @param attributes its attributes, as {@code /api/endpoints/<name>} shows them; not to be changed
 */
public record Parameter(String name, ObjectNode attributes) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A parameter with no attribute but its type.
     *
     * @param name the parameter's name
     * @param type the server's name of the type, such as {@code string}, {@code integer} or {@code image}
     * @return the parameter
     */
    public static Parameter named(String name, String type) {
        return new Parameter(name, JSON.createObjectNode().put("type", type));
    }

    /**
     * This parameter with one more attribute.
     *
     * @param attribute the attribute's name
     * @param value its value: a string, number, boolean, or a list or map of these
     * @return a new parameter
     */
    public Parameter with(String attribute, Object value) {
        ObjectNode more = attributes.deepCopy();
        more.set(attribute, JSON.valueToTree(value));
        return new Parameter(name, more);
    }

    /**
     * The server's name of this parameter's type.
     *
     * @return {@code string} where none was declared
     */
    public String type() {
        return attributes.path("type").asText("string");
    }

    /**
     * Whether a {@code chat_context} can have images.
     *
     * @return true if {@code support} names them
     */
    public boolean supportsImages() {
        for (JsonNode kind : attributes.path("support")) {
            if (kind.asText().equals("image")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the server changes a value out of bounds instead of refusing it.
     *
     * @return true if {@code auto_convert} is set
     */
    public boolean convertsItself() {
        return attributes.path("auto_convert").asBoolean();
    }
}
