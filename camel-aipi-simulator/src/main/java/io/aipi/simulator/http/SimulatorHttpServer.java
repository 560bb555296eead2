/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.http;

import io.aipi.simulator.job.ServerMetrics;
import io.aipi.simulator.job.Time;
import io.aipi.simulator.protocol.Reply;
import io.aipi.simulator.protocol.Request;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.hc.core5.http.HttpResponseInterceptor;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.bootstrap.AsyncServerBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.ListenerEndpoint;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: two I/O threads, HTTP/1.1 without TLS. */
public final class SimulatorHttpServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SimulatorHttpServer.class);
    private static final int IO_THREADS = 2;

    /** Room for clients that all come at once. */
    private static final int BACKLOG = 4096;

    /** How long the recorded server waits for the first request on a connection. */
    private static final Timeout FIRST_REQUEST = Timeout.ofSeconds(60);

    /** How precise timeouts are. */
    private static final TimeValue SELECT_INTERVAL = TimeValue.ofMilliseconds(100);

    private final Connections connections;
    private final Supplier<HttpAsyncServer> servers;
    private HttpAsyncServer server;
    private ListenerEndpoint listener;

    /**
     * A server that does not listen yet.
     *
     * @param router replies to requests
     * @param time for timeouts of held requests
     * @param responseTimeout after it a held request ends as 503
     * @param keepAlive after it an idle connection is closed
     * @param allowsOtherOrigins whether answers say that web pages of other origins may read them
     * @param traffic what is done to all requests and responses
     * @param metrics counts connections
     */
    public SimulatorHttpServer(
            Function<Request, Reply> router,
            Time time,
            Duration responseTimeout,
            Duration keepAlive,
            boolean allowsOtherOrigins,
            Traffic traffic,
            ServerMetrics metrics) {
        connections = new Connections(keepAlive, metrics);
        servers = () -> AsyncServerBootstrap.bootstrap()
                .setIOReactorConfig(IOReactorConfig.custom()
                        .setIoThreadCount(IO_THREADS)
                        .setBacklogSize(BACKLOG)
                        .setSoReuseAddress(true)
                        .setSoTimeout(FIRST_REQUEST)
                        .setSelectInterval(SELECT_INTERVAL)
                        .setTcpNoDelay(true)
                        .build())
                .setHttp1Config(Http1Config.custom()
                        .setBufferSize(16 * 1024)
                        .setInitialWindowSize(Integer.MAX_VALUE)
                        .build())
                // All headers of a response are made by the exchange, in the recorded order.
                .setHttpProcessor(new DefaultHttpProcessor(new HttpResponseInterceptor[0]))
                .setConnectionReuseStrategy((request, response, context) ->
                        response.getFirstHeader("connection").getValue().equals("keep-alive"))
                .setRequestRouter((request, context) ->
                        () -> new HttpExchange(router, time, responseTimeout, allowsOtherOrigins, traffic))
                .setIOSessionListener(connections)
                .setStreamListener(connections)
                .setExceptionCallback(e -> LOG.debug("A connection failed", e))
                .create();
        server = servers.get();
        server.start();
    }

    /**
     * Begins to listen.
     *
     * @param address where; port 0 is any that is free
     * @return where it listens
     * @throws IOException if it cannot
     */
    public InetSocketAddress listen(InetSocketAddress address) throws IOException {
        try {
            listener = server.listen(address, URIScheme.HTTP).get();
            return (InetSocketAddress) listener.getAddress();
        } catch (ExecutionException e) {
            throw new IOException(
                    "Cannot listen on " + address + ": " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while opening " + address, e);
        }
    }

    /**
     * Listens again after {@link #stopListening}.
     *
     * @param address where it listened before
     * @throws IOException if it cannot
     */
    public void listenAgain(InetSocketAddress address) throws IOException {
        // With all its threads: a listener that is closed while its thread takes a connection ends that thread, now or
        // a little later.
        end();
        server = servers.get();
        server.start();
        listen(address);
    }

    /** Takes no connections until {@link #listenAgain}: the first few may be reset, all others are refused. */
    public void stopListening() {
        listener.close(CloseMode.IMMEDIATE);
    }

    /** Closes all connections, in the middle of whatever they do. */
    public void dropConnections() {
        connections.drop();
    }

    /**
     * The open connections.
     *
     * @return how many there are
     */
    public int openConnections() {
        return connections.open();
    }

    @Override
    public void close() {
        connections.drop();
        end();
    }

    private void end() {
        server.close(CloseMode.IMMEDIATE);
        try {
            // the port must be free before it is listened on again; a slow machine needs longer than one would think
            server.awaitShutdown(TimeValue.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
