/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConfiguration;
import io.aipi.camel.AipiConstants;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.Media;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.ByteArrayInputStream;
import java.nio.CharBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions that show pictures, and what of a result becomes the message. */
class PictureQuestionsTest extends ChatRouteTest {

    private static final Map<String, Object> PROMPT = Map.of(AipiConstants.PROMPT, "What is it?");

    private static String text(Exchange exchange) {
        if (exchange.getException() != null) {
            throw new AssertionError(exchange.getException());
        }
        return exchange.getMessage().getBody(String.class);
    }

    @Test
    void aPictureInAnyFormIsShownToAChatThatTakesThem(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("picture.png"), PNG);
        routes(b -> {
            b.from("direct:mistral").to("aipi:mistral_chat");
            b.from("direct:gpt").to("aipi:gpt_oss_chat?systemMessage=Brief");
        });
        for (String uri : List.of("direct:mistral", "direct:gpt")) {
            for (Object picture : List.of(
                    PNG,
                    new Media(null, "image/png", PNG),
                    file,
                    file.toFile(),
                    new ByteArrayInputStream(PNG),
                    List.of(PNG))) {
                assertThat(text(send(uri, picture, PROMPT)))
                        .as(picture.getClass().getName())
                        .isEqualTo("You said: What is it?. I see 1 picture (image/png)");
            }
            assertThat(text(send(uri, List.of("What", new Media(null, "image/png", PNG), "is it?"), Map.of())))
                    .isEqualTo("You said: What\nis it?. I see 1 picture (image/png)");
        }
    }

    @Test
    void aPictureWithoutAPromptIsRefused() throws Exception {
        routes(b -> b.from("direct:mistral").to("aipi:mistral_chat"));
        assertThat(send("direct:mistral", PNG, Map.of()).getException())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("A picture needs a prompt");
        assertThat(server.stats().submits()).isZero();
    }

    @Test
    void whereChatsTakeNoPicturesTheErrorNamesThoseThatDo() throws Exception {
        routes(b -> {
            b.from("direct:chat").to("aipi:chat");
            b.from("direct:plain").to("aipi:plain");
            b.from("direct:detached").to("aipi:chat?waitForResult=false");
            b.from("direct:stream").to("aipi:chat?streaming=true");
        });
        for (String uri : List.of("direct:chat", "direct:plain", "direct:detached", "direct:stream")) {
            assertThat(send(uri, PNG, PROMPT).getException())
                    .as(uri)
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("The endpoint takes no pictures")
                    .hasMessageContaining("gpt_oss_chat")
                    .hasMessageContaining("mistral_chat")
                    .hasMessageNotContaining("small_chat");
        }
        assertThat(server.stats().submits()).isZero();
    }

    @Test
    void anEndpointWithAParameterForImagesGetsItThere() throws Exception {
        routes(b -> b.from("direct:repaint").to("aipi:repaint"));
        Exchange exchange = send("direct:repaint", PNG, Map.of(AipiConstants.PROMPT, "as a drawing"));
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isInstanceOf(byte[].class);
    }

    @Test
    void ofTheConversationOnlyTheNewestPictureGoesAlong() throws Exception {
        bind(context, "memory", new MemoryConversationRepository());
        routes(b ->
                b.from("direct:ask").to("aipi:mistral_chat?conversationMemory=true&conversationRepository=#memory"));
        assertThat(ask("direct:ask", "a", List.of("First", new Media(null, "image/jpeg", PNG))))
                .endsWith("I see 1 picture (image/jpeg)");
        assertThat(ask("direct:ask", "a", "Without")).endsWith("I see 1 picture (image/jpeg)");
        assertThat(ask("direct:ask", "a", List.of("Second", new Media(null, "image/png", PNG))))
                .endsWith("I see 1 picture (image/png)");
        assertThat(ask("direct:ask", "a", "Which?"))
                .isEqualTo("You said: Which?. Earlier you said: First; Without; Second. I see 1 picture (image/png)");
    }

    @Test
    void aConversationWithPicturesGoesOnWithoutThemWhereTheyAreNotTaken() throws Exception {
        routes(b -> b.from("direct:ask")
                .to("aipi:mistral_chat?conversationMemory=true")
                .setBody(b.constant("And?"))
                .to("aipi:chat?conversationMemory=true"));
        Exchange exchange = send("direct:ask", List.of("See", new Media(null, "image/png", PNG)), Map.of());
        assertThat(text(exchange)).isEqualTo("You said: And?. Earlier you said: See");
        assertThat(conversation(exchange).get(0).images()).hasSize(1);
    }

    @Test
    void severalPicturesAreRefusedByServersThatTakeOne() throws Exception {
        routes(b -> b.from("direct:ask").to("aipi:mistral_chat"));
        assertThat(send("direct:ask", List.of(PNG, PNG, "Which?"), Map.of()).getException())
                .isNotNull();
        assertThat(send("direct:ask", Arrays.asList("a", null), Map.of()).getException())
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aListOfTextsIsAPromptOfLines() throws Exception {
        routes(b -> b.from("direct:ask").to("aipi:chat"));
        assertThat(text(send("direct:ask", List.of("Hello", CharBuffer.wrap("there")), Map.of())))
                .isEqualTo("You said: Hello\nthere");
    }

    // ---- tokens and outputs

    @Test
    void theMessageSaysTheModelAndTheTokens() throws Exception {
        routes(b -> {
            b.from("direct:chat").to("aipi:chat");
            b.from("direct:gpt").to("aipi:gpt_oss_chat");
            b.from("direct:plain").to("aipi:plain");
            b.from("direct:repaint").to("aipi:repaint");
        });
        for (String uri : List.of("direct:chat", "direct:gpt")) {
            assertThat(send(uri, "one two three", Map.of()).getMessage().getHeaders())
                    .containsEntry(AipiConstants.MODEL, "simulated-model")
                    .containsEntry(AipiConstants.PROMPT_TOKENS, 3)
                    .containsEntry(AipiConstants.COMPLETION_TOKENS, 5);
        }
        assertThat(send("direct:plain", "one", Map.of()).getMessage().getHeaders())
                .containsEntry(AipiConstants.COMPLETION_TOKENS, 3);
        // headers of the question before are not those of a picture
        Map<String, Object> stale = Map.of(
                AipiConstants.PROMPT,
                "as a drawing",
                AipiConstants.PROMPT_TOKENS,
                7,
                AipiConstants.COMPLETION_TOKENS,
                7);
        assertThat(send("direct:repaint", PNG, stale).getMessage().getHeaders())
                .doesNotContainKeys(AipiConstants.PROMPT_TOKENS, AipiConstants.COMPLETION_TOKENS);
    }

    @Test
    void outputFieldIsTheBody_andTextFieldTheText() throws Exception {
        routes(b -> {
            b.from("direct:number").to("aipi:chat?outputField=num_generated_tokens");
            b.from("direct:text").to("aipi:chat?outputField=model_name");
            b.from("direct:none").to("aipi:chat?outputField=nothing");
            b.from("direct:textField").to("aipi:chat?textField=model_name");
            b.from("direct:sound").to("aipi:speech?outputField=audio_output");
        });
        assertThat(send("direct:number", "Hello", Map.of()).getMessage().getBody())
                .isEqualTo(3);
        assertThat(send("direct:text", "Hello", Map.of()).getMessage().getBody())
                .isEqualTo("simulated-model");
        assertThat(send("direct:none", "Hello", Map.of()).getException())
                .hasMessageContaining("The result has no field nothing")
                .hasMessageContaining("outputField");
        assertThat(send("direct:textField", "Hello", Map.of()).getMessage().getBody())
                .isEqualTo("simulated-model");
        assertThat(send("direct:sound", "Hello", Map.of()).getMessage().getBody())
                .isInstanceOf(byte[].class);
    }

    // ---- servers without descriptions

    @Test
    void withoutADescriptionTheParameterHasToBeNamed() throws Exception {
        server.close();
        server = AipiSimulator.builder()
                .generation(Generation.SERVED_0_9_0)
                .apiKey("key-1")
                .user("ada")
                .endpoint(SimulatedEndpoint.chat("chat", "prompt_input"))
                .start();
        context = newUsersContext();
        assertThatThrownBy(() -> routes(b -> b.from("direct:none").to("aipi:chat?conversationMemory=true")))
                .hasStackTraceContaining("name the parameter that takes a conversation with contextParameter");
        context.stop();
        context = newUsersContext();
        routes(b -> b.from("direct:ask")
                .to("aipi:chat?conversationMemory=true&promptParameter=prompt_input&contextParameter=chat_context")
                .setBody(b.constant("And?"))
                .to("aipi:chat?conversationMemory=true&promptParameter=prompt_input&contextParameter=chat_context"));
        Exchange exchange = send("direct:ask", "Hello", Map.of());
        assertThat(text(exchange)).isEqualTo("You said: And?. Earlier you said: Hello");
        assertThat(conversation(exchange)).extracting(ChatMessage::role).hasSize(4);
    }

    private DefaultCamelContext newUsersContext() {
        DefaultCamelContext made = newContext();
        AipiConfiguration configuration =
                made.getComponent("aipi", AipiComponent.class).getConfiguration();
        configuration.setApiKey("key-1");
        configuration.setUser("ada");
        return made;
    }
}
