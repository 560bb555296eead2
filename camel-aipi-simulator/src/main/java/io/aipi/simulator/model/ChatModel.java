/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A chat model that repeats what it was told: {@code You said: <prompt>}. It knows the conversation before the prompt:
 * {@code You said: <prompt>. Earlier you said: <first>; <second>}, and sees its images: {@code . I see 1 picture
 * (image/png)}. A token is a word, and progress counts tokens.
 *
 * @param maxSeqLen how many tokens of context it takes; with more the job fails
 */
public record ChatModel(int maxSeqLen) implements Model {

    /** That of the recorded worker. */
    public static final int USUAL_MAX_SEQ_LEN = 8192;

    /** A model with the {@link #USUAL_MAX_SEQ_LEN}. */
    public ChatModel() {
        this(USUAL_MAX_SEQ_LEN);
    }

    @Override
    public String effectivePrompt(String prompt, Map<String, JsonNode> inputs) {
        return ChatContext.of(prompt, inputs).prompt();
    }

    @Override
    public Performance perform(String prompt, Map<String, JsonNode> inputs, Script script) {
        ChatContext context = ChatContext.of(prompt, inputs);
        if (context.length() > maxSeqLen) {
            String error = "The context has " + context.length() + " tokens, and max_seq_len is " + maxSeqLen;
            return new Answering(Words.of(""), context.length(), maxSeqLen, script, Optional.of(error));
        }
        Words response = Words.of(script.text().orElseGet(() -> answer(context)));
        if (script.tokens().isPresent()) {
            response = response.resized(script.tokens().getAsInt());
        }
        return new Answering(response, context.length(), maxSeqLen, script, script.error());
    }

    private static String answer(ChatContext context) {
        List<String> sentences = new ArrayList<>();
        sentences.add("You said: " + context.prompt());
        if (!context.earlier().isEmpty()) {
            sentences.add("Earlier you said: " + String.join("; ", context.earlier()));
        }
        int images = context.images().size();
        if (images > 0) {
            sentences.add("I see " + images + (images == 1 ? " picture (" : " pictures (")
                    + String.join(", ", context.images()) + ")");
        }
        return String.join(". ", sentences);
    }

    @Override
    public Duration usualComputeTime() {
        return Duration.ofSeconds(1);
    }

    private record Answering(Words response, int contextLength, int maxSeqLen, Script script, Optional<String> error)
            implements Performance {

        @Override
        public Update after(int step, int steps) {
            int tokens = (int) ((long) response.count() * step / steps);
            ObjectNode data = JsonNodeFactory.instance.objectNode();
            data.put("text", text(step, tokens));
            data.put("num_generated_tokens", tokens);
            data.put("current_context_length", contextLength + tokens);
            return new Update(tokens, data);
        }

        private String text(int step, int tokens) {
            boolean rewritten = step >= script.rewrite().orElse(0);
            Words written = rewritten ? response : Words.of("Let me see: " + response.text());
            String text = written.first(tokens);
            return script.partial() ? withoutHalfOfTheLastCharacter(text) : text;
        }

        /** As tokenizers show a character of which only some bytes are there yet. */
        private static String withoutHalfOfTheLastCharacter(String text) {
            if (text.isEmpty() || text.charAt(text.length() - 1) < 128) {
                return text;
            }
            return text.substring(0, text.offsetByCodePoints(text.length(), -1)) + '\ufffd';
        }

        @Override
        public ObjectNode result() {
            ObjectNode outputs = JsonNodeFactory.instance.objectNode();
            if (error.isPresent()) {
                return outputs.put("error", error.get());
            }
            outputs.put("text", response.text());
            outputs.put("num_generated_tokens", response.count());
            outputs.put("model_name", "simulated-model");
            outputs.put("max_seq_len", maxSeqLen);
            outputs.put("current_context_length", contextLength + response.count());
            outputs.put("prompt_length", contextLength);
            return outputs;
        }
    }
}
