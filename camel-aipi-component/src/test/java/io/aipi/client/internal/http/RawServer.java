/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.io.ByteArrayOutputStream;
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
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/** A server on 127.0.0.1 of which a test decides each byte. One thread a connection. */
public final class RawServer implements AutoCloseable {

    /** What the server does on one connection; the connection is closed when it returns. */
    public interface Behaviour {
        void on(Connection connection) throws IOException;
    }

    private final ServerSocket socket;
    private final Behaviour behaviour;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger present = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    RawServer(Behaviour behaviour) throws IOException {
        this(ServerSocketFactory.getDefault(), behaviour);
    }

    public RawServer(ServerSocketFactory sockets, Behaviour behaviour) throws IOException {
        this.socket = sockets.createServerSocket(0, 200, InetAddress.getLoopbackAddress());
        this.behaviour = behaviour;
        daemon(this::accept);
    }

    /** A server that responses each request with its JSON body's length and keeps the connection. */
    static RawServer friendly() throws IOException {
        return new RawServer(RawServer::responseAll);
    }

    static void responseAll(Connection connection) throws IOException {
        while (connection.read()) {
            connection.response("{\"length\":" + connection.bodyLength() + "}");
        }
    }

    static void daemon(Runnable task) {
        Thread thread = new Thread(task, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                open.add(accepted);
                daemon(() -> serve(accepted));
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

    URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Connections made so far. */
    public int connections() {
        return connections.get();
    }

    /** Connections open now. */
    int openConnections() {
        return present.get();
    }

    /** Most connections open at once. */
    int mostConnections() {
        return most.get();
    }

    /** Heads of the requests read so far. */
    List<String> requests() {
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
        void readByte() throws IOException {
            if (in.read() < 0) {
                throw new IOException("the client has closed the connection");
            }
        }

        /** Reads the head of a request; null at the end of the connection. */
        String readHead() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    return null;
                }
                head.write(next);
            }
            String text = head.toString(StandardCharsets.ISO_8859_1);
            requests.add(text);
            return text;
        }

        /** Reads a request with its body; false at the end of the connection. */
        public boolean read() throws IOException {
            head = readHead();
            if (head == null) {
                return false;
            }
            int announced = head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                    .mapToInt(line -> Integer.parseInt(line.substring(15).trim()))
                    .findFirst()
                    .orElse(0);
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

        int bodyLength() {
            return body.length;
        }

        void response(String json) throws IOException {
            write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + json.length() + "\r\n\r\n"
                    + json);
        }

        public void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        /** Reads and forgets until the client closes the connection. */
        void awaitEnd() throws IOException {
            in.transferTo(OutputStream.nullOutputStream());
        }

        /** Ends the connection with a reset. */
        void reset() throws IOException {
            client.setSoLinger(true, 0);
            client.close();
        }

        /** Ends this direction of the connection. */
        void finish() throws IOException {
            client.shutdownOutput();
        }

        /** Connects the client with another server, as a proxy does. */
        void tunnelTo(int port) throws IOException {
            try (Socket target = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open.add(target);
                daemon(() -> {
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
