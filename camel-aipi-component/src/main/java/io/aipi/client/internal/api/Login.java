/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.api;

import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.session.LoginModeCache;
import io.aipi.client.internal.util.JsonWriter;
import io.aipi.client.internal.util.Texts;
import io.aipi.client.internal.wire.ErrorMapper;
import io.aipi.client.internal.wire.ErrorMapper.Route;
import io.aipi.client.internal.wire.LenientFields;
import io.aipi.client.internal.wire.ResponseMapper;
import io.aipi.client.internal.wire.ResponseParser;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.LoginMode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The requests of a login: one, or two where the mode of the server has to be found out. */
final class Login {

    private final ApiConnection connection;
    private final URI server;
    private final Credentials credentials;
    private final String clientVersion;
    private final LoginMode mode;
    private final LoginModeCache modes;
    private final ErrorMapper errors;

    Login(
            ApiConnection connection,
            Credentials credentials,
            String clientVersion,
            LoginMode mode,
            LoginModeCache modes,
            ErrorMapper errors) {
        this.connection = connection;
        this.server = connection.server();
        this.credentials = credentials;
        this.clientVersion = clientVersion;
        this.mode = mode;
        this.modes = modes;
        this.errors = errors;
    }

    /** A new session key. */
    CompletableFuture<String> key(String endpoint, Duration timeout) {
        if (mode != LoginMode.AUTO) {
            return request(mode, endpoint, timeout).thenApply(response -> keyIn(response, endpoint));
        }
        LoginMode remembered = modes.get(server);
        if (remembered == LoginMode.AUTO) {
            return findMode(endpoint, timeout);
        }
        return request(remembered, endpoint, timeout).thenCompose(response -> {
            if (ServerQueries.isNotFound(response.status())) {
                // another version of the server has come up since, or there is no such endpoint
                return findMode(endpoint, timeout);
            }
            return CompletableFuture.completedFuture(keyIn(response, endpoint));
        });
    }

    private CompletableFuture<String> findMode(String endpoint, Duration timeout) {
        return request(LoginMode.SHARED, endpoint, timeout).thenCompose(response -> {
            if (!ServerQueries.isNotFound(response.status())) {
                String key = keyIn(response, endpoint);
                modes.put(server, LoginMode.SHARED);
                return CompletableFuture.completedFuture(key);
            }
            return request(LoginMode.ENDPOINT, endpoint, timeout).thenApply(second -> {
                String key = keyIn(second, endpoint);
                modes.put(server, LoginMode.ENDPOINT);
                return key;
            });
        });
    }

    private CompletableFuture<TransportResponse> request(LoginMode asked, String endpoint, Duration timeout) {
        TransportRequest login =
                asked == LoginMode.SHARED ? sharedLogin(endpoint, timeout) : endpointLogin(endpoint, timeout);
        return connection.query(login, ErrorContext.of(endpoint));
    }

    private TransportRequest sharedLogin(String endpoint, Duration timeout) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("endpoint_name", endpoint);
        body.putAll(loginParameters());
        return TransportRequest.post(server, "/login", JsonWriter.toBytes(body), timeout);
    }

    private TransportRequest endpointLogin(String endpoint, Duration timeout) {
        return TransportRequest.get(
                server, "/" + TransportRequest.segment(endpoint) + "/login", loginParameters(), timeout);
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

    private String keyIn(TransportResponse http, String endpoint) {
        ErrorContext context = ErrorContext.of(endpoint);
        if (http.status() / 100 != 2) {
            throw errors.of(Route.LOGIN, http, context);
        }
        Map<String, Object> response;
        try {
            response = ResponseParser.readLogin(http);
        } catch (IOException e) {
            throw errors.notJson(http, context, e);
        }
        if (!ResponseMapper.isSuccess(response)) {
            throw errors.of(Route.LOGIN, http, response, context);
        }
        String key = LenientFields.text(response, "client_session_auth_key");
        if (key == null && !response.containsKey("success")) {
            // somebody else's JSON is no refusal, which would count for a while
            throw new ProtocolViolationException(
                    server + " answered the login with JSON that says neither success nor a client_session_auth_key;"
                            + " check that serverUrl is the address of an AIPI server",
                    context.withStatus(http.status()),
                    null);
        }
        if (key == null || key.isEmpty()) {
            throw new AuthenticationException(
                    server + " answered the login without a client_session_auth_key; check loginMode",
                    context.withStatus(http.status()));
        }
        if (key.length() > ResponseMapper.LONGEST_ID) {
            throw new ProtocolViolationException(
                    server + " answered the login with a client_session_auth_key of " + key.length() + " characters",
                    context.withStatus(http.status()),
                    null);
        }
        if (!Texts.isInOneLine(key)) {
            throw new ProtocolViolationException(
                    server + " answered the login with a client_session_auth_key that has a control character in it",
                    context.withStatus(http.status()),
                    null);
        }
        return key;
    }
}
