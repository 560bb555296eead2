/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AvailablePorts;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(SimulatorTest.NoServer.class)
class SimulatorTest {

    /** As started without a server, but on a port that is free. */
    public static class NoServer implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("simulator.port", String.valueOf(AvailablePorts.one()), "simulator.compute-time", "200ms");
        }
    }

    @TestHTTPResource
    String url;

    @Test
    void withoutAServerTheSimulatorAnswers() throws Exception {
        assertThat(Http.text(Http.post(url + "chat", "A haiku"))).contains("A haiku");
    }
}
