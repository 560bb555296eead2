/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.camel.internal.JsonContent;
import io.aipi.camel.internal.MessageContent;
import io.aipi.camel.internal.MessageText;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Content;
import io.aipi.client.model.Media;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Reads the request that a message asks for, from its headers and its body. Headers win over the body.
 *
 * <p>One instance a message, which stays as it is: after a failure it may be sent again.
 */
final class RequestReader {

    /** How messages of failures call the body. */
    static final String BODY = "The message body";

    /** What a body of this type asks for. */
    private record BodyType<T>(Class<T> type, BiFunction<RequestReader, T, AipiRequest> reading) {

        boolean is(Object body) {
            return type.isInstance(body);
        }

        AipiRequest read(RequestReader reader, Object body) {
            return reading.apply(reader, type.cast(body));
        }
    }

    /** The first that fits counts; the last fits everything. */
    private static final List<BodyType<?>> BODY_TYPES = List.of(
            new BodyType<>(Map.class, RequestReader::ofMap),
            new BodyType<>(JsonNode.class, (reader, node) -> reader.unlessEmpty(reader.ofJsonNode(node))),
            new BodyType<>(Media.class, (reader, media) -> ofMedia(media)),
            new BodyType<>(List.class, RequestReader::ofList),
            new BodyType<>(CharSequence.class, (reader, text) -> reader.unlessEmpty(reader.ofText(text))),
            new BodyType<>(Object.class, (reader, body) -> reader.unlessEmpty(reader.ofContentOrAnything(body))));

    private final Exchange exchange;
    private final Message message;
    private final String endpoint;
    private final MessageText text;
    /** Null for none, which an empty one is as well. */
    private final String headerPrompt;
    /** Null for none. */
    private final Map<?, ?> headerParameters;

    /**
     * Reads the headers.
     *
     * @throws InvalidRequestException if there is something in them that cannot be sent
     */
    RequestReader(Exchange exchange, String endpoint) {
        this.exchange = exchange;
        this.message = exchange.getMessage();
        this.endpoint = endpoint;
        this.text = new MessageText(exchange, endpoint);
        this.headerPrompt = headerPrompt();
        this.headerParameters = headerParameters();
    }

    /**
     * The request.
     *
     * @throws InvalidRequestException if there is nothing that can be sent
     */
    AipiRequest request() {
        AipiRequest fromBody = fromBody();
        Map<String, Object> parameters = new LinkedHashMap<>(fromBody.parameters());
        if (headerParameters != null) {
            parameters.putAll(named(headerParameters));
        }
        // over the body's prompt wins a parameter of the header, too, if it is one with the prompt's name
        return headerPrompt != null
                ? new AipiRequest(headerPrompt, parameters)
                : new AipiRequest(fromBody.prompt(), parameters, headerParameters != null);
    }

    // ---- headers

    private String headerPrompt() {
        Object header = message.getHeader(AipiConstants.PROMPT);
        if (header == null) {
            return null;
        }
        String place = "The header " + AipiConstants.PROMPT;
        Object read = header instanceof CharSequence ? header : text.read(header, place);
        String prompt =
                read instanceof CharSequence chars ? MessageText.withoutMark(chars.toString()) : text.of(read, place);
        return prompt.isBlank() ? null : prompt;
    }

    /** Not by conversion: what cannot be converted would be left out without a word. */
    private Map<?, ?> headerParameters() {
        Object header = message.getHeader(AipiConstants.PARAMETERS);
        if (header == null || header instanceof Map) {
            return (Map<?, ?>) header;
        }
        throw invalid("The header " + AipiConstants.PARAMETERS + " must be a Map, but is a "
                + header.getClass().getName());
    }

    private Map<String, Object> named(Map<?, ?> parameters) {
        try {
            return AipiRequest.named(parameters);
        } catch (IllegalArgumentException e) {
            throw invalid(e.getMessage());
        }
    }

    // ---- body

