/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.StoredJob;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a started repository consists of. */
final class Jobs {

    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

    /** For the changes that are on their way. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

    final Reservations reservations;
    final Acceptance acceptance;
    final Outcomes outcomes;
    final Claims claims;
    final Maintenance maintenance;
    final Instance instance;

    private final Transactions transactions;
    private final JobRows rows;
    private final JobWriter writer;
    private final BlockingWork blocking = new BlockingWork();
    private final WriteBatcher batcher;
    private final Unconfirmed unconfirmed;

    private Jobs(DataSource dataSource, Dialect dialect, Sql sql, String instanceName) {
        transactions = new Transactions(dataSource, dialect);
        JobParts parts = new JobParts(dialect, sql);
        rows = new JobRows(dialect, sql, parts);
        writer = new JobWriter(transactions, dialect, parts, statements(sql));
        batcher = new WriteBatcher(writer, blocking);
        instance = new Instance(instanceName, dialect, sql);
        unconfirmed = new Unconfirmed(instance);
        reservations = new Reservations(transactions, dialect, sql, instance, rows, batcher, unconfirmed, blocking);
        acceptance = new Acceptance(
                transactions,
                dialect,
                sql,
                instance,
                rows,
                parts,
                writer,
                batcher,
                reservations,
                unconfirmed,
                blocking);
        outcomes = new Outcomes(transactions, dialect, sql, instance, rows, parts, batcher, blocking);
        claims = new Claims(transactions, dialect, sql, instance, rows, writer, unconfirmed);
        maintenance = new Maintenance(transactions, dialect, sql);
    }

    private static Map<Write.Kind, String> statements(Sql sql) {
        Map<Write.Kind, String> statements = new EnumMap<>(Write.Kind.class);
        statements.put(Write.Kind.RESERVE, sql.reserve);
        statements.put(Write.Kind.INSERT, sql.insert);
        statements.put(Write.Kind.ACCEPT, sql.accept);
        statements.put(Write.Kind.COMPLETE, sql.complete);
        statements.put(Write.Kind.DELIVER, sql.deliver);
        statements.put(Write.Kind.REMOVE, sql.expired == null ? sql.delete : sql.keepDelivered);
        statements.put(Write.Kind.RELEASE, sql.release);
        statements.put(Write.Kind.CANCEL, sql.cancel);
        return statements;
    }

    /** Makes the tables if it is asked to, and begins the instance's lease. */
    static Jobs start(
            DataSource dataSource, Duration lease, Duration retention, boolean createSchema, String instanceName)
            throws SQLException {
        Dialect dialect;
        try (Connection connection = dataSource.getConnection()) {
            dialect = Dialect.of(connection);
        }
        Jobs jobs = new Jobs(dataSource, dialect, new Sql(dialect, lease, retention), instanceName);
        Schema schema = new Schema(jobs.transactions, dialect);
        if (createSchema) {
            schema.create();
        }
        schema.check(
                "select 1 from aipi_job where job_key = ''",
                "select 1 from aipi_job_part where job_key = ''",
                "select 1 from aipi_instance where id = ''");
        jobs.transactions.run(connection -> {
            jobs.instance.register(connection);
            return null;
        });
        return jobs;
    }

    /** Ends the lease, so that others can claim at once what this instance has left. */
    void stop() {
        batcher.close(STOP_PATIENCE);
        blocking.close(STOP_PATIENCE);
        try {
            transactions.run(connection -> {
                instance.leave(connection);
                return null;
            });
        } catch (SQLException e) {
            LOG.warn("The claims of {} could not be given back; they end with its lease", instance.id(), e);
        }
    }

    String renew() throws SQLException {
        instance.renew(transactions);
        String owner = instance.id();
        try {
            unconfirmed.release(writer);
            maintenance.run();
        } catch (SQLException | RuntimeException e) {
            // the lease is what counts
            LOG.warn("Stored jobs could not be tidied up; this is retried", e);
        }
        return owner;
    }

    /** See {@link io.aipi.camel.store.JobRepository#check}. */
    void check() throws SQLException {
        transactions.run(connection -> {
            instance.touch(connection);
            return rows.find(connection, "");
        });
    }

    /** The row of a request id, and the job in it; null for none, and for a reservation. */
    StoredJob find(String server, String endpoint, String requestId) throws SQLException {
        String key = JobIdentity.column(server, endpoint, requestId);
        return transactions.run(connection -> {
            JobRow row = rows.find(connection, key);
            return row == null || row.state() == RowState.RESERVED ? null : rows.decode(connection, row);
        });
    }
}
