/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.transcripts;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A recorded request and the recorded server's answer to it. */
public record Transcript(String name, JsonNode content) {

    /** The API key that the recorded server knew. */
    public static final String API_KEY = "api-key-of-the-recordings";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    /** The transcripts with these numbers. */
    public static List<Transcript> numbered(Integer... numbers) {
        return Stream.of(numbers).map(Transcript::number).toList();
    }

    /** The transcript of 0.9.6 with this number. */
    public static Transcript number(int number) {
        return number("/transcripts", number);
    }

    /** All transcripts of 0.9.0. */
    public static List<Transcript> allOf090() {
        return IntStream.rangeClosed(1, 45)
                .mapToObj(number -> number("/transcripts-0.9.0", number))
                .toList();
    }

    private static Transcript number(String folder, int number) {
        try (Stream<Path> files =
                Files.list(Path.of(Transcript.class.getResource(folder).toURI()))) {
            Path file = files.filter(path -> path.getFileName().toString().startsWith("%03d-".formatted(number)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("No transcript " + number));
            return new Transcript(file.getFileName().toString(), JSON.readTree(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its number, with which the names of the files begin. */
    public int number() {
        return Integer.parseInt(name.substring(0, 3));
    }

    public String method() {
        return content.at("/request/method").asText();
    }

    public String path() {
        return content.at("/request/path").asText();
    }

    public Map<String, String> requestHeaders() {
        return headers("/request/headers");
    }

    /** The body that was sent. */
    public byte[] requestBody() {
        JsonNode body = content.at("/request/body");
        // A JSON null was sent where there is a content type for it, nothing at all where there is none.
        boolean nothing = body.isNull() && !requestHeaders().containsKey("Content-Length");
        String text = body.isTextual() ? body.textValue() : body.toString().replace("\"NaN\"", "NaN");
        return nothing ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    }

    public int status() {
        return content.at("/response/status").asInt();
    }

    public Map<String, String> responseHeaders() {
        return headers("/response/headers");
    }

    public JsonNode responseBody() {
        return content.at("/response/body");
    }

    private Map<String, String> headers(String pointer) {
        Map<String, String> headers = new LinkedHashMap<>();
        content.at(pointer).properties().forEach(header -> {
            if (!header.getKey().startsWith(":")) {
                headers.put(header.getKey(), header.getValue().asText());
            }
        });
        return headers;
    }

    @Override
    public String toString() {
        return name;
    }
}
