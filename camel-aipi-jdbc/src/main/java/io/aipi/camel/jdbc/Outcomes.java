/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** How jobs have ended, from then on until a route has taken it. */
final class Outcomes {

    private final Transactions transactions;
    private final Dialect dialect;
    private final Sql sql;
    private final Instance instance;
    private final JobRows rows;
    private final JobParts parts;
    private final WriteBatcher batcher;
    private final BlockingWork blocking;

    Outcomes(
            Transactions transactions,
            Dialect dialect,
            Sql sql,
            Instance instance,
            JobRows rows,
            JobParts parts,
            WriteBatcher batcher,
            BlockingWork blocking) {
        this.transactions = transactions;
        this.dialect = dialect;
        this.sql = sql;
        this.instance = instance;
        this.rows = rows;
        this.parts = parts;
        this.batcher = batcher;
        this.blocking = blocking;
    }

    CompletableFuture<StoredJob> complete(StoredJob job) {
        JobIdentity identity = JobIdentity.of(job.job());
        EncodedOutcome outcome = EncodedOutcome.of(job.outcome());
        String me = instance.ownerOf(job);
        Write complete = new Write(
                Write.Kind.COMPLETE,
                identity.key(),
                parameters -> bind(parameters.text(outcome.state().name()), outcome)
                        .row(identity)
                        .text(me),
                JobParts.of(JobParts.OUTCOME, outcome.parts()),
                outcome.size());
        return batcher.writeLater(complete)
                .thenCompose(isChanged -> isChanged
                        ? CompletableFuture.completedFuture(job)
                        : blocking.run(() ->
                                transactions.run(connection -> completeOfWhomever(connection, identity, outcome, me))));
    }

    private StoredJob completeOfWhomever(Connection connection, JobIdentity identity, EncodedOutcome outcome, String me)
            throws SQLException {
        JobRow row = rows.lock(connection, identity.key());
        if (row == null || !identity.isOf(row) || row.state() == RowState.DELIVERED) {
            return null;
        }
        if (takesPlaceOf(row, outcome)) {
            RowState state = row.state() == RowState.PARKED ? RowState.PARKED : outcome.state();
            replace(connection, row.key(), sql.replaceOutcome, outcome, parameters -> parameters.text(state.name()));
        }
        return row.isOwnedBy(me)
                ? rows.decode(connection, rows.find(connection, row.key())).withOwner(me)
                : null;
    }

    private static boolean takesPlaceOf(JobRow row, EncodedOutcome outcome) {
        return row.outcomeType() == null
                || (EncodedOutcome.LOST.equals(row.outcomeType()) && EncodedOutcome.RESULT.equals(outcome.type()));
    }

    /** The statement's parameters are these, those of the outcome, and the key. */
    private void replace(
            Connection connection, String key, String update, EncodedOutcome outcome, Parameters.Binder first)
            throws SQLException {
        parts.delete(connection, key, JobParts.OUTCOME);
        try (PreparedStatement statement = connection.prepareStatement(update)) {
            Parameters parameters = new Parameters(statement, dialect);
            first.bind(parameters);
            bind(parameters, outcome).text(key);
            statement.executeUpdate();
        }
        parts.insert(connection, key, JobParts.of(JobParts.OUTCOME, outcome.parts()));
    }

    private static Parameters bind(Parameters parameters, EncodedOutcome outcome) throws SQLException {
        return parameters.text(outcome.type()).text(outcome.json()).number(outcome.size());
    }

    boolean deliver(StoredJob job) throws SQLException {
        JobIdentity identity = JobIdentity.of(job.job());
        String me = instance.ownerOf(job);
        Write deliver = new Write(
                Write.Kind.DELIVER,
                identity.key(),
                parameters -> parameters.number(job.deliveries()).row(identity).text(me));
        return batcher.write(deliver) || transactions.run(connection -> deliverPending(connection, identity, job, me));
    }

    /** With its outcome, which is not stored yet. */
    private boolean deliverPending(Connection connection, JobIdentity identity, StoredJob job, String me)
            throws SQLException {
        JobRow row = rows.lock(connection, identity.key());
        if (row == null || !identity.isOf(row) || !row.isOwnedBy(me)) {
            return false;
        }
        if (row.outcomeType() == null && job.outcome() != null) {
            EncodedOutcome outcome = EncodedOutcome.of(job.outcome());
            replace(
                    connection,
                    row.key(),
                    sql.replaceOutcome,
                    outcome,
                    parameters -> parameters.text(outcome.state().name()));
        }
        try (PreparedStatement statement = connection.prepareStatement(sql.deliverPending)) {
            new Parameters(statement, dialect).number(job.deliveries()).text(row.key());
            statement.executeUpdate();
        }
        return true;
    }

    CompletableFuture<Boolean> remove(StoredJob job) {
        JobIdentity identity = JobIdentity.of(job.job());
        String me = instance.ownerOf(job);
        return batcher.writeLater(new Write(
                Write.Kind.REMOVE,
                identity.key(),
                parameters -> parameters.row(identity).text(me)));
    }

    void park(StoredJob job) throws SQLException {
        JobIdentity identity = JobIdentity.of(job.job());
        EncodedOutcome outcome = EncodedOutcome.of(job.outcome());
        String me = instance.ownerOf(job);
        transactions.run(connection -> {
            JobRow row = rows.lock(connection, identity.key());
            if (row != null && identity.isOf(row) && row.isOwnedBy(me)) {
                park(connection, row, job.deliveries(), outcome);
            }
            return null;
        });
    }

    private void park(Connection connection, JobRow row, int deliveries, EncodedOutcome outcome) throws SQLException {
        // a result that is there stays: it is the same one, or the only one
        boolean isStored = outcome.type() == null
                || EncodedOutcome.RESULT.equals(row.outcomeType())
                || Objects.equals(row.outcome(), outcome.json());
        if (!isStored) {
            replace(connection, row.key(), sql.parkOutcome, outcome, parameters -> parameters.number(deliveries));
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql.park)) {
            new Parameters(statement, dialect).number(deliveries).text(row.key());
            statement.executeUpdate();
        }
    }

    void unpark(String server, String endpoint) throws SQLException {
        transactions.run(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql.unpark)) {
                new Parameters(statement, dialect).name(server).name(endpoint);
                return statement.executeUpdate();
            }
        });
    }

    /** Of jobs that this instance has claimed, it finds out by itself. */
    void lapse(String server, String jobId) throws SQLException {
        transactions.run(connection -> {
            for (String key : lapsing(connection, server, jobId)) {
                JobRow row = rows.lock(connection, key);
                if (row != null && row.state() == RowState.ACCEPTED && jobId.equals(row.jobId())) {
                    EncodedOutcome lapsed = EncodedOutcome.of(JobOutcome.lapsed(nameOnly(row)));
                    replace(
                            connection,
                            key,
                            sql.replaceOutcome,
                            lapsed,
                            parameters -> parameters.text(lapsed.state().name()));
                }
            }
            return null;
        });
    }

    private List<String> lapsing(Connection connection, String server, String jobId) throws SQLException {
        List<String> keys = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql.lapsing)) {
            new Parameters(statement, dialect)
                    .name(server)
                    .text(JobIdentity.ref(jobId))
                    .text(instance.id());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    keys.add(row.getString(1));
                }
            }
        }
        return keys;
    }

    private static DetachedJob nameOnly(JobRow row) {
        return new DetachedJob(
                row.server(), row.endpoint(), row.jobId(), null, Instant.EPOCH, row.exchangeId(), Map.of(), null);
    }
}
