/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.model.JobState;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Which error a response means. One status means different things on different routes, hence the {@link Route}. */
public final class ErrorMapper {

    /** What was asked. */
    public enum Route {
        LOGIN,
        SUBMIT,
        HELD_SUBMIT,
        PROGRESS,
        QUERY
    }

    /** Reasons are quoted until they are longer than this together; a response may have as many as it likes. */
    private static final int MAX_WORDS = 4_000;

    /** The server's sentences for a session key that it does not know. */
    private static final Pattern UNKNOWN_SESSION = Pattern.compile(
            "session[ _](?:auth(?:entication)?[ _])?key\\b.{0,40}\\b(?:not registered|not known|unknown|not valid|expired)",
            Pattern.CASE_INSENSITIVE);

    /** And for a job that it does not know. */
    private static final Pattern UNKNOWN_JOB =
            Pattern.compile("no active request with this job id|\\bunknown job\\b", Pattern.CASE_INSENSITIVE);

    private final URI server;
    private final SecretRedactor secrets;

    public ErrorMapper(URI server, SecretRedactor secrets) {
        this.server = server;
        this.secrets = secrets;
    }

    /** The JSON of a response that says success by its status; anything else is the error it means. */
    public Map<String, Object> requireJson(
            Route route, TransportResponse response, boolean withProgressData, ErrorContext context) {
        if (response.status() / 100 != 2) {
            throw of(route, response, context);
        }
        try {
            return ResponseParser.read(response, withProgressData, secrets);
        } catch (IOException e) {
            throw notJson(response, context, e);
        }
    }

    /** A 2xx response that is not the JSON object that must be there. */
    public ProtocolViolationException notJson(TransportResponse response, ErrorContext context, IOException cause) {
        String type = response.contentType() == null
                ? "something without a content type"
                : secrets.sanitize(response.contentType());
        String position =
                cause instanceof com.fasterxml.jackson.core.JsonProcessingException json && json.getLocation() != null
                        ? ", at byte " + json.getLocation().getByteOffset()
                        : "";
        if (cause instanceof StreamConstraintsException) {
            return new ProtocolViolationException(
                    server + " answered " + type + " of " + response.length()
                            + " bytes with more in it than is read: up to "
                            + ResponseParser.MAX_TOKENS + " names, values and brackets, " + ResponseParser.MAX_NESTING
                            + " levels, names of " + ResponseParser.MAX_NAME_LENGTH + " and numbers of "
                            + ResponseParser.MAX_NUMBER_LENGTH + " characters" + position,
                    context.withStatus(response.status()),
                    null);
        }
        // the parser's own message quotes the text around the fault, which may be a key: it is not taken over
        return new ProtocolViolationException(
                server + " answered " + type + " of " + response.length() + " bytes that is not a JSON object"
                        + position + "; check that serverUrl is the address of an AIPI server",
                context.withStatus(response.status()),
                null);
    }

    /** The error that a response with another status than 2xx means. */
    public AipiException of(Route route, TransportResponse response, ErrorContext context) {
        return of(route, response, bodyOf(response), context);
    }

