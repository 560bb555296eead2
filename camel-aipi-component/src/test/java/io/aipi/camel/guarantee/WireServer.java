/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import io.aipi.client.internal.http.RawServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.net.ServerSocketFactory;

/** A server on 127.0.0.1 that keeps what it is sent as it stood on the wire. One thread a connection. */
final class WireServer implements AutoCloseable {

    /** A request: its head, each byte a character, and its body. */
    record Request(String head, String body) {

        /** The request line. */
        String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }

        /** The request line's path and query. */
        String target() {
            return line().split(" ", -1)[1];
        }
    }

    /** A response; {@code headers} are whole lines, each with its end. */
    record Response(int status, String headers, String json) {

        static Response ok(String json) {
            return new Response(200, "", json);
        }

        static Response notFound() {
            return new Response(404, "", "{}");
        }

        static Response redirect(int status, String location) {
            return new Response(status, "Location: " + location + "\r\n", "{}");
        }
    }

    private final RawServer server;
    private final Function<Request, Response> responses;
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    WireServer(Function<Request, Response> responses) throws IOException {
        this(ServerSocketFactory.getDefault(), responses);
    }

    WireServer(ServerSocketFactory sockets, Function<Request, Response> responses) throws IOException {
        this.responses = responses;
        this.server = new RawServer(sockets, this::serve);
    }

    /** What a documented server with any endpoint answers whose jobs are done at the first poll: this result. */
    static Function<Request, Response> jobs(String resultFields) {
        return request -> {
            if (request.line().startsWith("GET ")) {
                return Response.notFound();
            }
            if (request.target().endsWith("/login")) {
                return Response.ok("{\"client_session_auth_key\":\"a-session-key\"}");
            }
            if (request.target().endsWith("/progress")) {
                return Response.ok("{\"success\":true,\"job_state\":\"done\",\"job_result\":{" + resultFields + "}}");
            }
            return Response.ok("{\"success\":true,\"job_id\":\"JID1\"}");
        };
    }

    private void serve(RawServer.Connection connection) throws IOException {
        while (connection.read()) {
            Request request = new Request(connection.head(), new String(connection.body(), StandardCharsets.UTF_8));
            requests.add(request);
            Response response = responses.apply(request);
            byte[] body = response.json().getBytes(StandardCharsets.UTF_8);
            connection.write("HTTP/1.1 " + response.status() + " -\r\nContent-Type: application/json\r\n"
                    + response.headers() + "Content-Length: " + body.length + "\r\n\r\n"
                    + new String(body, StandardCharsets.ISO_8859_1));
        }
    }

    int port() {
        return server.port();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Requests read so far. */
    List<Request> requests() {
        return requests;
    }

    /** Connections made so far. */
    int connections() {
        return server.connections();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
