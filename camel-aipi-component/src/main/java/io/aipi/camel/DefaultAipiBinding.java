/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.internal.MessageContent;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Content;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.Media;
import io.aipi.client.model.Submission;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.util.IOHelper;

/**
 * The documented mapping.
 *
 * <p>In: a map, a {@code JsonNode} or a body of a JSON content type brings parameters; an {@link AipiRequest} is sent as it
 * is; a file, stream or byte array is an image or a sound if its bytes say so, else text; everything that Camel can convert
 * to a String is the prompt. Out: see {@link OutputType}.
 */
public class DefaultAipiBinding implements AipiBinding {

    private static final ObjectMapper JSON_VALUES = new ObjectMapper();

    /** Takes JSON of a request's size. Of what could fill the memory, small values take most of their JSON's size. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxTokenCount(1_000_000)
                    .build())
            // names are the sender's to choose: they must not fill a table that lives as long as the process
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build()
            .setCodec(JSON_VALUES);

    private static final String BODY = "The message body";
    private static final String BYTE_ORDER_MARK = "\ufeff";

    /** What one job leaves in the headers. */
    private static final List<String> JOB_HEADERS = List.of(
            AipiConstants.JOB_ID,
            AipiConstants.ENDPOINT,
            AipiConstants.JOB_STATE,
            AipiConstants.PROGRESS,
            AipiConstants.QUEUE_POSITION,
            AipiConstants.ESTIMATED_TIME_REMAINING,
            AipiConstants.WORKERS_ONLINE,
            AipiConstants.SEED,
            AipiConstants.COMPUTE_DURATION,
            AipiConstants.TOTAL_DURATION,
            AipiConstants.WORKER,
            AipiConstants.MEDIA_TYPES,
            AipiConstants.ERROR_TYPE,
            AipiConstants.ERROR_MESSAGE);

    @Override
    public AipiRequest toRequest(Exchange exchange, AipiEndpoint endpoint) {
        Message message = exchange.getMessage();
        if (message.getBody() instanceof AipiRequest request) {
            return request;
        }
        String prompt = promptOfHeader(exchange, endpoint);
        Map<?, ?> headerParameters = headerParameters(message, endpoint);
        boolean askedByHeader = prompt != null || headerParameters != null;
        AipiRequest fromBody = fromBody(exchange, endpoint, askedByHeader);
        Map<String, Object> parameters = new LinkedHashMap<>(fromBody.parameters());
        if (headerParameters != null) {
            parameters.putAll(named(headerParameters, endpoint));
        }
        // headers win over the body: over the body's prompt a parameter of the header, if it is one with the prompt's
        // name
        return prompt != null
                ? new AipiRequest(prompt, parameters)
                : new AipiRequest(fromBody.prompt(), parameters, headerParameters != null);
    }

    /** Null for none, which an empty one is as well. */
    private static String promptOfHeader(Exchange exchange, AipiEndpoint endpoint) {
        Object header = exchange.getMessage().getHeader(AipiConstants.PROMPT);
        if (header == null) {
            return null;
        }
        String place = "The header " + AipiConstants.PROMPT;
        Object read = header instanceof CharSequence ? header : read(exchange, endpoint, header, place);
        String text = read instanceof byte[] bytes
                ? decode(exchange, endpoint, bytes, place)
                : read instanceof CharSequence chars
                        ? withoutMark(chars.toString())
                        : asText(exchange, endpoint, read, place);
        return text.isBlank() ? null : text;
    }

    /** Not by conversion: what cannot be converted would be left out without a word. */
    private static Map<?, ?> headerParameters(Message message, AipiEndpoint endpoint) {
        Object header = message.getHeader(AipiConstants.PARAMETERS);
        if (header == null || header instanceof Map) {
            return (Map<?, ?>) header;
        }
        throw invalid(
                endpoint,
                "The header " + AipiConstants.PARAMETERS + " must be a Map, but is a "
                        + header.getClass().getName());
    }

    private static Map<String, Object> named(Map<?, ?> parameters, AipiEndpoint endpoint) {
        try {
            return AipiRequest.named(parameters);
        } catch (IllegalArgumentException e) {
            throw invalid(endpoint, e.getMessage());
        }
    }

