/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.http.MediaType;

/** A description of an API, and whether answers are as it says. Of JSON Schema it knows what is used in it. */
public final class OpenApi {

    private static final Map<String, Predicate<JsonNode>> TYPES = Map.of(
            "object", JsonNode::isObject,
            "array", JsonNode::isArray,
            "string", JsonNode::isTextual,
            "integer", JsonNode::isIntegralNumber,
            "number", JsonNode::isNumber,
            "boolean", JsonNode::isBoolean);

    private final JsonNode description;

    public OpenApi(String json) {
        description = Json.read(json);
    }

    JsonNode description() {
        return description;
    }

    /** All of them: {@code get /jobs}. */
    List<String> operations() {
        return description.path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .map(operation -> operation.getKey() + " " + path.getKey()))
                .toList();
    }

    /** The responses of an operation by their statuses. */
    Map<String, JsonNode> responses(String operation) {
        Map<String, JsonNode> responses = new LinkedHashMap<>();
        operation(operation)
                .path("responses")
                .properties()
                .forEach(response -> responses.put(response.getKey(), resolved(response.getValue())));
        return responses;
    }

    private JsonNode operation(String operation) {
        String[] words = operation.split(" ");
        return description.path("paths").path(words[1]).path(words[0]);
    }

    private JsonNode resolved(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isMissingNode()
                ? node
                : description.at(reference.textValue().substring(1));
    }

    /** The answer's status, type and JSON are described, and the headers that the description has are there. */
    public void assertDescribes(String operation, HttpResponse<String> answer) {
        JsonNode schema = schema(operation, answer);
        if (isJson(answer)) {
            assertThat(errors(schema, Json.read(answer.body())))
                    .as(answer.body())
                    .isEmpty();
        }
    }

    /** The data of each event is described. */
    public void assertDescribesEvents(String operation, HttpResponse<?> answer, List<JsonNode> events) {
        JsonNode schema = schema(operation, answer);
        assertThat(events)
                .isNotEmpty()
                .allSatisfy(event -> assertThat(errors(schema, event)).isEmpty());
    }

    /** The request is as the description says. */
    public void assertDescribesRequest(String operation, JsonNode body) {
        JsonNode schema = operation(operation)
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("schema");
        assertThat(schema).as(operation).isNotEmpty();
        assertThat(errors(schema, body)).as(body.toString()).isEmpty();
    }

    private static boolean isJson(HttpResponse<?> answer) {
        return type(answer).getSubtype().endsWith("json");
    }

    private static MediaType type(HttpResponse<?> answer) {
        return MediaType.parseMediaType(
                answer.headers().firstValue("Content-Type").orElseThrow());
    }

    private JsonNode schema(String operation, HttpResponse<?> answer) {
        JsonNode response = responses(operation).get(Integer.toString(answer.statusCode()));
        assertThat(response).as(operation + ": " + answer.statusCode()).isNotNull();
        response.path("headers")
                .fieldNames()
                .forEachRemaining(header -> assertThat(answer.headers().firstValue(header))
                        .as(header)
                        .isPresent());
        return response.path("content").properties().stream()
                .filter(content -> MediaType.parseMediaType(content.getKey()).includes(type(answer)))
                .map(content -> content.getValue().path("schema"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(operation + ": " + type(answer)));
    }

    /** Where the value is not as the schema says. A field that the schema does not have must be allowed by it. */
    private List<String> errors(JsonNode schema, JsonNode value) {
        List<String> errors = new ArrayList<>();
        check(schema, value, "", errors);
        return errors;
    }

    private void check(JsonNode unresolved, JsonNode value, String place, List<String> errors) {
        JsonNode schema = resolved(unresolved);
        if (schema.has("oneOf")) {
            List<List<String>> each = StreamSupport.stream(schema.path("oneOf").spliterator(), false)
                    .map(one -> errors(one, value))
                    .toList();
            if (each.stream().noneMatch(List::isEmpty)) {
                errors.add(place + " is none of them: " + each);
            }
            return;
        }
        if (value.isNull() && schema.path("nullable").booleanValue()) {
            return;
        }
        String type = schema.path("type").asText();
        if (!TYPES.containsKey(type) || !TYPES.get(type).test(value)) {
            errors.add(place + " is not of type '" + type + "': " + value);
            return;
        }
        if (schema.has("enum") && elements(schema.path("enum")).noneMatch(value::equals)) {
            errors.add(place + " is not one of " + schema.path("enum") + ": " + value);
        }
        if (value.size() < schema.path("minItems").asInt(0)) {
            errors.add(place + " has too few: " + value.size());
        }
        elements(schema.path("required"))
                .filter(name -> !value.has(name.textValue()))
                .forEach(name -> errors.add(place + "/" + name.textValue() + " is missing"));
        if (value.isObject()) {
            value.properties().forEach(field -> checkField(schema, field, place, errors));
        }
        if (value.isArray()) {
            value.forEach(item -> check(schema.path("items"), item, place + "/-", errors));
        }
    }

    private void checkField(JsonNode schema, Map.Entry<String, JsonNode> field, String place, List<String> errors) {
        String name = place + "/" + field.getKey();
        JsonNode described = schema.path("properties").path(field.getKey());
        if (!described.isMissingNode()) {
            check(described, field.getValue(), name, errors);
        } else if (!schema.path("additionalProperties").booleanValue()) {
            errors.add(name + " is not described");
        }
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
