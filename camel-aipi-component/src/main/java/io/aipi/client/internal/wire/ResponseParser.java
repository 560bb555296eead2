/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the JSON of a response into maps, lists and plain values. On the way fields that carry keys are left out, and keys
 * are taken out of all names and texts, so that nothing behind this class can leak them. Media are decoded by the
 * {@link MediaDecoder}, straight from the response's bytes where they stand there plainly, so that of a large picture there are
 * no more than those bytes and the decoded ones.
 */
public final class ResponseParser {

    /** Fields with keys of clients or workers in them (transcripts 1 and 19). */
    static final Set<String> SECRET_FIELDS = Set.of("auth_key", "key", "client_session_auth_key");

    /** Those of them that may stand elsewhere in the response as well: the others are ordinary words in a result. */
    private static final Set<String> KEYS_OF_OTHERS = Set.of("auth_key", "client_session_auth_key");

    private static final String PROGRESS = "progress";
    private static final String PROGRESS_DATA = "progress_data";

    /** Results are flat; deeper nesting than this is an attack or an accident. */
    static final int MAX_NESTING = 100;

    static final int MAX_NUMBER_LENGTH = 1_000;
    static final int MAX_NAME_LENGTH = 10_000;

    /**
     * Names, values and brackets of a response. Its bytes are bounded by {@code maxResponseSize}, but small values take up to
     * 26 times the memory of their JSON: without this bound, 256 MB of them would need almost 7 GB. With it they take 75 MB at
     * most. A result has some hundreds; the bound leaves room for twenty seconds of sound as plain numbers.
     */
    static final int MAX_TOKENS = 1_000_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .maxTokenCount(MAX_TOKENS)
                    // strings and the document are bounded by maxResponseSize already
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxDocumentLength(-1)
                    .build())
            // names are the server's to choose: they must not fill a table that lives as long as the process
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // the reference server writes NaN and Infinity as Python does
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();

    private final JsonParser parser;

    /** What the parser reads, from its beginning to {@link #end}; null if that is a text. */
    private final byte[] body;

    private final int end;
    private final boolean withProgressData;
    /** Null where nothing is to be taken out. */
    private final SecretRedactor mask;

    private final boolean withSecrets;
    private final MediaDecoder mediaDecoder = new MediaDecoder(this::clean);
    /** Whether the response has shown a key that was not known when its beginning was read. */
    private boolean learned;
    /** How many objects and lists what is read is in. */
    private int level;

    private ResponseParser(
            JsonParser parser,
            byte[] body,
            int end,
            boolean withProgressData,
            SecretRedactor mask,
            boolean withSecrets) {
        this.parser = parser;
        this.body = body;
        this.end = end;
        this.withProgressData = withProgressData;
        this.mask = mask;
        this.withSecrets = withSecrets;
    }

    /**
     * Reads a response. Without {@code withProgressData}, of {@code progress_data} in {@code progress} only the names are
     * read (each with the value true): for a job whose progress nobody listens to, its previews need not be decoded at each
     * poll.
     *
     * @param mask takes keys out of names and texts
     * @throws IOException if it is not one JSON object
     */
    public static Map<String, Object> read(TransportResponse response, boolean withProgressData, SecretRedactor mask)
            throws IOException {
        return read(response, withProgressData, mask, false);
    }

    /** As {@link #read(TransportResponse, boolean, SecretRedactor)}, where no key is in use. */
    public static Map<String, Object> read(TransportResponse response, boolean withProgressData) throws IOException {
        return read(response, withProgressData, new SecretRedactor(null), false);
    }

    /**
     * Reads a result that was written as JSON here.
     *
     * @throws IOException if it is not one JSON object
     */
    public static Map<String, Object> read(String json) throws IOException {
        try (JsonParser parser = FACTORY.createParser(json)) {
            return new ResponseParser(parser, null, 0, true, new SecretRedactor(null), false).wholeObject();
        }
    }

    /** Reads the response to a login, the session key included. */
    public static Map<String, Object> readLogin(TransportResponse response) throws IOException {
        return read(response, false, null, true);
    }

    private static Map<String, Object> read(
            TransportResponse response, boolean withProgressData, SecretRedactor mask, boolean withSecrets)
            throws IOException {
        try (JsonParser parser = FACTORY.createParser(response.body(), 0, response.length())) {
            return new ResponseParser(parser, response.body(), response.length(), withProgressData, mask, withSecrets)
                    .wholeObject();
        }
    }

    private Map<String, Object> wholeObject() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new JsonParseException(parser, "not a JSON object");
        }
        Map<String, Object> object = object(null);
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "more than one JSON object");
        }
        return learned ? cleanObject(object) : object;
    }

    private Map<String, Object> cleanObject(Map<?, ?> object) {
        Map<String, Object> cleaned = new LinkedHashMap<>();
        object.forEach((name, value) -> cleaned.put(clean((String) name), cleanValue(value)));
        return cleaned;
    }

    private Object cleanValue(Object value) {
        if (value instanceof String text) {
            return clean(text);
        }
        if (value instanceof Map<?, ?> object) {
            return cleanObject(object);
        }
        if (value instanceof List<?> list) {
            List<Object> cleaned = new ArrayList<>();
            list.forEach(element -> cleaned.add(cleanValue(element)));
            return cleaned;
        }
        return value instanceof Media media
                ? new Media(clean(media.name()), mediaDecoder.cleanType(media.mediaType()), media.bytes())
                : value;
    }

    private String clean(String text) {
        return mask == null ? text : mask.clean(text);
    }

    private Map<String, Object> object(String ownName) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        // only there: a result may have an output of the same name
        boolean isProgress = !withProgressData && level == 1 && PROGRESS.equals(ownName);
        level++;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (SECRET_FIELDS.contains(name) && !withSecrets) {
                learnKey(name);
                parser.skipChildren();
            } else if (isProgress && PROGRESS_DATA.equals(name)) {
                object.put(name, namesOnly());
            } else {
                object.put(clean(name), value(name));
            }
        }
        level--;
        return object;
    }

    private void learnKey(String name) throws IOException {
        if (mask != null && KEYS_OF_OTHERS.contains(name) && parser.currentToken() == JsonToken.VALUE_STRING) {
            learned |= mask.learn(parser.getText());
        }
    }

    private Map<String, Object> namesOnly() throws IOException {
        Map<String, Object> names = new LinkedHashMap<>();
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return names;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            names.put(clean(parser.currentName()), true);
            parser.nextToken();
            parser.skipChildren();
        }
        return names;
    }

    private Object value(String name) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(name);
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
        level++;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(name));
        }
        level--;
        return list;
    }

    private Object text(String name) throws IOException {
        Media inPlace = mediaInPlace(name);
        if (inPlace != null) {
            return inPlace;
        }
        String text = parser.getText();
        Media media = mediaDecoder.decode(name, text);
        return media != null ? media : clean(text);
    }

    /**
     * The media that the present string is, decoded from the response's bytes without a text being made of them. Null if
     * it is none, or cannot be read like this: there is an escape in it, or the response is not in UTF-8.
     */
    private Media mediaInPlace(String name) {
        int start = untouchedString();
        if (start < 0 || !MediaDecoder.mayBeMedia(name, body, start, end)) {
            return null;
        }
        int quote = closingQuote(start);
        return quote < 0 ? null : mediaDecoder.decode(name, body, start, quote);
    }

    /** Where in the response the string begins whose opening quote was the last thing the parser read, -1 if none. */
    private int untouchedString() {
        if (body == null) {
            return -1;
        }
        long start = parser.currentLocation().getByteOffset();
        // a parser that counts characters does not know the bytes; one that has read on stands elsewhere
        boolean known =
                start > 0 && start < end && parser.currentTokenLocation().getByteOffset() == start - 1;
        return known && body[(int) start - 1] == '"' ? (int) start : -1;
    }

    /** Where the string ends, -1 if there is anything in it but plain ASCII. */
    private int closingQuote(int from) {
        for (int i = from; i < end; i++) {
            byte b = body[i];
            if (b == '"') {
                return i;
            }
            if (b == '\\' || b < ' ') {
                return -1;
            }
        }
        return -1;
    }
}
