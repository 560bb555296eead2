/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.Media;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The messages of a request: the last one is the prompt, the others are the conversation before it. */
final class Conversation {

    private static final Pattern PICTURE = Pattern.compile("data:image/[\\w.+-]+;base64,(.*)", Pattern.DOTALL);

    /** Roles by OpenAI's words for them; a developer is who was the system before. */
    private static final Map<String, ChatMessage.Role> ROLES = Map.of(
            "system", ChatMessage.Role.SYSTEM,
            "developer", ChatMessage.Role.SYSTEM,
            "user", ChatMessage.Role.USER,
            "assistant", ChatMessage.Role.ASSISTANT);

    private final Model model;

    private Conversation(Model model) {
        this.model = model;
    }

    /**
     * What the model is asked.
     *
     * @param parameters the other parameters
     * @throws OpenAiException for messages that it does not take
     */
    static AipiRequest request(JsonNode messages, Model model, Map<String, Object> parameters) {
        if (messages == null || !messages.isArray() || messages.isEmpty()) {
            throw OpenAiException.invalid("messages", "'messages' must be an array with at least one message");
        }
        List<ChatMessage> read = new Conversation(model).read(messages);
        ChatMessage last = read.remove(read.size() - 1);
        if (last.role() != ChatMessage.Role.USER) {
            throw OpenAiException.invalid("messages", "The last message must be the user's");
        }
        if (!read.isEmpty() && !model.takesConversation()) {
            throw OpenAiException.unsupported(
                    "messages",
                    "The model '" + model.id() + "' takes one message, which is the user's, and no conversation");
        }
        Map<String, Object> all = new LinkedHashMap<>(parameters);
        if (!last.images().isEmpty()) {
            all.put("image", last.images());
        }
        return new AipiRequest(last.text(), all).withMessages(read);
    }

    private List<ChatMessage> read(JsonNode messages) {
        List<ChatMessage> read = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            read.add(message("messages[" + i + "]", messages.get(i)));
        }
        return read;
    }

    private ChatMessage message(String place, JsonNode message) {
        ChatMessage.Role role = ROLES.get(message.path("role").asText());
        if (role == null) {
            throw OpenAiException.unsupported(
                    place + ".role", "'" + place + ".role' must be system, developer, user or assistant");
        }
        refuseOthers(place, message, Set.of("role", "content"));
        JsonNode content = message.path("content");
        String where = place + ".content";
        if (content.isTextual()) {
            return new ChatMessage(role, content.textValue(), List.of(), null, null);
        }
        if (!content.isArray()) {
            throw OpenAiException.invalid(where, "'" + where + "' must be a string or an array of parts");
        }
        List<String> texts = new ArrayList<>();
        List<Media> pictures = new ArrayList<>();
        for (int i = 0; i < content.size(); i++) {
            part(where + "[" + i + "]", content.get(i), texts, pictures);
        }
        if (texts.isEmpty()) {
            throw OpenAiException.invalid(where, "'" + where + "' must have a part of type text");
        }
        if (!pictures.isEmpty() && (role != ChatMessage.Role.USER || !model.takesPictures())) {
            throw OpenAiException.unsupported(
                    where,
                    role == ChatMessage.Role.USER
                            ? "The model '" + model.id() + "' takes no pictures"
                            : "Only the user's messages can have pictures");
        }
        return new ChatMessage(role, String.join("\n", texts), pictures, null, null);
    }

    private static void part(String place, JsonNode part, List<String> texts, List<Media> pictures) {
        switch (part.path("type").asText()) {
            case "text" -> {
                refuseOthers(place, part, Set.of("type", "text"));
                if (!part.path("text").isTextual()) {
                    throw OpenAiException.invalid(place, "'" + place + ".text' must be a string");
                }
                texts.add(part.get("text").textValue());
            }
            case "image_url" -> {
                refuseOthers(place, part, Set.of("type", "image_url"));
                pictures.add(picture(place + ".image_url", part.path("image_url")));
            }
            default ->
                throw OpenAiException.unsupported(place + ".type", "'" + place + ".type' must be text or image_url");
        }
    }

    private static Media picture(String place, JsonNode image) {
        if (!image.path("detail").asText("auto").equals("auto")) {
            throw OpenAiException.unsupported(place + ".detail", "'" + place + ".detail' is not supported");
        }
        Matcher uri = PICTURE.matcher(image.path("url").asText());
        if (!uri.matches()) {
            throw OpenAiException.invalid(
                    place + ".url", "'" + place + ".url' must be a data URI (data:image/png;base64,...)");
        }
        try {
            return Media.recognise(Base64.getDecoder().decode(uri.group(1)))
                    .filter(Media::isImage)
                    .orElseThrow(() -> new IllegalArgumentException("no picture"));
        } catch (IllegalArgumentException e) {
            throw OpenAiException.invalid(place + ".url", "'" + place + ".url' is no picture in Base64");
        }
    }

    /** What is empty says nothing, such as {@code refusal} in an answer that comes back as history. */
    private static void refuseOthers(String place, JsonNode object, Set<String> known) {
        object.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (!known.contains(field.getKey()) && !value.isNull() && !(value.isContainerNode() && value.isEmpty())) {
                String name = place + "." + field.getKey();
                throw OpenAiException.unsupported(name, "'" + name + "' is not supported");
            }
        });
    }
}
