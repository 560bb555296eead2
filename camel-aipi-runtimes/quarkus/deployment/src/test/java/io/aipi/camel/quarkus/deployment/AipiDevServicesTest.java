/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the simulator starts and stops. */
class AipiDevServicesTest {

    @AfterEach
    void stop() {
        AipiDevServices.stop();
    }

    private static boolean isWanted(Map<String, String> properties) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(AipiDevServicesConfig.class)
                .withDefaultValues(properties)
                .build();
        return AipiDevServices.isWanted(config.getConfigMapping(AipiDevServicesConfig.class), config);
    }

    @Test
    void itIsWantedWhereNoServerIsNamed_andAnEmptyNameIsNone() {
        assertThat(isWanted(Map.of("camel.component.aipi.api-key", "sesame"))).isTrue();
        assertThat(isWanted(Map.of("camel.component.aipi.server-url", " "))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "camel.component.aipi.server-url",
                "camel.component.aipi.serverUrl",
                "camel.component.aipi.configuration.server-url",
                "camel.component.aipi.configuration.serverUrl"
            })
    void itIsNotWantedWhereAServerIsNamed(String property) {
        assertThat(isWanted(Map.of(property, "http://server:1"))).isFalse();
    }

    @Test
    void itCanBeSwitchedOff() {
        assertThat(isWanted(Map.of("quarkus.camel.aipi.devservices.enabled", "false")))
                .isFalse();
    }

    @Test
    void aReloadGoesOnWithTheSimulatorThatIsThere_unlessItIsToComputeForAnotherTime() {
        String url = AipiDevServices.start(Optional.empty());

        assertThat(AipiDevServices.start(Optional.empty())).isEqualTo(url);
        assertThat(AipiDevServices.start(Optional.of(Duration.ofMillis(10)))).isNotEqualTo(url);
        assertThatThrownBy(() -> connect(url)).isInstanceOf(ConnectException.class);
    }

    @Test
    void itStops() throws Exception {
        String url = AipiDevServices.start(Optional.empty());
        connect(url);

        AipiDevServices.stop();

        assertThatThrownBy(() -> connect(url)).isInstanceOf(ConnectException.class);
    }

    private static void connect(String url) throws Exception {
        URI uri = URI.create(url);
        new Socket(uri.getHost(), uri.getPort()).close();
    }
}
