/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.api;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.session.AcceptedJob;
import io.aipi.client.internal.session.AcceptedJobs;
import io.aipi.client.internal.session.LoginModeCache;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.session.SessionKey;
import io.aipi.client.internal.util.JsonWriter;
import io.aipi.client.internal.wire.ErrorMapper;
import io.aipi.client.internal.wire.ErrorMapper.Route;
import io.aipi.client.internal.wire.ResponseMapper;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.JobStatus;
import io.aipi.client.model.KeyValidation;
import io.aipi.client.model.Submission;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.JobListener;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The routes of one server as functions: what goes out, what comes back, with a session key where one is needed, see
 * {@link SessionRequests}. What a response says of a job is read by {@link JobResponses}.
 */
public final class AipiApi {

    private final ApiConnection connection;
    private final URI server;
    private final Credentials credentials;
    private final String clientVersion;
    private final LoginMode loginMode;
    private final LoginModeCache loginModes;
    private final Session session;
    private final AcceptedJobs acceptedJobs;
    private final ErrorMapper errors;
    private final ServerQueries queries;
    private final SessionRequests requests;
    private final JobResponses responses;

    /** {@code session}: of the one model endpoint that is asked. */
    public AipiApi(
            ApiConnection connection,
            Credentials credentials,
            String clientVersion,
            LoginMode loginMode,
            LoginModeCache loginModes,
            Session session,
            AcceptedJobs acceptedJobs) {
        this(connection, credentials, clientVersion, loginMode, loginModes, session, acceptedJobs, JobListener.NONE);
    }

    private AipiApi(
            ApiConnection connection,
            Credentials credentials,
            String clientVersion,
            LoginMode loginMode,
            LoginModeCache loginModes,
            Session session,
            AcceptedJobs acceptedJobs,
            JobListener listener) {
        this.connection = connection;
        this.server = connection.server();
        this.credentials = credentials;
        this.clientVersion = clientVersion;
        this.loginMode = loginMode;
        this.loginModes = loginModes;
        this.session = session;
        this.acceptedJobs = acceptedJobs;
        this.errors = new ErrorMapper(server, session.secrets());
        this.queries = new ServerQueries(connection, credentials, session.secrets(), errors);
        Login login = new Login(connection, credentials, clientVersion, loginMode, loginModes, errors);
        this.requests =
                new SessionRequests(connection, credentials, loginMode, session, errors, queries, login, listener);
        this.responses = new JobResponses(server, session.secrets(), acceptedJobs, errors);
    }

    /** The same for another model endpoint, whose session this is. {@code listener} is told of logins, and must not throw. */
    public AipiApi with(Session other, JobListener listener) {
        return new AipiApi(
                connection, credentials, clientVersion, loginMode, loginModes, other, acceptedJobs, listener);
    }

