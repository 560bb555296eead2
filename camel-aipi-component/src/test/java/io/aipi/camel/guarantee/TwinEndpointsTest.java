/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiEndpoint;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Endpoint;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.console.DevConsole;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;

/** Camel makes two endpoints of a URI that two exchanges use for the first time at once, and registers one of them. */
class TwinEndpointsTest {

    private static final String URI = "aipi:chat?lazyLogin=true";

    @Test
    void whatIsCountedIsTheSameWhicheverOfThemIsAsked() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .workers(0)
                        .start();
                TestContext test = TestContext.started(
                        server.url(), null, routes -> routes.from("direct:in").to("log:in"))) {
            ProducerTemplate camel = test.context().createProducerTemplate();
            AipiEndpoint first = test.context().getEndpoint(URI, AipiEndpoint.class);
            Endpoint second = test.context().getComponent("aipi").createEndpoint(first.getEndpointUri());
            second.start();
            List<AipiEndpoint> both = List.of(first, (AipiEndpoint) second);
            // the second one stays unused for the first job
            CompletableFuture<String> one = camel.asyncRequestBody(first, "Hello", String.class);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(both)
                            .extracting(AipiEndpoint::getJobsInFlight)
                            .containsExactly(1, 1));
            await().atMost(Duration.ofSeconds(10)).until(() -> server.stats().submits() == 1);
            assertThat(both).extracting(AipiEndpoint::getLogins).containsExactly(1L, 1L);
            assertThat(both).extracting(AipiEndpoint::getSessionState).containsOnly("logged in");

            // another cache of producers has got the other one
            ProducerTemplate other = test.context().createProducerTemplate();
            CompletableFuture<String> two = other.asyncRequestBody(second, "Hello again", String.class);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(both)
                            .extracting(AipiEndpoint::getJobsInFlight)
                            .containsExactly(2, 2));
            DevConsole console =
                    PluginHelper.getDevConsoleResolver(test.context()).resolveDevConsole("aipi");
            assertThat(console.call(DevConsole.MediaType.TEXT).toString())
                    .containsOnlyOnce("chat at ")
                    .contains("2 jobs in flight");

            server.startWorkers("chat", 1);
            assertThat(one.get(10, TimeUnit.SECONDS)).contains("Hello");
            assertThat(two.get(10, TimeUnit.SECONDS)).contains("Hello again");
            assertThat(both).extracting(AipiEndpoint::getJobsSubmitted).containsExactly(2L, 2L);
            assertThat(both).extracting(AipiEndpoint::getJobsCompleted).containsExactly(2L, 2L);
            assertThat(both).extracting(AipiEndpoint::getJobsFailed).containsExactly(0L, 0L);
        }
    }
}
