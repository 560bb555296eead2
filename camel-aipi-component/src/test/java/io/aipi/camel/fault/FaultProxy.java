/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * Stands between a client and a server on 127.0.0.1, and has each byte in its hands. One thread and one request a
 * connection: whatever goes wrong with a call, goes wrong with that call only.
 */
final class FaultProxy implements AutoCloseable {

    /** Decides what becomes of connections and requests. */
    interface Director {

        /** When the connection that has just been made is reset, if it is. */
        Moment resetsConnection();

        /** What comes of a request; most pass. */
        void direct(Passage passage) throws IOException;
    }

    /** When a connection is reset. */
    enum Moment {
        NEVER,
        /** As soon as it is made, whatever the client has sent by then. */
        AT_ONCE,
        /** When the client speaks: with TLS, that is before it can send a request. */
        AT_FIRST_BYTE
    }

    /** A request, read to its end. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares requests
    record Request(String method, String path, String head, byte[] body) {

        String bodyText() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** A response of the server, read to its end. */
    @SuppressWarnings("ArrayRecordComponent") // nor answers
    record Response(int status, String contentType, byte[] body) {

        byte[] bytes() {
            byte[] head = ("HTTP/1.1 " + status + " Status\r\nContent-Type: " + contentType + "\r\nContent-Length: "
                            + body.length + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            byte[] all = Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, all, head.length, body.length);
            return all;
        }
    }

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d+)");
    private static final Pattern CONTENT_TYPE = Pattern.compile("(?im)^content-type: *(.*?)\r?$");
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");

    /** Outside of the range from which systems take ports for whoever asks for any: a refused port must stay ours. */
    private static final int FIRST_PORT = 20_000;

    private static final int LAST_PORT = 32_000;
    private static final Set<Integer> TAKEN_PORTS = ConcurrentHashMap.newKeySet();

    private final int serverPort;
    private final SSLContext tls;
    private final Director director;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final int port;
    private volatile ServerSocket listener;
    private volatile boolean closed;

    /** {@code tls} is spoken with the client, null for none. */
    FaultProxy(int serverPort, SSLContext tls, Director director) throws IOException {
        this.serverPort = serverPort;
        this.tls = tls;
        this.director = director;
        this.port = listenAnywhere();
    }

    private int listenAnywhere() throws IOException {
        IOException last = null;
        for (int attempt = 0; attempt < 100; attempt++) {
            int candidate = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            if (TAKEN_PORTS.add(candidate)) {
                try {
                    listen(candidate);
                    return candidate;
                } catch (IOException taken) {
                    last = taken;
                }
            }
        }
        throw new IOException("No free port", last);
    }

    private void listen(int wanted) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 50);
        listener = socket;
        daemon(() -> accept(socket));
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                open.add(accepted);
                daemon(() -> serve(accepted));
            } catch (IOException ended) {
                return;
            }
        }
    }

    /** A thread of its own: none that others keep busy. */
    static void daemon(Runnable task) {
        Thread thread = new Thread(task, "fault-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket accepted) {
        try (accepted) {
            accepted.setTcpNoDelay(true);
            Moment moment = director.resetsConnection();
            if (moment != Moment.NEVER) {
                if (moment == Moment.AT_FIRST_BYTE) {
                    accepted.getInputStream().read();
                }
                reset(accepted);
                return;
            }
            Socket client = tls == null ? accepted : encrypted(accepted);
            Request request = read(client.getInputStream());
            if (request != null) {
                director.direct(new Passage(accepted, client, request));
                client.close();
            }
        } catch (IOException ended) {
            // the client or the server went away, as many faults want it
        } finally {
            open.remove(accepted);
        }
    }

    private Socket encrypted(Socket accepted) throws IOException {
        var socket = (javax.net.ssl.SSLSocket)
                tls.getSocketFactory().createSocket(accepted, "127.0.0.1", accepted.getPort(), true);
        socket.setUseClientMode(false);
        return socket;
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static Request read(InputStream in) throws IOException {
        String head = readHead(in);
        if (head == null) {
            return null;
        }
        String[] line = head.split("[ ?]", 3);
        Matcher length = CONTENT_LENGTH.matcher(head);
        byte[] body = length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
        return new Request(line[0], line[1], head, body);
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        while (last != 0x0D0A0D0A) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.write(next);
            last = last << 8 | next;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    int port() {
        return port;
    }

    /** Connections are refused from now on. */
    void refuse() throws IOException {
        listener.close();
    }

    /** Connections are taken again. */
    void listenAgain() throws IOException {
        if (!closed) {
            listen(port);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        for (Socket each : open) {
            each.close();
        }
    }

    /** One request on its way. The connection is closed when the director is done with it. */
    final class Passage {

        private final Socket raw;
        private final Socket client;
        private final Request request;

        private Passage(Socket raw, Socket client, Request request) {
            this.raw = raw;
            this.client = client;
            this.request = request;
        }

        Request request() {
            return request;
        }

        /** What the server answers. It has then done what the request asks for, whether or not the client learns of it. */
        Response forward() throws IOException {
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
                open.add(server);
                try {
                    String head = request.head()
                            .lines()
                            .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith("connection:") && !line.isEmpty())
                            .reduce("", (all, line) -> all + line + "\r\n");
                    OutputStream out = server.getOutputStream();
                    out.write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
                    out.write(request.body());
                    out.flush();
                    return response(server.getInputStream());
                } finally {
                    open.remove(server);
                }
            }
        }

        private Response response(InputStream in) throws IOException {
            String head = readHead(in);
            if (head == null) {
                throw new IOException("an empty reply");
            }
            Matcher status = STATUS.matcher(head);
            Matcher type = CONTENT_TYPE.matcher(head);
            if (!status.find()) {
                throw new IOException("no HTTP: " + head);
            }
            return new Response(
                    Integer.parseInt(status.group(1)), type.find() ? type.group(1) : "text/plain", in.readAllBytes());
        }

        void respond(Response response) throws IOException {
            write(response.bytes());
        }

        void respond(int status, String contentType, String body) throws IOException {
            respond(new Response(status, contentType, body.getBytes(StandardCharsets.UTF_8)));
        }

        void write(byte[] bytes) throws IOException {
            client.getOutputStream().write(bytes);
            client.getOutputStream().flush();
        }

        void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** One byte a packet, {@code pauseMillis} apart, 0 for as fast as it goes; ends when the client goes away. */
        void trickle(byte[] bytes, int pauseMillis) throws IOException {
            for (byte each : bytes) {
                write(new byte[] {each});
                if (pauseMillis > 0 && isLeftWithin(pauseMillis)) {
                    return;
                }
            }
        }

        private boolean isLeftWithin(int millis) throws IOException {
            client.setSoTimeout(millis);
            try {
                return client.getInputStream().read() < 0;
            } catch (SocketTimeoutException stillThere) {
                return false;
            }
        }

        /** Says nothing until the client goes away. */
        void awaitEnd() throws IOException {
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        }

        void reset() throws IOException {
            FaultProxy.reset(raw);
        }
    }
}
