/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import io.aipi.simulator.AvailablePorts;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Stands between a client and a server on 127.0.0.1, and has each byte in its hands. One thread a connection. */
public final class FaultProxy implements AutoCloseable {

    /** Decides what becomes of connections and requests. */
    public interface Director {

        /** When the connection that has just been made is reset, if it is. */
        default Moment resetsConnection() {
            return Moment.NEVER;
        }

        /** What comes of a request; most pass. */
        void direct(Passage passage) throws IOException;
    }

    /** When a connection is reset. */
    public enum Moment {
        NEVER,
        /** As soon as it is made, whatever the client has sent by then. */
        AT_ONCE,
        /** When the client speaks: with TLS, that is before it can send a request. */
        AT_FIRST_BYTE
    }

    private static final String THREAD = "fault-proxy";
    private static final Set<Integer> TAKEN_PORTS = ConcurrentHashMap.newKeySet();

    private final SSLContext tls;
    /** How long a connection may be idle; null for connections of one request. */
    private final Duration idle;

    private final Director director;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final int port;
    private volatile int server;
    private volatile ServerSocket listener;
    private volatile boolean closed;

    private FaultProxy(int server, SSLContext tls, Duration idle, Director director) throws IOException {
        this.server = server;
        this.tls = tls;
        this.idle = idle;
        this.director = director;
        this.port = listenAnywhere();
    }

    /** One request a connection: whatever goes wrong with it, goes wrong with it only. */
    public static FaultProxy ofSingleRequests(int server, Director director) throws IOException {
        return new FaultProxy(server, null, null, director);
    }

    /** The same, with TLS between client and proxy. */
    public static FaultProxy ofSingleRequests(int server, SSLContext tls, Director director) throws IOException {
        return new FaultProxy(server, tls, null, director);
    }

    /** Connections stay as long as server and director let them, and are never idle for longer than this. */
    public static FaultProxy keepingConnections(int server, Duration idle, Director director) throws IOException {
        return new FaultProxy(server, null, idle, director);
    }

    /** Where the system takes no ports from for whoever asks for any: a refused port must stay ours. */
    private int listenAnywhere() throws IOException {
        IOException last = null;
        for (int attempt = 0; attempt < 100; attempt++) {
            int candidate = AvailablePorts.one();
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
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 1_000);
        listener = socket;
        Daemon.start(THREAD, () -> accept(socket));
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Link link = new Link(socket.accept());
                links.add(link);
                Daemon.start(THREAD, () -> serve(link));
            } catch (IOException ended) {
                // the loop ends if the socket is closed
            }
        }
    }

    private void serve(Link link) {
        try {
            link.serve();
        } catch (IOException broken) {
            // the client or the server went away, as many faults want it
            link.drop();
        } finally {
            links.remove(link);
        }
    }

    public int port() {
        return port;
    }

    public String url() {
        return (tls == null ? "http" : "https") + "://127.0.0.1:" + port;
    }

    /** Connections of clients that are open now. */
    public int connections() {
        return links.size();
    }

    /** Another server is there now; connections to the old one are dropped. */
    public void serve(int newServer) {
        server = newServer;
        dropConnections();
    }

    /** Connections are refused from now on. */
    public void refuse() throws IOException {
        listener.close();
    }

    /** Connections are taken again. */
    public void listenAgain() throws IOException {
        if (!closed) {
            listen(port);
        }
    }

    /** Resets all connections. */
    public void dropConnections() {
        links.forEach(Link::drop);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        refuse();
        dropConnections();
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException closedAlready) {
            // by the other side of the proxy, or the client
        }
    }

    /** The connection with a client, and the one with the server that belongs to it. */
    private final class Link {

        private final Socket raw;
        private Socket client;
        private InputStream requests;
        private volatile Socket upstream;
        private InputStream responses;

        private Link(Socket raw) {
            this.raw = raw;
        }

        private void serve() throws IOException {
            try (raw) {
                raw.setTcpNoDelay(true);
                Moment moment = director.resetsConnection();
                if (moment != Moment.NEVER) {
                    if (moment == Moment.AT_FIRST_BYTE) {
                        raw.getInputStream().read();
                    }
                    reset(raw);
                    return;
                }
                if (idle != null) {
                    raw.setSoTimeout((int) idle.toMillis());
                }
                client = tls == null ? raw : encrypted();
                requests = new BufferedInputStream(client.getInputStream());
                boolean goesOn = true;
                while (goesOn) {
                    HttpMessage request = HttpMessage.read(requests);
                    Passage passage = new Passage(this, request);
                    if (request != null) {
                        director.direct(passage);
                    }
                    goesOn = passage.goesOn;
                }
                client.close();
            } finally {
                disconnect();
            }
        }

        private Socket encrypted() throws IOException {
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(raw, "127.0.0.1", raw.getPort(), true);
            socket.setUseClientMode(false);
            return socket;
        }

        private HttpMessage ask(HttpMessage request) throws IOException {
            if (upstream == null) {
                upstream = new Socket(InetAddress.getLoopbackAddress(), server);
                upstream.setTcpNoDelay(true);
                responses = new BufferedInputStream(upstream.getInputStream());
            }
            upstream.getOutputStream().write(request.bytes());
            HttpMessage response = HttpMessage.read(responses);
            if (response == null) {
                throw new IOException("the server is gone");
            }
            if (response.isLast()) {
                disconnect();
            }
            return response;
        }

        private void disconnect() throws IOException {
            if (upstream != null) {
                upstream.close();
                upstream = null;
            }
        }

        private void drop() {
            reset(raw);
            Socket there = upstream;
            if (there != null) {
                reset(there);
            }
        }
    }

    /** One request on its way. The connection goes on after a response that lets it, and is closed otherwise. */
    public final class Passage {

        private final Link link;
        private final HttpMessage request;
        private boolean goesOn;

        private Passage(Link link, HttpMessage request) {
            this.link = link;
            this.request = request;
        }

        public HttpMessage request() {
            return request;
        }

        /** What the server answers. It has then done what the request asks for, whether or not the client learns of it. */
        public HttpMessage forward() throws IOException {
            return idle != null
                    ? link.ask(request)
                    : link.ask(request.with("Connection", "close")).with("Connection", "close");
        }

        public void respond(HttpMessage response) throws IOException {
            goesOn = !response.isLast();
            write(response.bytes());
        }

        public void respond(int status, String contentType, String body) throws IOException {
            respond(HttpMessage.response(status, contentType, body));
        }

        public void write(byte[] bytes) throws IOException {
            link.client.getOutputStream().write(bytes);
            link.client.getOutputStream().flush();
        }

        /** Writes these characters, each as a byte. */
        public void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** One byte a packet, {@code pauseMillis} apart, 0 for as fast as it goes; ends when the client goes away. */
        public void trickle(byte[] bytes, int pauseMillis) throws IOException {
            for (byte each : bytes) {
                write(new byte[] {each});
                if (pauseMillis > 0 && isLeftWithin(pauseMillis)) {
                    return;
                }
            }
        }

        private boolean isLeftWithin(int millis) throws IOException {
            link.client.setSoTimeout(millis);
            try {
                return link.requests.read() < 0;
            } catch (SocketTimeoutException stillThere) {
                return false;
            }
        }

        /** Says nothing until the client goes away. */
        public void awaitEnd() throws IOException {
            link.requests.transferTo(OutputStream.nullOutputStream());
        }

        /** Resets the connection with the client. */
        public void reset() {
            FaultProxy.reset(link.raw);
        }
    }
}
