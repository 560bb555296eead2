/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.internal.util.Texts;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Content;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/**
 * Converts the values of a request into those that JSON has, at any depth: text, numbers, booleans, null, lists, maps, and
 * {@link Media}, which is sent as a data URI. What has no such form is refused, with its place in the request.
 *
 * <p>Files, streams, buffers and bytes become media, so that neither a path nor bare base64 is sent.
 */
public final class RequestValues {

    /** Requests are flat. Deeper nesting than this is an attack or an accident. */
    static final int MAX_NESTING = 100;

    /** Few requests are nested deeper, or have more maps and lists in them. */
    private static final int SHALLOW = 4;

    /** What a map or a list has become, and how deep it is. */
    private record Done(Object value, int height) {}

    /** A value that cannot be sent; the message says which and why. */
    static final class UnsendableException extends Exception {

        private static final long serialVersionUID = 1L;

        UnsendableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Names and places from the parameter to the present value. */
    private Object[] path = new Object[SHALLOW];

    /** By identity: one may stand in a request many times. Null stands for one that is not done, so that it contains itself. */
    private final IdentityHashMap<Object, Done> containers = new IdentityHashMap<>(SHALLOW);

    private int deepest;

    private RequestValues() {}

    /**
     * The same request with values of JSON only, which can be written again and again. Files are read, and streams to their
     * end.
     *
     * @param quote makes words of the message fit to be quoted
     * @throws InvalidRequestException with all that cannot be sent
     */
    public static AipiRequest of(AipiRequest request, ErrorContext context, UnaryOperator<String> quote) {
        RequestValues values = new RequestValues();
        List<String> problems = new ArrayList<>();
        Throwable cause = null;
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (Map.Entry<String, Object> parameter : request.parameters().entrySet()) {
            try {
                String name = Texts.parameterName(parameter.getKey());
                parameters.put(name, values.parameter(name, parameter.getValue()));
            } catch (UnsendableException | IllegalArgumentException e) {
                problems.add(quote.apply(e.getMessage()));
                cause = cause == null ? e.getCause() : cause;
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems, context, cause);
        }
        String prompt = request.prompt() == null ? null : Texts.wellFormed(request.prompt());
        return new AipiRequest(prompt, parameters, request.parametersWin(), request.messages());
    }

    /** A single value, as {@link #of} makes it of a parameter's. */
    public static Object of(String name, Object value) throws UnsendableException {
        return new RequestValues().parameter(name, value);
    }

    private Object parameter(String name, Object value) throws UnsendableException {
        path[0] = name;
        deepest = 0;
        return value(value, 0);
    }

    private Object value(Object given, int depth) throws UnsendableException {
        Object value = unwrapped(given);
        if (value == null || value instanceof Boolean || value instanceof Media) {
            return value;
        }
        if (value instanceof CharSequence text) {
            return Texts.wellFormed(text.toString());
        }
        if (value instanceof Number number) {
            return number(number, depth);
        }
        if (value instanceof JsonNode node) {
            return node(node, depth);
        }
        if (Content.isContent(value)) {
            return content(value, depth);
        }
        if (value instanceof Map
                || value instanceof Collection
                || value.getClass().isArray()) {
            return value instanceof char[] text ? Texts.wellFormed(new String(text)) : container(value, depth);
        }
        Object plain = plain(value);
        if (plain == null) {
            throw unsendable(
                    depth,
                    "is a " + value.getClass().getName()
                            + ", which has no form in JSON; convert it to text, a number, a map or a list",
                    null);
        }
        return plain;
    }

    /** The value as text, number or truth value; null if it has no such form that everybody would expect. */
    @SuppressWarnings("JavaUtilDate") // the caller's value, not ours
    private static Object plain(Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof Date date) {
            return Instant.ofEpochMilli(date.getTime()).toString();
        }
        if (value instanceof Calendar calendar) {
            return calendar.toInstant().toString();
        }
        if (value instanceof ZonedDateTime time) {
            // the name of the zone is no part of ISO 8601
            return time.toOffsetDateTime().toString();
        }
        boolean time = value instanceof TemporalAccessor || value instanceof TemporalAmount || value instanceof ZoneId;
        if (time && value.getClass().getName().startsWith("java.time.")) {
            return value.toString();
        }
        if (value instanceof Character
                || value instanceof UUID
                || value instanceof URI
                || value instanceof URL
                || value instanceof Currency) {
            return value.toString();
        }
        if (value instanceof Locale locale) {
            return locale.toLanguageTag();
        }
        return value instanceof AtomicBoolean truth ? truth.get() : null;
    }