    private AipiRequest fromBody(Exchange exchange, AipiEndpoint endpoint, boolean askedByHeader) {
        Object body = exchange.getMessage().getBody();
        if (body == null) {
            return AipiRequest.ofParameters(Map.of());
        }
        if (body instanceof Map<?, ?> map) {
            return AipiRequest.ofParameters(named(map, endpoint));
        }
        if (body instanceof JsonNode node) {
            return fromJson(node.isObject() ? fields(node) : node.isTextual() ? node.textValue() : node, endpoint);
        }
        if (body instanceof Media media) {
            return fromMedia(media);
        }
        AipiRequest request = body instanceof CharSequence text
                ? fromText(exchange, endpoint, text)
                : fromContentOrAnything(exchange, endpoint, body);
        boolean nothing = request.prompt() != null && request.prompt().isBlank();
        if (nothing && !askedByHeader) {
            throw invalid(
                    endpoint,
                    "The message body is empty: nothing to send. Put the prompt into the body or the header "
                            + AipiConstants.PROMPT);
        }
        return nothing ? AipiRequest.ofParameters(Map.of()) : request;
    }

    private static Map<String, Object> fields(JsonNode object) {
        Map<String, Object> fields = new LinkedHashMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        return fields;
    }

    private static AipiRequest fromText(Exchange exchange, AipiEndpoint endpoint, CharSequence body) {
        try {
            // a character is a byte at least
            Content.checkLength(body.length());
        } catch (Content.TooLongException e) {
            throw MessageContent.unreadable(BODY, e, endpoint.getEndpointName());
        }
        String text = withoutMark(body.toString());
        return !isJson(exchange) || text.isBlank()
                ? AipiRequest.ofPrompt(text)
                : fromJson(parsed(text, endpoint), endpoint);
    }

    /** A byte order mark says how bytes become text; it is no part of the text. */
    private static String withoutMark(String text) {
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
    }

