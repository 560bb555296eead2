/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.model.ParameterDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Parameters of a request become those of the model that its description has. All others are refused by their name, unless
 * they ask for nothing.
 */
final class Parameters {

    private static final List<String> TOKENS = List.of("max_gen_tokens", "max_tokens", "max_new_tokens");

    /** What models call it; where nothing stands here, the same. */
    private static final Map<String, List<String>> NAMES = Map.of(
            "max_tokens", TOKENS,
            "max_completion_tokens", TOKENS,
            "n", List.of("num_samples"));

    /** With these values they ask for what is done anyway. */
    private static final Map<String, Predicate<JsonNode>> NEUTRAL = Map.ofEntries(
            Map.entry("n", number(1)),
            Map.entry("frequency_penalty", number(0)),
            Map.entry("presence_penalty", number(0)),
            Map.entry("logprobs", Parameters::isFalse),
            Map.entry("logit_bias", Parameters::isEmpty),
            Map.entry("tools", Parameters::isEmpty),
            Map.entry("functions", Parameters::isEmpty),
            Map.entry("tool_choice", text("none", "auto")),
            Map.entry("parallel_tool_calls", value -> true),
            Map.entry("response_format", json("{\"type\":\"text\"}")),
            Map.entry("modalities", json("[\"text\"]")),
            Map.entry("store", Parameters::isFalse),
            Map.entry("service_tier", text("auto", "default")),
            // images and speech
            Map.entry("size", text("auto")),
            Map.entry("quality", text("auto")),
            Map.entry("background", text("auto")),
            Map.entry("moderation", text("auto")),
            Map.entry("stream", Parameters::isFalse),
            Map.entry("speed", number(1)),
            Map.entry("voice", text("default")),
            Map.entry("stream_format", text("audio")),
            // who asks, for whom OpenAI keeps books
            Map.entry("user", value -> true),
            Map.entry("safety_identifier", value -> true),
            Map.entry("prompt_cache_key", value -> true));

    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    private final Model model;
    private final Map<String, Object> values = new LinkedHashMap<>();

    private Parameters(Model model) {
        this.model = model;
    }

    /**
     * The values of the model's parameters.
     *
     * @throws OpenAiException for one that the model does not have, or a value that it does not take
     */
    static Map<String, Object> of(RequestFields request, Model model) {
        Parameters read = new Parameters(model);
        request.rest().forEach(read::put);
        return read.values;
    }

    /** How many tokens an answer has at most; null if nothing was said. */
    static Long mostTokens(Map<String, Object> values) {
        return TOKENS.stream()
                .map(values::get)
                .filter(Long.class::isInstance)
                .map(Long.class::cast)
                .findFirst()
                .orElse(null);
    }

    private void put(String name, JsonNode value) {
        ParameterDescription described = model.parameter(NAMES.getOrDefault(name, List.of(name)).stream())
                .orElse(null);
        if (described != null) {
            values.put(described.name(), checked(name, value, described));
        } else if (!(name.equals("size") && putSize(value))
                && !NEUTRAL.getOrDefault(name, given -> false).test(value)) {
            throw OpenAiException.unsupported(
                    name, "The model '" + model.id() + "' does not support '" + name + "'" + shown(value));
        }
    }

    /** True for one that was put. */
    private boolean putSize(JsonNode value) {
        Matcher size = SIZE.matcher(value.asText());
        ParameterDescription width = model.parameter(Stream.of("width")).orElse(null);
        ParameterDescription height = model.parameter(Stream.of("height")).orElse(null);
        if (!size.matches() || width == null || height == null) {
            return false;
        }
        values.put("width", inBounds("size", Long.valueOf(size.group(1)), width));
        values.put("height", inBounds("size", Long.valueOf(size.group(2)), height));
        return true;
    }

    private static String shown(JsonNode value) {
        return value.isValueNode() && value.asText().length() <= 40 ? " = " + value : "";
    }

    private static Object checked(String name, JsonNode value, ParameterDescription described) {
        String type = described.type() == null ? "" : described.type();
        Object plain = switch (type) {
            case "integer", "int" ->
                value.isIntegralNumber() && value.canConvertToLong()
                        ? (Object) value.longValue()
                        : refuse(name, "a whole number");
            case "float", "number", "double" ->
                value.isNumber() ? (Object) value.doubleValue() : refuse(name, "a number");
            case "bool", "boolean" -> value.isBoolean() ? value.booleanValue() : refuse(name, "true or false");
            // a list of one, as for stop, is that one
            default ->
                value.isArray() && value.size() == 1 && value.get(0).isTextual()
                        ? value.get(0).textValue()
                        : value.isTextual() ? value.textValue() : refuse(name, "a string");
        };
        List<String> supported =
                described.supported().stream().map(String::valueOf).toList();
        if (!supported.isEmpty() && !supported.contains(String.valueOf(plain))) {
            throw OpenAiException.invalid(
                    name, "'" + name + "' must be one of " + String.join(", ", supported) + shown(value));
        }
        return plain instanceof Number number ? inBounds(name, number, described) : plain;
    }

    private static Object refuse(String name, String kind) {
        throw OpenAiException.invalid(name, "'" + name + "' must be " + kind);
    }

    private static Number inBounds(String name, Number value, ParameterDescription described) {
        Number least = described.minimum();
        Number most = described.maximum();
        boolean outside = (least != null && value.doubleValue() < least.doubleValue())
                || (most != null && value.doubleValue() > most.doubleValue());
        if (outside) {
            throw OpenAiException.invalid(
                    name,
                    "'" + name + "' must be"
                            + (least == null ? "" : " at least " + least)
                            + (least == null || most == null ? "" : " and")
                            + (most == null ? "" : " at most " + most)
                            + ", and is " + value);
        }
        return value;
    }

    private static boolean isFalse(JsonNode value) {
        return value.isBoolean() && !value.booleanValue();
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isContainerNode() && value.isEmpty();
    }

    private static Predicate<JsonNode> number(double expected) {
        return value -> value.isNumber() && value.doubleValue() == expected;
    }

    private static Predicate<JsonNode> text(String... expected) {
        return value -> List.of(expected).contains(value.textValue());
    }

    private static Predicate<JsonNode> json(String expected) {
        return value -> value.toString().equals(expected);
    }
}
