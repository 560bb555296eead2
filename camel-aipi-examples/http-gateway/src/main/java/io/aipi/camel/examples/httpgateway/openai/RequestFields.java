/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;

/** The fields of a request's body. Each is taken once; what is left must be refused, or passed on as a parameter. */
final class RequestFields {

    private final Map<String, JsonNode> fields = new LinkedHashMap<>();

    /**
     * Those of this body. One that is null is none.
     *
     * @throws OpenAiException if the body is no JSON object
     */
    RequestFields(ObjectMapper json, byte[] body) {
        read(json, body).properties().stream()
                .filter(field -> !field.getValue().isNull())
                .forEach(field -> fields.put(field.getKey(), field.getValue()));
    }

    private static JsonNode read(ObjectMapper json, byte[] body) {
        try {
            JsonNode read = json.readTree(body);
            if (read != null && read.isObject()) {
                return read;
            }
        } catch (IOException e) {
            // as if it were something else
        }
        throw new OpenAiException(HttpStatus.BAD_REQUEST, null, "invalid_json", "The body must be a JSON object");
    }

    /** The field of this name; null for none. */
    JsonNode take(String name) {
        return fields.remove(name);
    }

    /** A text; null for none. */
    String text(String name) {
        JsonNode value = take(name);
        if (value != null && !value.isTextual()) {
            throw OpenAiException.invalid(name, "'" + name + "' must be a string");
        }
        return value == null ? null : value.textValue();
    }

    /** A text that must be there, and not be blank. */
    String requiredText(String name) {
        String value = text(name);
        if (value == null || value.isBlank()) {
            throw new OpenAiException(
                    HttpStatus.BAD_REQUEST, name, "missing_required_parameter", "'" + name + "' is missing");
        }
        return value;
    }

    /** A truth value, false for none. */
    boolean flag(String name) {
        return flag(name, take(name));
    }

    /** The truth value in a field that is an object; false for none. There must be nothing else in it. */
    boolean flagIn(String object, String name) {
        JsonNode value = take(object);
        if (value == null) {
            return false;
        }
        if (!value.isObject() || value.size() > (value.has(name) ? 1 : 0)) {
            throw OpenAiException.unsupported(object, "'" + object + "' can have '" + name + "' only");
        }
        return flag(object + "." + name, value.get(name));
    }

    private static boolean flag(String name, JsonNode value) {
        if (value == null || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw OpenAiException.invalid(name, "'" + name + "' must be true or false");
        }
        return value.booleanValue();
    }

    /** What nobody has taken yet. */
    Map<String, JsonNode> rest() {
        return fields;
    }
}
