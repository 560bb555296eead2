/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.aipi.client.Media;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the JSON of an answer into maps, lists and plain values, with two things done on the way: fields that carry keys
 * are left out, so that nothing behind this class can leak them, and media are decoded, so that their base64 text never
 * becomes part of a tree.
 */
final class AnswerReader {

    /** Fields with keys of clients or workers in them (transcripts 1 and 19). */
    static final Set<String> SECRET_FIELDS = Set.of("auth_key", "key", "client_session_auth_key");

    /** Fields whose strings are files even without a data-URI prefix, as the documents have them. */
    private static final Set<String> MEDIA_FIELDS =
            Set.of("image", "images", "progress_images", "audio", "audio_output", "video", "videos");

    private static final String PROGRESS_DATA = "progress_data";

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    // results are flat; deeper nesting than this is an attack or an accident
                    .maxNestingDepth(100)
                    .maxNumberLength(1_000)
                    .maxNameLength(10_000)
                    // strings are bounded by maxResponseSize already
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            // the reference server writes NaN and Infinity as Python does
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();

    private final JsonParser parser;
    private final boolean withProgressData;
    private final boolean withSecrets;

    private AnswerReader(JsonParser parser, boolean withProgressData, boolean withSecrets) {
        this.parser = parser;
        this.withProgressData = withProgressData;
        this.withSecrets = withSecrets;
    }

    /**
     * Reads an answer. Without {@code withProgressData}, of {@code progress_data} only the names are read (each with the
     * value true): for a job whose progress nobody listens to, its previews need not be decoded at each poll.
     *
     * @throws IOException if it is not one JSON object
     */
    static Map<String, Object> read(HttpAnswer answer, boolean withProgressData) throws IOException {
        return read(answer, withProgressData, false);
    }

    /**
     * Reads a result that was written as JSON here.
     *
     * @throws IOException if it is not one JSON object
     */
    static Map<String, Object> read(String json) throws IOException {
        try (JsonParser parser = FACTORY.createParser(json)) {
            return read(parser, true, false);
        }
    }

    /** Reads the answer to a login, the session key included. */
    static Map<String, Object> readLogin(HttpAnswer answer) throws IOException {
        return read(answer, false, true);
    }

    private static Map<String, Object> read(HttpAnswer answer, boolean withProgressData, boolean withSecrets)
            throws IOException {
        try (JsonParser parser = FACTORY.createParser(answer.body(), 0, answer.length())) {
            return read(parser, withProgressData, withSecrets);
        }
    }

    private static Map<String, Object> read(JsonParser parser, boolean withProgressData, boolean withSecrets)
            throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new JsonParseException(parser, "not a JSON object");
        }
        Map<String, Object> object = new AnswerReader(parser, withProgressData, withSecrets).object();
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "more than one JSON object");
        }
        return object;
    }

    private Map<String, Object> object() throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (SECRET_FIELDS.contains(name) && !withSecrets) {
                parser.skipChildren();
            } else if (PROGRESS_DATA.equals(name) && !withProgressData) {
                object.put(name, namesOnly());
            } else {
                object.put(name, value(name));
            }
        }
        return object;
    }

    private Map<String, Object> namesOnly() throws IOException {
        Map<String, Object> names = new LinkedHashMap<>();
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return names;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            names.put(parser.currentName(), true);
            parser.nextToken();
            parser.skipChildren();
        }
        return names;
    }

    private Object value(String name) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> list(name);
            case VALUE_STRING -> text(name);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new JsonParseException(parser, "unexpected " + parser.currentToken());
        };
    }

    private List<Object> list(String name) throws IOException {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(name));
        }
        return list;
    }

    private Object text(String name) throws IOException {
        char[] characters = parser.getTextCharacters();
        int start = parser.getTextOffset();
        int length = parser.getTextLength();
        int comma = dataUriComma(characters, start, length);
        if (comma >= 0) {
            byte[] bytes = decode(characters, comma + 1, start + length);
            if (bytes != null) {
                String head = new String(characters, start + 5, comma - start - 5);
                return media(name, head.substring(0, head.length() - ";base64".length()), bytes);
            }
        } else if (MEDIA_FIELDS.contains(name) && length > 0) {
            byte[] bytes = decode(characters, start, start + length);
            // a word may be base64 by chance; a file has a signature
            if (bytes != null && MediaTypes.detect(bytes).isPresent()) {
                return media(name, null, bytes);
            }
        }
        return parser.getText();
    }

    private static Media media(String name, String declared, byte[] bytes) {
        String type = MediaTypes.detect(bytes)
                .orElse(
                        declared == null || declared.isEmpty()
                                ? MediaTypes.UNKNOWN
                                : declared.split(";", 2)[0].toLowerCase(Locale.ROOT));
        return new Media(name, type, bytes);
    }

    /** Where the comma of {@code data:TYPE;base64,} stands, -1 if the text is no such URI. */
    private static int dataUriComma(char[] characters, int start, int length) {
        if (length < 13 || !matches(characters, start, "data:")) {
            return -1;
        }
        // media types are short: do not search a long text for its first comma
        for (int i = start + 5; i < start + Math.min(length, 200); i++) {
            if (characters[i] == ',') {
                return i - start >= 12 && matches(characters, i - 7, ";base64") ? i : -1;
            }
        }
        return -1;
    }

    private static boolean matches(char[] characters, int at, String word) {
        for (int i = 0; i < word.length(); i++) {
            if (characters[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The bytes that the base64 between the two places stands for, null if it is not base64. */
    private static byte[] decode(char[] characters, int from, int to) {
        byte[] ascii = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = characters[i];
            if (c == '\n' || c == '\r' || c == ' ') {
                continue;
            }
            if (c > 127) {
                return null;
            }
            ascii[length++] = (byte) c;
        }
        if (length < ascii.length) {
            ascii = java.util.Arrays.copyOf(ascii, length);
        }
        try {
            return Base64.getDecoder().decode(ascii);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
