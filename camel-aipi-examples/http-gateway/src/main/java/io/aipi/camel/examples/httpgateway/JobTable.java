/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.client.ResultReader;
import io.aipi.client.model.JobResult;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * One row a job that has a URL, from before its submit until its result expires. It is what makes a URL last over a
 * restart. The jobs themselves are followed by the component, out of its own table.
 *
 * <p>The SQL is what H2 and PostgreSQL have in common.
 */
final class JobTable {

    private final JdbcTemplate sql;

    JobTable(DataSource database) {
        sql = new JdbcTemplate(database);
    }

    void add(String id, String model, Instant now) {
        sql.update("insert into gateway_jobs (id, model, created) values (?, ?, ?)", id, model, now.toEpochMilli());
    }

    void remove(String id) {
        sql.update("delete from gateway_jobs where id = ?", id);
    }

    Optional<Job> find(String id) {
        return sql.query("select * from gateway_jobs where id = ?", (row, number) -> job(row), id).stream()
                .findFirst();
    }

    private static Job job(ResultSet row) throws SQLException {
        String id = row.getString("id");
        String model = row.getString("model");
        String result = row.getString("result");
        String errorType = row.getString("error_type");
        if (result != null) {
            return Job.done(id, model, ResultReader.read(model, null, result));
        }
        return errorType == null
                ? Job.accepted(id, model)
                : Job.failed(
                        id,
                        model,
                        new Job.Failure(errorType, row.getString("error_reason"), row.getBoolean("retryable")));
    }

    /** The result itself, with its files. */
    Optional<JobResult> result(String id) {
        return sql
                .query(
                        "select model, result from gateway_jobs where id = ? and result is not null",
                        (row, number) -> ResultReader.read(row.getString("model"), null, row.getString("result")),
                        id)
                .stream()
                .findFirst();
    }

    /** Of an outcome that is delivered twice, the first stays: it may have been read. */
    void end(String id, JobResult result, Job.Failure failure, Instant now) {
        sql.update(
                "update gateway_jobs set ended = ?, result = ?, error_type = ?, error_reason = ?, retryable = ?"
                        + " where id = ? and ended is null",
                now.toEpochMilli(),
                result == null ? null : result.toJson(),
                failure == null ? null : failure.type(),
                failure == null ? null : failure.reason(),
                failure == null ? null : failure.retryable(),
                id);
    }

    /** Removes what ended, and what was submitted and never ended, before these times. */
    void expire(Instant endedBefore, Instant createdBefore) {
        sql.update(
                "delete from gateway_jobs where ended < ? or (ended is null and created < ?)",
                endedBefore.toEpochMilli(),
                createdBefore.toEpochMilli());
    }

    /** Removes the oldest of the ended ones beyond this number. */
    void keepNewest(int most) {
        sql.update(
                "delete from gateway_jobs where ended is not null and id not in"
                        + " (select id from gateway_jobs where ended is not null order by ended desc limit ?)",
                most);
    }
}
