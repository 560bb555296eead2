/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.util.MediaTypes;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** However a response is written, its files are those that its texts stand for. */
class ResponseMediaPropertyTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> FILES =
            Set.of("image", "images", "progress_images", "audio", "audio_output", "video", "videos");

    @Property(tries = 2_000)
    void filesAreReadInPlaceAsTheyAreReadFromTheirText(
            @ForAll("responses") String json, @ForAll("encodings") Charset encoding, @ForAll boolean marked)
            throws IOException {
        Object expected = withFiles("", MAPPER.readValue(json, Map.class));

        byte[] body = ((marked ? "\ufeff" : "") + json).getBytes(encoding);

        assertThat(ResponseParser.read(response(body, 0), true)).isEqualTo(expected);
        assertThat(ResponseParser.read(response(body, 1 + json.length() % 7), true))
                .isEqualTo(expected);
        assertThat(ResponseParser.read(json)).isEqualTo(expected);
    }

    @Property(tries = 1_000)
    void aResponseThatIsCutAnywhereIsNone(@ForAll("responses") String json, @ForAll Random random) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        int length = random.nextInt(body.length);

        assertThat(body[body.length - 1]).isEqualTo((byte) '}');
        assertThatIOException()
                .isThrownBy(
                        () -> ResponseParser.read(new TransportResponse(200, null, null, null, body, length), true));
    }

    @Example
    void largeFilesBetweenLargeTextsAreReadAsTheyStandThere() throws IOException {
        byte[] file = new byte[3_000_001];
        new Random(5).nextBytes(file);
        String base64 = Base64.getEncoder().encodeToString(file);
        String text = "\u00e4\ud83e\udd99/".repeat(500_000);
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("text", text);
        object.put(
                "images", List.of("data:image/x;base64," + base64, text, "data:image/x;base64," + base64 + "\u00e4"));
        object.put("image", base64);
        object.put("last", "data:;base64," + base64);

        assertThat(ResponseParser.read(response(MAPPER.writeValueAsBytes(object), 0), true))
                .isEqualTo(withFiles("", object));
    }

    /** The rule, said once more in the plainest words. */
    private static Object withFiles(String name, Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> read = new LinkedHashMap<>();
            map.forEach((key, inner) -> read.put(key, withFiles((String) key, inner)));
            return read;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(element -> withFiles(name, element)).toList();
        }
        return value instanceof String text ? fileOrText(name, text) : value;
    }

    private static Object fileOrText(String name, String text) {
        if ("text".equals(name)) {
            // whatever it looks like
            return text;
        }
        int comma = text.indexOf(',');
        boolean dataUri = text.startsWith("data:")
                && comma > 0
                && comma < 200
                && text.substring(5, comma).endsWith(";base64");
        if (dataUri) {
            String type = text.substring(5, comma - ";base64".length());
            byte[] bytes = decoded(text.substring(comma + 1));
            String declared = believed(type.split(";", 2)[0].toLowerCase(Locale.ROOT));
            return bytes == null
                    ? text
                    : new Media(name, MediaTypes.detect(bytes).orElse(declared), bytes);
        }
        byte[] bytes = FILES.contains(name) ? decoded(text) : null;
        return bytes != null && MediaTypes.detect(bytes).isPresent()
                ? new Media(name, MediaTypes.detect(bytes).get(), bytes)
                : text;
    }

    /** A name of a type, and not one that the content would show. */
    private static String believed(String type) {
        boolean name = type.matches("[a-z0-9]+/[a-z0-9]+");
        return name && !"image/png".equals(type) ? type : MediaTypes.UNKNOWN;
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text.replaceAll("[ \r\n]", ""));
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    @Provide
    Arbitrary<Charset> encodings() {
        return Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(StandardCharsets.UTF_8)),
                Tuple.of(1, Arbitraries.just(StandardCharsets.UTF_16BE)),
                Tuple.of(1, Arbitraries.just(StandardCharsets.UTF_16LE)));
    }

    @Provide
    Arbitrary<String> responses() {
        Arbitrary<String> scalars = Arbitraries.frequencyOf(
                Tuple.of(8, strings()), Tuple.of(1, Arbitraries.of("null", "true", "-17", "2.5e3", "\"\"")));
        Arbitrary<String> lists = scalars.list().ofMaxSize(3).map(ResponseMediaPropertyTest::array);
        Arbitrary<String> nested = lists.list().ofMaxSize(2).map(ResponseMediaPropertyTest::array);
        Arbitrary<String> objects = fields(Arbitraries.oneOf(scalars, lists));
        return fields(Arbitraries.oneOf(scalars, scalars, lists, nested, objects));
    }

    private static String array(List<String> elements) {
        return elements.isEmpty() ? "[]" : "[ " + String.join(" ,\n", elements) + "]";
    }

    private static Arbitrary<String> fields(Arbitrary<String> values) {
        Arbitrary<String> names = Arbitraries.of(
                "image", "images", "progress_images", "audio_output", "text", "x", "na\u00efve \ud83e\udd99");
        return Combinators.combine(
                        names.set().ofMinSize(1).ofMaxSize(3), values.list().ofSize(3), Arbitraries.of("", " "))
                .as((chosen, three, blank) -> {
                    StringBuilder json = new StringBuilder("{");
                    int i = 0;
                    for (String name : chosen) {
                        json.append(i == 0 ? "" : ",").append('"').append(name).append('"');
                        json.append(blank)
                                .append(':')
                                .append(blank)
                                .append(three.get(i++))
                                .append(blank);
                    }
                    return json.append('}').toString();
                });
    }

    private static Arbitrary<String> strings() {
        Arbitrary<String> heads = Arbitraries.of(
                "",
                "",
                "data:image/png;base64,",
                "data:;base64,",
                "data:Audio/Thing;rate=8000;base64,",
                "data:image/png,",
                "data:base64,",
                "data:",
                "Data:image/png;base64,",
                "data:im\u00e4ge/\u4f60;base64,",
                "data:a\"b\\c/d;base64,",
                "data:" + "x".repeat(187) + ";base64,",
                "data:" + "x".repeat(188) + ";base64,");
        Arbitrary<String> signatures = Arbitraries.of("", "\u0089PNG\r\n\u001a\n", "\u00ff\u00d8\u00ff", "GIF8", "BM");
        Arbitrary<String> files = Combinators.combine(
                        signatures, Arbitraries.bytes().array(byte[].class).ofMaxSize(40), Arbitraries.of(true, false))
                .as((signature, bytes, padded) -> {
                    byte[] start = signature.getBytes(StandardCharsets.ISO_8859_1);
                    byte[] file = Arrays.copyOf(start, start.length + bytes.length);
                    System.arraycopy(bytes, 0, file, start.length, bytes.length);
                    return (padded ? Base64.getEncoder() : Base64.getEncoder().withoutPadding()).encodeToString(file);
                });
        Arbitrary<String> almostFiles = Combinators.combine(
                        files, Arbitraries.of(FLAWS), Arbitraries.integers().between(0, 60))
                .as((file, flaw, at) -> {
                    int place = Math.min(at, file.length());
                    return file.substring(0, place) + flaw + file.substring(place);
                });
        Arbitrary<String> contents = Arbitraries.oneOf(
                files,
                files,
                almostFiles,
                almostFiles,
                Arbitraries.strings().ofMaxLength(12).map(ResponseMediaPropertyTest::whole));
        return Combinators.combine(heads, contents, Arbitraries.integers().between(0, 5), Arbitraries.randoms())
                .as((head, content, style, random) -> json(head + content, style, random));
    }

    private static final String[] FLAWS = {
        "\n",
        "\r\n",
        " ",
        "\t",
        "=",
        "==",
        "%",
        "-",
        "_",
        "\"",
        "\\",
        "\u00e4",
        "\u4f60",
        "\ud83e\udd99",
        "\u2028",
        "\0",
        ","
    };

    /** Without halves of surrogate pairs, which UTF-8 has no form for. */
    private static String whole(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** JSON may write a character in several ways; 0 is the plainest style. */
    private static String json(String text, int style, Random random) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\' || (c == '/' && style == 1)) {
                json.append('\\').append(c);
            } else if (c == '\n' && style < 3) {
                json.append("\\n");
            } else if (c < ' '
                    || (c > 126 && style == 2)
                    || (style == 3 && !Character.isSurrogate(c) && random.nextInt(40) == 0)) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /** The array may be longer than the response. */
    private static TransportResponse response(byte[] body, int more) {
        byte[] array = Arrays.copyOf(body, body.length + more);
        Arrays.fill(array, body.length, array.length, (byte) '"');
        return new TransportResponse(200, null, null, null, array, body.length);
    }
}
