/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import io.aipi.client.ConnectionOptions;
import io.aipi.client.internal.TransportException.Kind;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.nio.ClientHttp1IOEventHandlerFactory;
import org.apache.hc.core5.http.impl.nio.ClientHttp1StreamDuplexerFactory;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.command.ShutdownCommand;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.RequestConnControl;
import org.apache.hc.core5.http.protocol.RequestContent;
import org.apache.hc.core5.http.protocol.RequestTargetHost;
import org.apache.hc.core5.http.protocol.RequestUserAgent;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.DefaultConnectingIOReactor;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * HTTP/1.1 over HttpComponents 5, asynchronous.
 *
 * <p>It uses the client's connection pool, TLS and routing, but not its {@code HttpAsyncClient}: that one logs request
 * lines, headers and bodies at DEBUG and cannot be told not to, and keys stand in all three. What else it would do is
 * not wanted here either: it must not retry, follow redirects with credentials, keep cookies of other people's jobs or
 * negotiate HTTP/2, which costs the connection at this server.
 */
public final class HttpTransport implements Transport {

    /**
     * The server closes an idle connection after 10 s and says nothing about it (transcript 250). A connection idle for
     * this long is not used again.
     */
    static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(4);

    private static final Duration EVICTION_INTERVAL = Duration.ofSeconds(5);
    private static final int IO_THREADS = 2;

    private final ConnectionOptions options;
    private final HttpTls tls;
    private final Timer timer;
    private final Executor connector;
    private final TimeValue keepAlive;
    private final Set<Thread> ioThreads = ConcurrentHashMap.newKeySet();
    private final DefaultConnectingIOReactor reactor;
    private final PoolingAsyncClientConnectionManager pool;
    private final Map<URI, HttpRoute> routes = new ConcurrentHashMap<>();
    private final Set<Exchange> inFlight = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * {@code connector} runs what may block for a moment: looking up a host's address. {@code threads} makes the I/O
     * threads.
     */
    public HttpTransport(
            ConnectionOptions options, Timer timer, Executor connector, ThreadFactory threads, String userAgent) {
        this(options, timer, connector, threads, userAgent, KEEP_ALIVE);
    }

