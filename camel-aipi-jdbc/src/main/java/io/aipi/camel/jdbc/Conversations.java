/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.chat.ConversationRepository.Conversation;
import io.aipi.client.model.ChatMessage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;

/**
 * What a started repository does. Each change locks the row of its conversation first, so that no two are in each other's way.
 */
final class Conversations {

    /** How many are deleted in one transaction. */
    static final int PURGED_AT_ONCE = 100;

    /** The length of the column. */
    private static final int LONGEST_ID = 500;

    /** Bound of the version that a conversation begins with. */
    private static final long MOST_BEGINNINGS = 1L << 48;

    /** One statement, so that the messages are those of the version. In the order of the index, whose beginning is the same. */
    private static final String LOAD = "select c.version, case when c.awaited_until > %s then 1 else 0 end,"
            + " m.role, m.text, m.rest from aipi_conversation c left join (select conversation, number, role, text, rest"
            + " from aipi_message where conversation = ? order by conversation desc, number desc limit ?) m"
            + " on m.conversation = c.id where c.id = ? order by m.number";

    private static final String BEGIN =
            "insert into aipi_conversation (id, version, changed, awaited_until) values (?, ?, %s, %s)";
    private static final String CONTINUE =
            "update aipi_conversation set version = version + 1, changed = %s, awaited_until = %s where id = ? and version = ?";
    private static final String LAST = "select coalesce(max(number), 0) from aipi_message where conversation = ?";
    private static final String INSERT =
            "insert into aipi_message (conversation, number, role, text, rest) values (?, ?, ?, ?, ?)";
    private static final String OLD =
            "select id from aipi_conversation where changed < %s limit " + PURGED_AT_ONCE + " for update skip locked";
    private static final String DELETE = "delete from aipi_conversation where id = ?";

    private final Transactions transactions;
    private final Dialect dialect;

    private Conversations(Transactions transactions, Dialect dialect) {
        this.transactions = transactions;
        this.dialect = dialect;
    }

    /** Makes the tables if it is asked to. */
    static Conversations start(DataSource dataSource, boolean createSchema) throws SQLException {
        Dialect dialect;
        try (Connection connection = dataSource.getConnection()) {
            dialect = Dialect.of(connection);
        }
        Transactions transactions = new Transactions(dataSource, dialect);
        Schema schema = new Schema(transactions, dialect);
        if (createSchema) {
            schema.create();
        }
        schema.check(
                "select 1 from aipi_conversation where id = ''", "select 1 from aipi_message where conversation = ''");
        return new Conversations(transactions, dialect);
    }

    Conversation load(String id, int limit) throws SQLException {
        String key = key(id);
        return transactions.run(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(LOAD.formatted(dialect.now()))) {
                new Parameters(statement, dialect).text(key).number(limit).text(key);
                try (ResultSet row = statement.executeQuery()) {
                    return read(row);
                }
            }
        });
    }

    private static Conversation read(ResultSet row) throws SQLException {
        List<ChatMessage> messages = new ArrayList<>();
        long version = 0;
        boolean isAwaited = false;
        while (row.next()) {
            version = row.getLong(1);
            isAwaited = row.getInt(2) == 1;
            String role = row.getString(3);
            if (role != null) {
                messages.add(new EncodedMessage(role, row.getString(4), row.getString(5)).decode());
            }
        }
        return new Conversation(messages, version, isAwaited);
    }

    OptionalLong append(String id, long version, List<ChatMessage> messages, Duration awaited) throws SQLException {
        String key = key(id);
        List<EncodedMessage> encoded = messages.stream().map(EncodedMessage::of).toList();
        try {
            return transactions.run(connection -> {
                OptionalLong next = version == 0
                        ? OptionalLong.of(begin(connection, key, awaited))
                        : next(connection, key, version, awaited);
                if (next.isPresent() && !encoded.isEmpty()) {
                    insert(connection, key, encoded);
                }
                return next;
            });
        } catch (SQLException e) {
            if (version == 0 && dialect.isDuplicate(e)) {
                // somebody else has begun it
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    /** With any version: one that was deleted and has begun again must not be taken for what it was before. */
    private long begin(Connection connection, String key, Duration awaited) throws SQLException {
        long version = ThreadLocalRandom.current().nextLong(1, MOST_BEGINNINGS);
        String begin = BEGIN.formatted(dialect.now(), awaited == null ? "null" : until(awaited));
        try (PreparedStatement statement = connection.prepareStatement(begin)) {
            new Parameters(statement, dialect).text(key).number(version);
            statement.executeUpdate();
        }
        return version;
    }

    private OptionalLong next(Connection connection, String key, long version, Duration awaited) throws SQLException {
        String next = CONTINUE.formatted(dialect.now(), awaited == null ? "awaited_until" : until(awaited));
        try (PreparedStatement statement = connection.prepareStatement(next)) {
            new Parameters(statement, dialect).text(key).number(version);
            return statement.executeUpdate() > 0 ? OptionalLong.of(version + 1) : OptionalLong.empty();
        }
    }

    /** The end of that time; null for none, since a column's time may be rounded up. */
    private String until(Duration awaited) {
        return awaited.toMillis() > 0 ? dialect.nowPlus(awaited) : "null";
    }

    private void insert(Connection connection, String key, List<EncodedMessage> messages) throws SQLException {
        int number = last(connection, key);
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            for (EncodedMessage message : messages) {
                new Parameters(statement, dialect)
                        .text(key)
                        .number(++number)
                        .text(message.role())
                        .text(message.text())
                        .text(message.rest());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private int last(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LAST)) {
            new Parameters(statement, dialect).text(key);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    void delete(String id) throws SQLException {
        transactions.run(connection -> {
            delete(connection, List.of(key(id)));
            return null;
        });
    }

    /** How many were deleted. */
    int purge(Duration age) throws SQLException {
        int purged = 0;
        int last = PURGED_AT_ONCE;
        while (last == PURGED_AT_ONCE) {
            last = transactions.run(connection -> {
                List<String> keys = old(connection, age);
                delete(connection, keys);
                return keys.size();
            });
            purged += last;
        }
        return purged;
    }

    private List<String> old(Connection connection, Duration age) throws SQLException {
        List<String> keys = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(OLD.formatted(dialect.nowPlus(age.negated())));
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                keys.add(row.getString(1));
            }
        }
        return keys;
    }

    /** With their messages. */
    private void delete(Connection connection, List<String> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
            for (String key : keys) {
                new Parameters(statement, dialect).text(key);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** The id as the column has it. */
    private static String key(String id) {
        return Names.key(id, LONGEST_ID);
    }
}
