/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.store.StoredJob;
import java.sql.Connection;
import java.util.List;
import javax.sql.DataSource;
import liquibase.command.CommandScope;
import liquibase.command.core.UpdateCommandStep;
import liquibase.command.core.helpers.DbUrlConnectionArgumentsCommandStep;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What the README says of tools that apply the scripts. */
class MigrationToolsTest {

    private interface Tool {
        void apply(DataSource dataSource) throws Exception;
    }

    @BeforeAll
    static void sayNothingToOthers() {
        System.setProperty("liquibase.analytics.enabled", "false");
    }

    @Test
    void flywayMakesTheTablesInPostgres() throws Exception {
        makesTheTables(TestDatabase.postgres(), dataSource -> migrate(dataSource, "postgresql"));
    }

    @Test
    void flywayMakesTheTablesInH2() throws Exception {
        makesTheTables(TestDatabase.h2InMemory(), dataSource -> migrate(dataSource, "h2"));
    }

    @Test
    void liquibaseMakesTheTablesInPostgres() throws Exception {
        makesTheTables(TestDatabase.postgres(), MigrationToolsTest::update);
    }

    @Test
    void liquibaseMakesTheTablesInH2() throws Exception {
        makesTheTables(TestDatabase.h2InMemory(), MigrationToolsTest::update);
    }

    @Test
    @EnabledIf("io.aipi.camel.jdbc.MariaDbServer#isInstalled")
    void liquibaseMakesTheTablesInMariaDb() throws Exception {
        makesTheTables(TestDatabase.mariaDb(), MigrationToolsTest::update);
    }

    /** In a database that has tables of its own. The tool may come again, and the repository need not make anything. */
    private static void makesTheTables(TestDatabase opened, Tool tool) throws Exception {
        try (TestDatabase database = opened) {
            database.execute("create table another (id integer)");
            tool.apply(database.observed.dataSource());
            tool.apply(database.observed.dataSource());

            JdbcJobRepository jobs = database.repository("tool");
            jobs.setCreateSchema(false);
            jobs.start();
            StoredJob accepted = jobs.accept(Samples.job("a", "r"), true);
            StoredJob done = jobs.complete(accepted.withOutcome(Samples.result("hello")));
            assertThat(Samples.text(done)).isEqualTo("hello");
            assertThat(database.query("select state from aipi_jobs_in_flight")).isEqualTo(List.of("DONE"));
            assertThat(jobs.remove(done)).isTrue();
            assertThat(database.query("select state from aipi_job")).isEmpty();
            jobs.stop();
        }
    }

    private static void migrate(DataSource dataSource, String folder) {
        // tag::flyway[]
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/aipi/" + folder)
                .table("aipi_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
        // end::flyway[]
    }

    private static void update(DataSource dataSource) throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            new CommandScope(UpdateCommandStep.COMMAND_NAME)
                    .addArgumentValue(
                            DbUrlConnectionArgumentsCommandStep.DATABASE_ARG,
                            DatabaseFactory.getInstance()
                                    .findCorrectDatabaseImplementation(new JdbcConnection(connection)))
                    .addArgumentValue(UpdateCommandStep.CHANGELOG_FILE_ARG, "jobs-changelog.yaml")
                    .execute();
        }
    }
}
