/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.aipi.camel.AipiComponent;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.testsupport.Certificates;
import io.aipi.testsupport.RawServer;
import io.aipi.testsupport.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.SecureSocketProtocolsParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS as Camel users set it up, through the component, with real handshakes; a refusal has sent no byte of a request. */
class TlsGuaranteeTest {

    private static final String KEY = "a-secret-api-key";
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private static Path folder;

    private static Certificates.Authority authority;
    private static Certificates.Authority stranger;
    private static Certificates.Identity server;

    @BeforeAll
    static void makeCertificates() throws Exception {
        authority = new Certificates.Authority("An authority");
        stranger = new Certificates.Authority("A stranger");
        server = authority.server("localhost", LOOPBACK);
        authority.trustStore(folder, "trust.p12");
        authority.client("a client").store(folder, "client.p12");
        stranger.client("a client").store(folder, "stranger.p12");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void anOwnTrustStore(String host) throws Exception {
        try (ScriptedServer https = https(server.serverContext(null))) {
            assertThat(response(https, host, trusting())).isEqualTo("hello");
        }
    }

    @Test
    void anUnknownAuthority() throws Exception {
        Certificates.Identity strange = stranger.server("localhost", LOOPBACK);
        assertRefused(strange.serverContext(null), trusting(), "unable to find valid certification path");
    }

    @Test
    void withoutATrustStoreThatOfTheJvmCounts() throws Exception {
        assertRefused(server.serverContext(null), null, "unable to find valid certification path");
    }

    @Test
    void anExpiredCertificate() throws Exception {
        Certificates.Identity expired = authority.server("localhost", LOOPBACK, DAY.negated(), Duration.ofHours(-1));
        assertRefused(expired.serverContext(null), trusting(), "NotAfter");
    }

    @Test
    void aCertificateThatIsNotValidYet() throws Exception {
        Certificates.Identity early = authority.server("localhost", LOOPBACK, Duration.ofHours(1), DAY);
        assertRefused(early.serverContext(null), trusting(), "NotBefore");
    }

    @ParameterizedTest
    @ValueSource(strings = {"elsewhere.example", "localhost.example", "*.localhost", "*.example"})
    void theCertificateOfAnotherHost(String name) throws Exception {
        Certificates.Identity other = authority.server(name, new byte[] {10, 0, 0, 1}, DAY.negated(), DAY);
        assertRefused(other.serverContext(null), trusting(), "localhost");
    }

    @Test
    void aClientsCertificate() throws Exception {
        try (ScriptedServer https = https(server.serverContext(authority), TlsGuaranteeTest::needingClients)) {
            assertThat(response(https, "localhost", presenting("client.p12"))).isEqualTo("hello");
        }
    }

    @Test
    void aMissingClientCertificate() throws Exception {
        assertRefused(server.serverContext(authority), TlsGuaranteeTest::needingClients, trusting(), "localhost");
    }

    @Test
    void aClientCertificateThatNobodyKnows() throws Exception {
        assertRefused(
                server.serverContext(authority),
                TlsGuaranteeTest::needingClients,
                presenting("stranger.p12"),
                "localhost");
    }

    @Test
    void aServerThatSpeaksAnOlderVersionThanIsAskedFor() throws Exception {
        SSLContextParameters newest = trusting();
        SecureSocketProtocolsParameters protocols = new SecureSocketProtocolsParameters();
        protocols.setSecureSocketProtocol(List.of("TLSv1.3"));
        newest.setSecureSocketProtocols(protocols);

        assertRefused(
                server.serverContext(null),
                socket -> socket.setEnabledProtocols(new String[] {"TLSv1.2"}),
                newest,
                "protocol_version");
        try (ScriptedServer https =
                https(server.serverContext(null), socket -> socket.setEnabledProtocols(new String[] {"TLSv1.3"}))) {
            assertThat(response(https, "localhost", newest)).isEqualTo("hello");
        }
    }

    /** No Java of today can be made to speak it, so the server says the first words of a handshake by hand. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aServerThatSpeaksAVersionThatIsNotSafeAnyMore(int minor) throws Exception {
        byte[] hello = new byte[5 + 4 + 38];
        byte[] head = {22, 3, (byte) minor, 0, 42, 2, 0, 0, 38, 3, (byte) minor};
        System.arraycopy(head, 0, hello, 0, head.length);
        // TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, which Java 25 still offers, after 32 bytes at random and no session
        hello[hello.length - 3] = (byte) 0xC0;
        hello[hello.length - 2] = 0x14;
        RawServer.Behaviour old = connection -> {
            connection.readByte();
            connection.write(hello);
            connection.awaitEnd();
        };
        try (RawServer oldServer = new RawServer(old)) {
            Throwable failure = failure(
                    "https://localhost:" + oldServer.port(),
                    component -> component.getConfiguration().setSslContextParameters(trusting()));
            assertThat(failure).isInstanceOf(ConnectionFailedException.class).hasMessageContaining("protocol");
        }
    }

    @Test
    void theContextsParametersCountWhereTheComponentIsToldSo() throws Exception {
        try (ScriptedServer https = https(server.serverContext(null))) {
            String url = "https://localhost:" + https.port();
            for (boolean global : new boolean[] {true, false}) {
                try (TestContext test = context(url, component -> component.setUseGlobalSslContextParameters(global))) {
                    test.context().setSSLContextParameters(trusting());
                    if (global) {
                        assertThat(response(test.context())).isEqualTo("hello");
                    } else {
                        assertThat(catchThrowable(test.context()::start))
                                .hasStackTraceContaining("unable to find valid certification path");
                    }
                }
            }
        }
    }

    @Test
    void anEndpointsParametersWinOverTheComponents() throws Exception {
        try (ScriptedServer https = https(server.serverContext(null));
                TestContext test = TestContext.of(
                        "https://localhost:" + https.port(),
                        KEY,
                        component -> component.getConfiguration().setSslContextParameters(new SSLContextParameters()),
                        routes -> routes.from("direct:in").to("aipi:chat?sslContextParameters=#ours"))) {
            test.context().getRegistry().bind("ours", trusting());
            assertThat(response(test.context())).isEqualTo("hello");
        }
    }

    /** The passwords of the stores stand in no text that says what went wrong. */
    @Test
    void aStoreThatCannotBeOpenedFailsTheStartWithoutItsPassword() throws Exception {
        SSLContextParameters wrong = trusting();
        wrong.getTrustManagers().getKeyStore().setPassword("a-wrong-password");
        try (TestContext test = context(
                "https://localhost:1", component -> component.getConfiguration().setSslContextParameters(wrong))) {
            Throwable failure = catchThrowable(test.context()::start);
            assertThat(failure).isNotNull();
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                assertThat(cause.toString()).doesNotContain("a-wrong-password");
            }
        }
    }

