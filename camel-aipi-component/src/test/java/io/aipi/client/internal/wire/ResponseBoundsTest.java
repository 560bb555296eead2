/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.job.FakeTransport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of a response is read, and what reading it may cost: each bound is there on purpose. */
class ResponseBoundsTest {

    private static final int MILLION = 1_000_000;

    /** Far below what the responses of these tests would take without a bound. */
    private static final long MOST_MEMORY = 160L << 20;

    @Test
    void asManyFieldsAsAllowedAreRead() throws IOException {
        int fields = ResponseParser.MAX_TOKENS / 2 - 1;

        assertThat(read(fields(fields))).hasSize(fields);
    }

    @Test
    void aMillionFieldsAreRefused() {
        assertRefused(fields(MILLION));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[],", "{},", "[1],", "{\"\":1},", "1,", "\"x\",", "1.5,", "[[]],"})
    void smallValuesThatTakeFarMoreMemoryThanJsonAreRefusedInTime(String element) {
        String json = "{\"a\":[" + element.repeat(4 * MILLION) + "0]}";

        assertThat(allocatedBy(() -> assertRefused(json))).isLessThan(MOST_MEMORY + json.length());
    }

    /** Nothing of it is kept, but it must not keep a thread busy either. */
    @Test
    void whatIsSkippedCountsToo() {
        String many = "[" + "[],".repeat(MILLION) + "[]]";

        assertRefused("{\"auth_key\":" + many + "}");
        assertThatThrownBy(() -> ResponseParser.read(
                        FakeTransport.response(200, "{\"progress\":{\"progress_data\":{\"a\":" + many + "}}}"), false))
                .isInstanceOf(StreamConstraintsException.class);
    }

    @Test
    void aLongTextIsBoundedByTheResponsesSizeOnly() throws IOException {
        assertThat((String)
                        read("{\"text\":\"" + "x".repeat(30 * MILLION) + "\"}").get("text"))
                .hasSize(30 * MILLION);
    }

    @Test
    void namesNumbersAndLevelsAreBounded() throws IOException {
        assertThat(read("{\"" + "n".repeat(10_000) + "\":1}")).hasSize(1);
        assertRefused("{\"" + "n".repeat(10_100) + "\":1}");
        assertThat(read("{\"a\":" + "7".repeat(1_000) + "}")).hasSize(1);
        assertRefused("{\"a\":" + "7".repeat(1_001) + "}");
        assertThat(read("{\"a\":" + "[".repeat(99) + "]".repeat(99) + "}")).hasSize(1);
        assertRefused("{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}");
    }

    /** As in Python, which the server is written in. A key is left out each time. */
    @Test
    void ofFieldsOfTheSameNameTheLastCounts() throws IOException {
        assertThat(read("{\"a\":1,\"key\":\"x\",\"a\":[2],\"key\":\"y\"}")).isEqualTo(Map.of("a", List.of(2)));
    }

    @Test
    void aNameIsNotKeptForEver() throws IOException {
        String name = read("{\"a name that nobody else has chosen\":1}")
                .keySet()
                .iterator()
                .next();

        assertThat(name).isNotSameAs(new String(name.toCharArray()).intern());
    }

    @Test
    void theErrorNamesTheBoundsAndQuotesNothing() {
        String json = "{\"a\":[" + "\"secret\",".repeat(MILLION) + "0]}";

        assertThatThrownBy(() -> errors().requireJson(
                                ErrorMapper.Route.PROGRESS,
                                FakeTransport.response(200, json),
                                true,
                                ErrorContext.of("chat", "JID1")))
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("1000000 names, values and brackets")
                .message()
                .doesNotContain("secret")
                .hasSizeLessThan(500);
    }

    @Test
    void anErrorOfAMillionFieldsIsAnErrorWithoutAReason() {
        assertThat(errors().of(
                                ErrorMapper.Route.SUBMIT,
                                FakeTransport.response(503, fields(MILLION)),
                                ErrorContext.of("chat")))
                .hasMessageContaining("no reason given");
    }

    private static ErrorMapper errors() {
        return new ErrorMapper(URI.create("http://server"), new SecretRedactor("a-key"));
    }

    private static String fields(int count) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "\"" : ",\"").append(i).append("\":1");
        }
        return json.append('}').toString();
    }

    private static void assertRefused(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(StreamConstraintsException.class);
    }

    private static Map<String, Object> read(String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return ResponseParser.read(new TransportResponse(200, null, null, null, body, body.length), true);
    }

    private static long allocatedBy(Runnable reading) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        reading.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
