/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.ComponentThreads;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting costs no thread. */
class LoadGuaranteeTest {

    private static final int JOBS = 2_000;
    private static final int FEW = 12;

    /** Those of a test before this one may be about to end. */
    @BeforeEach
    void awaitTheEndOfOthers() {
        await().atMost(Duration.ofSeconds(30)).until(() -> ComponentThreads.namesWithout(Set.of()), List::isEmpty);
    }

    @Test
    void twoThousandJobsInFlightThroughOneRouteNeedFewerThanTwelveThreads() throws Exception {
        load("aipi:chat");
    }

    @Test
    void twoThousandHeldRequestsNeedNoMoreThreadsEither() throws Exception {
        load("aipi:chat?holdConnection=true&maxConnections=" + JOBS);
    }

    private static void load(String uri) throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .apiKey("key-1")
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .workers("chat", 0)
                        .computeTime(Duration.ofSeconds(1))
                        .maxQueueLength(JOBS)
                        .start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("seda:in?concurrentConsumers=4&size=" + JOBS)
                                .to(uri)
                                .to("mock:out"))) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            out.expectedMessageCount(JOBS);
            out.setResultWaitTime(60_000);
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < JOBS; i++) {
                template.sendBodyAndHeader("seda:in", "number " + i, "number", i);
            }
            // no worker is there yet: all are in flight until there is one, however long the count takes
            await().atMost(Duration.ofSeconds(60)).until(() -> server.stats().submits() == JOBS);
            List<String> queued = ComponentThreads.namesWithout(Set.of());
            server.startWorkers("chat", JOBS);
            List<String> computed = ComponentThreads.namesWithout(Set.of());
            assertThat(queued)
                    .as("the component's threads with %d jobs queued", JOBS)
                    .isNotEmpty()
                    .hasSizeLessThan(FEW);
            assertThat(computed)
                    .as("the component's threads when %d jobs have just begun, and may end", JOBS)
                    .hasSizeLessThan(FEW);

            out.assertIsSatisfied();
            assertThat(ComponentThreads.namesWithout(Set.of()))
                    .as("the component's threads after %d results", JOBS)
                    .hasSizeLessThan(FEW);
            for (Exchange exchange : out.getExchanges()) {
                assertThat(exchange.getMessage().getBody(String.class))
                        .endsWith("number " + exchange.getMessage().getHeader("number"));
            }
            TestLog.report("%s: %d jobs in flight on %d threads %s", uri, JOBS, queued.size(), queued);
        }
    }

    @Test
    void aJobIsNeverPolledTwiceAtOnceHoweverSlowTheResponses() throws Exception {
        int jobs = 200;
        SlowJobs slow = new SlowJobs(Duration.ofMillis(150));
        try (ScriptedServer server = new ScriptedServer(slow);
                TestContext test = TestContext.started(
                        server.url(),
                        null,
                        routes -> routes.from("seda:in?concurrentConsumers=4")
                                .to("aipi:chat?pollInterval=10ms&maxPollInterval=20ms&maxConnections=400")
                                .to("mock:out"))) {
            MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
            out.expectedMessageCount(jobs);
            out.setResultWaitTime(60_000);
            for (int i = 0; i < jobs; i++) {
                test.context().createProducerTemplate().sendBody("seda:in", "number " + i);
            }
            out.assertIsSatisfied();
            assertThat(slow.overlaps()).as("polls of a job during another one").isZero();
            assertThat(slow.polls()).isEqualTo(jobs * SlowJobs.POLLS_TO_DONE);
            TestLog.report("%d jobs, %d polls, %d at once at most, none of one job", jobs, slow.polls(), slow.most());
        }
    }
}
