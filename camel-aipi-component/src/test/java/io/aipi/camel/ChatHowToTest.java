/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.camel.chat.MemoryConversationRepository;
import io.aipi.camel.chat.StateConversationRepository;
import io.aipi.camel.chat.TextStream;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageIO;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs what the how-tos about chat show, in Java and in YAML. */
class ChatHowToTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What a how-to shows its routes in. */
    enum Dsl {
        JAVA,
        YAML
    }

    @TempDir
    private Path folder;

    private final Queue<Exchange> received = new ConcurrentLinkedQueue<>();
    private final Queue<String> words = new ConcurrentLinkedQueue<>();
    private AipiSimulator server;
    private DefaultCamelContext context;

    @BeforeEach
    void makeContext() throws Exception {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.ofServer096("llama3_chat"))
                .endpoint(SimulatedEndpoint.ofServer096("mistral_chat"))
                .endpoint(SimulatedEndpoint.ofServer096("tts"))
                .computeTime(Duration.ofMillis(100))
                .start();
        newContext();
    }

    private void newContext() throws Exception {
        context = new DefaultCamelContext();
        AipiConfiguration component =
                context.getComponent("aipi", AipiComponent.class).getConfiguration();
        component.setServerUrl(server.url());
        component.setPollInterval(Duration.ofMillis(20));
        context.getRegistry().bind("jobs", new MemoryAggregationRepository());
        context.getPropertiesComponent().addOverrideProperty("conversations.file", file());
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:answers").process(exchange -> received.add(exchange.copy()));
                from("direct:loudspeaker").process(exchange -> received.add(exchange.copy()));
                from("direct:reader")
                        .streamCache(false)
                        .process(exchange -> read(exchange.getMessage().getBody(InputStream.class)));
                from("direct:terminal")
                        .process(exchange -> words.add(exchange.getMessage().getBody(String.class)));
                from("direct:clear").process(exchange -> words.clear());
            }
        });
    }

    private String file() {
        return folder.resolve("conversations.state").toString();
    }

    private void read(InputStream text) throws IOException {
        byte[] some = new byte[64];
        for (int count = text.read(some); count >= 0; count = text.read(some)) {
            words.add(new String(some, 0, count, StandardCharsets.UTF_8));
        }
    }

    @AfterEach
    void close() throws Exception {
        context.close();
        server.close();
    }

    private void start(Dsl dsl, RoutesBuilder java, String yaml) throws Exception {
        if (dsl == Dsl.JAVA) {
            context.addRoutes(java);
        } else {
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(ResourceHelper.resolveMandatoryResource(
                            context, "classpath:howto/" + yaml + ".camel.yaml"));
        }
        context.start();
    }

    private Exchange send(String endpoint, Object body, Map<String, Object> headers) {
        ProducerTemplate template = context.createProducerTemplate();
        Exchange sent = template.request(endpoint, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
        assertThat(sent.getException()).isNull();
        return sent;
    }

    private String answer(String endpoint, String prompt, String user) {
        return send(endpoint, prompt, Map.of("user", user)).getMessage().getBody(String.class);
    }

    // ---- conversations

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("unchecked")
    void anExchangeHoldsAConversation(Dsl dsl) throws Exception {
        start(
                dsl,
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        // tag::carried[]
                        from("direct:two-questions")
                                .to("aipi:llama3_chat?systemMessage=Answer in one sentence.&conversationMemory=true")
                                .setBody(constant("And in French?"))
                                .to("aipi:llama3_chat?systemMessage=Answer in one sentence.&conversationMemory=true");
                        // end::carried[]
                    }
                },
                "conversation");

        Exchange asked = send("direct:two-questions", "What is a camel?", Map.of());

        assertThat(asked.getMessage().getBody())
                .isEqualTo("You said: And in French?. Earlier you said: What is a camel?");
        assertThat((List<ChatMessage>) asked.getProperty(AipiConstants.CONVERSATION_PROPERTY, List.class))
                .extracting(ChatMessage::role)
                .containsExactly(
                        ChatMessage.Role.USER,
                        ChatMessage.Role.ASSISTANT,
                        ChatMessage.Role.USER,
                        ChatMessage.Role.ASSISTANT);
        // the system message has four of the words
        JobResult result = asked.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class);
        assertThat(result.usage().promptTokens()).isGreaterThanOrEqualTo(4 + 4 + 6 + 3);
    }

    @ParameterizedTest
    @EnumSource
    void aRepositoryKeepsAConversationForEachUser_untilItIsForgotten(Dsl dsl) throws Exception {
        start(
                dsl,
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        // tag::memory[]
                        bindToRegistry("conversations", new MemoryConversationRepository());
                        from("direct:chat")
                                .setHeader(AipiConstants.CONVERSATION_ID, header("user"))
                                .to("aipi:llama3_chat?conversationMemory=true&conversationRepository=#conversations"
                                        + "&maxConversationMessages=40");
                        // end::memory[]
                        // tag::forget[]
                        from("direct:forget").bean("conversations", "delete(${header.user})");
                        // end::forget[]
                    }
                },
                "conversation");

        answer("direct:chat", "I am Ann", "ann");
        answer("direct:chat", "I am Bob", "bob");

        assertThat(answer("direct:chat", "Who am I?", "ann"))
                .isEqualTo("You said: Who am I?. Earlier you said: I am Ann");
        assertThat(answer("direct:chat", "Who am I?", "bob"))
                .isEqualTo("You said: Who am I?. Earlier you said: I am Bob");

        send("direct:forget", null, Map.of("user", "ann"));

        assertThat(answer("direct:chat", "Who am I?", "ann")).isEqualTo("You said: Who am I?");
    }

    private static RouteBuilder withAFile(String path) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                // tag::file[]
                bindToRegistry("conversations", StateConversationRepository.inFile(path));
                // end::file[]
                from("direct:chat")
                        .to("aipi:llama3_chat?conversationMemory=true&conversationRepository=#conversations");
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void aFileKeepsConversationsOverARestart(Dsl dsl) throws Exception {
        Map<String, Object> id = Map.of(AipiConstants.CONVERSATION_ID, "ann");
        start(dsl, withAFile(file()), "conversation-file");
        send("direct:chat", "I am Ann", id);

        context.close();
        newContext();
        start(dsl, withAFile(file()), "conversation-file");

        assertThat(send("direct:chat", "Who am I?", id).getMessage().getBody())
                .isEqualTo("You said: Who am I?. Earlier you said: I am Ann");
    }

    @ParameterizedTest
    @EnumSource
    void detachedJobsGoOnWithTheirConversation(Dsl dsl) throws Exception {
        context.getRegistry().bind("conversations", new MemoryConversationRepository());
        start(
                dsl,
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        // tag::detached[]
                        String chat = "aipi:llama3_chat?jobRepository=#jobs"
                                + "&conversationMemory=true&conversationRepository=#conversations";
                        from("direct:submit").to(chat + "&waitForResult=false");
                        from(chat).to("direct:answers");
                        // end::detached[]
                    }
                },
                "conversation");
        Map<String, Object> id = Map.of(AipiConstants.CONVERSATION_ID, "ann");

        send("direct:submit", "I am Ann", id);
        send("direct:submit", "Who am I?", id);

        await().atMost(PATIENCE).until(() -> received.size() == 2);
        assertThat(received.stream().map(exchange -> exchange.getMessage().getBody(String.class)))
                .containsExactly("You said: I am Ann", "You said: Who am I?. Earlier you said: I am Ann");
        assertThat(context.getRegistry()
                        .lookupByNameAndType("conversations", ConversationRepository.class)
                        .load("ann", 10)
                        .messages())
                .hasSize(4);
    }

    // ---- streamed answers

    private RouteBuilder streams() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                // tag::words[]
                from("direct:words")
                        .to("aipi:llama3_chat?streaming=true")
                        .split(body())
                        .streaming()
                        .stopOnException()
                        .to("direct:terminal")
                        .end();
                // end::words[]

                // tag::stream[]
                from("direct:stream")
                        // a cache would read all of it before the next step
                        .streamCache(false)
                        .to("aipi:llama3_chat?streaming=true")
                        .convertBodyTo(InputStream.class)
                        .to("direct:reader");
                // end::stream[]

                // tag::speech[]
                from("direct:speak")
                        .streamCache(false)
                        .to("aipi:llama3_chat?streaming=true")
                        .convertBodyTo(InputStream.class)
                        // behind the end of a sentence
                        .split(body().regexTokenize("(?<=[.!?])\\s+"))
                        .streaming()
                        .stopOnException()
                        .to("aipi:tts")
                        .to("direct:loudspeaker")
                        .end();
                // end::speech[]

                // tag::deltas[]
                from("direct:watched").to("aipi:llama3_chat?progressUri=direct:deltas&maxPollInterval=500");

                from("direct:deltas")
                        .choice()
                        .when(header(AipiConstants.TEXT_RESET).isEqualTo(true))
                        .to("direct:clear")
                        .end()
                        .choice()
                        .when(header(AipiConstants.TEXT_DELTA).isNotNull())
                        .setBody(header(AipiConstants.TEXT_DELTA))
                        .to("direct:terminal");
                // end::deltas[]
            }
        };
    }

    private String shown() {
        return String.join("", words);
    }

    @ParameterizedTest
    @EnumSource
    void wordsAreShownWhileTheModelWritesThem(Dsl dsl) throws Exception {
        start(dsl, streams(), "stream");

        Exchange asked = send("direct:words", "a b c d e f g h @sleep=1 @steps=8", Map.of());

        assertThat(shown()).startsWith("You said: a b c d e f g h");
        assertThat(words).hasSizeGreaterThan(1);
        assertThat(asked.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class)
                        .text())
                .isEqualTo(shown());
    }

    @ParameterizedTest
    @EnumSource
    void aReaderGetsAStreamOfBytes(Dsl dsl) throws Exception {
        start(dsl, streams(), "stream");

        send("direct:stream", "Grüße an alle Kamele @sleep=1 @steps=8", Map.of());

        assertThat(shown()).startsWith("You said: Grüße an alle Kamele");
        assertThat(words).hasSizeGreaterThan(1);
    }

    @ParameterizedTest
    @EnumSource
    void eachSentenceIsSpoken(Dsl dsl) throws Exception {
        start(dsl, streams(), "stream");

        send("direct:speak", "One camel. Two camels! Three?", Map.of());

        assertThat(received)
                .hasSize(3)
                .allSatisfy(spoken -> assertThat(spoken.getMessage().getHeader(Exchange.CONTENT_TYPE))
                        .isEqualTo("audio/wav"));
    }

    @ParameterizedTest
    @EnumSource
    void deltasJoinToTheResult_alsoBehindOneThatBeginsAnew(Dsl dsl) throws Exception {
        start(dsl, streams(), "stream");

        Exchange asked = send("direct:watched", "a b c d e f @sleep=1 @steps=8 @rewrite=5", Map.of());

        String text = asked.getMessage().getBody(String.class);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(shown()).isEqualTo(text));
    }

    @Test
    void aReaderGivesUp() throws Exception {
        start(
                Dsl.JAVA,
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in").to("aipi:llama3_chat?streaming=true");
                    }
                },
                null);
        ProducerTemplate template = context.createProducerTemplate();
        String prompt = "a b c d e f g h @sleep=300 @steps=3000 @tokens=3000";

        // tag::give-up[]
        StringBuilder beginning = new StringBuilder();
        try (TextStream text = template.requestBody("direct:in", prompt, TextStream.class)) {
            while (text.hasNext() && beginning.length() < 20) {
                beginning.append(text.next());
            }
        }
        // end::give-up[]

        assertThat(beginning).startsWith("You said: a b c d");
        AipiEndpoint endpoint = (AipiEndpoint) context.hasEndpoint("aipi:llama3_chat?streaming=true");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(endpoint.getJobsInFlight()).isZero());
    }

    // ---- pictures

    private static byte[] picture() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", png);
        return png.toByteArray();
    }

    @ParameterizedTest
    @EnumSource
    void aModelIsAskedAboutAPicture(Dsl dsl) throws Exception {
        start(
                dsl,
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        // tag::picture[]
                        from("direct:picture")
                                .setHeader(AipiConstants.PROMPT, constant("What is in this picture?"))
                                .to("aipi:mistral_chat");
                        // end::picture[]
                    }
                },
                "picture");

        assertThat(send("direct:picture", picture(), Map.of()).getMessage().getBody())
                .isEqualTo("You said: What is in this picture?. I see 1 picture (image/png)");
    }

    @Test
    void aListHasTheQuestionAndThePicture() throws Exception {
        start(
                Dsl.JAVA,
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        // tag::list[]
                        from("direct:question-and-picture")
                                .process(exchange -> exchange.getMessage()
                                        .setBody(List.of(
                                                exchange.getMessage().getHeader("question"),
                                                Media.of(exchange.getMessage().getBody(byte[].class)))))
                                .to("aipi:mistral_chat");
                        // end::list[]
                    }
                },
                null);

        assertThat(send("direct:question-and-picture", picture(), Map.of("question", "Is it a camel?"))
                        .getMessage()
                        .getBody())
                .isEqualTo("You said: Is it a camel?. I see 1 picture (image/png)");
    }

    @Test
    void anEndpointThatTakesNoPictureNamesThoseThatDo() throws Exception {
        start(
                Dsl.JAVA,
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:picture").to("aipi:llama3_chat");
                    }
                },
                null);

        Exchange refused = context.createProducerTemplate().request("direct:picture", exchange -> {
            exchange.getMessage().setBody(picture());
            exchange.getMessage().setHeader(AipiConstants.PROMPT, "What is it?");
        });

        assertThat(refused.getException())
                .hasMessageContaining(
                        "The endpoint takes no pictures. Chat endpoints of the server that do: mistral_chat");
    }
}
