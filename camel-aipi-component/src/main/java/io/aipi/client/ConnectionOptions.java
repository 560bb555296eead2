/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;

/**
 * How connections are made. Clients with equal options share one pool of connections.
 *
 * @param connectTimeout longest time to make a connection, TLS handshake included
 * @param maxConnections connections open at once, to all servers together. A held request takes one for its whole job
 * @param maxResponseSize largest answer in bytes; a longer one fails the call
 * @param proxy HTTP proxy as {@code http://host:port}, null for none; HTTPS goes through it by CONNECT
 * @param sslContext TLS context, null for the JVM's default
 * @param hostnameVerifier checks the server's name against its certificate, null for the usual rules
 */
public record ConnectionOptions(
        Duration connectTimeout,
        int maxConnections,
        long maxResponseSize,
        URI proxy,
        SSLContext sslContext,
        HostnameVerifier hostnameVerifier) {

    /** 256 MiB. */
    public static final long DEFAULT_MAX_RESPONSE_SIZE = 256L * 1024 * 1024;

    /** Connections open at once unless set otherwise. */
    public static final int DEFAULT_MAX_CONNECTIONS = 100;

    private static final Duration LONGEST = Duration.ofDays(1);

    private static final ConnectionOptions DEFAULTS = new ConnectionOptions(
            Duration.ofSeconds(10), DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_RESPONSE_SIZE, null, null, null);

    /**
     * Checks the bounds. A {@code connectTimeout} of more than a day counts as a day.
     *
     * @throws IllegalArgumentException for a bound that makes no sense; it names the option
     */
    public ConnectionOptions {
        Objects.requireNonNull(connectTimeout, "connectTimeout");
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connectTimeout must be longer than zero");
        }
        connectTimeout = connectTimeout.compareTo(LONGEST) < 0 ? connectTimeout : LONGEST;
        if (proxy != null && (proxy.getHost() == null || proxy.getPort() < 1 || proxy.getPort() > 65_535)) {
            throw new IllegalArgumentException("proxy must be http://host:port");
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections must be at least 1, but is " + maxConnections);
        }
        if (maxResponseSize < 1 || maxResponseSize > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "maxResponseSize must be between 1 and " + (Integer.MAX_VALUE - 8) + ", but is " + maxResponseSize);
        }
    }

    /** The documented defaults. */
    public static ConnectionOptions defaults() {
        return DEFAULTS;
    }
}
