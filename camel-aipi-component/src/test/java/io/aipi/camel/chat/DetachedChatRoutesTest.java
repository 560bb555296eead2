/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiConstants;
import io.aipi.camel.internal.chat.FaultyConversations;
import io.aipi.client.model.JobResult;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.ExceptionHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Detached jobs in conversations, and what progress exchanges tell of their text. */
class DetachedChatRoutesTest extends ChatRouteTest {

    private final List<Exchange> heard = new CopyOnWriteArrayList<>();
    private final List<Exchange> told = new CopyOnWriteArrayList<>();

    /** Keeps what it has over stops, as a database does. */
    private static final class LastingRepository extends MemoryAggregationRepository {
        @Override
        protected void doStop() {}
    }

    private final LastingRepository jobs = new LastingRepository();
    private final MemoryConversationRepository memory = new MemoryConversationRepository();

    private static final String MEMORY = "conversationMemory=true&conversationRepository=#memory";

    private void beans() {
        bind(context, "memory", memory);
        bind(context, "jobs", jobs);
    }

    private void awaitHeard(int count) {
        await().atMost(Duration.ofMinutes(1)).until(() -> heard.size() >= count);
    }

    private void submit(String body, String conversation) {
        Map<String, Object> headers =
                conversation == null ? Map.of() : Map.of(AipiConstants.CONVERSATION_ID, conversation);
        assertThat(send("direct:submit", body, headers).getException()).isNull();
    }

    private static String text(Exchange exchange) {
        return exchange.getMessage().getBody(String.class);
    }

    // ---- conversations