    /** What is inside, null for an optional of nothing. */
    private static Object unwrapped(Object given) {
        Object value = given;
        while (value instanceof Optional || value instanceof POJONode) {
            value = value instanceof POJONode node ? node.getPojo() : ((Optional<?>) value).orElse(null);
        }
        if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? optional.getAsInt() : null;
        }
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? optional.getAsLong() : null;
        }
        if (value instanceof OptionalDouble optional) {
            return optional.isPresent() ? optional.getAsDouble() : null;
        }
        return value;
    }

    private Number number(Number number, int depth) throws UnsendableException {
        if (number instanceof Integer
                || number instanceof Long
                || number instanceof Short
                || number instanceof Byte
                || number instanceof BigInteger) {
            return number;
        }
        if (!number.getClass().getName().startsWith("java.")) {
            throw unsendable(
                    depth, "is a " + number.getClass().getName() + ", which has no form in JSON; convert it", null);
        }
        if (!Double.isFinite(number.doubleValue())) {
            throw unsendable(depth, "is " + shortened(number) + ", a number that JSON does not have", null);
        }
        if (number instanceof Double || number instanceof Float || number instanceof BigDecimal) {
            return number;
        }
        // counters, which may change meanwhile
        boolean whole = number instanceof AtomicInteger
                || number instanceof AtomicLong
                || number instanceof LongAdder
                || number instanceof LongAccumulator;
        return whole ? (Number) number.longValue() : (Number) number.doubleValue();
    }

    private static String shortened(Number number) {
        String text = number.toString();
        return text.length() <= 30 ? text : text.substring(0, 30) + "...";
    }

    private Object node(JsonNode node, int depth) throws UnsendableException {
        return switch (node.getNodeType()) {
            case OBJECT, ARRAY -> container(node, depth);
            case STRING -> Texts.wellFormed(node.textValue());
            case NUMBER -> number(node.numberValue(), depth);
            case BOOLEAN -> node.booleanValue();
            case BINARY -> content(((BinaryNode) node).binaryValue(), depth);
            case NULL, MISSING, POJO -> null;
        };
    }

    private Object content(Object content, int depth) throws UnsendableException {
        try {
            Object read = Content.read(content);
            if (read instanceof String text) {
                return Texts.wellFormed(text);
            }
            return Media.recognise((byte[]) read)
                    .orElseThrow(
                            () -> unsendable(depth, "holds bytes of an unknown kind; pass Media with its type", null));
        } catch (Content.TooLongException e) {
            throw unsendable(depth, "has " + e.getMessage(), null);
        } catch (IOException e) {
            throw unsendable(depth, "cannot be read: " + e, e);
        }
    }

    /** A map, a list or an array. */
    private Object container(Object container, int depth) throws UnsendableException {
        Done known = containers.get(container);
        if (known == null && containers.containsKey(container)) {
            throw unsendable(depth, "contains itself", null);
        }
        if (depth + (known == null ? 1 : known.height()) > MAX_NESTING) {
            throw unsendable(0, "is nested deeper than " + MAX_NESTING + " levels", null);
        }
        if (known == null) {
            int outer = deepest;
            deepest = depth + 1;
            containers.put(container, null);
            Object value = elements(container, depth);
            known = new Done(value, deepest - depth);
            containers.put(container, known);
            // what it has become is done, too
            containers.put(value, known);
            deepest = outer;
        }
        deepest = Math.max(deepest, depth + known.height());
        return known.value();
    }

    private Object elements(Object container, int depth) throws UnsendableException {
        if (container instanceof Map<?, ?> map) {
            return map(map, depth);
        }
        if (container instanceof ObjectNode node) {
            Map<String, Object> fields = new LinkedHashMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
            return map(fields, depth);
        }
        if (container instanceof ArrayNode node) {
            List<JsonNode> elements = new ArrayList<>(node.size());
            node.forEach(elements::add);
            return list(elements, depth);
        }
        if (container instanceof Collection<?> collection) {
            return list(collection, depth);
        }
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < Array.getLength(container); i++) {
            elements.add(Array.get(container, i));
        }
        return list(elements, depth);
    }

    /** The map itself if nothing in it is to be changed. */
    private Map<?, ?> map(Map<?, ?> map, int depth) throws UnsendableException {
        Map<String, Object> changed = new LinkedHashMap<>();
        boolean same = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = nameAt(entry.getKey(), depth);
            step(depth + 1, name);
            Object value = value(entry.getValue(), depth + 1);
            same &= name == entry.getKey() && value == entry.getValue();
            changed.put(name, value);
        }
        if (changed.size() != map.size()) {
            throw unsendable(depth, "has two values of the same name", null);
        }
        return same ? map : changed;
    }

    private void step(int depth, Object nameOrIndex) {
        if (depth == path.length) {
            path = Arrays.copyOf(path, Math.min(2 * depth, MAX_NESTING + 1));
        }
        path[depth] = nameOrIndex;
    }

    private String nameAt(Object key, int depth) throws UnsendableException {
        try {
            return Texts.parameterName(key);
        } catch (IllegalArgumentException e) {
            throw unsendable(depth, "has a value without a name that is text", null);
        }
    }

    /** The collection itself if it is a list and nothing in it is to be changed. */
    private Collection<?> list(Collection<?> collection, int depth) throws UnsendableException {
        List<Object> changed = new ArrayList<>(collection.size());
        boolean same = true;
        for (Object element : collection) {
            step(depth + 1, changed.size());
            Object value = value(element, depth + 1);
            same &= value == element;
            changed.add(value);
        }
        return same && collection instanceof List ? collection : changed;
    }

    private UnsendableException unsendable(int depth, String reason, Throwable cause) {
        StringBuilder place = new StringBuilder();
        for (int i = 0; i <= depth; i++) {
            if (path[i] instanceof Integer index) {
                place.append('[').append(index).append(']');
            } else {
                place.append(i == 0 ? "" : ".").append(path[i]);
            }
        }
        return new UnsendableException("The parameter " + place + ' ' + reason, cause);
    }
}
