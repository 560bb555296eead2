/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import io.aipi.client.internal.util.JsonWriter;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the server says of one of its endpoints ({@code GET /api/endpoints/<name>}).
 *
 * @param name name in URLs
 * @param title name for people, null when not said
 * @param description what it does, null when not said
 * @param category for example {@code chat}, null when not said
 * @param version version of the endpoint, null when not said
 * @param maxQueueLength jobs that may wait, null when not said
 * @param freeQueueSlots jobs that may be queued now, null when not said
 * @param workers workers connected, null when not said
 * @param input parameters that a client may send, by name, in the server's order; without those of the protocol itself
 * @param output fields of a result by name
 */
public record EndpointDescription(
        String name,
        String title,
        String description,
        String category,
        Integer version,
        Integer maxQueueLength,
        Integer freeQueueSlots,
        Integer workers,
        Map<String, ParameterDescription> input,
        Map<String, ParameterDescription> output) {

    private static final List<String> USUAL_PROMPT_NAMES = List.of("prompt", "text", "prompt_input", "text_input");

    /** Chat endpoints of version 3 take a prompt in one of this type. */
    private static final String TEXT_CONTEXT = "text_context";

    /** And a conversation in one of this. */
    private static final String CHAT_CONTEXT = "chat_context";

    private static final List<String> USUAL_TEXT_OUTPUTS = List.of("text", "result", "text_output");

    /** What endpoints have beside their text. */
    private static final Set<String> NO_TEXT_OUTPUTS =
            Set.of("error", "model_name", "prompt", "progress_message", "auth", "worker_interface_version");

    /** Copies the maps. */
    public EndpointDescription {
        input = Collections.unmodifiableMap(new LinkedHashMap<>(input));
        output = Collections.unmodifiableMap(new LinkedHashMap<>(output));
    }

    /**
     * The parameter that takes the prompt: a required one of type string, as a request without it is refused; else one with
     * a usual name ({@code prompt}, {@code text}, {@code prompt_input}, {@code text_input}); else one of type
     * {@code text_context}; else the first of type string. Of several required ones that with a usual name is taken, else
     * the first. Empty when the endpoint takes no text.
     */
    public Optional<ParameterDescription> promptParameter() {
        List<ParameterDescription> texts =
                input.values().stream().filter(EndpointDescription::takesPrompt).toList();
        List<ParameterDescription> required =
                texts.stream().filter(ParameterDescription::required).toList();
        return ofUsualName(required)
                .or(() -> required.stream().findFirst())
                .or(() -> ofUsualName(texts))
                .or(() -> texts.stream()
                        .filter(p -> TEXT_CONTEXT.equals(p.type()))
                        .findFirst())
                .or(() -> texts.stream().findFirst());
    }

    private static boolean takesPrompt(ParameterDescription parameter) {
        return parameter.isText()
                || TEXT_CONTEXT.equals(parameter.type())
                || (parameter.type() == null && USUAL_PROMPT_NAMES.contains(parameter.name()));
    }

    private static Optional<ParameterDescription> ofUsualName(List<ParameterDescription> parameters) {
        return parameters.stream()
                .filter(p -> USUAL_PROMPT_NAMES.contains(p.name()))
                .min(Comparator.comparingInt(p -> USUAL_PROMPT_NAMES.indexOf(p.name())));
    }

    /**
     * The parameter that takes a conversation: one of type {@code chat_context}, else one of this name that takes JSON, as
     * in former versions of endpoints. Empty when the endpoint takes none.
     */
    public Optional<ParameterDescription> contextParameter() {
        return firstOfType(CHAT_CONTEXT)
                .or(() -> Optional.ofNullable(input.get(CHAT_CONTEXT)).filter(ParameterDescription::isJson));
    }

    /** Whether a question in a conversation can show pictures. */
    public boolean takesPicturesInContext() {
        return contextParameter().filter(ParameterDescription::allowsImages).isPresent();
    }

    /**
     * The field of a result that is its text: {@code text}, {@code result} or {@code text_output}, the first of them that is
     * described; else the first output of type string that does not tell of something else. Empty for none.
     */
    public Optional<String> textOutput() {
        return USUAL_TEXT_OUTPUTS.stream()
                .filter(output::containsKey)
                .findFirst()
                .or(() -> output.values().stream()
                        .filter(described -> described.isText() && !NO_TEXT_OUTPUTS.contains(described.name()))
                        .map(ParameterDescription::name)
                        .findFirst());
    }

    /** The first parameter of this type ({@code image}, {@code audio}), required ones first. */
    public Optional<ParameterDescription> firstOfType(String type) {
        return input.values().stream()
                .filter(p -> type.equals(p.type()) && p.required())
                .findFirst()
                .or(() -> input.values().stream()
                        .filter(p -> type.equals(p.type()))
                        .findFirst());
    }

    /** False if the server gave a description with nothing in it that is known here, which is as good as none. */
    public boolean saysSomething() {
        return !input.isEmpty()
                || !output.isEmpty()
                || Stream.of(title, description, category, version, maxQueueLength, freeQueueSlots, workers)
                        .anyMatch(Objects::nonNull);
    }

    /** The description as JSON text. */
    public String toJson() {
        return JsonWriter.toText(this);
    }
}
