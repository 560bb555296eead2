/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.endpoint.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Validates the inputs of a submit against an endpoint's description, with the words of the recorded server. */
final class InputCheck {

    private static final Set<String> ROLES = Set.of("system", "assistant", "user");

    private final List<String> errors = new ArrayList<>();
    private final Map<String, JsonNode> values = new HashMap<>();
    private boolean hangs;

    private InputCheck() {}

    /**
     * What came out.
     *
     * @param values valid values and defaults
     * @param errors the server's complaints, in its order
     * @param hangs whether the server hangs over an input instead of answering
     */
    record Outcome(Map<String, JsonNode> values, List<String> errors, boolean hangs) {}

    static Outcome of(Dialect dialect, ModelEndpoint endpoint, JsonNode arguments) {
        InputCheck check = new InputCheck();
        List<Parameter> parameters = endpoint.allInputs().stream()
                .filter(parameter ->
                        dialect.worksWithoutSessions() || !parameter.name().equals("key"))
                .toList();
        check.refuseUnknown(dialect, parameters, arguments);
        parameters.forEach(parameter -> check.check(parameter, arguments.path(parameter.name())));
        return new Outcome(check.values, check.errors, check.hangs);
    }

    private void refuseUnknown(Dialect dialect, List<Parameter> parameters, JsonNode arguments) {
        Set<String> known = new HashSet<>();
        parameters.forEach(parameter -> known.add(parameter.name()));
        List<String> unknown = new ArrayList<>();
        arguments.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                unknown.add(name);
            }
        });
        if (!unknown.isEmpty()) {
            errors.addAll(dialect.unknownParameters(unknown));
        }
    }

    private void check(Parameter parameter, JsonNode given) {
        if (given.isMissingNode() || given.isNull()) {
            if (parameter.attributes().path("required").asBoolean()) {
                errors.add("Missing required argument: " + parameter.name());
            } else if (parameter.attributes().has("default")) {
                values.put(parameter.name(), parameter.attributes().get("default"));
            }
            return;
        }
        converted(parameter, given)
                .ifPresentOrElse(
                        value -> checkValue(parameter, value),
                        () -> errors.add("Invalid argument type " + parameter.name() + "=" + PythonRepr.str(given)
                                + ". Expected: <class '" + expected(parameter) + "'> but got <class '"
                                + PythonRepr.type(given) + "'>!"));
    }

    private static String expected(Parameter parameter) {
        return switch (parameter.type()) {
            case "integer" -> "int";
            case "float" -> "float";
            case "bool" -> "bool";
            default -> "str";
        };
    }

    /** The value in the parameter's type. A boolean counts as a number, and a float is cut down to an integer. */
    private static Optional<JsonNode> converted(Parameter parameter, JsonNode given) {
        boolean number = given.isNumber() || given.isBoolean();
        return Optional.ofNullable(
                switch (expected(parameter)) {
                    case "int" -> number ? integer(given) : null;
                    case "float" -> number ? decimal(given) : null;
                    case "bool" -> given.isBoolean() ? given : null;
                    default -> given.isTextual() ? given : null;
                });
    }

    private static JsonNode integer(JsonNode given) {
        return given.isIntegralNumber()
                ? given
                : LongNode.valueOf((long) decimal(given).doubleValue());
    }

    private static JsonNode decimal(JsonNode given) {
        double truth = given.asBoolean() ? 1 : 0;
        return DoubleNode.valueOf(given.isBoolean() ? truth : given.doubleValue());
    }

    private void checkValue(Parameter parameter, JsonNode value) {
        switch (parameter.type()) {
            case "integer", "float" -> checkNumber(parameter, value);
            case "selection" -> checkSelection(parameter, value);
            case "chat_context" -> checkChatContext(parameter, value);
            case "json" -> parsed(parameter, value);
            case "image", "audio" -> {
                values.put(parameter.name(), value);
                checkMedia(parameter, value.textValue());
            }
            default -> values.put(parameter.name(), value);
        }
    }

    private void checkNumber(Parameter parameter, JsonNode value) {
        JsonNode minimum = parameter.attributes().path("minimum");
        JsonNode maximum = parameter.attributes().path("maximum");
        double number = value.doubleValue();
        boolean high = maximum.isNumber() && number > maximum.doubleValue();
        boolean low = minimum.isNumber() && number < minimum.doubleValue();
        if (!high && !low) {
            values.put(parameter.name(), aligned(parameter, value));
        } else if (parameter.convertsItself()) {
            values.put(parameter.name(), aligned(parameter, high ? maximum : minimum));
        } else {
            String name = parameter.name();
            errors.add("Parameter " + name + " = " + PythonRepr.str(value) + " is too " + (high ? "high" : "low")
                    + ". " + (high ? "Max" : "Min") + " supported value for " + name + " on this endpoint is "
                    + PythonRepr.str(high ? maximum : minimum) + "!\n\nSet auto_convert = true for " + name
                    + " in the [INPUT] section of the endpoint config file to avoid this error.\n");
        }
    }

    private static JsonNode aligned(Parameter parameter, JsonNode value) {
        long align = parameter.attributes().path("align").asLong(0);
        return align == 0 ? value : LongNode.valueOf(value.longValue() / align * align);
    }

    private void checkSelection(Parameter parameter, JsonNode value) {
        JsonNode supported = parameter.attributes().path("supported");
        for (JsonNode one : supported) {
            if (one.equals(value)) {
                values.put(parameter.name(), value);
                return;
            }
        }
        if (parameter.convertsItself()) {
            values.put(parameter.name(), parameter.attributes().path("default"));
        } else {
            errors.add("Parameter " + parameter.name() + " = " + PythonRepr.str(value) + " not in supported values "
                    + PythonRepr.str(supported) + "!\nSet auto_convert = true for " + parameter.name()
                    + " in the [INPUT] section of the endpoint config file to avoid this error.\n");
        }
    }

    /** The JSON in a string parameter; keeps the string as the value. */
    private Optional<JsonNode> parsed(Parameter parameter, JsonNode value) {
        Optional<JsonNode> json = JsonNodes.parse(value.textValue().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        if (json.isPresent()) {
            values.put(parameter.name(), value);
        } else {
            errors.add("Input parameter " + parameter.name() + "=" + value.textValue() + " has invalid json format!");
        }
        return json;
    }

    private void checkChatContext(Parameter parameter, JsonNode value) {
        parsed(parameter, value).ifPresent(messages -> {
            for (JsonNode message : messages) {
                if (!ROLES.contains(message.path("role").asText())) {
                    errors.add("Input parameter " + parameter.name() + "=" + PythonRepr.str(messages)
                            + " has an item with an invalid value for key 'role'."
                            + " Only {'system', 'assistant', 'user'} are allowed!");
                    return;
                }
            }
            checkImages(parameter, messages);
        });
    }

    /** The words of the first two refusals are not the server's: they were not recorded. */
    private void checkImages(Parameter parameter, JsonNode messages) {
        List<String> images = new ArrayList<>();
        for (JsonNode message : messages) {
            images.addAll(message.path("content").findValuesAsText("image"));
        }
        if (images.isEmpty()) {
            return;
        }
        if (!parameter.supportsImages()) {
            errors.add("Input parameter " + parameter.name() + " has an image, which this endpoint does not support!");
        } else if (images.size() > 1) {
            errors.add("Input parameter " + parameter.name() + " has " + images.size() + " images. Only 1 is allowed!");
        } else {
            checkMedia(parameter, images.get(0));
        }
    }

    private void checkMedia(Parameter parameter, String dataUri) {
        switch (Media.of(dataUri)) {
            case WITHOUT_PREFIX -> hangs = true;
            case UNREADABLE ->
                errors.add("Parameter " + parameter.name() + " denied. Format not recognized by ffprobe.");
            case KNOWN_FORMAT -> {}
        }
    }
}
