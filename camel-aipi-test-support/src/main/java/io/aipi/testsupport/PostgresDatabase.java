/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import io.aipi.simulator.AvailablePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;

/** A PostgreSQL that runs until it is closed. Its user is {@code postgres}, without a password. */
public final class PostgresDatabase implements AutoCloseable {

    private static final class Shared {
        // EmbeddedPostgres has a shutdown hook
        private static final PostgresDatabase SERVER = start();
    }

    private final EmbeddedPostgres server;

    private PostgresDatabase(EmbeddedPostgres server) {
        this.server = server;
    }

    /** One for all tests of this JVM, each of which {@link #create() makes} databases of its own. It ends with the JVM; do not close it. */
    public static PostgresDatabase shared() {
        return Shared.SERVER;
    }

    /** On a port below those that the system gives away meanwhile, and with more than the usual ten seconds to come up. */
    public static PostgresDatabase start() {
        try {
            return new PostgresDatabase(EmbeddedPostgres.builder()
                    .setPort(AvailablePorts.one())
                    .setPGStartupWait(Duration.ofMinutes(2))
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL does not start", e);
        }
    }

    /** Makes an empty database and gives its name. */
    public String create() {
        String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
        try (Connection connection = administration().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("No database " + name, e);
        }
        return name;
    }

    /** The database that is there from the beginning. */
    public DataSource administration() {
        return server.getPostgresDatabase();
    }

    /** One of its databases. */
    public DataSource database(String name) {
        return server.getDatabase("postgres", name);
    }

    /** The JDBC URL of one of its databases; {@code postgres} is there from the beginning. */
    public String url(String name) {
        return server.getJdbcUrl("postgres", name);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
