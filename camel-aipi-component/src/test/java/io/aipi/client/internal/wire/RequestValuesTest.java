/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.internal.util.JsonWriter;
import io.aipi.client.internal.util.Texts;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Media;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Any value, at any depth, is one of JSON's, a data URI, or refused with its place. */
@SuppressWarnings({"InputStreamSlowMultibyteRead", "UnnecessaryStringBuilder", "JavaUtilDate"})
class RequestValuesTest {

    private static final byte[] PNG = "\u0089PNG\r\n\u001a\n...".getBytes(StandardCharsets.ISO_8859_1);
    private static final String PNG_URI = "data:image/png;base64,iVBORw0KGgouLi4=";

    @TempDir
    Path folder;

    private record Bean(String secret) {}

    private static final class OwnNumber extends Number {
        private static final long serialVersionUID = 1L;

        @Override
        public int intValue() {
            return 1;
        }

        @Override
        public long longValue() {
            return 1;
        }

        @Override
        public float floatValue() {
            return 1;
        }

        @Override
        public double doubleValue() {
            return 1;
        }
    }

    /** As Groovy's GString is, text that is no String. */
    private static CharSequence template(String text) {
        return new CharSequence() {
            @Override
            public int length() {
                return text.length();
            }

            @Override
            public char charAt(int index) {
                return text.charAt(index);
            }

            @Override
            public CharSequence subSequence(int start, int end) {
                return text.subSequence(start, end);
            }

            @Override
            public String toString() {
                return text;
            }
        };
    }

    @ParameterizedTest
    @MethodSource("values")
    @Tag("case-C2")
    @Tag("case-C4")
    void aValueHasTheFormInJsonThatEverybodyExpects(Object value, String json) {
        assertThat(sent(value)).isEqualTo("{\"x\":" + json + "}");
        // and so at any depth
        assertThat(sent(List.of(Map.of("y", Arrays.asList(1, value))))).isEqualTo("{\"x\":[{\"y\":[1," + json + "]}]}");
    }