    /** The error that a response of any status means, its JSON being read already. */
    public AipiException of(Route route, TransportResponse response, Map<String, Object> body, ErrorContext place) {
        ErrorContext context = place.withStatus(response.status());
        List<String> words = words(body);
        String said = words.isEmpty() ? "no reason given" : String.join("; ", words);
        boolean listed = body.get("error") instanceof List<?>;
        if (route == Route.PROGRESS) {
            requireSameJob(body, context);
            if (isUnknownJob(response.status(), said)) {
                return new JobLapsedException(
                        "The server does not know the job (any more): it expired, or the server was restarted: " + said,
                        JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                        context);
            }
            if (JobState.ofWord(LenientFields.text(body, "job_state")) == JobState.FAILED) {
                return canceled(body, context);
            }
        }
        if (route != Route.LOGIN && isUnknownSession(response.status(), said)) {
            return new AuthenticationException(server + " does not know the session: " + said, context);
        }
        return switch (response.status()) {
            case 200 -> refusal(route, words, said, listed, context);
            case 400 ->
                speaksOfTls(response, body)
                        ? new ProtocolViolationException(
                                server + " answered a request in clear that it speaks TLS: serverUrl is https://, not"
                                        + " http://",
                                context,
                                null)
                        : badRequest(route, words, said, listed, body, context);
            case 401 ->
                isForeign(response, body)
                        ? notOurs(response, context)
                        : new AuthenticationException(
                                server + " refused the credentials: " + said + "; check apiKey and loginMode", context);
            case 402 -> notAllowed(said, context);
            case 403 ->
                isForeign(response, body)
                        ? new NotAllowedException(
                                "Something between here and the AIPI server at " + server
                                        + ", a gateway or proxy, refused the request (HTTP 403): it does not seem to be"
                                        + " the API key that is not allowed",
                                context)
                        : notAllowed(said, context);
            case 404, 405 ->
                new EndpointUnavailableException(
                        isOfAipi(body)
                                ? server + " has no such endpoint: " + said
                                        + "; check the endpoint's name and serverUrl"
                                : notAipi(response, said),
                        false,
                        context);
            case 413 ->
                new InvalidRequestException(
                        "The request of " + response.requestLength() + " bytes is too large for "
                                + (words.isEmpty()
                                        ? "whoever answered, which does not seem to be the AIPI server but something"
                                                + " between (a proxy or gateway): raise its bound for request bodies"
                                        : "the server (" + said + "); its bound is " + ResponseMapper.MAX_REQUEST_SIZE
                                                + " bytes by default"),
                        context);
            case 429 -> new QueueFullException(server + " asks to wait: " + said, response.retryAfter(), context);
            default -> other(route, response, body, said, context);
        };
    }

    /**
     * Whether the response to a call with a session key means that the server does not know the key. The words tell, where there
     * are any: the status is 401 or 400, and both are used for other things as well (transcripts 28 and 227; of 0.9.0: 19, 28).
     */
    public boolean isUnknownSession(Route route, TransportResponse response) {
        if (response.status() / 100 != 4) {
            return false;
        }
        Map<String, Object> body = bodyOf(response);
        if (isForeign(response, body)) {
            // a gateway or proxy knows nothing of sessions
            return false;
        }
        String said = String.join("; ", words(body));
        if (route == Route.PROGRESS && isUnknownJob(response.status(), said)) {
            // a new session would not bring the job back
            return false;
        }
        return response.status() == 401 || isUnknownSession(response.status(), said);
    }

    /** Whether the response says so in words. A bare 401 may mean the credentials as well. */
    public boolean saysUnknownSession(TransportResponse response) {
        return isUnknownSession(response.status(), String.join("; ", words(bodyOf(response))));
    }

    private static boolean isUnknownSession(int status, String said) {
        return status / 100 == 4 && UNKNOWN_SESSION.matcher(said).find();
    }

    /** Whether the response to a poll says that there is no such job, whatever it says of the session. */
    private static boolean isUnknownJob(int status, String said) {
        return (status / 100 == 4 && UNKNOWN_JOB.matcher(said).find())
                || (status == 402 && !UNKNOWN_SESSION.matcher(said).find());
    }

    /** A poll for one job must not take what belongs to another one. */
    public void requireSameJob(Map<String, Object> response, ErrorContext context) {
        String id = ResponseMapper.jobId(response);
        String told = id != null ? id : ResponseMapper.jobId(LenientFields.object(response, "job_result"));
        if (told != null && context.jobId() != null && !told.equals(context.jobId())) {
            throw new ProtocolViolationException(
                    server + " answered the poll with the state of another job (" + secrets.sanitize(told) + ")",
                    context,
                    null);
        }
    }

    /** The server has given the job up because somebody wanted it so. */
    public JobFailedException canceled(Map<String, Object> response, ErrorContext context) {
        List<String> words = words(response);
        return new JobFailedException(
                "The server says that the job was " + secrets.sanitize(LenientFields.text(response, "job_state"))
                        + (words.isEmpty() ? "" : ": " + String.join("; ", words)),
                context);
    }

    /** Whether the response may come from an AIPI server, as far as its form tells (transcripts 71, 252). */
    private static boolean isOfAipi(Map<String, Object> body) {
        return body.containsKey("success") || (body.containsKey("status") && body.containsKey("message"));
    }

