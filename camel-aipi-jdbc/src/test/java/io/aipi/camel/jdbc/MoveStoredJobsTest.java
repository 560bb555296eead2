/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.jdbc.JdbcAggregationRepository;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** What the how-to says. */
@SuppressWarnings("try") // a context may be interrupted while it closes
class MoveStoredJobsTest {

    private final DataSource dataSource = dataSource();
    private final JdbcAggregationRepository oldRepository =
            new JdbcAggregationRepository(new DataSourceTransactionManager(dataSource), "aipi_jobs", dataSource);

    private static DataSource dataSource() {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl("jdbc:h2:mem:move;DB_CLOSE_DELAY=-1");
        pool.setUsername("sa");
        return new HikariDataSource(pool);
    }

    private static StoredJob job(String jobId, String requestId) {
        return new StoredJob(
                new DetachedJob(
                        "http://gpu-server:7777",
                        "llama2_chat",
                        jobId,
                        requestId,
                        Instant.ofEpochMilli(1_700_000_000_000L),
                        "exchange-" + jobId,
                        Map.of("number", 5L, "bytes", new byte[] {1, 2}),
                        "Hello!"),
                null,
                0);
    }

    @Test
    void jobsAreMovedWithAllThatIsKnownOfThem_andASecondCopyChangesNothing() throws Exception {
        JdbcTemplate sql = new JdbcTemplate(dataSource);
        for (String table : List.of("aipi_jobs", "aipi_jobs_completed")) {
            sql.execute("create table " + table
                    + " (id varchar(255) not null primary key, exchange blob not null, version bigint not null)");
        }
        StoredJob named = job("job-2", "request-2");
        StoredJob ended = job("job-3", null)
                .withOutcome(new JobOutcome.Failed(
                        new JobFailedException("out of memory", ErrorContext.of("llama2_chat", "job-3"))));
        try (CamelContext context = new DefaultCamelContext()) {
            AggregationJobRepository before = new AggregationJobRepository(context, oldRepository);
            before.start();
            List.of(job("job-1", null), named, ended).forEach(each -> before.accept(each, false));
            before.stop();
        }

        move();

        assertThat(sql.queryForObject("select count(*) from aipi_jobs", Integer.class))
                .isZero();
        JdbcJobRepository repository = new JdbcJobRepository(dataSource);
        repository.start();
        assertThat(repository.accept(named, false).job().requestId())
                .as("once more")
                .isEqualTo("request-2");
        List<JobRepository.Claim> claims = repository.claim("http://gpu-server:7777", "llama2_chat", 10);
        assertThat(claims)
                .extracting(claim -> claim.job().job().jobId())
                .containsExactlyInAnyOrder("job-1", "job-2", "job-3");
        assertThat(claims)
                .allSatisfy(claim -> assertThat(claim.job().job().headers())
                        .containsEntry("number", 5L)
                        .containsEntry("bytes", new byte[] {1, 2}));
        assertThat(repository.find("http://gpu-server:7777", "llama2_chat", "request-2"))
                .isPresent();
        repository.stop();
    }

    private void move() throws Exception {
        // tag::move-stored-jobs
        try (CamelContext context = new DefaultCamelContext()) {
            AggregationJobRepository from = new AggregationJobRepository(context, oldRepository);
            JdbcJobRepository to = new JdbcJobRepository(dataSource);
            from.start();
            to.start();
            List<JobRepository.Claim> claims;
            do {
                claims = from.claim("http://gpu-server:7777", "llama2_chat", 100);
                for (JobRepository.Claim claim : claims) {
                    to.accept(claim.job(), false);
                    from.remove(claim.job());
                }
            } while (!claims.isEmpty());
            to.stop();
            from.stop();
        }
        // end::move-stored-jobs
    }
}
