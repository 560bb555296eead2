/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static io.aipi.camel.jdbc.Samples.ENDPOINT;
import static io.aipi.camel.jdbc.Samples.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.store.JobRepository.Claim;
import io.aipi.camel.store.StoredJob;
import io.aipi.testsupport.Nightly;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Time with a database as it is used. What is printed are the figures. */
class PostgresCostsTest {

    private static final int THREADS = 32;

    private TestDatabase database;
    private JdbcJobRepository jobs;

    @BeforeEach
    void start() {
        database = TestDatabase.postgres();
        jobs = database.repository("costs");
        jobs.start();
    }

    @AfterEach
    void stop() {
        jobs.stop();
        database.close();
    }

    @Test
    void theFirstOfManyJobsAreFoundByTheIndex() {
        database.execute(
                "insert into aipi_job (job_key, server, endpoint, job_id, exchange_id, state, submitted, deliveries,"
                        + " size, headers) select 'key' || i, '" + SERVER + "', '" + ENDPOINT
                        + "', 'job' || i, 'exchange', 'ACCEPTED',"
                        + " now() + i * interval '1 millisecond', 0, 100, '{}' from generate_series(1, 100000) i");
        jobs.claim(SERVER, "another", 100);
        for (int i = 0; i < 10; i++) {
            long begin = System.nanoTime();
            List<Claim> claims = jobs.claim(SERVER, ENDPOINT, 100);
            Duration time = Duration.ofNanos(System.nanoTime() - begin);
            System.out.printf("Claim of 100 among 100,000 jobs: %.1f ms%n", time.toNanos() / 1e6);
            assertThat(claims).hasSize(100);
            assertThat(claims.get(0).job().job().jobId()).isEqualTo("job" + (i * 100 + 1));
            assertThat(time).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    @Tag("nightly")
    void thousandsOfJobsPassInASecond() throws Exception {
        measure("warm-up", false, 100);
        measure("without request ids", false, Nightly.times(500, 1000));
        measure("with request ids", true, Nightly.times(500, 1000));
    }

    private void measure(String name, boolean withRequestIds, int each) throws Exception {
        database.observed.reset();
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        long begin = System.nanoTime();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            String prefix = name + thread + "-";
            tasks.add(() -> {
                for (int i = 0; i < each; i++) {
                    pass(prefix + i, withRequestIds);
                }
                return null;
            });
        }
        try {
            for (Future<Void> task : executor.invokeAll(tasks)) {
                task.get();
            }
        } finally {
            executor.shutdownNow();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        double passed = THREADS * (double) each;
        System.out.printf(
                "%s: %.0f jobs/s, %.2f statements and %.3f transactions a job%n",
                name,
                passed / seconds,
                database.observed.statements.get() / passed,
                database.observed.commits.get() / passed);
    }

    private void pass(String id, boolean withRequestId) {
        if (withRequestId) {
            jobs.reserve(SERVER, ENDPOINT, id);
        }
        StoredJob job = jobs.accept(Samples.job(id, withRequestId ? id : null), true);
        jobs.remove(jobs.complete(job.withOutcome(Samples.result("hello"))));
    }
}
