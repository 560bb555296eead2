/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.client.error.JobFailedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;

class JmxTest {

    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();

    @Test
    void anEndpointShowsItsSessionAndItsJobsInFlightAndWaiting() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .apiKey("key-1")
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .workers(0)
                        .start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").to("aipi:chat?maxInFlight=1"))) {
            ObjectName name = endpoint(test, "aipi*");
            assertThat(beans.getAttribute(name, "EndpointName")).isEqualTo("chat");
            assertThat(beans.getAttribute(name, "SessionState")).isEqualTo("logged in");
            assertThat(beans.getAttribute(name, "JobsInFlight")).isEqualTo(0);
            assertThat(beans.getAttribute(name, "JobsWaiting")).isEqualTo(0);

            ProducerTemplate template = test.context().createProducerTemplate();
            CompletableFuture<String> first = template.asyncRequestBody("direct:in", "one @sleep=0", String.class);
            CompletableFuture<String> second = template.asyncRequestBody("direct:in", "two @sleep=0", String.class);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> beans.getAttribute(name, "JobsInFlight").equals(1)
                            && beans.getAttribute(name, "JobsWaiting").equals(1));

            server.startWorkers("chat", 1);
            assertThat(first.get(20, TimeUnit.SECONDS)).contains("one");
            assertThat(second.get(20, TimeUnit.SECONDS)).contains("two");
            assertThat(beans.getAttribute(name, "JobsInFlight")).isEqualTo(0);
            assertThat(beans.getAttribute(name, "JobsWaiting")).isEqualTo(0);
        }
    }

    @Test
    void anEndpointCountsItsJobsAndLoginsForAsLongAsItLives() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .apiKey("key-1")
                        .endpoint(SimulatedEndpoint.chat("chat", "text").withErrorOutput())
                        .workers(0)
                        .start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").routeId("in").to("aipi:chat"))) {
            ObjectName name = endpoint(test, "aipi*");
            assertCounted(name, 0, 0, 0, 0);
            assertThat(beans.getAttribute(name, "Logins")).isEqualTo(1L);

            ProducerTemplate template = test.context().createProducerTemplate();
            CompletableFuture<String> good = template.asyncRequestBody("direct:in", "one @sleep=0", String.class);
            CompletableFuture<Exchange> bad = template.asyncSend(
                    "direct:in", exchange -> exchange.getMessage().setBody("two @sleep=0 @error=broken"));
            await().atMost(Duration.ofSeconds(10)).until(() -> server.stats().submits() == 2);
            // the server has accepted a job a little before the client knows
            await().untilAsserted(() -> assertCounted(name, 2, 0, 0, 2));

            server.startWorkers("chat", 1);
            assertThat(good.get(20, TimeUnit.SECONDS)).contains("one");
            assertThat(bad.get(20, TimeUnit.SECONDS).getException()).isInstanceOf(JobFailedException.class);
            assertCounted(name, 2, 1, 1, 0);

            server.expireSessions();
            assertThat(template.requestBody("direct:in", "three @sleep=0", String.class))
                    .contains("three");
            assertCounted(name, 3, 2, 1, 0);
            assertThat(beans.getAttribute(name, "Logins")).isEqualTo(2L);

            test.context().getRouteController().stopRoute("in");
            assertCounted(name, 3, 2, 1, 0);
            assertThat(beans.getAttribute(name, "Logins")).isEqualTo(0L);
            test.context().getRouteController().startRoute("in");
            assertThat(template.requestBody("direct:in", "four @sleep=0", String.class))
                    .contains("four");
            assertCounted(name, 4, 3, 1, 0);
        }
    }

    @Test
    void aDetachedJobIsCompletedByWhoeverTakesItsResult() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .apiKey("key-1")
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .start();
                TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                    routes.from("direct:submit").to("aipi:chat?waitForResult=false");
                    routes.from("direct:take").to("aipi:chat?operation=result");
                })) {
            ObjectName submitting = endpoint(test, "aipi*waitForResult*");
            ObjectName taking = endpoint(test, "aipi*operation*");
            ProducerTemplate template = test.context().createProducerTemplate();

            String job = template.requestBody("direct:submit", "one @sleep=0", String.class);
            assertCounted(submitting, 1, 0, 0, 0);
            assertThat(template.requestBody("direct:take", job, String.class)).contains("one");

            assertCounted(submitting, 1, 0, 0, 0);
            assertCounted(taking, 0, 1, 0, 0);
        }
    }

    private ObjectName endpoint(TestContext test, String pattern) throws Exception {
        return beans
                .queryNames(
                        new ObjectName("org.apache.camel:context="
                                + test.context().getManagementName() + ",type=endpoints,name=\"" + pattern + "\""),
                        null)
                .stream()
                .findFirst()
                .orElseThrow();
    }

    private void assertCounted(ObjectName name, long submitted, long completed, long failed, int inFlight)
            throws Exception {
        AttributeList values = beans.getAttributes(
                name, new String[] {"JobsSubmitted", "JobsCompleted", "JobsFailed", "JobsInFlight"});
        assertThat(values.asList().stream().map(Attribute::getValue))
                .as("submitted, completed, failed, in flight")
                .containsExactly(submitted, completed, failed, inFlight);
    }
}
