/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.api;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.internal.http.Transport;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.spi.CompletionExceptions;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Sends requests to one server and decodes its responses, without knowing what they say. */
public final class ApiConnection {

    /** A response longer than this is decoded on a worker thread, so that it does not keep other responses waiting. */
    private static final int DECODED_ON_WORKER = 64 * 1024;

    private final URI server;
    private final Transport transport;
    private final Executor workers;
    private final Clock clock;
    private final AtomicReference<Instant> lastContact = new AtomicReference<>();

    /** {@code workers} decodes long responses; {@code clock} dates the last contact. */
    public ApiConnection(URI server, Transport transport, Executor workers, Clock clock) {
        this.server = server;
        this.transport = transport;
        this.workers = workers;
        this.clock = clock;
    }

    /** Base URL of the server. */
    URI server() {
        return server;
    }

    /** Decodes long responses, and writes long requests. */
    Executor workers() {
        return workers;
    }

    /** See {@link io.aipi.client.AipiClient#lastContact}. */
    public Optional<Instant> lastContact() {
        return Optional.ofNullable(lastContact.get());
    }

    /** A request that changes nothing at the server but for a session: it does not matter whether it arrived. */
    CompletableFuture<TransportResponse> query(TransportRequest request, ErrorContext context) {
        return send(request, context, false);
    }

    /** {@code arrivalMatters}: whether a request whose fate is not known may have done something. */
    CompletableFuture<TransportResponse> send(TransportRequest request, ErrorContext context, boolean arrivalMatters) {
        return transport
                .send(request)
                .thenApply(response -> {
                    lastContact.set(clock.instant());
                    return response;
                })
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(problem(failure, context, arrivalMatters)));
    }

    private AipiException problem(Throwable failure, ErrorContext context, boolean arrivalMatters) {
        Throwable cause = CompletionExceptions.unwrap(failure);
        if (!(cause instanceof TransportException lost)) {
            return new ConnectionFailedException(
                    "The call to " + server + " failed: " + cause, arrivalMatters, context, cause);
        }
        return switch (lost.kind()) {
            case CLOSED -> new ClientClosedException("The client was closed while it waited for " + server, context);
            // of a result the cause says that it stays so; a login that is answered so may be answered well later
            case RESPONSE_TOO_LARGE, UNREADABLE ->
                new ProtocolViolationException(
                        server + ": " + lost.getMessage(), context, arrivalMatters ? lost : null);
            default ->
                new ConnectionFailedException(
                        server + ": " + lost.getMessage(), arrivalMatters && lost.requestSent(), context, lost);
        };
    }

    /** Reads the response, on a worker thread if that takes time. */
    <T> CompletableFuture<T> decoded(
            CompletableFuture<TransportResponse> response, Function<TransportResponse, T> read) {
        return response.thenCompose(http -> http.length() > DECODED_ON_WORKER
                ? decodeOnWorker(http, read)
                : CompletableFuture.completedFuture(http).thenApply(read));
    }

    private <T> CompletableFuture<T> decodeOnWorker(TransportResponse http, Function<TransportResponse, T> read) {
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
}
