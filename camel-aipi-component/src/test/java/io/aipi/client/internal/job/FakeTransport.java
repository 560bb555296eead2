/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.internal.http.Transport;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.spi.VirtualScheduler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A server that says what a test tells it to, by route, and keeps all calls. */
public final class FakeTransport implements Transport {

    private final Map<String, Deque<Reply>> script = new HashMap<>();
    private final List<TransportRequest> calls = new ArrayList<>();

    /** What comes of a call. */
    public interface Reply {
        /** Called once for a call. */
        CompletableFuture<TransportResponse> to(TransportRequest call);
    }

    /** Answers calls of {@code route} (for example {@code POST /login}) in this order, the last for ever. */
    public FakeTransport on(String route, Reply... replies) {
        script.put(route, new ArrayDeque<>(Arrays.asList(replies)));
        return this;
    }

    @Override
    public CompletableFuture<TransportResponse> send(TransportRequest call) {
        Reply reply;
        synchronized (this) {
            calls.add(call);
            Deque<Reply> replies = script.get(route(call));
            if (replies == null) {
                reply = json(
                        404, "{\"description\":\"Not Found\",\"status\":404,\"message\":\"Requested URL not found\"}");
            } else {
                reply = replies.size() > 1 ? replies.poll() : replies.peek();
            }
        }
        return reply.to(call);
    }

    /** The calls of a route so far. */
    public synchronized List<TransportRequest> calls(String route) {
        return calls.stream().filter(call -> route(call).equals(route)).toList();
    }

    private static String route(TransportRequest call) {
        return call.method() + " " + call.path().split("\\?", 2)[0];
    }

    @Override
    public void close() {
        // nothing is open
    }

    /** A response with JSON. */
    public static Reply json(int status, String json) {
        return call -> CompletableFuture.completedFuture(response(status, json));
    }

    /** A response with JSON that asks to wait. */
    public static Reply retryAfter(int status, String json, Duration wait) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return call -> CompletableFuture.completedFuture(
                new TransportResponse(status, "application/json", wait, null, body, body.length));
    }

    /** No response. */
    public static Reply failure(Kind kind, boolean requestSent) {
        return call ->
                CompletableFuture.failedFuture(new TransportException(kind, requestSent, "the test wants it so", null));
    }

    /** No response until the call's timeout. */
    public static Reply silence(VirtualScheduler scheduler) {
        return call -> {
            CompletableFuture<TransportResponse> response = new CompletableFuture<>();
            scheduler.schedule(
                    () -> response.completeExceptionally(
                            new TransportException(Kind.TIMED_OUT, true, "no response in time", null)),
                    call.timeout());
            return response;
        };
    }

    /** The response that the test completes when it likes. */
    public static Reply later(CompletableFuture<TransportResponse> response) {
        return call -> response;
    }

    /** A response with JSON. */
    public static TransportResponse response(int status, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return new TransportResponse(status, "application/json", null, null, body, body.length);
    }
}
