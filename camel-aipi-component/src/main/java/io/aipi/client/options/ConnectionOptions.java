/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.options;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;

/**
 * How connections are made, and what each request says. Clients with equal options share connections.
 *
 * @param connectTimeout longest time to make a connection, and as long again for its TLS handshake
 * @param maxConnections connections open at once to one server. Held requests, each of which takes one for its whole job,
 *     have as many of their own
 * @param maxResponseSize largest response in bytes, decoded; a longer one fails the call
 * @param connectionTimeToLive age from which on a connection is not used again, so that a change of the server's address is
 *     seen; zero for no such age
 * @param proxy HTTP proxy as {@code http://host:port}, null for none; HTTPS goes through it by CONNECT
 * @param proxyUser name for the proxy, null for none
 * @param proxyPassword password for the proxy, null for none
 * @param headers headers of each request to a server, such as a gateway between may ask for; secret
 * @param sslContext TLS context, null for the JVM's default
 * @param hostnameVerifier checks the server's name against its certificate, null for the usual rules
 */
public record ConnectionOptions(
        Duration connectTimeout,
        int maxConnections,
        long maxResponseSize,
        Duration connectionTimeToLive,
        URI proxy,
        String proxyUser,
        String proxyPassword,
        Map<String, String> headers,
        SSLContext sslContext,
        HostnameVerifier hostnameVerifier) {

    /** 256 MiB. */
    public static final long DEFAULT_MAX_RESPONSE_SIZE = 256L * 1024 * 1024;

    /** Connections open at once to one server unless set otherwise. */
    public static final int DEFAULT_MAX_CONNECTIONS = 100;

    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(1);

    /** A shorter one is no secret, and would be taken out of too many texts. */
    private static final int SHORTEST_SECRET = 6;

    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7E\\t]*");

    /** What the transport itself says with each request. */
    private static final Set<String> OWN_HEADERS = Set.of(
            "accept-encoding",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "keep-alive",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final ConnectionOptions DEFAULTS = new ConnectionOptions(
            Duration.ofSeconds(10), DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_RESPONSE_SIZE, null, null, null);

    /**
     * Checks the bounds. A time of more than a day counts as a day.
     *
     * @throws IllegalArgumentException for a bound that makes no sense; it names the option, and shows no secret
     */
    public ConnectionOptions {
        Objects.requireNonNull(connectTimeout, "connectTimeout");
        Objects.requireNonNull(connectionTimeToLive, "connectionTimeToLive");
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connectTimeout must be longer than zero");
        }
        if (connectionTimeToLive.isNegative()) {
            throw new IllegalArgumentException("connectionTimeToLive must not be negative; 0 is no bound");
        }
        connectTimeout = connectTimeout.compareTo(LONGEST) < 0 ? connectTimeout : LONGEST;
        connectionTimeToLive = connectionTimeToLive.compareTo(LONGEST) < 0 ? connectionTimeToLive : LONGEST;
        if (proxy != null && (proxy.getHost() == null || proxy.getPort() < 1 || proxy.getPort() > 65_535)) {
            throw new IllegalArgumentException("proxy must be http://host:port");
        }
        if (proxyUser == null && proxyPassword != null) {
            throw new IllegalArgumentException("proxyPassword needs proxyUser");
        }
        if (proxyUser != null && proxy == null) {
            throw new IllegalArgumentException("proxyUser needs proxyHost and proxyPort");
        }
        if (proxyUser != null && proxyUser.indexOf(':') >= 0) {
            throw new IllegalArgumentException("proxyUser must have no colon in it");
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections must be at least 1, but is " + maxConnections);
        }
        if (maxResponseSize < 1 || maxResponseSize > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "maxResponseSize must be between 1 and " + (Integer.MAX_VALUE - 8) + ", but is " + maxResponseSize);
        }
        headers = checked(headers);
    }

    /** Options with the default age of connections, no credentials for a proxy, and no headers. */
    public ConnectionOptions(
            Duration connectTimeout,
            int maxConnections,
            long maxResponseSize,
            URI proxy,
            SSLContext sslContext,
            HostnameVerifier hostnameVerifier) {
        this(
                connectTimeout,
                maxConnections,
                maxResponseSize,
                DEFAULT_TIME_TO_LIVE,
                proxy,
                null,
                null,
                Map.of(),
                sslContext,
                hostnameVerifier);
    }

    private static Map<String, String> checked(Map<String, String> headers) {
        if (headers.isEmpty()) {
            return Map.of();
        }
        Map<String, String> checked = new LinkedHashMap<>();
        headers.forEach((name, value) -> {
            if (!HEADER_NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("header." + name + " is not the name of an HTTP header");
            }
            if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(
                        "header." + name + " cannot be set: the component says it itself with each request");
            }
            if (value == null || !HEADER_VALUE.matcher(value).matches()) {
                throw new IllegalArgumentException(
                        "header." + name + " must have a value of visible ASCII characters and blanks");
            }
            checked.put(name, value.strip());
        });
        return Map.copyOf(checked);
    }

    /** The documented defaults. */
    public static ConnectionOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another age of connections. */
    public ConnectionOptions withConnectionTimeToLive(Duration age) {
        return new ConnectionOptions(
                connectTimeout,
                maxConnections,
                maxResponseSize,
                age,
                proxy,
                proxyUser,
                proxyPassword,
                headers,
                sslContext,
                hostnameVerifier);
    }

    /** These options with credentials for the proxy; null for none. */
    public ConnectionOptions withProxyCredentials(String user, String password) {
        return new ConnectionOptions(
                connectTimeout,
                maxConnections,
                maxResponseSize,
                connectionTimeToLive,
                proxy,
                user,
                password,
                headers,
                sslContext,
                hostnameVerifier);
    }

    /** These options with headers for each request. */
    public ConnectionOptions withHeaders(Map<String, String> ownHeaders) {
        return new ConnectionOptions(
                connectTimeout,
                maxConnections,
                maxResponseSize,
                connectionTimeToLive,
                proxy,
                proxyUser,
                proxyPassword,
                ownHeaders,
                sslContext,
                hostnameVerifier);
    }

    /** What of these options must be shown nowhere, in each form in which it is sent. */
    public Set<String> secrets() {
        Set<String> secrets = new TreeSet<>();
        headers.forEach((name, value) -> {
            secrets.add(value);
            if (name.equalsIgnoreCase("Authorization") || name.equalsIgnoreCase("Proxy-Authorization")) {
                // without the scheme
                secrets.add(value.substring(value.lastIndexOf(' ') + 1));
            }
        });
        if (proxyPassword != null) {
            secrets.add(proxyPassword);
            secrets.add(Base64.getEncoder()
                    .encodeToString((proxyUser + ":" + proxyPassword).getBytes(StandardCharsets.UTF_8)));
        }
        secrets.removeIf(secret -> secret.length() < SHORTEST_SECRET);
        return secrets;
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "ConnectionOptions[connectTimeout=" + connectTimeout + ", maxConnections=" + maxConnections
                + ", maxResponseSize=" + maxResponseSize + ", connectionTimeToLive=" + connectionTimeToLive + ", proxy="
                + proxy + ", headers=" + headers.keySet() + "]";
    }
}
