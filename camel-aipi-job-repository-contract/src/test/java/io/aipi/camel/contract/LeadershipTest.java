/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiEndpoint;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.file.cluster.FileLockClusterService;
import org.apache.camel.component.master.MasterComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.jdbc.JdbcAggregationRepository;
import org.apache.logging.log4j.Level;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A consumer behind {@code master:}, as stores without leases need it, whose leadership comes and goes. */
class LeadershipTest {

    private static final int JOBS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final List<String> routed = new CopyOnWriteArrayList<>();
    private final JdbcConnectionPool pool =
            JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final Database database = new Database();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private AipiSimulator server;

    /** It can be away. */
    private final class Database extends DelegatingDataSource {

        private volatile boolean away;

        Database() {
            super(pool);
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (away) {
                throw new SQLException("The database is away");
            }
            return super.getConnection();
        }
    }

    @BeforeEach
    void startServer() throws SQLException {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .workers(0)
                .computeTime(Duration.ofMillis(20))
                .start();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : List.of("aipi_jobs", "aipi_jobs_completed")) {
                statement.execute("create table " + table
                        + " (id varchar(255) not null primary key, exchange blob not null, version bigint not null)");
            }
        }
    }

    @AfterEach
    void stopAll() {
        context.stop();
        server.close();
        pool.dispose();
    }

    private void start() throws Exception {
        context.getRegistry()
                .bind(
                        "jobs",
                        new JdbcAggregationRepository(
                                new DataSourceTransactionManager(database), "aipi_jobs", database));
        AipiComponent aipi = new AipiComponent();
        aipi.getConfiguration().setServerUrl(server.url());
        aipi.getConfiguration().setPollInterval(Duration.ofMillis(50));
        aipi.getConfiguration().setRepositoryScanInterval(Duration.ofMillis(100));
        aipi.getConfiguration().setLazyLogin(true);
        context.addComponent("aipi", aipi);
        FileLockClusterService cluster = new FileLockClusterService();
        cluster.setRoot(folder.resolve("cluster").toString());
        cluster.setAcquireLockInterval(1, TimeUnit.SECONDS);
        cluster.setHeartbeatTimeoutMultiplier(20);
        context.addService(cluster);
        MasterComponent master = new MasterComponent();
        master.setBackOffMaxAttempts(1);
        master.setBackOffDelay(200);
        context.addComponent("master", master);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
                from("master:aipi-jobs:aipi:chat?jobRepository=#jobs")
                        .process(exchange -> routed.add(exchange.getMessage().getBody(String.class)));
            }
        });
        context.start();
    }

    private void submitAll() {
        for (int i = 0; i < JOBS; i++) {
            context.createProducerTemplate().requestBody("direct:submit", "Prompt " + i);
        }
    }

    private static void awaitConsumer(LogCapture log) {
        await().atMost(PATIENCE)
                .until(() -> log.messages().stream().anyMatch(line -> line.contains("success. Consumer started")));
    }

    private int followedJobs() {
        return context.getEndpoints().stream()
                .filter(AipiEndpoint.class::isInstance)
                .mapToInt(endpoint -> ((AipiEndpoint) endpoint).getJobsInFlight())
                .sum();
    }

    /** None of them by a second submit. */
    private void awaitAllRouted() {
        await().atMost(PATIENCE).until(() -> routed.size() >= JOBS);
        assertThat(routed)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, JOBS)
                        .mapToObj(i -> "You said: Prompt " + i)
                        .toList());
        assertThat(server.stats().submits()).isEqualTo(JOBS);
    }

    /** The folder of the locks, under one of its names. */
    private Path link(String name) throws IOException {
        Path locks = Files.createDirectories(folder.resolve("locks"));
        return Files.createSymbolicLink(folder.resolve(name), locks);
    }

    @Test
    void aLeaderThatLosesTheLockStopsFollowing_andGoesOnWhenItHasItAgain() throws Exception {
        Path cluster = link("cluster");
        start();
        submitAll();
        await().atMost(PATIENCE)
                .until(() -> followedJobs() == JOBS && server.stats().polls() >= JOBS);

        // a file system that is away: nobody can know who else has the lock
        Files.move(Files.writeString(folder.resolve("away"), ""), cluster, StandardCopyOption.ATOMIC_MOVE);
        await().atMost(PATIENCE).until(() -> followedJobs() == 0);
        Files.move(link("back"), cluster, StandardCopyOption.ATOMIC_MOVE);
        server.startWorkers("chat", 8);

        awaitAllRouted();
    }

    @Test
    void aLeaderWhoseServerIsAwayWhenItTakesOverFollowsWhenItIsBack() throws Exception {
        server.goDown();
        try (LogCapture log = LogCapture.from(Level.INFO)) {
            start();
            awaitConsumer(log);
            server.comeUp();
            server.startWorkers("chat", 8);
            submitAll();

            awaitAllRouted();
        }
    }

    @Test
    void aLeaderWhoseDatabaseIsAwayWhenItTakesOverFollowsWhenItIsBack() throws Exception {
        try (LogCapture log = LogCapture.from(Level.INFO)) {
            start();
            submitAll();
            database.away = true;
            awaitConsumer(log);
            database.away = false;
            server.startWorkers("chat", 8);

            awaitAllRouted();
        }
    }
}