    HttpTransport(
            ConnectionOptions options,
            Timer timer,
            Executor connector,
            ThreadFactory threads,
            String userAgent,
            TimeValue keepAlive) {
        this.keepAlive = keepAlive;
        this.options = options;
        this.tls = new HttpTls(options);
        this.timer = timer;
        this.connector = connector;
        ClientHttp1StreamDuplexerFactory streams = new ClientHttp1StreamDuplexerFactory(
                new DefaultHttpProcessor(
                        new RequestTargetHost(),
                        new RequestContent(),
                        new RequestConnControl(),
                        new RequestUserAgent(userAgent)),
                Http1Config.custom()
                        .setMaxLineLength(64 * 1024)
                        .setMaxHeaderCount(200)
                        .build(),
                CharCodingConfig.DEFAULT,
                DefaultClientConnectionReuseStrategy.INSTANCE,
                null,
                null,
                null);
        this.reactor = new DefaultConnectingIOReactor(
                new ClientHttp1IOEventHandlerFactory(streams, null, null),
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
        Timeout connectTimeout = Timeout.of(options.connectTimeout());
        this.pool = PoolingAsyncClientConnectionManagerBuilder.create()
                .setTlsStrategy(tls)
                .setMaxConnTotal(options.maxConnections())
                .setMaxConnPerRoute(options.maxConnections())
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.STRICT)
                // the connection used last is the least likely to have been closed by the server
                .setConnPoolPolicy(PoolReusePolicy.LIFO)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connectTimeout)
                        .build())
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
                        .setHandshakeTimeout(connectTimeout)
                        .build())
                .build();
        reactor.start();
        evictLater();
    }

    private void evictLater() {
        timer.schedule(
                () -> {
                    if (!closed) {
                        pool.closeIdle(keepAlive);
                        evictLater();
                    }
                },
                EVICTION_INTERVAL);
    }

    @Override
    public CompletableFuture<HttpAnswer> send(HttpCall call) {
        Exchange exchange = new Exchange(call);
        inFlight.add(exchange);
        if (closed) {
            exchange.fail(Kind.CLOSED, "the client was closed", null);
        } else {
            exchange.start();
        }
        return exchange.answer;
    }

    /** Connections open now, leased or idle. */
    public int openConnections() {
        return pool.getTotalStats().getLeased() + pool.getTotalStats().getAvailable();
    }

    @Override
    public void close() {
        closed = true;
        for (Exchange exchange : inFlight) {
            exchange.fail(Kind.CLOSED, "the client was closed", null);
        }
        pool.close(CloseMode.IMMEDIATE);
        reactor.close(CloseMode.IMMEDIATE);
        if (ioThreads.contains(Thread.currentThread())) {
            // closed from what follows an answer: this thread cannot wait for its own end
            return;
        }
        try {
            reactor.awaitShutdown(TimeValue.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRoute routeTo(URI server) {
        return routes.computeIfAbsent(server, uri -> {
            boolean secure = "https".equalsIgnoreCase(uri.getScheme());
            HttpHost target = new HttpHost(
                    uri.getScheme().toLowerCase(Locale.ROOT),
                    uri.getHost(),
                    uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80);
            URI proxy = options.proxy();
            if (proxy == null) {
                return new HttpRoute(target, null, secure);
            }
            return new HttpRoute(target, null, new HttpHost("http", proxy.getHost(), proxy.getPort()), secure);
        });
    }

    /**
     * One call on its way: lease, connect, perhaps tunnel, execute, release. The answer is completed exactly once, by
     * whichever comes first of its arrival, a failure and the deadline; the connection is given back exactly once, by
     * whoever completes the answer or, where it was leased after that, by the one who leased it.
     */
    private final class Exchange {

        private final HttpCall call;
        private final HttpRoute route;
        private final CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
        private final long deadline;
        private Timer.Task timeout;
        private Future<AsyncConnectionEndpoint> lease;
        private AsyncConnectionEndpoint endpoint;
        private boolean connecting;
        private boolean over;
        private volatile HttpExchangeHandler handler;

        Exchange(HttpCall call) {
            this.call = call;
            this.route = routeTo(call.server());
            this.deadline = timer.nanoTime() + call.timeout().toNanos();
        }

        void start() {
            Timer.Task task = timer.schedule(
                    () -> fail(
                            handler != null && handler.requestSent() ? Kind.TIMED_OUT : Kind.NOT_CONNECTED,
                            "no answer within " + call.timeout().toMillis() + " ms",
                            null),
                    call.timeout());
            synchronized (this) {
                timeout = task;
                if (over) {
                    task.cancel();
                    return;
                }
            }
            try {
                lease();
            } catch (RuntimeException e) {
                // the pool was shut down since closed was read
                fail(Kind.CLOSED, "the client was closed", e);
            }
        }

        private void lease() {
            Future<AsyncConnectionEndpoint> waiting =
                    pool.lease("aipi", route, null, Timeout.of(remaining()), new Step("no free connection") {
                        @Override
                        public void completed(AsyncConnectionEndpoint leased) {
                            if (own(leased)) {
                                connect();
                            } else {
                                giveUp(leased);
                            }
                        }
                    });
            synchronized (this) {
                lease = waiting;
                if (!over) {
                    return;
                }
            }
            waiting.cancel(false);
        }

        private void giveUp(AsyncConnectionEndpoint leased) {
            // released as it is, it would count as just used however long it has been idle
            leased.close(CloseMode.IMMEDIATE);
            if (!closed) {
                // while closing, it would go to the next call that waits, and from there to the next, a stack frame
                // each
                pool.release(leased, null, keepAlive);
            }
        }

        private void connect() {
            if (endpoint.isConnected()) {
                execute();
                return;
            }
            try {
                connector.execute(this::connectNow);
            } catch (RejectedExecutionException e) {
                fail(Kind.CLOSED, "the client was closed", null);
            }
        }

        private void connectNow() {
            Duration left = remaining();
            Duration connectTimeout = options.connectTimeout().compareTo(left) < 0 ? options.connectTimeout() : left;
            if (!beginConnecting()) {
                return;
            }
            try {
                if (route.isSecure()) {
                    tls.prepare();
                }
                pool.connect(
                        endpoint,
                        reactor,
                        Timeout.of(connectTimeout),
                        null,
                        HttpClientContext.create(),
                        new Step("cannot connect to " + firstHop()) {
                            @Override
                            public void completed(AsyncConnectionEndpoint connected) {
                                if (!endConnecting()) {
                                    return;
                                }
                                if (route.isTunnelled()) {
                                    tunnel();
                                } else {
                                    execute();
                                }
                            }

                            @Override
                            public void failed(Exception cause) {
                                if (endConnecting()) {
                                    super.failed(cause);
                                }
                            }

                            @Override
                            public void cancelled() {
                                if (endConnecting()) {
                                    super.cancelled();
                                }
                            }
                        });
            } catch (RuntimeException | Error e) {
                endConnecting();
                fail(Kind.NOT_CONNECTED, "cannot connect to " + firstHop(), e);
            }
        }

        /** Over, or about to be: the close has begun, and will come to this call too. Nothing may be begun any more. */
        private boolean isEnding() {
            return over || closed;
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
                connecting = false;
                if (!over) {
                    return true;
                }
            }
            endpoint.close(CloseMode.IMMEDIATE);
            pool.release(endpoint, null, keepAlive);
            return false;
        }

        private HttpHost firstHop() {
            return route.getProxyHost() != null ? route.getProxyHost() : route.getTargetHost();
        }

        private void tunnel() {
            HttpHost target = route.getTargetHost();
            BasicHttpRequest connect = new BasicHttpRequest(Method.CONNECT, target, target.toHostString());
            connect.setAuthority(new URIAuthority(target.getHostName(), target.getPort()));
            execute(new HttpExchangeHandler(connect, null, options.maxResponseSize()) {
                @Override
                void completed(HttpAnswer proxyAnswer, boolean reusable) {
                    if (proxyAnswer.status() != 200) {
                        fail(
                                Kind.NOT_CONNECTED,
                                "the proxy " + route.getProxyHost() + " answered " + proxyAnswer.status()
                                        + " to CONNECT",
                                null);
                        return;
                    }
                    pool.upgrade(
                            endpoint,
                            null,
                            HttpClientContext.create(),
                            new Step("no TLS with " + target + " through the proxy") {
                                @Override
                                public void completed(AsyncConnectionEndpoint upgraded) {
                                    execute();
                                }
                            });
                }

                @Override
                void broken(Exception cause) {
                    fail(Kind.NOT_CONNECTED, "the proxy " + route.getProxyHost() + " broke the connection", cause);
                }
            });
        }

        private void execute() {
            BasicHttpRequest request = new BasicHttpRequest(
                    call.method(), route.getTargetHost(), call.server().getRawPath() + call.path());
            request.setAbsoluteRequestUri(route.getProxyHost() != null && !route.isTunnelled());
            request.setHeader("Accept", "application/json");
            HttpExchangeHandler real = new HttpExchangeHandler(request, call.body(), options.maxResponseSize()) {
                @Override
                void completed(HttpAnswer read, boolean reusable) {
                    succeed(read, reusable);
                }

                @Override
                void broken(Exception cause) {
                    if (cause instanceof AnswerTooLargeException) {
                        fail(Kind.ANSWER_TOO_LARGE, cause.getMessage(), null);
                    } else if (cause instanceof HttpException || cause instanceof MalformedChunkCodingException) {
                        // their words quote what came, which from an echo is our own request line with the key in it
                        fail(Kind.BROKEN, "what " + firstHop() + " answered is not HTTP/1.1", null);
                    } else {
                        fail(
                                requestSent() ? Kind.BROKEN : Kind.NOT_CONNECTED,
                                "the connection to " + firstHop() + " broke",
                                cause);
                    }
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

        private void execute(HttpExchangeHandler exchangeHandler) {
            try {
                endpoint.execute("aipi", exchangeHandler, HttpClientContext.create());
            } catch (RuntimeException e) {
                fail(Kind.NOT_CONNECTED, "the connection to " + firstHop() + " was closed", e);
            }
        }

        private Duration remaining() {
            return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), deadline - timer.nanoTime()));
        }

        private synchronized boolean own(AsyncConnectionEndpoint leased) {
            if (isEnding()) {
                return false;
            }
            endpoint = leased;
            return true;
        }

        private void succeed(HttpAnswer read, boolean reusable) {
            if (finish(reusable)) {
                answer.complete(read);
            }
        }

        void fail(Kind kind, String message, Throwable cause) {
            if (finish(false)) {
                HttpExchangeHandler current = handler;
                boolean sent = current != null && !current.withdraw();
                String reason = cause == null || cause.getMessage() == null
                        ? cause == null ? "" : " (" + cause.getClass().getSimpleName() + ")"
                        : " (" + cause.getMessage() + ")";
                answer.completeExceptionally(new TransportException(kind, sent, message + reason, cause));
            }
        }

        private boolean finish(boolean reusable) {
            AsyncConnectionEndpoint toRelease;
            Future<AsyncConnectionEndpoint> toCancel;
            synchronized (this) {
                if (over) {
                    return false;
                }
                over = true;
                toRelease = connecting ? null : endpoint;
                toCancel = lease;
                if (timeout != null) {
                    timeout.cancel();
                }
            }
            inFlight.remove(this);
            if (toCancel != null) {
                // leaves the pool's queue; without effect on what was leased
                toCancel.cancel(false);
            }
            if (toRelease != null) {
                if (!reusable) {
                    toRelease.close(CloseMode.IMMEDIATE);
                }
                pool.release(toRelease, null, keepAlive);
            }
            return true;
        }

        /** A step on the way that can fail before a byte of the request has gone out. */
        private abstract class Step implements FutureCallback<AsyncConnectionEndpoint> {

            private final String failure;

            Step(String failure) {
                this.failure = failure;
            }

            @Override
            public void failed(Exception cause) {
                fail(Kind.NOT_CONNECTED, failure, cause);
            }

            @Override
            public void cancelled() {
                fail(Kind.NOT_CONNECTED, failure, null);
            }
        }
    }

    /** Thrown while reading an answer that is longer than allowed. */
    static final class AnswerTooLargeException extends IOException {

        private static final long serialVersionUID = 1L;

        AnswerTooLargeException(long limit) {
            super("the answer is longer than maxResponseSize (" + limit + " bytes)");
        }
    }
}
