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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.console.DevConsole;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator sees: health, JMX, developer console. */
class OperationsViewTest {

    private AipiSimulator server;

    @BeforeEach
    void start() throws Exception {
        server = AipiSimulator.builder()
                .apiKey("key-1")
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theHealthCheckIsUpWithASessionAndDownAfterARefusal() throws Exception {
        assertThat(health("key-1", "aipi:chat").getState()).isEqualTo(HealthCheck.State.UP);
        HealthCheck.Result refused = health("wrong", "aipi:chat?lazyLogin=true");
        assertThat(refused.getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(refused.getMessage()).hasValue("The server refused the login");
        assertThat(refused.getDetails())
                .containsEntry("endpoint.name", "chat")
                .containsEntry("server.url", server.url());
    }

    private HealthCheck.Result health(String key, String uri) throws Exception {
        try (TestContext test = TestContext.started(
                server.url(), key, routes -> routes.from("direct:in").to(uri))) {
            test.context()
                    .createProducerTemplate()
                    .request("direct:in", e -> e.getMessage().setBody("hello @sleep=0"));
            HealthCheck check = HealthCheckHelper.getHealthCheckRegistry(test.context()).stream()
                    .filter(c -> c.getId().startsWith("producer:aipi"))
                    .findFirst()
                    .orElseThrow();
            check.setEnabled(true);
            return check.callReadiness();
        }
    }

    @Test
    void jmxAndConsoleShowJobsInFlightAndWaiting() throws Exception {
        try (TestContext test = TestContext.started(
                server.url(), "key-1", routes -> routes.from("direct:in").to("aipi:chat?maxInFlight=1"))) {
            CompletableFuture<String> first = test.context()
                    .createProducerTemplate()
                    .asyncRequestBody("direct:in", "one @sleep=1.5", String.class);
            CompletableFuture<String> second =
                    test.context().createProducerTemplate().asyncRequestBody("direct:in", "two @sleep=0", String.class);
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            ObjectName name = beans.queryNames(new ObjectName("org.apache.camel:type=endpoints,*"), null).stream()
                    .filter(n -> n.toString().contains("aipi"))
                    .findFirst()
                    .orElseThrow();
            await().until(() -> Integer.valueOf(1).equals(beans.getAttribute(name, "JobsInFlight"))
                    && Integer.valueOf(1).equals(beans.getAttribute(name, "JobsWaiting")));
            assertThat(beans.getAttribute(name, "SessionState")).isEqualTo("logged in");

            DevConsole console =
                    PluginHelper.getDevConsoleResolver(test.context()).resolveDevConsole("aipi");
            assertThat(console.call(DevConsole.MediaType.TEXT).toString())
                    .contains("chat at " + server.url() + ": logged in, 1 jobs in flight, 1 waiting");
            Map<?, ?> json = (Map<?, ?>) console.call(DevConsole.MediaType.JSON);
            assertThat((List<?>) json.get("endpoints")).hasSize(1);

            assertThat(first.get(20, TimeUnit.SECONDS)).contains("one");
            assertThat(second.get(20, TimeUnit.SECONDS)).contains("two");
            assertThat(beans.getAttribute(name, "JobsInFlight")).isEqualTo(0);
        }
    }
}
