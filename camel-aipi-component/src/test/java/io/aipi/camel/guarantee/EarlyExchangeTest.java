/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Web servers take requests while Camel starts: there is a context, and its endpoints are not started yet. */
class EarlyExchangeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aipi:chat",
                "aipi:chat?lazyLogin=true",
                "aipi:chat?maxInFlight=1",
                "aipi:chat?holdConnection=true"
            })
    void anExchangeBeforeTheContextHasStartedIsAnswered(String uri) throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .start();
                TestContext test = TestContext.of(
                        server.url(),
                        null,
                        component -> {},
                        routes -> routes.from("direct:in").to("log:in"))) {
            AtomicReference<CompletableFuture<String>> answer = new AtomicReference<>();
            test.context().getManagementStrategy().addEventNotifier(new SimpleEventNotifierSupport() {
                @Override
                public void notify(CamelEvent event) {
                    if (event instanceof CamelEvent.CamelContextRoutesStartingEvent) {
                        answer.set(test.context()
                                .createProducerTemplate()
                                .asyncRequestBody(uri, "Hello @sleep=0", String.class)
                                .orTimeout(20, TimeUnit.SECONDS));
                        // the start waits for it
                        answer.get().join();
                    }
                }
            });
            test.context().start();
            assertThat(answer.get().join()).contains("Hello");
        }
    }
}
