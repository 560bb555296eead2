/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiEndpoint;
import io.aipi.camel.DefaultAipiBinding;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.testsupport.ScriptedServer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A result is handed out once and cost minutes of a GPU: whatever fails afterwards, it can be had from the failure. */
class ResultIsKeptTest {

    private static final String PNG =
            Base64.getEncoder().encodeToString("\u0089PNG\r\n\u001a\n......".getBytes(StandardCharsets.ISO_8859_1));

    private final Queue<Exchange> heard = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"text\":\"costly\"",
                "\"text_output\":\"costly\"",
                "\"result\":\"costly\"",
                "\"text\":null,\"result\":\"costly\",\"text_output\":\"other\"",
                "\"text\":null,\"result\":[\"other\"],\"text_output\":\"costly\""
            })
    @Tag("case-A7")
    void theTextIsFoundWhereverTheEndpointHasIt(String fields) throws Exception {
        for (String type : List.of("auto", "text")) {
            Exchange exchange = send(fields, "aipi:chat?outputType=" + type, component -> {});

            assertThat(exchange.getException()).isNull();
            assertThat(exchange.getMessage().getBody()).isEqualTo("costly");
            assertThat(exchange.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("text/plain;charset=UTF-8");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "text   | \"text\":[\"costly\"],\"more\":1      | text, more",
                "text   | \"text\":5,\"result\":\"costly\"      | text, result",
                "text   | \"result\":{\"deep\":\"costly\"}      | result",
                "text   | \"images\":[\"costly\"]               | images",
                "images | \"text\":\"costly\"                   | text",
                "images | \"images\":[\"not known: costly\"]    | images",
                "images | \"seed\":1,\"odd\\r\\nname\":\"costly\" | seed, odd  name",
            })
    @Tag("case-A7")
    void whatDoesNotFitFailsTheExchange_whichHasTheWholeResult(String type, String fields, String names)
            throws Exception {
        Exchange exchange = send(fields, "aipi:chat?outputType=" + type, component -> {});

        assertThat(exchange.getException())
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("Its fields are: " + names + ".")
                .hasMessageNotContaining("costly")
                .satisfies(failure ->
                        assertThat(((AipiException) failure).getJobId()).isEqualTo("JID1"));
        assertThat(exchange.getMessage().getBody()).as("as it was").isEqualTo("hi");
        assertThatItHasTheResult(exchange);
    }

    @Test
    @Tag("case-A7")
    void manyAndLongNamesAreNamedInPart() throws Exception {
        String fields = Stream.iterate(1, i -> i + 1)
                .limit(50)
                .map(i -> "\"" + i + "-" + "x".repeat(200) + "\":\"costly\"")
                .collect(Collectors.joining(","));

        Exchange exchange = send(fields, "aipi:chat?outputType=text", component -> {});

        assertThat(exchange.getException())
                .hasMessageContaining("20-xxx")
                .hasMessageNotContaining("21-xxx")
                .hasMessageContaining("and 30 more");
        assertThat(exchange.getException().getMessage()).hasSizeLessThan(2_000);
        assertThatItHasTheResult(exchange);
    }

    /** A user's own. */
    private static final class FailingBinding extends DefaultAipiBinding {
        private final Throwable failure;

        FailingBinding(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public void populate(Exchange exchange, AipiEndpoint endpoint, JobResult result) {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Tag("case-A7")
    void aBindingThatThrowsLosesNoResult(boolean anError) throws Exception {
        Throwable failure = anError ? new StackOverflowError("bug") : new IllegalStateException("bug");
        for (String operation : List.of("submit", "result", "progress")) {
            Exchange exchange = send(
                    "\"text\":\"costly\"",
                    "aipi:chat?operation=" + operation,
                    component -> component.getConfiguration().setBinding(new FailingBinding(failure)));

            assertThat(exchange.getException()).hasStackTraceContaining("bug");
            assertThatItHasTheResult(exchange);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Tag("case-A7")
    void aProgressExchangeThatTellsOfSuchAnEndHasTheResult(boolean waitForResult) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.jobs("\"result\":[\"costly\"]"));
                TestContext test = TestContext.started(server.url(), null, routes -> {
                    routes.from("direct:in")
                            .to("aipi:chat?outputType=text&progressUri=direct:progress&waitForResult=" + waitForResult);
                    routes.from("direct:progress").process(heard::add);
                })) {
            test.context()
                    .createProducerTemplate()
                    .request("direct:in", exchange -> exchange.getMessage().setBody("hi"));
            await().until(() -> !heard.isEmpty());
        }
        assertThat(heard).singleElement().satisfies(exchange -> {
            assertThat(exchange.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo("failed");
            assertThat(exchange.getMessage().getHeader(AipiConstants.ERROR_TYPE))
                    .isEqualTo("ProtocolViolationException");
            assertThatItHasTheResult(exchange);
        });
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    @Tag("case-A7")
    void aConsumersExchangeHasTheResult_andSoHasADeadLetter(boolean bridged, boolean stored) throws Exception {
        for (boolean bindingFails : new boolean[] {false, true}) {
            heard.clear();
            Queue<Exchange> dead = new ConcurrentLinkedQueue<>();
            try (ScriptedServer server = new ScriptedServer(ScriptedServer.jobs("\"result\":[\"costly\"]"));
                    TestContext test = TestContext.of(
                            server.url(),
                            null,
                            component -> {
                                if (stored) {
                                    component
                                            .getConfiguration()
                                            .setJobRepository(
                                                    new AggregationJobRepository(new MemoryAggregationRepository()));
                                }
                                if (bindingFails) {
                                    component
                                            .getConfiguration()
                                            .setBinding(new FailingBinding(new IllegalStateException("bug")));
                                }
                            },
                            routes -> {
                                routes.from("direct:in").to("aipi:chat?waitForResult=false");
                                routes.from("aipi:chat?outputType=text&maximumRedeliveries=1&redeliveryDelay=1"
                                                + "&deadLetterUri=direct:dead&bridgeErrorHandler=" + bridged)
                                        .onException(AipiException.class)
                                        .process(heard::add)
                                        .end()
                                        .process(heard::add)
                                        .throwException(new IllegalStateException("the route fails"));
                                routes.from("direct:dead").process(dead::add);
                            })) {
                test.context().start();
                test.context().createProducerTemplate().sendBody("direct:in", "hi");
                await().until(() -> !dead.isEmpty());
            }
            assertThat(heard).isNotEmpty().allSatisfy(ResultIsKeptTest::assertThatItHasTheResult);
            assertThat(dead).singleElement().satisfies(exchange -> {
                assertThat(exchange.getMessage().getBody()).isEqualTo("hi");
                assertThat(exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT))
                        .isNotNull();
                assertThatItHasTheResult(exchange);
            });
        }
    }

    /** A server that responses a submit with the result, without having been asked to wait. */
    @Test
    @Tag("case-A7")
    void aResultThatNobodyWaitsForIsInTheProperty() throws Exception {
        try (ScriptedServer server =
                        new ScriptedServer(request -> request.line().startsWith("POST /chat ")
                                ? ScriptedServer.Response.ok(
                                        "{\"success\":true,\"job_id\":\"JID1\",\"text_output\":\"costly\"}")
                                : ScriptedServer.jobs("").apply(request));
                TestContext test = TestContext.started(
                        server.url(), null, routes -> routes.from("direct:in").to("aipi:chat?waitForResult=false"))) {
            Exchange exchange = test.context()
                    .createProducerTemplate()
                    .request("direct:in", one -> one.getMessage().setBody("hi"));

            assertThat(exchange.getMessage().getBody()).isEqualTo("JID1");
            assertThatItHasTheResult(exchange);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data:image/png;base64,", "data:video/mp4;base64,", "data:,", "{\\\"a\\\":\\\"b\\\"}"})
    @Tag("case-B16")
    void aTextThatLooksLikeAFileIsTheText(String begin) throws Exception {
        String text = begin + PNG;
        for (String type : List.of("auto", "text")) {
            heard.clear();
            Exchange exchange = send(
                    "\"text\":\"" + text + "\"",
                    "aipi:chat?progressUri=direct:progress&outputType=" + type,
                    component -> {});

            assertThat(exchange.getMessage().getBody()).isEqualTo(text.replace("\\\"", "\""));
            assertThat(heard)
                    .singleElement()
                    .satisfies(last -> assertThat(last.getMessage().getBody()).isEqualTo(text.replace("\\\"", "\"")));
        }
    }

    @Test
    @Tag("case-A20")
    void severalFilesAreNoStream() throws Exception {
        String pictures = "\"images\":[\"" + PNG + "\",\"" + PNG + "\",\"" + PNG + "\",\"" + PNG + "\"]";
        Exchange exchange = send(pictures, "aipi:chat?outputType=result", component -> {});

        for (Class<?> type : List.of(byte[].class, InputStream.class)) {
            assertThatThrownBy(() -> exchange.getMessage().getMandatoryBody(type))
                    .hasStackTraceContaining("The result has 4 files");
        }
        assertThat((List<?>) exchange.getMessage().getBody(List.class))
                .hasSize(4)
                .allMatch(byte[].class::isInstance);
        Exchange one = send("\"images\":[\"" + PNG + "\"]", "aipi:chat?outputType=result", component -> {});
        assertThat(one.getMessage().getBody(byte[].class))
                .isEqualTo(Base64.getDecoder().decode(PNG));
        assertThat((List<?>) one.getMessage().getBody(List.class)).hasSize(1);
        Exchange text = send("\"text\":\"costly\"", "aipi:chat?outputType=result", component -> {});
        assertThat(text.getMessage().getBody(byte[].class)).isEqualTo("costly".getBytes(StandardCharsets.UTF_8));
        assertThat((List<?>) text.getMessage().getBody(List.class)).isEqualTo(List.of("costly"));
    }

    /** Whichever body they make: not one of them, and not something else, is written as if it were the result. */
    @ParameterizedTest
    @ValueSource(strings = {"result", "auto", "images"})
    @Tag("case-A20")
    void severalFilesAreNotWrittenAsOne(String type, @TempDir Path folder) throws Exception {
        try (ScriptedServer server =
                        new ScriptedServer(ScriptedServer.jobs("\"images\":[\"" + PNG + "\",\"" + PNG + "\"]"));
                TestContext test = TestContext.started(
                        server.url(),
                        null,
                        routes -> routes.from("direct:in")
                                .to("aipi:chat?outputType=" + type)
                                .to("file:" + folder + "?fileName=all"))) {
            Exchange exchange = test.context()
                    .createProducerTemplate()
                    .request("direct:in", one -> one.getMessage().setBody("hi"));

            assertThat(exchange.getException()).isNotNull();
            assertThat(exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class)
                            .media())
                    .hasSize(2);
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"text\":\"all of it\"                                | null | null",
                "\"text\":\"all of it\"                                | 57   | null",
                "\"text\":\"all of it\"                                | 570  | null",
                "\"text\":\"all of it\",\"num_generated_tokens\":812   | 570  | 812.0",
                "\"result\":\"all of it\"                              | 57   | 100.0",
                "\"images\":[\"PNG\"]                                  | 57   | 100.0",
                "\"images\":[\"PNG\",\"PNG\"],\"text\":\"all of it\"   | null | 100.0",
                "\"audio_output\":\"data:audio/wav;base64,PNG\"        | 57   | 100.0"
            })
    @Tag("case-E8")
    void theLastProgressExchangeHasTheWholeOutput(String fields, String before, String expected) throws Exception {
        String result = fields.replace("PNG", PNG);
        for (String wait : List.of("true", "false")) {
            heard.clear();
            Exchange response;
            AtomicInteger polls = new AtomicInteger();
            try (ScriptedServer server = new ScriptedServer(
                            request -> request.target().endsWith("/progress") && polls.getAndIncrement() % 2 == 0
                                    ? ScriptedServer.Response.ok(
                                            "{\"success\":true,\"job_state\":\"processing\",\"progress\":"
                                                    + "{\"progress\":" + before + ",\"num_workers_online\":3,"
                                                    + "\"progress_data\":{\"text\":\"all\"}}}")
                                    : ScriptedServer.jobs(result).apply(request));
                    TestContext test = TestContext.started(server.url(), null, routes -> {
                        routes.from("direct:in")
                                .to("aipi:chat?pollInterval=10&progressUri=direct:progress&waitForResult=" + wait);
                        routes.from("direct:wait").to("aipi:chat?pollInterval=10");
                        routes.from("direct:progress").process(heard::add);
                    })) {
                test.context()
                        .createProducerTemplate()
                        .request("direct:in", exchange -> exchange.getMessage().setBody("hi"));
                await().until(() -> heard.stream().anyMatch(ResultIsKeptTest::isDone));
                response = test.context()
                        .createProducerTemplate()
                        .request(
                                "direct:wait", exchange -> exchange.getMessage().setBody("hi"));
            }
            assertThat(heard).filteredOn(ResultIsKeptTest::isDone).hasSize(1);
            Exchange last = heard.stream().reduce((first, second) -> second).orElseThrow();
            assertThat(isDone(last)).isTrue();
            assertThat(last.getMessage().getBody())
                    .isEqualTo(response.getMessage().getBody());
            Double progress = "null".equals(expected) ? null : Double.valueOf(expected);
            assertThat(last.getMessage().getHeader(AipiConstants.PROGRESS)).isEqualTo(progress);
            JobProgress event = last.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, JobProgress.class);
            assertThat(event.progress()).isEqualTo(progress);
            assertThat(event.text()).isEqualTo(fields.contains("all of it") ? "all of it" : null);
            assertThat(last.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class)
                            .media())
                    .isEqualTo(event.media());
        }
    }

    private static boolean isDone(Exchange exchange) {
        return "done".equals(exchange.getMessage().getHeader(AipiConstants.JOB_STATE));
    }

    private static void assertThatItHasTheResult(Exchange exchange) {
        assertThat(exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class))
                .isNotNull()
                .satisfies(result -> assertThat(result.toJson()).contains("costly"));
        assertThat(exchange.getMessage().getHeader(AipiConstants.JOB_ID)).isEqualTo("JID1");
        assertThat(exchange.getMessage().getHeader(AipiConstants.ENDPOINT)).isEqualTo("chat");
    }

    private Exchange send(String fields, String aipi, Consumer<AipiComponent> setUp) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.jobs(fields));
                TestContext test = TestContext.of(server.url(), null, setUp, routes -> {
                    routes.from("direct:in").to(aipi);
                    routes.from("direct:progress").process(heard::add);
                })) {
            test.context().start();
            Exchange response = test.context().createProducerTemplate().request("direct:in", exchange -> {
                exchange.getMessage().setBody("hi");
                exchange.getMessage().setHeader(AipiConstants.JOB_ID, "JID1");
            });
            if (aipi.contains("progressUri")) {
                // a stop would take away what is on its way
                await().until(() -> !heard.isEmpty());
            }
            return response;
        }
    }
}
