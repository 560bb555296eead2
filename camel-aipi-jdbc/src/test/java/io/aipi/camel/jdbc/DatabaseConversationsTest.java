/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.camel.chat.ConversationRepository.Conversation;
import io.aipi.camel.contract.ConversationRepositoryContract;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.Media;
import io.aipi.client.model.TokenUsage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Conversations in a database; the subclasses say in which. */
abstract class DatabaseConversationsTest extends ConversationRepositoryContract {

    private static final List<String> TABLES = List.of("aipi_message", "aipi_conversation");

    /** Opened by a subclass, for all of its tests. */
    static TestDatabase database;

    /** In SQL, the time of a column so much earlier. */
    abstract String earlier(String column, long millis);

    @AfterAll
    static void closeDatabase() {
        database.close();
    }

    @Override
    protected ConversationRepository open() {
        JdbcConversationRepository repository = start(true);
        database.execute("delete from aipi_conversation");
        database.observed.reset();
        return repository;
    }

    private static JdbcConversationRepository start(boolean createSchema) {
        JdbcConversationRepository repository = new JdbcConversationRepository(database.observed.dataSource());
        repository.setCreateSchema(createSchema);
        repository.start();
        return repository;
    }

    @Override
    protected void passTime(Duration time) {
        long millis = time.toMillis();
        database.execute("update aipi_conversation set changed = " + earlier("changed", millis) + ", awaited_until = "
                + earlier("awaited_until", millis));
    }

    @Test
    void peopleReadAConversation() {
        append(
                "a",
                Duration.ofSeconds(30),
                ChatMessage.user("What is \\LaTeX?", new Media(null, "image/png", new byte[3])));
        append(
                "a",
                Duration.ZERO,
                new ChatMessage(
                        ChatMessage.Role.ASSISTANT, "nul \0", List.of(), "t", new TokenUsage("model", 1, 2, 3, null)));

        assertThat(database.query("select text from aipi_message where conversation = 'a' order by number"))
                .containsExactly("What is \\LaTeX?", "nul \ufffd");
        assertThat(database.query("select role from aipi_message order by number"))
                .containsExactly("user", "assistant");
        assertThat(database.query("select number from aipi_message order by number"))
                .containsExactly("1", "2");
        List<String> rest = database.query("select rest from aipi_message order by number");
        assertThat(rest.get(0)).contains("data:image/png;base64,").doesNotContain("LaTeX");
        assertThat(rest.get(1)).contains("\"turn\":\"t\"").contains("\"completionTokens\":2");
        assertThat(database.query("select concat(c.id, ' ', count(m.number)) from aipi_conversation c"
                        + " left join aipi_message m on m.conversation = c.id"
                        + " group by c.id, c.changed, c.awaited_until order by c.changed desc limit 20"))
                .containsExactly("a 2");
    }

    @Test
    void anAppendTakesFourStatementsAndALoadOne() {
        long version = append("a", null, ChatMessage.user("1"), ChatMessage.assistant("2"));
        database.observed.reset();
        repository().load("a", 100);
        assertThat(database.observed.statements).hasValue(1);
        database.observed.reset();
        repository().append("a", version, List.of(ChatMessage.user("3"), ChatMessage.assistant("4")), Duration.ZERO);
        assertThat(database.observed.statements).hasValue(4);
        assertThat(database.observed.commits).hasValue(1);
    }

    @Test
    void manyArePurgedInSeveralTransactions_withTheirMessages() {
        int many = 2 * Conversations.PURGED_AT_ONCE + 1;
        for (int i = 0; i < many; i++) {
            repository().append("id " + i, 0, List.of(ChatMessage.user("?")), null);
        }
        passTime(Duration.ofHours(2));
        append("young", null, ChatMessage.user("?"));
        database.observed.reset();
        assertThat(repository().purge(Duration.ofHours(1))).isEqualTo(many);
        assertThat(database.observed.commits).hasValue(3);
        assertThat(database.query("select conversation from aipi_message")).containsExactly("young");
    }

    @Test
    void whatWasDeletedIsNotTakenForWhatItBecomes() {
        long before = append("a", null, ChatMessage.user("before"));
        repository().delete("a");
        assertThat(database.query("select number from aipi_message")).isEmpty();
        append("a", null, ChatMessage.user("after"));
        assertThat(repository().append("a", before, List.of(ChatMessage.assistant("late")), null))
                .isEmpty();
    }

    @Test
    void anAppendWhoseEndIsNotKnownFails_andIsThereOnce() {
        long version = append("a", null, ChatMessage.user("?"));
        database.observed.dieAfterNextCommit();
        assertThatThrownBy(() -> repository().append("a", version, List.of(ChatMessage.assistant("!")), null))
                .isInstanceOf(DatabaseException.class);
        assertThat(repository().append("a", version, List.of(ChatMessage.assistant("!")), null))
                .isEmpty();
        assertThat(repository().load("a", 10).messages())
                .containsExactly(ChatMessage.user("?"), ChatMessage.assistant("!"));
    }

    @Test
    void whenTheDatabaseIsAway_callsFail_andItGoesOnAfterwards() {
        long version = append("a", null, ChatMessage.user("?"));
        database.observed.goAway();
        try {
            assertThatThrownBy(() -> repository().load("a", 1))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("away");
            assertThatThrownBy(() -> repository().append("a", version, List.of(), null))
                    .isInstanceOf(DatabaseException.class);
        } finally {
            database.observed.comeBack();
        }
        assertThat(repository().append("a", version, List.of(), null)).isPresent();
    }

    @Test
    void anotherInstanceFindsWhatIsThere() {
        long version = append("a", Duration.ofSeconds(30), ChatMessage.user("?"));
        assertThat(start(true).load("a", 10))
                .isEqualTo(new Conversation(List.of(ChatMessage.user("?")), version, true));
    }

    @Test
    void tablesAreMade_orFound_orTheStartFails() {
        TABLES.forEach(table -> database.execute("drop table " + table));
        assertThatThrownBy(() -> start(false))
                .hasRootCauseInstanceOf(java.sql.SQLException.class)
                .hasStackTraceContaining("apply the scripts");
        // as it was when there were jobs only
        database.execute("delete from aipi_schema where version = 2");
        JdbcJobRepository jobs = database.repository("jobs");
        jobs.setCreateSchema(false);
        jobs.start();
        jobs.stop();

        start(true);
        assertThat(database.query("select version from aipi_schema order by version"))
                .containsExactly("1", "2");
        assertThat(start(false).load("a", 1).version()).isZero();
    }

    @Test
    void onlyWhatIsStartedWorks() {
        JdbcConversationRepository stopped = start(true);
        stopped.stop();
        assertThatThrownBy(() -> stopped.load("a", 1)).isInstanceOf(IllegalStateException.class);
        assertThat(stopped).hasToString("JdbcConversationRepository");
    }
}
