/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;

/**
 * A chat model that repeats what it was told: {@code You said: <prompt>}. A token is a word, and progress counts
 * tokens.
 */
public record ChatModel() implements Model {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_CONTEXT = 8192;

    @Override
    public String effectivePrompt(String prompt, Map<String, JsonNode> inputs) {
        if (!prompt.isEmpty()) {
            return prompt;
        }
        if (inputs.containsKey("chat_context")) {
            return lastOfContext(inputs.get("chat_context").asText());
        }
        return inputs.containsKey("text_context") ? inputs.get("text_context").asText() : prompt;
    }

    private static String lastOfContext(String context) {
        try {
            JsonNode messages = JSON.readTree(context);
            JsonNode content = messages.path(messages.size() - 1).path("content");
            // A text, or a list of {"text": ..} and {"image": ..}.
            return content.isArray() ? String.join(" ", content.findValuesAsText("text")) : content.asText("");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("chat_context was not validated", e);
        }
    }

    @Override
    public Performance perform(String prompt, Map<String, JsonNode> inputs, Script script) {
        Words response = Words.of("You said: " + prompt);
        if (script.tokens().isPresent()) {
            response = response.resized(script.tokens().getAsInt());
        }
        return new Answering(response, Words.of(prompt).count(), script);
    }

    @Override
    public Duration usualComputeTime() {
        return Duration.ofSeconds(1);
    }

    private record Answering(Words response, int promptTokens, Script script) implements Performance {

        @Override
        public Update after(int step, int steps) {
            int tokens = (int) ((long) response.count() * step / steps);
            ObjectNode data = JsonNodeFactory.instance.objectNode();
            data.put("text", response.first(tokens));
            data.put("num_generated_tokens", tokens);
            data.put("current_context_length", promptTokens + tokens);
            return new Update(tokens, data);
        }

        @Override
        public ObjectNode result() {
            ObjectNode outputs = JsonNodeFactory.instance.objectNode();
            if (script.error().isPresent()) {
                return outputs.put("error", script.error().get());
            }
            outputs.put("text", response.text());
            outputs.put("num_generated_tokens", response.count());
            outputs.put("model_name", "simulated-model");
            outputs.put("max_seq_len", LONGEST_CONTEXT);
            outputs.put("current_context_length", promptTokens + response.count());
            outputs.put("prompt_length", promptTokens);
            return outputs;
        }
    }

    /**
     * A text and its words, which single spaces part.
     *
     * @param text the whole text
     * @param count how many words it has
     */
    private record Words(String text, int count) {

        private static final String[] FILLERS = {"and", "more", "words", "follow,", "as", "they", "do,"};

        static Words of(String text) {
            return new Words(text, (int) text.chars().filter(c -> c == ' ').count() + 1);
        }

        String first(int words) {
            if (words >= count) {
                return text;
            }
            int end = -1;
            for (int word = 0; word < words; word++) {
                end = text.indexOf(' ', end + 1);
            }
            return text.substring(0, Math.max(0, end));
        }

        Words resized(int words) {
            StringBuilder longer = new StringBuilder(first(words));
            for (int word = count; word < words; word++) {
                longer.append(' ').append(FILLERS[(word - count) % FILLERS.length]);
            }
            return new Words(longer.toString(), words);
        }
    }
}
