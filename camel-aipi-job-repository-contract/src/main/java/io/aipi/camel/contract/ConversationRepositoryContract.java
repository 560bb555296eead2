/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.camel.chat.ConversationRepository.Conversation;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.ChatMessage.Role;
import io.aipi.client.model.Media;
import io.aipi.client.model.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a {@link ConversationRepository} promises, as tests for JUnit 5. A store's own test class extends this one and says with
 * {@link #open} how to make an instance, and with {@link #passTime} how its time passes. Methods are protected, so that a store
 * that cannot do something can override its test, and say why.
 */
public abstract class ConversationRepositoryContract {

    private static final int ALL = 10_000;
    private static final Duration A_WHILE = Duration.ofSeconds(30);
    private static final int THREADS = 50;
    private static final int ROUNDS = 3;

    private ConversationRepository repository;

    /** For the class of a store's own tests. */
    protected ConversationRepositoryContract() {}

    /** A repository in which there is nothing, started. */
    protected abstract ConversationRepository open() throws Exception;

    /** Lets time pass on the clock of the store, or takes it off all that was written. */
    protected abstract void passTime(Duration time) throws Exception;

    /** Before each test. */
    @BeforeEach
    protected void openRepository() throws Exception {
        repository = open();
    }

    /** The one of this test. */
    protected final ConversationRepository repository() {
        return repository;
    }

    private Conversation load(String id) {
        return repository.load(id, ALL);
    }

    /** Appends to whatever is there; gives the version. */
    protected final long append(String id, Duration awaited, ChatMessage... messages) {
        return repository
                .append(id, load(id).version(), List.of(messages), awaited)
                .orElseThrow();
    }

    private static ChatMessage[] numbered(int count) {
        ChatMessage[] messages = new ChatMessage[count];
        for (int i = 0; i < count; i++) {
            messages[i] = i % 2 == 0 ? ChatMessage.user("message " + i) : ChatMessage.assistant("message " + i);
        }
        return messages;
    }

    @Test
    protected void thereIsNothingAtFirst() throws Exception {
        assertThat(load("a")).isEqualTo(new Conversation(List.of(), 0, false));
        repository.delete("a");
        assertThat(repository.purge(Duration.ZERO)).isZero();
    }

    @Test
    protected void messagesAreInTheirOrder_andTheVersionChangesWithEachAppend() throws Exception {
        Set<Long> versions = new HashSet<>(Set.of(0L));
        List<ChatMessage> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ChatMessage[] messages = numbered(i % 3);
            assertThat(versions.add(append("a", null, messages))).isTrue();
            all.addAll(List.of(messages));
        }
        append("b", null, ChatMessage.user("other"));
        assertThat(load("a").messages()).isEqualTo(all);
        assertThat(load("b").messages()).containsExactly(ChatMessage.user("other"));
    }

    @Test
    protected void ofTwoThatHaveLoadedTheSameVersion_theFirstAppends() throws Exception {
        assertThat(repository.append("a", 5, List.of(ChatMessage.user("never")), A_WHILE))
                .isEmpty();
        assertThat(load("a")).isEqualTo(new Conversation(List.of(), 0, false));

        long first = append("a", null, ChatMessage.user("first"));
        assertThat(repository.append("a", 0, List.of(ChatMessage.user("late")), A_WHILE))
                .isEmpty();
        long second = append("a", null, ChatMessage.assistant("second"));
        assertThat(repository.append("a", first, List.of(ChatMessage.user("late")), A_WHILE))
                .isEmpty();

        assertThat(load("a"))
                .isEqualTo(new Conversation(
                        List.of(ChatMessage.user("first"), ChatMessage.assistant("second")), second, false));
    }

    @Test
    protected void anAnswerIsAwaitedForItsTime() throws Exception {
        append("a", A_WHILE, ChatMessage.user("?"));
        assertThat(load("a").isAwaited()).isTrue();
        passTime(Duration.ofSeconds(29));
        assertThat(load("a").isAwaited()).isTrue();
        passTime(Duration.ofSeconds(2));
        assertThat(load("a").isAwaited()).isFalse();
    }

    @Test
    protected void theTimeIsExtended_keptAndEnded() throws Exception {
        append("a", A_WHILE, ChatMessage.user("?"));
        passTime(Duration.ofSeconds(20));
        append("a", A_WHILE);
        passTime(Duration.ofSeconds(20));
        append("a", null, ChatMessage.assistant("late"));
        assertThat(load("a").isAwaited()).isTrue();
        passTime(Duration.ofSeconds(11));
        assertThat(load("a").isAwaited()).isFalse();

        append("a", A_WHILE, ChatMessage.user("?"));
        append("a", Duration.ZERO, ChatMessage.assistant("!"));
        assertThat(load("a").isAwaited()).isFalse();
        append("new", null, ChatMessage.user("?"));
        assertThat(load("new").isAwaited()).isFalse();
    }

    @Test
    protected void theNewestAreLoaded() throws Exception {
        long version = append("a", A_WHILE, numbered(8));
        List<ChatMessage> all = List.of(numbered(8));
        for (int limit : new int[] {1, 2, 7, 8, 20}) {
            assertThat(repository.load("a", limit))
                    .isEqualTo(new Conversation(all.subList(Math.max(0, 8 - limit), 8), version, true));
        }
    }

    @Test
    protected void aMessageComesBackAsItWas() throws Exception {
        byte[] picture = new byte[1000];
        new Random(1).nextBytes(picture);
        ChatMessage[] messages = {
            ChatMessage.system("Be brief."),
            ChatMessage.user(
                            "What is it?",
                            new Media(null, "image/png", picture),
                            new Media(null, "image/jpeg", new byte[] {1}))
                    .ofTurn("turn 1"),
            new ChatMessage(
                    Role.ASSISTANT, "A cat.", List.of(), "turn 1", new TokenUsage("model \u00fc", 11, 12, 23, 8192)),
            ChatMessage.user("And?").ofTurn("turn 2"),
            new ChatMessage(Role.ASSISTANT, null, List.of(), "turn 2", null),
            ChatMessage.user("").ofTurn("turn 3"),
            new ChatMessage(Role.ASSISTANT, "", List.of(), "turn 3", new TokenUsage(null, null, 0, null, null))
        };
        append("a", null, messages);
        assertThat(load("a").messages()).containsExactly(messages);
        assertThat(load("a").messages().get(4).isMissingAnswer()).isTrue();
    }

    @Test
    protected void oddTextsComeBackAsTheyWere() throws Exception {
        ChatMessage[] messages = List.of(
                        " spaces  ",
                        "a\\b \\u0041 \\\\",
                        "'\"%;--`",
                        "\u00fc \ud83d\ude00",
                        "nul \0",
                        "half \ud83d",
                        "\udc00 half and \ufffd and \ud83d\ude00",
                        "lines\r\n\t")
                .stream()
                .map(ChatMessage::user)
                .toArray(ChatMessage[]::new);
        append("a", null, messages);
        append("a", null, ChatMessage.user("?").ofTurn("half \ud83d and \0"));
        List<ChatMessage> loaded = load("a").messages();
        assertThat(loaded.subList(0, messages.length)).containsExactly(messages);
        assertThat(loaded.get(messages.length).turn()).isEqualTo("half \ud83d and \0");
    }

    @Test
    protected void largeMessagesComeBackAsTheyWere() throws Exception {
        byte[] picture = new byte[5_000_000];
        new Random(2).nextBytes(picture);
        ChatMessage large = ChatMessage.user("words \u00fc ".repeat(400_000), new Media(null, "image/png", picture));
        append("a", null, large, ChatMessage.assistant("long ".repeat(500_000)));
        // a comparison that says less if it fails
        assertThat(load("a").messages().get(0).equals(large)).isTrue();
        assertThat(load("a").messages().get(1).text()).hasSize(2_500_000);
    }

    @Test
    protected void eachIdIsAConversationOfItsOwn() throws Exception {
        String longOne = "long".repeat(5_000);
        List<String> ids = List.of(
                "a",
                "A",
                "a ",
                "a  ",
                " a",
                "",
                " ",
                "\u00e4",
                "a\u0308",
                "\u00df",
                "ss",
                "\ud83d\ude00",
                "half \ud83d",
                "half \ud83e",
                "nul \0",
                "a\\b",
                "\\0061",
                "'; drop table x; --",
                "a%",
                "_",
                longOne,
                longOne + "1",
                longOne.substring(0, 500),
                longOne.substring(0, 501));
        for (String id : ids) {
            assertThat(repository.append(id, 0, List.of(ChatMessage.user("of " + id)), A_WHILE))
                    .as(id)
                    .isPresent();
        }
        for (String id : ids) {
            assertThat(load(id).messages()).as(id).containsExactly(ChatMessage.user("of " + id));
            repository.delete(id);
            assertThat(load(id).version()).as(id).isZero();
        }
    }

    @Test
    protected void whatIsDeletedBeginsAnew() throws Exception {
        append("a", A_WHILE, numbered(5));
        append("b", A_WHILE, numbered(5));
        repository.delete("a");
        assertThat(load("a")).isEqualTo(new Conversation(List.of(), 0, false));
        append("a", null, ChatMessage.user("anew"));
        assertThat(load("a").messages()).containsExactly(ChatMessage.user("anew"));
        assertThat(load("b").messages()).hasSize(5);
    }

    @Test
    protected void whatHasRestedIsPurged() throws Exception {
        append("a", null, numbered(2));
        append("b", null, numbered(2));
        passTime(Duration.ofHours(2));
        append("b", A_WHILE);
        append("c", null, numbered(2));
        assertThat(repository.purge(Duration.ofHours(1))).isEqualTo(1);
        assertThat(load("a").version()).isZero();
        assertThat(load("b").messages()).hasSize(2);
        assertThat(load("c").messages()).hasSize(2);
        assertThat(repository.purge(Duration.ofHours(3))).isZero();
    }

    @Test
    protected void ofManyThatAppendAtOnce_noneIsLost() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier begin = new CyclicBarrier(THREADS);
            List<Callable<List<Long>>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                String name = "thread " + i;
                tasks.add(() -> {
                    begin.await();
                    return appendTurns(name);
                });
            }
            Set<Long> versions = new HashSet<>();
            for (Future<List<Long>> written : threads.invokeAll(tasks)) {
                versions.addAll(written.get());
            }
            assertThat(versions).hasSize(THREADS * ROUNDS);
        } finally {
            threads.shutdownNow();
        }

        List<ChatMessage> messages = load("a").messages();
        assertThat(messages).hasSize(2 * THREADS * ROUNDS);
        for (int i = 0; i < messages.size(); i += 2) {
            // what was appended together stands together
            assertThat(messages.get(i + 1).turn()).isEqualTo(messages.get(i).turn());
        }
        for (int i = 0; i < THREADS; i++) {
            String name = "thread " + i;
            assertThat(messages.stream()
                            .filter(message -> message.role() == Role.USER
                                    && message.turn().equals(name))
                            .map(ChatMessage::text))
                    .containsExactly("0", "1", "2");
        }
    }

    /** The versions that it has written. */
    private List<Long> appendTurns(String name) {
        List<Long> versions = new ArrayList<>();
        while (versions.size() < ROUNDS) {
            List<ChatMessage> turn = List.of(
                    ChatMessage.user(String.valueOf(versions.size())).ofTurn(name),
                    ChatMessage.assistant("answer").ofTurn(name));
            OptionalLong version =
                    repository.append("a", repository.load("a", 1).version(), turn, A_WHILE);
            version.ifPresent(versions::add);
        }
        return versions;
    }
}
