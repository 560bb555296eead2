/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.api;

import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.wire.ErrorMapper;
import io.aipi.client.internal.wire.ErrorMapper.Route;
import io.aipi.client.internal.wire.LenientFields;
import io.aipi.client.internal.wire.ResponseMapper;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.KeyValidation;
import io.aipi.client.options.Credentials;
import io.aipi.client.spi.CompletionExceptions;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What can be asked of a server without a session: its endpoints, and whether it takes the API key. */
final class ServerQueries {

    /** Statuses of requests that may succeed later. */
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);

    private final ApiConnection connection;
    private final URI server;
    private final Credentials credentials;
    private final SecretRedactor secrets;
    private final ErrorMapper errors;

    ServerQueries(ApiConnection connection, Credentials credentials, SecretRedactor secrets, ErrorMapper errors) {
        this.connection = connection;
        this.server = connection.server();
        this.credentials = credentials;
        this.secrets = secrets;
        this.errors = errors;
    }

    /** The server's description of an endpoint; empty where the server has none to give. */
    CompletableFuture<Optional<EndpointDescription>> describe(String endpoint, Duration timeout) {
        ErrorContext context = ErrorContext.of(endpoint);
        TransportRequest request =
                TransportRequest.get(server, "/api/endpoints/" + TransportRequest.segment(endpoint), Map.of(), timeout);
        return connection.query(request, context).thenApply(response -> {
            // an older server has no such route; some guard it, or have a page for whatever they do not know: all of
            // that
            // means that there is no description for us. What passes may be asked for again
            if (!PASSING.contains(response.status()) && (response.status() / 100 == 4 || response.status() == 501)) {
                return Optional.empty();
            }
            if (response.status() / 100 == 2 && response.isPage()) {
                return Optional.empty();
            }
            Map<String, Object> json = errors.requireJson(Route.QUERY, response, false, context);
            // a server may answer whatever it is asked with a mere success
            return ResponseMapper.isSuccess(json)
                    ? Optional.of(ResponseMapper.description(endpoint, json)).filter(EndpointDescription::saysSomething)
                    : Optional.empty();
        });
    }

    /** The names of the endpoints that the credentials may use. */
    CompletableFuture<List<String>> list(Duration timeout) {
        ErrorContext context = ErrorContext.of(null);
        return connection
                .query(TransportRequest.get(server, "/api/endpoints", keyQuery(), timeout), context)
                .thenApply(response -> {
                    Map<String, Object> json = errors.requireJson(Route.QUERY, response, false, context);
                    return LenientFields.list(json, "endpoints").stream()
                            .map(String::valueOf)
                            .toList();
                });
    }

    /** The names of the endpoints, of the credentials, whose question can show pictures; empty where the server does not tell. */
    CompletableFuture<List<String>> withPictures(Duration timeout) {
        return list(timeout).thenCompose(names -> {
            Map<String, CompletableFuture<Boolean>> asked = new LinkedHashMap<>();
            names.forEach(name -> asked.put(
                    name,
                    describe(name, timeout)
                            .thenApply(description -> description
                                    .filter(EndpointDescription::takesPicturesInContext)
                                    .isPresent())
                            .exceptionally(unknown -> false)));
            return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                    .thenApply(all -> names.stream()
                            .filter(name -> asked.get(name).join())
                            .toList());
        });
    }

    /** The server's verdict on the API key. */
    CompletableFuture<KeyValidation> validateKey(Duration timeout) {
        ErrorContext context = ErrorContext.of(null);
        return connection
                .query(TransportRequest.get(server, "/api/validate_key", keyQuery(), timeout), context)
                .thenApply(response -> {
                    Map<String, Object> json = errors.requireJson(Route.QUERY, response, false, context);
                    boolean valid = Boolean.TRUE.equals(json.get("success"));
                    return new KeyValidation(valid, valid ? null : secrets.sanitize(String.valueOf(json.get("error"))));
                });
    }

    private Map<String, String> keyQuery() {
        return credentials.apiKey() == null ? Map.of() : Map.of("key", credentials.apiKey());
    }

    /** A failure for the lack of the endpoint also tells which ones there are, where the server has a list of them. */
    <T> CompletableFuture<T> withNames(Throwable failure, String endpoint, Duration timeout) {
        Throwable cause = CompletionExceptions.unwrap(failure);
        boolean isMissing = cause instanceof EndpointUnavailableException missing
                && missing.getHttpStatus() != null
                && isNotFound(missing.getHttpStatus());
        if (!isMissing) {
            return CompletableFuture.failedFuture(cause);
        }
        return list(timeout).handle((names, noList) -> names).thenCompose(names -> {
            boolean tells = names != null && !names.isEmpty() && !names.contains(endpoint);
            return CompletableFuture.failedFuture(
                    tells ? noSuchEndpoint(names, ErrorContext.of(endpoint).withStatus(404)) : cause);
        });
    }

    /** Whether the server has nothing under the path. */
    static boolean isNotFound(int status) {
        return status == 404 || status == 405;
    }

    /** {@code names}: of the endpoints that there are. */
    EndpointUnavailableException noSuchEndpoint(List<String> names, ErrorContext context) {
        return new EndpointUnavailableException(
                server + " has no endpoint of this name; it has " + secrets.sanitize(String.join(", ", names)),
                false,
                context);
    }
}
