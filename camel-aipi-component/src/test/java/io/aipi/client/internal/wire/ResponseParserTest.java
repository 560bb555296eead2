/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.job.FakeTransport;
import io.aipi.client.internal.util.MediaTypes;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseParserTest {

    private static final byte[] PNG = "\u0089PNG\r\n\u001a\n...".getBytes(StandardCharsets.ISO_8859_1);
    private static final String PNG_BASE64 = Base64.getEncoder().encodeToString(PNG);

    @Test
    void readsEveryTypeOfJson() throws IOException {
        assertThat(read("{\"s\":\"x\",\"i\":1,\"l\":99999999999,\"b\":99999999999999999999,\"d\":1.5,\"t\":true,"
                        + "\"n\":null,\"a\":[1,[2]],\"o\":{\"x\":1}}"))
                .containsEntry("s", "x")
                .containsEntry("i", 1)
                .containsEntry("l", 99_999_999_999L)
                .containsEntry("b", new BigInteger("99999999999999999999"))
                .containsEntry("d", 1.5)
                .containsEntry("t", true)
                .containsEntry("n", null)
                .containsEntry("a", List.of(1, List.of(2)))
                .containsEntry("o", Map.of("x", 1));
    }

    @Test
    void leavesOutKeysWhereverTheyStand() throws IOException {
        assertThat(read("{\"key\":\"a\",\"progress\":{\"auth_key\":{\"x\":[1]},\"auth\":\"vm\"},"
                        + "\"list\":[{\"client_session_auth_key\":\"b\"}]}"))
                .isEqualTo(Map.of("progress", Map.of("auth", "vm"), "list", List.of(Map.of())));
    }

    @Test
    void keepsTheSessionKeyOfALogin() throws IOException {
        assertThat(ResponseParser.readLogin(FakeTransport.response(200, "{\"client_session_auth_key\":\"K1\"}")))
                .containsEntry("client_session_auth_key", "K1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "null", "7", "\"text\"", "[]", "{", "{}{}", "{} x", "{\"a\":}", "{\"a\":1,}", "<html>"})
    void refusesWhatIsNotOneJsonObject(String text) {
        assertThatIOException().isThrownBy(() -> read(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":", "[", "{\"key\":[", "{\"progress_data\":{\"a\":["})
    void refusesDeepNesting(String step) {
        String deep = "{\"a\":" + step.repeat(5_000);

        assertThatIOException().isThrownBy(() -> read(deep));
        assertThatIOException().isThrownBy(() -> ResponseParser.read(FakeTransport.response(200, deep), false));
    }

    @Test
    void refusesNumbersWithoutEnd() {
        assertThatIOException().isThrownBy(() -> read("{\"a\":" + "7".repeat(2_000) + "}"));
    }

    @Test
    void readsTheNumbersThatAreNoneAsPythonWritesThem() throws IOException {
        assertThat(read("{\"a\":NaN,\"b\":Infinity,\"c\":-Infinity}"))
                .containsEntry("a", Double.NaN)
                .containsEntry("b", Double.POSITIVE_INFINITY)
                .containsEntry("c", Double.NEGATIVE_INFINITY);
    }

    @Test
    void aNumberThatIsNoneIsNoProgress() throws IOException {
        Map<String, Object> response = read("{\"job_state\":\"processing\",\"progress\":{\"progress\":NaN,"
                + "\"estimate\":Infinity,\"queue_position\":1e300,\"num_workers_online\":\"2\"}}");

        assertThat(ResponseMapper.progress("e", "JID1", response)).satisfies(progress -> {
            assertThat(progress.progress()).isNull();
            assertThat(progress.estimate()).isNull();
            assertThat(progress.queuePosition()).isNull();
            assertThat(progress.workersOnline()).isEqualTo(2);
        });
    }

    @Test
    void decodesDataUrisUnderAnyName() throws IOException {
        assertThat(read("{\"x\":\"data:image/JPEG;base64," + PNG_BASE64 + "\"}"))
                .containsEntry("x", new Media("x", "image/png", PNG));
    }

    @Test
    void believesTheServersTypeOfAFileThatIsOfNoKnownKind() throws IOException {
        assertThat(read("{\"x\":\"data:audio/Thing;rate=8000;base64,AAEC\"}"))
                .containsEntry("x", new Media("x", "audio/thing", new byte[] {0, 1, 2}));
        assertThat(read("{\"x\":\"data:;base64,AAEC\"}"))
                .containsEntry("x", new Media("x", MediaTypes.UNKNOWN, new byte[] {0, 1, 2}));
    }

    @Test
    void decodesBareBase64UnderTheNamesOfFiles_andOnlyThere() throws IOException {
        assertThat(read("{\"images\":[\"" + PNG_BASE64 + "\"],\"text\":\"" + PNG_BASE64 + "\",\"image\":\"none\"}"))
                .containsEntry("images", List.of(new Media("images", "image/png", PNG)))
                .containsEntry("text", PNG_BASE64)
                .containsEntry("image", "none");
    }

    @Test
    void toleratesLineBreaksInBase64() throws IOException {
        String broken = PNG_BASE64.substring(0, 4) + "\\r\\n" + PNG_BASE64.substring(4);

        assertThat(read("{\"image\":\"" + broken + "\"}")).containsEntry("image", new Media("image", "image/png", PNG));
    }

    @ParameterizedTest
    @ValueSource(strings = {"data:image/png;base64,%%%", "data:,x", "data:image/png,x", "data:", "data:;base64", "dat"})
    void whatOnlyLooksLikeADataUriStaysText(String text) throws IOException {
        assertThat(read("{\"image\":\"" + text + "\"}")).containsEntry("image", text);
    }

    @Test
    void readsOnlyTheNamesOfProgressDataThatNobodyListensTo() throws IOException {
        TransportResponse response = FakeTransport.response(
                200, "{\"progress\":{\"progress_data\":{\"text\":\"so far\",\"progress_images\":[\"AAAA\"]}}}");

        assertThat(ResponseParser.read(response, false))
                .isEqualTo(Map.of("progress", Map.of("progress_data", Map.of("text", true, "progress_images", true))));
        assertThat(ResponseParser.read(FakeTransport.response(200, "{\"progress\":{\"progress_data\":null}}"), false))
                .isEqualTo(Map.of("progress", Map.of("progress_data", Map.of())));
    }

    @Test
    void readsAnOutputThatIsCalledAsProgressDataWhetherOrNotSomebodyListens() throws IOException {
        String outputs = "{\"progress_data\":{\"a\":1},\"progress\":{\"progress\":{\"progress_data\":[2]}}}";
        TransportResponse held = FakeTransport.response(200, outputs);
        TransportResponse polled = FakeTransport.response(200, "{\"job_result\":" + outputs + "}");

        assertThat(ResponseParser.read(held, false)).isEqualTo(ResponseParser.read(held, true));
        assertThat(ResponseParser.read(polled, false)).isEqualTo(ResponseParser.read(polled, true));
    }

    @Test
    void takesNothingForAMediaTypeThatIsNone() throws IOException {
        assertThat(read("{\"x\":\"data:text/a\\r\\nSet-Cookie: b;base64,AAEC\"}"))
                .containsEntry("x", new Media("x", MediaTypes.UNKNOWN, new byte[] {0, 1, 2}));
    }

    @Test
    void readsNoFurtherThanTheResponseIsLong() throws IOException {
        byte[] body = "{\"a\":1}garbage of an earlier response".getBytes(StandardCharsets.UTF_8);

        assertThat(ResponseParser.read(new TransportResponse(200, null, null, null, body, 7), true))
                .isEqualTo(Map.of("a", 1));
    }

    @Test
    void readsALongText() throws IOException {
        char[] text = new char[3_000_000];
        Arrays.fill(text, '\u00e4');

        assertThat(read("{\"text\":\"" + new String(text) + "\"}")).containsEntry("text", new String(text));
    }

    @Test
    @Tag("case-B16")
    void aTextIsATextWhateverItLooksLike() throws IOException {
        String uri = "data:image/png;base64," + PNG_BASE64;

        assertThat(read("{\"text\":\"" + uri + "\",\"text_output\":\"" + uri + "\",\"image\":\"" + uri + "\"}"))
                .containsEntry("text", uri)
                .containsEntry("text_output", uri)
                .containsEntry("image", new Media("image", "image/png", PNG));
        assertThat(read("{\"text\":[\"\\u0064" + uri.substring(1) + "\"]}")).containsEntry("text", List.of(uri));
        assertThat(read("{\"text\":\"data:video/mp4;base64,AAAA\"}"))
                .containsEntry("text", "data:video/mp4;base64,AAAA");
        assertThat(read("{\"progress\":{\"progress_data\":{\"text\":\"" + uri + "\"}}}"))
                .isEqualTo(Map.of("progress", Map.of("progress_data", Map.of("text", uri))));
    }

    @Test
    @Tag("case-D12")
    void noNameAndNoTextHasAKeyInItAtWhateverDepth() throws IOException {
        SecretRedactor mask = new SecretRedactor("the-api-key");
        mask.remember("the-session-key");
        String json = "{\"a the-api-key\":[{\"the-session-key\":\"x the-api-key y\"},[[\"the-session-key\"]]],"
                + "\"progress\":{\"progress_data\":{\"the-api-key\":\"the-api-key\"}}}";

        assertThat(read(json, mask))
                .isEqualTo(Map.of(
                        "a xxxxxx",
                        List.of(Map.of("xxxxxx", "x xxxxxx y"), List.of(List.of("xxxxxx"))),
                        "progress",
                        Map.of("progress_data", Map.of("xxxxxx", "xxxxxx"))));
        assertThat(ResponseParser.read(FakeTransport.response(200, json), false, mask))
                .containsEntry("progress", Map.of("progress_data", Map.of("xxxxxx", true)));
    }

    @Test
    @Tag("case-D12")
    void norHasTheNameOrTheTypeOfAFile() throws IOException {
        SecretRedactor mask = new SecretRedactor("the-API-key");

        assertThat(read("{\"the-API-key\":\"data:image/the-API-key;base64,AAEC\"}", mask))
                .isEqualTo(Map.of("xxxxxx", new Media("xxxxxx", MediaTypes.UNKNOWN, new byte[] {0, 1, 2})));
        assertThat(read("{\"the-API-key\":\"\\u0064ata:image/x;base64,AAEC\"}", mask))
                .isEqualTo(Map.of("xxxxxx", new Media("xxxxxx", "image/x", new byte[] {0, 1, 2})));
    }

    @Test
    @Tag("case-D12")
    void aWorkersKeyIsTakenOutOfTheResponseThatShowsItAndOfThoseThatFollow() throws IOException {
        SecretRedactor mask = new SecretRedactor(null);
        String text = "{\"text\":\"by worker-key-1\",\"list\":[{\"worker-key-1\":\"worker-key-1\"}],"
                + "\"f\":\"data:image/worker-key-1;base64,AAEC\",\"auth_key\":\"worker-key-1\"}";

        assertThat(read(text, mask))
                .isEqualTo(Map.of(
                        "text",
                        "by xxxxxx",
                        "list",
                        List.of(Map.of("xxxxxx", "xxxxxx")),
                        "f",
                        new Media("f", MediaTypes.UNKNOWN, new byte[] {0, 1, 2})));
        assertThat(read("{\"text\":\"worker-key-1\"}", mask)).isEqualTo(Map.of("text", "xxxxxx"));
        assertThat(read("{\"text\":\"worker-key-1\"}", new SecretRedactor(null)))
                .as("at another server")
                .isEqualTo(Map.of("text", "worker-key-1"));
    }

    /** As escapes, and as some servers write them in UTF-8. */
    @Test
    @Tag("case-C5")
    void halfACharacterIsReplacedWhereverItStands() throws IOException {
        assertThat(read("{\"t\":[\"abc\\uD83D\",\"\\uD83D\\uDE00\\uDE00\"]}"))
                .isEqualTo(Map.of("t", List.of("abc\uFFFD", "\uD83D\uDE00\uFFFD")));
    }

    private static Map<String, Object> read(String json, SecretRedactor mask) throws IOException {
        return ResponseParser.read(FakeTransport.response(200, json), true, mask);
    }

    private static Map<String, Object> read(String json) throws IOException {
        return ResponseParser.read(FakeTransport.response(200, json), true);
    }
}