    private static Object parsed(String text, AipiEndpoint endpoint) {
        try (JsonParser parser = JSON.createParser(text)) {
            Object value = parser.readValueAs(Object.class);
            JsonLocation end = parser.currentLocation();
            if (isMore(parser)) {
                throw invalid(
                        endpoint,
                        "The message's content type is JSON, but its body goes on after the first value, which ends at "
                                + place(end)
                                + ". A message is one request: split it before");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw notJson(endpoint, e.getOriginalMessage() + " at " + place(e.getLocation()));
        } catch (IOException e) {
            throw notJson(endpoint, e.getMessage());
        }
    }

    /** Whatever it is, JSON or not. */
    private static boolean isMore(JsonParser parser) throws IOException {
        try {
            return parser.nextToken() != null;
        } catch (JsonProcessingException e) {
            return true;
        }
    }

    private static String place(JsonLocation location) {
        return location == null
                ? "an unknown place"
                : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static InvalidRequestException notJson(AipiEndpoint endpoint, String reason) {
        return invalid(
                endpoint,
                "The message's content type is JSON but its body is not: " + reason
                        + ". Send JSON, or remove the header " + Exchange.CONTENT_TYPE);
    }

    private static AipiRequest fromJson(Object value, AipiEndpoint endpoint) {
        if (value instanceof String text) {
            return AipiRequest.ofPrompt(text);
        }
        if (value instanceof Map<?, ?> object) {
            return AipiRequest.ofParameters(named(object, endpoint));
        }
        throw invalid(
                endpoint,
                "A JSON body must be an object with the parameters, or a string with the prompt, but is "
                        + kind(value instanceof JsonNode node ? node : JSON_VALUES.valueToTree(value)));
    }

    private static String kind(JsonNode node) {
        return node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static AipiRequest fromContentOrAnything(Exchange exchange, AipiEndpoint endpoint, Object body) {
        Object read = read(exchange, endpoint, body, BODY);
        if (read instanceof byte[] bytes) {
            return Media.recognise(bytes)
                    .map(DefaultAipiBinding::fromMedia)
                    .orElseGet(() -> fromText(exchange, endpoint, decode(exchange, endpoint, bytes, BODY)));
        }
        return read instanceof String text
                ? fromText(exchange, endpoint, text)
                : AipiRequest.ofPrompt(asText(exchange, endpoint, read, BODY));
    }

    /** Of what holds content its bytes or its text, else the value itself. */
    private static Object read(Exchange exchange, AipiEndpoint endpoint, Object value, String place) {
        if (!MessageContent.isContent(value)) {
            return value;
        }
        try {
            return MessageContent.read(value, exchange);
        } catch (IOException e) {
            throw MessageContent.unreadable(place, e, endpoint.getEndpointName());
        }
    }

    /** The value as text, if it is a plain one or somebody made a converter for it: any object has a toString(). */
    private static String asText(Exchange exchange, AipiEndpoint endpoint, Object value, String place) {
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof Number || value instanceof Boolean || value instanceof Character) {
            return value.toString();
        }
        boolean convertible =
                exchange.getContext().getTypeConverterRegistry().lookup(String.class, value.getClass()) != null;
        String text = convertible
                ? exchange.getContext().getTypeConverter().tryConvertTo(String.class, exchange, value)
                : null;
        if (text == null) {
            throw invalid(
                    endpoint,
                    place + " is a " + value.getClass().getName()
                            + ", which is neither text, JSON, a map nor a file; convert it first");
        }
        return text;
    }

    /** An image or a sound goes under the endpoint's parameter for it; its usual name holds where nobody says. */
    private static AipiRequest fromMedia(Media media) {
        String type = media.mediaType();
        String name = type.startsWith("audio/") ? "audio" : type.startsWith("video/") ? "video" : "image";
        return AipiRequest.ofParameters(Map.of(media.name() != null ? media.name() : name, media));
    }

    private static String decode(Exchange exchange, AipiEndpoint endpoint, byte[] bytes, String place) {
        Mark mark = Mark.of(bytes);
        Charset charset = mark != null ? mark.charset : charset(exchange, endpoint);
        int begin = mark != null ? mark.bytes.length : 0;
        try {
            CharBuffer text = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, begin, bytes.length - begin));
            if (text.chars().anyMatch(c -> c == 0)) {
                throw new CharacterCodingException();
            }
            return text.toString();
        } catch (CharacterCodingException e) {
            throw invalid(
                    endpoint,
                    place + " (" + bytes.length + " bytes) is neither " + charset
                            + " text nor an image or sound of a known kind. Convert it, or name its character set in the"
                            + " property " + Exchange.CHARSET_NAME);
        }
    }

    /** The byte order marks, which tell the character set more surely than any header. */
    private enum Mark {
        UTF_8(StandardCharsets.UTF_8, 0xef, 0xbb, 0xbf),
        UTF_16LE(StandardCharsets.UTF_16LE, 0xff, 0xfe),
        UTF_16BE(StandardCharsets.UTF_16BE, 0xfe, 0xff);

        private final Charset charset;

        @SuppressWarnings("ImmutableEnumChecker") // never handed out
        private final byte[] bytes;

        Mark(Charset charset, int... bytes) {
            this.charset = charset;
            this.bytes = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                this.bytes[i] = (byte) bytes[i];
            }
        }

