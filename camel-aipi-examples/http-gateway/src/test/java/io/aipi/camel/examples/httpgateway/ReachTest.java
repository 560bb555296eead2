/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From where a gateway without a login can be reached, in the bytes that a browser sends. */
class ReachTest {

    @TempDir
    private Path folder;

    private GatewayFixture gateway;

    @BeforeEach
    void configure() {
        gateway = new GatewayFixture(folder);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private String get(String path, String host, String... headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + lines + "Connection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String status(String response) {
        return response.split(" ")[1];
    }

    /** The name of a page from elsewhere can be made to lead to this machine. */
    @Test
    void withoutALoginTheGatewayIsForLocalhost_andForItsOwnPage() throws Exception {
        gateway.start();
        String localhost = "localhost:" + gateway.port();

        assertThat(status(get("/jobs", "elsewhere.example:" + gateway.port()))).isEqualTo("403");
        assertThat(status(get("/jobs", "localhost.elsewhere.example"))).isEqualTo("403");
        assertThat(status(get("/jobs", localhost))).isEqualTo("200");
        assertThat(status(get("/jobs", "[::1]:" + gateway.port()))).isEqualTo("200");
        assertThat(status(get("/jobs", localhost, "Sec-Fetch-Site: same-origin")))
                .isEqualTo("200");
        // a proxy on this machine speaks for others
        assertThat(status(get("/jobs", localhost, "X-Forwarded-For: 203.0.113.7")))
                .isEqualTo("403");
        assertThat(status(get("/jobs", localhost, "Forwarded: for=203.0.113.7")))
                .isEqualTo("403");
        assertThat(status(get("/jobs", localhost, "Origin: "))).isEqualTo("403");
        assertThat(status(get("/jobs", localhost, "Origin: null"))).isEqualTo("403");
        String script = get(
                "/jobs", localhost, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script");
        assertThat(status(script)).isEqualTo("403");
        assertThat(script).contains("application/problem+json");

        // a link leads to the page
        String page = get(
                "/", localhost, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document");
        assertThat(status(page)).isEqualTo("200");
        assertThat(page.lines().filter(line -> line.startsWith("Content-Security-Policy: ")))
                .singleElement()
                .asString()
                .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'")
                .doesNotContain("unsafe", "http:", "https:", "*");
        assertThat(page).contains("X-Content-Type-Options: nosniff").doesNotContain("Access-Control-");

        // what reaches no controller
        assertThat(get("/jobs/%2e%2e//x", localhost)).contains(" 400 ", "application/problem+json");
        assertThat(get("/v1//models", localhost)).contains(" 400 ", "\"invalid_request_error\"");
    }

    @Test
    void whereOthersReachItTheGatewayDoesNotStartWithoutALogin() {
        gateway.set("gateway.host", "0.0.0.0");
        assertThatThrownBy(gateway::start).rootCause().hasMessageContaining("set gateway.login to token or oidc");

        gateway.set("gateway.login", "token");
        assertThatThrownBy(gateway::start).rootCause().hasMessageContaining("gateway.users.NAME");

        gateway.set("gateway.users.alice", Users.ALICE);
        assertThatThrownBy(gateway::start)
                .rootCause()
                .hasMessageContaining("gateway.users.alice must be the SHA-256")
                .hasMessageNotContaining(Users.ALICE);
    }

    @Test
    @Tag("nightly")
    void withALoginOthersMayReachIt() throws Exception {
        Users.in(gateway).set("gateway.host", "0.0.0.0").start();

        assertThat(status(get("/jobs", "gateway.example"))).isEqualTo("401");
        assertThat(status(get("/jobs", "gateway.example", "Authorization: Bearer " + Users.ALICE)))
                .isEqualTo("200");
    }
}
