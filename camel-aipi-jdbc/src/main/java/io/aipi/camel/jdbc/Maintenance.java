/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.JobRepository;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What people ask for and do, and what is cleared away. */
final class Maintenance {

    /** After its lease an instance may still have a change on its way: so long its name is known. */
    static final Duration GRACE = Duration.ofHours(1);

    /** Jobs that nobody has claimed for so long are worth a word. */
    static final Duration A_WHILE = Duration.ofMinutes(1);

    static final int PURGED_AT_ONCE = 1000;

    /** Between two looks for what dead instances have left. */
    private static final Duration TIDY_INTERVAL = Duration.ofMinutes(5);

    /** How long it may take, since claims are renewed by the same thread. */
    private static final Duration PURGE_TIME = Duration.ofSeconds(1);

    private final Transactions transactions;
    private final Dialect dialect;
    private final Sql sql;
    private long tidiedNanos = System.nanoTime();

    Maintenance(Transactions transactions, Dialect dialect, Sql sql) {
        this.transactions = transactions;
        this.dialect = dialect;
        this.sql = sql;
    }

    /** What is to be done now and then. */
    void run() throws SQLException {
        purge(PURGE_TIME);
        if (isTimeToTidy()) {
            tidy();
        }
    }

    private synchronized boolean isTimeToTidy() {
        long now = System.nanoTime();
        if (now - tidiedNanos < TIDY_INTERVAL.toNanos()) {
            return false;
        }
        tidiedNanos = now;
        return true;
    }

    /** Forgets instances that have ended, and frees what they have left. */
    void tidy() throws SQLException {
        transactions.run(connection -> {
            for (String dead : texts(connection, sql.longDead)) {
                update(connection, sql.deleteReservations, dead);
                update(connection, sql.forget, dead);
            }
            // one that has stood still until its name was forgotten
            for (String unknown : texts(connection, sql.unknownOwners)) {
                update(connection, sql.deleteReservations, unknown);
                update(connection, sql.releaseAll, unknown);
            }
            return null;
        });
    }

    /** Deletes what was delivered before the retention, within this time; how many jobs. */
    long purge(Duration time) throws SQLException {
        long begin = System.nanoTime();
        long purged = 0;
        int last = sql.expired == null ? 0 : PURGED_AT_ONCE;
        while (last == PURGED_AT_ONCE && System.nanoTime() - begin < time.toNanos()) {
            last = transactions.run(this::purgeSome);
            purged += last;
        }
        return purged;
    }

    private int purgeSome(Connection connection) throws SQLException {
        List<String> keys = texts(connection, sql.expired);
        if (keys.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql.deleteDelivered)) {
            for (String key : keys) {
                new Parameters(statement, dialect).text(key);
                statement.addBatch();
            }
            statement.executeBatch();
        }
        return keys.size();
    }

    /** A parked job can be claimed again; false if there is none. */
    boolean retry(String key) throws SQLException {
        return transactions.run(connection -> update(connection, sql.retry, key) > 0);
    }

    /** Deletes a parked job; false if there is none. */
    boolean drop(String key) throws SQLException {
        return transactions.run(connection -> update(connection, sql.drop, key) > 0);
    }

    /** How many rows there are of each state. */
    Map<String, Long> counts() throws SQLException {
        return counts(sql.counts);
    }

    /** How many jobs of an endpoint there are. */
    JobRepository.Counts count(String server, String endpoint) throws SQLException {
        return transactions.run(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql.countOf)) {
                new Parameters(statement, dialect).name(server).name(endpoint);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return new JobRepository.Counts(row.getLong(1), row.getLong(2));
                }
            }
        });
    }

    /** How many jobs of each server nobody has claimed for a while. */
    Map<String, Long> unclaimed() throws SQLException {
        return counts(sql.unclaimed);
    }

    private Map<String, Long> counts(String query) throws SQLException {
        return transactions.run(connection -> {
            Map<String, Long> counts = new LinkedHashMap<>();
            try (PreparedStatement statement = connection.prepareStatement(query);
                    ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    counts.put(Names.decode(row.getString(1)), row.getLong(2));
                }
            }
            return counts;
        });
    }

    private static List<String> texts(Connection connection, String query) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                texts.add(row.getString(1));
            }
        }
        return texts;
    }

    private int update(Connection connection, String update, String parameter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(update)) {
            new Parameters(statement, dialect).text(parameter);
            return statement.executeUpdate();
        }
    }
}
