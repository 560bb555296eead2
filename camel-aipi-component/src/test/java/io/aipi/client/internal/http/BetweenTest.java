/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.testsupport.RawServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proxies, gateways, and what else may be at the other end than the server. */
class BetweenTest extends TransportTestSupport {

    private RawServer tunnel(String established, RawServer server) throws IOException {
        return server(connection -> {
            connection.readHead();
            connection.write(established);
            connection.tunnelTo(server.port());
        });
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Tag("case-B9")
    void hostHasNoDefaultPort() throws Exception {
        RawServer proxy = server(RawServer::responseAll);
        HttpTransport transport = transport(through(proxy));

        response(transport.send(get(URI.create("http://gpu.example"))));
        response(transport.send(get(URI.create("http://gpu.example:80"))));
        response(transport.send(get(URI.create("http://gpu.example:443"))));

        assertThat(proxy.requests().get(0))
                .startsWith("GET http://gpu.example/path HTTP")
                .contains("Host: gpu.example\r\n");
        assertThat(proxy.requests().get(1)).contains("Host: gpu.example\r\n");
        assertThat(proxy.requests().get(2)).contains("Host: gpu.example:443\r\n");
    }

    /** Port 443 is not to be had in a test; the proxy takes it for another one. */
    @Test
    @Tag("case-B9")
    void hostHasNoDefaultPortInATunnelEither_butTheTunnelHas() throws Exception {
        RawServer server = tlsServer();
        RawServer proxy = tunnel("HTTP/1.1 200 Connection established\r\n\r\n", server);

        response(transport(through(proxy)).send(get(URI.create("https://localhost"))));

        assertThat(proxy.requests().get(0))
                .startsWith("CONNECT localhost:443 HTTP/1.1\r\n")
                .contains("Host: localhost:443\r\n");
        assertThat(server.requests().get(0)).contains("Host: localhost\r\n");
    }

    @ParameterizedTest
    @Tag("case-B9")
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 201 Tunnelled\r\n\r\n",
                "HTTP/1.1 204 Fine\r\n\r\n",
                "HTTP/1.0 299 Whatever\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 202 -\r\nTransfer-Encoding: chunked\r\n\r\n"
            })
    void anySuccessOpensATunnel(String established) throws Exception {
        RawServer server = tlsServer();
        RawServer proxy = tunnel(established, server);

        assertThat(response(transport(through(proxy)).send(get(URI.create("https://localhost:" + server.port()))))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @Tag("case-B10")
    void theProxyGetsItsCredentials_andTheServerDoesNot() throws Exception {
        RawServer server = tlsServer();
        RawServer tunnel = tunnel("HTTP/1.1 200 OK\r\n\r\n", server);
        RawServer plain = server(RawServer::responseAll);

        response(transport(through(tunnel).withProxyCredentials("joe", "pass:wörd"))
                .send(get(URI.create("https://localhost:" + server.port()))));
        response(transport(through(plain).withProxyCredentials("joe", null))
                .send(get(URI.create("http://gpu.example"))));

        assertThat(tunnel.requests().get(0)).contains("Proxy-Authorization: " + basic("joe:pass:wörd") + "\r\n");
        assertThat(server.requests().get(0)).doesNotContain("Proxy-Authorization");
        assertThat(plain.requests().get(0)).contains("Proxy-Authorization: " + basic("joe:") + "\r\n");
    }

    @ParameterizedTest
    @Tag("case-B10")
    @ValueSource(strings = {"http://gpu.example:7777", "https://gpu.example"})
    void aProxyThatAsksForCredentialsIsNamed(String server) throws Exception {
        RawServer proxy = server(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                    + "Content-Length: 4\r\n\r\nhtml");
        });

        TransportException asked = failure(transport(through(proxy)).send(get(URI.create(server))));
        TransportException refused = failure(transport(through(proxy).withProxyCredentials("joe", "secret-1"))
                .send(get(URI.create(server))));

        assertThat(asked.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(asked.requestSent()).isFalse();
        assertThat(asked)
                .hasMessageContaining("the proxy " + proxy.uri())
                .hasMessageContaining("set proxyUser and proxyPassword");
        assertThat(refused).hasMessageContaining("refused proxyUser and proxyPassword");
        assertThat(refused.toString()).doesNotContain("secret-1");
    }

    @Test
    @Tag("case-B10")
    void headersOfOnesOwnGoWithEachRequest_andNotToTheProxy() throws Exception {
        RawServer server = tlsServer();
        RawServer proxy = tunnel("HTTP/1.1 200 OK\r\n\r\n", server);
        Map<String, String> headers = Map.of("Authorization", "Bearer token-1", "X-Tenant", "blue");

        response(transport(through(proxy).withHeaders(headers))
                .send(get(URI.create("https://localhost:" + server.port()))));

        assertThat(server.requests().get(0))
                .contains("Authorization: Bearer token-1\r\n")
                .contains("X-Tenant: blue\r\n");
        assertThat(proxy.requests().get(0)).doesNotContain("token-1").doesNotContain("blue");
    }

    @ParameterizedTest
    @Tag("case-B10")
    @ValueSource(strings = {"Host", "content-length", "Transfer-Encoding", "Proxy-Authorization", "a b", "x:", ""})
    void headersThatWouldBreakTheRequestAreRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withHeaders(Map.of(name, "secret-1")))
                .withMessageContaining("header." + name)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret-1"));
    }

    @Test
    @Tag("case-B10")
    void whatIsSecretIsNotShown() {
        ConnectionOptions options = new ConnectionOptions(
                        DEFAULTS.connectTimeout(), 10, 10, URI.create("http://proxy:3128"), null, null)
                .withProxyCredentials("joe", "secret-1")
                .withHeaders(Map.of("Authorization", "Bearer secret-2"));

        assertThat(options.toString()).doesNotContain("secret-1").doesNotContain("secret-2");
        assertThat(options.secrets())
                .contains(
                        "secret-1",
                        "secret-2",
                        "Bearer secret-2",
                        basic("joe:secret-1").substring(6));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withHeaders(Map.of("X", "secret-1\r\nY: z")))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret-1"));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withProxyCredentials("joe", "secret-1"));
    }

    @Test
    @Tag("case-E7")
    void aRequestInClearToAServerThatSpeaksTlsSaysSo() throws Exception {
        RawServer server = closing(new RawServer(tls.getServerSocketFactory(), RawServer::responseAll));

        TransportException failure =
                failure(transport(DEFAULTS).send(get(URI.create("http://localhost:" + server.port()))));

        assertThat(failure).hasMessageContaining("https://");
    }

    @ParameterizedTest
    @Tag("case-E7")
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", ""})
    void aRequestInTlsToAServerThatSpeaksPlainHttpSaysSo(String response) throws Exception {
        RawServer server = server(connection -> {
            connection.readByte();
            connection.write(response);
        });
        ConnectionOptions options =
                new ConnectionOptions(DEFAULTS.connectTimeout(), 10, DEFAULTS.maxResponseSize(), null, tls, null);

        TransportException failure =
                failure(transport(options).send(get(URI.create("https://localhost:" + server.port()))));

        assertThat(failure.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(failure).hasMessageContaining("a server that speaks plain HTTP is at http://, not https://");
    }

    @Test
    @Tag("case-E7")
    void aServerThatSaysNothingInAHandshakeIsTooLateInPlainWords() throws Exception {
        RawServer server = server(RawServer.Connection::awaitEnd);
        ConnectionOptions options =
                new ConnectionOptions(Duration.ofMillis(300), 10, DEFAULTS.maxResponseSize(), null, tls, null);

        TransportException failure =
                failure(transport(options).send(get(URI.create("https://localhost:" + server.port()))));

        assertThat(failure)
                .hasMessageContaining("no connection with TLS within 300 ms")
                .hasMessageContaining("http://");
        assertThat(failure.getMessage()).doesNotContain("SECONDS");
    }

    @Test
    @Tag("case-E7")
    void whatIsNotThereIsSaidInPlainWords() throws Exception {
        HostLookup nobody = new HostLookup(factory, host -> {
            throw new UnknownHostException(host);
        });
        TransportException unknown = failure(transport(DEFAULTS, scheduler, new ResponseMemory(0), nobody)
                .send(get(URI.create("http://gpu.invalid"))));
        TransportException refused;
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            refused = failure(transport(DEFAULTS).send(get(URI.create("http://127.0.0.1:" + bound.getLocalPort()))));
        }

        assertThat(unknown).hasMessageContaining("no name server knows the host gpu.invalid");
        assertThat(refused).hasMessageContaining("refused: nothing listens there");
    }
}
