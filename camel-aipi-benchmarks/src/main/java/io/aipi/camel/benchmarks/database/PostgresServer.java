/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.database;

import io.aipi.simulator.AvailablePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** A PostgreSQL of its own, with PostgreSQL's own settings where the one of the tests has faster ones. */
final class PostgresServer implements Database {

    private static final String NAME = "postgres";

    private final Path folder;
    private final EmbeddedPostgres server;
    private final ProcessTree processes;
    private final String durability;

    private PostgresServer(Path folder, EmbeddedPostgres server) throws IOException {
        this.folder = folder;
        this.server = server;
        try (Connection connection = server.getPostgresDatabase().getConnection()) {
            long session = Long.parseLong(ask(connection, "select pg_backend_pid()"));
            processes = new ProcessTree(ProcessHandle.of(session)
                    .flatMap(ProcessHandle::parent)
                    .orElseThrow(() -> new IOException("The processes of PostgreSQL are not to be seen")));
            durability = "fsync=" + ask(connection, "show fsync") + ", synchronous_commit="
                    + ask(connection, "show synchronous_commit");
        } catch (SQLException e) {
            throw new IOException("PostgreSQL does not answer", e);
        }
    }

    static PostgresServer start(Path parent) throws IOException {
        Path folder = Folders.create(parent, "postgresql-");
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setPort(AvailablePorts.one())
                .setPGStartupWait(Duration.ofMinutes(2))
                .setDataDirectory(folder)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
        try {
            return new PostgresServer(folder, server);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static String ask(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            row.next();
            return row.getString(1);
        }
    }

    @Override
    public String url() {
        return server.getJdbcUrl(NAME, NAME);
    }

    @Override
    public double cpuNanos() {
        return processes.cpuNanos();
    }

    @Override
    public List<String> notes() {
        return List.of("PostgreSQL with " + durability);
    }

    @Override
    public void close() throws IOException {
        server.close();
        Folders.delete(folder);
    }
}
