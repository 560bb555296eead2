/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import io.aipi.client.internal.RawServer;
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

    /** An answer; {@code headers} are whole lines, each with its end. */
    record Answer(int status, String headers, String json) {

        static Answer ok(String json) {
            return new Answer(200, "", json);
        }

        static Answer notFound() {
            return new Answer(404, "", "{}");
        }

        static Answer redirect(int status, String location) {
            return new Answer(status, "Location: " + location + "\r\n", "{}");
        }
    }

    private final RawServer server;
    private final Function<Request, Answer> answers;
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    WireServer(Function<Request, Answer> answers) throws IOException {
        this(ServerSocketFactory.getDefault(), answers);
    }

    WireServer(ServerSocketFactory sockets, Function<Request, Answer> answers) throws IOException {
        this.answers = answers;
        this.server = new RawServer(sockets, this::serve);
    }

    /** What a documented server with any endpoint answers whose jobs are done at the first look: this result. */
    static Function<Request, Answer> jobs(String resultFields) {
        return request -> {
            if (request.line().startsWith("GET ")) {
                return Answer.notFound();
            }
            if (request.target().endsWith("/login")) {
                return Answer.ok("{\"client_session_auth_key\":\"a-session-key\"}");
            }
            if (request.target().endsWith("/progress")) {
                return Answer.ok("{\"success\":true,\"job_state\":\"done\",\"job_result\":{" + resultFields + "}}");
            }
            return Answer.ok("{\"success\":true,\"job_id\":\"JID1\"}");
        };
    }

    private void serve(RawServer.Connection connection) throws IOException {
        while (connection.read()) {
            Request request = new Request(connection.head(), new String(connection.body(), StandardCharsets.UTF_8));
            requests.add(request);
            Answer answer = answers.apply(request);
            byte[] body = answer.json().getBytes(StandardCharsets.UTF_8);
            connection.write("HTTP/1.1 " + answer.status() + " -\r\nContent-Type: application/json\r\n"
                    + answer.headers() + "Content-Length: " + body.length + "\r\n\r\n"
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
