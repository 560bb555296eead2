/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.aipi.testsupport.PostgresDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A database of its own, and ways to look into it. */
final class TestDatabase implements AutoCloseable {

    private final HikariDataSource pool;
    final ObservedDataSource observed;

    TestDatabase(String url, String user) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword("");
        config.setMaximumPoolSize(12);
        pool = new HikariDataSource(config);
        observed = new ObservedDataSource(pool);
    }

    static TestDatabase h2InMemory() {
        return new TestDatabase("jdbc:h2:mem:" + UUID.randomUUID(), "sa");
    }

    /** With the settings that the documentation advises. */
    static TestDatabase h2In(Path folder) {
        return new TestDatabase(h2Url(folder), "sa");
    }

    static String h2Url(Path folder) {
        return "jdbc:h2:file:" + folder.resolve("jobs") + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }

    static TestDatabase postgres() {
        PostgresDatabase server = PostgresDatabase.shared();
        return new TestDatabase(server.url(server.create()), "postgres");
    }

    static TestDatabase mariaDb() throws Exception {
        return new TestDatabase(
                MariaDbServer.shared()
                        .create("jobs_" + UUID.randomUUID().toString().replace('-', '_')),
                "root");
    }

    /** One that is not started. */
    JdbcJobRepository repository(String instanceName) {
        JdbcJobRepository repository = new JdbcJobRepository(observed.dataSource());
        repository.setInstanceName(instanceName);
        return repository;
    }

    /** Deletes all rows, if there are tables. */
    void clear() {
        try {
            execute("delete from aipi_job");
            execute("delete from aipi_instance");
        } catch (IllegalStateException e) {
            // not yet
        }
    }

    int execute(String sql) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The first column of all rows. */
    List<String> query(String sql) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (row.next()) {
                values.add(row.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The lease of an instance is over, by the database's clock. */
    void endLease(JdbcJobRepository repository) {
        execute("update aipi_instance set lease_until = started where id = '" + repository.getInstanceId() + "'");
    }

    @Override
    public void close() {
        pool.close();
    }
}
