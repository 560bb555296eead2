/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Reads fields of a response as the server may have written them: numbers as strings, nulls, and worse. */
public final class LenientFields {

    private static final Map<String, Object> NONE = Map.of();

    private LenientFields() {}

    /** The text, null if the field is missing or something else. */
    public static String text(Map<String, Object> object, String name) {
        return object.get(name) instanceof String text ? text : null;
    }

    /** The object, an empty one if the field is missing or something else. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Map<String, Object> object, String name) {
        return object.get(name) instanceof Map<?, ?> inner ? (Map<String, Object>) inner : NONE;
    }

    /** The number, also from a string such as {@code "50%"}; null if there is none. */
    static Double number(Map<String, Object> object, String name) {
        Object value = object.get(name);
        if (value instanceof Number number) {
            double asDouble = number.doubleValue();
            return Double.isFinite(asDouble) ? asDouble : null;
        }
        if (value instanceof String text && text.length() < 64) {
            try {
                double parsed = Double.parseDouble(text.replace("%", "").trim());
                return Double.isFinite(parsed) ? parsed : null;
            } catch (NumberFormatException notANumber) {
                return null;
            }
        }
        return null;
    }

    /** The number as an int, null if there is none or it is far off. */
    static Integer integer(Map<String, Object> object, String name) {
        Double number = number(object, name);
        return number == null || Math.abs(number) > Integer.MAX_VALUE ? null : (Integer) number.intValue();
    }

    /** Seconds as a duration; null if missing, negative (the server's word for unknown) or beyond a year. */
    static Duration seconds(Map<String, Object> object, String name) {
        Double number = number(object, name);
        return number == null || number < 0 || number > 366 * 86_400.0
                ? null
                : Duration.ofNanos(Math.round(number * 1e9));
    }

    /** The list, an empty one if the field is missing or something else. */
    public static List<?> list(Map<String, Object> object, String name) {
        return object.get(name) instanceof List<?> list ? list : List.of();
    }
}
