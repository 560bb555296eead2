/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.spi.CompletionExceptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.util.Timeout;

/**
 * Makes connections: finds the host, tries its addresses one after the other, and secures the connection unless it goes
 * to a proxy.
 */
final class Connector {

    /** Who wants a connection. Told once, by {@link #connected}, {@link #failed} or {@link #abandoned}. */
    interface Requester {

        /** Whether the connection is not wanted any more. */
        boolean isOver();

        /** How much time there is still. */
        Duration remaining();

        /** There is a connection, which is not secured yet. From now on the requester closes it. */
        void opened(IOSession session);

        /** The connection that was opened can be used. */
        void connected();

        /** There is no connection. */
        void failed(Throwable cause);

        /** No connection was made, because it was not wanted any more. */
        void abandoned();
    }

    private final ConnectionOptions options;
    private final LazyTlsStrategy tls;
    private final TlsConfig tlsConfig;
    private final HostLookup lookup;
    private final ConnectionInitiator reactor;

    Connector(ConnectionOptions options, HostLookup lookup, ConnectionInitiator reactor) {
        this.options = options;
        this.tls = new LazyTlsStrategy(options);
        this.tlsConfig = TlsConfig.custom()
                .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
                .setHandshakeTimeout(Timeout.of(options.connectTimeout()))
                .build();
        this.lookup = lookup;
        this.reactor = reactor;
    }

    /** Makes a connection to the target's first hop, without waiting for it. */
    void connect(HttpTarget target, Requester requester) {
        lookup.addressesOf(target.firstHop().getHostName()).whenComplete((found, failure) -> {
            if (failure != null) {
                requester.failed(CompletionExceptions.unwrap(failure));
            } else {
                connectTo(target, found, 0, requester);
            }
        });
    }

    private void connectTo(HttpTarget target, InetAddress[] addresses, int next, Requester requester) {
        try {
            tryToConnectTo(target, addresses, next, requester);
        } catch (RuntimeException | Error e) {
            requester.failed(e);
        }
    }

    private void tryToConnectTo(HttpTarget target, InetAddress[] addresses, int next, Requester requester) {
        if (requester.isOver()) {
            requester.abandoned();
            return;
        }
        if (target.isSecure()) {
            tls.prepare();
        }
        HttpHost hop = target.firstHop();
        Duration left = requester.remaining();
        Duration connectTimeout = options.connectTimeout().compareTo(left) < 0 ? options.connectTimeout() : left;
        reactor.connect(
                hop,
                new InetSocketAddress(addresses[next], hop.getPort()),
                null,
                Timeout.of(connectTimeout),
                null,
                new Step<IOSession>(session -> opened(target, session, requester), cause -> {
                    if (next + 1 < addresses.length && !requester.isOver()) {
                        connectTo(target, addresses, next + 1, requester);
                    } else {
                        requester.failed(cause);
                    }
                }));
    }

    private void opened(HttpTarget target, IOSession session, Requester requester) {
        requester.opened(session);
        if (!target.isSecure() || target.hasProxy()) {
            requester.connected();
        } else {
            secure(target, session, requester::connected, requester::failed);
        }
    }

    /** Speaks TLS with the server from now on; one of the two is called. */
    void secure(HttpTarget target, IOSession session, Runnable secured, Consumer<Exception> failed) {
        tls.upgrade(
                (TransportSecurityLayer) session,
                target.server(),
                tlsConfig,
                Timeout.of(options.connectTimeout()),
                new Step<>(layer -> secured.run(), failed));
    }

    /** A step on the way to a connection; one that is cancelled has failed. */
    private record Step<T>(Consumer<T> done, Consumer<Exception> failure) implements FutureCallback<T> {

        @Override
        public void completed(T result) {
            done.accept(result);
        }

        @Override
        public void failed(Exception cause) {
            failure.accept(cause);
        }

        @Override
        public void cancelled() {
            failed(new IOException("cancelled"));
        }
    }
}
