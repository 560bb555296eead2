/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The health check says whether the server takes our key, from what is known already. */
class HealthTest {

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
    void itIsUpWithASession() throws Exception {
        try (TestContext test = context("key-1", "aipi:chat")) {
            HealthCheck.Result result = check(test).call();
            assertThat(result.getState()).isEqualTo(HealthCheck.State.UP);
            assertThat(result.getDetails())
                    .containsEntry("endpoint.name", "chat")
                    .containsEntry("server.url", server.url())
                    .containsEntry("session", "logged in")
                    .containsEntry("jobs.in.flight", 0);
        }
    }

    @Test
    void itIsDownAfterARefusalAndSaysWhy() throws Exception {
        try (TestContext test = context("wrong", "aipi:chat?lazyLogin=true")) {
            assertThat(check(test).call().getState()).isEqualTo(HealthCheck.State.UP);
            test.context()
                    .createProducerTemplate()
                    .request("direct:in", e -> e.getMessage().setBody("hello"));
            HealthCheck.Result result = check(test).call();
            assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
            assertThat(result.getMessage()).hasValue("The server refused the login");
            assertThat(String.valueOf(result.getDetails().get("session"))).contains("Key not valid");
        }
    }

    @Test
    void itTellsWhenTheServerLastAnswered_whateverItSaid() throws Exception {
        try (TestContext test = context("wrong", "aipi:chat?lazyLogin=true")) {
            assertThat(check(test).call().getDetails()).containsEntry("last.contact", "never");
            Instant before = Instant.now();
            test.context()
                    .createProducerTemplate()
                    .request("direct:in", e -> e.getMessage().setBody("hello"));
            Instant after = Instant.now();

            Object contact = check(test).call().getDetails().get("last.contact");
            assertThat(Instant.parse(String.valueOf(contact))).isBetween(before, after);
            assertThat(check(test).call().getDetails()).as("asked again").containsEntry("last.contact", contact);
        }
    }

    @Test
    void aServerThatCannotBeReachedIsNoContact() throws Exception {
        try (TestContext test = context("key-1", "aipi:chat?lazyLogin=true&serverUrl=http://127.0.0.1:1")) {
            Exchange exchange = test.context()
                    .createProducerTemplate()
                    .request("direct:in", e -> e.getMessage().setBody("hello"));
            assertThat(exchange.getException()).isInstanceOf(ConnectionFailedException.class);
            assertThat(check(test).call().getDetails()).containsEntry("last.contact", "never");
        }
    }

    @Test
    void askingCostsTheServerNothing() throws Exception {
        try (TestContext test = context("key-1", "aipi:chat")) {
            var requests = server.stats().requestsByRoute();
            for (int i = 0; i < 20; i++) {
                check(test).call();
            }
            assertThat(server.stats().requestsByRoute()).isEqualTo(requests);
        }
    }

    /** A refused key is no reason to restart the process: that would help nothing, and hammer the server. */
    @Test
    void itTellsOfReadinessOnly() throws Exception {
        try (TestContext test = context("key-1", "aipi:chat")) {
            assertThat(ids(HealthCheckHelper.invokeReadiness(test.context())))
                    .anyMatch(id -> id.startsWith("producer:aipi-chat"));
            assertThat(ids(HealthCheckHelper.invokeLiveness(test.context())))
                    .noneMatch(id -> id.startsWith("producer:aipi-chat"));
        }
    }

    @Test
    void itIsGoneWithItsRoute() throws Exception {
        try (TestContext test = context("key-1", "aipi:chat")) {
            assertThat(checks(test.context())).hasSize(1);
            test.context().getRouteController().stopRoute("route");
            assertThat(checks(test.context())).isEmpty();
            test.context().getRouteController().startRoute("route");
            assertThat(checks(test.context())).hasSize(1);
        }
    }

    @Test
    @Tag("case-A23")
    void aProducerThatDoesNotStartLeavesNoCheck() throws Exception {
        try (TestContext test = TestContext.started(
                server.url(), "key-1", routes -> routes.from("direct:in").toD("aipi:${header.model}"))) {
            ProducerTemplate template = test.context().createProducerTemplate();
            for (int i = 0; i < 5; i++) {
                String model = "unknown-" + i % 2;
                assertThatThrownBy(() -> template.requestBodyAndHeader("direct:in", "Hello", "model", model))
                        .isInstanceOf(CamelExecutionException.class);
                assertThat(checks(test.context())).isEmpty();
            }
            template.requestBodyAndHeader("direct:in", "Hello", "model", "chat");
            assertThat(checks(test.context())).singleElement().satisfies(HealthTest::isUp);
        }
    }

