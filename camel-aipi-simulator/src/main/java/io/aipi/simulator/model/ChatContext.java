/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a chat model is asked, and the conversation before it.
 *
 * @param prompt the prompt of its own, else the last message of the user, else the {@code text_context}
 * @param earlier what the user said before, in this order; messages without text are left out
 * @param images the media types of all images of the conversation
 * @param length the tokens of all this together, system message and responses included; images count nothing
 */
record ChatContext(String prompt, List<String> earlier, List<String> images, int length) {

    /** An image can be as long as a request. */
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build());

    /**
     * Reads the context of a job.
     *
     * @param prompt the input that takes the prompt, empty if it was not given
     * @param inputs validated inputs
     * @return the context
     */
    static ChatContext of(String prompt, Map<String, JsonNode> inputs) {
        List<String> said = new ArrayList<>();
        List<String> images = new ArrayList<>();
        int length = 0;
        for (JsonNode message : messages(inputs.get("chat_context"))) {
            JsonNode content = message.path("content");
            // A text, or a list of {"text": ..} and {"image": ..}.
            String text = content.isArray() ? String.join(" ", content.findValuesAsText("text")) : content.asText("");
            content.findValuesAsText("image").forEach(image -> images.add(mediaType(image)));
            length += Words.of(text).count();
            if (message.path("role").asText().equals("user")) {
                said.add(text);
            }
        }
        String last = prompt;
        if (prompt.isEmpty() && !said.isEmpty()) {
            last = said.remove(said.size() - 1);
        } else {
            last = prompt.isEmpty() && inputs.containsKey("text_context")
                    ? inputs.get("text_context").asText()
                    : prompt;
            length += Words.of(last).count();
        }
        said.removeIf(String::isBlank);
        return new ChatContext(last, said, images, length);
    }

    private static JsonNode messages(JsonNode context) {
        try {
            return context == null ? MissingNode.getInstance() : JSON.readTree(context.asText());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("chat_context was not validated", e);
        }
    }

    /** Of {@code data:image/png;base64,..} it is {@code image/png}. */
    private static String mediaType(String dataUri) {
        String prefix = dataUri.substring(0, Math.max(0, dataUri.indexOf(',')));
        return prefix.replaceFirst("^data:", "").replaceFirst(";.*", "");
    }
}