        /** Null for none. */
        static Mark of(byte[] content) {
            for (Mark mark : values()) {
                int length = Math.min(content.length, mark.bytes.length);
                if (Arrays.equals(content, 0, length, mark.bytes, 0, mark.bytes.length)) {
                    return mark;
                }
            }
            return null;
        }
    }

    private static Charset charset(Exchange exchange, AipiEndpoint endpoint) {
        String named = ExchangeHelper.getCharsetName(exchange, false);
        if (named == null) {
            String contentType = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class);
            // UTF-8 where the content type names none
            named = contentType == null ? "UTF-8" : IOHelper.getCharsetNameFromContentType(contentType);
        }
        try {
            return Charset.forName(named);
        } catch (IllegalArgumentException e) {
            throw invalid(endpoint, "The message's character set '" + named + "' is not known here");
        }
    }

    private static boolean isJson(Exchange exchange) {
        return isJson(exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class))
                || isJson(exchange.getMessage().getHeader(Exchange.FILE_CONTENT_TYPE, String.class));
    }

    private static boolean isJson(String contentType) {
        if (contentType == null) {
            return false;
        }
        String type = contentType.toLowerCase(Locale.ROOT).split(";", 2)[0].trim();
        return "application/json".equals(type) || "text/json".equals(type) || type.endsWith("+json");
    }

    @Override
    public String toJobId(Exchange exchange, AipiEndpoint endpoint) {
        Message message = exchange.getMessage();
        String id =
                idIn(exchange, endpoint, message.getHeader(AipiConstants.JOB_ID), "The header " + AipiConstants.JOB_ID);
        if (id == null) {
            id = idIn(exchange, endpoint, message.getBody(), BODY);
        }
        if (id == null || id.isBlank()) {
            throw invalid(
                    endpoint,
                    "The job is not named: put its id into the header " + AipiConstants.JOB_ID + " or the body");
        }
        return id.trim();
    }

    private static String idIn(Exchange exchange, AipiEndpoint endpoint, Object value, String place) {
        Object read = value == null || value instanceof CharSequence ? value : read(exchange, endpoint, value, place);
        if (read == null || read instanceof CharSequence) {
            return read == null ? null : read.toString();
        }
        return read instanceof byte[] bytes
                ? decode(exchange, endpoint, bytes, place)
                : asText(exchange, endpoint, read, place);
    }

    @Override
    public void populate(Exchange exchange, AipiEndpoint endpoint, Submission submission) {
        Message message = withoutEarlierJob(exchange);
        message.setHeader(AipiConstants.ENDPOINT, endpoint.getEndpointName());
        message.setHeader(AipiConstants.JOB_ID, submission.jobId());
        if (submission.result() != null) {
            // a server that did not wait to be asked
            exchange.setProperty(AipiConstants.RESULT_PROPERTY, submission.result());
        }
        text(message, submission.jobId());
    }

    @Override
    public void populate(Exchange exchange, AipiEndpoint endpoint, JobProgress progress) {
        Message message = withoutEarlierJob(exchange);
        exchange.setProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, progress);
        message.setHeader(AipiConstants.ENDPOINT, progress.endpoint());
        message.setHeader(AipiConstants.JOB_ID, progress.jobId());
        message.setHeader(AipiConstants.JOB_STATE, progress.state().word());
        setIfKnown(message, AipiConstants.PROGRESS, progress.progress());
        setIfKnown(message, AipiConstants.QUEUE_POSITION, progress.queuePosition());
        setIfKnown(message, AipiConstants.ESTIMATED_TIME_REMAINING, millis(progress.estimate()));
        setIfKnown(message, AipiConstants.WORKERS_ONLINE, progress.workersOnline());
        setIfKnown(message, AipiConstants.WORKER, progress.worker());
        if (progress.text() != null) {
            text(message, progress.text());
        } else {
            media(message, progress.media());
        }
    }

    @Override
    public void populate(Exchange exchange, AipiEndpoint endpoint, JobResult result) {
        // first, since it may fail, and the message then stays as it is
        Object body = body(result, endpoint.getConfiguration().getOutputType(), endpoint);
        Message message = withoutEarlierJob(exchange);
        exchange.setProperty(AipiConstants.RESULT_PROPERTY, result);
        message.setHeader(AipiConstants.ENDPOINT, result.endpoint());
        setIfKnown(message, AipiConstants.JOB_ID, result.jobId());
        message.setHeader(AipiConstants.JOB_STATE, JobState.DONE.word());
        setIfKnown(message, AipiConstants.SEED, result.seed());
        setIfKnown(message, AipiConstants.COMPUTE_DURATION, millis(result.computeDuration()));
        setIfKnown(message, AipiConstants.TOTAL_DURATION, millis(result.totalDuration()));
        setIfKnown(message, AipiConstants.WORKER, result.worker());
        setMediaTypes(message, result.media());
        message.setBody(body);
        setContentType(message, contentType(body, result, endpoint));
    }

    @Override
    public void populateFailure(Exchange exchange, AipiEndpoint endpoint, String jobId, Throwable failure) {
        Message message = withoutEarlierJob(exchange);
        message.setHeader(AipiConstants.ENDPOINT, endpoint.getEndpointName());
        setIfKnown(message, AipiConstants.JOB_ID, jobId);
        message.setHeader(AipiConstants.JOB_STATE, JobState.FAILED.word());
        message.setHeader(AipiConstants.ERROR_TYPE, failure.getClass().getSimpleName());
        message.setHeader(
                AipiConstants.ERROR_MESSAGE,
                failure instanceof AipiException ? failure.getMessage() : failure.toString());
        exchange.setProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, failure);
    }

    /** The message, from which nothing of an earlier job in the route can pass for this one's. */
    private static Message withoutEarlierJob(Exchange exchange) {
        Message message = exchange.getMessage();
        JOB_HEADERS.forEach(message::removeHeader);
        exchange.removeProperty(AipiConstants.RESULT_PROPERTY);
        exchange.removeProperty(AipiConstants.PROGRESS_EVENT_PROPERTY);
        return message;
    }

    private static Object body(JobResult result, OutputType type, AipiEndpoint endpoint) {
        return switch (type) {
            case result -> result;
            case json -> result.toJson();
            case text -> required(result.text(), "text", result, endpoint);
            case images -> required(bytes(result.images()), "image", result, endpoint);
            case auto -> {
                if (result.text() != null) {
                    yield result.text();
                }
                Object media = bytes(result.media());
                yield media != null ? media : result.toJson();
            }
        };
    }

    private static Object required(Object output, String what, JobResult result, AipiEndpoint endpoint) {
        if (output == null) {
            throw new ProtocolViolationException(
                    "The result has no " + what + ". Its fields are: " + result.fieldNames()
                            + ". The whole result is the exchange property " + AipiConstants.RESULT_PROPERTY
                            + ". Check outputType",
                    ErrorContext.of(endpoint.getEndpointName(), result.jobId()),
                    null);
        }
        return output;
    }

    /** One file as its bytes, several as a list that {@code split()} takes apart; null for none. */
    private static Object bytes(List<Media> media) {
        return switch (media.size()) {
            case 0 -> null;
            case 1 -> media.get(0).bytes();
            default -> media.stream().map(Media::bytes).toList();
        };
    }

    private static String contentType(Object body, JobResult result, AipiEndpoint endpoint) {
        if (body instanceof byte[]) {
            List<Media> media =
                    endpoint.getConfiguration().getOutputType() == OutputType.images ? result.images() : result.media();
            return media.get(0).mediaType();
        }
        if (body instanceof String text) {
            return text.equals(result.text()) ? "text/plain;charset=UTF-8" : "application/json";
        }
        return null;
    }

    private static void text(Message message, String text) {
        message.setBody(text);
        message.setHeader(Exchange.CONTENT_TYPE, "text/plain;charset=UTF-8");
    }

    private static void media(Message message, List<Media> media) {
        message.setBody(bytes(media));
        setContentType(message, media.size() == 1 ? media.get(0).mediaType() : null);
        setMediaTypes(message, media);
    }

    private static void setMediaTypes(Message message, List<Media> media) {
        if (!media.isEmpty()) {
            message.setHeader(
                    AipiConstants.MEDIA_TYPES,
                    media.stream().map(Media::mediaType).toList());
        }
    }

    /** Null for none: the one that the message had was its old body's. */
    private static void setContentType(Message message, String contentType) {
        message.removeHeader(Exchange.CONTENT_TYPE);
        setIfKnown(message, Exchange.CONTENT_TYPE, contentType);
    }

    private static Long millis(Duration duration) {
        return duration == null ? null : (Long) duration.toMillis();
    }

    private static void setIfKnown(Message message, String header, Object value) {
        if (value != null) {
            message.setHeader(header, value);
        }
    }

    private static InvalidRequestException invalid(AipiEndpoint endpoint, String reason) {
        return new InvalidRequestException(reason, ErrorContext.of(endpoint.getEndpointName()));
    }
}
