/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of all repositories. Scripts are applied in their order, each once, by one instance at a time; {@code aipi_schema}
 * has those that were. They do no harm where their tables are there already, as they are where others have applied them. None
 * needs the tables of another one, so others may leave out those that they do not use.
 */
final class Schema {

    /** The scripts by their versions, from 1 on. */
    private static final List<String> SCRIPTS = List.of("V1__jobs.sql", "V2__conversations.sql");

    private static final String NAME = "aipi_schema";

    /** Where the database has no lock for it, another process may be at the same statement. */
    private static final int ATTEMPTS = 5;

    private static final Pattern COMMENT = Pattern.compile("(?m)^--.*$");
    private static final Pattern STATEMENT_END = Pattern.compile(";\\s*(\\R|\\z)");
    private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();
    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

    private final Transactions transactions;
    private final Dialect dialect;

    Schema(Transactions transactions, Dialect dialect) {
        this.transactions = transactions;
        this.dialect = dialect;
    }

    /** Applies the scripts that were not. */
    void create() throws SQLException {
        IN_THIS_PROCESS.lock();
        try {
            for (int attempt = 1; version() < SCRIPTS.size(); attempt++) {
                try {
                    transactions.run(this::apply);
                } catch (SQLException e) {
                    if (attempt == ATTEMPTS || Transactions.isConnectionLost(e)) {
                        throw e;
                    }
                    LOG.debug("The tables could not be made; this is retried", e);
                }
            }
        } finally {
            IN_THIS_PROCESS.unlock();
        }
    }

    /** The last script that was applied; 0 for none. */
    private int version() throws SQLException {
        try {
            return transactions.run(Schema::version);
        } catch (SQLException e) {
            if (Transactions.isConnectionLost(e)) {
                throw e;
            }
            // no such table
            return 0;
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select max(version) from " + NAME)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private Void apply(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            query(statement, dialect.lock(NAME));
            try {
                statement.execute("create table if not exists " + NAME + " (version integer not null primary key)");
                // another instance may have been first
                for (int version = version(connection) + 1; version <= SCRIPTS.size(); version++) {
                    for (String sql : statements(SCRIPTS.get(version - 1))) {
                        statement.execute(sql);
                    }
                    statement.execute("insert into " + NAME + " (version) values (" + version + ")");
                    LOG.info("Tables are of version {} now", version);
                }
            } finally {
                query(statement, dialect.unlock(NAME));
            }
        }
        return null;
    }

    private static void query(Statement statement, String query) throws SQLException {
        if (query != null) {
            statement.execute(query);
        }
    }

    private List<String> statements(String script) {
        String name = "/db/aipi/" + dialect.folder() + "/" + script;
        try (InputStream in = Schema.class.getResourceAsStream(name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(STATEMENT_END.split(COMMENT.matcher(text).replaceAll("")))
                    .map(String::strip)
                    .filter(statement -> !statement.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The script " + name + " cannot be read", e);
        }
    }

    /**
     * Looks whether the tables are there.
     *
     * @param queries that only need to be understood
     * @throws IllegalStateException if not
     */
    void check(String... queries) throws SQLException {
        try {
            transactions.run(connection -> {
                try (Statement statement = connection.createStatement()) {
                    for (String query : queries) {
                        statement.execute(query);
                    }
                }
                return null;
            });
        } catch (SQLException e) {
            if (Transactions.isConnectionLost(e)) {
                throw e;
            }
            throw new IllegalStateException(
                    "The tables cannot be read: apply the scripts in db/aipi/" + dialect.folder()
                            + ", or set createSchema",
                    e);
        }
    }
}
