/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.PostgresDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that hold one conversation, on one PostgreSQL. */
class SharedConversationTest {

    private static final int ROUNDS = 20;
    private static final int ROUNDS_OF_A_CONVERSATION = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String WARM_UP = "warm-up";

    private static final String ANSWER =
            "select coalesce(answer, failure) from answered where conversation = '%s' and prompt = '%s'";

    @TempDir
    private Path folder;

    private final List<Process> processes = new ArrayList<>();
    private TestDatabase database;
    private AipiSimulator server;

    @BeforeEach
    void start() throws Exception {
        PostgresDatabase postgres = PostgresDatabase.shared();
        String url = postgres.url(postgres.create());
        database = new TestDatabase(url, "postgres");
        database.execute(ChatProgram.TABLE);
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.ofServer096("llama3_chat"))
                .workers(2)
                .computeTime(Duration.ofMillis(100))
                .start();
        // both make the tables at once
        for (String name : List.of("a", "b")) {
            processes.add(JavaProgram.start(
                    ChatProgram.class, folder.resolve(name + ".log"), List.of("-Xmx200m"), name, server.url(), url));
        }
        for (int i = 0; i < processes.size(); i++) {
            ask(i, WARM_UP + i, "Hello!");
        }
        for (int i = 0; i < processes.size(); i++) {
            assertThat(awaitAnswer(WARM_UP + i, "Hello!")).isEqualTo("You said: Hello!");
        }
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
        server.close();
        database.close();
    }

    private void ask(int process, String conversation, String prompt) throws IOException {
        processes
                .get(process)
                .getOutputStream()
                .write((conversation + "\t" + prompt + "\n").getBytes(StandardCharsets.UTF_8));
        processes.get(process).getOutputStream().flush();
    }

    private String awaitAnswer(String conversation, String prompt) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> database.query(ANSWER.formatted(conversation, prompt)), answers -> !answers.isEmpty())
                .get(0);
    }

    private List<String> messages(String conversation) {
        return database.query("select role || ': ' || coalesce(text, '-') from aipi_message where conversation = '"
                + conversation + "' order by number");
    }

    @Test
    void twoMessagesAtOnceAreAnsweredOneAfterTheOther() throws Exception {
        List<String> expected = new ArrayList<>();
        List<String> earlier = new ArrayList<>();
        String conversation = null;
        for (int round = 0; round < ROUNDS; round++) {
            if (round % ROUNDS_OF_A_CONVERSATION == 0) {
                conversation = "conversation " + round;
                expected.clear();
                earlier.clear();
            }
            List<String> prompts = List.of("a says " + round, "b says " + round);
            for (int i = 0; i < prompts.size(); i++) {
                ask(i, conversation, prompts.get(i));
            }
            for (String prompt : prompts) {
                awaitAnswer(conversation, prompt);
            }

            List<String> messages = messages(conversation);
            boolean isFirst = messages.get(expected.size()).equals("user: " + prompts.get(0));
            for (String prompt : isFirst ? prompts : List.of(prompts.get(1), prompts.get(0))) {
                // it knows all that was said before, by either of them
                String answer = "You said: " + prompt
                        + (earlier.isEmpty() ? "" : ". Earlier you said: " + String.join("; ", earlier));
                assertThat(awaitAnswer(conversation, prompt)).isEqualTo(answer);
                expected.add("user: " + prompt);
                expected.add("assistant: " + answer);
                earlier.add(prompt);
            }
            assertThat(messages).isEqualTo(expected);
        }
        assertThat(server.stats().submits()).isEqualTo(2 * ROUNDS + 2);
        assertThat(database.query("select rest::json -> 'usage' ->> 'completionTokens' from aipi_message"
                        + " where role = 'assistant'"))
                .hasSize(2 * ROUNDS + 2)
                .allMatch(tokens -> Integer.parseInt(tokens) > 0);
    }

    @Test
    void whenTheProcessThatAskedIsKilled_theOtherOneGoesOnAfterTheTimeThatWasAnnounced() throws Exception {
        goesOn(() -> database.execute(
                "update aipi_conversation set awaited_until = now() + interval '2 seconds'" + " where id = 'shared'"));
    }

    @Test
    @Tag("nightly")
    void whenTheProcessThatAskedIsKilled_theOtherOneGoesOnAfterHalfAMinute() throws Exception {
        goesOn(() -> {});
        assertThat(database.query("select time > (select max(time) from answered where conversation like 'warm%')"
                        + " + interval '30 seconds' from answered where conversation = 'shared'"))
                .containsExactly("t");
    }

    private void goesOn(Runnable change) throws Exception {
        server.stopWorkers("llama3_chat");
        ask(0, "shared", "I shall be killed");
        await().atMost(PATIENCE).until(() -> server.stats().submits() == 3);
        processes.get(0).destroyForcibly().waitFor();
        change.run();
        String announced = database.query("select awaited_until from aipi_conversation where id = 'shared'")
                .get(0);
        ask(1, "shared", "Who is there?");
        server.startWorkers("llama3_chat", 2);

        // a question without its answer is no part of the conversation any more
        assertThat(awaitAnswer("shared", "Who is there?")).isEqualTo("You said: Who is there?");
        assertThat(database.query("select time > '" + announced + "' from answered where conversation = 'shared'"))
                .containsExactly("t");
        assertThat(messages("shared"))
                .containsExactly(
                        "user: I shall be killed",
                        "assistant: -",
                        "user: Who is there?",
                        "assistant: You said: Who is there?");
    }
}
