/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** What the gateway keeps, and for how long. */
class JobBoardTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private static DataSource h2() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return database;
    }

    private static JobView done(String id, String text) {
        return new JobView(
                id,
                "chat",
                null,
                new JobResult("chat", null, text, List.of(), null, null, null, null, Map.of("text", text)),
                null);
    }

    private static JobView failed(String id) {
        return new JobView(id, "chat", null, null, new JobView.Failure("QueueFullException", "full", true));
    }

    private static void keepsWhatIsReadForItsTime(DataSource database) {
        JobTable table = new JobTable(database);
        for (String id : List.of("open", "stale", "first", "second", "third")) {
            table.add(id, "chat", id.equals("stale") ? NOON.minusSeconds(100) : NOON);
        }
        table.end(done("first", "1"), NOON.plusSeconds(1));
        table.end(failed("second"), NOON.plusSeconds(2));
        table.end(done("third", "3"), NOON.plusSeconds(3));

        assertThat(table.find("open"))
                .hasValueSatisfying(job -> assertThat(job.isEnded()).isFalse());
        assertThat(table.find("third"))
                .hasValueSatisfying(job -> assertThat(job.result().text()).isEqualTo("3"));
        assertThat(table.find("second")).contains(failed("second"));
        assertThat(table.find("other")).isEmpty();

        table.end(failed("third"), NOON.plusSeconds(9));
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
        assertThat(new JobTable(database).find("third")).isPresent();
    }

    @Test
    void h2KeepsWhatIsReadForItsTime() {
        keepsWhatIsReadForItsTime(h2());
    }

    @Test
    void postgresKeepsWhatIsReadForItsTime() throws Exception {
        try (EmbeddedPostgres postgres = Postgres.start()) {
            keepsWhatIsReadForItsTime(postgres.getPostgresDatabase());
        }
    }

    @Test
    void idsAreLongAndNeverTheSame() {
        JobBoard board = new JobBoard(h2());

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

        LiveJobs.Live job = live.watch("job", watcher);
        live.progress("job", JobProgress.of("chat", "server-id", JobState.QUEUED));
        live.unwatch("job", watcher);
        assertThat(live.newest("job")).isNotNull();
        live.watch("job", watcher);
        live.ended(done("job", "text"));
        assertThat(told).hasValue(2);
        assertThat(job.ended()).isNotNull();
        assertThat(live.size()).isZero();
    }
}
