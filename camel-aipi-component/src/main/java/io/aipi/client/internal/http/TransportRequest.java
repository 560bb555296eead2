/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One HTTP request to a server.
 *
 * @param server base URL of the server, without a slash at its end
 * @param method {@code GET} or {@code POST}
 * @param path path and query after the base URL, encoded. May hold a key: never to be shown
 * @param body JSON, null for none
 * @param timeout longest time from the connection, which may have to be made, to the end of the response; so long it
 *     waits for a free connection, too
 * @param start asked when the call has its connection: the time it has from there, at most {@code timeout}. If it throws,
 *     nobody wants the response any more and nothing is sent. Null for {@code timeout}
 * @param held whether the server holds the request for as long as a job takes
 * @param last whether it gives way to those that wait for a connection, too, and are not last
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record TransportRequest(
        URI server,
        String method,
        String path,
        byte[] body,
        Duration timeout,
        Supplier<Duration> start,
        boolean held,
        boolean last) {

    private static final Duration LONGEST = Duration.ofDays(3650);

    /** A timeout of more than ten years counts as ten years, so that its nanoseconds can be counted. */
    public TransportRequest {
        timeout = timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST;
    }

    /** A GET of a path with query parameters. */
    public static TransportRequest get(URI server, String path, Map<String, String> query, Duration timeout) {
        String encoded = query.entrySet().stream()
                .map(e -> encode(e.getKey()) + "=" + encode(e.getValue()))
                .collect(Collectors.joining("&"));
        return new TransportRequest(
                server, "GET", encoded.isEmpty() ? path : path + "?" + encoded, null, timeout, null, false, false);
    }

    /** A POST of JSON. */
    public static TransportRequest post(URI server, String path, byte[] json, Duration timeout) {
        return new TransportRequest(server, "POST", path, json, timeout, null, false, false);
    }

    /** A POST of JSON whose time is asked for now, and again when it has its connection. */
    public static TransportRequest post(URI server, String path, byte[] json, Supplier<Duration> timeout) {
        return new TransportRequest(server, "POST", path, json, timeout.get(), timeout, false, false);
    }

    /** The same, held by the server. */
    public TransportRequest hold() {
        return new TransportRequest(server, method, path, body, timeout, start, true, last);
    }

    /** The same, which gives way: what is in flight already comes first. */
    public TransportRequest afterOthers() {
        return new TransportRequest(server, method, path, body, timeout, start, held, true);
    }

    /** The time from the connection on, asked for when there is one. */
    Duration timeFromConnection() {
        if (start == null) {
            return timeout;
        }
        Duration time = start.get();
        return time.compareTo(timeout) < 0 ? time : timeout;
    }

    /** One segment of a path, with everything encoded that would end it or lead elsewhere. */
    public static String segment(String text) {
        // "." and ".." survive percent-encoding in some servers, so they are encoded by hand
        return encode(text).replace(".", "%2E");
    }

    /** A name or value of a query. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Without path and body, which may hold secrets. */
    @Override
    public String toString() {
        return "TransportRequest[" + method + " " + server + "]";
    }
}