    private String notAipi(TransportResponse response, String said) {
        String form = response.length() == 0
                ? "nothing"
                : response.contentType() == null
                        ? "something without a content type"
                        : secrets.sanitize(response.contentType());
        return server + " answered HTTP " + response.status() + " with " + form + " (" + said
                + "), as an AIPI server does not. Something else seems to listen there: check host, port and path of"
                + " serverUrl, and what is between";
    }

    private AipiException refusal(Route route, List<String> words, String said, boolean listed, ErrorContext context) {
        return switch (route) {
            case LOGIN ->
                new AuthenticationException(
                        server + " refused the login: " + said + "; check user, apiKey and loginMode", context);
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
        if (JobState.ofWord(LenientFields.text(body, "job_state")) == JobState.LAPSED) {
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

    /** Whether something else than the AIPI server, which answers in JSON and sends no challenge, seems to have answered. */
    private static boolean isForeign(TransportResponse response, Map<String, Object> body) {
        return response.challenge() != null || (body.isEmpty() && response.length() > 0);
    }

    /** What common servers say in HTML or text to a request in clear on a port where they speak TLS. */
    private static boolean speaksOfTls(TransportResponse response, Map<String, Object> body) {
        if (!isForeign(response, body)) {
            return false;
        }
        String text =
                new String(response.body(), 0, Math.min(response.length(), MAX_WORDS), StandardCharsets.ISO_8859_1);
        return text.contains("HTTPS port") || text.contains("HTTPS server") || text.contains("SSL-enabled server");
    }

    private AuthenticationException notOurs(TransportResponse response, ErrorContext context) {
        String asked = response.challenge() == null
                ? ""
                : " (WWW-Authenticate: " + secrets.sanitize(response.challenge()) + ")";
        return new AuthenticationException(
                "Something between here and the AIPI server at " + server
                        + ", a gateway or proxy, asks for credentials of its own" + asked
                        + ": give them as a header (header.Authorization); it is not apiKey that was refused",
                context);
    }

    private AipiException notAllowed(String said, ErrorContext context) {
        return new NotAllowedException(
                "The API key is not allowed here: " + said + "; ask the server's administrator", context);
    }

    private AipiException other(
            Route route, TransportResponse response, Map<String, Object> body, String said, ErrorContext context) {
        if (response.status() / 100 == 3) {
            return new ProtocolViolationException(
                    server + " redirects"
                            + (response.location() == null ? "" : " to " + secrets.sanitize(response.location()))
                            + ", which is not followed since credentials would go there; set serverUrl to the real"
                            + " address",
                    context,
                    null);
        }
        if (response.status() == 503 && route == Route.HELD_SUBMIT && said.contains("Response Timeout")) {
            return new JobTimeoutException(
                    "The server held the request for as long as it may and gave up the job's result (" + said
                            + "); poll (holdConnection=false) for jobs that take longer",
                    context);
        }
        if (response.status() == 503 && response.retryAfter() != null) {
            // a rate limit, by the other status that is in use for it
            return new QueueFullException(server + " asks to wait: " + said, response.retryAfter(), context);
        }
        boolean foreign = !isOfAipi(body);
        if (response.status() == 501 && foreign) {
            // no gateway says this of a server that is away, and it does not pass
            return new EndpointUnavailableException(notAipi(response, said), false, context);
        }
        if (response.status() >= 500 || response.status() == 408 || response.status() == 425) {
            return new EndpointUnavailableException(
                    server + " could not serve the request: "
                            + said
                            + (foreign
                                    ? ". The response does not look like an AIPI server's: it may come from a proxy or gateway on the way"
                                    : ""),
                    true,
                    context);
        }
        return new ProtocolViolationException(
                foreign
                        ? notAipi(response, said)
                        : server + " answered HTTP " + response.status() + ", which the protocol does not know: "
                                + said,
                context,
                null);
    }

    private Map<String, Object> bodyOf(TransportResponse response) {
        try {
            return ResponseParser.read(response, false, secrets);
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
            String quoted = secrets.sanitize(String.valueOf(word).strip());
            if (!quoted.isEmpty()) {
                words.add(quoted);
                length += quoted.length();
            }
        }
        return words;
    }
}
