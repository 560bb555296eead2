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
import io.aipi.camel.internal.chat.FaultyConversations;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobResult;
import io.aipi.testsupport.LogCapture;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.support.processor.state.FileStateRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes that hold a conversation and wait for each answer. */
class ConversationRoutesTest extends ChatRouteTest {

    private void withMemory(String options) throws Exception {
        bind(context, "memory", new MemoryConversationRepository());
        routes(b ->
                b.from("direct:ask").to("aipi:chat?conversationMemory=true&conversationRepository=#memory" + options));
    }

    // ---- system message, and the exchange's own conversation

    @Test
    void theSystemMessageGoesBeforeTheQuestion() throws Exception {
        routes(b -> {
            b.from("direct:without").to("aipi:chat");
            b.from("direct:with").to("aipi:chat?systemMessage=RAW(Be brief and polite)");
        });
        Exchange with = send("direct:with", "Hello there", Map.of());
        assertThat(with.getMessage().getBody()).isEqualTo("You said: Hello there");
        assertThat(with.getMessage().getHeader(AipiConstants.PROMPT_TOKENS)).isEqualTo(6);
        assertThat(with.getProperty(AipiConstants.CONVERSATION_PROPERTY))
                .as("nothing is remembered")
                .isNull();
        assertThat(send("direct:without", "Hello there", Map.of()).getMessage().getHeader(AipiConstants.PROMPT_TOKENS))
                .isEqualTo(2);
    }

    @Test
    void theNextAipiOfTheExchangeGoesOnWithTheConversation() throws Exception {
        routes(b -> b.from("direct:ask")
                .to("aipi:chat?conversationMemory=true")
                .setBody(b.constant("And now?"))
                .to("aipi:mistral_chat?conversationMemory=true&systemMessage=Brief"));
        Exchange exchange = send("direct:ask", "Hello", Map.of());
        assertThat(exchange.getMessage().getBody()).isEqualTo("You said: And now?. Earlier you said: Hello");
        assertThat(texts(conversation(exchange)))
                .containsExactly("Hello", "You said: Hello", "And now?", "You said: And now?. Earlier you said: Hello");
        // the next message is another exchange
        assertThat(conversation(send("direct:ask", "Hello", Map.of()))).hasSize(4);
    }

    @Test
    void aConversationThatWasWrittenByHandGoesAlong() throws Exception {
        routes(b -> b.from("direct:ask")
                .setProperty(
                        AipiConstants.CONVERSATION_PROPERTY,
                        b.constant(List.of(ChatMessage.system("Be brief"), ChatMessage.user("I am Ada"))))
                .to("aipi:chat?conversationMemory=true"));
        Exchange exchange = send("direct:ask", "Who am I?", Map.of());
        assertThat(exchange.getMessage().getBody()).isEqualTo("You said: Who am I?. Earlier you said: I am Ada");
        assertThat(conversation(exchange)).hasSize(4);
    }

    @Test
    void somethingElseInTheProperty_orNoPrompt_orAnIdWithoutARepositoryIsRefused() throws Exception {
        routes(b -> {
            b.from("direct:ask").to("aipi:chat?conversationMemory=true");
            b.from("direct:odd")
                    .setProperty(AipiConstants.CONVERSATION_PROPERTY, b.constant("Hello"))
                    .to("aipi:chat?conversationMemory=true");
            b.from("direct:stream").to("aipi:chat?conversationMemory=true&streaming=true");
            b.from("direct:detached").to("aipi:chat?conversationMemory=true&waitForResult=false");
        });
        for (String uri : List.of("direct:ask", "direct:stream", "direct:detached")) {
            assertThat(send(uri, Map.of("top_k", 5), Map.of()).getException())
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("A conversation goes on with a prompt");
            assertThat(send(uri, "Hello", Map.of(AipiConstants.CONVERSATION_ID, "1"))
                            .getException())
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("there is no conversationRepository");
        }
        assertThat(send("direct:odd", "Hello", Map.of()).getException())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("must be a List of io.aipi.client.model.ChatMessage");
        assertThat(server.stats().submits()).isZero();
    }

