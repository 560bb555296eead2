/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.ConnectionClosedException;

/** Why there is no connection, in plain words that name the likely cause and what to do about it. */
final class ConnectionFailures {

    private ConnectionFailures() {}

    /** Of a connection that could not be made; empty, or text in brackets. */
    static String connecting(Throwable cause, String host, boolean secure, Duration connectTimeout) {
        if (cause instanceof UnknownHostException) {
            return " (no name server knows the host " + host + "; check serverUrl and proxyHost)";
        }
        if (cause instanceof SSLException) {
            return securing(cause);
        }
        if (cause instanceof InterruptedIOException) {
            return " (no connection" + (secure ? " with TLS" : "") + " within " + connectTimeout.toMillis() + " ms"
                    + (secure ? "; a server that speaks plain HTTP is at http://, not https://)" : ")");
        }
        if (cause instanceof NoRouteToHostException) {
            return " (the network has no way to it)";
        }
        if (cause instanceof ConnectException
                && String.valueOf(cause.getMessage()).contains("refused")) {
            return " (refused: nothing listens there; check that the server runs, and its port)";
        }
        return other(cause);
    }

    private static String securing(Throwable cause) {
        String said = String.valueOf(cause.getMessage());
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof CertificateException) {
                return " (its certificate is not trusted: " + said + "; see sslContextParameters)";
            }
        }
        if (said.contains("Unrecognized SSL message") || said.contains("unrecognized SSL message")) {
            return " (it does not answer in TLS: a server that speaks plain HTTP is at http://, not https://)";
        }
        return " (no TLS: " + said + "; a server that speaks plain HTTP is at http://, not https://)";
    }

    /** Of a connection that broke; empty, or text in brackets. */
    static String broken(Throwable cause, boolean secure, boolean everAnswered) {
        boolean closed = cause instanceof ConnectionClosedException;
        String what = closed ? "it was closed by the other side" : plain(cause);
        if (!secure && !everAnswered) {
            what += (what.isEmpty() ? "" : "; ") + "a server that speaks TLS is at https://, not http://";
        }
        return what.isEmpty() ? "" : " (" + what + ")";
    }

    private static String other(Throwable cause) {
        String what = plain(cause);
        return what.isEmpty() ? "" : " (" + what + ")";
    }

    private static String plain(Throwable cause) {
        if (cause == null) {
            return "";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
