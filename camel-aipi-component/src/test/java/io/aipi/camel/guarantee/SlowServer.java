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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A documented server that takes its time to answer a poll of a job, and notices polls that overlap. */
final class SlowServer implements AutoCloseable {

    /** The so many-th poll a job brings its result. */
    static final int POLLS_TO_DONE = 5;

    private static final Pattern JOB = Pattern.compile("\"job_id\":\"(JID\\d+)\"");

    private final HttpServer server;
    private final ScheduledExecutorService responses = Executors.newScheduledThreadPool(2);
    private final Duration delay;
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();
    private final Map<String, Integer> polled = new ConcurrentHashMap<>();
    private final AtomicInteger jobs = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    SlowServer(Duration delay) throws IOException {
        this.delay = delay;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.createContext("/", exchange -> respond(exchange, 404, "{}"));
        server.createContext("/login", exchange -> respond(exchange, 200, "{\"client_session_auth_key\":\"session\"}"));
        server.createContext(
                "/chat",
                exchange ->
                        respond(exchange, 200, "{\"success\":true,\"job_id\":\"JID" + jobs.incrementAndGet() + "\"}"));
        server.createContext("/chat/progress", this::progress);
        server.start();
    }

    private void progress(HttpExchange exchange) throws IOException {
        Matcher matcher = JOB.matcher(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        if (!matcher.find()) {
            respond(exchange, 402, "{\"success\":false,\"error\":[\"no job\"]}");
            return;
        }
        String job = matcher.group(1);
        if (underWay.merge(job, 1, Integer::sum) > 1) {
            overlaps.incrementAndGet();
        }
        most.accumulateAndGet(underWay.size(), Math::max);
        boolean done = polled.merge(job, 1, Integer::sum) >= POLLS_TO_DONE;
        String body = done
                ? "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"text\":\"" + job + "\"}}"
                : "{\"success\":true,\"job_state\":\"processing\",\"progress\":{\"progress\":1}}";
        responses.schedule(
                () -> {
                    underWay.computeIfPresent(job, (id, count) -> count == 1 ? null : (Integer) (count - 1));
                    try {
                        respond(exchange, 200, body);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int overlaps() {
        return overlaps.get();
    }

    /** Jobs polled in the same moment, at most. */
    int most() {
        return most.get();
    }

    int polls() {
        return polled.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public void close() {
        server.stop(0);
        responses.shutdownNow();
    }
}
