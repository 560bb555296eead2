/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.Media;
import io.aipi.client.model.TokenUsage;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Messages of conversations as JSON, for those who keep them. Pictures are data URIs. */
public final class ChatMessageCodec {

    /** In ASCII: a file of Camel's is in the encoding of the machine. A picture may be as long as a request. */
    static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private ChatMessageCodec() {}

    /** The messages as a JSON array. */
    public static String encode(List<ChatMessage> messages) {
        return nodes(messages).toString();
    }

    static ArrayNode nodes(List<ChatMessage> messages) {
        ArrayNode array = JSON.createArrayNode();
        messages.forEach(message -> array.add(node(message)));
        return array;
    }

    /** The message as a JSON object. */
    public static String encode(ChatMessage message) {
        return node(message).toString();
    }

    private static ObjectNode node(ChatMessage message) {
        ObjectNode node = JSON.createObjectNode();
        node.put("role", message.role().word());
        node.put("text", message.text());
        node.put("turn", message.turn());
        if (!message.images().isEmpty()) {
            ArrayNode images = node.putArray("images");
            message.images().forEach(image -> images.add(image.toDataUri()));
        }
        if (message.usage() != null) {
            TokenUsage usage = message.usage();
            node.putObject("usage")
                    .put("model", usage.model())
                    .put("promptTokens", usage.promptTokens())
                    .put("completionTokens", usage.completionTokens())
                    .put("contextTokens", usage.contextTokens())
                    .put("maxContextTokens", usage.maxContextTokens());
        }
        return node;
    }

    /**
     * What {@link #encode(List)} was given.
     *
     * @throws IllegalArgumentException if it is nothing that it gives
     */
    public static List<ChatMessage> decodeAll(String json) {
        List<ChatMessage> messages = new ArrayList<>();
        read(json).forEach(node -> messages.add(message(node)));
        return messages;
    }

    /**
     * What {@link #encode(ChatMessage)} was given.
     *
     * @throws IllegalArgumentException if it is nothing that it gives
     */
    public static ChatMessage decode(String json) {
        return message(read(json));
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            // not its words, nor itself: they quote what is confidential
            throw new IllegalArgumentException("Not a kept message: no JSON from character "
                    + (e.getLocation() == null ? 0 : e.getLocation().getCharOffset()) + " on");
        }
    }

    private static ChatMessage message(JsonNode node) {
        List<Media> images = new ArrayList<>();
        node.path("images").forEach(image -> images.add(media(image.asText())));
        JsonNode usage = node.get("usage");
        return new ChatMessage(
                ChatMessage.Role.ofWord(node.path("role").asText()),
                text(node, "text"),
                images,
                text(node, "turn"),
                usage == null
                        ? null
                        : new TokenUsage(
                                text(usage, "model"),
                                count(usage, "promptTokens"),
                                count(usage, "completionTokens"),
                                count(usage, "contextTokens"),
                                count(usage, "maxContextTokens")));
    }

    private static Media media(String dataUri) {
        int type = dataUri.indexOf(';');
        int content = dataUri.indexOf(',');
        if (!dataUri.startsWith("data:") || type < 0 || content < type) {
            throw new IllegalArgumentException("Not a kept picture");
        }
        return new Media(null, dataUri.substring(5, type), Base64.getDecoder().decode(dataUri.substring(content + 1)));
    }

    private static String text(JsonNode node, String name) {
        return node.hasNonNull(name) ? node.get(name).asText() : null;
    }

    private static Integer count(JsonNode node, String name) {
        return node.hasNonNull(name) ? (Integer) node.get(name).asInt() : null;
    }
}
