/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import io.aipi.client.Credentials;
import io.aipi.client.EndpointDescription;
import io.aipi.client.JobProgress;
import io.aipi.client.JobState;
import io.aipi.client.JobStatus;
import io.aipi.client.KeyValidation;
import io.aipi.client.LoginRoute;
import io.aipi.client.Submission;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.internal.ServerErrors.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The routes of one server as functions: what goes out, what comes back, with a session key where one is needed. A
 * session key that has expired is replaced once and the call repeated once; apart from that, one call is one request.
 */
public final class ServerCalls {

    /** An answer longer than this is read on a worker thread, so that its decoding does not keep other answers waiting. */
    private static final int DECODED_ELSEWHERE = 64 * 1024;

    private final URI server;
    private final Credentials credentials;
    private final String clientVersion;
    private final LoginRoute loginRoute;
    private final Session session;
    private final AcceptedJobs acceptedJobs;
    private final LoginRouteMemory routeMemory;
    private final Transport transport;
    /** Statuses of requests that may succeed later. */
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);

    private final Executor workers;
    private final Clock clock;
    private final ServerErrors errors;
    private final AtomicReference<Instant> lastContact;

    /**
     * {@code session}: of the one model endpoint that is called; {@code workers} reads long answers; {@code clock} dates the
     * last contact.
     */
    public ServerCalls(
            URI server,
            Credentials credentials,
            String clientVersion,
            LoginRoute loginRoute,
            Session session,
            AcceptedJobs acceptedJobs,
            LoginRouteMemory routeMemory,
            Transport transport,
            Executor workers,
            Clock clock) {
        this(
                server,
                credentials,
                clientVersion,
                loginRoute,
                session,
                acceptedJobs,
                routeMemory,
                transport,
                workers,
                clock,
                new AtomicReference<>());
    }

    private ServerCalls(
            URI server,
            Credentials credentials,
            String clientVersion,
            LoginRoute loginRoute,
            Session session,
            AcceptedJobs acceptedJobs,
            LoginRouteMemory routeMemory,
            Transport transport,
            Executor workers,
            Clock clock,
            AtomicReference<Instant> lastContact) {
        this.server = server;
        this.credentials = credentials;
        this.clientVersion = clientVersion;
        this.loginRoute = loginRoute;
        this.session = session;
        this.acceptedJobs = acceptedJobs;
        this.routeMemory = routeMemory;
        this.transport = transport;
        this.workers = workers;
        this.clock = clock;
        this.errors = new ServerErrors(server, session.secrets());
        this.lastContact = lastContact;
    }

    /** The same for another model endpoint, whose session this is. */
    public ServerCalls with(Session other) {
        return new ServerCalls(
                server,
                credentials,
                clientVersion,
                loginRoute,
                other,
                acceptedJobs,
                routeMemory,
                transport,
                workers,
                clock,
                lastContact);
    }

    /** For people: whether there is a session, or why not. Never a key. */
    public String sessionState() {
        return loginRoute == LoginRoute.NONE ? "no login" : session.describe();
    }

    /** Whether the server refused the last login. */
    public boolean isLoginRefused() {
        return session.isRefused();
    }

    /** Logins begun by the session. */
    public long logins() {
        return session.logins();
    }

    /** The jobs of the server. */
    AcceptedJobs acceptedJobs() {
        return acceptedJobs;
    }

    /** The job that somebody names by its id alone. */
    AcceptedJob named(String jobId) {
        return acceptedJobs.named(jobId, session);
    }

    /** What may be quoted of something that the server said. */
    String quote(String text) {
        return session.secrets().quote(text);
    }

    /** See {@link io.aipi.client.AipiClient#lastContact}. */
    public Optional<Instant> lastContact() {
        return Optional.ofNullable(lastContact.get());
    }

    /** Makes sure of a session. With {@link LoginRoute#NONE} there is nothing to do. */
    public CompletableFuture<Void> login(String endpoint, Duration timeout) {
        return loginRoute == LoginRoute.NONE
                ? CompletableFuture.completedFuture(null)
                : sessionKey(endpoint, timeout).thenApply(key -> null);
    }

    /**
     * One submit, not waiting for the result.
     *
     * @param timeout asked just before the submit goes out, which may have to wait for a login; it throws an
     *     {@link AipiException} if nobody waits for the job any more
     */
    public CompletableFuture<Submission> submit(
            String endpoint, Map<String, Object> parameters, Duration loginTimeout, Supplier<Duration> timeout) {
        return submit(Route.SUBMIT, endpoint, parameters, loginTimeout, timeout);
    }

    /**
     * One submit on a request that the server holds until the result is there; fails like a job. The login that it may
     * need is not held, and others may wait for it: it has a timeout of its own.
     *
     * @param timeout as in {@link #submit}
     */
    public CompletableFuture<Submission> submitHeld(
            String endpoint, Map<String, Object> parameters, Duration loginTimeout, Supplier<Duration> timeout) {
        return submit(Route.HELD_SUBMIT, endpoint, parameters, loginTimeout, timeout);
    }

    private CompletableFuture<Submission> submit(
            Route route,
            String endpoint,
            Map<String, Object> parameters,
            Duration loginTimeout,
            Supplier<Duration> timeout) {
        ErrorContext context = ErrorContext.of(endpoint);
        return authorised(
                route,
                endpoint,
                loginTimeout,
                auth -> {
                    Map<String, Object> body = new LinkedHashMap<>(parameters);
                    body.putAll(auth);
                    body.put("wait_for_result", route == Route.HELD_SUBMIT);
                    byte[] json = json(body, context);
                    HttpCall call = HttpCall.post(server, "/" + HttpCall.segment(endpoint), json, timeout);
                    return route == Route.HELD_SUBMIT ? call.hold() : call.afterOthers();
                },
                context,
                (answer, key) -> submission(route, endpoint, answer, key, context));
    }

    private static byte[] json(Map<String, Object> body, ErrorContext context) {
        try {
            return JsonWriter.toBytes(body, Protocol.MAX_REQUEST_SIZE);
        } catch (JsonWriter.TooLongException e) {
            throw new InvalidRequestException(
                    "The request has more than the " + Protocol.MAX_REQUEST_SIZE + " bytes that the server takes",
                    context);
        } catch (UncheckedIOException e) {
            // a parameter may be any object of the caller's
            throw new InvalidRequestException("Cannot be sent: " + e.getMessage(), context);
        }
    }

    private Submission submission(Route route, String endpoint, HttpAnswer http, SessionKey key, ErrorContext context) {
        Map<String, Object> answer = errors.requireJson(route, http, true, context);
        String jobId = Protocol.jobId(answer);
        if (!Protocol.isSuccess(answer)) {
            throw errors.of(route, http, answer, context);
        }
        Map<String, Object> result = Protocol.resultIn(answer);
        String failure = Protocol.workerError(result != null ? result : answer);
        if (failure != null) {
            throw new JobFailedException(
                    session.secrets().quoteComplaint(failure),
                    ErrorContext.of(endpoint, jobId).withStatus(http.status()));
        }
        if (result == null
                && route == Route.HELD_SUBMIT
                && Protocol.isOfAJob(answer)
                && !Protocol.isMereAcceptance(answer)) {
            // a held answer is a result whatever outputs the endpoint has
            result = answer;
        }
        if (result == null && jobId == null) {
            throw new ProtocolViolationException(
                    server + " accepted the request but gave neither a job id nor a result"
                            + (answer.get("job_id") == null
                                    ? "; check that serverUrl is the address of an AIPI server"
                                    : ": its job_id cannot be one, since it is empty, longer than "
                                            + Protocol.LONGEST_ID
                                            + " characters, no text, or has a key or a control character in it"),
                    context.withStatus(http.status()),
                    null);
        }
        AcceptedJob job = jobId == null ? null : acceptedJobs.accepted(jobId, key);
        return new Submission(endpoint, jobId, result == null ? null : Protocol.result(endpoint, jobId, result), job);
    }

    /**
     * One look at a job. If the job's id is not unique by itself, the look goes out with the session that the job belongs to
     * and no other: with that session, the job is lost. A job that belongs to none yet belongs to the present session
     * from here on.
     *
     * @param withData whether to decode what the worker has made so far
     * @param loginTimeout longest time for a login that it may need, for which others may wait as well
     * @param timeout asked at once, and again just before the look goes out, which may have to wait for a login; it throws
     *     an {@link AipiException} if nobody would take what the look brings
     */
    CompletableFuture<JobStatus> progress(
            String endpoint, AcceptedJob job, boolean withData, Duration loginTimeout, Supplier<Duration> timeout) {
        ErrorContext context = ErrorContext.of(endpoint, job.id());
        Function<Map<String, Object>, HttpCall> call = auth -> {
            Map<String, Object> body = new LinkedHashMap<>(auth);
            body.put("job_id", job.id());
            return HttpCall.post(
                    server, "/" + HttpCall.segment(endpoint) + "/progress", JsonWriter.toBytes(body), timeout);
        };
        Duration own = timeout.get();
        // others may wait for the login, too, and have more time than a job that is about to end
        Duration longestLogin = own.compareTo(loginTimeout) > 0 ? own : loginTimeout;
        if (job.isUnique() || loginRoute == LoginRoute.NONE) {
            return authorised(
                    Route.PROGRESS,
                    endpoint,
                    longestLogin,
                    call,
                    context,
                    (answer, key) -> status(endpoint, job.id(), withData, answer, context));
        }
        CompletableFuture<SessionKey> ofJob = job.session() != null
                ? CompletableFuture.completedFuture(job.session())
                : sessionKey(endpoint, longestLogin).thenApply(job::belongTo);
        return ofJob.thenCompose(key -> key.isLost()
                ? CompletableFuture.failedFuture(sessionLost(context))
                : decoded(withKey(Route.PROGRESS, call, key, context), answer -> {
                    if (errors.isUnknownSession(Route.PROGRESS, answer)) {
                        throw sessionLost(context.withStatus(answer.status()));
                    }
                    return status(endpoint, job.id(), withData, answer, context);
                }));
    }

    private JobLapsedException sessionLost(ErrorContext context) {
        return new JobLapsedException(
                server
                        + " has lost the session that the job belongs to, most likely by a restart. It gives job ids such as"
                        + " this one again after a restart, so the job cannot be followed in a new session: submit the"
                        + " request again",
                JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                context);
    }

    /** The server has accepted a later job under the id of this one. */
    static JobLapsedException replaced(String endpoint, String jobId) {
        return new JobLapsedException(
                "The server has given the id of the job to a later one, most likely since it was restarted: the job is lost;"
                        + " submit the request again",
                JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                ErrorContext.of(endpoint, jobId));
    }

    private JobStatus status(String endpoint, String jobId, boolean withData, HttpAnswer http, ErrorContext context) {
        Map<String, Object> answer = errors.requireJson(Route.PROGRESS, http, withData, context);
        errors.requireSameJob(answer, context.withStatus(http.status()));
        // the server's word for the state is named in messages and logs
        answer.computeIfPresent("job_state", (name, word) -> word instanceof String said ? quote(said) : word);
        JobProgress progress = Protocol.progress(endpoint, jobId, answer);
        Map<String, Object> result = Protocol.resultIn(answer);
        if (progress.state() == JobState.FAILED && (result == null || result.isEmpty())) {
            throw errors.canceled(answer, context.withStatus(http.status()));
        }
        if (result != null) {
            String failure = Protocol.workerError(result);
            if (failure != null) {
                throw new JobFailedException(
                        session.secrets().quoteComplaint(failure), context.withStatus(http.status()));
            }
            return new JobStatus(progress.withState(JobState.DONE), Protocol.result(endpoint, jobId, result));
        }
        if (!Protocol.isSuccess(answer)) {
            if (progress.state() == JobState.LAPSED) {
                throw new JobLapsedException(
                        "The server gave the job up", JobLapsedException.Reason.LAPSED, context.withStatus(200));
            }
            throw errors.of(Route.PROGRESS, http, answer, context);
        }
        if (!answer.containsKey("job_state")) {
            throw new ProtocolViolationException(
                    server + " answered a look at the job without its job_state", context.withStatus(200), null);
        }
        return new JobStatus(progress, null);
    }

    /** The server's description of an endpoint; empty where the server has none to give. */
    public CompletableFuture<Optional<EndpointDescription>> describe(String endpoint, Duration timeout) {
        ErrorContext context = ErrorContext.of(endpoint);
        HttpCall call = HttpCall.get(server, "/api/endpoints/" + HttpCall.segment(endpoint), Map.of(), timeout);
        return query(call, context).thenApply(answer -> {
            // an older server has no such route; some guard it, or have a page for whatever they do not know: all of
            // that
            // means that there is no description for us. What passes may be asked for again
            if (!PASSING.contains(answer.status()) && (answer.status() / 100 == 4 || answer.status() == 501)) {
                return Optional.empty();
            }
            if (answer.status() / 100 == 2 && answer.isPage()) {
                return Optional.empty();
            }
            Map<String, Object> json = errors.requireJson(Route.QUERY, answer, false, context);
            // a server may answer whatever it is asked with a mere success
            return Protocol.isSuccess(json)
                    ? Optional.of(Protocol.description(endpoint, json)).filter(EndpointDescription::saysSomething)
                    : Optional.empty();
        });
    }

    /** The names of the endpoints that the credentials may use. */
    public CompletableFuture<List<String>> list(Duration timeout) {
        ErrorContext context = ErrorContext.of(null);
        return query(HttpCall.get(server, "/api/endpoints", keyQuery(), timeout), context)
                .thenApply(answer -> {
                    Map<String, Object> json = errors.requireJson(Route.QUERY, answer, false, context);
                    return Fields.list(json, "endpoints").stream()
                            .map(String::valueOf)
                            .toList();
                });
    }

    /** The server's verdict on the API key. */
    public CompletableFuture<KeyValidation> validateKey(Duration timeout) {
        ErrorContext context = ErrorContext.of(null);
        return query(HttpCall.get(server, "/api/validate_key", keyQuery(), timeout), context)
                .thenApply(answer -> {
                    Map<String, Object> json = errors.requireJson(Route.QUERY, answer, false, context);
                    boolean valid = Boolean.TRUE.equals(json.get("success"));
                    return new KeyValidation(valid, valid ? null : quote(String.valueOf(json.get("error"))));
                });
    }

    private Map<String, String> keyQuery() {
        return credentials.apiKey() == null ? Map.of() : Map.of("key", credentials.apiKey());
    }

    /**
     * A session that is lost right after its login, which was granted: the server is restarted time and again, or gives keys
     * that it does not know. It has not done what it was asked for, and later it may.
     */
    private void requireKnown(HttpAnswer answer, ErrorContext context) {
        if (errors.saysUnknownSession(answer)) {
            throw new AuthenticationException(
                    server + " has lost the session right after the login; it may be restarting time and again",
                    true,
                    context.withStatus(answer.status()));
        }
    }

    private <T> CompletableFuture<T> authorised(
            Route route,
            String endpoint,
            Duration loginTimeout,
            Function<Map<String, Object>, HttpCall> call,
            ErrorContext context,
            BiFunction<HttpAnswer, SessionKey, T> read) {
        Function<Throwable, CompletionStage<T>> failed = failure -> route == Route.PROGRESS
                ? CompletableFuture.failedFuture(Failures.cause(failure))
                : withNames(failure, endpoint, loginTimeout);
        if (loginRoute == LoginRoute.NONE) {
            return decoded(attempt(call, null, context), answer -> read.apply(answer, null))
                    .exceptionallyCompose(failed);
        }
        CompletableFuture<SessionKey> known = sessionKey(endpoint, loginTimeout);
        // a request may be long, and many may wait for one login: none is written on the thread that brings the key
        CompletableFuture<SessionKey> key =
                known.isDone() || route == Route.PROGRESS ? known : known.thenApplyAsync(Function.identity(), workers);
        return key.thenCompose(first -> withKey(route, call, first, context).thenCompose(reply -> {
            if (!errors.isUnknownSession(route, reply)) {
                return decoded(CompletableFuture.completedFuture(reply), answer -> read.apply(answer, first))
                        .exceptionallyCompose(failed);
            }
            return sessionKey(endpoint, loginTimeout)
                    .thenCompose(second -> decoded(withKey(route, call, second, context), answer -> {
                                requireKnown(answer, context);
                                return read.apply(answer, second);
                            })
                            .exceptionallyCompose(failed));
        }));
    }

    /** One call, after which the session knows whether the key is good. */
    private CompletableFuture<HttpAnswer> withKey(
            Route route, Function<Map<String, Object>, HttpCall> call, SessionKey key, ErrorContext context) {
        return attempt(call, key, context).thenApply(answer -> {
            if (errors.isUnknownSession(route, answer)) {
                key.session().expired(key);
            } else if (answer.status() / 100 == 2) {
                key.session().accepted(key);
            }
            return answer;
        });
    }

    private <T> CompletableFuture<T> decoded(CompletableFuture<HttpAnswer> answer, Function<HttpAnswer, T> read) {
        return answer.thenCompose(http -> http.length() > DECODED_ELSEWHERE
                ? decodedElsewhere(http, read)
                : CompletableFuture.completedFuture(http).thenApply(read));
    }

    private <T> CompletableFuture<T> decodedElsewhere(HttpAnswer http, Function<HttpAnswer, T> read) {
        boolean held = http.hold();
        try {
            return CompletableFuture.supplyAsync(() -> read.apply(http), workers)
                    .whenComplete((value, failure) -> {
                        if (held) {
                            http.release();
                        }
                    });
        } catch (RejectedExecutionException | Error noWorker) {
            if (held) {
                http.release();
            }
            // the server hands a result out once: better to read it here than to lose it
            return CompletableFuture.completedFuture(http).thenApply(read);
        }
    }

    /** Runs what takes time on a thread that may be busy for it. */
    void onWorker(Runnable task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException | Error noWorker) {
            task.run();
        }
    }

    private CompletableFuture<HttpAnswer> attempt(
            Function<Map<String, Object>, HttpCall> call, SessionKey key, ErrorContext context) {
        HttpCall prepared;
        try {
            prepared = call.apply(auth(key));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        return send(prepared, context, true);
    }

    /** What goes with a call: a session key, or, without a login, the API key. */
    private Map<String, Object> auth(SessionKey key) {
        if (key != null) {
            return Map.of("client_session_auth_key", key.value());
        }
        return credentials.apiKey() == null ? Map.of() : Map.of("key", credentials.apiKey());
    }

    /** A call that changes nothing at the server but for a session: it does not matter whether it arrived. */
    private CompletableFuture<HttpAnswer> query(HttpCall call, ErrorContext context) {
        return send(call, context, false);
    }

    private CompletableFuture<HttpAnswer> send(HttpCall call, ErrorContext context, boolean arrivalMatters) {
        return transport
                .send(call)
                .thenApply(answer -> {
                    lastContact.set(clock.instant());
                    return answer;
                })
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(problem(failure, context, arrivalMatters)));
    }

    private AipiException problem(Throwable failure, ErrorContext context, boolean arrivalMatters) {
        Throwable cause = Failures.cause(failure);
        if (!(cause instanceof TransportException lost)) {
            return new ConnectionFailedException(
                    "The call to " + server + " failed: " + cause, arrivalMatters, context, cause);
        }
        return switch (lost.kind()) {
            case CLOSED -> new ClientClosedException("The client was closed while it waited for " + server, context);
            // of a result the cause says that it stays so; a login that is answered so may be answered well later
            case ANSWER_TOO_LARGE, UNREADABLE ->
                new ProtocolViolationException(
                        server + ": " + lost.getMessage(), context, arrivalMatters ? lost : null);
            default ->
                new ConnectionFailedException(
                        server + ": " + lost.getMessage(), arrivalMatters && lost.requestSent(), context, lost);
        };
    }

    private CompletableFuture<SessionKey> sessionKey(String endpoint, Duration timeout) {
        return session.key(() ->
                loginOnRoute(endpoint, timeout).exceptionallyCompose(failure -> withNames(failure, endpoint, timeout)));
    }

    /** A failure for the lack of the endpoint also tells which ones there are, where the server has a list of them. */
    private <T> CompletableFuture<T> withNames(Throwable failure, String endpoint, Duration timeout) {
        Throwable cause = Failures.cause(failure);
        boolean isMissing = cause instanceof EndpointUnavailableException missing
                && missing.getHttpStatus() != null
                && hasNoRoute(missing.getHttpStatus());
        if (!isMissing) {
            return CompletableFuture.failedFuture(cause);
        }
        return list(timeout).handle((names, noList) -> names).thenCompose(names -> {
            boolean tells = names != null && !names.isEmpty() && !names.contains(endpoint);
            return CompletableFuture.failedFuture(
                    tells ? noSuchEndpoint(names, ErrorContext.of(endpoint).withStatus(404)) : cause);
        });
    }

    /** {@code names}: of the endpoints that there are. */
    EndpointUnavailableException noSuchEndpoint(List<String> names, ErrorContext context) {
        return new EndpointUnavailableException(
                server + " has no endpoint of this name; it has " + quote(String.join(", ", names)), false, context);
    }

    private CompletableFuture<String> loginOnRoute(String endpoint, Duration timeout) {
        if (loginRoute != LoginRoute.AUTO) {
            return loginCall(loginRoute, endpoint, timeout).thenApply(answer -> loginKey(answer, endpoint));
        }
        LoginRoute remembered = routeMemory.get(server);
        if (remembered == LoginRoute.AUTO) {
            return findRoute(endpoint, timeout);
        }
        return loginCall(remembered, endpoint, timeout).thenCompose(answer -> {
            if (hasNoRoute(answer.status())) {
                // another version of the server has come up since, or there is no such endpoint
                return findRoute(endpoint, timeout);
            }
            return CompletableFuture.completedFuture(loginKey(answer, endpoint));
        });
    }

    private CompletableFuture<String> findRoute(String endpoint, Duration timeout) {
        return loginCall(LoginRoute.SHARED, endpoint, timeout).thenCompose(answer -> {
            if (!hasNoRoute(answer.status())) {
                String key = loginKey(answer, endpoint);
                routeMemory.put(server, LoginRoute.SHARED);
                return CompletableFuture.completedFuture(key);
            }
            return loginCall(LoginRoute.ENDPOINT, endpoint, timeout).thenApply(second -> {
                String key = loginKey(second, endpoint);
                routeMemory.put(server, LoginRoute.ENDPOINT);
                return key;
            });
        });
    }

    private static boolean hasNoRoute(int status) {
        return status == 404 || status == 405;
    }

    private CompletableFuture<HttpAnswer> loginCall(LoginRoute route, String endpoint, Duration timeout) {
        HttpCall call = route == LoginRoute.SHARED ? sharedLogin(endpoint, timeout) : endpointLogin(endpoint, timeout);
        return query(call, ErrorContext.of(endpoint));
    }

    private HttpCall sharedLogin(String endpoint, Duration timeout) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("endpoint_name", endpoint);
        body.putAll(loginParameters());
        return HttpCall.post(server, "/login", JsonWriter.toBytes(body), timeout);
    }

    private HttpCall endpointLogin(String endpoint, Duration timeout) {
        return HttpCall.get(server, "/" + HttpCall.segment(endpoint) + "/login", loginParameters(), timeout);
    }

    private Map<String, String> loginParameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("version", clientVersion);
        if (credentials.user() != null) {
            parameters.put("user", credentials.user());
        }
        if (credentials.apiKey() != null) {
            parameters.put("key", credentials.apiKey());
        }
        return parameters;
    }

    private String loginKey(HttpAnswer http, String endpoint) {
        ErrorContext context = ErrorContext.of(endpoint);
        if (http.status() / 100 != 2) {
            throw errors.of(Route.LOGIN, http, context);
        }
        Map<String, Object> answer;
        try {
            answer = AnswerReader.readLogin(http);
        } catch (IOException e) {
            throw errors.notJson(http, context, e);
        }
        if (!Protocol.isSuccess(answer)) {
            throw errors.of(Route.LOGIN, http, answer, context);
        }
        String key = Fields.text(answer, "client_session_auth_key");
        if (key == null && !answer.containsKey("success")) {
            // somebody else's JSON is no refusal, which would count for a while
            throw new ProtocolViolationException(
                    server + " answered the login with JSON that says neither success nor a client_session_auth_key;"
                            + " check that serverUrl is the address of an AIPI server",
                    context.withStatus(http.status()),
                    null);
        }
        if (key == null || key.isEmpty()) {
            throw new AuthenticationException(
                    server + " answered the login without a client_session_auth_key; check loginRoute",
                    context.withStatus(http.status()));
        }
        if (key.length() > Protocol.LONGEST_ID) {
            throw new ProtocolViolationException(
                    server + " answered the login with a client_session_auth_key of " + key.length() + " characters",
                    context.withStatus(http.status()),
                    null);
        }
        if (!SecretMask.isInOneLine(key)) {
            throw new ProtocolViolationException(
                    server + " answered the login with a client_session_auth_key that has a control character in it",
                    context.withStatus(http.status()),
                    null);
        }
        return key;
    }
}
