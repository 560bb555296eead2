/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/** A server on 127.0.0.1 of which a test decides each byte. One thread a connection. */
public final class RawServer implements AutoCloseable {

    /** What the server does on one connection, which is closed when it returns. */
    public interface Behaviour {
        void on(Connection connection) throws IOException;
    }

    private static final String THREAD = "raw-server";

    private final ServerSocket socket;
    private final Behaviour behaviour;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger present = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    public RawServer(Behaviour behaviour) throws IOException {
        this(ServerSocketFactory.getDefault(), behaviour);
    }

    /** {@code sockets} makes the socket that listens: one for TLS, perhaps. */
    public RawServer(ServerSocketFactory sockets, Behaviour behaviour) throws IOException {
        this.socket = sockets.createServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
        this.behaviour = behaviour;
        Daemon.start(THREAD, this::accept);
    }

    /** Answers each request with its body's length and keeps the connection. */
    public static void responseAll(Connection connection) throws IOException {
        while (connection.read()) {
            connection.response("{\"length\":" + connection.body().length + "}");
        }
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                open.add(accepted);
                Daemon.start(THREAD, () -> serve(accepted));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket accepted) {
        connections.incrementAndGet();
        most.accumulateAndGet(present.incrementAndGet(), Math::max);
        try (accepted) {
            behaviour.on(new Connection(accepted));
        } catch (IOException broken) {
            // the client went away, as some tests want it to
        } finally {
            present.decrementAndGet();
            open.remove(accepted);
        }
    }

    /** Without TLS. */
    public URI uri() {
        return URI.create(url());
    }

    /** Without TLS. */
    public String url() {
        return "http://127.0.0.1:" + port();
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Connections made so far. */
    public int connections() {
        return connections.get();
    }

    /** Connections open now. */
    public int openConnections() {
        return present.get();
    }

    /** Most connections open at once. */
    public int mostConnections() {
        return most.get();
    }

    /** Heads of the requests read so far. */
    public List<String> requests() {
        return requests;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Closeable each : open) {
            each.close();
        }
    }

    /** One connection. */
    public final class Connection {

        private final Socket client;
        private final InputStream in;
        private final OutputStream out;
        private String head;
        private byte[] body = {};

        Connection(Socket client) throws IOException {
            this.client = client;
            this.in = client.getInputStream();
            this.out = client.getOutputStream();
        }

        /** Reads a byte of whatever comes. */
        public void readByte() throws IOException {
            if (isEnded()) {
                throw new IOException("the client has closed the connection");
            }
        }

        /** Waits for what comes next: whether that is the end of the connection, and no byte. */
        public boolean isEnded() throws IOException {
            return in.read() < 0;
        }

        /** Reads the head of a request; null at the end of the connection. */
        public String readHead() throws IOException {
            String text = HttpMessage.readHead(in);
            if (text != null) {
                requests.add(text);
            }
            return text;
        }

        /** Reads a request with its body; false at the end of the connection. */
        public boolean read() throws IOException {
            head = readHead();
            if (head == null) {
                return false;
            }
            int announced = HttpMessage.contentLength(head);
            body = in.readNBytes(announced);
            return body.length == announced;
        }

        /** The head of the request read last, each byte a character. */
        public String head() {
            return head;
        }

        /** The body of the request read last. */
        public byte[] body() {
            return body;
        }

        /** Answers with JSON of these ASCII characters, and keeps the connection. */
        public void response(String json) throws IOException {
            write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + json.length() + "\r\n\r\n"
                    + json);
        }

        /** Writes these characters, each as a byte. */
        public void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        public void write(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** Reads and forgets until the client closes the connection. */
        public void awaitEnd() throws IOException {
            in.transferTo(OutputStream.nullOutputStream());
        }

        /** Ends the connection with a reset. */
        public void reset() throws IOException {
            client.setSoLinger(true, 0);
            client.close();
        }

        /** Ends this direction of the connection. */
        public void finish() throws IOException {
            client.shutdownOutput();
        }

        /** Connects the client with another server, as a proxy does. */
        public void tunnelTo(int port) throws IOException {
            try (Socket target = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open.add(target);
                Daemon.start(THREAD, () -> {
                    try {
                        target.getInputStream().transferTo(out);
                        client.shutdownOutput();
                    } catch (IOException ended) {
                        // one of the two went away
                    }
                });
                in.transferTo(target.getOutputStream());
            }
        }
    }
}
