/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what belongs together: all of it has happened, or nothing. */
final class Transactions {

    /** What is done in a transaction. Done again from its beginning, it does the same. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    /** SQL's class for what a database has given up for another transaction's sake. */
    private static final String ROLLED_BACK = "40";

    private static final String CONNECTION = "08";

    /** "Transaction resolution unknown". */
    private static final String UNKNOWN = "08007";

    /** PostgreSQL's class for a server that shuts down. */
    private static final String OPERATOR = "57P";

    private final DataSource dataSource;
    private final Dialect dialect;

    Transactions(DataSource dataSource, Dialect dialect) {
        this.dataSource = dataSource;
        this.dialect = dialect;
    }

    /** Runs the work, once more if it was in another transaction's way. */
    <T> T run(Work<T> work) throws SQLException {
        try {
            return runOnce(work, true);
        } catch (SQLException e) {
            if (!isRolledBack(e)) {
                throw e;
            }
            LOG.debug("A transaction was rolled back for another one: {}", e.getMessage());
            return runOnce(work, true);
        }
    }

    /** Runs the work, and undoes it. */
    void runInVain(Work<?> work) throws SQLException {
        runOnce(work, false);
    }

    private <T> T runOnce(Work<T> work, boolean isKept) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            dialect.prepare(connection);
            boolean usual = connection.getAutoCommit();
            if (usual) {
                connection.setAutoCommit(false);
            }
            T result;
            try {
                result = work.run(connection);
                if (isKept) {
                    commit(connection);
                } else {
                    connection.rollback();
                }
            } catch (Throwable e) {
                rollBack(connection, e);
                throw e;
            } finally {
                if (usual) {
                    restore(connection);
                }
            }
            return result;
        }
    }

    private static void commit(Connection connection) throws SQLException {
        try {
            connection.commit();
        } catch (SQLException e) {
            if (isRolledBack(e) || isConnectionLost(e)) {
                throw e;
            }
            throw new SQLException("It is not known whether the transaction was committed", UNKNOWN, e);
        }
    }

    private static void rollBack(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** What has been committed must not look as if it was not. */
    private static void restore(Connection connection) {
        try {
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            LOG.debug("A connection is broken after its transaction: {}", e.getMessage());
        }
    }

    /** Whether the transaction was in another one's way. */
    static boolean isRolledBack(SQLException e) {
        return hasState(e, ROLLED_BACK);
    }

    /** Whether the database cannot be reached, so that the next one fails as well. */
    static boolean isConnectionLost(Throwable e) {
        return e instanceof SQLTransientConnectionException
                || e instanceof SQLNonTransientConnectionException
                || e instanceof SQLRecoverableException
                || (e instanceof SQLException sql && (hasState(sql, CONNECTION) || hasState(sql, OPERATOR)));
    }

    private static boolean hasState(SQLException e, String beginning) {
        return e.getSQLState() != null && e.getSQLState().startsWith(beginning);
    }
}
