/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many browsers are logged in at once, and for how long. */
class SessionsTest {

    private static final int MOST = 3;

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayFixture gateway;

    @BeforeEach
    void start() {
        gateway = Users.in(new GatewayFixture(folder)).set("gateway.max-sessions", Integer.toString(MOST));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private String loggedIn() throws Exception {
        HttpResponse<String> in = client.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/login"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("token=" + Users.ALICE))
                        .build(),
                BodyHandlers.ofString());
        String cookie = in.headers().firstValue("Set-Cookie").orElseThrow();
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private int jobs(String session) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(gateway.url() + "/jobs"))
                                .header("Cookie", session)
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void ofTooManyTheOneEndsThatWasNotUsedForTheLongestTime() throws Exception {
        gateway.start();
        List<String> sessions = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            sessions.add(loggedIn());
        }
        for (int used : new int[] {0, 2}) {
            assertThat(jobs(sessions.get(used))).isEqualTo(200);
        }

        String last = loggedIn();

        assertThat(jobs(last)).isEqualTo(200);
        assertThat(jobs(sessions.get(0))).isEqualTo(200);
        assertThat(jobs(sessions.get(1))).isEqualTo(401);
        assertThat(jobs(sessions.get(2))).isEqualTo(200);
    }

    @Test
    void oneThatNobodyUsesEnds() {
        gateway.start();
        assertThat(gateway.sessionTimeout()).hasMinutes(30);

        gateway.stop();
        gateway.set("server.servlet.session.timeout", "5m").start();
        assertThat(gateway.sessionTimeout()).hasMinutes(5);
    }

    @Test
    void withoutAnyNobodyCouldLogIn() {
        gateway.set("gateway.max-sessions", "0");

        assertThatThrownBy(gateway::start).rootCause().hasMessageContaining("gateway.max-sessions");
    }
}
