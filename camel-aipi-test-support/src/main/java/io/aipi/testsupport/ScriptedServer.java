/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import javax.net.ServerSocketFactory;

/** A server on 127.0.0.1 that answers by a script and keeps what it is sent. One thread a connection: a script may take its time. */
public final class ScriptedServer implements AutoCloseable {

    /**
     * A response.
     *
     * @param headers whole lines, each with its end
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares responses
    public record Response(int status, String headers, byte[] body) {

        public static Response of(int status, String contentType, String body) {
            return new Response(status, "Content-Type: " + contentType + "\r\n", body.getBytes(StandardCharsets.UTF_8));
        }

        public static Response json(int status, String json) {
            return of(status, "application/json", json);
        }

        public static Response ok(String json) {
            return json(200, json);
        }

        public static Response notFound() {
            return json(404, "{}");
        }

        public static Response redirect(int status, String location) {
            return json(status, "{}").with("Location", location);
        }

        /** The same with one more header. */
        public Response with(String name, String value) {
            return new Response(status, headers + name + ": " + value + "\r\n", body);
        }

        public Response gzipped() {
            ByteArrayOutputStream encoded = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(encoded)) {
                out.write(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Response(status, headers, encoded.toByteArray()).with("Content-Encoding", "gzip");
        }
    }

    private final RawServer server;
    private final Function<HttpMessage, Response> responses;
    private final List<HttpMessage> requests = new CopyOnWriteArrayList<>();

    public ScriptedServer(Function<HttpMessage, Response> responses) throws IOException {
        this(ServerSocketFactory.getDefault(), responses);
    }

    public ScriptedServer(ServerSocketFactory sockets, Function<HttpMessage, Response> responses) throws IOException {
        this.responses = responses;
        this.server = new RawServer(sockets, this::serve);
    }

    /** What a documented server with any endpoint answers whose jobs are done at the first poll: this result. */
    public static Function<HttpMessage, Response> jobs(String resultFields) {
        AtomicInteger ids = new AtomicInteger();
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
            return Response.ok("{\"success\":true,\"job_id\":\"JID" + ids.incrementAndGet() + "\"}");
        };
    }

    private void serve(RawServer.Connection connection) throws IOException {
        while (connection.read()) {
            HttpMessage request = new HttpMessage(connection.head(), connection.body());
            requests.add(request);
            Response response = responses.apply(request);
            connection.write("HTTP/1.1 " + response.status() + " -\r\n" + response.headers() + "Content-Length: "
                    + response.body().length + "\r\n\r\n");
            connection.write(response.body());
        }
    }

    public int port() {
        return server.port();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Requests read so far. */
    public List<HttpMessage> requests() {
        return requests;
    }

    /** Connections made so far. */
    public int connections() {
        return server.connections();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
