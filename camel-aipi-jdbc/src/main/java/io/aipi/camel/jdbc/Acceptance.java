/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.StoredJob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Stores jobs that a server has accepted. */
final class Acceptance {

    /** How often a row may come into the way of one that is inserted. */
    private static final int ATTEMPTS = 4;

    private final Transactions transactions;
    private final Dialect dialect;
    private final Sql sql;
    private final Instance instance;
    private final JobRows rows;
    private final JobParts parts;
    private final JobWriter writer;
    private final WriteBatcher batcher;
    private final Reservations reservations;
    private final Unconfirmed unconfirmed;
    private final BlockingWork blocking;

    Acceptance(
            Transactions transactions,
            Dialect dialect,
            Sql sql,
            Instance instance,
            JobRows rows,
            JobParts parts,
            JobWriter writer,
            WriteBatcher batcher,
            Reservations reservations,
            Unconfirmed unconfirmed,
            BlockingWork blocking) {
        this.transactions = transactions;
        this.dialect = dialect;
        this.sql = sql;
        this.instance = instance;
        this.rows = rows;
        this.parts = parts;
        this.writer = writer;
        this.batcher = batcher;
        this.reservations = reservations;
        this.unconfirmed = unconfirmed;
        this.blocking = blocking;
    }

    CompletableFuture<StoredJob> accept(StoredJob job, boolean claim) {
        Columns columns = new Columns(job);
        List<JobIdentity> names = List.of(
                JobIdentity.of(job.job()), JobIdentity.of(job.withoutRequestId().job()));
        names.forEach(unconfirmed::removeJob);
        String me = instance.id();
        String owner = claim ? me : null;
        boolean isReserved = columns.job.job().requestId() != null;
        return batcher.writeLater(isReserved ? overReservation(columns, owner, me) : insert(columns, owner))
                .exceptionallyCompose(failure -> dialect.isCausedByDuplicate(failure)
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(failure))
                .thenCompose(isStored -> isStored
                        ? CompletableFuture.completedFuture(columns.job)
                        : blocking.run(() -> acceptWherePossible(columns, owner, me)))
                .whenComplete((accepted, failure) -> {
                    if (failure == null) {
                        reservations.forget(columns.identity.key());
                    } else if (claim) {
                        // it may have been committed
                        names.forEach(unconfirmed::addJob);
                    }
                })
                .thenApply(accepted -> accepted.withOwner(owner));
    }

    private StoredJob acceptWherePossible(Columns columns, String owner, String me) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return transactions.run(connection -> acceptWherePossible(connection, columns, owner, me));
            } catch (SQLException e) {
                // one that was not there a moment before
                if (!dialect.isDuplicate(e) || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Where it is stored already, by a call that has thrown; else under its request id; else without it. */
    private StoredJob acceptWherePossible(Connection connection, Columns columns, String owner, String me)
            throws SQLException {
        JobRow present = rows.lock(connection, columns.identity.key());
        if (present == null) {
            writer.execute(connection, List.of(insert(columns, owner)));
            return columns.job;
        }
        if (columns.identity.isOf(present)) {
            return acceptAgain(connection, present, owner, me);
        }
        if (present.state() == RowState.RESERVED
                && (present.isOwnedBy(me) || !instance.isAlive(connection, present.owner()))) {
            acceptOver(connection, columns, owner);
            return columns.job;
        }
        if (columns.job.job().requestId() == null) {
            throw new IllegalStateException("Another job has the key of " + columns.job);
        }
        return acceptWherePossible(connection, columns.withoutRequestId(), owner, me);
    }

    private StoredJob acceptAgain(Connection connection, JobRow present, String owner, String me) throws SQLException {
        boolean isFree =
                present.owner() == null || !(present.isOwnedBy(me) || isOfSomebodyElse(connection, present.owner()));
        if (owner != null && isFree) {
            try (PreparedStatement statement = connection.prepareStatement(sql.own)) {
                new Parameters(statement, dialect).text(owner).text(present.key());
                statement.executeUpdate();
            }
        }
        return rows.decode(connection, present);
    }

    private boolean isOfSomebodyElse(Connection connection, String owner) throws SQLException {
        return RowState.NOBODY.equals(owner) || instance.isAlive(connection, owner);
    }

    private void acceptOver(Connection connection, Columns columns, String owner) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql.acceptOver)) {
            columns.bindAccepted(new Parameters(statement, dialect), owner);
            statement.executeUpdate();
        }
        parts.insert(connection, columns.identity.key(), columns.parts());
    }

    /** Inserts the job under a key of its own, in a transaction that is undone. */
    void probe(StoredJob job) throws SQLException {
        Columns columns = new Columns(job.withoutRequestId());
        transactions.runInVain(connection -> writer.execute(connection, List.of(insert(columns, null))));
    }

    private static Write insert(Columns columns, String owner) {
        return new Write(
                Write.Kind.INSERT,
                columns.identity.key(),
                parameters -> columns.bindInsert(parameters, owner),
                columns.parts(),
                columns.size());
    }

    private static Write overReservation(Columns columns, String owner, String reserver) {
        return new Write(
                Write.Kind.ACCEPT,
                columns.identity.key(),
                parameters -> columns.bindAccepted(parameters, owner).text(reserver),
                columns.parts(),
                columns.size());
    }

    /** A job as columns of its row. */
    private static final class Columns {

        private final StoredJob job;
        private final JobIdentity identity;
        private final EncodedRequest request;
        private final EncodedOutcome outcome;

        Columns(StoredJob job) {
            this(job, EncodedRequest.of(job.job()), EncodedOutcome.of(job.outcome()));
        }

        private Columns(StoredJob job, EncodedRequest request, EncodedOutcome outcome) {
            this.job = job;
            this.identity = JobIdentity.of(job.job());
            this.request = request;
            this.outcome = outcome;
        }

        Columns withoutRequestId() {
            return new Columns(job.withoutRequestId(), request, outcome);
        }

        List<JobParts.Part> parts() {
            List<JobParts.Part> parts = new ArrayList<>(JobParts.of(JobParts.REQUEST, request.parts()));
            parts.addAll(JobParts.of(JobParts.OUTCOME, outcome.parts()));
            return parts;
        }

        long size() {
            return request.size() + outcome.size();
        }

        Parameters bindInsert(Parameters parameters, String owner) throws SQLException {
            DetachedJob detached = job.job();
            parameters.name(detached.requestId()).name(detached.server()).name(detached.endpoint());
            return bindAccepted(parameters, owner);
        }

        /** Ends with the key. */
        Parameters bindAccepted(Parameters parameters, String owner) throws SQLException {
            // an outcome that came with the acceptance
            Instant ended = job.outcome() == null ? null : identity.submitted();
            return parameters
                    .name(identity.jobId())
                    .text(JobIdentity.ref(identity.jobId()))
                    .name(identity.exchangeId())
                    .text(outcome.state().name())
                    .time(identity.submitted())
                    .time(ended)
                    .text(owner)
                    .number(job.deliveries())
                    .text(request.headers())
                    .text(request.bodyType())
                    .bytes(request.body())
                    .text(outcome.type())
                    .text(outcome.json())
                    .number(size())
                    .text(identity.key());
        }
    }
}
