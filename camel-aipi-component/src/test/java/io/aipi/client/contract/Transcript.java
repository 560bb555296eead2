/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * One exchange recorded from AIME API Server 0.9.6, or from its predecessor 0.9.0.
 *
 * <p>The recordings shorten long strings, to {@code <beginning>...<N chars in all>} for example; here they have their length again, the
 * rest being the last character repeated (which keeps base64 valid, and the signature of a file in place).
 *
 * @param server the server that it was recorded from
 * @param number its number, as the protocol notes cite it
 * @param method method of the request
 * @param path path and query of the request
 * @param request body of the request, a missing node if it had none
 * @param status status of the response, null where no response came
 * @param headers headers of the response
 * @param response body of the response
 * @param note what was remarked when it was recorded
 */
public record Transcript(
        Server server,
        int number,
        String method,
        String path,
        JsonNode request,
        Integer status,
        Map<String, String> headers,
        JsonNode response,
        String note) {

    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .build();

    private static final Pattern SHORTENED =
            Pattern.compile("(.*)\\.\\.\\.(?:<(\\d+) chars in all>|\\[(\\d+) characters])", Pattern.DOTALL);

    /** A version of the server, of which there are recordings. */
    public enum Server {
        /** The present one, whose recordings are {@code #1} and so on. */
        V0_9_6("/transcripts/", "#"),
        /** The one before, whose recordings are {@code @1} and so on. */
        V0_9_0("/transcripts-0.9.0/", "@");

        private final String folder;
        private final String mark;

        Server(String folder, String mark) {
            this.folder = folder;
            this.mark = mark;
        }

        /** How a recording is cited. */
        String cite(int number) {
            return mark + number;
        }

        /** All its recordings. */
        public List<Entry> index() {
            return text(folder + "index.tsv")
                    .lines()
                    .map(line -> line.split("\t"))
                    .map(columns -> new Entry(
                            Integer.parseInt(columns[0].substring(0, 3)), columns[0], columns[columns.length - 1]))
                    .toList();
        }

        /** What the client makes of them. */
        String outcomes() {
            return text(folder + "outcomes.csv");
        }
    }

    /** One line of the index: a transcript that exists, whether or not it is replayed here. */
    public record Entry(int number, String file, String title) {}

    /** All transcripts that were recorded from 0.9.6. */
    public static List<Entry> index() {
        return Server.V0_9_6.index();
    }

    /** The transcript of 0.9.6 with this number. */
    public static Transcript number(int number) {
        return of(Server.V0_9_6, number);
    }

    /** The transcript of this server with this number. */
    public static Transcript of(Server server, int number) {
        Entry entry = server.index().stream()
                .filter(e -> e.number() == number)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no transcript " + server.cite(number)));
        String text = text(server.folder + entry.file());
        if (text.contains("its backslash doubled")) {
            text = text.replace("\\\\ud83d", "\\ud83d");
        }
        JsonNode file = repaired(parsed(text));
        JsonNode request = file.path("request");
        JsonNode response = file.path("response");
        Map<String, String> headers = new LinkedHashMap<>();
        response.path("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().asText()));
        return new Transcript(
                server,
                number,
                request.path("method").asText(),
                request.path("path").asText(),
                request.path("body"),
                response.path("status").isInt()
                        ? (Integer) response.path("status").intValue()
                        : null,
                headers,
                response.path("body"),
                file.path("note").asText());
    }

    /** The model endpoint that the request went to: the first segment of its path. */
    String endpoint() {
        return path.substring(1).split("[/?]", 2)[0];
    }

    /** The body of the response as it was on the wire. */
    public byte[] responseBytes() {
        if (response.isTextual()) {
            return response.textValue().getBytes(StandardCharsets.UTF_8);
        }
        // the server writes UTF-8, but half of a surrogate pair as an escape: there is no UTF-8 of it
        String text = response.toString();
        StringBuilder escaped = new StringBuilder(text.length());
        IntStream.range(0, text.length()).forEach(i -> {
            if (isHalfPair(text, i)) {
                escaped.append(String.format("\\u%04x", (int) text.charAt(i)));
            } else {
                escaped.append(text.charAt(i));
            }
        });
        return escaped.toString().getBytes(StandardCharsets.UTF_8);
    }

    static String text(String file) {
        try (InputStream in = Transcript.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException(file + " was not copied to the test's resources");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isHalfPair(String text, int i) {
        char c = text.charAt(i);
        boolean followed = i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
        boolean preceded = i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
        return (Character.isHighSurrogate(c) && !followed) || (Character.isLowSurrogate(c) && !preceded);
    }

    private static JsonNode repaired(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(repaired(field.getValue())));
        } else if (node instanceof ArrayNode array) {
            IntStream.range(0, array.size()).forEach(i -> array.set(i, repaired(array.get(i))));
        } else if (node.isTextual()) {
            Matcher shortened = SHORTENED.matcher(node.textValue());
            if (shortened.matches()) {
                String kept = shortened.group(1);
                int length = Integer.parseInt(shortened.group(2) != null ? shortened.group(2) : shortened.group(3));
                return TextNode.valueOf(kept + kept.substring(kept.length() - 1).repeat(length - kept.length()));
            }
        }
        return node;
    }
}
