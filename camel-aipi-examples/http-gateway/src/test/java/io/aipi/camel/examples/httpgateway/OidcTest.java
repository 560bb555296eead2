/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profile {@code oidc}, with a provider that lets everybody in as {@code carol}. */
@Tag("nightly")
class OidcTest {

    private static final String CLIENT = "the-gateway";

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private RSAKey key;
    private HttpServer provider;
    private GatewayFixture gateway;
    /** Of the login that is under way. */
    private volatile String nonce;

    @BeforeEach
    void start() throws Exception {
        key = new RSAKeyGenerator(2048)
                .keyID("key-1")
                .algorithm(JWSAlgorithm.RS256)
                .generate();
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext(
                "/.well-known/openid-configuration", exchange -> respond(exchange, String.format("""
                {"issuer": "%1$s", "authorization_endpoint": "%1$s/authorize", "token_endpoint": "%1$s/token",
                 "jwks_uri": "%1$s/keys", "subject_types_supported": ["public"], "response_types_supported": ["code"],
                 "id_token_signing_alg_values_supported": ["RS256"]}""", issuer())));
        provider.createContext("/keys", exchange -> respond(exchange, new JWKSet(key.toPublicJWK()).toString()));
        provider.createContext(
                "/token",
                exchange -> respond(
                        exchange,
                        String.format(
                                "{\"access_token\": \"opaque\", \"token_type\": \"Bearer\", \"id_token\": \"%s\"}",
                                token(CLIENT, Instant.now().plusSeconds(60)))));
        provider.start();
        gateway = new GatewayFixture(folder)
                .set("spring.profiles.active", "oidc")
                .set("OIDC_ISSUER", issuer())
                .set("OIDC_CLIENT_ID", CLIENT)
                .set("OIDC_CLIENT_SECRET", "secret-of-the-gateway");
    }

    @AfterEach
    void stop() {
        gateway.close();
        provider.stop(0);
    }

    // ---- the provider

    private String issuer() {
        return "http://127.0.0.1:" + provider.getAddress().getPort();
    }

    private static void respond(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String token(String audience, Instant end) {
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("key-1").build(),
                    new JWTClaimsSet.Builder()
                            .issuer(issuer())
                            .subject("carol")
                            .audience(audience)
                            .issueTime(Date.from(end.minusSeconds(3600)))
                            .expirationTime(Date.from(end))
                            .claim("nonce", nonce)
                            .build());
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- clients

    private HttpResponse<String> get(String url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static String cookie(HttpResponse<?> response) {
        String cookie = response.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly", "SameSite=Lax");
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private static String parameter(String url, String name) {
        Matcher matcher = Pattern.compile("[?&]" + name + "=([^&]+)").matcher(url);
        assertThat(matcher.find()).as(url).isTrue();
        return URLDecoder.decode(matcher.group(1), StandardCharsets.UTF_8);
    }

    /** The cookie of a session in which carol has logged in. */
    private String loggedIn() throws Exception {
        HttpResponse<String> leave = get(gateway.url() + "/oauth2/authorization/gateway");
        assertThat(leave.statusCode()).isEqualTo(302);
        String there = leave.headers().firstValue("Location").orElseThrow();
        assertThat(there).startsWith(issuer() + "/authorize?");
        nonce = parameter(there, "nonce");

        HttpResponse<String> back = get(
                parameter(there, "redirect_uri") + "?code=x&state="
                        + parameter(there, "state").replace("=", "%3D"),
                "Cookie",
                cookie(leave),
                "Sec-Fetch-Site",
                "cross-site",
                "Sec-Fetch-Mode",
                "navigate",
                "Sec-Fetch-Dest",
                "document");
        assertThat(back.statusCode()).isEqualTo(302);
        assertThat(back.headers().firstValue("Location").orElseThrow()).endsWith("/");
        return cookie(back);
    }

    @Test
    void aBrowserLogsInAtTheProvider_andAnotherClientBringsItsToken() throws Exception {
        gateway.start();
        assertThat(get(gateway.url() + "/jobs").statusCode()).isEqualTo(401);
        String session = loggedIn();
        assertThat(Json.read(get(gateway.url() + "/session", "Cookie", session).body()))
                .isEqualTo(Json.read("{\"login\": \"oidc\", \"user\": \"carol\"}"));

        String job = client.send(
                        HttpRequest.newBuilder(URI.create(gateway.url() + "/prompts"))
                                .headers("Cookie", session, "Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString("Hello"))
                                .build(),
                        BodyHandlers.ofString())
                .headers()
                .firstValue("Location")
                .orElseThrow();
        Instant soon = Instant.now().plusSeconds(60);
        assertThat(get(gateway.url() + job, bearer(token(CLIENT, soon))).statusCode())
                .isEqualTo(200);
        for (String bad : new String[] {
            token("another-application", soon),
            token(null, soon),
            token(CLIENT, Instant.now().minusSeconds(3600)),
            "no.token.atall"
        }) {
            HttpResponse<String> refused = get(gateway.url() + job, bearer(bad));
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
        }
    }

    @Test
    void whoBeginsLoginsWithoutEndTakesNothingFromThoseWhoAreIn() throws Exception {
        gateway.set("gateway.max-sessions", "5").start();
        String session = loggedIn();
        List<String> begun = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            begun.add(cookie(get(gateway.url() + "/oauth2/authorization/gateway")));
        }

        assertThat(begun).doesNotHaveDuplicates();
        assertThat(gateway.sessions()).isEqualTo(5);
        assertThat(get(gateway.url() + "/jobs", "Cookie", session).statusCode()).isEqualTo(200);
        assertThat(loggedIn()).isNotEqualTo(session);
    }

    @Test
    void aTokenIsForTheAudienceThatIsSet_andForNoOther() throws Exception {
        gateway.set("OIDC_AUDIENCE", "the-api").start();
        Instant soon = Instant.now().plusSeconds(60);

        assertThat(get(gateway.url() + "/jobs", bearer(token("the-api", soon))).statusCode())
                .isEqualTo(200);
        // an ID token of the gateway's client is one of these
        assertThat(get(gateway.url() + "/jobs", bearer(token(CLIENT, soon))).statusCode())
                .isEqualTo(401);
        assertThat(get(gateway.url() + "/jobs", bearer(token(null, soon))).statusCode())
                .isEqualTo(401);
        // the login in a browser needs it all the same
        assertThat(get(gateway.url() + "/jobs", "Cookie", loggedIn()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void withoutAnAudienceTheGatewayDoesNotStart() {
        gateway.set("OIDC_AUDIENCE", "");

        assertThatThrownBy(gateway::start).rootCause().hasMessageContaining("OIDC_AUDIENCE");
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }
}
