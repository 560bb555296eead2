/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.JobRepository.Reservation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Who submits the request of a request id. */
final class Reservations {

    /** How often a row may come and go while somebody asks for it. */
    private static final int ATTEMPTS = 5;

    /** Lengths of columns. */
    private static final int LONGEST_SERVER = 400;

    private static final int LONGEST_ENDPOINT = 300;

    private final Transactions transactions;
    private final Dialect dialect;
    private final Sql sql;
    private final Instance instance;
    private final JobRows rows;
    private final WriteBatcher batcher;
    private final Unconfirmed unconfirmed;
    private final BlockingWork blocking;
    /**
     * What this instance has reserved: keys, and a token that the row has in the place of the exchange's id. It tells the
     * reservation from another one of this instance.
     */
    private final Map<String, String> tokens = new ConcurrentHashMap<>();

    Reservations(
            Transactions transactions,
            Dialect dialect,
            Sql sql,
            Instance instance,
            JobRows rows,
            WriteBatcher batcher,
            Unconfirmed unconfirmed,
            BlockingWork blocking) {
        this.transactions = transactions;
        this.dialect = dialect;
        this.sql = sql;
        this.instance = instance;
        this.rows = rows;
        this.batcher = batcher;
        this.unconfirmed = unconfirmed;
        this.blocking = blocking;
    }

    CompletableFuture<Reservation> reserve(String server, String endpoint, String requestId) {
        checkLength("server", server, LONGEST_SERVER);
        checkLength("endpoint", endpoint, LONGEST_ENDPOINT);
        String key = JobIdentity.column(server, endpoint, requestId);
        String owner = instance.id();
        String token = UUID.randomUUID().toString();
        Write reserve = new Write(
                Write.Kind.RESERVE,
                key,
                parameters -> parameters
                        .text(key)
                        .name(server)
                        .name(endpoint)
                        .name(requestId)
                        .text(token)
                        .text(owner));
        return batcher.writeLater(reserve)
                .thenCompose(isInserted -> isInserted
                        ? CompletableFuture.completedFuture(reserved(key, token))
                        : blocking.run(() -> present(reserve, key, owner, token)))
                // H2 looks first, and inserts then: somebody else may do it in between
                .exceptionallyCompose(failure -> dialect.isCausedByDuplicate(failure)
                        ? blocking.run(() -> present(reserve, key, owner, token))
                        : CompletableFuture.failedFuture(failure))
                .whenComplete((reservation, failure) -> {
                    if (failure != null) {
                        // it may have been committed
                        unconfirmed.addReservation(key, token);
                    }
                });
    }

    private Reservation present(Write reserve, String key, String owner, String token) throws SQLException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Reservation present = transactions.run(connection -> present(connection, key, owner, token));
            if (present == null && isInserted(reserve)) {
                present = reserved(key, token);
            }
            if (present != null) {
                return present;
            }
        }
        return new Reservation.Pending();
    }

    private boolean isInserted(Write reserve) throws SQLException {
        try {
            return batcher.write(reserve);
        } catch (SQLException e) {
            if (dialect.isDuplicate(e)) {
                return false;
            }
            throw e;
        }
    }

    private Reservation reserved(String key, String token) {
        tokens.put(key, token);
        return new Reservation.Reserved();
    }

    /** MySQL would cut it off: the statement ignores failures. */
    private static void checkLength(String name, String value, int longest) {
        if (value.length() > longest) {
            throw new IllegalArgumentException(
                    "The name of the " + name + " has more than " + longest + " characters: it cannot be stored");
        }
    }

    /** What there is under the key; null for nothing any more. */
    private Reservation present(Connection connection, String key, String owner, String token) throws SQLException {
        JobRow row = rows.find(connection, key);
        if (row == null) {
            return null;
        }
        if (row.state() != RowState.RESERVED) {
            return new Reservation.Taken(rows.decode(connection, row));
        }
        if (row.isOwnedBy(owner)) {
            // of a call that has thrown
            return unconfirmed.removeReservation(row.exchangeId())
                    ? reserved(key, row.exchangeId())
                    : new Reservation.Pending();
        }
        return takeFromTheDead(connection, row, owner, token) ? reserved(key, token) : new Reservation.Pending();
    }

    private boolean takeFromTheDead(Connection connection, JobRow row, String owner, String token) throws SQLException {
        // an update would lock the row of a living one: many who ask for it meet in deadlocks on MariaDB
        if (instance.isAlive(connection, row.owner())) {
            return false;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql.takeReservation)) {
            new Parameters(statement, dialect)
                    .text(owner)
                    .text(token)
                    .text(row.key())
                    .text(row.owner());
            return statement.executeUpdate() > 0;
        }
    }

    void cancel(String server, String endpoint, String requestId) throws SQLException {
        String key = JobIdentity.column(server, endpoint, requestId);
        String token = tokens.remove(key);
        if (token == null) {
            return;
        }
        try {
            batcher.write(cancellation(key, instance.id(), token));
        } catch (Throwable e) {
            unconfirmed.addReservation(key, token);
            throw e;
        }
    }

    /** The reservation of this key has become a job. */
    void forget(String key) {
        tokens.remove(key);
    }

    /** Ends a reservation. */
    static Write cancellation(String key, String owner, String token) {
        return new Write(
                Write.Kind.CANCEL,
                key,
                parameters -> parameters.text(key).text(owner).text(token));
    }
}
