/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.testsupport.PostgresDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** The beans of the job store, as a YAML-only application has them. */
class JobStoreTest {

    private static final String KEY = "http://localhost:7777/llama2_chat/job-1";

    @TempDir
    private Path folder;

    @Test
    void onAnEmptyH2FileTheTablesAreMade_andWhatIsStoredIsThereAfterARestart() throws Exception {
        storesOverARestart(Database.h2(folder).properties());
    }

    @Test
    void onAnEmptyPostgresTheTablesAreMade_andWhatIsStoredIsThereAfterARestart() throws Exception {
        try (PostgresDatabase postgres = PostgresDatabase.start()) {
            storesOverARestart(Database.postgres(postgres).properties());
        }
    }

    private static void storesOverARestart(Map<String, String> properties) throws Exception {
        byte[] image = new byte[3 * 1024 * 1024];
        Arrays.fill(image, (byte) 7);

        inApplication(properties, (application, jobs) -> {
            assertThat(application.rows()).containsOnly(Map.entry("aipi_jobs", 0), Map.entry("aipi_jobs_completed", 0));
            store(application, jobs);
        });
        inApplication(properties, (application, jobs) -> {
            assertThat(application.rows()).containsOnly(Map.entry("aipi_jobs", 1), Map.entry("aipi_jobs_completed", 0));
            Exchange exchange = jobs.get(application.context(), KEY);
            assertThat(exchange.getMessage().getBody()).isEqualTo("A prompt");
            assertThat(exchange.getMessage().getHeader("orderId")).isEqualTo(42);
            exchange.getMessage().setBody(image);
            jobs.add(application.context(), KEY, exchange);
        });
        inApplication(properties, (application, jobs) -> {
            Exchange exchange = jobs.get(application.context(), KEY);
            assertThat(exchange.getMessage().getBody(byte[].class)).isEqualTo(image);
            jobs.remove(application.context(), KEY, exchange);
            assertThat(application.rows()).containsOnly(Map.entry("aipi_jobs", 0), Map.entry("aipi_jobs_completed", 1));
            assertThat(jobs.scan(application.context())).containsExactly(exchange.getExchangeId());
            jobs.confirm(application.context(), exchange.getExchangeId());
            assertThat(application.rows()).containsOnly(Map.entry("aipi_jobs", 0), Map.entry("aipi_jobs_completed", 0));
        });
    }

    @Test
    void instancesThatStartAtOnceOnAnEmptyPostgresAllGetTheTables() throws Exception {
        int instances = 8;
        ExecutorService threads = Executors.newFixedThreadPool(instances);
        try (PostgresDatabase postgres = PostgresDatabase.start()) {
            for (int round = 0; round < 5; round++) {
                DataSource database = postgres.database(postgres.create());
                CyclicBarrier together = new CyclicBarrier(instances);
                List<Future<Integer>> started = new ArrayList<>();
                for (int i = 0; i < instances; i++) {
                    started.add(threads.submit(() -> {
                        try (Connection connection = database.getConnection()) {
                            together.await(30, TimeUnit.SECONDS);
                            new ResourceDatabasePopulator(new ClassPathResource("aipi-jobs/postgresql.sql"))
                                    .populate(connection);
                            try (Statement statement = connection.createStatement()) {
                                return statement.executeUpdate("delete from aipi_jobs_completed");
                            }
                        }
                    }));
                }
                for (Future<Integer> instance : started) {
                    assertThat(instance.get(60, TimeUnit.SECONDS)).isZero();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatTheDefaultH2FileHasTakenIsThereAfterTheProcessWasKilled() throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledAfterStoring.class.getName())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(folder.resolve("output.txt")).content().contains("stored");

        // where the default puts the file, as seen from the folder in which the process ran
        String file = folder.resolve("target/data/jobs").toString();
        inApplication(
                Map.of("jobs.url", "jdbc:h2:file:" + file + ";IFEXISTS=TRUE"),
                (application, jobs) -> assertThat(jobs.getKeys()).containsExactly(KEY));
    }

    /** The end that SIGKILL brings: nothing is flushed, no hook runs. */
    static final class KilledAfterStoring {

        private KilledAfterStoring() {}

        public static void main(String[] args) throws Exception {
            inApplication(Map.of(), (application, jobs) -> {
                store(application, jobs);
                System.out.println("stored");
                Runtime.getRuntime().halt(9);
            });
        }
    }

    private static void store(Application application, RecoverableAggregationRepository jobs) {
        Exchange exchange = new DefaultExchange(application.context());
        exchange.getMessage().setBody("A prompt");
        exchange.getMessage().setHeader("orderId", 42);
        jobs.add(application.context(), KEY, exchange);
    }

    private interface Work {
        void in(Application application, RecoverableAggregationRepository jobs) throws Exception;
    }

    private static void inApplication(Map<String, String> properties, Work work) throws Exception {
        try (Application application = Application.start(properties)) {
            work.in(application, application.jobs());
        }
    }
}
