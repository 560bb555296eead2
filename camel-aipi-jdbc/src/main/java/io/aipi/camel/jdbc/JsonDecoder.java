/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Reads what {@link JsonEncoder} has written. */
final class JsonDecoder {

    /** Where the bytes are that are stored beside the JSON. */
    @FunctionalInterface
    interface Source {

        /** Fills arrays of the parts' lengths, by the numbers of the parts. There is at least one. */
        void fill(NavigableMap<Integer, byte[]> parts) throws SQLException;
    }

    /** JSON that is in a part. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Elsewhere(byte[] json) {}

    private final NavigableMap<Integer, byte[]> parts = new TreeMap<>();

    private JsonDecoder() {}

    /**
     * The value that was encoded.
     *
     * @throws IllegalArgumentException if it is nothing that was
     */
    static Object decode(String json, Source source) throws SQLException {
        JsonDecoder decoder = new JsonDecoder();
        Object value = decoder.parse(json);
        decoder.fill(source);
        return value instanceof Elsewhere elsewhere
                ? decode(new String(elsewhere.json(), StandardCharsets.UTF_8), source)
                : value;
    }

    private void fill(Source source) throws SQLException {
        if (!parts.isEmpty()) {
            source.fill(parts);
        }
    }

    private Object parse(String json) {
        try (JsonParser parser = JsonEncoder.FACTORY.createParser(json)) {
            parser.nextToken();
            return value(parser);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON", e);
        }
    }

    private Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IllegalArgumentException("JSON ends in the middle");
        }
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getNumberValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case START_ARRAY -> list(parser);
            case START_OBJECT -> object(parser);
            default -> throw new IllegalArgumentException("unexpected in JSON: " + token);
        };
    }

    private List<Object> list(JsonParser parser) throws IOException {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(parser));
        }
        return list;
    }

    private Object object(JsonParser parser) throws IOException {
        if (parser.nextToken() == JsonToken.END_OBJECT) {
            return new LinkedHashMap<>();
        }
        String name = parser.currentName();
        if (!name.startsWith(TypedValues.TAG)) {
            return map(parser);
        }
        parser.nextToken();
        Object value = name.equals(JsonEncoder.MAP) ? literalMap(parser) : tagged(name, value(parser));
        if (parser.nextToken() != JsonToken.END_OBJECT) {
            throw new IllegalArgumentException("More than one value has the tag " + name);
        }
        return value;
    }

    private Map<String, Object> literalMap(JsonParser parser) throws IOException {
        parser.nextToken();
        return map(parser);
    }

    /** From the first name on. */
    private Map<String, Object> map(JsonParser parser) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        while (parser.currentToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            map.put(name, value(parser));
            parser.nextToken();
        }
        return map;
    }

    private Object tagged(String tag, Object value) {
        return switch (tag) {
            case JsonEncoder.BYTES -> Base64.getDecoder().decode((String) value);
            case JsonEncoder.PART -> part(value);
            case JsonEncoder.JSON -> new Elsewhere(part(value));
            case JsonEncoder.UTF16 -> utf16((String) value);
            case JsonEncoder.ENTRIES -> entries((List<?>) value);
            default -> TypedValues.read(tag, (String) value);
        };
    }

    private byte[] part(Object reference) {
        List<?> numberAndLength = (List<?>) reference;
        return parts.computeIfAbsent(
                (Integer) numberAndLength.get(0), number -> new byte[(Integer) numberAndLength.get(1)]);
    }

    private static String utf16(String units) {
        StringBuilder text = new StringBuilder(units.length() / 4);
        for (int i = 0; i < units.length(); i += 4) {
            text.append((char) Integer.parseInt(units.substring(i, i + 4), 16));
        }
        return text.toString();
    }

    private static Map<String, Object> entries(List<?> entries) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Object entry : entries) {
            List<?> nameAndValue = (List<?>) entry;
            map.put((String) nameAndValue.get(0), nameAndValue.get(1));
        }
        return map;
    }
}
