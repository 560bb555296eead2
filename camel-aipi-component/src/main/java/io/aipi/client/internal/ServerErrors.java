/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which error an answer means. One status means different things on different routes, hence the {@link Route}. */
final class ServerErrors {

    /** What was asked. */
    enum Route {
        LOGIN,
        SUBMIT,
        HELD_SUBMIT,
        PROGRESS,
        QUERY
    }

    /** Reasons are quoted until they are longer than this together; an answer may have as many as it likes. */
    private static final int MAX_WORDS = 4_000;

    private final URI server;
    private final SecretMask secrets;

    ServerErrors(URI server, SecretMask secrets) {
        this.server = server;
        this.secrets = secrets;
    }

    /** The JSON of an answer that says success by its status; anything else is the error it means. */
    Map<String, Object> requireJson(Route route, HttpAnswer answer, boolean withProgressData, ErrorContext context) {
        if (answer.status() / 100 != 2) {
            throw of(route, answer, context);
        }
        try {
            return AnswerReader.read(answer, withProgressData, secrets);
        } catch (IOException e) {
            throw notJson(answer, context, e);
        }
    }

    /** A 2xx answer that is not the JSON object that must be there. */
    ProtocolViolationException notJson(HttpAnswer answer, ErrorContext context, IOException cause) {
        String type =
                answer.contentType() == null ? "something without a content type" : secrets.quote(answer.contentType());
        String position =
                cause instanceof com.fasterxml.jackson.core.JsonProcessingException json && json.getLocation() != null
                        ? ", at byte " + json.getLocation().getByteOffset()
                        : "";
        if (cause instanceof StreamConstraintsException) {
            return new ProtocolViolationException(
                    server + " answered " + type + " of " + answer.length()
                            + " bytes with more in it than is read: up to "
                            + AnswerReader.MAX_TOKENS + " names, values and brackets, " + AnswerReader.MAX_NESTING
                            + " levels, names of " + AnswerReader.MAX_NAME_LENGTH + " and numbers of "
                            + AnswerReader.MAX_NUMBER_LENGTH + " characters" + position,
                    context.withStatus(answer.status()),
                    null);
        }
        // the parser's own message quotes the text around the fault, which may be a key: it is not taken over
        return new ProtocolViolationException(
                server + " answered " + type + " of " + answer.length() + " bytes that is not a JSON object" + position
                        + "; check that serverUrl is the address of an AIPI server",
                context.withStatus(answer.status()),
                null);
    }

    /** The error that an answer with another status than 2xx means. */
    AipiException of(Route route, HttpAnswer answer, ErrorContext context) {
        return of(route, answer, bodyOf(answer), context);
    }

    /** The error that an answer of any status means, its JSON being read already. */
    AipiException of(Route route, HttpAnswer answer, Map<String, Object> body, ErrorContext place) {
        ErrorContext context = place.withStatus(answer.status());
        List<String> words = words(body);
        String said = words.isEmpty() ? "no reason given" : String.join("; ", words);
        boolean listed = body.get("error") instanceof List<?>;
        return switch (answer.status()) {
            case 200 -> refusal(route, words, said, listed, context);
            case 400 -> badRequest(route, words, said, listed, body, context);
            case 401 ->
                new AuthenticationException(
                        server + " refused the credentials: " + said + "; check apiKey and loginRoute", context);
            case 402 ->
                route == Route.PROGRESS
                        ? new JobLapsedException(
                                "The server does not know the job (any more): it expired, or the server was restarted: "
                                        + said,
                                JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                                context)
                        : notAllowed(said, context);
            case 403 -> notAllowed(said, context);
            case 404, 405 ->
                new EndpointUnavailableException(
                        server + " has no such endpoint: " + said + "; check the endpoint's name and serverUrl",
                        false,
                        context);
            case 413 ->
                new InvalidRequestException(
                        "The request is too large for the server (" + said + "); its bound is "
                                + Protocol.MAX_REQUEST_SIZE + " bytes by default",
                        context);
            case 429 -> new QueueFullException(server + " asks to wait: " + said, answer.retryAfter(), context);
            default -> other(route, answer, said, context);
        };
    }

