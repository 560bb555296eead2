/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.testsupport.LogCapture;
import io.aipi.testsupport.PostgresDatabase;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** The database goes away while jobs are computed, and comes back. */
class DatabaseOutageTest extends HeldBackJobs {

    private static final int JOBS = 50;

    /** How often Hikari looks whether its settings have changed, in milliseconds. */
    private static final String HOUSEKEEPING = "com.zaxxer.hikari.housekeeping.periodMs";

    DatabaseOutageTest() {
        super(JOBS);
    }

    private Application start(Database database, Consumer<CamelContext> beforeStart) throws Exception {
        Map<String, String> properties = new HashMap<>(database.properties());
        properties.put("camel.component.aipi.server-url", server.url());
        properties.put("camel.component.aipi.poll-interval", "50ms");
        properties.put("camel.component.aipi.max-poll-interval", "100ms");
        properties.put("camel.component.aipi.repository-scan-interval", "100ms");
        return Application.start(properties, beforeStart, new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
                from("aipi:chat?jobRepository=#jobs")
                        .process(exchange -> routed.add(exchange.getMessage().getBody(String.class)));
            }
        });
    }

    @Test
    void resultsWaitForTheDatabaseAndAreRoutedThen_andOneWarningIsEnough() throws Exception {
        FailingDataSource data = new FailingDataSource();
        try (Application application = start(Database.h2(folder), data::putInto);
                LogCapture warnings = LogCapture.from(Level.WARN)) {
            submitAll(application);
            data.goAway();
            server.startWorkers("chat", 8);
            await().atMost(PATIENCE).until(() -> server.stats().jobsDone() == JOBS);
            int refusals = data.refusals();
            // each result is tried ten times, and the look through the table, too
            await().atMost(PATIENCE).until(() -> data.refusals() > refusals + 10 * JOBS);

            assertThat(routed).isEmpty();
            assertThat(warnings.messages()).hasSizeBetween(1, 10);
            data.comeBack();
            awaitAllRouted(application);
        }
    }

    @Test
    void aSubmitFailsBeforeAJobIsComputedForNobody() throws Exception {
        FailingDataSource data = new FailingDataSource();
        try (Application application = start(Database.h2(folder), data::putInto)) {
            data.goAway();
            Throwable failure = catchThrowable(() -> application.submit("Hello", Map.of()));

            assertThat(server.stats().submits()).isZero();
            assertThat(failure).rootCause().hasMessageContaining("The database is away");
            assertThat(failure.getCause())
                    .isInstanceOf(ConnectionFailedException.class)
                    .hasMessageContaining("Nothing was submitted");
            data.comeBack();
            // it is left alone for a moment, in which a submit fails as before and may be made again
            await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> application.submit("Prompt 0", Map.of()));
            submit(application, 1);
            server.startWorkers("chat", 8);
            awaitAllRouted(application);
        }
    }

    @Test
    void aRequestWithAnIdIsNotEvenSubmittedWhileTheDatabaseIsAway() throws Exception {
        FailingDataSource data = new FailingDataSource();
        try (Application application = start(Database.h2(folder), data::putInto)) {
            data.goAway();
            Throwable failure =
                    catchThrowable(() -> application.submit("Hello", Map.of("CamelAipiRequestId", "prompts-0-1")));

            assertThat(failure).hasRootCauseMessage("The database is away");
            assertThat(server.stats().submits()).isZero();
        }
    }

    @AfterEach
    void asUsual() {
        System.clearProperty(HOUSEKEEPING);
    }

    /** In every build {@link #resultsWaitForTheDatabaseAndAreRoutedThen_andOneWarningIsEnough} has an outage, too. */
    @Test
    @Tag("nightly")
    void aPostgresThatCutsAllConnectionsAndRefusesNewOnesLosesNothing() throws Exception {
        System.setProperty(HOUSEKEEPING, "1000");
        try (PostgresDatabase postgres = PostgresDatabase.start()) {
            Database database = Database.postgres(postgres);
            try (Application application = start(database, context -> {});
                    LogCapture warnings = LogCapture.from(Level.WARN)) {
                submitAll(application);
                HikariDataSource jobs = application
                        .context()
                        .getRegistry()
                        .lookupByNameAndType("jobsDataSource", HikariDataSource.class);
                // a connection that is being made would not be among those that are cut
                await().atMost(PATIENCE)
                        .until(() -> jobs.getHikariPoolMXBean().getTotalConnections() == jobs.getMaximumPoolSize());
                // shorter for the outage, but not for the time before, when a slow machine is no outage
                long usual = jobs.getConnectionTimeout();
                jobs.setConnectionTimeout(250);
                JdbcTemplate administrator = new JdbcTemplate(postgres.administration());
                administrator.execute("alter database " + database.name() + " with allow_connections false");
                administrator.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = '"
                        + database.name() + "'");
                server.startWorkers("chat", 8);
                await().atMost(PATIENCE).until(() -> server.stats().jobsDone() == JOBS);
                // whoever submits in the moment before it is known learns of it when the job is stored
                await().atMost(PATIENCE)
                        .until(() -> warnings.messages().stream()
                                .anyMatch(warning -> warning.contains("Until the jobRepository works again")));
                assertThat(catchThrowable(() -> application.submit("Too early", Map.of())))
                        .hasStackTraceContaining("Nothing was submitted");

                assertThat(routed).isEmpty();
                jobs.setConnectionTimeout(usual);
                administrator.execute("alter database " + database.name() + " with allow_connections true");
                awaitAllRouted(application);
                assertThat(warnings.messages()).hasSizeLessThan(40);
            }
        }
    }
}