    static Stream<Object[]> values() {
        ObjectNode node = new ObjectMapper().createObjectNode().put("a", 1).putNull("b");
        node.putPOJO("c", LocalDate.EPOCH).put("d", "\ud83d");
        return Stream.of(
                pair("text", "\"text\""),
                pair(template("text"), "\"text\""),
                pair(new StringBuilder("text"), "\"text\""),
                pair(CharBuffer.wrap("a text", 2, 6), "\"text\""),
                pair("text".toCharArray(), "\"text\""),
                pair('c', "\"c\""),
                pair(true, "true"),
                pair((short) 1, "1"),
                pair(1.5f, "1.5"),
                pair(new BigDecimal("0.10"), "0.10"),
                pair(BigInteger.TWO.pow(70), "1180591620717411303424"),
                pair(new AtomicInteger(3), "3"),
                pair(DayOfWeek.MONDAY, "\"MONDAY\""),
                pair(Instant.EPOCH, "\"1970-01-01T00:00:00Z\""),
                pair(new Date(0), "\"1970-01-01T00:00:00Z\""),
                pair(new java.sql.Timestamp(0), "\"1970-01-01T00:00:00Z\""),
                pair(LocalDate.EPOCH, "\"1970-01-01\""),
                pair(LocalDateTime.of(2026, 1, 2, 3, 4, 5), "\"2026-01-02T03:04:05\""),
                pair(
                        ZonedDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneId.of("Europe/Paris")),
                        "\"2026-01-02T03:04:05+01:00\""),
                pair(Duration.ofSeconds(90), "\"PT1M30S\""),
                pair(new UUID(1, 2), "\"00000000-0000-0001-0000-000000000002\""),
                pair(URI.create("http://x/y"), "\"http://x/y\""),
                pair(Locale.GERMANY, "\"de-DE\""),
                pair(Optional.of(Optional.of("inside")), "\"inside\""),
                pair(Optional.empty(), "null"),
                pair(OptionalInt.of(5), "5"),
                pair(OptionalDouble.empty(), "null"),
                pair(new int[] {1, 2}, "[1,2]"),
                pair(new Object[] {"a", null}, "[\"a\",null]"),
                pair(new LinkedHashSet<>(List.of(1, 2)), "[1,2]"),
                pair(Map.of(DayOfWeek.FRIDAY, template("fish")), "{\"FRIDAY\":\"fish\"}"),
                pair(Map.of(7, 8), "{\"7\":8}"),
                pair(node, "{\"a\":1,\"b\":null,\"c\":\"1970-01-01\",\"d\":\"\ufffd\"}"),
                pair(JsonNodeFactory.instance.binaryNode(PNG), "\"" + PNG_URI + "\""));
    }

    private static Object[] pair(Object value, String json) {
        return new Object[] {value, json};
    }

    @Test
    @Tag("case-C1")
    void whatHoldsBytesIsADataUriAtAnyDepth() throws Exception {
        Path file = Files.write(folder.resolve("secret-name.png"), PNG);
        ByteBuffer buffer =
                ByteBuffer.allocate(100).put(new byte[] {1, 2}).put(PNG).flip().position(2);
        List<Object> contents = List.of(PNG, buffer, file, file.toFile(), new ByteArrayInputStream(PNG), Media.of(PNG));
        for (Object content : contents) {
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("role", "user");
            message.put("content", List.of(Map.of("text", "What is it?"), Collections.singletonMap("image", content)));
            assertThat(sent(List.of(message)))
                    .as("%s", content.getClass())
                    .isEqualTo("{\"x\":[{\"role\":\"user\",\"content\":[{\"text\":\"What is it?\"},{\"image\":\""
                            + PNG_URI + "\"}]}]}");
        }
        assertThat(buffer.position()).isEqualTo(2);
        assertThat(sent(new StringReader("日本"))).isEqualTo("{\"x\":\"日本\"}");
    }

    @ParameterizedTest
    @MethodSource("unsendable")
    @Tag("case-C1")
    @Tag("case-C2")
    @Tag("case-C3")
    @Tag("case-C11")
    void whatHasNoFormInJsonIsRefusedWithItsPlace(Object value, String reason) {
        refused(Map.of("chat_context", Arrays.asList("first", Collections.singletonMap("inner", value))))
                .withMessageContaining("chat_context[1].inner")
                .withMessageContaining(reason)
                .withMessageNotContaining("hidden");
        refused(Collections.singletonMap("x", value)).withMessageContaining("The parameter x");
    }

    static Stream<Object[]> unsendable() {
        Map<Object, Object> twice = new HashMap<>();
        twice.put(1, "a");
        twice.put("1", "b");
        return Stream.of(
                pair(new Bean("hidden"), "RequestValuesTest$Bean"),
                pair(new Object(), "java.lang.Object"),
                pair(Thread.currentThread(), "java.lang.Thread"),
                pair(new OwnNumber(), "OwnNumber"),
                pair(Double.NaN, "NaN"),
                pair(Float.NEGATIVE_INFINITY, "-Infinity"),
                pair(new BigDecimal("1E400"), "1E+400"),
                pair(Optional.of(Double.POSITIVE_INFINITY), "Infinity"),
                pair(OptionalDouble.of(Double.NaN), "NaN"),
                pair(new double[] {1, Double.NaN}, "NaN"),
                pair(new byte[] {1, 2, 3}, "bytes of an unknown kind"),
                pair(new byte[0], "bytes of an unknown kind"),
                pair(Path.of("no-such-file"), "NoSuchFileException"),
                pair(Collections.singletonMap(null, 1), "without a name"),
                pair(Map.of(new Bean("hidden"), 1), "without a name"),
                pair(twice, "two values of the same name"));
    }

    @Test
    @Tag("case-C11")
    void aParameterWithoutANameIsRefused() {
        refused(Collections.singletonMap(null, "x")).withMessageContaining("no name");
    }

    @Test
    @Tag("case-C6")
    void whatCannotBeReadIsRefusedWithTheReason() {
        refused(Map.of("image", new BrokenStream()))
                .withMessageContaining("The parameter image cannot be read")
                .withMessageContaining("disk gone")
                .withCauseInstanceOf(IOException.class);
    }

    private static final class BrokenStream extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("disk gone");
        }
    }

    @Test
    @Tag("case-D4")
    void whatContainsItselfOrIsTooDeepIsRefused() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(Map.of("again", cycle));
        ObjectNode node = new ObjectMapper().createObjectNode();
        node.set("again", node);
        Object deep = "x";
        for (int i = 0; i < 100_000; i++) {
            deep = List.of(deep);
        }
        refused(Map.of("x", cycle)).withMessageContaining("x[0].again contains itself");
        refused(Map.of("x", node)).withMessageContaining("x.again contains itself");
        refused(Map.of("x", deep)).withMessageContaining("x is nested deeper than 100 levels");
    }

    /** Each list is shallow when it is met, the last one is not. */
    @Test
    @Tag("case-D4")
    void depthCountsWhereverThePartsWereMetFirst() {
        List<Object> all = new ArrayList<>();
        Object deep = "x";
        for (int i = 0; i < 1_000; i++) {
            deep = Arrays.asList(deep);
            all.add(deep);
        }
        refused(Map.of("x", all)).withMessageContaining("nested deeper");
    }

    @Test
    @Tag("case-D4")
    void whatBranchesWithoutEndIsReadOnceAndRefusedForItsLength() {
        Object wide = "x";
        for (int i = 0; i < 60; i++) {
            wide = Arrays.asList(wide, wide);
        }
        AipiRequest request = plain(Collections.singletonMap("x", wide));

        assertThatExceptionOfType(JsonWriter.TooLongException.class)
                .isThrownBy(() -> JsonWriter.toBytes(request.parameters(), 1_000_000));
        assertThatExceptionOfType(JsonWriter.TooLongException.class)
                .isThrownBy(() -> JsonWriter.toText(request.parameters(), 1_000_000));
    }

    @Test
    void whatIsJsonAlreadyIsNotCopied() {
        Map<String, Object> value = Map.of("a", List.of("b", Map.of("c", 1)));

        assertThat(plain(Map.of("x", value)).parameters().get("x")).isSameAs(value);
    }

    @Test
    @Tag("case-C5")
    void halfACharacterBecomesTheReplacementCharacter() {
        assertThat(Texts.wellFormed("abc\ud83d")).isEqualTo("abc\ufffd");
        assertThat(Texts.wellFormed("\ude00\ud83d\ude00\ud83d\ud83d\ude00x"))
                .isEqualTo("\ufffd\ud83d\ude00\ufffd\ud83d\ude00x");
        assertThat(sent(Map.of("\ud83d", List.of("\ude00")))).isEqualTo("{\"x\":{\"\ufffd\":[\"\ufffd\"]}}");
        assertThat(RequestValues.of(AipiRequest.ofPrompt("abc\ud83d"), ErrorContext.of("e"), UnaryOperator.identity())
                        .prompt())
                .isEqualTo("abc\ufffd");
    }

    @Test
    void allThatCannotBeSentIsSaidAtOnce_fitToBeQuoted() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("KEY", new Object());
        parameters.put("b", Double.NaN);
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> RequestValues.of(
                        AipiRequest.ofParameters(parameters), ErrorContext.of("e"), text -> text.replace("KEY", "xxx")))
                .withMessageContaining("The parameter xxx is a")
                .satisfies(e -> assertThat(e.getMessages()).hasSize(2));
    }

    private static AipiRequest plain(Map<String, Object> parameters) {
        return RequestValues.of(AipiRequest.ofParameters(parameters), ErrorContext.of("e"), UnaryOperator.identity());
    }

    private static String sent(Object value) {
        Map<String, Object> parameters =
                plain(Collections.singletonMap("x", value)).parameters();
        return new String(JsonWriter.toBytes(parameters), StandardCharsets.UTF_8);
    }

    private static org.assertj.core.api.ThrowableAssertAlternative<InvalidRequestException> refused(
            Map<String, Object> parameters) {
        return assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> plain(parameters));
    }
}
