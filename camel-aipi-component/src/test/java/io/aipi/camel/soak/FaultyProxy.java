/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.soak;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between a client and a server, on sockets of its own, and does something bad to one request in a hundred, or as
 * often as it is told. As the real server it closes connections that are idle for ten seconds.
 */
final class FaultyProxy implements AutoCloseable {

    /** What is done to a request. */
    enum Fault {
        /** The connection is reset; the server never sees the request. */
        RESET_BEFORE,
        /** The server has answered, but the connection is reset instead. */
        RESET_AFTER,
        /** The request hangs until the client gives up; the server never sees it. */
        STALL_BEFORE,
        /** The server has answered, but nothing arrives until the client gives up. */
        STALL_AFTER,
        /** Half of the response, then the end of the connection. */
        CUT_OFF,
        /** The response's bytes are no JSON. */
        GARBAGE,
        /** No HTTP at all. */
        NO_HTTP,
        /** An error of the server, which never sees the request. */
        STATUS_500,
        /** A gateway that lost the server's response. */
        STATUS_502,
        /** The session key is called unknown; never done to a login. */
        STATUS_401
    }

    private static final int IDLE_MILLIS = 10_000;
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");

    private final Map<Fault, AtomicLong> faults = new EnumMap<>(Fault.class);
    private final AtomicLong requests = new AtomicLong();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final int port;
    private volatile double rate;
    private volatile int server;
    private volatile ServerSocket listening;

    /** Listens, on any port, for a server on the loopback interface. */
    FaultyProxy(int server) throws IOException {
        this.server = server;
        for (Fault fault : Fault.values()) {
            faults.put(fault, new AtomicLong());
        }
        listen(0);
        port = listening.getLocalPort();
    }

    private void listen(int onPort) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 1_000);
        listening = socket;
        thread("accept", () -> accept(socket)).start();
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, "faulty-proxy-" + name);
        thread.setDaemon(true);
        return thread;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** How many of a thousand requests get a fault. */
    void perMille(int faulty) {
        rate = faulty / 1000.0;
    }

    /** Another server is there now; connections to the old one are dropped. */
    void serve(int newServer) {
        server = newServer;
        dropConnections();
    }

    /** Refuses connections, and drops those that are open. */
    void goDown() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        dropConnections();
    }

    /** Listens again. */
    void comeUp() {
        try {
            listen(port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long requests() {
        return requests.get();
    }

    long faultsDone() {
        return faults.values().stream().mapToLong(AtomicLong::get).sum();
    }

    Map<Fault, AtomicLong> faults() {
        return faults;
    }

    /** Connections of clients that are open now. */
    int connections() {
        return open.size();
    }

    private void dropConnections() {
        open.forEach(FaultyProxy::reset);
    }

    @Override
    public void close() {
        goDown();
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                open.add(client);
                thread("connection", () -> serve(client)).start();
            } catch (IOException closed) {
                // the loop ends if it is
            }
        }
    }

    private void serve(Socket client) {
        Socket upstream = new Socket();
        try (client;
                upstream) {
            client.setSoTimeout(IDLE_MILLIS);
            client.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(client.getInputStream());
            upstream.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server));
            upstream.setTcpNoDelay(true);
            InputStream responses = new BufferedInputStream(upstream.getInputStream());
            byte[] request = message(in);
            while (request != null && exchange(client, request, upstream, responses)) {
                request = message(in);
            }
        } catch (IOException broken) {
            // the server went away, or the client did
            reset(client);
        } finally {
            open.remove(client);
        }
    }

    /** Whether the connection goes on. */
    private boolean exchange(Socket client, byte[] request, Socket upstream, InputStream responses) throws IOException {
        requests.incrementAndGet();
        Fault fault = fault(request);
        if (fault == null) {
            byte[] response = asked(request, upstream, responses);
            client.getOutputStream().write(response);
            return !isLast(response);
        }
        faults.get(fault).incrementAndGet();
        switch (fault) {
            case RESET_BEFORE -> reset(client);
            case RESET_AFTER -> {
                asked(request, upstream, responses);
                reset(client);
            }
            case STALL_BEFORE -> awaitEnd(client);
            case STALL_AFTER -> {
                asked(request, upstream, responses);
                awaitEnd(client);
            }
            case CUT_OFF -> {
                byte[] response = asked(request, upstream, responses);
                client.getOutputStream().write(response, 0, response.length / 2);
            }
            case GARBAGE -> {
                byte[] response = asked(request, upstream, responses);
                int body = response.length - endOfHead(response);
                Arrays.fill(response, response.length - body, response.length, (byte) '?');
                client.getOutputStream().write(response);
                return !isLast(response);
            }
            case NO_HTTP -> client.getOutputStream().write("SSH-2.0-x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            case STATUS_500 -> say(client, "500 Internal Server Error");
            case STATUS_502 -> {
                asked(request, upstream, responses);
                say(client, "502 Bad Gateway");
            }
            case STATUS_401 -> say(client, "401 Unauthorized");
            default -> throw new IllegalStateException(fault.name());
        }
        return false;
    }

    private Fault fault(byte[] request) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (random.nextDouble() >= rate) {
            return null;
        }
        Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
        // at a login it means a wrong API key, which rightly fails all that wait for it, and for five seconds
        return fault == Fault.STATUS_401 && isLogin(request) ? Fault.STATUS_500 : fault;
    }

    private static boolean isLogin(byte[] request) {
        String line = new String(request, 0, Math.min(request.length, 200), StandardCharsets.US_ASCII);
        return line.startsWith("POST /login ") || line.startsWith("GET /chat/login?");
    }

    private static byte[] asked(byte[] request, Socket upstream, InputStream responses) throws IOException {
        upstream.getOutputStream().write(request);
        byte[] response = message(responses);
        if (response == null) {
            throw new IOException("the server is gone");
        }
        return response;
    }

    private static void say(Socket client, String status) throws IOException {
        String body = "{\"success\": false, \"error\": [\"the proxy wants it so\"]}";
        client.getOutputStream()
                .write(("HTTP/1.1 " + status
                                + "\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: "
                                + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static void awaitEnd(Socket client) throws IOException {
        while (client.getInputStream().read() >= 0) {
            // the client sends nothing more, but closes in the end
        }
    }

    private static void reset(Socket client) {
        try {
            client.setSoLinger(true, 0);
            client.close();
        } catch (IOException closedAlready) {
            // by the other side of the proxy, or the client
        }
    }

    private static boolean isLast(byte[] response) {
        String head = new String(response, 0, endOfHead(response), StandardCharsets.US_ASCII);
        return head.toLowerCase(java.util.Locale.ROOT).contains("\r\nconnection: close");
    }

    private static int endOfHead(byte[] message) {
        int end = 4;
        while (!(message[end - 4] == '\r'
                && message[end - 3] == '\n'
                && message[end - 2] == '\r'
                && message[end - 1] == '\n')) {
            end++;
        }
        return end;
    }

    /** A request or a response with the body that its head announces, null at the end of the connection. */
    private static byte[] message(InputStream in) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int last = 0;
        while (last != 0x0d0a0d0a) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            message.write(next);
            last = last << 8 | next;
        }
        Matcher length = CONTENT_LENGTH.matcher(message.toString(StandardCharsets.US_ASCII));
        if (length.find()) {
            int announced = Integer.parseInt(length.group(1));
            byte[] body = in.readNBytes(announced);
            if (body.length < announced) {
                return null;
            }
            message.writeBytes(body);
        }
        return message.toByteArray();
    }
}
