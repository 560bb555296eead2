/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.jdbc.JdbcJobRepository;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.model.JobResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the gateway tells of what is stored. */
class JobBoardTest {

    /** Counts the reads of jobs. */
    private static final class CountingRepository extends JdbcJobRepository {
        private final AtomicInteger reads = new AtomicInteger();

        CountingRepository(DataSource database) {
            super(database);
        }

        @Override
        public Optional<StoredJob> find(String server, String endpoint, String requestId) {
            reads.incrementAndGet();
            return super.find(server, endpoint, requestId);
        }
    }

    private static final Instant SUBMITTED = Instant.parse("2026-01-02T03:04:05Z");

    private CountingRepository jobs;
    private JobBoard board;

    @BeforeEach
    void start() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        jobs = new CountingRepository(database);
        jobs.setRetention(Duration.ofHours(24));
        jobs.start();
        board = new JobBoard(jobs, "HTTP://Server:80/", List.of("chat", "", "image"));
    }

    @AfterEach
    void stop() {
        jobs.stop();
    }

    private StoredJob accepted(String model, String id, Map<String, Object> headers) {
        DetachedJob job = new DetachedJob("http://server", model, "job-of-" + id, id, SUBMITTED, "e", headers, "?");
        return jobs.accept(new StoredJob(job, null, 0), true);
    }

    private StoredJob accepted(String model, String id) {
        return accepted(model, id, Map.of(JobBoard.ID, id));
    }

    private static JobOutcome done(String text) {
        return new JobOutcome.Done(
                new JobResult("chat", null, text, List.of(), null, null, null, null, Map.of("text", text)));
    }

    @Test
    void aJobOfAnyModelIsFound_andItsEndAfterItWasRouted() {
        accepted("image", "open");
        StoredJob well = jobs.complete(accepted("chat", "well").withOutcome(done("Hello")));
        StoredJob badly = jobs.complete(accepted("chat", "badly")
                .withOutcome(new JobOutcome.Failed(
                        new JobFailedException("Out of memory", ErrorContext.of("chat", "job-of-badly")))));
        jobs.remove(well);
        jobs.remove(badly);

        assertThat(board.find("open", ""))
                .contains(Job.accepted("open", "image").from(SUBMITTED, null));
        assertThat(board.find("well", ""))
                .hasValueSatisfying(job -> assertThat(job.result().text()).isEqualTo("Hello"));
        assertThat(board.result("well", ""))
                .hasValueSatisfying(result -> assertThat(result.text()).isEqualTo("Hello"));
        assertThat(board.find("badly", ""))
                .contains(Job.failed("badly", "chat", new Job.Failure("JobFailedException", "Out of memory", false))
                        .from(SUBMITTED, null));
        assertThat(board.result("badly", "")).isEmpty();
        assertThat(board.result("open", "")).isEmpty();
    }

    @Test
    void aJobOfSomebodyElseIsNotFound() {
        accepted("chat", "order-1", Map.of());
        accepted("chat", "order-2", Map.of(JobBoard.ID, "other"));
        accepted("secret", "other");
        accepted("chat", "hers", Map.of(JobBoard.ID, "hers", JobBoard.OWNER, "alice"));

        assertThat(Stream.of("order-1", "order-2", "other", "nothing", "hers").map(id -> board.find(id, "")))
                .allMatch(job -> job.isEmpty());
        assertThat(board.find("hers", "bob")).isEmpty();
        assertThat(board.find("hers", "alice")).isPresent();
    }

    @Test
    void idsAreLongAndNeverTheSame() {
        List<String> ids = Stream.generate(board::newId).limit(100).toList();

        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[-_A-Za-z0-9]{32}"));
    }

    @Test
    void whoWatchesIsToldOfAnEndThatAnotherInstanceHasStored() {
        StoredJob job = accepted("chat", "job");
        List<String> states = new CopyOnWriteArrayList<>();
        board.watch("job", "").map(Job::state).subscribe(states::add);
        board.look();
        assertThat(states).containsExactly("accepted");

        jobs.complete(job.withOutcome(done("Hello")));
        board.look();

        assertThat(states).containsExactly("accepted", "done");
        assertThat(board.live().size()).isZero();
    }

    @Test
    void progressIsToldWithoutTheStore_toAllWhoWatch() {
        StoredJob job = accepted("chat", "job", Map.of(JobBoard.ID, "job", JobBoard.CONVERSATION, "ours"));
        List<Job> told = new CopyOnWriteArrayList<>();
        int watchers = 5;
        for (int i = 0; i < watchers; i++) {
            board.watch("job", "").subscribe(told::add);
        }
        int reads = jobs.reads.get();
        assertThat(told).hasSize(watchers);

        for (int tokens = 1; tokens <= 10; tokens++) {
            progress("job", tokens);
        }

        assertThat(jobs.reads).hasValue(reads);
        assertThat(told).hasSize(watchers * 11).allSatisfy(shown -> {
            assertThat(shown.submitted()).isEqualTo(SUBMITTED);
            assertThat(shown.conversation()).isEqualTo("ours");
        });
        jobs.complete(job.withOutcome(done("Hello")));
        board.live().ended("job");
        assertThat(told.subList(told.size() - watchers, told.size())).allSatisfy(end -> {
            assertThat(end.result().text()).isEqualTo("Hello");
            assertThat(end.conversation()).isEqualTo("ours");
        });
        assertThat(board.live().size()).isZero();
    }

    @Test
    void whoComesWhileAJobRunsIsToldWhereItComesFrom() {
        accepted("chat", "job");
        progress("job", 3);
        List<Job> told = new CopyOnWriteArrayList<>();

        board.watch("job", "").subscribe(told::add);

        assertThat(told).hasSize(1);
        assertThat(told.get(0).progress()).isEqualTo(3);
        assertThat(told.get(0).submitted()).isEqualTo(SUBMITTED);
    }

    private void progress(String id, double tokens) {
        Job job = new Job(id, "chat", "processing", null, null, tokens, 0, null, null, null, null, null);
        board.live().progress(job, List.of());
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
        live.progress(Job.accepted("job", "chat"), List.of());
        live.unwatch("job", watcher);
        assertThat(live.newest("job")).isNotNull();
        live.watch("job", watcher);
        live.ended("job");
        assertThat(told).hasValue(2);
        assertThat(live.size()).isZero();
    }
}
