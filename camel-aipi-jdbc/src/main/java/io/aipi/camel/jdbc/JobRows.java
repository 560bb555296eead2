/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobCodec;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads jobs from their rows. */
final class JobRows {

    private final Dialect dialect;
    private final Sql sql;
    private final JobParts parts;

    JobRows(Dialect dialect, Sql sql, JobParts parts) {
        this.dialect = dialect;
        this.sql = sql;
        this.parts = parts;
    }

    /** The row of a key; null for none. */
    JobRow find(Connection connection, String key) throws SQLException {
        return first(query(connection, sql.byKey, List.of(key)));
    }

    /** The row of a key, which nobody else changes until the transaction ends; null for none. */
    JobRow lock(Connection connection, String key) throws SQLException {
        return first(query(connection, sql.byKeyForUpdate, List.of(key)));
    }

    /** The rows of keys, in any order. */
    List<JobRow> findAll(Connection connection, List<String> keys) throws SQLException {
        return query(connection, Sql.byKeys(keys.size()), keys);
    }

    private static JobRow first(List<JobRow> rows) {
        return rows.isEmpty() ? null : rows.get(0);
    }

    private List<JobRow> query(Connection connection, String query, List<String> keys) throws SQLException {
        List<JobRow> rows = new ArrayList<>(keys.size());
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            Parameters parameters = new Parameters(statement, dialect);
            for (String key : keys) {
                parameters.text(key);
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.add(read(row));
                }
            }
        }
        return rows;
    }

    private JobRow read(ResultSet row) throws SQLException {
        return new JobRow(
                row.getString("job_key"),
                Names.decode(row.getString("server")),
                Names.decode(row.getString("endpoint")),
                Names.decode(row.getString("job_id")),
                Names.decode(row.getString("request_id")),
                Names.decode(row.getString("exchange_id")),
                RowState.valueOf(row.getString("state")),
                dialect.getTime(row, "submitted"),
                row.getString("owner"),
                row.getInt("deliveries"),
                row.getString("headers"),
                row.getString("body_type"),
                row.getBytes("body"),
                row.getString("outcome_type"),
                row.getString("outcome"));
    }

    /**
     * The job of a row, with what is in parts.
     *
     * @throws RuntimeException if it is nothing that this module has written
     */
    StoredJob decode(Connection connection, JobRow row) throws SQLException {
        JsonDecoder.Source request = arrays -> parts.fill(connection, row.key(), JobParts.REQUEST, arrays);
        @SuppressWarnings("unchecked") // maps come back as what they were
        Map<String, Object> headers =
                (Map<String, Object>) JobCodec.decodeValue(JsonDecoder.decode(row.headers(), request));
        DetachedJob job = new DetachedJob(
                row.server(),
                row.endpoint(),
                row.jobId(),
                row.requestId(),
                row.submitted(),
                row.exchangeId(),
                headers,
                body(row, request));
        JobOutcome outcome = null;
        if (row.outcomeType() != null) {
            JsonDecoder.Source result = arrays -> parts.fill(connection, row.key(), JobParts.OUTCOME, arrays);
            outcome =
                    EncodedOutcome.decode(row.endpoint(), row.outcomeType(), JsonDecoder.decode(row.outcome(), result));
        }
        return new StoredJob(job, outcome, row.deliveries());
    }

    private static Object body(JobRow row, JsonDecoder.Source source) throws SQLException {
        if (row.bodyType() == null) {
            return null;
        }
        return switch (row.bodyType()) {
            case EncodedRequest.BYTES -> row.body();
            case EncodedRequest.TEXT -> new String(row.body(), StandardCharsets.UTF_8);
            case EncodedRequest.JSON ->
                JobCodec.decodeValue(JsonDecoder.decode(new String(row.body(), StandardCharsets.UTF_8), source));
            default -> throw new IllegalArgumentException("A body of an unknown type: " + row.bodyType());
        };
    }
}