    /** An exchange that was refused has ended: the stop must not end it again. */
    @Test
    void theStopEndsNoExchangeThatWasRefused() throws Exception {
        routes(b -> b.from("direct:ask").to("aipi:chat?conversationMemory=true"));
        AtomicInteger ends = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Exchange> end = template().asyncSend("direct:ask", exchange -> {
                exchange.getMessage().setBody(Map.of("top_k", 5));
                exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                    @Override
                    public void onDone(Exchange done) {
                        ends.incrementAndGet();
                    }
                });
            });
            assertThat(end.get(30, TimeUnit.SECONDS).getException()).isNotNull();
        }
        try (LogCapture log = LogCapture.everything()) {
            context.stop();
            assertThat(log.times("exchanges with jobs in flight fail")).isZero();
        }
        assertThat(ends).hasValue(3);
    }

    // ---- with a repository

    @Test
    void eachConversationIsRememberedAcrossExchanges() throws Exception {
        withMemory("");
        assertThat(ask("direct:ask", "a", "I am Ada")).isEqualTo("You said: I am Ada");
        assertThat(ask("direct:ask", "b", "I am Bob")).isEqualTo("You said: I am Bob");
        assertThat(ask("direct:ask", "a", "Who?")).isEqualTo("You said: Who?. Earlier you said: I am Ada");
        assertThat(ask("direct:ask", " ", "Who?")).as("no id").isEqualTo("You said: Who?");
        Exchange last = send("direct:ask", "And?", Map.of(AipiConstants.CONVERSATION_ID, "b"));
        assertThat(texts(conversation(last)))
                .containsExactly(
                        "I am Bob", "You said: I am Bob", "And?", "You said: And?. Earlier you said: I am Bob");
        assertThat(last.getMessage().getHeader(AipiConstants.CONVERSATION_ID)).isEqualTo("b");
    }

    @Test
    void aConversationGoesOnAfterARestart(@TempDir Path folder) throws Exception {
        for (String question : List.of("first", "second \u00fc\nline", "third")) {
            bind(
                    context,
                    "memory",
                    new StateConversationRepository(FileStateRepository.fileStateRepository(
                            folder.resolve("states").toFile())));
            routes(b -> b.from("direct:ask").to("aipi:chat?conversationMemory=true&conversationRepository=#memory"));
            String answer = ask("direct:ask", "order=1", question);
            if (question.equals("third")) {
                assertThat(answer).isEqualTo("You said: third. Earlier you said: first; second \u00fc\nline");
            }
            context.stop();
            context = newContext();
        }
    }

    @Test
    void noMoreMessagesGoAlongThanTheOptionLets() throws Exception {
        withMemory("&maxConversationMessages=4&systemMessage=Brief");
        for (String text : List.of("one", "two", "three", "four")) {
            ask("direct:ask", "a", text);
        }
        assertThat(ask("direct:ask", "a", "five")).isEqualTo("You said: five. Earlier you said: three; four");
    }

    @Test
    void noMoreTokensGoAlongThanTheServerTakes() throws Exception {
        bind(context, "memory", new MemoryConversationRepository());
        routes(b -> b.from("direct:ask")
                .to("aipi:small_chat?conversationMemory=true&conversationRepository=#memory&systemMessage=Brief"
                        + "&parameters.max_gen_tokens=10"));
        for (int i = 0; i < 12; i++) {
            Exchange answered =
                    send("direct:ask", "number " + i + " @tokens=5", Map.of(AipiConstants.CONVERSATION_ID, "a"));
            assertThat(answered.getException()).isNull();
            assertThat(answered.getMessage().getHeader(AipiConstants.PROMPT_TOKENS, Integer.class))
                    .isLessThanOrEqualTo(30);
        }
    }

    @Test
    void aFailedQuestionDoesNotGoAlong_andTheNextOneIsAskedAtOnce() throws Exception {
        withMemory("");
        Exchange failed = send("direct:ask", "bad @error=No", Map.of(AipiConstants.CONVERSATION_ID, "a"));
        assertThat(failed.getException()).hasMessageContaining("No");
        assertThat(ask("direct:ask", "a", "good")).isEqualTo("You said: good");
    }

    @Test
    void anAnswerThatCannotBeKeptFailsTheExchange_whichHasTheResultAllTheSame() throws Exception {
        FaultyConversations memory = new FaultyConversations(new MemoryConversationRepository());
        bind(context, "memory", memory);
        routes(b -> {
            b.from("direct:ask").to("aipi:chat?conversationMemory=true&conversationRepository=#memory");
            b.from("direct:stream")
                    .to("aipi:chat?conversationMemory=true&conversationRepository=#memory&streaming=true")
                    .process(exchange ->
                            exchange.getMessage().getBody(TextStream.class).forEachRemaining(part -> {}));
        });
        for (String uri : List.of("direct:ask", "direct:stream")) {
            memory.failAppendsAfter(1);
            Exchange exchange = send(uri, "Hello", Map.of(AipiConstants.CONVERSATION_ID, uri));
            assertThat(exchange.getException()).as(uri).hasMessageContaining(FaultyConversations.AWAY);
            assertThat(exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class)
                            .text())
                    .isEqualTo("You said: Hello");
            memory.failAppendsAfter(0);
            Exchange refused = send(uri, "Hello", Map.of(AipiConstants.CONVERSATION_ID, "other"));
            assertThat(refused.getException()).as("not asked").hasMessageContaining(FaultyConversations.AWAY);
            memory.failAppendsAfter(Integer.MAX_VALUE);
            assertThat(send(uri, "Hello", Map.of(AipiConstants.CONVERSATION_ID, "other"))
                            .getException())
                    .isNull();
        }
        assertThat(server.stats().submits()).isEqualTo(4);
    }

    @Test
    void manyExchangesInFewConversationsAreAnsweredInTheirOrder() throws Exception {
        withMemory("&maxInFlight=3&maxConversationMessages=0");
        int conversations = 20;
        int rounds = 10;
        List<CompletableFuture<Exchange>> all = new ArrayList<>();
        AtomicInteger ends = new AtomicInteger();
        for (int round = 0; round < rounds; round++) {
            for (int c = 0; c < conversations; c++) {
                String id = "c" + c;
                String text = "r" + round;
                all.add(template().asyncSend("direct:ask", exchange -> {
                    exchange.getMessage().setBody(text);
                    exchange.getMessage().setHeader(AipiConstants.CONVERSATION_ID, id);
                    exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                        @Override
                        public void onDone(Exchange done) {
                            ends.incrementAndGet();
                        }
                    });
                }));
            }
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(100, TimeUnit.SECONDS);
        for (CompletableFuture<Exchange> one : all) {
            assertThat(one.join().getException()).isNull();
        }
        assertThat(ends).hasValue(conversations * rounds);
        assertThat(server.stats().submits()).isEqualTo((long) conversations * rounds);
        for (int c = 0; c < conversations; c++) {
            String[] earlier = ask("direct:ask", "c" + c, "last").split("Earlier you said: ");
            assertThat(earlier[1].split("; ")).hasSize(rounds).doesNotHaveDuplicates();
        }
    }

    @Test
    void questionsOfOneThreadAreAskedInItsOrder() throws Exception {
        withMemory("&maxInFlight=2");
        List<CompletableFuture<Exchange>> all = new ArrayList<>();
        Endpoint target =
                context.getEndpoint("aipi:chat?conversationMemory=true&conversationRepository=#memory&maxInFlight=2");
        AsyncProducer producer = target.createAsyncProducer();
        producer.start();
        for (int i = 0; i < 30; i++) {
            Exchange exchange = target.createExchange();
            exchange.getMessage().setBody("q" + i);
            exchange.getMessage().setHeader(AipiConstants.CONVERSATION_ID, "a");
            CompletableFuture<Exchange> end = new CompletableFuture<>();
            producer.process(exchange, sync -> end.complete(exchange));
            all.add(end);
        }
        Exchange last = all.get(29).get(60, TimeUnit.SECONDS);
        assertThat(last.getMessage().getBody(String.class))
                .startsWith("You said: q29. Earlier you said: q0; q1; q2; q3;")
                .endsWith("q27; q28");
        producer.stop();
    }

    @Test
    void aCallerThatIsInterruptedHoldsNobodyUp() throws Exception {
        withMemory("&maxInFlight=1&maxWaiting=1");
        Endpoint target = context.getEndpoint(
                "aipi:chat?conversationMemory=true&conversationRepository=#memory&maxInFlight=1&maxWaiting=1");
        AsyncProducer producer = target.createAsyncProducer();
        producer.start();
        Exchange exchange = target.createExchange();
        exchange.getMessage().setBody("Hello");
        exchange.getMessage().setHeader(AipiConstants.CONVERSATION_ID, "a");
        CompletableFuture<Exchange> interrupted = new CompletableFuture<>();
        Thread.currentThread().interrupt();
        try {
            producer.process(exchange, sync -> interrupted.complete(exchange));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(interrupted.get(30, TimeUnit.SECONDS).getException()).isNull();
        assertThat(ask("direct:ask", "a", "Next")).isEqualTo("You said: Next. Earlier you said: Hello");
    }

    /** The exchanges that wait for a turn end with the stop of their route, and hold nobody up afterwards. */
    @Test
    void aRouteThatStopsEndsThoseThatWaitForTheirTurn() throws Exception {
        bind(context, "memory", new MemoryConversationRepository());
        routes(b -> b.from("direct:ask")
                .routeId("ask")
                .to("aipi:chat?conversationMemory=true&conversationRepository=#memory"));
        context.getShutdownStrategy().setTimeout(1);
        server.stopWorkers("chat");
        List<CompletableFuture<Exchange>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(template().asyncSend("direct:ask", exchange -> {
                exchange.getMessage().setBody("Hello");
                exchange.getMessage().setHeader(AipiConstants.CONVERSATION_ID, "a");
            }));
        }
        await().until(() -> server.stats().submits() == 1);
        context.getRouteController().stopRoute("ask", 1, TimeUnit.SECONDS);
        for (CompletableFuture<Exchange> one : all) {
            assertThat(one.get(30, TimeUnit.SECONDS).getException()).isNotNull();
        }
        server.startWorkers("chat", 4);
        context.getRouteController().startRoute("ask");
        assertThat(ask("direct:ask", "a", "Hello again")).isEqualTo("You said: Hello again");
    }

    // ---- endpoints

    @Test
    void anEndpointWithoutAContextIsAnErrorAtTheStart() {
        assertThatThrownBy(() -> routes(b -> b.from("direct:ask").to("aipi:plain?conversationMemory=true")))
                .rootCause()
                .hasMessageContaining("The endpoint takes no conversation: it has no parameter of type chat_context");
    }

    @Test
    void anUnknownContextParameterIsAnErrorAtTheStart() {
        assertThatThrownBy(() ->
                        routes(b -> b.from("direct:ask").to("aipi:chat?systemMessage=Brief&contextParameter=context")))
                .rootCause()
                .hasMessageContaining("The endpoint has no parameter context");
    }

    @Test
    void withLazyLoginItIsAnErrorOfTheFirstExchange() throws Exception {
        routes(b -> b.from("direct:ask").to("aipi:plain?conversationMemory=true&lazyLogin=true"));
        assertThat(send("direct:ask", "Hello", Map.of()).getException())
                .hasMessageContaining("The endpoint takes no conversation");
        assertThat(server.stats().submits()).isZero();
    }

    // ---- what is confidential

    @Test
    void nothingThatWasSaidIsInAnyLogOrException() throws Exception {
        MemoryConversationRepository memory =
                new MemoryConversationRepository(10, 10, Duration.ofDays(1), Clock.systemUTC());
        FaultyConversations failing = new FaultyConversations(memory);
        bind(context, "memory", failing);
        try (LogCapture log = LogCapture.everything()) {
            routes(b -> b.from("direct:ask").to("aipi:chat?conversationMemory=true&conversationRepository=#memory"));
            ask("direct:ask", "a", "sesame");
            for (int appends = 0; appends < 2; appends++) {
                failing.failAppendsAfter(appends);
                Exchange failed =
                        send("direct:ask", "sesame", Map.of(AipiConstants.CONVERSATION_ID, "failed " + appends));
                log.see("exception", failed.getException());
            }
            failing.failAppendsAfter(Integer.MAX_VALUE);
            log.see(
                    "exception",
                    send("direct:ask", "sesame @error=No", Map.of(AipiConstants.CONVERSATION_ID, "a"))
                            .getException());
            log.see("conversation", memory.load("a", 10));
            log.see("repository", memory);
            context.stop();
            // Camel's own message history shows bodies, which is its option
            assertThat(log.textsWith("sesame").stream().filter(text -> !text.contains("Message History")))
                    .isEmpty();
        }
    }
}
