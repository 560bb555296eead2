/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)");

    private final ServerSocket socket;
    private final Function<Request, Answer> answers;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    WireServer(Function<Request, Answer> answers) throws IOException {
        this(ServerSocketFactory.getDefault(), answers);
    }

    WireServer(ServerSocketFactory sockets, Function<Request, Answer> answers) throws IOException {
        this.socket = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.answers = answers;
        daemon(this::accept);
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

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "wire-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                open.add(accepted);
                connections.incrementAndGet();
                daemon(() -> serve(accepted));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket accepted) {
        try (accepted) {
            for (Request request = read(accepted); request != null; request = read(accepted)) {
                requests.add(request);
                Answer answer = answers.apply(request);
                byte[] body = answer.json().getBytes(StandardCharsets.UTF_8);
                String head = "HTTP/1.1 " + answer.status() + " -\r\nContent-Type: application/json\r\n"
                        + answer.headers() + "Content-Length: " + body.length + "\r\n\r\n";
                accepted.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
                accepted.getOutputStream().write(body);
                accepted.getOutputStream().flush();
            }
        } catch (IOException broken) {
            // the client went away, or one of the two refused the other's certificate
        } finally {
            open.remove(accepted);
        }
    }

    private static Request read(Socket accepted) throws IOException {
        InputStream in = accepted.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.write(next);
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        Matcher length = CONTENT_LENGTH.matcher(text);
        byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        return new Request(text, new String(body, StandardCharsets.UTF_8));
    }

    int port() {
        return socket.getLocalPort();
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
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Closeable each : open) {
            each.close();
        }
    }
}
