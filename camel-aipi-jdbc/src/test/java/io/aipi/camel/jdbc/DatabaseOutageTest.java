/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.LogCapture;
import io.aipi.testsupport.PostgresDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The database goes away while jobs are computed, and comes back. */
class DatabaseOutageTest {

    private static final int JOBS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How often Hikari looks whether its settings have changed, in milliseconds. */
    private static final String HOUSEKEEPING = "com.zaxxer.hikari.housekeeping.periodMs";

    private final List<String> routed = new CopyOnWriteArrayList<>();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private AipiSimulator server;
    private TestDatabase database;

    @BeforeEach
    void start() {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .workers(0)
                .computeTime(Duration.ofMillis(20))
                .start();
        database = new TestDatabase("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa");
    }

    @AfterEach
    void stop() {
        System.clearProperty(HOUSEKEEPING);
        context.stop();
        server.close();
        database.close();
    }

    private void start(DataSource dataSource, Duration lease) throws Exception {
        JdbcJobRepository jobs = new JdbcJobRepository(dataSource);
        jobs.setLease(lease);
        context.getRegistry().bind("jobs", jobs);
        String options =
                "jobRepository=#jobs&pollInterval=50ms&maxPollInterval=100ms&repositoryScanInterval=100ms&serverUrl="
                        + server.url();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to("aipi:chat?waitForResult=false&" + options);
                from("aipi:chat?" + options)
                        .process(exchange -> routed.add(exchange.getMessage().getBody(String.class)));
            }
        });
        context.start();
    }

    private void startOnH2(Duration lease) throws Exception {
        start(database.observed.dataSource(), lease);
    }

    private void submit(String prompt, Map<String, Object> headers) {
        context.createProducerTemplate().requestBodyAndHeaders("direct:submit", prompt, headers, String.class);
    }

    /** All but the first ones. */
    private void submitFrom(int first) {
        IntStream.range(first, JOBS).forEach(i -> submit("Prompt " + i, Map.of()));
    }

    private void awaitAllRouted() {
        await().atMost(PATIENCE).until(() -> routed.size() >= JOBS);
        assertThat(routed)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, JOBS)
                        .mapToObj(i -> "You said: Prompt " + i)
                        .toList());
        assertThat(server.stats().submits()).isEqualTo(JOBS);
    }

    /** Shorter than the lease, and longer. */
    @ParameterizedTest
    @ValueSource(longs = {60_000, 500})
    void resultsWaitForTheDatabaseAndAreRoutedThen_andFewWarningsAreEnough(long lease) throws Exception {
        startOnH2(Duration.ofMillis(lease));
        try (LogCapture warnings = LogCapture.from(Level.WARN)) {
            submitFrom(0);
            // each is followed
            await().atMost(PATIENCE).until(() -> server.stats().polls() >= JOBS);
            database.observed.goAway();
            server.startWorkers("chat", 8);
            await().atMost(PATIENCE).until(() -> server.stats().jobsDone() == JOBS);
            long begin = System.nanoTime();
            await().atMost(PATIENCE)
                    .until(() -> database.observed.refusals.get() > 20 && System.nanoTime() - begin > 1_000_000_000L);

            assertThat(routed).isEmpty();
            assertThat(warnings.messages()).hasSizeBetween(1, 20);
            database.observed.comeBack();
            awaitAllRouted();
        }
    }

    @Test
    void aSubmitFailsBeforeAJobIsComputedForNobody() throws Exception {
        startOnH2(Duration.ofMinutes(1));
        database.observed.goAway();
        for (Map<String, Object> headers :
                List.of(Map.<String, Object>of(), Map.<String, Object>of("CamelAipiRequestId", "1"))) {
            Throwable failure = catchThrowable(() -> submit("Hello", headers));
            assertThat(failure).rootCause().hasMessageContaining("The database is away");
            assertThat(failure.getCause())
                    .isInstanceOf(ConnectionFailedException.class)
                    .hasMessageContaining("Nothing was submitted");
        }
        assertThat(server.stats().submits()).isZero();

        database.observed.comeBack();
        // it is left alone for a moment, in which a submit fails as before and may be made again
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> submit("Prompt 0", Map.of()));
        submitFrom(1);
        server.startWorkers("chat", 8);
        awaitAllRouted();
    }

    /** In every build {@link #resultsWaitForTheDatabaseAndAreRoutedThen_andFewWarningsAreEnough} has an outage, too. */
    @Test
    @Tag("nightly")
    void aPostgresThatCutsAllConnectionsAndRefusesNewOnesLosesNothing() throws Exception {
        System.setProperty(HOUSEKEEPING, "1000");
        try (PostgresDatabase postgres = PostgresDatabase.start();
                HikariDataSource pool = new HikariDataSource();
                LogCapture warnings = LogCapture.from(Level.WARN)) {
            String name = postgres.create();
            pool.setJdbcUrl(postgres.url(name));
            pool.setUsername("postgres");
            start(pool, Duration.ofMinutes(1));
            submitFrom(0);
            await().atMost(PATIENCE).until(() -> server.stats().polls() >= JOBS);
            // a connection that is being made would not be among those that are cut
            await().atMost(PATIENCE)
                    .until(() -> pool.getHikariPoolMXBean().getTotalConnections() == pool.getMaximumPoolSize());
            // shorter for the outage, but not for the time before, when a slow machine is no outage
            long usual = pool.getConnectionTimeout();
            pool.setConnectionTimeout(250);
            administrate(postgres, "alter database " + name + " with allow_connections false");
            administrate(
                    postgres, "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");
            server.startWorkers("chat", 8);
            await().atMost(PATIENCE).until(() -> server.stats().jobsDone() == JOBS);
            // whoever submits in the moment before it is known learns of it when the job is stored
            await().atMost(PATIENCE)
                    .until(() -> warnings.messages().stream()
                            .anyMatch(warning -> warning.contains("Until the jobRepository works again")));
            assertThat(catchThrowable(() -> submit("Too early", Map.of())))
                    .hasStackTraceContaining("Nothing was submitted");

            assertThat(routed).isEmpty();
            pool.setConnectionTimeout(usual);
            administrate(postgres, "alter database " + name + " with allow_connections true");
            awaitAllRouted();
            assertThat(warnings.messages()).hasSizeLessThan(40);
            context.stop();
        }
    }

    private static void administrate(PostgresDatabase postgres, String sql) throws SQLException {
        try (Connection connection = postgres.administration().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
