/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.options.ConnectionOptions;
import java.net.SocketAddress;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HttpsSupport;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.ssl.SSLContexts;
import org.apache.hc.core5.util.Timeout;

/**
 * TLS that is set up when it is needed first: reading the system's trust store takes a fifth of a second, which is most of
 * what the component adds to the start of an application whose server speaks plain HTTP.
 */
final class LazyTlsStrategy implements TlsStrategy {

    private final ConnectionOptions options;
    private volatile TlsStrategy strategy;

    LazyTlsStrategy(ConnectionOptions options) {
        this.options = options;
    }

    /**
     * Sets up what is needed, on the caller's thread, which may be blocked for a moment. Must be called before a connection
     * is made that will be secured, whose own threads must not be blocked.
     *
     * @throws RuntimeException if the system's trust store cannot be read
     */
    synchronized void prepare() {
        if (strategy == null) {
            strategy = new DefaultClientTlsStrategy(
                    options.sslContext() != null ? options.sslContext() : SSLContexts.createSystemDefault(),
                    options.hostnameVerifier() != null
                            ? options.hostnameVerifier()
                            : HttpsSupport.getDefaultHostnameVerifier());
        }
    }

    @Override
    public void upgrade(
            TransportSecurityLayer connection,
            NamedEndpoint peer,
            Object attachment,
            Timeout handshakeTimeout,
            FutureCallback<TransportSecurityLayer> callback) {
        strategy.upgrade(connection, peer, attachment, handshakeTimeout, callback);
    }

    @Override
    @Deprecated
    public boolean upgrade(
            TransportSecurityLayer connection,
            HttpHost host,
            SocketAddress localAddress,
            SocketAddress remoteAddress,
            Object attachment,
            Timeout handshakeTimeout) {
        return strategy.upgrade(connection, host, localAddress, remoteAddress, attachment, handshakeTimeout);
    }
}
