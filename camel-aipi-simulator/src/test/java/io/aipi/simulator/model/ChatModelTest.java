/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A chat as a conversation, its tokens, and a text that grows. */
class ChatModelTest {

    private static final String FOUR_TURNS = """
            [{"role": "system", "content": "be nice"},
             {"role": "user", "content": "I am Ann @sleep=9 @error=no"},
             {"role": "assistant", "content": "You said: I am Ann"},
             {"role": "user", "content": [{"text": "And"}, {"text": "this?"}, {"image": "data:image/png;base64,AA=="}]},
             {"role": "assistant", "content": "A picture"},
             {"role": "user", "content": "Who am I? @steps=3"}]""";

    private static Map<String, JsonNode> context(String messages) {
        return Map.of("chat_context", new TextNode(messages));
    }

    private static Performance perform(ChatModel model, String prompt, Map<String, JsonNode> inputs) {
        return model.perform(prompt, inputs, Script.in(model.effectivePrompt(prompt, inputs)));
    }

    private static String text(Performance performance, int step, int steps) {
        return performance.after(step, steps).data().get("text").asText();
    }

    @Test
    void itKnowsWhatItWasToldBefore_andTheImageThatItWasShown() {
        ObjectNode result = perform(new ChatModel(), "", context(FOUR_TURNS)).result();

        assertThat(result.get("text").asText())
                .isEqualTo("You said: Who am I? @steps=3. Earlier you said: I am Ann @sleep=9 @error=no; And this?"
                        + ". I see 1 picture (image/png)");
    }

    @Test
    void aPromptOfItsOwnIsTheLatestOfTheConversation() {
        Map<String, JsonNode> inputs = context("[{\"role\": \"user\", \"content\": \"first\"}]");

        assertThat(perform(new ChatModel(), "second", inputs)
                        .result()
                        .get("text")
                        .asText())
                .isEqualTo("You said: second. Earlier you said: first");
        assertThat(new ChatModel().effectivePrompt("second", inputs)).isEqualTo("second");
    }

    @Test
    void aFirstTurnHasNoEarlier_withASystemMessageOrWithout() {
        String system = "{\"role\": \"system\", \"content\": \"be nice\"}";

        for (String before : new String[] {"", system + ","}) {
            Map<String, JsonNode> inputs = context("[" + before + "{\"role\": \"user\", \"content\": \"hi\"}]");
            assertThat(perform(new ChatModel(), "", inputs).result().get("text").asText())
                    .isEqualTo("You said: hi");
        }
        assertThat(perform(new ChatModel(), "hi", context("[" + system + "]"))
                        .result()
                        .get("text")
                        .asText())
                .isEqualTo("You said: hi");
    }

    @Test
    void commandsAreThoseOfTheLastMessageOfTheUser() {
        Script script = Script.in(new ChatModel().effectivePrompt("", context(FOUR_TURNS)));

        assertThat(script.steps()).hasValue(3);
        assertThat(script.sleep()).isEmpty();
        assertThat(script.error()).isEmpty();
    }

    @Test
    void theWholeContextIsThePromptsLength() {
        Map<String, JsonNode> inputs = new HashMap<>(
                context(
                        "[{\"role\": \"system\", \"content\": \"be nice\"},"
                                + "{\"role\": \"user\", \"content\": \"one\"}, {\"role\": \"assistant\", \"content\": \"You said: one\"}]"));

        ObjectNode result = perform(new ChatModel(), "two", inputs).result();

        assertThat(result.get("text").asText()).isEqualTo("You said: two. Earlier you said: one");
        assertThat(result.get("prompt_length").asInt()).isEqualTo(2 + 1 + 3 + 1);
        assertThat(result.get("num_generated_tokens").asInt()).isEqualTo(7);
        assertThat(result.get("current_context_length").asInt()).isEqualTo(14);
        assertThat(result.get("max_seq_len").asInt()).isEqualTo(8192);
    }

    @Test
    void aContextThatIsTooLongIsAnError_andOneThatJustFitsIsNot() {
        Map<String, JsonNode> inputs = context("[{\"role\": \"user\", \"content\": \"a b c\"}]");

        assertThat(perform(new ChatModel(4), "d", inputs).result().has("text")).isTrue();
        Performance tooLong = perform(new ChatModel(3), "d", inputs);
        assertThat(tooLong.result().toString())
                .isEqualTo("{\"error\":\"The context has 4 tokens, and max_seq_len is 3\"}");
        assertThat(text(tooLong, 1, 2)).isEmpty();
    }

    @Test
    void theTextGrowsByAToken() {
        Performance performance = perform(new ChatModel(), "a b", Map.of());

        assertThat(IntStream.rangeClosed(1, 4).mapToObj(step -> text(performance, step, 4)))
                .containsExactly("You", "You said:", "You said: a", "You said: a b");
    }

    @Test
    void aTextCanBeginAnewOnce() {
        String prompt = "a @rewrite=3";
        Performance performance = perform(new ChatModel(), prompt, Map.of());

        assertThat(text(performance, 2, 4)).isEqualTo("Let me");
        assertThat(text(performance, 3, 4)).isEqualTo("You said: a");
        assertThat(performance.result().get("text").asText()).isEqualTo("You said: " + prompt);
    }

    @Test
    void halfACharacterIsShownAsTheReplacementCharacterUntilThereIsMore() {
        Performance performance = perform(new ChatModel(), "caf\u00e9 \ud83e\udd99 x @partial", Map.of());

        assertThat(IntStream.rangeClosed(3, 5).mapToObj(step -> text(performance, step, 6)))
                .containsExactly(
                        "You said: caf\ufffd", "You said: caf\u00e9 \ufffd", "You said: caf\u00e9 \ud83e\udd99 x");
        assertThat(performance.result().get("text").asText()).startsWith("You said: caf\u00e9 \ud83e\udd99 x");
    }
}
