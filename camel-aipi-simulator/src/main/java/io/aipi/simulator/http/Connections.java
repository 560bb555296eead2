/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.http;

import io.aipi.simulator.job.ServerMetrics;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.impl.Http1StreamListener;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;
import org.apache.hc.core5.util.Timeout;

/**
 * The open connections. Closes those that were idle for too long, and those whose client hung up while its request was
 * held.
 */
final class Connections implements IOSessionListener, Http1StreamListener {

    private final Timeout keepAlive;
    private final ServerMetrics metrics;
    private final Map<String, OpenConnection> bySession = new ConcurrentHashMap<>();
    private final Map<SocketAddress, OpenConnection> byClient = new ConcurrentHashMap<>();

    private record OpenConnection(IOSession session, SocketAddress client, AtomicInteger unanswered) {}

    Connections(Duration keepAlive, ServerMetrics metrics) {
        this.keepAlive = Timeout.of(keepAlive);
        this.metrics = metrics;
    }

    int open() {
        // of a connection that is reset HttpCore before 5.3.6 says nothing
        bySession.values().stream()
                .map(OpenConnection::session)
                .filter(session -> !session.isOpen())
                .forEach(this::disconnected);
        return bySession.size();
    }

    /** Closes all of them, answered or not. */
    void drop() {
        bySession.values().forEach(connection -> connection.session().close(CloseMode.GRACEFUL));
    }

    @Override
    public void connected(IOSession session) {
        metrics.count(ServerMetrics.Event.CONNECTION_ACCEPTED);
        OpenConnection connection = new OpenConnection(session, session.getRemoteAddress(), new AtomicInteger());
        bySession.put(session.getId(), connection);
        if (connection.client() != null) {
            byClient.put(connection.client(), connection);
        }
    }

    @Override
    public void disconnected(IOSession session) {
        OpenConnection connection = bySession.remove(session.getId());
        if (connection != null && connection.client() != null) {
            byClient.remove(connection.client(), connection);
        }
    }

    @Override
    public void onRequestHead(HttpConnection connection, HttpRequest request) {
        OpenConnection open = byClient.get(connection.getRemoteAddress());
        if (open != null) {
            open.unanswered().incrementAndGet();
            // A held request is silent for as long as its job takes.
            connection.setSocketTimeout(Timeout.DISABLED);
        }
    }

    @Override
    public void onResponseHead(HttpConnection connection, HttpResponse response) {
        OpenConnection open = byClient.get(connection.getRemoteAddress());
        if (open != null && response.getCode() >= 200) {
            open.unanswered().decrementAndGet();
        }
    }

    @Override
    public void onExchangeComplete(HttpConnection connection, boolean keptAlive) {
        OpenConnection open = byClient.get(connection.getRemoteAddress());
        if (open != null && open.unanswered().get() == 0) {
            connection.setSocketTimeout(keepAlive);
        }
    }

    /**
     * The HTTP layer, when it reads the end of a client's stream, stops reading and waits until it can write: only then
     * and from its state can it be seen that a client who waits for a response has hung up.
     */
    @Override
    public void outputReady(IOSession session) {
        OpenConnection connection = bySession.get(session.getId());
        boolean closing = session.getHandler() instanceof HttpConnection http && !http.isOpen();
        if (closing && connection != null && connection.unanswered().get() > 0) {
            session.close(CloseMode.IMMEDIATE);
        }
    }

    /** Says nothing about it, as the recorded server: the client finds the connection closed. */
    @Override
    public void timeout(IOSession session) {
        session.close(CloseMode.GRACEFUL);
    }

    @Override
    public void startTls(IOSession session) {
        // The simulator speaks plain HTTP only.
    }

    @Override
    public void inputReady(IOSession session) {
        // The HTTP layer reads.
    }

    @Override
    public void exception(IOSession session, Exception e) {
        // The exchange on this connection is told.
    }
}
