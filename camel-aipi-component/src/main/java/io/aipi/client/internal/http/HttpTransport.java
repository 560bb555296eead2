/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.spi.Scheduler;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.nio.ClientHttp1IOEventHandler;
import org.apache.hc.core5.http.impl.nio.ClientHttp1StreamDuplexerFactory;
import org.apache.hc.core5.http.nio.command.ShutdownCommand;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpProcessor;
import org.apache.hc.core5.http.protocol.RequestConnControl;
import org.apache.hc.core5.http.protocol.RequestContent;
import org.apache.hc.core5.http.protocol.RequestTargetHost;
import org.apache.hc.core5.http.protocol.RequestUserAgent;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.DefaultConnectingIOReactor;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.util.TimeValue;

/**
 * HTTP/1.1 over HttpComponents 5, asynchronous.
 *
 * <p>It uses the I/O reactor, HTTP/1.1 and TLS of HttpComponents, but not its {@code HttpAsyncClient}: that one logs request
 * lines, headers and bodies at DEBUG and cannot be told not to, and keys stand in all three. What else it would do is
 * not wanted here either: it must not retry, follow redirects with credentials, keep cookies of other people's jobs or
 * negotiate HTTP/2, which costs the connection at this server. Nor does it use the connection manager, whose bounds
 * count over all servers, and whose requests wait in one queue.
 *
 * <p>No encoding is asked for: nearly all bytes are pictures, which do not get shorter. What comes in gzip all the same,
 * as from some gateways, is decoded.
 */
public final class HttpTransport implements Transport {

    /**
     * The server closes an idle connection after 10 s and says nothing about it (transcript 250). A connection idle for
     * this long is not used again.
     */
    static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(4);

    private static final Duration EVICTION_INTERVAL = Duration.ofSeconds(5);
    private static final int IO_THREADS = 2;

    /** So much of a body is taken before anybody asks whether there is memory for it. */
    private static final int FIRST_WINDOW = 16 * 1024;

    private static final Http1Config HTTP = Http1Config.custom()
            .setMaxLineLength(64 * 1024)
            .setMaxHeaderCount(200)
            .setInitialWindowSize(FIRST_WINDOW)
            .build();

    /** One server, for one kind of its requests: those that it holds have connections of their own. */
    record Server(HttpTarget target, ConnectionPool pool) {}

    /**
     * What all calls of a transport use.
     *
     * @param memory bounds the responses; null for no bound but the longest response
     */
    record Resources(ConnectionOptions options, Scheduler scheduler, ResponseMemory memory, Connector connector) {}

    private final ConnectionOptions options;
    private final Scheduler scheduler;
    private final TimeValue keepAlive;
    private final Set<Thread> ioThreads = ConcurrentHashMap.newKeySet();
    private final DefaultConnectingIOReactor reactor;
    private final Map<URI, Server> servers = new ConcurrentHashMap<>();
    private final Map<URI, Server> serversThatHold = new ConcurrentHashMap<>();
    private final Set<PooledCall> inFlight = ConcurrentHashMap.newKeySet();
    private final PooledCall.Owner owner = new CallOwner();
    private final Resources resources;
    private volatile boolean closed;

    /** {@code lookup} finds hosts; {@code memory} bounds the responses; {@code threads} makes the I/O threads. */
    public HttpTransport(
            ConnectionOptions options,
            Scheduler scheduler,
            HostLookup lookup,
            ResponseMemory memory,
            ThreadFactory threads,
            String userAgent) {
        this(options, scheduler, lookup, memory, threads, userAgent, KEEP_ALIVE);
    }

    HttpTransport(
            ConnectionOptions options,
            Scheduler scheduler,
            HostLookup lookup,
            ResponseMemory memory,
            ThreadFactory threads,
            String userAgent,
            TimeValue keepAlive) {
        this.keepAlive = keepAlive;
        this.options = options;
        this.scheduler = scheduler;
        HttpProcessor processor = new DefaultHttpProcessor(
                new RequestTargetHost(),
                new RequestContent(),
                new RequestConnControl(),
                new RequestUserAgent(userAgent));
        this.reactor = new DefaultConnectingIOReactor(
                (session, attachment) -> http(session, processor),
                IOReactorConfig.custom()
                        .setIoThreadCount(IO_THREADS)
                        .setTcpNoDelay(true)
                        .setSoKeepAlive(true)
                        .build(),
                task -> {
                    Thread thread = threads.newThread(task);
                    ioThreads.add(thread);
                    return thread;
                },
                null,
                null,
                null,
                session -> session.enqueue(new ShutdownCommand(CloseMode.GRACEFUL), Command.Priority.IMMEDIATE));
        this.resources = new Resources(options, scheduler, memory, new Connector(options, lookup, reactor));
        reactor.start();
        evictLater();
    }

    private static IOEventHandler http(ProtocolIOSession session, HttpProcessor processor) {
        HttpWire wire = new HttpWire(HTTP);
        return new ClientHttp1IOEventHandler(new ClientHttp1StreamDuplexerFactory(
                        processor,
                        HTTP,
                        CharCodingConfig.DEFAULT,
                        DefaultClientConnectionReuseStrategy.INSTANCE,
                        wire::parser,
                        wire::writer,
                        null)
                .create(session));
    }

    private void evictLater() {
        scheduler.schedule(
                () -> {
                    if (!closed) {
                        evict(servers);
                        evict(serversThatHold);
                        evictLater();
                    }
                },
                EVICTION_INTERVAL);
    }

    private static void evict(Map<URI, Server> pools) {
        pools.values().removeIf(server -> {
            server.pool().evict();
            return server.pool().retire();
        });
    }

    @Override
    public CompletableFuture<TransportResponse> send(TransportRequest call) {
        PooledCall pooled = new PooledCall(call, owner, resources);
        inFlight.add(pooled);
        if (closed) {
            pooled.fail(CallFailure.closed());
            return pooled.response();
        }
        try {
            pooled.start();
        } catch (RuntimeException e) {
            // whoever sends waits for the future: nothing is thrown past it
            pooled.fail(CallFailure.notConnected("the request to " + call.server() + " cannot be sent: " + e, e));
        }
        return pooled.response();
    }

    /** Connections open now, leased or idle, and those being made. */
    public int openConnections() {
        return placesIn(servers) + placesIn(serversThatHold);
    }

    private static int placesIn(Map<URI, Server> pools) {
        return pools.values().stream()
                .mapToInt(server -> server.pool().places())
                .sum();
    }

    @Override
    public void close() {
        closed = true;
        for (PooledCall pooled : inFlight) {
            pooled.fail(CallFailure.closed());
        }
        reactor.close(CloseMode.IMMEDIATE);
        if (ioThreads.contains(Thread.currentThread())) {
            // closed from what follows a response: this thread cannot wait for its own end
            return;
        }
        try {
            reactor.awaitShutdown(TimeValue.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Server server(URI url) {
        ConnectionPool pool = new ConnectionPool(
                options.maxConnections(),
                keepAlive.toNanoseconds(),
                options.connectionTimeToLive().toNanos(),
                scheduler);
        return new Server(new HttpTarget(url, options), pool);
    }

    private final class CallOwner implements PooledCall.Owner {

        @Override
        public Server serverOf(TransportRequest call) {
            return (call.held() ? serversThatHold : servers).computeIfAbsent(call.server(), HttpTransport.this::server);
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public void ended(PooledCall call) {
            inFlight.remove(call);
        }
    }
}