    @Test
    @Tag("case-A23")
    void aSupervisedRouteHasOneCheckOnceItHasStarted_howeverOftenItHasTried() throws Exception {
        server.goDown();
        CountDownLatch failures = new CountDownLatch(5);
        try (TestContext test = TestContext.of(
                server.url(),
                "key-1",
                component -> {},
                routes -> routes.from("direct:in").routeId("route").to("aipi:chat"))) {
            test.context().getRouteController().supervising().setBackOffDelay(20);
            test.context().getManagementStrategy().addEventNotifier(new EventNotifierSupport() {
                @Override
                public void notify(CamelEvent event) {
                    if (event instanceof CamelEvent.RouteRestartingFailureEvent) {
                        // what is there is there already, before the next try
                        if (checks(test.context()).isEmpty()) {
                            failures.countDown();
                        }
                    }
                }
            });
            test.context().start();
            assertThat(failures.await(60, TimeUnit.SECONDS))
                    .as("failed without a check")
                    .isTrue();
            assertThat(checks(test.context())).isEmpty();

            server.comeUp();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> test.context()
                            .getRouteController()
                            .getRouteStatus("route")
                            .isStarted());
            assertThat(checks(test.context())).singleElement().satisfies(HealthTest::isUp);
            test.context().getRouteController().stopRoute("route");
            assertThat(checks(test.context())).isEmpty();
        }
    }

    @Test
    @Tag("case-A23")
    void eachProducerHasOneCheckOfItsOwn_downUnlessItRuns() throws Exception {
        try (TestContext test = context("key-1", "aipi:chat")) {
            org.apache.camel.Producer second =
                    test.context().getEndpoint("aipi:chat?jobTimeout=60000").createProducer();
            assertThat(checks(test.context())).hasSize(1);
            ServiceHelper.startService(second);
            assertThat(checks(test.context())).hasSize(2).allSatisfy(HealthTest::isUp);
            HealthCheck check = checks(test.context()).get(1);

            ServiceHelper.stopService(second);

            assertThat(checks(test.context())).hasSize(1).doesNotContain(check);
            assertThat(check.call().getState()).as("of one that is stopped").isEqualTo(HealthCheck.State.DOWN);
        }
    }

    private static void isUp(HealthCheck check) {
        assertThat(check.call().getState()).isEqualTo(HealthCheck.State.UP);
    }

    @Test
    void itIsOffUnlessProducersAreToBeChecked() throws Exception {
        try (TestContext test = TestContext.of(
                server.url(),
                "key-1",
                component -> component.setHealthCheckProducerEnabled(false),
                routes -> routes.from("direct:in").to("aipi:chat"))) {
            test.context().start();
            assertThat(check(test).call().getState()).isEqualTo(HealthCheck.State.UNKNOWN);
        }
    }

    @Test
    void theCheckOfAConsumerIsOnUnlessToldOtherwise() throws Exception {
        try (TestContext test = consuming("key-1", "aipi:chat", component -> {})) {
            assertThat(ids(HealthCheckHelper.invokeReadiness(test.context()))).contains("consumer:answers");
            HealthCheck.Result result = consumerCheck(test).call();
            assertThat(result.getState()).isEqualTo(HealthCheck.State.UP);
            assertThat(result.getDetails())
                    .containsEntry("endpoint.name", "chat")
                    .containsEntry("session", "logged in");
        }
        try (TestContext test =
                consuming("key-1", "aipi:chat", component -> component.setHealthCheckConsumerEnabled(false))) {
            HealthCheck.Result result = consumerCheck(test).call();
            assertThat(result.getState()).isEqualTo(HealthCheck.State.UNKNOWN);
            assertThat(result.getMessage()).hasValue("Disabled");
        }
    }

    @Test
    void theCheckOfAConsumerIsThatOfTheOneThatRuns_andTellsOfReadinessOnly() throws Exception {
        try (TestContext test = consuming("key-1", "aipi:chat", component -> {})) {
            test.context().getRouteController().stopRoute("answers");
            assertThat(consumerCheck(test).call().getDetails()).doesNotContainKey("session");
            test.context().getRouteController().startRoute("answers");
            assertThat(consumerCheck(test).call().getDetails()).containsEntry("session", "logged in");
            assertThat(ids(HealthCheckHelper.invokeLiveness(test.context()))).doesNotContain("consumer:answers");
        }
    }

    /** As inside of a {@code master:} consumer. */
    @Test
    void aConsumerWithoutARouteHasACheckWhileItRuns() throws Exception {
        try (TestContext test = consuming("key-1", "aipi:chat", component -> {})) {
            org.apache.camel.Consumer consumer =
                    test.context().getEndpoint("aipi:chat?jobTimeout=60000").createConsumer(exchange -> {});
            consumer.init();
            consumer.start();
            assertThat(checks(test.context(), "consumer:aipi-chat@"))
                    .singleElement()
                    .satisfies(check -> assertThat(check.call().getDetails()).containsEntry("session", "logged in"));
            consumer.stop();
            assertThat(checks(test.context(), "consumer:aipi-chat@")).isEmpty();
            ServiceHelper.stopAndShutdownService(consumer);
        }
    }

    @Test
    void aConsumerIsDownAfterARefusal() throws Exception {
        try (TestContext test = TestContext.of(
                server.url(), "wrong", component -> component.getConfiguration().setLazyLogin(true), routes -> {
                    routes.from("direct:in").to("aipi:chat");
                    routes.from("aipi:chat").routeId("answers").to("log:answers");
                })) {
            test.context().start();
            assertThat(consumerCheck(test).call().getState()).isEqualTo(HealthCheck.State.UP);
            test.context()
                    .createProducerTemplate()
                    .request("direct:in", e -> e.getMessage().setBody("hello"));
            HealthCheck.Result result = consumerCheck(test).call();
            assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
            assertThat(result.getMessage()).hasValue("The server refused the login");
        }
    }

    @Test
    void aConsumerIsDownWhileItsStoreDoesNotWork_andUpAgain() throws Exception {
        AtomicBoolean away = new AtomicBoolean();
        AggregationRepository jobs = new MemoryAggregationRepository() {
            @Override
            public Set<String> getKeys() {
                if (away.get()) {
                    throw new IllegalStateException("The database is away");
                }
                return super.getKeys();
            }
        };
        try (TestContext test = consuming(
                "key-1",
                "aipi:chat?repositoryScanInterval=200ms",
                component -> component.getConfiguration().setJobRepository(new AggregationJobRepository(jobs)))) {
            HealthCheck check = consumerCheck(test);
            assertThat(check.call().getState()).isEqualTo(HealthCheck.State.UP);
            away.set(true);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(check.call().getMessage()).hasValue("The jobRepository cannot be scanned"));
            assertThat(check.call().getState()).isEqualTo(HealthCheck.State.DOWN);
            away.set(false);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(check.call().getState()).isEqualTo(HealthCheck.State.UP));
        }
    }

    private TestContext consuming(String key, String uri, Consumer<AipiComponent> setUp) throws Exception {
        TestContext test = TestContext.of(
                server.url(),
                key,
                setUp,
                routes -> routes.from(uri).routeId("answers").to("log:answers"));
        test.context().start();
        return test;
    }

    private static HealthCheck consumerCheck(TestContext test) {
        return checks(test.context(), "consumer:answers").get(0);
    }

    private TestContext context(String key, String uri) throws Exception {
        return TestContext.started(
                server.url(),
                key,
                routes -> routes.from("direct:in").routeId("route").to(uri));
    }

    private static HealthCheck check(TestContext test) {
        return checks(test.context()).get(0);
    }

    private static List<HealthCheck> checks(CamelContext context) {
        return checks(context, "producer:aipi");
    }

    private static List<HealthCheck> checks(CamelContext context, String beginning) {
        return HealthCheckHelper.getHealthCheckRegistry(context).stream()
                .filter(check -> check.getId().startsWith(beginning))
                .toList();
    }

    private static List<String> ids(Collection<HealthCheck.Result> results) {
        return results.stream().map(result -> result.getCheck().getId()).toList();
    }
}
