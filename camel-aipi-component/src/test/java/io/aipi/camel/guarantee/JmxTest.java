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
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;

class JmxTest {

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
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            ObjectName name = beans
                    .queryNames(
                            new ObjectName("org.apache.camel:context="
                                    + test.context().getManagementName() + ",type=endpoints,name=\"aipi*\""),
                            null)
                    .stream()
                    .findFirst()
                    .orElseThrow();
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
}
