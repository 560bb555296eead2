/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AvailablePortsTest {

    @Test
    void aServerListensOnThePort() {
        try (AipiSimulator server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .port(AvailablePorts.one())
                .start()) {
            assertThat(server.port()).isBetween(20_000, 32_767);
        }
    }

    @Test
    void severalAreDifferentOnes() {
        assertThat(IntStream.of(AvailablePorts.several(50)))
                .hasSize(50)
                .doesNotHaveDuplicates()
                .allSatisfy(port -> assertThat(port).isBetween(20_000, 32_767));
    }

    @Test
    void aPortThatSomebodyListensOnIsNotFree() throws IOException {
        try (ServerSocket taken = new ServerSocket(AvailablePorts.one(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(AvailablePorts.from(taken.getLocalPort(), 2))
                    .hasSize(2)
                    .doesNotContain(taken.getLocalPort())
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void afterTheHighestComesTheLowest() {
        assertThat(IntStream.of(AvailablePorts.from(32_767, 10)))
                .doesNotHaveDuplicates()
                .allSatisfy(port -> assertThat(port).isBetween(20_000, 32_767));
    }

    @Test
    void whereThereAreNotAsManyItSaysSo() {
        assertThatThrownBy(() -> AvailablePorts.several(32_768 - 20_000 + 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("No free port between 20000 and 32767");
        assertThatThrownBy(() -> AvailablePorts.several(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
