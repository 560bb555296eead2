/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.store.JobCodec;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Media;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.HijrahDate;
import java.time.chrono.JapaneseDate;
import java.time.chrono.MinguoDate;
import java.time.chrono.ThaiBuddhistDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonCodecTest {

    @SuppressWarnings("JavaUtilDate") // messages may have them
    static Stream<Object> values() {
        Instant now = Instant.parse("2026-03-29T01:30:00.123456789Z");
        return Stream.of(
                "",
                "plain",
                "quotes \" and \\ and \u0000 and \n and \u2028",
                "pictures \ud83d\ude00",
                "half a pair \ud83d",
                "the other half \ude00 first \ud83d",
                true,
                false,
                0,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                5L,
                Long.MIN_VALUE,
                (short) -7,
                (byte) 127,
                'x',
                '\u0000',
                '\ud83d',
                0.0,
                -0.0,
                0.1,
                1e300,
                Double.MIN_VALUE,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                0.1f,
                Float.NaN,
                BigInteger.TEN.pow(50),
                BigInteger.ONE,
                new BigDecimal("1.50"),
                new BigDecimal("1E+20"),
                UUID.fromString("01234567-89ab-cdef-0123-456789abcdef"),
                new Date(-1),
                new java.sql.Date(1_000_000),
                new Time(12_345),
                Timestamp.from(now),
                now,
                Instant.MIN,
                LocalDate.MAX,
                LocalDate.of(2024, 2, 29),
                LocalTime.of(1, 2, 3, 4),
                LocalDateTime.of(12026, 1, 2, 3, 4),
                OffsetDateTime.ofInstant(now, ZoneOffset.ofHoursMinutes(5, 30)),
                OffsetTime.of(LocalTime.NOON, ZoneOffset.MIN),
                // both of the hours that there are twice
                ZonedDateTime.ofInstant(Instant.parse("2026-10-25T00:30:00Z"), ZoneId.of("Europe/Paris")),
                ZonedDateTime.ofInstant(Instant.parse("2026-10-25T01:30:00Z"), ZoneId.of("Europe/Paris")),
                ZonedDateTime.ofInstant(now, ZoneOffset.UTC),
                Duration.ofSeconds(-1, 1),
                Duration.ofDays(1000),
                Period.of(1, -2, 3),
                Year.of(5),
                Year.of(12026),
                Year.of(-44),
                YearMonth.of(12026, 3),
                YearMonth.of(26, 3),
                JapaneseDate.of(2026, 3, 4),
                HijrahDate.from(LocalDate.of(2026, 3, 4)),
                MinguoDate.from(LocalDate.of(2026, 3, 4)),
                ThaiBuddhistDate.from(LocalDate.of(2026, 3, 4)),
                List.of(),
                Arrays.asList(1, null, 2L, List.of("nested")),
                Map.of(),
                map("name", null),
                map("@Long", "5"),
                map("@Long", 5L),
                map("@map", map("@map", 1)),
                map("@map", map("@Long", 5L), "more", 5L),
                map("@json", List.of(0, 1)),
                map("plain", 1, "@Long", "5"),
                map("half a pair \ud83d", 5L, "@Long", "half \ud83d"),
                map("@entries", List.of()),
                map("", 1));
    }

    @ParameterizedTest
    @MethodSource("values")
    void everyValueComesBackWithItsType(Object value) throws SQLException {
        Object decoded = roundTrip(value);
        assertThat(decoded).isEqualTo(value);
        assertThat(decoded == null ? null : types(decoded)).isEqualTo(types(value));
    }

    @Test
    void nullComesBack() throws SQLException {
        assertThat(roundTrip(null)).isNull();
    }

    @Test
    void mutableNumbersComeBackWithTheirValues() throws SQLException {
        LongAdder adder = new LongAdder();
        adder.add(7);
        assertThat((AtomicInteger) roundTrip(new AtomicInteger(5))).hasValue(5);
        assertThat((AtomicLong) roundTrip(new AtomicLong(6))).hasValue(6);
        assertThat(((LongAdder) roundTrip(adder)).sum()).isEqualTo(7);
    }

    @Test
    void anyMixtureOfThemComesBack() throws SQLException {
        Random random = new Random(42);
        List<Object> leaves = values().toList();
        for (int i = 0; i < 500; i++) {
            Object value = mixture(random, leaves, 5);
            assertThat(roundTrip(value)).isEqualTo(value);
        }
    }

    @Test
    void fewBytesStandInTheJson() throws SQLException {
        JsonEncoder encoder = new JsonEncoder();
        String json = encoder.encode(new byte[] {1, 2, 3});
        assertThat(json).isEqualTo("{\"@bytes\":\"AQID\"}");
        assertThat(encoder.parts()).isEmpty();
        assertThat((byte[]) roundTrip(new byte[0])).isEmpty();
    }

    @Test
    void manyBytesStandBesideTheJson() throws SQLException {
        byte[] bytes = new byte[JsonEncoder.FEW_BYTES];
        new Random(1).nextBytes(bytes);
        JsonEncoder encoder = new JsonEncoder();
        assertThat(encoder.encode(Map.of("bytes", bytes))).isEqualTo("{\"bytes\":{\"@part\":[0,4096]}}");
        assertThat(encoder.parts()).containsExactly(bytes);
        assertThat((byte[]) roundTrip(bytes)).isEqualTo(bytes).isNotSameAs(bytes);
    }

    @Test
    void mediaAndRequestsComeBack() throws SQLException {
        byte[] bytes = new byte[100_000];
        new Random(2).nextBytes(bytes);
        Media media = new Media("image", "image/png", bytes);
        AipiRequest request = new AipiRequest("prompt", Map.of("init_image", media, "steps", 5L), true);
        assertThat(JobCodec.decodeValue(roundTrip(media))).isEqualTo(media);
        assertThat(JobCodec.decodeValue(roundTrip(List.of(media, request)))).isEqualTo(List.of(media, request));
    }

    @Test
    void longJsonStandsBesideItself() throws SQLException {
        Map<String, Object> value =
                map("text", "long ".repeat(JsonEncoder.LONGEST_TEXT), "bytes", "b".repeat(10), "number", 5L);
        byte[] bytes = new byte[5000];
        value.put("more", new ArrayList<>(List.of(bytes)));
        JsonEncoder encoder = new JsonEncoder();
        assertThat(encoder.encode(value)).startsWith("{\"@json\":[1,");
        Map<?, ?> decoded = (Map<?, ?>) roundTrip(value);
        assertThat(decoded.get("text")).isEqualTo(value.get("text"));
        assertThat(decoded.get("number")).isEqualTo(5L);
        assertThat((byte[]) ((List<?>) decoded.get("more")).get(0)).isEqualTo(bytes);
    }

    @Test
    void whatCannotBeStoredIsRefused() {
        JsonEncoder encoder = new JsonEncoder();
        assertThatThrownBy(() -> encoder.encode(new Object())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encoder.encode(List.of(new LongAccumulator(Long::max, 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LongAccumulator");
    }

    @Test
    void whatNobodyHasWrittenIsRefused() {
        for (String json : List.of("", "{", "{\"@Unknown\":\"1\"}", "{\"@Long\":\"1\",\"more\":2}", "{\"@Long\":1}")) {
            assertThatThrownBy(() -> JsonDecoder.decode(json, parts -> {}))
                    .as(json)
                    .isInstanceOf(RuntimeException.class);
        }
    }

    private static Object roundTrip(Object value) throws SQLException {
        JsonEncoder encoder = new JsonEncoder();
        String json = encoder.encode(value);
        // as a column of UTF-8 has it
        String stored = new String(json.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        return JsonDecoder.decode(
                stored,
                parts -> parts.forEach(
                        (number, array) -> System.arraycopy(encoder.parts().get(number), 0, array, 0, array.length)));
    }

    private static Object mixture(Random random, List<Object> leaves, int depth) {
        int kind = depth == 0 ? 2 : random.nextInt(3);
        if (kind == 0) {
            List<Object> list = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                list.add(mixture(random, leaves, depth - 1));
            }
            return list;
        }
        if (kind == 1) {
            Map<String, Object> map = new LinkedHashMap<>();
            List<String> names = List.of("a", "@Long", "@map", "@entries", "\ud83d", "");
            for (int i = random.nextInt(4); i > 0; i--) {
                map.put(names.get(random.nextInt(names.size())), mixture(random, leaves, depth - 1));
            }
            return map;
        }
        return leaves.get(random.nextInt(leaves.size()));
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    /** The classes of a value and of what is in it, but for those of lists and maps. */
    private static Object types(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> types = new LinkedHashMap<>();
            map.forEach((name, element) -> types.put(name, types(element)));
            return types;
        }
        if (value instanceof List<?> list) {
            List<Object> types = new ArrayList<>();
            list.forEach(element -> types.add(types(element)));
            return types;
        }
        return value == null ? null : value.getClass();
    }
}
