/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.aipi.camel.AipiConstants;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.xml.transform.stream.StreamSource;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.WrappedFile;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.converter.stream.InputStreamCache;
import org.apache.camel.converter.stream.ReaderCache;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is odd about a message is understood or refused, before anything is sent, and never dropped without a word. */
@SuppressWarnings({"InputStreamSlowMultibyteRead", "UnnecessaryStringBuilder"})
class OddBodiesTest extends CamelTestSupport {

    private static final byte[] PNG = "\u0089PNG\r\n\u001a\n...".getBytes(StandardCharsets.ISO_8859_1);
    private static final String PNG_URI =
            "data:image/png;base64," + Base64.getEncoder().encodeToString(PNG);
    private static final Map<String, Object> JSON_TYPE = Map.of(Exchange.CONTENT_TYPE, "application/json");
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build());
    private static final AtomicInteger JOBS = new AtomicInteger();
    private static final WireMockServer SERVER =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

    @TempDir
    Path folder;

    @BeforeAll
    static void startServer() {
        SERVER.start();
    }

    @AfterAll
    static void stopServer() {
        SERVER.stop();
    }

    private static void serve() {
        SERVER.resetAll();
        SERVER.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(404)));
        SERVER.stubFor(post(urlPathEqualTo("/login")).willReturn(okJson("{\"client_session_auth_key\": \"s\"}")));
        for (String endpoint : List.of("plain", "silent")) {
            SERVER.stubFor(post(urlPathEqualTo("/" + endpoint))
                    .willReturn(okJson("{\"success\": true, \"job_id\": \"JID" + JOBS.incrementAndGet()
                            + "\", \"text\": \"answer\"}")));
        }
        SERVER.stubFor(get(urlPathEqualTo("/api/endpoints/silent")).willReturn(okJson("{\"success\": true}")));
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        serve();
        context.getRegistry().bind("jobs", new MemoryAggregationRepository());
        context.setStreamCaching(false);
        String server = "serverUrl=http://127.0.0.1:" + SERVER.port();
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:plain").to("aipi:plain?" + server);
                from("direct:silent").to("aipi:silent?" + server);
                from("direct:stored")
                        .errorHandler(
                                defaultErrorHandler().maximumRedeliveries(3).redeliveryDelay(0))
                        .to("aipi:plain?waitForResult=false&jobRepository=#jobs&" + server);
                from("direct:again")
                        .errorHandler(
                                defaultErrorHandler().maximumRedeliveries(3).redeliveryDelay(0))
                        .to("aipi:plain?" + server);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Explain WAVE files",
                "Convert WEBP to PNG",
                "The ftyp box of MP4",
                "ID3 tags explained",
                "GIF89a or PNG?",
                "RIFF....WAVE"
            })
    @Tag("case-B2")
    void textThatSpeaksOfFilesIsThePrompt(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertPrompt(bytes, Map.of(), text);
        assertPrompt(Files.write(folder.resolve("prompt.txt"), bytes).toFile(), Map.of(), text);
    }

    @Test
    @Tag("case-B4")
    void aByteOrderMarkIsNoPartOfTheText() throws Exception {
        String json = "\ufeff{\"prompt\": \"Grüße\"}";
        for (Object body :
                List.of(json, json.getBytes(StandardCharsets.UTF_8), json.getBytes(StandardCharsets.UTF_16LE))) {
            assertPrompt(body, JSON_TYPE, "Grüße");
        }
        String text = "\ufeffGrüße";
        assertPrompt(text, Map.of(), "Grüße");
        assertPrompt(new StringReader(text), Map.of(), "Grüße");
        assertPrompt(text.getBytes(StandardCharsets.UTF_8), Map.of(), "Grüße");
        assertPrompt(text.getBytes(StandardCharsets.UTF_16BE), Map.of(), "Grüße");
        Path file = Files.write(folder.resolve("prompt.txt"), text.getBytes(StandardCharsets.UTF_16LE));
        assertPrompt(file, Map.of(), "Grüße");
        assertPrompt(null, Map.of(AipiConstants.PROMPT, text), "Grüße");
        // the mark says more than a header
        assertPrompt(
                text.getBytes(StandardCharsets.UTF_8),
                Map.of(Exchange.CONTENT_TYPE, "text/plain; charset=ISO-8859-1"),
                "Grüße");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}",
                "{\"prompt\":\"a\"}\n[",
                "{\"prompt\":\"a\"}\nb",
                "\"a\"\n\"b\"",
                "\"a\"\n,"
            })
    @Tag("case-A12")
    void jsonThatGoesOnIsRefusedWithThePlace(String body) throws Exception {
        assertRefused("direct:plain", body, JSON_TYPE)
                .hasMessageContaining("goes on after the first value")
                .hasMessageContaining("line 1, column ");
        assertRefused("direct:plain", body.getBytes(StandardCharsets.UTF_8), JSON_TYPE);
    }

    @Test
    @Tag("case-A12")
    void blanksAroundJsonAreNothing() throws Exception {
        assertPrompt(" \r\n{\"prompt\": \"a\"}\r\n \n", JSON_TYPE, "a");
    }

    @Test
    @Tag("case-B5")
    void aLongTextInJsonIsSent() throws Exception {
        String text = "x".repeat(21_000_000);
        assertPrompt("{\"prompt\": \"" + text + "\"}", JSON_TYPE, text);
    }

    @Test
    @Tag("case-B12")
    void aDescriptionThatSaysNothingCountsAsNone() throws Exception {
        send("direct:silent", "Hello", Map.of());
        assertThat(sent("silent")).isEqualTo(JSON.readTree("{\"prompt\": \"Hello\"}"));
    }

    @Test
    @Tag("case-C3")
    void aNumberBeyondAllNumbersInJsonIsRefused() throws Exception {
        assertRefused("direct:plain", "{\"prompt\": \"a\", \"temperature\": 1E400}", JSON_TYPE)
                .hasMessageContaining("The parameter temperature is Infinity");
    }

    @Test
    @Tag("case-C5")
    void halfACharacterIsReplaced() throws Exception {
        assertPrompt("abc\ud83d", Map.of(), "abc\ufffd");
        assertPrompt(null, Map.of(AipiConstants.PROMPT, "abc\ud83d"), "abc\ufffd");
        assertPrompt(new StringReader("abc\ud83d"), Map.of(), "abc\ufffd");
        assertPrompt("{\"prompt\": \"abc\\ud83d\"}", JSON_TYPE, "abc\ufffd");
    }

    @Test
    @Tag("case-C6")
    void whatCannotBeReadIsRefusedWithTheReason() throws Exception {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("disk gone");
            }
        };
        assertRefused("direct:plain", broken, Map.of())
                .hasMessageContaining("disk gone")
                .hasCauseInstanceOf(IOException.class);
        assertRefused("direct:plain", Map.of("image", broken), Map.of())
                .hasMessageContaining("image")
                .hasMessageContaining("disk gone")
                .hasCauseInstanceOf(IOException.class);
        for (Object nothing : List.of(folder.resolve("none"), new File("none"), folder, folder.toFile())) {
            assertRefused("direct:plain", nothing, Map.of())
                    .hasMessageContaining("cannot be read: java")
                    .hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    @Tag("case-C7")
    void ofABufferItsRemainingContentIsSentAndItStaysAsItIs() throws Exception {
        for (boolean direct : List.of(false, true)) {
            ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(20) : ByteBuffer.allocate(20);
            buffer.put("..Hello..".getBytes(StandardCharsets.UTF_8))
                    .flip()
                    .position(2)
                    .limit(7);
            assertPrompt(buffer, Map.of(), "Hello");
            assertPrompt(buffer, Map.of(), "Hello");
            assertPrompt(buffer.asReadOnlyBuffer().slice(), Map.of(), "Hello");
            assertThat(buffer.position()).isEqualTo(2);
            assertThat(buffer.limit()).isEqualTo(7);
        }
    }

    @Test
    @Tag("case-C8")
    void aReaderIsTextAlready() throws Exception {
        Map<String, Object> latin =
                Map.of(Exchange.CONTENT_TYPE, "text/plain; charset=ISO-8859-1", Exchange.CHARSET_NAME, "ISO-8859-1");
        assertPrompt(new StringReader("日本"), latin, "日本");
        assertPrompt(new ReaderCache("日本"), latin, "日本");
        Exchange response = template.request("direct:plain", exchange -> {
            exchange.setProperty(Exchange.CHARSET_NAME, "ISO-8859-1");
            exchange.getMessage().setBody(new StringReader("日本"));
        });
        assertThat(response.getException()).isNull();
        assertPrompt(
                new StringReader("{\"prompt\": \"日本\"}"),
                Map.of(Exchange.CONTENT_TYPE, "application/json; charset=ISO-8859-1"),
                "日本");
    }

    private enum Mode {
        FAST {
            @Override
            public String toString() {
                return "to be seen by people only";
            }
        }
    }

    @Test
    @Tag("case-C9")
    void whatOfABodyCannotBeKeptIsNamed() throws Exception {
        assertRefused("direct:stored", Map.of("prompt", "a", "options", List.of(Mode.FAST)), Map.of())
                .hasMessageContaining(
                        "options.0 is a " + Mode.FAST.getDeclaringClass().getName());
    }

    @Test
    @Tag("case-C10")
    void aPromptInTheHeaderFollowsTheRulesOfBodies() throws Exception {
        for (Object odd : List.of(new Object(), Map.of("a", 1), Optional.of("a"), List.of("a"), PNG)) {
            assertRefused("direct:plain", "body", Map.of(AipiConstants.PROMPT, odd))
                    .hasMessageContaining("The header " + AipiConstants.PROMPT);
        }
        for (String nothing : List.of("", "  ", "\n")) {
            assertPrompt("body", Map.of(AipiConstants.PROMPT, nothing), "body");
            assertRefused("direct:plain", "", Map.of(AipiConstants.PROMPT, nothing));
        }
        for (Object header :
                List.of(new StringBuilder("Hi"), "Hi".getBytes(StandardCharsets.UTF_8), new StringReader("Hi"))) {
            assertPrompt("body", Map.of(AipiConstants.PROMPT, header), "Hi");
        }
        assertPrompt("body", Map.of(AipiConstants.PROMPT, 5), "5");
        assertPrompt("body", Map.of(AipiConstants.PROMPT, Mode.FAST), "FAST");
    }

    @Test
    @Tag("case-C11")
    void headersWinOverTheBody() throws Exception {
        assertPrompt("body", Map.of(AipiConstants.PARAMETERS, Map.of("prompt", "header")), "header");
        assertPrompt(Map.of("prompt", "body"), Map.of(AipiConstants.PARAMETERS, Map.of("prompt", "header")), "header");
        assertPrompt(
                "body",
                Map.of(AipiConstants.PARAMETERS, Map.of("prompt", "parameter"), AipiConstants.PROMPT, "prompt"),
                "prompt");
        assertRefused("direct:plain", Collections.singletonMap(null, "x"), Map.of())
                .hasMessageContaining("no name");
        assertRefused("direct:plain", "body", Map.of(AipiConstants.PARAMETERS, Collections.singletonMap(null, "x")))
                .hasMessageContaining("no name");
    }

    @Test
    @Tag("case-D4")
    void whatIsTooLongIsRefusedUnread() throws Exception {
        File file = folder.resolve("huge").toFile();
        try (RandomAccessFile sparse = new RandomAccessFile(file, "rw")) {
            sparse.setLength(2_500_000_000L);
        }
        for (Object huge :
                List.of(file, file.toPath(), wrapped(file), Map.of("image", file), Map.of("image", wrapped(file)))) {
            for (String route : List.of("direct:plain", "direct:stored")) {
                assertRefused(route, huge, Map.of()).hasMessageContaining("more than the 100000000 bytes");
            }
        }
        Endless endless = new Endless();
        assertRefused("direct:plain", endless, Map.of()).hasMessageContaining("more than the 100000000 bytes");
        assertThat(endless.read).isBetween(100_000_001L, 100_200_000L);
        assertRefused("direct:plain", new StringOf100MB(), Map.of())
                .hasMessageContaining("more than the 100000000 bytes");
    }

    /** Says that it is long; nobody reads it. */
    private static final class StringOf100MB implements CharSequence {
        @Override
        public int length() {
            return 100_000_001;
        }

        @Override
        public char charAt(int index) {
            throw new AssertionError("read");
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            throw new AssertionError("read");
        }

        @Override
        public String toString() {
            throw new AssertionError("read");
        }
    }

    private static final class Endless extends InputStream {
        private long read;

        @Override
        public int read() {
            read++;
            return 'x';
        }

        @Override
        public int read(byte[] bytes, int offset, int count) {
            Arrays.fill(bytes, offset, offset + count, (byte) 'x');
            read += count;
            return count;
        }
    }

    private static WrappedFile<File> wrapped(File file) {
        return new WrappedFile<>() {
            @Override
            public File getFile() {
                return file;
            }

            @Override
            public Object getBody() {
                return null;
            }

            @Override
            public long getFileLength() {
                return file.length();
            }
        };
    }

    @Test
    @Tag("case-C1")
    void aFileOfCamelsIsReadWhereverItStands() throws Exception {
        File text = Files.writeString(folder.resolve("prompt.txt"), "Hello").toFile();
        File picture = Files.write(folder.resolve("picture"), PNG).toFile();
        assertPrompt(wrapped(text), Map.of(), "Hello");
        for (Object content : List.of(wrapped(picture), new InputStreamCache(PNG), picture, PNG)) {
            send("direct:plain", Map.of("prompt", "a", "context", List.of(Map.of("image", content))), Map.of());
            assertThat(sent("plain").at("/context/0/image").asText()).isEqualTo(PNG_URI);
        }
    }

    @Test
    @Tag("case-D4")
    void whatContainsItselfOrIsTooDeepIsRefused() throws Exception {
        Map<String, Object> cycle = new HashMap<>();
        cycle.put("prompt", "a");
        cycle.put("again", cycle);
        Object deep = "x";
        for (int i = 0; i < 100_000; i++) {
            deep = Collections.singletonList(deep);
        }
        for (String route : List.of("direct:plain", "direct:stored")) {
            assertRefused(route, cycle, Map.of()).hasMessageContaining("again");
            assertRefused(route, Map.of("prompt", "a", "deep", deep), Map.of())
                    .hasMessageContaining("The parameter deep is nested deeper than 100 levels");
            assertRefused(route, "a", Map.of(AipiConstants.PARAMETERS, cycle)).hasMessageContaining("again");
        }
        // what is no part of the request does not matter
        Map<String, Object> headers = new HashMap<>();
        headers.put("other", cycle);
        send("direct:stored", "a", headers);
    }

    static Stream<Supplier<Object>> readOnce() {
        byte[] text = "Hello".getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                () -> new ByteArrayInputStream(text),
                () -> new StringReader("Hello"),
                () -> ByteBuffer.wrap(text),
                () -> new InputStreamCache(text),
                () -> new ReaderCache("Hello"),
                () -> new StreamSource(new StringReader("<p>Hello</p>")),
                () -> new ByteArrayInputStream(PNG),
                () -> Map.of("prompt", "a", "image", new ByteArrayInputStream(PNG)),
                () -> Map.of(
                        "prompt", "a", "pictures", List.of(new ByteArrayInputStream(PNG), new InputStreamCache(PNG))),
                () -> AipiRequest.ofPrompt("a").with("image", new ByteArrayInputStream(PNG)));
    }

    @ParameterizedTest
    @MethodSource("readOnce")
    @Tag("case-A15")
    void aRedeliverySendsTheSame(Supplier<Object> body) throws Exception {
        List<Supplier<Map<String, Object>>> headers = List.of(
                () -> Map.of(),
                () -> Map.of(AipiConstants.PROMPT, new StringReader("b")),
                () -> Map.of(AipiConstants.PARAMETERS, Map.of("sound", new ByteArrayInputStream(PNG))));
        for (Supplier<Map<String, Object>> header : headers) {
            for (String route : List.of("direct:again", "direct:stored")) {
                serve();
                twiceFull();
                request(route, body.get(), header.get(), null);
                List<JsonNode> sent = allSent("plain");
                assertThat(sent).hasSize(3);
                assertThat(sent.get(0).size()).isPositive();
                assertThat(sent.get(1)).isEqualTo(sent.get(0));
                assertThat(sent.get(2)).isEqualTo(sent.get(0));
            }
        }
    }

    /** The server's queue takes nothing but the third submit. */
    private static void twiceFull() {
        String full = "{\"success\": false, \"error\": \"Job queue reached max length 1!\"}";
        String[] states = {Scenario.STARTED, "second", "third"};
        for (int i = 0; i < 2; i++) {
            SERVER.stubFor(post(urlPathEqualTo("/plain"))
                    .inScenario("queue")
                    .whenScenarioStateIs(states[i])
                    .willReturn(aResponse()
                            .withStatus(400)
                            .withHeader("Content-Type", "application/json")
                            .withBody(full))
                    .willSetStateTo(states[i + 1]));
        }
    }

    @Test
    void aJobIsNamedByTextOnly() throws Exception {
        Exchange failed = template.request(
                "aipi:plain?operation=result&serverUrl=http://127.0.0.1:" + SERVER.port(),
                exchange -> exchange.getMessage().setHeader(AipiConstants.JOB_ID, new Object()));
        assertThat(failed.getException())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("The header " + AipiConstants.JOB_ID);
    }

    private void assertPrompt(Object body, Map<String, Object> headers, String prompt) throws Exception {
        send("direct:plain", body, headers);
        assertThat(sent("plain").path("prompt").asText()).isEqualTo(prompt);
        assertThat(sent("plain").size()).isEqualTo(1);
    }

    private void send(String route, Object body, Map<String, Object> headers) {
        serve();
        request(route, body, headers, null);
    }

    private AbstractThrowableAssert<?, ?> assertRefused(String route, Object body, Map<String, Object> headers) {
        serve();
        return request(route, body, headers, InvalidRequestException.class);
    }

    private AbstractThrowableAssert<?, ?> request(
            String route, Object body, Map<String, Object> headers, Class<? extends Throwable> failure) {
        Exchange response = template.request(route, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
        if (failure == null) {
            assertThat(response.getException()).isNull();
        } else {
            assertThat(response.getException()).isInstanceOf(failure);
            assertThat(SERVER.findAll(postRequestedFor(urlPathEqualTo("/plain"))))
                    .isEmpty();
        }
        return assertThat(response.getException());
    }

    private static JsonNode sent(String endpoint) throws Exception {
        List<JsonNode> sent = allSent(endpoint);
        assertThat(sent).hasSize(1);
        return sent.get(0);
    }

    /** What was sent, without what belongs to the protocol. */
    private static List<JsonNode> allSent(String endpoint) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        for (var request : SERVER.findAll(postRequestedFor(urlPathEqualTo("/" + endpoint)))) {
            Map<String, JsonNode> fields = new LinkedHashMap<>();
            JSON.reader()
                    .readTree(request.getBodyAsString())
                    .properties()
                    .forEach(field -> fields.put(field.getKey(), field.getValue()));
            fields.keySet().removeAll(List.of("wait_for_result", "client_session_auth_key"));
            all.add(JSON.valueToTree(fields));
        }
        return all;
    }
}
