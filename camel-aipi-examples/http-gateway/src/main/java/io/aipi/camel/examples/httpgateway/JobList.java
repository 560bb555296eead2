/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.aipi.camel.AipiConstants;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import jakarta.annotation.PostConstruct;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The jobs of each owner, newest first, without their results: what the job store, which knows jobs by their ids, does not
 * list. A row is written before the submit and at the end of its job, by the routes.
 */
@Component("list")
public final class JobList {

    /**
     * A job in the list. What is null is left out.
     *
     * @param state {@code accepted} as long as nothing has been heard of the job here, then the server's word, at last {@code
     *     done} or {@code failed}
     * @param ended when it ended; null before
     * @param prompt how the prompt begins
     * @param conversation the sender's name for the conversation that it belongs to; null for none
     * @param progress per cent, or tokens
     * @param queuePosition its place in the model's queue
     * @param tokens how many the answer has; null where nobody has counted
     * @param error why it ended without a result
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(
            String id,
            String model,
            String state,
            Instant submitted,
            Instant ended,
            String prompt,
            String conversation,
            Double progress,
            Integer queuePosition,
            Integer tokens,
            Job.Failure error) {

        /** The same job, as it is now; {@code newest} is null if nothing has been heard of it here. */
        Entry as(Job newest) {
            return ended != null || newest == null
                    ? this
                    : new Entry(
                            id,
                            model,
                            newest.state(),
                            submitted,
                            null,
                            prompt,
                            conversation,
                            newest.progress(),
                            newest.queuePosition(),
                            null,
                            null);
        }
    }

    private static final String TABLE = """
            create table if not exists gateway_job (
              id varchar(64) not null primary key,
              owner varchar(255) not null,
              model varchar(300) not null,
              conversation varchar(64),
              prompt varchar(1000) not null,
              submitted bigint not null,
              ended bigint,
              tokens integer,
              error_type varchar(100),
              error varchar(1000),
              retryable boolean
            )""";

    private static final String INDEX =
            "create index if not exists gateway_job_owner on gateway_job (owner, submitted)";

    private static final int LONGEST_TEXT = 1000;

    /** A job that takes longer leaves the list. It is found under its URL all the same. */
    private static final Duration LONGEST_JOB = Duration.ofDays(7);

    /** After that a prompt is accepted, or will not be any more. */
    private static final Duration LONGEST_SUBMIT = Duration.ofHours(1);

    private final JdbcTemplate database;
    private final JobBoard board;
    private final Duration retention;
    private final Clock clock;

    JobList(JdbcTemplate database, JobBoard board, @Value("${gateway.retention}") Duration retention, Clock clock) {
        this.database = database;
        this.board = board;
        this.retention = retention;
        this.clock = clock;
    }

    @PostConstruct
    void createTable() {
        try {
            create();
        } catch (DataAccessException e) {
            // another instance may have been at the same statement
            create();
        }
    }

    private void create() {
        database.execute(TABLE);
        database.execute(INDEX);
    }

    /** The last jobs of an owner, those first that were sent last. */
    List<Entry> last(String owner, int limit) {
        return database.query(
                "select * from gateway_job where owner = ? and (ended is null or ended > ?)"
                        + " order by submitted desc, id limit ?",
                (row, number) -> entry(row),
                owner,
                clock.instant().minus(retention).toEpochMilli(),
                limit);
    }

    private static Entry entry(ResultSet row) throws SQLException {
        String errorType = row.getString("error_type");
        Long ended = row.getObject("ended", Long.class);
        return new Entry(
                row.getString("id"),
                row.getString("model"),
                ended == null ? "accepted" : errorType == null ? "done" : "failed",
                Instant.ofEpochMilli(row.getLong("submitted")),
                ended == null ? null : Instant.ofEpochMilli(ended),
                row.getString("prompt"),
                row.getString("conversation"),
                null,
                null,
                row.getObject("tokens", Integer.class),
                errorType == null
                        ? null
                        : new Job.Failure(errorType, row.getString("error"), row.getBoolean("retryable")));
    }

    // ---- called by routes

    /** The exchange is about to submit a job. If that fails, the job leaves the list. */
    public void submitted(Exchange exchange) {
        String id = JobBoard.id(exchange);
        String prompt = exchange.getMessage().getBody(AipiRequest.class).prompt();
        database.update(
                "insert into gateway_job (id, owner, model, conversation, prompt, submitted) values (?, ?, ?, ?, ?, ?)",
                id,
                exchange.getMessage().getHeader(JobBoard.OWNER, "", String.class),
                exchange.getVariable("model", String.class),
                exchange.getMessage().getHeader(JobBoard.CONVERSATION, String.class),
                beginning(prompt == null ? "" : prompt),
                clock.millis());
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onFailure(Exchange failed) {
                database.update("delete from gateway_job where id = ?", id);
            }
        });
    }

    /** The exchange tells of the end of a job. */
    public void ended(Exchange exchange) {
        JobResult result = exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class);
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        Job.Failure told = result == null && failure != null ? Problems.failure(failure) : null;
        database.update(
                "update gateway_job set ended = ?, tokens = ?, error_type = ?, error = ?, retryable = ? where id = ?",
                clock.millis(),
                result == null ? null : result.usage().completionTokens(),
                told == null ? null : told.type(),
                told == null ? null : beginning(told.reason()),
                told == null ? null : told.retryable(),
                JobBoard.id(exchange));
    }

    /**
     * Forgets the jobs that have ended long ago, and those that are not found under their URLs: the gateway was killed, or the
     * database was away, before the submit had succeeded or failed.
     */
    public void forget() {
        Instant now = clock.instant();
        long oldest = now.minus(retention).toEpochMilli();
        database.update(
                "delete from gateway_job where ended < ? or submitted < ?", oldest, oldest - LONGEST_JOB.toMillis());
        database
                .queryForList(
                        "select id from gateway_job where ended is null and submitted < ?",
                        String.class,
                        now.minus(LONGEST_SUBMIT).toEpochMilli())
                .stream()
                .filter(id -> !board.isStored(id))
                // it may have ended since
                .forEach(id -> database.update("delete from gateway_job where id = ? and ended is null", id));
    }

    /** In characters that each database takes: no halves of one, and no zero. */
    private static String beginning(String text) {
        String cut = text.substring(0, Math.min(text.length(), LONGEST_TEXT));
        return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replace('\0', ' ');
    }
}
