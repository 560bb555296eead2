/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.client.spi.CompletionExceptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/** What databases say in different words. */
enum Dialect {
    POSTGRESQL("now()", Types.TIMESTAMP_WITH_TIMEZONE) {
        @Override
        String nowPlus(Duration time) {
            return "now() + interval '" + time.toMillis() + " milliseconds'";
        }

        @Override
        String lock(String name) {
            return "select pg_advisory_xact_lock(hashtext('" + name + "'))";
        }

        @Override
        String insertIfAbsent(String table, String columns, String values, String key) {
            return "insert into " + table + " (" + columns + ") values (" + values + ") on conflict (" + key
                    + ") do nothing";
        }
    },

    H2("current_timestamp", Types.TIMESTAMP_WITH_TIMEZONE) {
        @Override
        String nowPlus(Duration time) {
            return "dateadd(millisecond, " + time.toMillis() + ", current_timestamp)";
        }

        @Override
        String insertIfAbsent(String table, String columns, String values, String key) {
            return "merge into " + table + " t using (select cast(? as varchar) as k) s on t." + key
                    + " = s.k when not matched then insert (" + columns + ") values ("
                    + values.replaceFirst("\\?", "s.k") + ")";
        }
    },

    /** MariaDB, too. Times are UTC. */
    MYSQL("utc_timestamp(3)", Types.TIMESTAMP) {
        @Override
        String nowPlus(Duration time) {
            return "timestampadd(microsecond, " + time.toMillis() * 1000 + ", utc_timestamp(3))";
        }

        @Override
        String lock(String name) {
            return "select get_lock('" + name + "', 60)";
        }

        @Override
        String unlock(String name) {
            return "select release_lock('" + name + "')";
        }

        @Override
        String insertIfAbsent(String table, String columns, String values, String key) {
            return "insert ignore into " + table + " (" + columns + ") values (" + values + ")";
        }

        /** Under its usual level, what a statement has looked at in vain stays locked. */
        @Override
        void prepare(Connection connection) throws SQLException {
            if (connection.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        }

        @Override
        void setTime(PreparedStatement statement, int index, Instant time) throws SQLException {
            if (time == null) {
                super.setTime(statement, index, null);
            } else {
                statement.setObject(index, LocalDateTime.ofInstant(time, ZoneOffset.UTC));
            }
        }

        @Override
        Instant getTime(ResultSet row, String column) throws SQLException {
            LocalDateTime time = row.getObject(column, LocalDateTime.class);
            return time == null ? null : time.toInstant(ZoneOffset.UTC);
        }

        @Override
        boolean isDuplicate(SQLException e) {
            return e.getErrorCode() == MYSQL_DUPLICATE;
        }
    };

    private static final String UNIQUE_VIOLATION = "23505";
    private static final int MYSQL_DUPLICATE = 1062;

    private final String now;
    private final int timeType;

    Dialect(String now, int timeType) {
        this.now = now;
        this.timeType = timeType;
    }

    /**
     * That of a connection's database.
     *
     * @throws IllegalStateException if there is none for it
     */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product.toLowerCase(Locale.ROOT)) {
            case "postgresql" -> POSTGRESQL;
            case "h2" -> H2;
            case "mysql", "mariadb" -> MYSQL;
            default ->
                throw new IllegalStateException(
                        "Jobs and conversations can be stored in PostgreSQL, H2, MySQL and MariaDB, and not in "
                                + product + ": use another DataSource");
        };
    }

    /** In which folder its scripts are. */
    String folder() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The database's time. */
    String now() {
        return now;
    }

    /** The database's time after this one has passed, which is negative for the past. */
    abstract String nowPlus(Duration time);

    /**
     * An insert that does nothing if there is a row of this key, the first of the columns. The values of the columns are SQL,
     * that of the key a parameter.
     */
    abstract String insertIfAbsent(String table, String columns, String values, String key);

    /** A query that waits until nobody else has this lock; null if there is none. */
    String lock(String name) {
        return null;
    }

    /** A query that ends what {@link #lock} has begun; null if it ends with the transaction. */
    String unlock(String name) {
        return null;
    }

    /** Makes the connection ready for a transaction. */
    void prepare(Connection connection) throws SQLException {
        // as it comes
    }

    void setTime(PreparedStatement statement, int index, Instant time) throws SQLException {
        if (time == null) {
            statement.setNull(index, timeType);
        } else {
            statement.setObject(index, OffsetDateTime.ofInstant(time, ZoneOffset.UTC));
        }
    }

    Instant getTime(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** Whether there is a row with this key already. */
    boolean isDuplicate(SQLException e) {
        return UNIQUE_VIOLATION.equals(e.getSQLState());
    }

    /** Of the failure of a future. */
    boolean isCausedByDuplicate(Throwable failure) {
        return CompletionExceptions.unwrap(failure) instanceof SQLException refused && isDuplicate(refused);
    }
}
