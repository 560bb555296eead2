/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.it;

import io.aipi.simulator.AipiSimulator;
import io.aipi.testsupport.TenJobs;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** The server of the ten jobs, which does not have the endpoints of the application's routes. */
public class TenJobsServer implements QuarkusTestResourceLifecycleManager {

    private AipiSimulator simulator;

    @Override
    public Map<String, String> start() {
        simulator = TenJobs.server();
        return Map.of(
                "camel.component.aipi.server-url",
                simulator.url(),
                "camel.component.aipi.api-key",
                TenJobs.API_KEY,
                "camel.component.aipi.lazy-login",
                "true");
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
