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
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes on one PostgreSQL, which want the same at the same time. {@link SharedDatabaseTest} does it in one. */
@Tag("nightly")
class ThreeProcessesTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final List<Process> processes = new ArrayList<>();

    @Test
    void ofAHundredSubmitsOfOneRequestId_oneIsSubmitted_andAllSendersGetItsJob() throws Exception {
        PostgresDatabase postgres = PostgresDatabase.shared();
        String name = postgres.create();
        try (AipiSimulator server = AipiSimulator.builder()
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .workers(0)
                        .start();
                TestDatabase database = new TestDatabase(postgres.url(name), "postgres")) {
            database.execute(SubmitterProgram.TABLE);
            server.delayResponses(Duration.ofMillis(300));
            try (Connection connection = postgres.database(name).getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("select pg_advisory_lock(" + SubmitterProgram.LOCK + ")");
                for (int submits : new int[] {34, 33, 33}) {
                    processes.add(JavaProgram.start(
                            SubmitterProgram.class,
                            log(processes.size()),
                            List.of("-Xmx200m"),
                            server.url(),
                            postgres.url(name),
                            "request-1",
                            String.valueOf(submits)));
                }
                await().atMost(PATIENCE)
                        .until(() -> database.query("select count(*) from pg_locks where locktype = 'advisory'"
                                        + " and objid = " + SubmitterProgram.LOCK + " and not granted")
                                .equals(List.of("3")));
            }
            for (int i = 0; i < processes.size(); i++) {
                assertThat(processes.get(i).waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("process %d has ended", i)
                        .isTrue();
                assertThat(processes.get(i).exitValue())
                        .as(Files.readString(log(i)))
                        .isZero();
            }

            assertThat(server.stats().submits()).isEqualTo(1);
            List<String> stored = database.query("select job_id from aipi_job");
            assertThat(stored).hasSize(1);
            assertThat(database.query("select failure from received where failure is not null"))
                    .isEmpty();
            assertThat(database.query("select job_id from received"))
                    .hasSize(100)
                    .containsOnly(stored.get(0));
            assertThat(database.query("select count(*) from received group by process"))
                    .containsExactlyInAnyOrder("34", "33", "33");
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private Path log(int process) {
        return folder.resolve("process-" + process + ".log");
    }
}
