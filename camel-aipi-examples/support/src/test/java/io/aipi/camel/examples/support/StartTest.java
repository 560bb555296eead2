/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StartTest {

    @Test
    @Tag("case-E3")
    void aPortThatIsTakenIsNamedWithItsOption() throws Exception {
        int port;
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = other.getLocalPort();
            assertThatThrownBy(() -> Start.requireFree("127.0.0.1", port, "server.port"))
                    .isInstanceOf(StartException.class)
                    .hasMessageContainingAll("Port " + port, "-Dserver.port");
        }
        assertThatCode(() -> Start.requireFree("127.0.0.1", port, "server.port"))
                .doesNotThrowAnyException();
        assertThatCode(() -> Start.requireFree("127.0.0.1", 0, "server.port")).doesNotThrowAnyException();
    }

    @Test
    @Tag("case-E3")
    void aPortThatIsNoneIsNamedWithItsOption() {
        assertThatThrownBy(() -> Start.port("no.such.port", "77777"))
                .isInstanceOf(StartException.class)
                .hasMessageContainingAll("77777", "-Dno.such.port");
    }

    @Test
    @Tag("case-E5")
    void aFailureBecomesOneSentence() {
        Exception refused = new ConnectException("Connection refused");
        Exception pool = new IllegalStateException("Failed to initialize the pool", refused);

        assertThat(Start.sentence(new CompletionException(pool)))
                .isEqualTo("Failed to initialize the pool: Connection refused");
        assertThat(Start.sentence(new RuntimeException(refused))).isEqualTo("Connection refused");
        assertThat(Start.sentence(new IllegalStateException("outer", new StartException("Name\n  another port"))))
                .isEqualTo("Name another port");
        assertThat(Start.sentence(new NullPointerException())).isEqualTo("NullPointerException");
    }
}
