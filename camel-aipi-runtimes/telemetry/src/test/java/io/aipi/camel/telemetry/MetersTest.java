/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.jdbc.JdbcJobRepository;
import io.aipi.simulator.AipiSimulator;
import io.aipi.testsupport.TenJobs;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MetersTest {

    private final AipiSimulator server = TenJobs.server();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private ProducerTemplate producer;

    @BeforeEach
    void prepare() {
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        component.getConfiguration().setApiKey(TenJobs.API_KEY);
        context.addComponent("aipi", component);
        context.disableJMX();
    }

    private void start(MeterRegistry registry) {
        context.getRegistry().bind("meters", registry);
        context.start();
        producer = context.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        context.stop();
        server.close();
    }

    private Exchange send(String uri, String prompt) {
        return producer.request(uri, exchange -> exchange.getMessage().setBody(prompt));
    }

    private String serverName() {
        return URI.create(server.url()).getAuthority();
    }

    @Test
    void tenJobsLeaveTheseFigures() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        start(registry);

        TenJobs.run((endpoint, prompt) -> send("aipi:" + endpoint, prompt));

        assertThat(TenJobs.figures(registry.scrape(), serverName())).isEqualTo(TenJobs.expectedFigures());
        assertThat(registry.scrape()).doesNotContain(TenJobs.API_KEY, "Question", "You said");
    }

    @Test
    void timesAreThoseOfTheServer_andTheirNotice() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        start(registry);

        for (int i = 0; i < 5; i++) {
            send("aipi:" + TenJobs.CHAT, "Hello");
        }

        Timer whole = registry.get("camel.aipi.job").tag("error", "none").timer();
        Timer compute = registry.get("camel.aipi.job.compute").timer();
        Timer queue = registry.get("camel.aipi.job.queue").timer();
        Timer detection = registry.get("camel.aipi.job.detection.delay").timer();
        assertThat(whole.count()).isEqualTo(5);
        assertThat(compute.mean(TimeUnit.MILLISECONDS)).isBetween(50.0, 500.0);
        // the submit's own way to the server is in the whole, and in none of its parts
        assertThat(queue.totalTime(TimeUnit.MILLISECONDS)
                        + compute.totalTime(TimeUnit.MILLISECONDS)
                        + detection.totalTime(TimeUnit.MILLISECONDS))
                .isLessThanOrEqualTo(whole.totalTime(TimeUnit.MILLISECONDS) + 1);
        assertThat(registry.get("camel.aipi.job.polls").summary().totalAmount())
                .isEqualTo((double) server.stats().polls());
    }

    @Test
    void theJobThatLogsInIsOfTheOperationThatTheLoginTells() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        start(registry);

        send("aipi:" + TenJobs.CHAT + "?lazyLogin=true", "Hello");

        assertThat(registry.get("gen_ai.client.operation.duration").timers())
                .singleElement()
                .satisfies(timer -> assertThat(timer.getId().getTag("gen_ai.operation.name"))
                        .isEqualTo("chat"));
    }

    @Test
    void urisOfOneModelEndpointShareTheirMeters_andTheLastOneTakesThemAlong() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:first").routeId("first").to("aipi:" + TenJobs.CHAT + "?jobTimeout=1m");
                from("direct:second").routeId("second").to("aipi:" + TenJobs.CHAT + "?jobTimeout=2m");
            }
        });
        start(registry);
        send("direct:first", "Hello");
        send("direct:second", "Hello");
        assertThat(registry.get("camel.aipi.jobs.completed").counters())
                .singleElement()
                .satisfies(counter -> assertThat(counter.count()).isEqualTo(2));
        assertThat(registry.get("camel.aipi.login").timer().count()).isEqualTo(1);

        context.getRouteController().stopRoute("first");
        assertThat(registry.find("camel.aipi.jobs.completed").counters()).hasSize(1);
        context.getRouteController().stopRoute("second");
        assertThat(registry.getMeters())
                .noneMatch(meter -> meter.getId().getName().matches("(camel\\.aipi|gen_ai).*"));
        context.getRouteController().startRoute("first");
        assertThat(registry.find("camel.aipi.jobs.completed").counters()).hasSize(1);
    }

    @Test
    void componentsWithOneRegistryShareTheMetersOfAModel() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        AipiComponent second = new AipiComponent();
        second.getConfiguration().setServerUrl(server.url());
        second.getConfiguration().setApiKey(TenJobs.API_KEY);
        context.addComponent("aipi-b", second);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:first").routeId("first").to("aipi:" + TenJobs.CHAT);
                from("direct:second").routeId("second").to("aipi-b:" + TenJobs.CHAT);
            }
        });
        start(registry);
        send("direct:first", "Hello");

        context.getRouteController().stopRoute("first");
        send("direct:second", "Hello");

        assertThat(registry.get("camel.aipi.jobs.completed").counters())
                .singleElement()
                .satisfies(counter -> assertThat(counter.count()).isEqualTo(2));
    }

    @Test
    void aContextThatHasStoppedLeavesNothingInARegistryThatGoesOn() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        start(registry);
        send("aipi:" + TenJobs.CHAT, "Hello");

        // the template's producer is not stopped with it
        context.stop();

        assertThat(registry.getMeters()).isEmpty();
    }

    /** As toD makes them: Camel keeps a thousand producers. */
    @Test
    @Tag("case-D19")
    void metersOfEndpointsThatCamelHasForgottenGo() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:any").toD().cacheSize(10).uri("aipi:${header.model}?lazyLogin=true&operation=validateKey");
            }
        });
        start(registry);
        for (int i = 0; i < 100; i++) {
            producer.requestBodyAndHeader("direct:any", null, "model", "name" + i);
        }

        await().untilAsserted(() ->
                assertThat(registry.find("camel.aipi.jobs.in.flight").gauges()).hasSizeLessThanOrEqualTo(20));
    }

    @Test
    void aServerMayHaveAnUnderscoreInItsName() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        start(registry);

        send("aipi:chat?lazyLogin=true&serverUrl=http://gpu_server:7777&requestTimeout=1s", "Hello");

        assertThat(registry.get("camel.aipi.jobs.failed")
                        .tag("server", "gpu_server:7777")
                        .tag("error", "ConnectionFailedException")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void whatIsStoredIsCounted_andWhatIsDelivered() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:meters", "sa", "");
        context.getRegistry().bind("jobs", new JdbcJobRepository(database));
        String uri = "aipi:" + TenJobs.CHAT + "?jobRepository=#jobs";
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to(uri + "&waitForResult=false");
                from(uri + "&maximumRedeliveries=0&repositoryScanInterval=100ms")
                        .process(exchange -> {
                            if (exchange.getMessage().getBody(String.class).contains("refused")) {
                                throw new IllegalStateException("The route refuses it");
                            }
                        });
            }
        });
        start(registry);
        send("direct:submit", "taken");
        send("direct:submit", "refused");

        await().untilAsserted(() -> assertThat(
                        registry.get("camel.aipi.jobs.delivered").counter().count())
                .isEqualTo(1));
        await().atMost(40, TimeUnit.SECONDS).untilAsserted(() -> {
            assertThat(registry.get("camel.aipi.jobs.parked").gauge().value()).isEqualTo(1);
            assertThat(registry.get("camel.aipi.jobs.stored").gauge().value()).isEqualTo(1);
        });
        assertThat(registry.get("camel.aipi.jobs.lost").counter().count()).isZero();
        context.stop();
        database.dispose();
    }
}
