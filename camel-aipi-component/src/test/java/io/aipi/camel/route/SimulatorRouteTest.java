/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import io.aipi.camel.AipiComponent;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Routes against a simulated server that all tests of a class share. */
abstract class SimulatorRouteTest extends CamelTestSupport {

    static AipiSimulator server;

    @BeforeAll
    static void startServer() throws Exception {
        server = AipiSimulator.builder()
                .apiKey("key-1")
                .endpoint(SimulatedEndpoint.chat("chat", "text").withErrorOutput())
                .endpoint(SimulatedEndpoint.chat("other_chat", "prompt_input"))
                .endpoint(SimulatedEndpoint.image("picture"))
                .endpoint(SimulatedEndpoint.pngImage("png"))
                .endpoint(SimulatedEndpoint.imageToImage("repaint"))
                .endpoint(SimulatedEndpoint.speech("speech"))
                .workers(4)
                .computeTime(Duration.ofMillis(60))
                .start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext context = super.createCamelContext();
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        component.getConfiguration().setApiKey("key-1");
        context.addComponent("aipi", component);
        return context;
    }
}
