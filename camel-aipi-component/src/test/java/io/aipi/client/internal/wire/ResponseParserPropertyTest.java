/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.job.FakeTransport;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a server sends, it is read as it was meant or refused. */
class ResponseParserPropertyTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Property(tries = 100)
    void anyJsonIsReadAsItIs_butForItsKeys(@ForAll("objects") Map<String, Object> object) throws IOException {
        byte[] json = MAPPER.writeValueAsBytes(object);

        assertThat(ResponseParser.read(new TransportResponse(200, null, null, null, json, json.length), true))
                .isEqualTo(withoutSecrets(object));
    }

    @Property(tries = 500)
    void noBytesCauseAnythingButAnIoException(@ForAll("garbage") byte[] bytes) {
        for (boolean withData : List.of(true, false)) {
            try {
                ResponseParser.read(new TransportResponse(200, null, null, null, bytes, bytes.length), withData);
            } catch (IOException expected) {
                assertThat(expected).isNotNull();
            }
        }
    }

    @Property(tries = 100)
    void whatIsReadFromGarbageMakesProgressResultAndDescriptionOrAnErrorWithAName(
            @ForAll("objects") Map<String, Object> object) {
        ResponseMapper.progress("e", "JID1", object);
        ResponseMapper.result("e", "JID1", object);
        ResponseMapper.description("e", object);
        ResponseMapper.workerError(object);
        ErrorMapper errors = new ErrorMapper(URI.create("http://server"), new SecretRedactor("a-key"));
        for (ErrorMapper.Route route : ErrorMapper.Route.values()) {
            for (int status : new int[] {200, 302, 400, 401, 402, 403, 404, 413, 418, 429, 500, 503, 599}) {
                AipiException error = errors.of(
                        route,
                        new TransportResponse(status, null, null, null, new byte[0], 0),
                        object,
                        ErrorContext.of("e"));
                assertThat(error.getHttpStatus()).isEqualTo(status);
            }
        }
    }

    @Property(tries = 100)
    void filesAreDecodedAsByJavasOwnDecoder(@ForAll byte[] bytes, @ForAll boolean padded) throws IOException {
        Base64.Encoder encoder =
                padded ? Base64.getEncoder() : Base64.getEncoder().withoutPadding();
        String text = encoder.encodeToString(bytes);

        Object read =
                read("{\"x\":\"data:application/thing;base64," + text + "\"}").get("x");

        assertThat(read).isInstanceOfSatisfying(Media.class, media -> {
            assertThat(media.bytes()).isEqualTo(Base64.getDecoder().decode(text));
            assertThat(media.name()).isEqualTo("x");
        });
    }

    @Property(tries = 100)
    void aFileIsDecodedOnlyWhereJavasOwnDecoderWould(@ForAll("almostBase64") String text) throws IOException {
        byte[] expected;
        try {
            expected = Base64.getDecoder().decode(text.replace(" ", ""));
        } catch (IllegalArgumentException notBase64) {
            expected = null;
        }

        Object read =
                read("{\"x\":\"data:application/thing;base64," + text + "\"}").get("x");

        if (expected == null) {
            assertThat(read).isEqualTo("data:application/thing;base64," + text);
        } else {
            assertThat(((Media) read).bytes()).isEqualTo(expected);
        }
    }

    @Provide
    Arbitrary<Map<String, Object>> objects() {
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(8),
                Arbitraries.of(
                        "key",
                        "auth_key",
                        "error",
                        "success",
                        "job_id",
                        "job_state",
                        "progress",
                        "progress_data",
                        "text",
                        "seed",
                        "estimate",
                        "parameter_description",
                        "input",
                        "supported"));
        Arbitrary<Object> leaves = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(12).map(text -> (Object) text),
                Arbitraries.integers().map(number -> (Object) number),
                Arbitraries.doubles().map(number -> (Object) number),
                Arbitraries.of(true, false).map(bool -> (Object) bool),
                Arbitraries.just((Object) null));
        Arbitrary<Object> values = Arbitraries.lazyOf(
                () -> leaves,
                () -> leaves,
                () -> leaves.list().ofMaxSize(3).map(list -> (Object) list),
                () -> Arbitraries.maps(names, leaves).ofMaxSize(4).map(map -> (Object) map),
                () -> Arbitraries.maps(names, Arbitraries.maps(names, leaves).ofMaxSize(3))
                        .ofMaxSize(3)
                        .map(map -> (Object) map));
        return Arbitraries.maps(names, values).ofMaxSize(6);
    }

    @Provide
    Arbitrary<byte[]> garbage() {
        Arbitrary<byte[]> anything = Arbitraries.bytes().array(byte[].class).ofMaxSize(60);
        Arbitrary<byte[]> almostJson = Arbitraries.strings()
                .withChars("{}[]\",:\\u0123456789eE+-.truefalsnNaIify \u00e4")
                .ofMaxLength(40)
                .map(text -> ("{\"progress_data\":{\"a\":" + text).getBytes(StandardCharsets.UTF_8));
        return Arbitraries.oneOf(anything, almostJson);
    }

    @Provide
    Arbitrary<String> almostBase64() {
        return Arbitraries.strings().withChars("ABCxyz019+/=-_ \u00e4").ofMaxLength(20);
    }

    private static Object withoutSecrets(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> clean = new HashMap<>();
            map.forEach((name, inner) -> {
                if (!ResponseParser.SECRET_FIELDS.contains(name)) {
                    clean.put(name, withoutSecrets(inner));
                }
            });
            return clean;
        }
        return value instanceof List<?> list
                ? list.stream().map(ResponseParserPropertyTest::withoutSecrets).toList()
                : value;
    }

    private static Map<String, Object> read(String json) throws IOException {
        return ResponseParser.read(FakeTransport.response(200, json), true);
    }
}
