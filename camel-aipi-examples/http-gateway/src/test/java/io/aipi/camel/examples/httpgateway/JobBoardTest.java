/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobResult;
import io.aipi.testsupport.PostgresDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** What the gateway keeps, and for how long. */
class JobBoardTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private static final Job.Failure FAILURE = new Job.Failure("QueueFullException", "full", true);

    private static DataSource h2() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return database;
    }

    private static JobResult done(String text) {
        return new JobResult("chat", null, text, List.of(), null, null, null, null, Map.of("text", text));
    }

    private static JobTable table(DataSource database) {
        new ResourceDatabasePopulator(new ClassPathResource("gateway-jobs.sql")).execute(database);
        return new JobTable(database);
    }

    private static void keepsWhatIsReadForItsTime(DataSource database) {
        JobTable table = table(database);
        for (String id : List.of("open", "stale", "first", "second", "third")) {
            table.add(id, "chat", id.equals("stale") ? NOON.minusSeconds(100) : NOON);
        }
        table.end("first", done("1"), null, NOON.plusSeconds(1));
        table.end("second", null, FAILURE, NOON.plusSeconds(2));
        table.end("third", done("3"), null, NOON.plusSeconds(3));

        assertThat(table.find("open"))
                .hasValueSatisfying(job -> assertThat(job.isEnded()).isFalse());
        assertThat(table.find("third"))
                .hasValueSatisfying(job -> assertThat(job.result().text()).isEqualTo("3"));
        assertThat(table.find("second")).contains(Job.failed("second", "chat", FAILURE));
        assertThat(table.result("third")).contains(done("3"));
        assertThat(table.result("second")).isEmpty();
        assertThat(table.find("other")).isEmpty();

        table.end("third", null, FAILURE, NOON.plusSeconds(9));
        assertThat(table.find("third"))
                .as("its first end stays")
                .hasValueSatisfying(job -> assertThat(job.result()).isNotNull());

        table.expire(NOON.plusSeconds(2), NOON);
        assertThat(table.find("first")).isEmpty();
        assertThat(table.find("stale")).isEmpty();
        assertThat(table.find("second")).isPresent();
        assertThat(table.find("open")).isPresent();

        table.keepNewest(1);
        assertThat(table.find("second")).isEmpty();
        assertThat(table.find("third")).isPresent();
        assertThat(table.find("open")).isPresent();

        // as at the next start
        assertThat(table(database).find("third")).isPresent();
    }

    @Test
    void h2KeepsWhatIsReadForItsTime() {
        keepsWhatIsReadForItsTime(h2());
    }

    @Test
    void postgresKeepsWhatIsReadForItsTime() throws Exception {
        try (PostgresDatabase postgres = PostgresDatabase.start()) {
            keepsWhatIsReadForItsTime(postgres.administration());
        }
    }

    @Test
    void idsAreLongAndNeverTheSame() {
        DataSource database = h2();
        table(database);
        JobBoard board = new JobBoard(database, Duration.ofHours(24), Duration.ofHours(2), 1000);

        List<String> ids = java.util.stream.Stream.generate(() -> board.open("chat"))
                .limit(100)
                .toList();

        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[-_A-Za-z0-9]{32}"));
    }

    @Test
    void whatIsLiveIsForgottenWithItsJobAndItsWatchers() {
        LiveJobs live = new LiveJobs();
        AtomicInteger told = new AtomicInteger();
        Runnable watcher = told::incrementAndGet;

        live.watch("unheard", watcher);
        live.unwatch("unheard", watcher);
        assertThat(live.size()).isZero();

        live.watch("job", watcher);
        live.progress(Job.accepted("job", "chat"));
        live.unwatch("job", watcher);
        assertThat(live.newest("job")).isNotNull();
        live.watch("job", watcher);
        live.ended("job");
        assertThat(told).hasValue(2);
        assertThat(live.size()).isZero();
    }
}
