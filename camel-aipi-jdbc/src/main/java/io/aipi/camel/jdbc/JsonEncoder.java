/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.aipi.camel.store.JobCodec;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Values as JSON, such that {@link JsonDecoder} gives back the same types. Text, truth values, ints, doubles, null, lists and
 * maps are what they are in JSON. Everything else is an object with one name that begins with an @: see {@link TypedValues}.
 * Large bytes are kept out of the JSON, which refers to them.
 */
final class JsonEncoder {

    /** A text that is longer is stored in parts itself: columns have a limit. */
    static final int LONGEST_TEXT = 256 * 1024;

    /** Fewer bytes than this are not worth a row of their own. */
    static final int FEW_BYTES = 4096;

    /** A map that would look like a tag. */
    static final String MAP = "@map";

    /** A map that has a name which is not Unicode: a list of names and values. */
    static final String ENTRIES = "@entries";

    /** Text that is not Unicode, such as half a surrogate pair: its UTF-16 units in hexadecimal digits. */
    static final String UTF16 = "@utf16";

    /** Bytes in Base64. */
    static final String BYTES = "@bytes";

    /** Bytes that are stored beside the JSON: the number of the part, and its length. */
    static final String PART = "@part";

    /** JSON that is stored beside itself. */
    static final String JSON = "@json";

    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(10_000)
                    .build())
            // names are the messages' to choose: they must not fill a table that lives as long as the process
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final List<byte[]> parts = new ArrayList<>();

    /** Bytes beside all that was encoded, by their numbers. */
    List<byte[]> parts() {
        return Collections.unmodifiableList(parts);
    }

    /**
     * The value as JSON, or a reference to it.
     *
     * @throws IllegalArgumentException if it is of a type that cannot be stored
     */
    String encode(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            write(json, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        StringBuffer buffer = text.getBuffer();
        return buffer.length() <= LONGEST_TEXT ? buffer.toString() : reference(JSON, utf8(buffer.toString()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String reference(String tag, byte[] bytes) {
        parts.add(bytes);
        return "{\"" + tag + "\":[" + (parts.size() - 1) + "," + bytes.length + "]}";
    }

    private void write(JsonGenerator json, Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof String text) {
            writeText(json, text);
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value instanceof Integer number) {
            json.writeNumber(number);
        } else if (value instanceof Double number && Double.isFinite(number)) {
            json.writeNumber(number);
        } else if (value instanceof byte[] bytes) {
            writeBytes(json, bytes);
        } else if (value instanceof Map<?, ?> map) {
            writeMap(json, map);
        } else if (value instanceof Collection<?> values) {
            json.writeStartArray();
            for (Object element : values) {
                write(json, element);
            }
            json.writeEndArray();
        } else {
            writeOther(json, value);
        }
    }

    private void writeOther(JsonGenerator json, Object value) throws IOException {
        String tag = TypedValues.tagOf(value);
        if (tag != null) {
            writeTagged(json, tag, TypedValues.write(tag, value));
            return;
        }
        Object encoded = JobCodec.encodeValue(value);
        if (encoded == value) {
            throw new IllegalArgumentException(
                    "A value of type " + value.getClass().getName() + " cannot be stored; convert it to text first");
        }
        write(json, encoded);
    }

    private static void writeTagged(JsonGenerator json, String tag, String text) throws IOException {
        json.writeStartObject();
        json.writeStringField(tag, text);
        json.writeEndObject();
    }

    private static void writeText(JsonGenerator json, String text) throws IOException {
        if (isUnicode(text)) {
            json.writeString(text);
            return;
        }
        StringBuilder units = new StringBuilder(text.length() * 4);
        text.chars().forEach(unit -> units.append(String.format("%04x", unit)));
        writeTagged(json, UTF16, units.toString());
    }

    /** Whether it comes back from UTF-8 as it was. */
    static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (Character.isSurrogate(unit)) {
                boolean isPair = Character.isHighSurrogate(unit)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!isPair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private void writeBytes(JsonGenerator json, byte[] bytes) throws IOException {
        if (bytes.length < FEW_BYTES) {
            writeTagged(json, BYTES, Base64.getEncoder().encodeToString(bytes));
        } else {
            json.writeRawValue(reference(PART, bytes));
        }
    }

    private void writeMap(JsonGenerator json, Map<?, ?> map) throws IOException {
        if (map.keySet().stream().anyMatch(name -> !isUnicode(String.valueOf(name)))) {
            writeEntries(json, map);
            return;
        }
        boolean looksLikeTag =
                !map.isEmpty() && String.valueOf(map.keySet().iterator().next()).startsWith(TypedValues.TAG);
        if (looksLikeTag) {
            json.writeStartObject();
            json.writeFieldName(MAP);
        }
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            json.writeFieldName(String.valueOf(entry.getKey()));
            write(json, entry.getValue());
        }
        json.writeEndObject();
        if (looksLikeTag) {
            json.writeEndObject();
        }
    }

    private void writeEntries(JsonGenerator json, Map<?, ?> map) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart(ENTRIES);
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            json.writeStartArray();
            writeText(json, String.valueOf(entry.getKey()));
            write(json, entry.getValue());
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
