/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.PostgresDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The component on this store: several contexts, each with a repository of its own, on one PostgreSQL. */
class SharedDatabaseTest {

    private static final String API_KEY = "key-4711-of-the-server";

    private final List<DefaultCamelContext> contexts = new ArrayList<>();
    private DataSource database;
    private AipiSimulator server;

    @BeforeEach
    void start() {
        PostgresDatabase postgres = PostgresDatabase.shared();
        database = postgres.database(postgres.create());
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .apiKey(API_KEY)
                .workers(0)
                .start();
    }

    @AfterEach
    void stop() {
        contexts.forEach(DefaultCamelContext::stop);
        server.close();
    }

    private DefaultCamelContext instance(RouteBuilder routes) throws Exception {
        DefaultCamelContext context = new DefaultCamelContext();
        contexts.add(context);
        context.getRegistry().bind("jobs", new JdbcJobRepository(database));
        context.getPropertiesComponent()
                .addInitialProperty(
                        "aipi",
                        "jobRepository=#jobs&pollInterval=50ms&repositoryScanInterval=200ms&user=u&apiKey=RAW("
                                + API_KEY + ")&serverUrl=" + server.url());
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to("aipi:chat?waitForResult=false&{{aipi}}");
            }
        });
        if (routes != null) {
            context.addRoutes(routes);
        }
        context.start();
        return context;
    }

    private static CompletableFuture<Exchange> submit(DefaultCamelContext context, String prompt, String requestId) {
        return context.createProducerTemplate().asyncSend("direct:submit", exchange -> {
            exchange.getMessage().setBody(prompt);
            exchange.getMessage().setHeader("mark", "of " + prompt);
            if (requestId != null) {
                exchange.getMessage().setHeader("CamelAipiRequestId", requestId);
            }
        });
    }

    @Test
    void ofAHundredSubmitsOfOneRequestIdInThreeInstances_oneIsSubmitted() throws Exception {
        for (int i = 0; i < 3; i++) {
            instance(null);
        }
        server.delayResponses(Duration.ofMillis(300));
        List<CompletableFuture<Exchange>> submits = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            submits.add(submit(contexts.get(i % 3), "Hello!", "request-1"));
        }

        List<Exchange> exchanges = submits.stream().map(CompletableFuture::join).toList();
        assertThat(exchanges).noneMatch(Exchange::isFailed);
        assertThat(exchanges.stream()
                        .map(exchange -> exchange.getMessage().getBody(String.class))
                        .distinct())
                .hasSize(1);
        assertThat(server.stats().submits()).isEqualTo(1);
        assertThat(rows()).hasSize(1);
    }

    @Test
    void aSubmitThatFailsFreesItsRequestId_andTheOneThatWaitsForItIsSubmitted() throws Exception {
        instance(null);
        instance(null);
        server.stopWorkers("chat");
        server.setEndpointEnabled("chat", false);
        Exchange refused = submit(contexts.get(0), "Hello!", "request-1").join();
        assertThat(refused.isFailed()).isTrue();

        server.setEndpointEnabled("chat", true);
        Exchange taken = submit(contexts.get(1), "Hello!", "request-1").join();

        assertThat(taken.isFailed()).isFalse();
        assertThat(rows()).singleElement().satisfies(row -> assertThat(row).containsEntry("state", "ACCEPTED"));
    }

    @Test
    void theLifeOfAJobIsSeenInOneRow_inWhichThereIsNoKey() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        instance(new RouteBuilder() {
            @Override
            public void configure() {
                from("aipi:chat?{{aipi}}").process(exchange -> {
                    arrived.countDown();
                    goOn.await();
                });
            }
        });
        String jobId = submit(contexts.get(0), "Hello!", "request-1")
                .join()
                .getMessage()
                .getBody(String.class);

        Map<String, String> row = rows().get(0);
        assertThat(row)
                .containsEntry("job_id", jobId)
                .containsEntry("request_id", "request-1")
                .containsEntry("endpoint", "chat")
                .containsEntry("state", "ACCEPTED")
                .containsEntry("deliveries", "0");
        assertThat(row.get("owner")).isNotNull();
        assertThat(row.get("headers")).contains("\"mark\":\"of Hello!\"");
        assertThatNoKeyIsStored();

        server.startWorkers("chat", 1);
        arrived.await();
        row = rows().get(0);
        assertThat(row).containsEntry("state", "DONE").containsEntry("job_id", jobId);
        assertThat(row.get("outcome")).contains("Hello!");
        assertThatNoKeyIsStored();

        goOn.countDown();
        await().until(() -> rows().isEmpty());
    }

    @Test
    void whatOneInstanceLeavesTheNextOneTakes_whenItIsStoppedAtOnce() throws Exception {
        List<String> routed = new ArrayList<>();
        RouteBuilder consumer = new RouteBuilder() {
            @Override
            public void configure() {
                from("aipi:chat?{{aipi}}").process(exchange -> {
                    synchronized (routed) {
                        routed.add(exchange.getMessage().getHeader("mark", String.class));
                    }
                });
            }
        };
        DefaultCamelContext first = instance(consumer);
        submit(first, "One", null).join();
        submit(first, "Two", null).join();
        first.stop();

        instance(consumer);
        server.startWorkers("chat", 2);

        await().atMost(Duration.ofSeconds(10)).until(() -> rows().isEmpty());
        assertThat(routed).containsExactlyInAnyOrder("of One", "of Two");
        assertThat(server.stats().submits()).isEqualTo(2);
    }

    private void assertThatNoKeyIsStored() throws SQLException {
        List<String> secrets = new ArrayList<>(server.sessionKeys());
        assertThat(secrets).isNotEmpty();
        secrets.add(API_KEY);
        for (Map<String, String> row : rows()) {
            assertThat(row.values())
                    .allSatisfy(value -> assertThat(secrets)
                            .allSatisfy(
                                    secret -> assertThat(String.valueOf(value)).doesNotContain(secret)));
        }
    }

    /** What SQL shows of each job: its columns as text, bytes too. */
    private List<Map<String, String>> rows() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select *, encode(body, 'escape') body_text from aipi_job")) {
            List<Map<String, String>> read = new ArrayList<>();
            while (rows.next()) {
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.put(rows.getMetaData().getColumnLabel(i), rows.getString(i));
                }
                read.add(row);
            }
            return read;
        }
    }
}
