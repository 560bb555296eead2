/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.it;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.time.Duration;
import java.util.Map;

/** A simulated server, started before the application and stopped after it. */
public class Server implements QuarkusTestResourceLifecycleManager {

    private AipiSimulator simulator;

    @Override
    public Map<String, String> start() {
        simulator = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text").withErrorOutput())
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img"))
                .apiKey("sesame")
                .computeTime(Duration.ofMillis(800))
                .start();
        return Map.of("camel.component.aipi.server-url", simulator.url());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(simulator, new TestInjector.MatchesType(AipiSimulator.class));
    }

    @Override
    public void stop() {
        if (simulator != null) {
            simulator.close();
        }
    }
}