    private static void needingClients(SSLServerSocket socket) {
        socket.setNeedClientAuth(true);
    }

    private static SSLContextParameters trusting() {
        SSLContextParameters parameters = new SSLContextParameters();
        TrustManagersParameters trust = new TrustManagersParameters();
        trust.setKeyStore(store("trust.p12"));
        parameters.setTrustManagers(trust);
        return parameters;
    }

    private static SSLContextParameters presenting(String client) {
        SSLContextParameters parameters = trusting();
        KeyManagersParameters keys = new KeyManagersParameters();
        keys.setKeyStore(store(client));
        keys.setKeyPassword(Certificates.PASSWORD);
        parameters.setKeyManagers(keys);
        return parameters;
    }

    private static KeyStoreParameters store(String file) {
        KeyStoreParameters store = new KeyStoreParameters();
        store.setType("PKCS12");
        store.setResource(folder.resolve(file).toUri().toString());
        store.setPassword(Certificates.PASSWORD);
        return store;
    }

    private static ScriptedServer https(SSLContext context) throws IOException {
        return https(context, socket -> {});
    }

    private static ScriptedServer https(SSLContext context, Consumer<SSLServerSocket> settings) throws IOException {
        SSLServerSocketFactory plain = context.getServerSocketFactory();
        return new ScriptedServer(
                new javax.net.ServerSocketFactory() {
                    @Override
                    public ServerSocket createServerSocket(int port) throws IOException {
                        return set(plain.createServerSocket(port));
                    }

                    @Override
                    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
                        return set(plain.createServerSocket(port, backlog));
                    }

                    @Override
                    public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
                            throws IOException {
                        return set(plain.createServerSocket(port, backlog, address));
                    }

                    private ServerSocket set(ServerSocket socket) {
                        settings.accept((SSLServerSocket) socket);
                        return socket;
                    }
                },
                ScriptedServer.jobs("\"text\":\"hello\""));
    }

    private static TestContext context(String url, Consumer<AipiComponent> settings) throws Exception {
        return TestContext.of(
                url, KEY, settings, routes -> routes.from("direct:in").to("aipi:chat"));
    }

    private static String response(ScriptedServer https, String host, SSLContextParameters parameters)
            throws Exception {
        try (TestContext test = context(
                "https://" + host + ":" + https.port(),
                component -> component.getConfiguration().setSslContextParameters(parameters))) {
            return response(test.context());
        }
    }

    private static String response(DefaultCamelContext context) {
        context.start();
        return context.createProducerTemplate().requestBody("direct:in", "hi", String.class);
    }

    private static void assertRefused(SSLContext context, SSLContextParameters parameters, String words)
            throws Exception {
        assertRefused(context, socket -> {}, parameters, words);
    }

    private static void assertRefused(
            SSLContext context, Consumer<SSLServerSocket> settings, SSLContextParameters parameters, String words)
            throws Exception {
        try (ScriptedServer https = https(context, settings)) {
            Throwable failure = failure(
                    "https://localhost:" + https.port(),
                    component -> component.getConfiguration().setSslContextParameters(parameters));
            assertThat(failure)
                    .isInstanceOf(ConnectionFailedException.class)
                    .hasStackTraceContaining(words)
                    .hasMessageNotContaining(KEY);
            assertThat(https.connections()).isPositive();
            assertThat(https.requests()).isEmpty();
        }
    }

    private static Throwable failure(String url, Consumer<AipiComponent> settings) throws Exception {
        try (TestContext test = context(url, settings)) {
            return ObjectHelper.getException(ConnectionFailedException.class, catchThrowable(test.context()::start));
        }
    }
}
