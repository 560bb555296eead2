/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiEndpoint;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.JobResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository;
import org.junit.jupiter.api.Test;

/** {@code streaming=true}: the exchange goes on with the first words. */
class StreamingRoutesTest extends ChatRouteTest {

    /** A text that comes in eight steps. */
    private static final String LONG = "one two three four five six @steps=8 @sleep=";

    private final Queue<String> parts = new ConcurrentLinkedQueue<>();

    private void streaming(String options) throws Exception {
        routes(b -> b.from("direct:stream").routeId("stream").to("aipi:chat?streaming=true" + options));
    }

    private static TextStream stream(Exchange exchange) {
        assertThat(exchange.getException()).isNull();
        return exchange.getMessage().getBody(TextStream.class);
    }

    private static List<String> read(TextStream text) {
        List<String> read = new ArrayList<>();
        text.forEachRemaining(read::add);
        return read;
    }

    private AipiEndpoint endpoint(String options) {
        return context.getEndpoint("aipi:chat?streaming=true" + options, AipiEndpoint.class);
    }

    @Test
    void theExchangeGoesOnWithTheFirstWords_andReadsTheOthersAsTheyCome() throws Exception {
        streaming("");
        Exchange exchange = send("direct:stream", LONG + "2", Map.of());
        TextStream text = stream(exchange);
        assertThat(exchange.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("text/plain;charset=UTF-8");
        assertThat(exchange.getMessage().getHeader(AipiConstants.ENDPOINT)).isEqualTo("chat");
        assertThat(exchange.getProperty(AipiConstants.RESULT_PROPERTY))
                .as("not yet")
                .isNull();
        List<String> read = read(text);
        assertThat(read).hasSizeGreaterThan(2);
        JobResult result = exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class);
        assertThat(String.join("", read)).isEqualTo(result.text()).startsWith("You said: one two");
        assertThat(result.usage().completionTokens()).isEqualTo(10);
        text.close();
        assertThat(text.hasNext()).isFalse();
    }

    @Test
    void splitTakesItApart() throws Exception {
        routes(b -> b.from("direct:stream")
                .to("aipi:chat?streaming=true")
                .split(b.body())
                .streaming()
                .process(part -> parts.add(part.getMessage().getBody(String.class)))
                .end()
                .setBody(b.simple("${exchangeProperty.CamelAipiResult.text}")));
        Exchange exchange = send("direct:stream", LONG + "2", Map.of());
        assertThat(exchange.getException()).isNull();
        assertThat(parts).hasSizeGreaterThan(2);
        assertThat(String.join("", parts)).isEqualTo(exchange.getMessage().getBody());
    }