    /** For people: whether there is a session, or why not. Never a key. */
    public String sessionState() {
        return loginMode == LoginMode.NONE ? "no login" : session.describe();
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
    public AcceptedJobs acceptedJobs() {
        return acceptedJobs;
    }

    /** The job that somebody names by its id alone. */
    public AcceptedJob named(String jobId) {
        return acceptedJobs.named(jobId, session);
    }

    /** What may be quoted of something that the server said. */
    public String sanitize(String text) {
        return session.secrets().sanitize(text);
    }

    // ---- without a session

    /** The server's description of an endpoint; empty where the server has none to give. */
    public CompletableFuture<Optional<EndpointDescription>> describe(String endpoint, Duration timeout) {
        return queries.describe(endpoint, timeout);
    }

    /** The names of the endpoints that the credentials may use. */
    public CompletableFuture<List<String>> list(Duration timeout) {
        return queries.list(timeout);
    }

    /** Those of them whose question can show pictures; empty where the server does not tell. */
    public CompletableFuture<List<String>> withPictures(Duration timeout) {
        return queries.withPictures(timeout);
    }

    /** The server's verdict on the API key. */
    public CompletableFuture<KeyValidation> validateKey(Duration timeout) {
        return queries.validateKey(timeout);
    }

    /** {@code names}: of the endpoints that there are. */
    public EndpointUnavailableException noSuchEndpoint(List<String> names, ErrorContext context) {
        return queries.noSuchEndpoint(names, context);
    }

    /** Runs what takes time on a thread that may be busy for it. */
    public void onWorker(Runnable task) {
        connection.onWorker(task);
    }

    // ---- with a session

    /** Makes sure of a session. With {@link LoginMode#NONE} there is nothing to do. */
    public CompletableFuture<Void> login(String endpoint, Duration timeout) {
        return loginMode == LoginMode.NONE
                ? CompletableFuture.completedFuture(null)
                : requests.sessionKey(endpoint, timeout).thenApply(key -> null);
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
        return requests.withSession(
                route,
                endpoint,
                loginTimeout,
                auth -> {
                    Map<String, Object> body = new LinkedHashMap<>(parameters);
                    body.putAll(auth);
                    body.put("wait_for_result", route == Route.HELD_SUBMIT);
                    byte[] json = json(body, context);
                    TransportRequest request =
                            TransportRequest.post(server, "/" + TransportRequest.segment(endpoint), json, timeout);
                    return route == Route.HELD_SUBMIT ? request.hold() : request.afterOthers();
                },
                context,
                (response, key) -> responses.submission(route, endpoint, response, key, context));
    }

    private static byte[] json(Map<String, Object> body, ErrorContext context) {
        try {
            return JsonWriter.toBytes(body, ResponseMapper.MAX_REQUEST_SIZE);
        } catch (JsonWriter.TooLongException e) {
            throw new InvalidRequestException(
                    "The request has more than the " + ResponseMapper.MAX_REQUEST_SIZE + " bytes that the server takes",
                    context);
        } catch (UncheckedIOException e) {
            // a parameter may be any object of the caller's
            throw new InvalidRequestException("Cannot be sent: " + e.getMessage(), context);
        }
    }

    /**
     * One poll of a job. If the job's id is not unique by itself, the poll goes out with the session that the job belongs to
     * and no other: with that session, the job is lost. A job that belongs to none yet belongs to the present session
     * from here on.
     *
     * @param withData whether to decode what the worker has made so far
     * @param loginTimeout longest time for a login that it may need, for which others may wait as well
     * @param timeout asked at once, and again just before the poll goes out, which may have to wait for a login; it throws
     *     an {@link AipiException} if nobody would take what the poll brings
     */
    public CompletableFuture<JobStatus> progress(
            String endpoint, AcceptedJob job, boolean withData, Duration loginTimeout, Supplier<Duration> timeout) {
        ErrorContext context = ErrorContext.of(endpoint, job.id());
        Function<Map<String, Object>, TransportRequest> request = auth -> {
            Map<String, Object> body = new LinkedHashMap<>(auth);
            body.put("job_id", job.id());
            return TransportRequest.post(
                    server, "/" + TransportRequest.segment(endpoint) + "/progress", JsonWriter.toBytes(body), timeout);
        };
        Duration own = timeout.get();
        // others may wait for the login, too, and have more time than a job that is about to end
        Duration longestLogin = own.compareTo(loginTimeout) > 0 ? own : loginTimeout;
        if (job.isUnique() || loginMode == LoginMode.NONE) {
            return requests.withSession(
                    Route.PROGRESS,
                    endpoint,
                    longestLogin,
                    request,
                    context,
                    (response, key) -> responses.status(endpoint, job.id(), withData, response, context));
        }
        CompletableFuture<SessionKey> ofJob = job.session() != null
                ? CompletableFuture.completedFuture(job.session())
                : requests.sessionKey(endpoint, longestLogin).thenApply(job::belongTo);
        return ofJob.thenCompose(key -> key.isLost()
                ? CompletableFuture.failedFuture(responses.sessionLost(context))
                : connection.decoded(requests.withKey(Route.PROGRESS, request, key, context), response -> {
                    if (errors.isUnknownSession(Route.PROGRESS, response)) {
                        throw responses.sessionLost(context.withStatus(response.status()));
                    }
                    return responses.status(endpoint, job.id(), withData, response, context);
                }));
    }

    /** The server has accepted a later job under the id of this one. */
    public static JobLapsedException replaced(String endpoint, String jobId) {
        return new JobLapsedException(
                "The server has given the id of the job to a later one, most likely since it was restarted: the job is lost;"
                        + " submit the request again",
                JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                ErrorContext.of(endpoint, jobId));
    }
}
