/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.AipiRequest;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.JobState;
import io.aipi.client.Media;
import io.aipi.client.Submission;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.ProtocolViolationException;
import java.io.File;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
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

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, Object>> MAP = new TypeReference<>() {};

    /** What one job leaves in the headers. */
    private static final List<String> JOB_HEADERS = List.of(
            AipiConstants.JOB_ID,
            AipiConstants.ENDPOINT,
            AipiConstants.JOB_STATE,
            AipiConstants.PROGRESS,
            AipiConstants.QUEUE_POSITION,
            AipiConstants.ESTIMATE,
            AipiConstants.WORKERS_ONLINE,
            AipiConstants.SEED,
            AipiConstants.COMPUTE_DURATION,
            AipiConstants.TOTAL_DURATION,
            AipiConstants.WORKER,
            AipiConstants.MEDIA_TYPES,
            AipiConstants.ERROR_TYPE,
            AipiConstants.REASON);

    @Override
    public AipiRequest toRequest(Exchange exchange, AipiEndpoint endpoint) {
        Message message = exchange.getMessage();
        if (message.getBody() instanceof AipiRequest request) {
            return request;
        }
        String prompt = message.getHeader(AipiConstants.PROMPT, String.class);
        Map<?, ?> headerParameters = headerParameters(message, endpoint);
        boolean askedByHeader = prompt != null || headerParameters != null;
        AipiRequest fromBody = fromBody(exchange, endpoint, askedByHeader);
        Map<String, Object> parameters = new LinkedHashMap<>(fromBody.parameters());
        if (headerParameters != null) {
            headerParameters.forEach((name, value) -> parameters.put(String.valueOf(name), value));
        }
        return new AipiRequest(prompt != null ? prompt : fromBody.prompt(), parameters);
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

    private AipiRequest fromBody(Exchange exchange, AipiEndpoint endpoint, boolean askedByHeader) {
        Object body = exchange.getMessage().getBody();
        if (body == null) {
            return AipiRequest.ofParameters(Map.of());
        }
        if (body instanceof Map<?, ?> map) {
            Map<String, Object> parameters = new LinkedHashMap<>();
            map.forEach((name, value) -> parameters.put(String.valueOf(name), value));
            return AipiRequest.ofParameters(parameters);
        }
        if (body instanceof JsonNode node) {
            return fromJson(node, endpoint);
        }
        if (body instanceof Media media) {
            return fromMedia(media);
        }
        AipiRequest request = body instanceof CharSequence text
                ? fromText(exchange, endpoint, text.toString())
                : fromBytesOrAnything(exchange, endpoint, body);
        boolean nothing = request.prompt() != null && request.prompt().isBlank();
        if (nothing && !askedByHeader) {
            throw invalid(
                    endpoint,
                    "The message body is empty: nothing to send. Put the prompt into the body or the header "
                            + AipiConstants.PROMPT);
        }
        return nothing ? AipiRequest.ofParameters(Map.of()) : request;
    }

    private AipiRequest fromText(Exchange exchange, AipiEndpoint endpoint, String text) {
        if (!isJson(exchange) || text.isBlank()) {
            return AipiRequest.ofPrompt(text);
        }
        try {
            return fromJson(JSON.readTree(text), endpoint);
        } catch (JsonProcessingException e) {
            throw invalid(
                    endpoint,
                    "The message's content type is JSON but its body is not: " + e.getOriginalMessage()
                            + ". Send JSON, or remove the header " + Exchange.CONTENT_TYPE);
        }
    }

    private AipiRequest fromJson(JsonNode node, AipiEndpoint endpoint) {
        if (node.isTextual()) {
            return AipiRequest.ofPrompt(node.textValue());
        }
        if (!node.isObject()) {
            throw invalid(
                    endpoint,
                    "A JSON body must be an object with the parameters, or a string with the prompt, but is "
                            + node.getNodeType().name().toLowerCase(Locale.ROOT));
        }
        return AipiRequest.ofParameters(JSON.convertValue(node, MAP));
    }

    private AipiRequest fromBytesOrAnything(Exchange exchange, AipiEndpoint endpoint, Object body) {
        if (!isContent(body)) {
            return AipiRequest.ofPrompt(asText(exchange, endpoint, body));
        }
        byte[] bytes = exchange.getContext().getTypeConverter().tryConvertTo(byte[].class, exchange, body);
        if (bytes == null) {
            throw unusable(endpoint, body);
        }
        return Media.recognise(bytes)
                .map(DefaultAipiBinding::fromMedia)
                .orElseGet(() -> fromText(exchange, endpoint, decode(exchange, endpoint, bytes)));
    }

    /** True for what holds a file's or a stream's content rather than being a value. */
    private static boolean isContent(Object body) {
        return body instanceof byte[]
                || body instanceof InputStream
                || body instanceof StreamCache
                || body instanceof WrappedFile
                || body instanceof File
                || body instanceof Path
                || body instanceof ByteBuffer
                || body instanceof Reader;
    }

    /** The value as text, if it is a plain one or somebody made a converter for it: any object has a toString(). */
    private static String asText(Exchange exchange, AipiEndpoint endpoint, Object body) {
        if (body instanceof Number || body instanceof Boolean || body instanceof Character || body instanceof Enum) {
            return body.toString();
        }
        boolean convertible =
                exchange.getContext().getTypeConverterRegistry().lookup(String.class, body.getClass()) != null;
        String text = convertible
                ? exchange.getContext().getTypeConverter().tryConvertTo(String.class, exchange, body)
                : null;
        if (text == null) {
            throw unusable(endpoint, body);
        }
        return text;
    }

    private static InvalidRequestException unusable(AipiEndpoint endpoint, Object body) {
        return invalid(
                endpoint,
                "A message body of type " + body.getClass().getName()
                        + " is neither text, JSON, a map nor a file; convert it first");
    }

    /** An image or a sound goes under the endpoint's parameter for it; its usual name holds where nobody says. */
    private static AipiRequest fromMedia(Media media) {
        String type = media.mediaType();
        String name = type.startsWith("audio/") ? "audio" : type.startsWith("video/") ? "video" : "image";
        return AipiRequest.ofParameters(Map.of(media.name() != null ? media.name() : name, media));
    }

    private static String decode(Exchange exchange, AipiEndpoint endpoint, byte[] bytes) {
        Charset charset = charset(exchange, endpoint);
        try {
            CharBuffer text = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes));
            if (text.chars().anyMatch(c -> c == 0)) {
                throw new CharacterCodingException();
            }
            return text.toString();
        } catch (CharacterCodingException e) {
            throw invalid(
                    endpoint,
                    "The message body (" + bytes.length + " bytes) is neither " + charset
                            + " text nor an image or sound of a known kind. Convert it, or name its character set in the"
                            + " property " + Exchange.CHARSET_NAME);
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
        String id = exchange.getMessage().getHeader(AipiConstants.JOB_ID, String.class);
        if (id == null) {
            id = exchange.getMessage().getBody(String.class);
        }
        if (id == null || id.isBlank()) {
            throw invalid(
                    endpoint,
                    "The job is not named: put its id into the header " + AipiConstants.JOB_ID + " or the body");
        }
        return id.trim();
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
        setIfKnown(message, AipiConstants.ESTIMATE, millis(progress.estimate()));
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
                AipiConstants.REASON, failure instanceof AipiException ? failure.getMessage() : failure.toString());
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
