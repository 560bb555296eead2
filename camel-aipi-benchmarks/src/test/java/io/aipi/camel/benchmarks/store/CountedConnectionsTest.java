/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CountedConnectionsTest {

    private final StoreMeter meter = new StoreMeter();
    private HikariDataSource pool;
    private DataSource counted;

    @BeforeEach
    void makeATable() throws SQLException {
        pool = new HikariDataSource();
        pool.setJdbcUrl("jdbc:h2:mem:");
        pool.setMaximumPoolSize(1);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table numbers (n integer)");
        }
        counted = CountedConnections.of(pool, meter);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private void check(long statements, long roundTrips, long transactions) {
        assertThat(meter.counts()).isEqualTo(new StoreCounts(statements, roundTrips, transactions, 0, 0, 0));
    }

    private static void insert(Connection connection, int count) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("insert into numbers values (?)")) {
            for (int i = 0; i < count; i++) {
                statement.setInt(1, i);
                statement.executeUpdate();
            }
        }
    }

    @Test
    void aStatementAloneIsATransaction() throws SQLException {
        try (Connection connection = counted.getConnection()) {
            insert(connection, 2);
        }

        check(2, 2, 2);
    }

    @Test
    void statementsOfATransactionAreCommittedTogether() throws SQLException {
        try (Connection connection = counted.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection, 3);
            connection.commit();
            connection.setAutoCommit(true);
        }

        check(3, 4, 1);
    }

    @Test
    void aBatchIsAsManyStatementsAndOneRoundTrip() throws SQLException {
        try (Connection connection = counted.getConnection();
                PreparedStatement statement = connection.prepareStatement("insert into numbers values (?)")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 5; i++) {
                statement.setInt(1, i);
                statement.addBatch();
            }
            statement.executeBatch();
            connection.commit();
        }

        check(5, 2, 1);
    }

    @Test
    void whatIsRolledBackIsNoTransactionOfAJob() throws SQLException {
        try (Connection connection = counted.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection, 1);
            connection.rollback();
            connection.commit();
        }

        check(1, 2, 0);
    }

    @Test
    void aFailureComesAsTheDatabaseThrowsIt() throws SQLException {
        try (Connection connection = counted.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("no statement")).isInstanceOf(SQLException.class);
            assertThat(statement.getConnection()).isEqualTo(connection);
        }
    }
}
