/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.main.Main;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** The beans of the job store, as a YAML-only application has them. */
class JobStoreTest {

    private static final String KEY = "http://localhost:7777/llama2_chat/job-1";

    @TempDir
    private Path folder;

    @Test
    void onAnEmptyH2FileTheTablesAreMade_andWhatIsStoredIsThereAfterARestart() throws Exception {
        storesOverARestart(Map.of("jobs.url", "jdbc:h2:file:" + folder.resolve("jobs")));
    }

    @Test
    void onAnEmptyPostgresTheTablesAreMade_andWhatIsStoredIsThereAfterARestart() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            storesOverARestart(properties(postgres, "postgres"));
        }
    }

    private static void storesOverARestart(Map<String, String> properties) throws Exception {
        byte[] image = new byte[3 * 1024 * 1024];
        Arrays.fill(image, (byte) 7);

        inApplication(properties, (context, jobs) -> {
            assertThat(rows(context)).containsOnly(Map.entry("aipi_jobs", 0), Map.entry("aipi_jobs_completed", 0));
            store(context, jobs);
        });
        inApplication(properties, (context, jobs) -> {
            assertThat(rows(context)).containsOnly(Map.entry("aipi_jobs", 1), Map.entry("aipi_jobs_completed", 0));
            Exchange exchange = jobs.get(context, KEY);
            assertThat(exchange.getMessage().getBody()).isEqualTo("A prompt");
            assertThat(exchange.getMessage().getHeader("orderId")).isEqualTo(42);
            exchange.getMessage().setBody(image);
            jobs.add(context, KEY, exchange);
        });
        inApplication(properties, (context, jobs) -> {
            Exchange exchange = jobs.get(context, KEY);
            assertThat(exchange.getMessage().getBody(byte[].class)).isEqualTo(image);
            jobs.remove(context, KEY, exchange);
            assertThat(rows(context)).containsOnly(Map.entry("aipi_jobs", 0), Map.entry("aipi_jobs_completed", 1));
            assertThat(jobs.scan(context)).containsExactly(exchange.getExchangeId());
            jobs.confirm(context, exchange.getExchangeId());
            assertThat(rows(context)).containsOnly(Map.entry("aipi_jobs", 0), Map.entry("aipi_jobs_completed", 0));
        });
    }

    @Test
    void instancesThatStartAtOnceOnAnEmptyPostgresAllGetTheTables() throws Exception {
        int instances = 8;
        ExecutorService threads = Executors.newFixedThreadPool(instances);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            for (int round = 0; round < 5; round++) {
                String database = "round" + round;
                new JdbcTemplate(postgres.getPostgresDatabase()).execute("create database " + database);
                CyclicBarrier together = new CyclicBarrier(instances);
                List<Future<Integer>> started = new ArrayList<>();
                for (int i = 0; i < instances; i++) {
                    started.add(threads.submit(() -> {
                        try (Connection connection =
                                postgres.getDatabase("postgres", database).getConnection()) {
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
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("output.txt")).content().contains("stored");

        // where the default puts the file, as seen from the folder in which the process ran
        String file = folder.resolve("target/data/jobs").toString();
        inApplication(
                Map.of("jobs.url", "jdbc:h2:file:" + file + ";IFEXISTS=TRUE"),
                (context, jobs) -> assertThat(jobs.getKeys()).containsExactly(KEY));
    }

    /** The end that SIGKILL brings: nothing is flushed, no hook runs. */
    static final class KilledAfterStoring {

        private KilledAfterStoring() {}

        public static void main(String[] args) throws Exception {
            inApplication(Map.of(), (context, jobs) -> {
                store(context, jobs);
                System.out.println("stored");
                Runtime.getRuntime().halt(9);
            });
        }
    }

    private static Map<String, String> properties(EmbeddedPostgres postgres, String database) {
        return Map.of(
                "jobs.database", "postgresql",
                "jobs.url", postgres.getJdbcUrl("postgres", database),
                "jobs.user", "postgres");
    }

    private static void store(CamelContext context, RecoverableAggregationRepository jobs) {
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody("A prompt");
        exchange.getMessage().setHeader("orderId", 42);
        jobs.add(context, KEY, exchange);
    }

    private interface Work {
        void in(CamelContext context, RecoverableAggregationRepository jobs) throws Exception;
    }

    private static void inApplication(Map<String, String> properties, Work work) throws Exception {
        Main main = new Main();
        Properties all = new Properties();
        all.putAll(properties);
        main.setOverrideProperties(all);
        main.configure().withRoutesIncludePattern("classpath:camel/*.yaml");
        main.start();
        try {
            CamelContext context = main.getCamelContext();
            var jobs = context.getRegistry().lookupByNameAndType("jobs", RecoverableAggregationRepository.class);
            // as the component does it for a route that uses it
            ServiceHelper.startService(jobs);
            work.in(context, jobs);
        } finally {
            main.stop();
        }
    }

    private static Map<String, Integer> rows(CamelContext context) {
        JdbcTemplate sql =
                new JdbcTemplate(context.getRegistry().lookupByNameAndType("jobsDataSource", DataSource.class));
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (String table : List.of("aipi_jobs", "aipi_jobs_completed")) {
            rows.put(table, sql.queryForObject("select count(*) from " + table, Integer.class));
        }
        return rows;
    }
}
