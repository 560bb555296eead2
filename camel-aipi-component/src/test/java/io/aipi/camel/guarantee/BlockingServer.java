/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A documented server whose first session has ended: it keeps whoever comes with the old key waiting until all have come,
 * and then refuses them all together. It counts on the one thread on which it does everything.
 */
final class BlockingServer implements AutoCloseable {

    private final HttpServer server;
    private final int expected;
    private final List<HttpExchange> waiting = new ArrayList<>();
    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();

    BlockingServer(int expected) throws IOException {
        this.expected = expected;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), expected);
        server.createContext("/", exchange -> respond(exchange, 404, "{}"));
        server.createContext(
                "/login",
                exchange -> respond(
                        exchange, 200, "{\"client_session_auth_key\":\"session-" + logins.incrementAndGet() + "\"}"));
        server.createContext("/chat", this::submit);
        server.start();
    }

    private void submit(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (!body.contains("session-1\"")) {
            respond(
                    exchange,
                    200,
                    "{\"success\":true,\"job_id\":\"JID" + accepted.incrementAndGet() + "\",\"text\":\"yes\"}");
            return;
        }
        waiting.add(exchange);
        if (waiting.size() == expected) {
            for (HttpExchange one : waiting) {
                refused.incrementAndGet();
                respond(
                        one,
                        401,
                        "{\"success\":false,\"error\":[\"Client session authentication key not registered\"]}");
            }
        }
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        // this server keeps no more than 200 idle connections and closes the rest when it likes
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int logins() {
        return logins.get();
    }

    int refused() {
        return refused.get();
    }

    int accepted() {
        return accepted.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
