/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import io.aipi.client.internal.util.ServerUrl;
import io.aipi.client.options.ConnectionOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.net.URIAuthority;

/** A server as requests and connections need it: where to connect to, and what the heads of requests say. */
final class HttpTarget {

    private final HttpHost server;
    private final HttpHost proxy;
    private final String proxyCredentials;
    private final boolean secure;
    private final URIAuthority authority;
    private final String path;
    private final Map<String, String> headers;

    HttpTarget(URI url, ConnectionOptions options) {
        String host = ServerUrl.host(url);
        int port = ServerUrl.port(url);
        URI through = options.proxy();
        secure = ServerUrl.isSecure(url);
        server = new HttpHost(secure ? "https" : "http", host, port);
        // not every server takes its own default port in Host for its name
        authority = new URIAuthority(host, port == (secure ? 443 : 80) ? -1 : port);
        path = url.getRawPath();
        proxy = through == null ? null : new HttpHost("http", ServerUrl.host(through), through.getPort());
        proxyCredentials = options.proxyUser() == null ? null : basic(options.proxyUser(), options.proxyPassword());
        headers = options.headers();
    }

    private static String basic(String user, String password) {
        byte[] credentials = (user + ":" + (password == null ? "" : password)).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(credentials);
    }

    /** The server itself. */
    HttpHost server() {
        return server;
    }

    /** Where the connection goes: the proxy, or the server. */
    HttpHost firstHop() {
        return proxy == null ? server : proxy;
    }

    boolean isSecure() {
        return secure;
    }

    boolean hasProxy() {
        return proxy != null;
    }

    boolean hasProxyCredentials() {
        return proxyCredentials != null;
    }

    boolean isTunnelled() {
        return secure && proxy != null;
    }

    /** Asks the proxy for a tunnel to the server. */
    HttpRequest tunnelRequest() {
        BasicHttpRequest connect = new BasicHttpRequest(Method.CONNECT, server, server.toHostString());
        connect.setAuthority(new URIAuthority(server.getHostName(), server.getPort()));
        if (proxyCredentials != null) {
            connect.setHeader(HttpHeaders.PROXY_AUTHORIZATION, proxyCredentials);
        }
        return connect;
    }

    /** The head of a call's request. */
    HttpRequest request(TransportRequest call) {
        BasicHttpRequest request =
                new BasicHttpRequest(call.method(), server.getSchemeName(), authority, path + call.path());
        request.setHeader(HttpHeaders.ACCEPT, "application/json");
        if (!headers.isEmpty()) {
            headers.forEach(request::setHeader);
        }
        if (proxy != null && !secure) {
            request.setAbsoluteRequestUri(true);
            if (proxyCredentials != null) {
                request.setHeader(HttpHeaders.PROXY_AUTHORIZATION, proxyCredentials);
            }
        }
        return request;
    }

    /** For people: the server, without a default port. */
    @Override
    public String toString() {
        return server.getSchemeName() + "://" + authority;
    }
}
