/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.console.DevConsole;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;

class DevConsoleTest {

    @Test
    void itShowsEachEndpointWithItsSessionAndItsJobs() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .apiKey("key-1")
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .workers(0)
                        .start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").to("aipi:chat"))) {
            DevConsole console =
                    PluginHelper.getDevConsoleResolver(test.context()).resolveDevConsole("aipi");
            assertThat(console.call(DevConsole.MediaType.TEXT).toString())
                    .contains("chat at " + server.url() + ": logged in, 0 jobs in flight, 0 waiting,"
                            + " 0 submitted, 0 completed, 0 failed, 1 logins");

            CompletableFuture<String> response =
                    test.context().createProducerTemplate().asyncRequestBody("direct:in", "one @sleep=0", String.class);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(
                                    console.call(DevConsole.MediaType.TEXT).toString())
                            .contains("1 jobs in flight"));
            // accepted: from now on it is in flight without a break
            await().until(() -> !server.stats().jobs().isEmpty()
                    && server.stats().pollsPerJob(server.stats().jobs().get(0).jobId()) > 0);
            Map<?, ?> json = (Map<?, ?>) console.call(DevConsole.MediaType.JSON);
            assertThat((List<?>) json.get("endpoints"))
                    .singleElement()
                    .isEqualTo(Map.of(
                            "endpoint",
                            "chat",
                            "server",
                            server.url(),
                            "session",
                            "logged in",
                            "jobsInFlight",
                            1,
                            "jobsWaiting",
                            0,
                            "jobsSubmitted",
                            1L,
                            "jobsCompleted",
                            0L,
                            "jobsFailed",
                            0L,
                            "logins",
                            1L));
            server.startWorkers("chat", 1);
            assertThat(response.get(20, TimeUnit.SECONDS)).contains("one");
            assertThat(console.call(DevConsole.MediaType.TEXT).toString())
                    .contains("0 jobs in flight, 0 waiting, 1 submitted, 1 completed, 0 failed, 1 logins");
        }
    }

    @Test
    void itSaysSoWhenThereIsNothingToShow() throws Exception {
        try (TestContext test = TestContext.started(
                "http://127.0.0.1:1", null, routes -> routes.from("direct:in").to("log:in"))) {
            DevConsole console =
                    PluginHelper.getDevConsoleResolver(test.context()).resolveDevConsole("aipi");
            assertThat(console.call(DevConsole.MediaType.TEXT)).hasToString("No aipi endpoint is started\n");
            assertThat((Map<?, ?>) console.call(DevConsole.MediaType.JSON)).isEqualTo(Map.of("endpoints", List.of()));
        }
    }
}
