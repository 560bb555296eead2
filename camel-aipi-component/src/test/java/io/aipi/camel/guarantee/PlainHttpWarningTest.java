/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.testsupport.LogCapture;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who sends a key over plain HTTP is told so once for each server, and nobody else is. */
class PlainHttpWarningTest {

    private static final String KEY = "a-secret-api-key";
    private static final String WARNING = "in clear";

    private LogCapture recorder;

    @BeforeEach
    void listen() {
        recorder = LogCapture.everything();
    }

    @AfterEach
    void listenNoMore() {
        recorder.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://gpu-server.invalid:7777",
                "HTTP://gpu-server.invalid",
                "http://192.0.2.1:7777",
                "http://[2001:db8::1]:7777",
                "http://127.example.invalid",
                "http://localhost.example.invalid"
            })
    void aKeyThatLeavesTheHostInClearIsWarnedOf(String url) throws Exception {
        start(url, KEY, "aipi:chat?lazyLogin=true");

        assertThat(recorder.times(WARNING)).isEqualTo(1);
        assertThat(warnings())
                .singleElement()
                .asString()
                .containsIgnoringCase(url)
                .doesNotContain(KEY);
    }

    @Test
    void onceForEachServer() throws Exception {
        start(
                "http://gpu-server.invalid:7777",
                KEY,
                "aipi:chat?lazyLogin=true",
                "aipi:chat?lazyLogin=true&pollInterval=1s",
                "aipi:picture?lazyLogin=true",
                "aipi:chat?lazyLogin=true&apiKey=another-key",
                "aipi:chat?lazyLogin=true&serverUrl=http://another-server.invalid:7777");

        assertThat(recorder.times(WARNING)).isEqualTo(2);
        assertThat(warnings()).hasSize(2).noneMatch(text -> text.contains(KEY) || text.contains("another-key"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://gpu-server.invalid:7777",
                "http://localhost:7777",
                "http://LOCALHOST",
                "http://gpu.localhost:7777",
                "http://127.0.0.1:7777",
                "http://127.1.2.3:7777",
                "http://[::1]:7777"
            })
    void aKeyThatNobodyElseCanReadIsNot(String url) throws Exception {
        start(url, KEY, "aipi:chat?lazyLogin=true");

        assertThat(warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void norIsAServerWithoutAKey(String key) throws Exception {
        start("http://gpu-server.invalid:7777", key, "aipi:chat?lazyLogin=true");
        start("http://gpu-server.invalid:7777", null, "aipi:chat?lazyLogin=true");

        assertThat(warnings()).isEmpty();
    }

    @Test
    void aProxyElsewhereSeesTheKeyForAServerHere() throws Exception {
        start("http://localhost:7777", KEY, "aipi:chat?lazyLogin=true&proxyHost=proxy.invalid&proxyPort=3128");

        assertThat(warnings()).hasSize(1);
    }

    private List<String> warnings() {
        return recorder.seen().stream().filter(text -> text.contains(WARNING)).toList();
    }

    private static void start(String url, String key, String... uris) throws Exception {
        try (TestContext test = TestContext.started(url, key, routes -> {
            for (String uri : uris) {
                routes.from("direct:" + routes.getRouteCollection().getRoutes().size())
                        .to(uri);
            }
        })) {
            assertThat(test.context().getRoutes()).hasSize(uris.length);
        }
    }
}
