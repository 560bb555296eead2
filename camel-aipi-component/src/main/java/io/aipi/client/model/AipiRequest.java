/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import io.aipi.client.internal.util.Texts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a job is asked to do: a prompt and parameters. It does not say where: the endpoint is the caller's choice, never
 * the message's.
 *
 * @param prompt the prompt, sent under the name that the endpoint gives it; null when the parameters say everything
 * @param parameters the other parameters by name: texts, numbers, truth values, dates and times (sent in the form of
 *     ISO 8601), constants of enums, {@link Media}, bytes, files and streams (sent as data URIs), and lists and maps of
 *     these; a null value is sent as null. The docs have the list
 * @param parametersWin which one is sent if a parameter has the prompt's name: the parameter if true, else the prompt
 * @param messages the conversation before the prompt, oldest first; empty for none. Sent with the prompt, as its last message,
 *     under the parameter of type {@code chat_context}
 */
public record AipiRequest(
        String prompt, Map<String, Object> parameters, boolean parametersWin, List<ChatMessage> messages) {

    /** Copies the parameters, in their order, and the messages. */
    public AipiRequest {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        messages = List.copyOf(messages);
    }

    /** Without a conversation. */
    public AipiRequest(String prompt, Map<String, Object> parameters, boolean parametersWin) {
        this(prompt, parameters, parametersWin, List.of());
    }

    /** A prompt that wins over a parameter of its name. */
    public AipiRequest(String prompt, Map<String, Object> parameters) {
        this(prompt, parameters, false);
    }

    /** A prompt without parameters. */
    public static AipiRequest ofPrompt(String prompt) {
        return new AipiRequest(prompt, Map.of());
    }

    /** Parameters, the prompt among them or not needed. */
    public static AipiRequest ofParameters(Map<String, Object> parameters) {
        return new AipiRequest(null, parameters);
    }

    /**
     * The map with its keys as names of parameters: texts, constants of enums, numbers and truth values have one.
     *
     * @throws IllegalArgumentException for another key, null among them, and for two of the same name
     */
    public static Map<String, Object> named(Map<?, ?> parameters) {
        Map<String, Object> named = new LinkedHashMap<>();
        parameters.forEach((key, value) -> named.put(Texts.parameterName(key), value));
        if (named.size() != parameters.size()) {
            throw new IllegalArgumentException("Two parameters have the same name");
        }
        return named;
    }

    /** The same request with one more parameter, or with another value for it. */
    public AipiRequest with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(parameters);
        more.put(name, value);
        return new AipiRequest(prompt, more, parametersWin, messages);
    }

    /** The same request, with these messages before its prompt. */
    public AipiRequest withMessages(List<ChatMessage> conversation) {
        return new AipiRequest(prompt, parameters, parametersWin, conversation);
    }

    /**
     * The pictures among the parameters that do not say by themselves which parameter they are for: images without a name, and
     * lists of them.
     */
    public List<Media> pictures() {
        return parameters.values().stream()
                .filter(AipiRequest::isPicture)
                .flatMap(value -> value instanceof Media one
                        ? Stream.of(one)
                        : ((List<?>) value).stream().map(Media.class::cast))
                .toList();
    }

    /** Whether the value of a parameter is one of {@link #pictures}, or a list of them. */
    public static boolean isPicture(Object value) {
        if (value instanceof List<?> list) {
            return !list.isEmpty() && list.stream().allMatch(element -> element instanceof Media && isPicture(element));
        }
        return value instanceof Media media && media.name() == null && media.isImage();
    }

    /** The names of the parameters only: prompts and values may be confidential. */
    @Override
    public String toString() {
        return "AipiRequest[prompt=" + (prompt == null ? "none" : prompt.length() + " characters") + ", parameters="
                + parameters.keySet() + (messages.isEmpty() ? "" : ", " + messages.size() + " messages before") + "]";
    }
}
