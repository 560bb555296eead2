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
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.Test;

class LoadGuaranteeTest {

    private static final int JOBS = 2_000;

    @Test
    void twoThousandJobsInFlightThroughOneRouteNeedFewerThanTwelveThreads() throws Exception {
        load("aipi:chat", JOBS);
    }

    @Test
    void fiveHundredHeldRequestsNeedNoMoreThreadsEither() throws Exception {
        load("aipi:chat?holdConnection=true&maxConnections=500", 500);
    }

    private static void load(String uri, int jobs) throws Exception {
        try (AipiSimulator server = server();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("seda:in?concurrentConsumers=4&size=4000")
                                .to(uri)
                                .to("mock:out"))) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            out.expectedMessageCount(jobs);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < jobs; i++) {
                template.sendBody("seda:in", "number " + i + " @sleep=6");
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> server.stats().submits() == jobs);
            assertThat(server.stats().jobsDone())
                    .as("all jobs in flight at once")
                    .isZero();
            List<String> threads = TestContext.componentThreads();
            assertThat(threads)
                    .as("the component's threads with %d jobs in flight", jobs)
                    .hasSizeLessThan(12);
            System.out.println(jobs + " jobs in flight on " + threads.size() + " threads of the component: " + threads);

            out.setResultWaitTime(60_000);
            out.assertIsSatisfied();
            assertThat(out.getExchanges())
                    .extracting(exchange -> exchange.getMessage().getBody(String.class))
                    .doesNotHaveDuplicates();
        }
    }

    private static AipiSimulator server() throws Exception {
        return AipiSimulator.builder()
                .apiKey("key-1")
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .workers("chat", JOBS)
                .maxQueueLength(2 * JOBS)
                .start();
    }
}
