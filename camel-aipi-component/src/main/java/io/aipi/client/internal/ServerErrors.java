/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.aipi.client.JobState;
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
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

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

    /** The server's sentences for a session key that it does not know. */
    private static final Pattern UNKNOWN_SESSION = Pattern.compile(
            "session[ _](?:auth(?:entication)?[ _])?key\\b.{0,40}\\b(?:not registered|not known|unknown|not valid|expired)",
            Pattern.CASE_INSENSITIVE);

    /** And for a job that it does not know. */
    private static final Pattern UNKNOWN_JOB =
            Pattern.compile("no active request with this job id|\\bunknown job\\b", Pattern.CASE_INSENSITIVE);

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
        if (route == Route.PROGRESS) {
            requireSameJob(body, context);
            if (isUnknownJob(answer.status(), said)) {
                return new JobLapsedException(
                        "The server does not know the job (any more): it expired, or the server was restarted: " + said,
                        JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                        context);
            }
            if (JobState.ofWord(Fields.text(body, "job_state")) == JobState.FAILED) {
                return canceled(body, context);
            }
        }
        if (route != Route.LOGIN && isUnknownSession(answer.status(), said)) {
            return new AuthenticationException(server + " does not know the session: " + said, context);
        }
        return switch (answer.status()) {
            case 200 -> refusal(route, words, said, listed, context);
            case 400 ->
                speaksOfTls(answer, body)
                        ? new ProtocolViolationException(
                                server + " answered a request in clear that it speaks TLS: serverUrl is https://, not"
                                        + " http://",
                                context,
                                null)
                        : badRequest(route, words, said, listed, body, context);
            case 401 ->
                isForeign(answer, body)
                        ? notOurs(answer, context)
                        : new AuthenticationException(
                                server + " refused the credentials: " + said + "; check apiKey and loginRoute",
                                context);
            case 402 -> notAllowed(said, context);
            case 403 ->
                isForeign(answer, body)
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
                                : notAipi(answer, said),
                        false,
                        context);
            case 413 ->
                new InvalidRequestException(
                        "The request of " + answer.requestLength() + " bytes is too large for "
                                + (words.isEmpty()
                                        ? "whoever answered, which does not seem to be the AIPI server but something"
                                                + " between (a proxy or gateway): raise its bound for request bodies"
                                        : "the server (" + said + "); its bound is " + Protocol.MAX_REQUEST_SIZE
                                                + " bytes by default"),
                        context);
            case 429 -> new QueueFullException(server + " asks to wait: " + said, answer.retryAfter(), context);
            default -> other(route, answer, body, said, context);
        };
    }

    /**
     * Whether the answer to a call with a session key means that the server does not know the key. The words tell, where there
     * are any: the status is 401 or 400, and both are used for other things as well (transcripts 28 and 227; of 0.9.0: 19, 28).
     */
    boolean isUnknownSession(Route route, HttpAnswer answer) {
        if (answer.status() / 100 != 4) {
            return false;
        }
        Map<String, Object> body = bodyOf(answer);
        if (isForeign(answer, body)) {
            // a gateway or proxy knows nothing of sessions
            return false;
        }
        String said = String.join("; ", words(body));
        if (route == Route.PROGRESS && isUnknownJob(answer.status(), said)) {
            // a new session would not bring the job back
            return false;
        }
        return answer.status() == 401 || isUnknownSession(answer.status(), said);
    }

    /** Whether the answer says so in words. A bare 401 may mean the credentials as well. */
    boolean saysUnknownSession(HttpAnswer answer) {
        return isUnknownSession(answer.status(), String.join("; ", words(bodyOf(answer))));
    }

    private static boolean isUnknownSession(int status, String said) {
        return status / 100 == 4 && UNKNOWN_SESSION.matcher(said).find();
    }

    /** Whether the answer to a poll says that there is no such job, whatever it says of the session. */
    private static boolean isUnknownJob(int status, String said) {
        return (status / 100 == 4 && UNKNOWN_JOB.matcher(said).find())
                || (status == 402 && !UNKNOWN_SESSION.matcher(said).find());
    }

    /** A poll for one job must not take what belongs to another one. */
    void requireSameJob(Map<String, Object> answer, ErrorContext context) {
        String id = Protocol.jobId(answer);
        String told = id != null ? id : Protocol.jobId(Fields.object(answer, "job_result"));
        if (told != null && context.jobId() != null && !told.equals(context.jobId())) {
            throw new ProtocolViolationException(
                    server + " answered the poll with the state of another job (" + secrets.quote(told) + ")",
                    context,
                    null);
        }
    }

    /** The server has given the job up because somebody wanted it so. */
    JobFailedException canceled(Map<String, Object> answer, ErrorContext context) {
        List<String> words = words(answer);
        return new JobFailedException(
                "The server says that the job was " + secrets.quote(Fields.text(answer, "job_state"))
                        + (words.isEmpty() ? "" : ": " + String.join("; ", words)),
                context);
    }

    /** Whether the answer may come from an AIPI server, as far as its form tells (transcripts 71, 252). */
    private static boolean isOfAipi(Map<String, Object> body) {
        return body.containsKey("success") || (body.containsKey("status") && body.containsKey("message"));
    }

    private String notAipi(HttpAnswer answer, String said) {
        String form = answer.length() == 0
                ? "nothing"
                : answer.contentType() == null
                        ? "something without a content type"
                        : secrets.quote(answer.contentType());
        return server + " answered HTTP " + answer.status() + " with " + form + " (" + said
                + "), as an AIPI server does not. Something else seems to listen there: check host, port and path of"
                + " serverUrl, and what is between";
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
        if (JobState.ofWord(Fields.text(body, "job_state")) == JobState.LAPSED) {
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
    private static boolean isForeign(HttpAnswer answer, Map<String, Object> body) {
        return answer.challenge() != null || (body.isEmpty() && answer.length() > 0);
    }

    /** What common servers say in HTML or text to a request in clear on a port where they speak TLS. */
    private static boolean speaksOfTls(HttpAnswer answer, Map<String, Object> body) {
        if (!isForeign(answer, body)) {
            return false;
        }
        String text = new String(answer.body(), 0, Math.min(answer.length(), MAX_WORDS), StandardCharsets.ISO_8859_1);
        return text.contains("HTTPS port") || text.contains("HTTPS server") || text.contains("SSL-enabled server");
    }

    private AuthenticationException notOurs(HttpAnswer answer, ErrorContext context) {
        String asked =
                answer.challenge() == null ? "" : " (WWW-Authenticate: " + secrets.quote(answer.challenge()) + ")";
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
            Route route, HttpAnswer answer, Map<String, Object> body, String said, ErrorContext context) {
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
        boolean foreign = !isOfAipi(body);
        if (answer.status() == 501 && foreign) {
            // no gateway says this of a server that is away, and it does not pass
            return new EndpointUnavailableException(notAipi(answer, said), false, context);
        }
        if (answer.status() >= 500 || answer.status() == 408 || answer.status() == 425) {
            return new EndpointUnavailableException(
                    server + " could not serve the request: "
                            + said
                            + (foreign
                                    ? ". The answer does not look like an AIPI server's: it may come from a proxy or gateway on the way"
                                    : ""),
                    true,
                    context);
        }
        return new ProtocolViolationException(
                foreign
                        ? notAipi(answer, said)
                        : server + " answered HTTP " + answer.status() + ", which the protocol does not know: " + said,
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