    private AipiException refusal(Route route, List<String> words, String said, boolean listed, ErrorContext context) {
        return switch (route) {
            case LOGIN ->
                new AuthenticationException(
                        server + " refused the login: " + said + "; check user, apiKey and loginRoute", context);
            case SUBMIT, HELD_SUBMIT -> badRequest(route, words, said, listed, Map.of(), context);
            default ->
                new ProtocolViolationException(
                        server + " answered success:false with HTTP 200: " + said, context, null);
        };
    }

    private AipiException badRequest(
            Route route,
            List<String> words,
            String said,
            boolean listed,
            Map<String, Object> body,
            ErrorContext context) {
        if ("lapsed".equals(body.get("job_state"))) {
            return new JobLapsedException(said, JobLapsedException.Reason.LAPSED, context);
        }
        // a full queue and a wrong parameter differ in the type of "error" and in words only
        String lower = said.toLowerCase(Locale.ROOT);
        if (!listed && lower.contains("queue") && (lower.contains("max") || lower.contains("full"))) {
            return new QueueFullException("The server's job queue is full: " + said, null, context);
        }
        if (!listed && lower.contains("disabled")) {
            return new EndpointUnavailableException("The endpoint is out of service: " + said, true, context);
        }
        if (route == Route.PROGRESS || words.isEmpty()) {
            return new ProtocolViolationException(server + " refused the request: " + said, context, null);
        }
        return new InvalidRequestException(words, context);
    }

    private AipiException notAllowed(String said, ErrorContext context) {
        return new NotAllowedException(
                "The API key is not allowed here: " + said + "; ask the server's administrator", context);
    }

    private AipiException other(Route route, HttpAnswer answer, String said, ErrorContext context) {
        if (answer.status() / 100 == 3) {
            return new ProtocolViolationException(
                    server + " redirects" + (answer.location() == null ? "" : " to " + secrets.quote(answer.location()))
                            + ", which is not followed since credentials would go there; set serverUrl to the real"
                            + " address",
                    context,
                    null);
        }
        if (answer.status() == 503 && route == Route.HELD_SUBMIT && said.contains("Response Timeout")) {
            return new JobTimeoutException(
                    "The server held the request for as long as it may and gave up the job's result (" + said
                            + "); poll (holdConnection=false) for jobs that take longer",
                    context);
        }
        if (answer.status() == 503 && answer.retryAfter() != null) {
            // a rate limit, by the other status that is in use for it
            return new QueueFullException(server + " asks to wait: " + said, answer.retryAfter(), context);
        }
        if (answer.status() >= 500 || answer.status() == 408 || answer.status() == 425) {
            return new EndpointUnavailableException(server + " could not serve the request: " + said, true, context);
        }
        return new ProtocolViolationException(
                server + " answered HTTP " + answer.status() + ", which the protocol does not know: " + said,
                context,
                null);
    }

    private Map<String, Object> bodyOf(HttpAnswer answer) {
        try {
            return AnswerReader.read(answer, false, secrets);
        } catch (IOException notJson) {
            return Map.of();
        }
    }

    /** What may be quoted of what the server gives as reasons: {@code error} as a list or a string, or a framework's {@code message}. */
    private List<String> words(Map<String, Object> body) {
        Object error = body.get("error");
        List<?> raw;
        if (error instanceof List<?> list) {
            raw = list;
        } else if (error instanceof Map<?, ?> object && object.get("message") != null) {
            raw = List.of(object.get("message"));
        } else if (error != null) {
            raw = List.of(error);
        } else if (body.get("message") != null) {
            raw = List.of(body.get("message"));
        } else {
            raw = List.of();
        }
        List<String> words = new ArrayList<>();
        int length = 0;
        for (Object word : raw) {
            if (length > MAX_WORDS) {
                words.add("... (" + raw.size() + " in all)");
                break;
            }
            String quoted = secrets.quote(String.valueOf(word).strip());
            if (!quoted.isEmpty()) {
                words.add(quoted);
                length += quoted.length();
            }
        }
        return words;
    }
}
