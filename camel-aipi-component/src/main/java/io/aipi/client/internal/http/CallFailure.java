/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.internal.http.TransportException.Kind;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.MalformedChunkCodingException;

/**
 * Why a request gets no response: what happened on its connection, told to people.
 *
 * @param cause null where its words would quote what came, which from an echo is our own request line with the key in it
 */
record CallFailure(Kind kind, String message, Throwable cause) {

    static CallFailure closed() {
        return new CallFailure(Kind.CLOSED, "the client was closed", null);
    }

    /** There is no connection, and no request was written. */
    static CallFailure notConnected(String message, Throwable cause) {
        return new CallFailure(Kind.NOT_CONNECTED, message, cause);
    }

    /** The host is unknown, nothing listens there, or it does not speak TLS. */
    static CallFailure cannotConnect(HttpTarget target, Throwable cause, Duration connectTimeout) {
        if (cause instanceof RejectedExecutionException) {
            return closed();
        }
        HttpHost hop = target.firstHop();
        boolean secured = target.isSecure() && !target.hasProxy();
        return notConnected(
                "cannot connect to " + hop
                        + ConnectionFailures.connecting(cause, hop.getHostName(), secured, connectTimeout),
                cause);
    }

    /**
     * The connection ended while a request was on it.
     *
     * @param sent whether any byte of the request may have left
     * @param everAnswered whether the server ever sent something that is a response
     */
    static CallFailure broken(HttpTarget target, Exception cause, boolean sent, boolean everAnswered) {
        if (cause instanceof ResponseTooLargeException) {
            return new CallFailure(Kind.RESPONSE_TOO_LARGE, cause.getMessage(), null);
        }
        if (cause instanceof UnreadableException) {
            return new CallFailure(Kind.UNREADABLE, cause.getMessage(), null);
        }
        if (cause instanceof HttpWire.TlsSpokenException) {
            return new CallFailure(
                    Kind.BROKEN, target.firstHop() + " speaks TLS: it is at https://, not http://", null);
        }
        if (sent && (cause instanceof HttpException || cause instanceof MalformedChunkCodingException)) {
            return new CallFailure(Kind.BROKEN, "what " + target.firstHop() + " answered is not HTTP/1.1", null);
        }
        boolean quotes = cause instanceof HttpException;
        return new CallFailure(
                sent ? Kind.BROKEN : Kind.NOT_CONNECTED,
                "the connection to " + target.firstHop() + " broke"
                        + (quotes ? "" : ConnectionFailures.broken(cause, target.isSecure(), everAnswered)),
                quotes ? null : cause);
    }

    /** The proxy itself refused, with this status. */
    static CallFailure proxyRefused(HttpTarget target, int status) {
        String proxy = "the proxy " + target.firstHop();
        if (status != 407) {
            return notConnected(proxy + " refused the tunnel with HTTP " + status, null);
        }
        return notConnected(
                target.hasProxyCredentials()
                        ? proxy + " refused proxyUser and proxyPassword (HTTP 407)"
                        : proxy + " asks for credentials of its own (HTTP 407): set proxyUser and proxyPassword",
                null);
    }

    /** The connection to the proxy ended before there was a tunnel. */
    static CallFailure tunnelBroken(HttpTarget target, Exception cause) {
        boolean quotes = cause instanceof HttpException;
        return notConnected(
                "the proxy " + target.firstHop() + " broke the connection"
                        + (quotes ? "" : ConnectionFailures.broken(cause, true, true)),
                quotes ? null : cause);
    }

    /** There is a tunnel, but no TLS through it. */
    static CallFailure notSecured(HttpTarget target, Exception cause, Duration connectTimeout) {
        return notConnected(
                "no TLS with " + target.server() + " through the proxy"
                        + ConnectionFailures.connecting(cause, target.server().getHostName(), true, connectTimeout),
                cause);
    }
}
