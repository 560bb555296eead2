/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.internal.util.JsonWriter;
import io.aipi.client.internal.util.Texts;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.Media;
import io.aipi.client.model.ParameterDescription;
import io.aipi.client.options.JobOptions;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts a conversation, and the pictures that a question shows, where a chat endpoint takes them: into a parameter that holds
 * messages as JSON in a string (transcripts 53 and 54).
 */
final class ChatContext {

    private final JobOptions options;
    private final EndpointDescription description;

    /** {@code description} is null where the server has none. */
    ChatContext(JobOptions options, EndpointDescription description) {
        this.options = options;
        this.description = description;
    }

    /** Why the endpoint cannot be sent a conversation; empty if it can. */
    Optional<String> refusal() {
        if (parameter().isPresent()) {
            return Optional.empty();
        }
        return Optional.of(
                description == null
                        ? "The server does not describe the endpoint: name the parameter that takes a conversation with"
                                + " contextParameter"
                        : "The endpoint takes no conversation: it has no parameter of type chat_context; it has "
                                + String.join(", ", description.input().keySet()));
    }

    private Optional<String> parameter() {
        if (options.contextParameter() != null) {
            return Optional.of(options.contextParameter());
        }
        return Optional.ofNullable(description)
                .flatMap(EndpointDescription::contextParameter)
                .map(ParameterDescription::name);
    }

    /**
     * The request with its conversation, its prompt and its pictures under the parameter for them; the same if it brings
     * neither a conversation nor a picture that has no other place.
     */
    AipiRequest of(AipiRequest request, List<String> problems) {
        List<Media> pictures = pictures(request);
        boolean isPlain = request.messages().isEmpty() && pictures.isEmpty();
        // a conversation is refused with its first question, not with its second
        if (!isPlain || options.isConversation()) {
            refusal().ifPresent(problems::add);
        }
        if (isPlain || refusal().isPresent()) {
            return request;
        }
        String parameter = parameter().orElseThrow();
        if (request.prompt() == null) {
            problems.add(
                    pictures.isEmpty()
                            ? "A conversation goes on with a prompt, and there is none"
                            : "A picture needs a prompt that says what it is about, and there is none");
        }
        if (request.parameters().get(parameter) != null) {
            problems.add("The request has a " + parameter + " of its own, beside its conversation");
        }
        Map<String, Object> parameters = new LinkedHashMap<>(request.parameters());
        if (!pictures.isEmpty()) {
            parameters.values().removeIf(AipiRequest::isPicture);
        }
        parameters.put(parameter, json(parameter, messages(request, pictures), problems));
        return new AipiRequest(null, parameters);
    }

    /** Whether the request brings a picture, for which the endpoint has no place. */
    boolean refusesPictures(AipiRequest request) {
        return !pictures(request).isEmpty() && !showsPictures();
    }

    private boolean showsPictures() {
        return description != null && description.takesPicturesInContext();
    }

    /** Those that have no parameter of their own, as far as is known. */
    private List<Media> pictures(AipiRequest request) {
        return description == null || description.firstOfType("image").isPresent() ? List.of() : request.pictures();
    }

    private List<Map<String, Object>> messages(AipiRequest request, List<Media> pictures) {
        List<ChatMessage> messages = new ArrayList<>(request.messages());
        messages.removeIf(ChatMessage::isMissingAnswer);
        messages.add(ChatMessage.user(request.prompt(), pictures.toArray(Media[]::new)));
        int last = messages.size() - 1;
        while (last > 0 && messages.get(last).images().isEmpty()) {
            last--;
        }
        List<Map<String, Object>> context = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            String text = message.text() == null ? "" : Texts.wellFormed(message.text());
            // a server refuses a context with pictures in two of its messages, and where it does not take them
            List<Media> shown = i == last && showsPictures() ? message.images() : List.of();
            context.add(new ChatMessage(message.role(), text, shown, null, null).toContext());
        }
        return context;
    }

    private static String json(String name, List<Map<String, Object>> messages, List<String> problems) {
        try {
            return JsonWriter.toText(messages, ResponseMapper.MAX_REQUEST_SIZE);
        } catch (JsonWriter.TooLongException e) {
            problems.add("The conversation in " + name + " has " + e.getMessage());
        } catch (UncheckedIOException e) {
            problems.add("The conversation in " + name + " cannot be sent: " + e.getMessage());
        }
        return null;
    }
}