    @Test
    void itIsAnInputStream_alsoWhereCamelCachesStreams() throws Exception {
        List<Boolean> isDone = new ArrayList<>();
        routes(b -> b.from("direct:stream")
                .streamCache("true")
                .to("aipi:chat?streaming=true")
                .log("the exchange has gone on")
                .process(exchange -> isDone.add(exchange.getProperty(AipiConstants.RESULT_PROPERTY) != null))
                .process(exchange -> {
                    try (InputStream bytes = exchange.getMessage().getBody(InputStream.class)) {
                        exchange.getMessage().setBody(new String(bytes.readAllBytes(), StandardCharsets.UTF_8));
                    }
                }));
        Exchange exchange =
                send("direct:stream", "\u00e9 \ud83e\udd99\ud83e\udd99 @partial @steps=4 @sleep=1", Map.of());
        assertThat(exchange.getException()).isNull();
        assertThat(isDone).containsExactly(false);
        assertThat(exchange.getMessage().getBody(String.class))
                .isEqualTo(exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class)
                        .text())
                .contains("\u00e9 \ud83e\udd99\ud83e\udd99");
    }

    @Test
    void aFailureBeforeTheFirstWordIsTheExchanges() throws Exception {
        streaming("");
        assertThat(send("direct:stream", "@error=No @silent", Map.of()).getException())
                .isInstanceOf(JobFailedException.class);
        assertThat(send("direct:stream", Map.of("nothing", "of the kind"), Map.of())
                        .getException())
                .isInstanceOf(AipiException.class);
        assertThat(endpoint("").getJobsInFlight()).isZero();
    }

    @Test
    void aFailureInTheMiddleIsTheReaders() throws Exception {
        streaming("");
        Exchange exchange = send("direct:stream", LONG + "2 @error=Out_of_memory", Map.of());
        TextStream text = stream(exchange);
        StringBuilder read = new StringBuilder();
        assertThatThrownBy(() -> {
                    while (text.hasNext()) {
                        read.append(text.next());
                    }
                })
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("Out of memory");
        assertThat(read).isNotEmpty();
        assertThat(exchange.getProperty(AipiConstants.RESULT_PROPERTY)).isNull();
    }

    @Test
    void aFailureInTheMiddleEndsASplitWithIt_andAnInputStreamWithAnIoException() throws Exception {
        routes(b -> {
            b.from("direct:split")
                    .to("aipi:chat?streaming=true")
                    .split(b.body())
                    .streaming()
                    .process(part -> parts.add(part.getMessage().getBody(String.class)))
                    .end();
            b.from("direct:bytes")
                    .to("aipi:chat?streaming=true")
                    .process(exchange ->
                            exchange.getMessage().getBody(InputStream.class).readAllBytes());
        });
        assertThat(send("direct:split", LONG + "2 @error=No", Map.of()).getException())
                .hasStackTraceContaining("JobFailedException");
        assertThat(parts).isNotEmpty();
        assertThat(send("direct:bytes", LONG + "2 @error=No", Map.of()).getException())
                .isInstanceOf(IOException.class)
                .hasRootCauseInstanceOf(JobFailedException.class);
    }

    @Test
    void aTextThatIsWrittenAnewEndsWithAnException_andTheResultIsThere() throws Exception {
        streaming("");
        Exchange exchange = send("direct:stream", LONG + "2 @rewrite=6", Map.of());
        TextStream text = stream(exchange);
        assertThatThrownBy(() -> read(text)).isInstanceOf(ProtocolViolationException.class);
        assertThat(exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class)
                        .text())
                .startsWith("You said: one");
    }

    @Test
    void aTextThatComesAtOnceAndAResultWithoutTextAreStreams() throws Exception {
        routes(b -> {
            b.from("direct:stream").to("aipi:chat?streaming=true");
            b.from("direct:picture").to("aipi:repaint?streaming=true");
        });
        assertThat(read(stream(send("direct:stream", "Hello @silent @sleep=0", Map.of()))))
                .containsExactly("You said: Hello @silent @sleep=0");
        Exchange empty = send("direct:picture", PNG, Map.of(AipiConstants.PROMPT, "as a drawing"));
        assertThat(read(stream(empty))).isEmpty();
        assertThat(empty.getProperty(AipiConstants.RESULT_PROPERTY)).isNotNull();
    }

    @Test
    void closeGivesTheJobUp_andFreesItsPermit() throws Exception {
        streaming("&maxInFlight=1");
        TextStream text = stream(send("direct:stream", LONG + "20", Map.of()));
        CompletableFuture<Exchange> next = template()
                .asyncSend("direct:stream", exchange -> exchange.getMessage().setBody("Hello"));
        assertThat(text.hasNext()).isTrue();
        assertThat(server.stats().submits()).as("one at a time").isEqualTo(1);
        text.close();
        assertThat(read(stream(next.get(20, TimeUnit.SECONDS)))).containsExactly("You said: Hello");
        assertThat(endpoint("&maxInFlight=1").getJobsInFlight()).isZero();
        long polls = server.stats().polls();
        read(stream(send("direct:stream", "Hello", Map.of())));
        assertThat(server.stats().polls() - polls)
                .as("the other job is not polled")
                .isLessThan(20);
    }

    @Test
    void anExchangeThatFailsBeforeItHasReadGivesTheJobUp() throws Exception {
        routes(b -> b.from("direct:stream")
                .to("aipi:chat?streaming=true&maxInFlight=1")
                .throwException(new IllegalStateException("enough")));
        assertThat(send("direct:stream", LONG + "60", Map.of()).getException()).hasMessage("enough");
        await().until(() -> endpoint("&maxInFlight=1").getJobsInFlight() == 0);
    }

    /** Camel reads what is left, and throws it away. */
    @Test
    void aSplitThatStopsOnAnExceptionEndsWithTheText() throws Exception {
        routes(b -> b.from("direct:stream")
                .to("aipi:chat?streaming=true")
                .split(b.body())
                .streaming()
                .stopOnException()
                .process(part -> parts.add(part.getMessage().getBody(String.class)))
                .throwException(new IllegalStateException("enough"))
                .end());
        assertThat(send("direct:stream", LONG + "1", Map.of()).getException()).hasStackTraceContaining("enough");
        assertThat(parts).hasSize(1);
    }

    @Test
    void aRouteThatStopsEndsTheTextOfWhoReadsIt() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        routes(b -> b.from("direct:stream")
                .routeId("stream")
                .to("aipi:chat?streaming=true")
                .split(b.body())
                .streaming()
                .process(part -> parts.add(part.getMessage().getBody(String.class)))
                .end());
        CompletableFuture<Exchange> reading = template()
                .asyncSend(
                        "direct:stream",
                        exchange -> exchange.getMessage().setBody("Hello @tokens=100 @steps=200 @sleep=60"));
        await().until(() -> !parts.isEmpty());
        context.getRouteController().stopRoute("stream", 1, TimeUnit.SECONDS);
        assertThat(reading.get(30, TimeUnit.SECONDS).getException())
                .hasStackTraceContaining(ClientClosedException.class.getName());
    }

    /** Camel stops a producer that has fallen out of a cache while its text is read. */
    @Test
    void aProducerThatIsStoppedWhileItsRouteGoesOnLetsTheTextBeRead() throws Exception {
        routes(b -> b.from("direct:stream")
                .recipientList(b.constant("aipi:chat?streaming=true"))
                .cacheSize(-1)
                .end()
                .process(exchange ->
                        read(exchange.getMessage().getBody(TextStream.class)).forEach(parts::add)));
        assertThat(send("direct:stream", LONG + "1", Map.of()).getException()).isNull();
        assertThat(String.join("", parts)).startsWith("You said: one two");
    }

    @Test
    void whatIsReadIsTheAnswerInItsConversation() throws Exception {
        bind(context, "memory", new MemoryConversationRepository());
        streaming("&conversationMemory=true&conversationRepository=#memory");
        Map<String, Object> headers = Map.of(AipiConstants.CONVERSATION_ID, "a");
        Exchange first = send("direct:stream", LONG + "1", headers);
        // the next one waits until the first is answered, whether or not it is read
        Exchange second = send("direct:stream", "And?", headers);
        assertThat(String.join("", read(stream(second)))).startsWith("You said: And?. Earlier you said: one two");
        read(stream(first));
        assertThat(conversation(first)).hasSize(2);
        assertThat(conversation(second)).hasSize(4);

        TextStream givenUp = stream(send("direct:stream", LONG + "20", headers));
        givenUp.close();
        Exchange third = send("direct:stream", "Third", headers);
        assertThat(String.join("", read(stream(third))))
                .contains("Earlier you said: one two")
                .endsWith("; And?");
    }

    @Test
    void aSecondAipiGoesOnWithTheConversationOfAStreamThatWasRead() throws Exception {
        routes(b -> b.from("direct:stream")
                .to("aipi:chat?streaming=true&conversationMemory=true")
                .split(b.body())
                .streaming()
                .process(part -> parts.add(part.getMessage().getBody(String.class)))
                .end()
                .setBody(b.constant("And?"))
                .to("aipi:chat?conversationMemory=true"));
        assertThat(send("direct:stream", "Hello", Map.of()).getMessage().getBody())
                .isEqualTo("You said: And?. Earlier you said: Hello");
    }

    @Test
    void manyStreamsHoldNoThreadOfTheComponent() throws Exception {
        streaming("");
        List<TextStream> texts = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            texts.add(stream(send("direct:stream", "Hello @silent", Map.of())));
        }
        texts.forEach(text -> assertThat(read(text)).containsExactly("You said: Hello @silent"));
    }

    @Test
    void itNeedsAnExchangeThatWaits() {
        assertThatThrownBy(() -> streaming("&waitForResult=false")).hasStackTraceContaining("streaming needs");
        assertThatThrownBy(() -> streaming("&holdConnection=true")).hasStackTraceContaining("streaming needs");
    }

    @Test
    void anIdempotentRouteSeesTheFailureOfItsStream() throws Exception {
        MemoryIdempotentRepository seen = new MemoryIdempotentRepository();
        routes(b -> b.from("direct:stream")
                .idempotentConsumer(b.header("id"), seen)
                .to("aipi:chat?streaming=true")
                .split(b.body())
                .streaming()
                .process(part -> parts.add(part.getMessage().getBody(String.class)))
                .end()
                .end());
        seen.start();
        send("direct:stream", LONG + "1 @error=No", Map.of("id", "1"));
        assertThat(seen.contains("1")).isFalse();
        send("direct:stream", "Hello", Map.of("id", "1"));
        assertThat(seen.contains("1")).isTrue();
    }
}
