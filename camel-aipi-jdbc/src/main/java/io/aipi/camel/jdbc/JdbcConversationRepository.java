/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.client.model.ChatMessage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Conversations in a database: PostgreSQL, H2, MySQL 8 or MariaDB 10.6. One row of the table {@code aipi_conversation} is one
 * conversation, one row of {@code aipi_message} one message.
 *
 * <p>Any number of processes may share a database. Times are measured by its clock. All messages of a conversation are kept
 * until somebody calls {@link #delete} or {@link #purge}.
 *
 * <p>The {@link DataSource} should be a pool, whose connections take part in no other transaction. It is not closed.
 */
public class JdbcConversationRepository extends ServiceSupport implements ConversationRepository {

    /** What is done with the database. */
    @FunctionalInterface
    private interface Access<T> {
        T run(Conversations conversations) throws SQLException;
    }

    private final DataSource dataSource;
    private boolean createSchema = true;
    private volatile Conversations conversations;

    /** Conversations in the database that this connects to. */
    public JdbcConversationRepository(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Whether the tables are made, and brought up to date, at the start. If false, somebody has applied the scripts in {@code
     * db/aipi/postgresql}, {@code h2} or {@code mysql}. True if not set.
     */
    public void setCreateSchema(boolean createSchema) {
        this.createSchema = createSchema;
    }

    /** Whether the tables are made, and brought up to date, at the start. */
    public boolean isCreateSchema() {
        return createSchema;
    }

    @Override
    protected void doStart() throws Exception {
        conversations = Conversations.start(dataSource, createSchema);
    }

    @Override
    protected void doStop() {
        conversations = null;
    }

    private <T> T access(Access<T> access) {
        Conversations present = conversations;
        if (present == null) {
            throw new IllegalStateException("The repository of conversations is not started");
        }
        try {
            return access.run(present);
        } catch (SQLException e) {
            throw new DatabaseException(e);
        }
    }

    @Override
    public Conversation load(String id, int limit) {
        return access(all -> all.load(id, limit));
    }

    @Override
    public OptionalLong append(String id, long version, List<ChatMessage> messages, Duration awaited) {
        return access(all -> all.append(id, version, messages, awaited));
    }

    @Override
    public void delete(String id) {
        access(all -> {
            all.delete(id);
            return null;
        });
    }

    /** Deletes a hundred conversations at a time, with their messages, until none is that old. */
    @Override
    public int purge(Duration age) {
        return access(all -> all.purge(age));
    }

    /** Without the address of the database, which may carry a password. */
    @Override
    public String toString() {
        return "JdbcConversationRepository";
    }
}
