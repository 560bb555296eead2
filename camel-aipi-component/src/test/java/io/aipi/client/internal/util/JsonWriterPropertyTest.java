/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import io.aipi.client.internal.util.JsonWriter.TooLongException;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** A request is written as any JSON is, with files as data URIs, up to its limit. */
class JsonWriterPropertyTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Property(tries = 1_000)
    void aRequestIsTheJsonOfItsParametersWithFilesAsDataUris(@ForAll("requests") Map<String, Object> request)
            throws IOException {
        assertThat(JsonWriter.toBytes(request)).isEqualTo(MAPPER.writeValueAsBytes(withDataUris(request)));
    }

    @Property(tries = 1_000)
    void aRequestIsWrittenUpToTheLimitAndRefusedAboveIt(@ForAll("requests") Map<String, Object> request)
            throws IOException {
        byte[] json = MAPPER.writeValueAsBytes(withDataUris(request));

        assertThat(JsonWriter.toBytes(request, json.length)).isEqualTo(json);
        for (int limit : new int[] {0, json.length / 2, json.length - 1}) {
            assertThatExceptionOfType(TooLongException.class).isThrownBy(() -> JsonWriter.toBytes(request, limit));
        }
    }

    @Example
    void aRequestThatIsTooLongIsRefusedWhateverASerializerMakesOfIt() {
        JsonSerializable forgiving = new JsonSerializable.Base() {
            @Override
            public void serialize(JsonGenerator generator, SerializerProvider provider) throws IOException {
                try {
                    generator.writeString("x".repeat(100_000));
                } catch (IOException ignored) {
                    generator.writeNull();
                }
            }

            @Override
            public void serializeWithType(JsonGenerator generator, SerializerProvider provider, TypeSerializer type)
                    throws IOException {
                serialize(generator, provider);
            }
        };

        assertThatExceptionOfType(TooLongException.class)
                .isThrownBy(() -> JsonWriter.toBytes(Map.of("x", forgiving), 50_000));
    }

    @Example
    void whatIsNoJsonIsRefusedWithTheReason() {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> JsonWriter.toBytes(Map.of("x", new Object()), 50_000))
                .withMessageContaining("a parameter cannot be written as JSON");
    }

    private static Object withDataUris(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> written = new LinkedHashMap<>();
            map.forEach((name, inner) -> written.put(name, withDataUris(inner)));
            return written;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(JsonWriterPropertyTest::withDataUris).toList();
        }
        return value instanceof Media media ? media.toDataUri() : value;
    }

    @Provide
    Arbitrary<Map<String, Object>> requests() {
        Arbitrary<Object> files = Combinators.combine(
                        Arbitraries.of("image/png", "", "a\"b\\c/\u00e4\u4f60"),
                        Arbitraries.frequencyOf(
                                Tuple.of(5, Arbitraries.integers().between(0, 10)),
                                Tuple.of(1, Arbitraries.integers().between(6_140, 20_000))))
                .as((type, size) -> new Media(null, type, bytes(size)));
        Arbitrary<Object> texts = Arbitraries.frequencyOf(
                        Tuple.of(5, Arbitraries.strings().ofMaxLength(20)),
                        Tuple.of(1, Arbitraries.integers().between(0, 300_000).map("\u00e4x"::repeat)))
                .map(text -> text);
        Arbitrary<Object> leaves =
                Arbitraries.oneOf(files, texts, Arbitraries.integers().map(number -> number));
        Arbitrary<Object> values = Arbitraries.oneOf(
                leaves,
                leaves.list().ofMaxSize(3).map(ArrayList::new),
                Arbitraries.maps(Arbitraries.of("a", "b"), leaves).map(HashMap::new));
        return Arbitraries.maps(Arbitraries.of("prompt", "image", "x", "na\u00efve"), values);
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31);
        }
        return bytes;
    }
}
