/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Values in the words of the recorded server, which is written in Python. */
final class PythonRepr {

    private PythonRepr() {}

    static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "str";
            case BOOLEAN -> "bool";
            case ARRAY -> "list";
            case OBJECT -> "dict";
            case NUMBER -> value.isIntegralNumber() ? "int" : "float";
            default -> "NoneType";
        };
    }

    /** As {@code str(value)}. */
    static String str(JsonNode value) {
        return value.isTextual() ? value.textValue() : repr(value);
    }

    private static String repr(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "'" + value.textValue().replace("\\", "\\\\").replace("'", "\\'") + "'";
            case BOOLEAN -> value.booleanValue() ? "True" : "False";
            case NUMBER -> number(value);
            case ARRAY -> {
                List<String> items = new ArrayList<>();
                value.forEach(item -> items.add(repr(item)));
                yield "[" + String.join(", ", items) + "]";
            }
            case OBJECT -> {
                List<String> entries = new ArrayList<>();
                value.properties().forEach(entry -> entries.add("'" + entry.getKey() + "': " + repr(entry.getValue())));
                yield "{" + String.join(", ", entries) + "}";
            }
            default -> "None";
        };
    }

    private static String number(JsonNode value) {
        double number = value.doubleValue();
        double size = Math.abs(number);
        boolean plain = size >= 1e-4 && size < 1e16;
        return value.isIntegralNumber() || !plain
                ? value.asText()
                : new BigDecimal(Double.toString(number)).toPlainString();
    }
}