    private AipiRequest fromBody() {
        Object body = message.getBody();
        if (body == null) {
            return AipiRequest.ofParameters(Map.of());
        }
        for (BodyType<?> type : BODY_TYPES) {
            if (type.is(body)) {
                return type.read(this, body);
            }
        }
        throw new IllegalStateException("No type fits " + body.getClass());
    }

    private AipiRequest ofMap(Map<?, ?> map) {
        return AipiRequest.ofParameters(named(map));
    }

    private AipiRequest ofJsonNode(JsonNode node) {
        return ofJson(node.isObject() ? fields(node) : node.isTextual() ? node.textValue() : node);
    }

    private static Map<String, Object> fields(JsonNode object) {
        Map<String, Object> fields = new LinkedHashMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        return fields;
    }

    private AipiRequest ofJson(Object value) {
        if (value instanceof String prompt) {
            return AipiRequest.ofPrompt(prompt);
        }
        if (value instanceof Map<?, ?> object) {
            return ofMap(object);
        }
        throw invalid("A JSON body must be an object with the parameters, or a string with the prompt, but is "
                + JsonContent.kind(value));
    }

    /** An image or a sound goes under the endpoint's parameter for it; its usual name holds where nobody says. */
    private static AipiRequest ofMedia(Media media) {
        String type = media.mediaType();
        String name = type.startsWith("audio/") ? "audio" : type.startsWith("video/") ? "video" : "image";
        return AipiRequest.ofParameters(Map.of(media.name() != null ? media.name() : name, media));
    }

    /** Text and pictures: the texts, a line each, are the prompt. */
    private AipiRequest ofList(List<?> list) {
        List<String> texts = new ArrayList<>();
        List<Media> media = new ArrayList<>();
        for (Object element : list) {
            if (element == null) {
                throw invalid("A list in the message body has an element that is null");
            }
            Object read = text.read(element, BODY);
            Optional<Media> file = read instanceof Media one
                    ? Optional.of(one)
                    : read instanceof byte[] bytes ? Media.recognise(bytes) : Optional.empty();
            if (file.isPresent()) {
                media.add(file.get());
            } else if (!(read instanceof CharSequence || read instanceof byte[])) {
                throw invalid("A list in the message body has a "
                        + element.getClass().getName() + ", which is neither text nor a file; convert it first");
            } else {
                texts.add(MessageText.withoutMark(text.of(read, BODY)));
            }
        }
        String prompt = texts.isEmpty() ? null : String.join("\n", texts);
        if (media.size() > 1) {
            return new AipiRequest(prompt, Map.of("image", media));
        }
        return new AipiRequest(
                prompt, media.isEmpty() ? Map.of() : ofMedia(media.get(0)).parameters());
    }

    private AipiRequest ofText(CharSequence body) {
        try {
            // a character is a byte at least
            Content.checkLength(body.length());
        } catch (Content.TooLongException e) {
            throw MessageContent.unreadable(BODY, e, endpoint);
        }
        String prompt = MessageText.withoutMark(body.toString());
        return !JsonContent.isDeclared(exchange) || prompt.isBlank()
                ? AipiRequest.ofPrompt(prompt)
                : ofJson(JsonContent.parse(prompt, endpoint));
    }

    private AipiRequest ofContentOrAnything(Object body) {
        Object read = text.read(body, BODY);
        if (read instanceof byte[] bytes) {
            return Media.recognise(bytes).map(RequestReader::ofMedia).orElseGet(() -> ofText(text.of(bytes, BODY)));
        }
        return read instanceof String content ? ofText(content) : AipiRequest.ofPrompt(text.of(read, BODY));
    }

    /** An empty text is none, beside what the headers ask for; without them there is nothing to send. */
    private AipiRequest unlessEmpty(AipiRequest request) {
        if (request.prompt() == null || !request.prompt().isBlank()) {
            return request;
        }
        if (headerPrompt == null && headerParameters == null) {
            throw invalid("The message body is empty: nothing to send. Put the prompt into the body or the header "
                    + AipiConstants.PROMPT);
        }
        return AipiRequest.ofParameters(Map.of());
    }

    private InvalidRequestException invalid(String reason) {
        return new InvalidRequestException(reason, ErrorContext.of(endpoint));
    }
}
