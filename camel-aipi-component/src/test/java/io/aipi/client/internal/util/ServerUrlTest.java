/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerUrlTest {

    @ParameterizedTest
    @Tag("case-B8")
    @CsvSource({
        "http://gpu_server:7777, http://gpu_server:7777, gpu_server, 7777",
        "http://_gpu_, http://_gpu_, _gpu_, 80",
        "https://gpü.example, https://xn--gp-yka.example, xn--gp-yka.example, 443",
        "http://gpu/ä, http://gpu/%C3%A4, gpu, 80",
        "http://gpu:7777/日本/x, http://gpu:7777/%E6%97%A5%E6%9C%AC/x, gpu, 7777",
        "HTTP://GPU.Example:80/, http://gpu.example, gpu.example, 80",
        "https://GPU:443/A//, https://gpu/A, gpu, 443",
        "https://gpu:80, https://gpu:80, gpu, 80",
        "http://[::1]:7777, http://[::1]:7777, ::1, 7777",
        "http://127.0.0.1, http://127.0.0.1, 127.0.0.1, 80",
        "http://gpu./a%20b, http://gpu./a%20b, gpu., 80",
        "http://gpu:, http://gpu, gpu, 80",
    })
    void aUrlHasOneForm(String given, String expected, String host, int port) {
        URI url = ServerUrl.parse(" " + given + "\t");

        assertThat(url).hasToString(expected);
        assertThat(ServerUrl.host(url)).isEqualTo(host);
        assertThat(ServerUrl.port(url)).isEqualTo(port);
        assertThat(ServerUrl.parse(url.toString())).isEqualTo(url);
    }

    @ParameterizedTest
    @Tag("case-E7")
    @ValueSource(strings = {"127.0.0.1:7777", "localhost:7777", "gpu-server", "gpu_server:7777/base", "[::1]:7777"})
    void aMissingSchemeIsNamed(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerUrl.parse(url))
                .withMessageContaining("serverUrl must begin with http:// or https://")
                .withMessageContaining("did you mean http://" + url + "?");
    }

    @ParameterizedTest
    @Tag("case-A19")
    @ValueSource(strings = {"77770", "0", "65536", "-1", "99999999999", "77a", " 1"})
    void anImpossiblePortIsNamed(String port) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerUrl.parse("http://gpu:" + port + "/base"))
                .withMessageContaining("http://gpu:" + port)
                .withMessageContaining("port " + port);
    }

    @ParameterizedTest
    @Tag("case-B8")
    @CsvSource({
        "http://gpu server, ' '",
        "http://gpu!x:7777, !",
        "http://gpu/a b, ' '",
        "http://gpu/a|b, |",
        "http://gpu/100%, %",
        "http://-gpu, hyphen",
        "http://gpu..x, Empty label",
        "http://, http://host",
        "http://:7777, http://host",
        "http:gpu, http://",
        "ftp://gpu, ftp://gpu",
        "/gpu, /gpu",
    })
    void whatIsNoUrlIsShownWithTheCharacterThatIsWrong(String url, String named) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerUrl.parse(url))
                .withMessageContaining("serverUrl")
                .withMessageContaining(url)
                .withMessageContaining(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://joe:hidden@gpu",
                "http://gpu?key=hidden",
                "http://gpu#hidden",
                "ftp://joe:hidden@gpu",
                "joe:hidden@gpu:7777",
                "gpu:7777?key=hidden"
            })
    void credentialsAreRefusedAndNotShown(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerUrl.parse(url))
                .withMessageContaining("serverUrl")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hidden"));
    }
}
