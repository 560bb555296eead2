/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.internal.http.ConnectionPool.Connection;
import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.Scheduler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.nio.ClientHttp1IOEventHandler;
import org.apache.hc.core5.http.impl.nio.ClientHttp1StreamDuplexerFactory;
import org.apache.hc.core5.http.nio.command.RequestExecutionCommand;
import org.apache.hc.core5.http.nio.command.ShutdownCommand;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http.protocol.HttpProcessor;
import org.apache.hc.core5.http.protocol.RequestConnControl;
import org.apache.hc.core5.http.protocol.RequestContent;
import org.apache.hc.core5.http.protocol.RequestTargetHost;
import org.apache.hc.core5.http.protocol.RequestUserAgent;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.DefaultConnectingIOReactor;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

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

    private final ConnectionOptions options;
    private final LazyTlsStrategy tls;
    private final TlsConfig tlsConfig;
    private final Scheduler scheduler;
    private final HostLookup lookup;
    private final ResponseMemory memory;
    private final TimeValue keepAlive;
    private final Set<Thread> ioThreads = ConcurrentHashMap.newKeySet();
    private final DefaultConnectingIOReactor reactor;
    private final Map<URI, Server> servers = new ConcurrentHashMap<>();
    private final Map<URI, Server> serversThatHold = new ConcurrentHashMap<>();
    private final Set<PooledCall> inFlight = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** One server, for one kind of its requests: those that it holds have connections of their own. */
    private record Server(HttpTarget target, ConnectionPool pool) {}

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
        this.tls = new LazyTlsStrategy(options);
        this.tlsConfig = TlsConfig.custom()
                .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
                .setHandshakeTimeout(Timeout.of(options.connectTimeout()))
                .build();
        this.scheduler = scheduler;
        this.lookup = lookup;
        this.memory = memory;
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
        PooledCall pooled = new PooledCall(call);
        inFlight.add(pooled);
        if (closed) {
            pooled.fail(Kind.CLOSED, "the client was closed", null);
            return pooled.response;
        }
        try {
            pooled.start();
        } catch (RuntimeException e) {
            // whoever sends waits for the future: nothing is thrown past it
            pooled.fail(Kind.NOT_CONNECTED, "the request to " + call.server() + " cannot be sent: " + e, e);
        }
        return pooled.response;
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
            pooled.fail(Kind.CLOSED, "the client was closed", null);
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

    private Server serverOf(TransportRequest call) {
        return (call.held() ? serversThatHold : servers)
                .computeIfAbsent(
                        call.server(),
                        url -> new Server(
                                new HttpTarget(url, options),
                                new ConnectionPool(
                                        options.maxConnections(),
                                        keepAlive.toNanoseconds(),
                                        options.connectionTimeToLive().toNanos(),
                                        scheduler)));
    }

    /**
     * One call on its way: lease, connect, perhaps tunnel, execute, release. The response is completed exactly once, by
     * whichever comes first of its arrival, a failure and the deadline; the place in the pool is given back exactly once,
     * by whoever completes the response or, where a connection is being made at that moment, by the one who makes it.
     */
    private final class PooledCall implements ConnectionPool.Lessee {

        private final TransportRequest call;
        private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
        private Server server;
        private HttpTarget target;
        private Scheduler.Task timeout;
        private boolean leased;
        private Connection connection;
        /** Whether the connection has served another call before. */
        private boolean reused;

        private boolean connecting;
        private boolean done;
        private volatile long deadline;
        private volatile HttpExchangeHandler handler;

        PooledCall(TransportRequest call) {
            this.call = call;
        }

        void start() {
            do {
                Server found = serverOf(call);
                synchronized (this) {
                    server = found;
                    target = found.target();
                }
            } while (!server.pool().acquire(this));
            synchronized (this) {
                if (leased || done) {
                    return;
                }
            }
            Scheduler.Task task = scheduler.schedule(this::waitedInVain, call.timeout());
            synchronized (this) {
                if (!leased && !done) {
                    timeout = task;
                    return;
                }
            }
            task.cancel();
        }

        private void waitedInVain() {
            synchronized (this) {
                if (leased) {
                    return;
                }
            }
            fail(
                    Kind.NOT_CONNECTED,
                    "all " + options.maxConnections() + " connections to it (maxConnections) were in use for "
                            + call.timeout().toMillis() + " ms",
                    null);
        }

        @Override
        public boolean isLast() {
            return call.last();
        }

        @Override
        public boolean leased(Connection idle) {
            synchronized (this) {
                if (isEnding()) {
                    return false;
                }
            }
            Duration time;
            try {
                time = call.timeFromConnection();
            } catch (RuntimeException unwanted) {
                fail(Kind.NOT_CONNECTED, "nobody waits for the response any more", unwanted);
                return false;
            }
            synchronized (this) {
                if (isEnding()) {
                    return false;
                }
                leased = true;
                connection = idle;
                reused = idle != null;
                if (timeout != null) {
                    timeout.cancel();
                }
            }
            try {
                limit(time);
                if (idle != null) {
                    execute();
                } else {
                    connect();
                }
            } catch (RuntimeException | Error e) {
                // thrown to whoever gave the place back, it would end another call
                synchronized (this) {
                    connecting = false;
                }
                fail(Kind.NOT_CONNECTED, "the call could not be begun: " + e, e);
            }
            return true;
        }

        /** From now on the call has this much time. */
        private void limit(Duration time) {
            deadline = scheduler.nanoTime() + time.toNanos();
            Scheduler.Task task = scheduler.schedule(() -> timedOut(time), time);
            synchronized (this) {
                if (timeout != null) {
                    timeout.cancel();
                }
                timeout = task;
                if (done) {
                    task.cancel();
                }
            }
        }

        private void timedOut(Duration time) {
            HttpExchangeHandler current = handler;
            if (current != null && current.isWaitingForMemory()) {
                // the server is not late, and its response may hold a result: what holds the memory will end
                limit(time);
                return;
            }
            fail(
                    current != null && current.requestSent() ? Kind.TIMED_OUT : Kind.NOT_CONNECTED,
                    "no response within " + time.toMillis() + " ms",
                    null);
        }

        private void connect() {
            if (!beginConnecting()) {
                return;
            }
            lookup.addressesOf(target.firstHop().getHostName()).whenComplete((found, failure) -> {
                if (failure != null) {
                    if (endConnecting()) {
                        cannotConnect(CompletionExceptions.unwrap(failure));
                    }
                    return;
                }
                connectTo(found, 0);
            });
        }

        private void cannotConnect(Throwable cause) {
            if (cause instanceof RejectedExecutionException) {
                fail(Kind.CLOSED, "the client was closed", null);
                return;
            }
            HttpHost hop = target.firstHop();
            boolean secured = target.isSecure() && !target.hasProxy();
            fail(
                    Kind.NOT_CONNECTED,
                    "cannot connect to " + hop
                            + ConnectionFailures.connecting(
                                    cause, hop.getHostName(), secured, options.connectTimeout()),
                    cause);
        }

        private void connectTo(InetAddress[] addresses, int next) {
            try {
                tryToConnectTo(addresses, next);
            } catch (RuntimeException | Error e) {
                if (endConnecting()) {
                    cannotConnect(e);
                }
            }
        }

        private void tryToConnectTo(InetAddress[] addresses, int next) {
            if (isOver()) {
                endConnecting();
                return;
            }
            if (target.isSecure()) {
                tls.prepare();
            }
            HttpHost hop = target.firstHop();
            Duration left = remaining();
            Duration connectTimeout = options.connectTimeout().compareTo(left) < 0 ? options.connectTimeout() : left;
            reactor.connect(
                    hop,
                    new InetSocketAddress(addresses[next], hop.getPort()),
                    null,
                    Timeout.of(connectTimeout),
                    null,
                    new Step<IOSession>() {
                        @Override
                        public void completed(IOSession session) {
                            opened(session);
                        }

                        @Override
                        public void failed(Exception cause) {
                            if (next + 1 < addresses.length && !isOver()) {
                                connectTo(addresses, next + 1);
                            } else if (endConnecting()) {
                                cannotConnect(cause);
                            }
                        }
                    });
        }

        private void opened(IOSession session) {
            synchronized (this) {
                connection = new Connection(session, scheduler.nanoTime());
            }
            if (!target.isSecure() || target.hasProxy()) {
                connected();
                return;
            }
            secure(session, new Step<TransportSecurityLayer>() {
                @Override
                public void completed(TransportSecurityLayer secured) {
                    connected();
                }

                @Override
                public void failed(Exception cause) {
                    if (endConnecting()) {
                        cannotConnect(cause);
                    }
                }
            });
        }

        private void secure(IOSession session, FutureCallback<TransportSecurityLayer> then) {
            tls.upgrade(
                    (TransportSecurityLayer) session,
                    target.server(),
                    tlsConfig,
                    Timeout.of(options.connectTimeout()),
                    then);
        }

        private void connected() {
            if (!endConnecting()) {
                return;
            }
            if (target.isTunnelled()) {
                tunnel();
            } else {
                execute();
            }
        }

        /** Over, or about to be: the close has begun, and will come to this call too. Nothing may be begun any more. */
        private boolean isEnding() {
            return done || closed;
        }

        private synchronized boolean isOver() {
            return isEnding();
        }

        /** False if the call is over. */
        private synchronized boolean beginConnecting() {
            connecting = !isEnding();
            return connecting;
        }

        /**
         * Must be called when connecting has ended, in whichever way; false if the call is over. A connection that is
         * on its way cannot be called back, and would belong to nobody if its place in the pool were given back before.
         */
        private boolean endConnecting() {
            synchronized (this) {
                if (!connecting) {
                    return false;
                }
                connecting = false;
                if (!done) {
                    return true;
                }
            }
            release(false);
            return false;
        }

        private void release(boolean reusable) {
            Connection mine;
            synchronized (this) {
                mine = connection;
                connection = null;
            }
            if (mine != null && !reusable) {
                mine.session().close(CloseMode.IMMEDIATE);
                mine = null;
            }
            if (!closed) {
                server.pool().release(mine);
            }
        }

        private void tunnel() {
            execute(new HttpExchangeHandler(target.tunnelRequest(), null, options.maxResponseSize(), memory) {
                @Override
                void completed(TransportResponse proxyResponse, boolean reusable) {
                    proxyResponse.release();
                    if (proxyResponse.status() / 100 != 2) {
                        proxyRefused(proxyResponse.status());
                        return;
                    }
                    Connection current = current();
                    if (current == null) {
                        return;
                    }
                    secure(current.session(), new Step<TransportSecurityLayer>() {
                        @Override
                        public void completed(TransportSecurityLayer secured) {
                            execute();
                        }

                        @Override
                        public void failed(Exception cause) {
                            fail(
                                    Kind.NOT_CONNECTED,
                                    "no TLS with " + target.server() + " through the proxy"
                                            + ConnectionFailures.connecting(
                                                    cause,
                                                    target.server().getHostName(),
                                                    true,
                                                    options.connectTimeout()),
                                    cause);
                        }
                    });
                }

                @Override
                void broken(Exception cause) {
                    fail(
                            Kind.NOT_CONNECTED,
                            "the proxy " + target.firstHop() + " broke the connection"
                                    + (cause instanceof HttpException
                                            ? ""
                                            : ConnectionFailures.broken(cause, true, true)),
                            cause instanceof HttpException ? null : cause);
                }
            });
        }

        private void proxyRefused(int status) {
            String proxy = "the proxy " + target.firstHop();
            String what;
            if (status != 407) {
                what = proxy + " refused the tunnel with HTTP " + status;
            } else if (target.hasProxyCredentials()) {
                what = proxy + " refused proxyUser and proxyPassword (HTTP 407)";
            } else {
                what = proxy + " asks for credentials of its own (HTTP 407): set proxyUser and proxyPassword";
            }
            fail(Kind.NOT_CONNECTED, what, null);
        }

        private void execute() {
            HttpExchangeHandler real =
                    new HttpExchangeHandler(target.request(call), call.body(), options.maxResponseSize(), memory) {
                        @Override
                        void completed(TransportResponse read, boolean reusable) {
                            server.pool().answered();
                            if (read.status() == 407 && target.hasProxy()) {
                                read.release();
                                withdrawn();
                                proxyRefused(407);
                            } else {
                                succeed(read, reusable);
                            }
                        }

                        @Override
                        void broken(Exception cause) {
                            brokenOff(this, cause);
                        }

                        @Override
                        void resumed() {
                            limit(call.timeout());
                        }
                    };
            synchronized (this) {
                if (isEnding()) {
                    return;
                }
                handler = real;
            }
            execute(real);
        }

        /** A proxy's own response: the server has not seen the request. */
        private void withdrawn() {
            handler = null;
        }

        private void brokenOff(HttpExchangeHandler attempt, Exception cause) {
            boolean sent = !attempt.cancelIfUnsent();
            if (cause instanceof ResponseTooLargeException) {
                fail(Kind.RESPONSE_TOO_LARGE, cause.getMessage(), null);
            } else if (cause instanceof UnreadableException) {
                fail(Kind.UNREADABLE, cause.getMessage(), null);
            } else if (cause instanceof HttpWire.TlsSpokenException) {
                fail(Kind.BROKEN, target.firstHop() + " speaks TLS: it is at https://, not http://", null);
            } else if (sent && (cause instanceof HttpException || cause instanceof MalformedChunkCodingException)) {
                // their words quote what came, which from an echo is our own request line with the key in it
                fail(Kind.BROKEN, "what " + target.firstHop() + " answered is not HTTP/1.1", null);
            } else if (!sent && startAnew()) {
                connect();
            } else {
                fail(
                        sent ? Kind.BROKEN : Kind.NOT_CONNECTED,
                        "the connection to " + target.firstHop() + " broke"
                                + (cause instanceof HttpException
                                        ? ""
                                        : ConnectionFailures.broken(
                                                cause,
                                                target.isSecure(),
                                                server.pool().hasAnswered())),
                        cause instanceof HttpException ? null : cause);
            }
        }

        /** The server has closed an idle connection at the moment it was leased: it says nothing about the server. */
        private boolean startAnew() {
            Connection closing;
            synchronized (this) {
                if (!reused || isEnding()) {
                    return false;
                }
                reused = false;
                closing = connection;
                connection = null;
                handler = null;
            }
            if (closing != null) {
                closing.session().close(CloseMode.IMMEDIATE);
            }
            return true;
        }

        private synchronized Connection current() {
            return isEnding() ? null : connection;
        }

        private void execute(HttpExchangeHandler exchangeHandler) {
            Connection current = current();
            if (current == null) {
                return;
            }
            IOSession session = current.session();
            RequestExecutionCommand command =
                    new RequestExecutionCommand(exchangeHandler, null, HttpCoreContext.create());
            session.enqueue(command, Command.Priority.NORMAL);
            if (!session.isOpen()) {
                // nobody may come to the command any more; told twice, the handler tells once
                command.cancel();
            }
        }

        private Duration remaining() {
            return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), deadline - scheduler.nanoTime()));
        }

        private void succeed(TransportResponse read, boolean reusable) {
            if (finish(reusable)) {
                response.complete(read);
            }
            // whoever needs the body for longer holds it
            read.release();
        }

        void fail(Kind kind, String message, Throwable cause) {
            if (finish(false)) {
                HttpExchangeHandler current = handler;
                boolean sent = current != null && !current.cancelIfUnsent();
                response.completeExceptionally(new TransportException(kind, sent, message, cause));
            }
        }

        private boolean finish(boolean reusable) {
            boolean release;
            synchronized (this) {
                if (done) {
                    return false;
                }
                done = true;
                release = leased && !connecting;
                if (timeout != null) {
                    timeout.cancel();
                }
            }
            inFlight.remove(this);
            if (release) {
                release(reusable);
            } else if (server != null && !leased) {
                server.pool().withdraw(this);
            }
            return true;
        }
    }

    /** A step on the way to a connection. */
    private abstract static class Step<T> implements FutureCallback<T> {

        @Override
        public void cancelled() {
            failed(new IOException("cancelled"));
        }
    }

    /** Thrown while reading a response that is longer than allowed, or than there is memory for. */
    static final class ResponseTooLargeException extends IOException {

        private static final long serialVersionUID = 1L;

        ResponseTooLargeException(long limit) {
            super("the response is longer than maxResponseSize (" + limit + " bytes)");
        }

        ResponseTooLargeException(long needed, OutOfMemoryError cause) {
            super("there is no memory for the response: " + needed + " bytes were needed at once", cause);
        }
    }

    /** Thrown for a response whose bytes have no meaning here. */
    static final class UnreadableException extends IOException {

        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }
}