    @ParameterizedTest
    @ValueSource(strings = {"", "&jobRepository=#jobs"})
    void theConsumerBringsTheAnswer_andTheNextQuestionWaitsForIt(String options) throws Exception {
        beans();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&" + MEMORY + options);
            b.from("aipi:chat?" + MEMORY + options).process(exchange -> heard.add(exchange.copy()));
        });
        submit("first @sleep=0.3", "a");
        submit("second", "a");
        submit("other", "b");
        awaitHeard(3);
        assertThat(heard.stream().map(DetachedChatRoutesTest::text))
                .anyMatch(text -> text.equals("You said: second. Earlier you said: first @sleep=0.3"))
                .anyMatch(text -> text.equals("You said: other"));
        Exchange second = heard.stream()
                .filter(exchange -> text(exchange).startsWith("You said: second"))
                .findFirst()
                .orElseThrow();
        assertThat(conversation(second)).hasSize(4);
        assertThat(second.getMessage().getHeader(AipiConstants.CONVERSATION_ID)).isEqualTo("a");
        assertThat(second.getMessage().getHeader(AipiConstants.COMPLETION_TOKENS))
                .isNotNull();
        assertThat(second.getMessage().getHeader(AipiConstants.MODEL)).isEqualTo("simulated-model");
        assertThat(second.getMessage().getHeaders()).doesNotContainKey("CamelAipiConversationTurn");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&jobRepository=#jobs"})
    void theConversationOfAnExchangeGoesWithItsJob(String options) throws Exception {
        beans();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&conversationMemory=true" + options);
            b.from("aipi:chat?conversationMemory=true" + options)
                    .filter(exchange -> conversation(exchange).size() < 4)
                    .setBody(b.constant("And?"))
                    .to("aipi:chat?conversationMemory=true")
                    .process(exchange -> heard.add(exchange.copy()));
        });
        submit("Hello", null);
        awaitHeard(1);
        assertThat(text(heard.get(0))).isEqualTo("You said: And?. Earlier you said: Hello");
        assertThat(texts(conversation(heard.get(0)))).hasSize(4);
    }

    @Test
    void theAnswerComesAfterARestart_once_howeverOftenItIsRedelivered() throws Exception {
        beans();
        routes(b -> b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs&" + MEMORY));
        submit("first @sleep=0.2", "a");
        context.stop();

        context = newContext();
        beans();
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        routes(b -> {
            b.from("direct:ask").to("aipi:chat?" + MEMORY);
            b.from("aipi:chat?jobRepository=#jobs&" + MEMORY).process(exchange -> {
                sizes.add(conversation(exchange).size());
                if (sizes.size() < 3) {
                    throw new IllegalStateException("not yet");
                }
                heard.add(exchange.copy());
            });
        });
        awaitHeard(1);
        assertThat(sizes).containsExactly(2, 2, 2);
        assertThat(texts(memory.load("a", 10).messages()))
                .containsExactly("first @sleep=0.2", "You said: first @sleep=0.2");
        assertThat(ask("direct:ask", "a", "And?")).isEqualTo("You said: And?. Earlier you said: first @sleep=0.2");
    }

    @Test
    void aFailedJobDoesNotGoAlong_andMayBeSubmittedAgain() throws Exception {
        beans();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs&" + MEMORY);
            b.from("aipi:chat?jobRepository=#jobs&" + MEMORY)
                    .process(exchange -> heard.add(exchange.copy()))
                    .filter(b.header(AipiConstants.JOB_STATE).isEqualTo("failed"))
                    .setBody(b.constant("better"))
                    .to("aipi:chat?waitForResult=false&jobRepository=#jobs&" + MEMORY);
        });
        submit("bad @error=No", "a");
        awaitHeard(2);
        assertThat(texts(conversation(heard.get(0)))).containsExactly("bad @error=No", null);
        assertThat(text(heard.get(1))).isEqualTo("You said: better");
        assertThat(texts(conversation(heard.get(1))))
                .containsExactly("bad @error=No", null, "better", "You said: better");
    }

    @Test
    void aConsumerWithoutMemoryOfItsOwnBringsTheAnswerToo() throws Exception {
        beans();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&" + MEMORY);
            b.from("aipi:chat?conversationRepository=#memory").process(exchange -> heard.add(exchange.copy()));
        });
        submit("Hello", "a");
        awaitHeard(1);
        assertThat(texts(memory.load("a", 10).messages())).containsExactly("Hello", "You said: Hello");
    }

    @Test
    void aSenderCannotSayWhereAnAnswerIsWritten() throws Exception {
        beans();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat?" + MEMORY).process(exchange -> heard.add(exchange.copy()));
        });
        send("direct:submit", "Hello", Map.of("CamelAipiConversationTurn", "1 someone else's"));
        awaitHeard(1);
        assertThat(memory.load("someone else's", 10).version()).isZero();
        assertThat(conversation(heard.get(0))).isNull();
    }

    @Test
    void withoutAConsumerTheProgressRoutesProducerBringsTheAnswer_andWithoutAnyoneThereIsNone() throws Exception {
        beans();
        routes(b -> {
            b.from("direct:told").to("aipi:chat?waitForResult=false&progressUri=direct:progress&" + MEMORY);
            b.from("direct:alone").to("aipi:chat?waitForResult=false&" + MEMORY);
            b.from("direct:ask").to("aipi:chat?" + MEMORY);
            b.from("direct:progress").process(exchange -> told.add(exchange.copy()));
        });
        assertThat(send("direct:told", "first", Map.of(AipiConstants.CONVERSATION_ID, "a"))
                        .getException())
                .isNull();
        assertThat(ask("direct:ask", "a", "second")).isEqualTo("You said: second. Earlier you said: first");
        send("direct:alone", "alone", Map.of(AipiConstants.CONVERSATION_ID, "b"));
        assertThat(ask("direct:ask", "b", "second")).isEqualTo("You said: second");
    }

    @Test
    void twoConsumersOfTwoEndpointsBringTheAnswersOfOneConversation() throws Exception {
        beans();
        routes(b -> {
            b.from("direct:chat").to("aipi:chat?waitForResult=false&" + MEMORY);
            b.from("direct:mistral").to("aipi:mistral_chat?waitForResult=false&" + MEMORY);
            b.from("aipi:chat?" + MEMORY).process(exchange -> heard.add(exchange.copy()));
            b.from("aipi:mistral_chat?" + MEMORY).process(exchange -> heard.add(exchange.copy()));
        });
        for (int i = 0; i < 6; i++) {
            send(i % 2 == 0 ? "direct:chat" : "direct:mistral", "q" + i, Map.of(AipiConstants.CONVERSATION_ID, "a"));
        }
        awaitHeard(6);
        assertThat(text(heard.get(5))).isEqualTo("You said: q5. Earlier you said: q0; q1; q2; q3; q4");
    }

    @Test
    void anAnswerThatCannotBeKeptIsDeliveredAgain() throws Exception {
        FaultyConversations faulty = new FaultyConversations(memory);
        bind(context, "memory", faulty);
        AtomicInteger exceptions = new AtomicInteger();
        bind(context, "handler", (ExceptionHandler) new ExceptionHandler() {
            @Override
            public void handleException(Throwable exception) {
                handleException(null, null, exception);
            }

            @Override
            public void handleException(String message, Throwable exception) {
                handleException(message, null, exception);
            }

            @Override
            public void handleException(String message, Exchange exchange, Throwable exception) {
                exceptions.incrementAndGet();
                faulty.failAppendsAfter(Integer.MAX_VALUE);
            }
        });
        faulty.failAppendsAfter(1);
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&" + MEMORY);
            b.from("aipi:chat?bridgeErrorHandler=false&exceptionHandler=#handler&" + MEMORY)
                    .process(exchange -> heard.add(exchange.copy()));
        });
        submit("Hello", "a");
        awaitHeard(1);
        assertThat(exceptions).hasValue(1);
        assertThat(heard).hasSize(1);
        assertThat(texts(conversation(heard.get(0)))).containsExactly("Hello", "You said: Hello");
    }

    @Test
    void aRequestThatIsSubmittedTwiceAsksOnce() throws Exception {
        beans();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs&" + MEMORY);
            b.from("aipi:chat?jobRepository=#jobs&" + MEMORY).process(exchange -> heard.add(exchange.copy()));
        });
        Map<String, Object> headers = Map.of(AipiConstants.CONVERSATION_ID, "a", AipiConstants.REQUEST_ID, "request-1");
        server.stopWorkers("chat");
        Object jobId = send("direct:submit", "Hello", headers).getMessage().getBody();
        assertThat(send("direct:submit", "Hello", headers).getMessage().getBody())
                .isEqualTo(jobId);
        server.startWorkers("chat", 4);
        submit("And?", "a");
        awaitHeard(2);
        assertThat(text(heard.get(1))).isEqualTo("You said: And?. Earlier you said: Hello");
        assertThat(server.stats().submits()).isEqualTo(2);
    }

    @Test
    void aDetachedQuestionThatTheServerRefusesHoldsNobodyUp() throws Exception {
        beans();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs&" + MEMORY);
            b.from("direct:ask").to("aipi:chat?" + MEMORY);
            b.from("aipi:chat?jobRepository=#jobs&" + MEMORY).process(exchange -> heard.add(exchange.copy()));
        });
        Exchange refused = send(
                "direct:submit",
                "Hello",
                Map.of(AipiConstants.CONVERSATION_ID, "a", AipiConstants.PARAMETERS, Map.of("top_k", "many")));
        assertThat(refused.getException()).hasMessageContaining("top_k");
        assertThat(ask("direct:ask", "a", "Next")).isEqualTo("You said: Next");
    }

    @Test
    void aSystemMessageAloneMakesNoConversation() throws Exception {
        beans();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&systemMessage=Brief&jobRepository=#jobs");
            b.from("aipi:chat?jobRepository=#jobs").process(exchange -> heard.add(exchange.copy()));
        });
        submit("Hello", "a");
        awaitHeard(1);
        assertThat(heard.get(0).getMessage().getHeader(AipiConstants.PROMPT_TOKENS))
                .isEqualTo(2);
        assertThat(conversation(heard.get(0))).isNull();
    }

    @Test
    void twoServersBringTheAnswersOfOneConversation() throws Exception {
        beans();
        try (AipiSimulator other = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "prompt_input"))
                .start()) {
            String there = "aipi:chat?serverUrl=" + other.url() + "&" + MEMORY;
            routes(b -> {
                b.from("direct:here").to("aipi:chat?waitForResult=false&" + MEMORY);
                b.from("direct:there").to(there + "&waitForResult=false");
                b.from("aipi:chat?" + MEMORY).process(exchange -> heard.add(exchange.copy()));
                b.from(there).process(exchange -> heard.add(exchange.copy()));
            });
            send("direct:here", "first", Map.of(AipiConstants.CONVERSATION_ID, "a"));
            send("direct:there", "second", Map.of(AipiConstants.CONVERSATION_ID, "a"));
            send("direct:here", "third", Map.of(AipiConstants.CONVERSATION_ID, "a"));
            awaitHeard(3);
            assertThat(text(heard.get(2))).isEqualTo("You said: third. Earlier you said: first; second");
            assertThat(other.stats().submits()).isEqualTo(1);
        }
    }

    // ---- deltas

    private static final String WORDS = "one two three four five six seven @steps=10 @sleep=";

    /** What a reader has who follows the rules of the headers. */
    private static String joined(List<Exchange> exchanges) {
        StringBuilder joined = new StringBuilder();
        for (Exchange exchange : exchanges) {
            if (exchange.getMessage().getHeader(AipiConstants.TEXT_RESET) != null) {
                joined.setLength(0);
            }
            String delta = exchange.getMessage().getHeader(AipiConstants.TEXT_DELTA, String.class);
            joined.append(delta == null ? "" : delta);
        }
        return joined.toString();
    }

    private static Stream<Exchange> withDelta(List<Exchange> exchanges) {
        return exchanges.stream().filter(e -> e.getMessage().getHeader(AipiConstants.TEXT_DELTA) != null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " @rewrite=5", " @partial \u00e9 \u00fc \ud83e\udd99 \u00e9 \u00fc \ud83e\udd99", " @silent"
            })
    void progressUriIsToldWhatIsNew(String commands) throws Exception {
        routes(b -> {
            b.from("direct:ask").to("aipi:chat?progressUri=direct:progress");
            b.from("direct:detached").to("aipi:chat?waitForResult=false&progressUri=direct:progress");
            b.from("direct:progress").process(exchange -> told.add(exchange.copy()));
        });
        for (String uri : List.of("direct:ask", "direct:detached")) {
            int expected = commands.equals(" @silent") ? 1 : 3;
            int seconds = 1;
            do {
                // as below
                told.clear();
                send(uri, WORDS + seconds + commands, Map.of());
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> told.stream().anyMatch(e -> e.getProperty(AipiConstants.RESULT_PROPERTY) != null));
                seconds *= 4;
            } while (withDelta(told).count() < expected && seconds <= 16);
            JobResult result = told.get(told.size() - 1).getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class);
            assertThat(joined(told)).isEqualTo(result.text());
            assertThat(withDelta(told).count()).isGreaterThanOrEqualTo(expected);
            boolean isReset = told.stream().anyMatch(e -> e.getMessage().getHeader(AipiConstants.TEXT_RESET) != null);
            assertThat(isReset).isEqualTo(commands.contains("@rewrite"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " @rewrite=5", " @partial \u00e9 \u00fc \ud83e\udd99 \u00e9 \u00fc \ud83e\udd99"})
    void theConsumersProgressExchangesAndOutcomeTellIt(String commands) throws Exception {
        beans();
        List<Exchange> all = new CopyOnWriteArrayList<>();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?consumeProgress=true&jobRepository=#jobs").process(exchange -> {
                all.add(exchange.copy());
                boolean isOutcome = exchange.getProperty(AipiConstants.RESULT_PROPERTY) != null;
                if (isOutcome && exchange.getMessage().getHeader(Exchange.REDELIVERED) == null) {
                    throw new IllegalStateException("once more");
                }
                if (isOutcome) {
                    heard.add(exchange.copy());
                }
            });
        });
        int seconds = 1;
        do {
            // a busy machine may sleep through changes, but not for as long as it takes in the end
            all.clear();
            heard.clear();
            submit(WORDS + seconds + commands, null);
            awaitHeard(1);
            seconds *= 4;
        } while (withDelta(all).count() < 3 && seconds <= 16);
        Exchange outcome = heard.get(0);
        List<Exchange> without = new ArrayList<>(all);
        // the first delivery of the outcome, which failed
        without.remove(all.size() - 2);
        assertThat(joined(without)).isEqualTo(text(outcome));
        assertThat(withDelta(all).count()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void withoutConsumeProgressAnOutcomeHasNoDelta() throws Exception {
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false");
            b.from("aipi:chat").process(exchange -> heard.add(exchange.copy()));
        });
        submit("Hello", null);
        awaitHeard(1);
        assertThat(heard.get(0).getMessage().getHeaders())
                .doesNotContainKeys(AipiConstants.TEXT_DELTA, AipiConstants.TEXT_RESET);
    }

    @Test
    void afterARestartTheTextBeginsAnew() throws Exception {
        beans();
        routes(b -> {
            b.from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            b.from("aipi:chat?consumeProgress=true&jobRepository=#jobs").process(exchange -> told.add(exchange.copy()));
        });
        submit("one two three four five six seven @steps=10 @sleep=3", null);
        await().until(() -> withDelta(told).count() > 1);
        context.stop();

        context = newContext();
        beans();
        routes(b -> b.from("aipi:chat?consumeProgress=true&jobRepository=#jobs").process(exchange -> {
            told.add(exchange.copy());
            if (exchange.getProperty(AipiConstants.RESULT_PROPERTY) != null) {
                heard.add(exchange.copy());
            }
        }));
        awaitHeard(1);
        assertThat(joined(told)).isEqualTo(text(heard.get(0)));
        assertThat(told.stream().filter(e -> e.getMessage().getHeader(AipiConstants.TEXT_RESET) != null))
                .hasSize(1);
    }
}
