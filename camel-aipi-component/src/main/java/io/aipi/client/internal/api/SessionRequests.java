/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.api;

import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.session.SessionKey;
import io.aipi.client.internal.wire.ErrorMapper;
import io.aipi.client.internal.wire.ErrorMapper.Route;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.JobListener;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Sends the requests of one model endpoint with what the server wants for it: a session key, or, without a login, the API key.
 * A session key that has expired is replaced once and the request repeated once; apart from that, one call is one request.
 */
final class SessionRequests {

    private final ApiConnection connection;
    private final URI server;
    private final Credentials credentials;
    private final LoginMode loginMode;
    private final Session session;
    private final ErrorMapper errors;
    private final ServerQueries queries;
    private final Login login;
    private final JobListener listener;

    /** {@code session}: of the one model endpoint that is asked. */
    SessionRequests(
            ApiConnection connection,
            Credentials credentials,
            LoginMode loginMode,
            Session session,
            ErrorMapper errors,
            ServerQueries queries,
            Login login,
            JobListener listener) {
        this.connection = connection;
        this.server = connection.server();
        this.credentials = credentials;
        this.loginMode = loginMode;
        this.session = session;
        this.errors = errors;
        this.queries = queries;
        this.login = login;
        this.listener = listener;
    }

    /** The session's key, after a login if it has none. */
    CompletableFuture<SessionKey> sessionKey(String endpoint, Duration timeout) {
        return session.key(() -> observed(login.key(endpoint, timeout)
                .exceptionallyCompose(failure -> queries.withNames(failure, endpoint, timeout))));
    }

    private CompletableFuture<String> observed(CompletableFuture<String> key) {
        long begin = session.nanoTime();
        return key.whenComplete((value, failure) ->
                listener.onLogin(Duration.ofNanos(session.nanoTime() - begin), CompletionExceptions.unwrap(failure)));
    }

    /**
     * Sends a request and reads its response.
     *
     * @param loginTimeout longest time for a login that it may need, for which others may wait as well
     * @param request makes the request of what has to go with it
     * @param read reads the response, on a thread that may be busy for it; its second argument is the key that the request
     *     went out with, null for none
     */
    <T> CompletableFuture<T> withSession(
            Route route,
            String endpoint,
            Duration loginTimeout,
            Function<Map<String, Object>, TransportRequest> request,
            ErrorContext context,
            BiFunction<TransportResponse, SessionKey, T> read) {
        Function<Throwable, CompletionStage<T>> failed = failure -> route == Route.PROGRESS
                ? CompletableFuture.failedFuture(CompletionExceptions.unwrap(failure))
                : queries.withNames(failure, endpoint, loginTimeout);
        if (loginMode == LoginMode.NONE) {
            return connection
                    .decoded(attempt(request, null, context), response -> read.apply(response, null))
                    .exceptionallyCompose(failed);
        }
        CompletableFuture<SessionKey> known = sessionKey(endpoint, loginTimeout);
        // a request may be long, and many may wait for one login: none is written on the thread that brings the key
        CompletableFuture<SessionKey> key = known.isDone() || route == Route.PROGRESS
                ? known
                : known.thenApplyAsync(Function.identity(), connection.workers());
        return key.thenCompose(first -> withKey(route, request, first, context).thenCompose(reply -> {
            if (!errors.isUnknownSession(route, reply)) {
                return connection
                        .decoded(CompletableFuture.completedFuture(reply), response -> read.apply(response, first))
                        .exceptionallyCompose(failed);
            }
            return sessionKey(endpoint, loginTimeout)
                    .thenCompose(second -> connection
                            .decoded(withKey(route, request, second, context), response -> {
                                requireKnown(response, context);
                                return read.apply(response, second);
                            })
                            .exceptionallyCompose(failed));
        }));
    }

    /**
     * A session that is lost right after its login, which was granted: the server is restarted time and again, or gives keys
     * that it does not know. It has not done what it was asked for, and later it may.
     */
    private void requireKnown(TransportResponse response, ErrorContext context) {
        if (errors.saysUnknownSession(response)) {
            throw new AuthenticationException(
                    server + " has lost the session right after the login; it may be restarting time and again",
                    true,
                    context.withStatus(response.status()));
        }
    }

    /** One request, after which the session knows whether the key is good. */
    CompletableFuture<TransportResponse> withKey(
            Route route,
            Function<Map<String, Object>, TransportRequest> request,
            SessionKey key,
            ErrorContext context) {
        return attempt(request, key, context).thenApply(response -> {
            if (errors.isUnknownSession(route, response)) {
                key.session().expired(key);
            } else if (response.status() / 100 == 2) {
                key.session().accepted(key);
            }
            return response;
        });
    }

    private CompletableFuture<TransportResponse> attempt(
            Function<Map<String, Object>, TransportRequest> request, SessionKey key, ErrorContext context) {
        TransportRequest prepared;
        try {
            prepared = request.apply(auth(key));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        return connection.send(prepared, context, true);
    }

    /** What goes with a request: a session key, or, without a login, the API key. */
    private Map<String, Object> auth(SessionKey key) {
        if (key != null) {
            return Map.of("client_session_auth_key", key.value());
        }
        return credentials.apiKey() == null ? Map.of() : Map.of("key", credentials.apiKey());
    }
}
