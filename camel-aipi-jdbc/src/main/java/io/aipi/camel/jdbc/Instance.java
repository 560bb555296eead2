/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.StoredJob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Who owns what this repository claims: a row with the end of its lease, by the database's clock. All that it owns is
 * extended, and lost, at once. An instance that has lost its lease goes on under another name.
 */
final class Instance {

    private static final int LONGEST_NAME = 60;

    private final String name;
    private final Dialect dialect;
    private final Sql sql;
    private volatile String id;

    /** {@code name} is for people. */
    Instance(String name, Dialect dialect, Sql sql) {
        this.name = name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("[^\\x21-\\x7e]", "?");
        this.dialect = dialect;
        this.sql = sql;
        this.id = newId();
    }

    private String newId() {
        return name + "-" + UUID.randomUUID();
    }

    /** The owner in the rows of what it has claimed. */
    String id() {
        return id;
    }

    /** The owner in the job's row, if it is the caller's. */
    String ownerOf(StoredJob job) {
        return job.owner() == null ? id : job.owner();
    }

    /** Begins its lease. */
    void register(Connection connection) throws SQLException {
        update(connection, sql.register, id);
    }

    /** Extends its lease, or begins another one, if that was over. Of many at once, all are told of the same one. */
    synchronized void renew(Transactions transactions) throws SQLException {
        String present = id;
        String next = newId();
        boolean isKept = transactions.run(connection -> {
            // a driver may count a lease that ends when it would have ended anyway as no change
            boolean isExtended = update(connection, sql.renew, present) > 0 || isAlive(connection, present);
            if (!isExtended) {
                update(connection, sql.register, next);
            }
            return isExtended;
        });
        if (!isKept) {
            id = next;
        }
    }

    /** Gives back what it owns, and ends its lease. */
    void leave(Connection connection) throws SQLException {
        update(connection, sql.deleteReservations, id);
        update(connection, sql.releaseAll, id);
        update(connection, sql.unregister, id);
    }

    /** Writes, and changes nothing. */
    void touch(Connection connection) throws SQLException {
        update(connection, sql.touch, id);
    }

    /** Whether an instance has a lease that is not over. */
    boolean isAlive(Connection connection, String instance) throws SQLException {
        return !texts(connection, sql.isAlive, instance).isEmpty();
    }

    /** Those whose leases are over, and who may still own something. */
    List<String> dead(Connection connection) throws SQLException {
        return texts(connection, sql.dead);
    }

    private int update(Connection connection, String update, String id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(update)) {
            new Parameters(statement, dialect).text(id);
            return statement.executeUpdate();
        }
    }

    private List<String> texts(Connection connection, String query, String... parameters) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            Parameters in = new Parameters(statement, dialect);
            for (String parameter : parameters) {
                in.text(parameter);
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    texts.add(row.getString(1));
                }
            }
        }
        return texts;
    }
}
