/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.ChatMessage.Role;
import io.aipi.client.model.Media;
import io.aipi.client.model.TokenUsage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever a conversation is like and whatever its bounds are, what is sent of it keeps the rules. */
class ChatWindowPropertyTest {

    private static final ChatMessage QUESTION = ChatMessage.user("And now?").ofTurn("now");
    private static final Media PICTURE = new Media(null, "image/png", new byte[] {1});

    private record Bounds(String systemMessage, int maxMessages, int maxAnswerTokens) {

        ChatWindow window() {
            return new ChatWindow(systemMessage, maxMessages, maxAnswerTokens);
        }
    }

    @Provide
    Arbitrary<Bounds> bounds() {
        return Combinators.combine(
                        Arbitraries.of("Be brief", null),
                        Arbitraries.integers().between(0, 9),
                        Arbitraries.of(0, 10, 100_000))
                .as(Bounds::new);
    }

    /** Any messages in any order, each of its own. */
    @Provide
    Arbitrary<List<ChatMessage>> histories() {
        Arbitrary<TokenUsage> usage = Combinators.combine(
                        Arbitraries.of(0, 3, 50, 4_000).injectNull(0.2),
                        Arbitraries.of(0, 40, 200, 8_192).injectNull(0.4))
                .as((completion, most) -> new TokenUsage("m", null, completion, null, most));
        Arbitrary<ChatMessage> message = Combinators.combine(
                        Arbitraries.frequencyOf(
                                Tuple.of(1, Arbitraries.just(Role.SYSTEM)),
                                Tuple.of(8, Arbitraries.of(Role.USER, Role.ASSISTANT))),
                        Arbitraries.of("", "a", "some words", "x".repeat(300)).injectNull(0.1),
                        Arbitraries.of(List.<Media>of(), List.of(PICTURE)),
                        Arbitraries.of("1", "2", "3", "4").injectNull(0.3),
                        usage.injectNull(0.5))
                .as(ChatMessage::new);
        return message.list().ofMaxSize(14);
    }

    @Property(tries = 5_000)
    void theRulesHoldForAnyMessages(@ForAll("histories") List<ChatMessage> history, @ForAll("bounds") Bounds bounds) {
        List<ChatMessage> sent = bounds.window().before(QUESTION, history);
        List<ChatMessage> system = bounds.systemMessage() != null
                ? List.of(ChatMessage.system(bounds.systemMessage()))
                : history.stream().filter(m -> m.role() == Role.SYSTEM).toList();
        assertThat(sent.subList(0, system.size()))
                .as("system first, never lost")
                .isEqualTo(system);
        List<ChatMessage> rest = sent.subList(system.size(), sent.size());
        assertThat(rest).noneMatch(m -> m.role() == Role.SYSTEM).noneMatch(ChatMessage::isMissingAnswer);
        assertThat(history).containsAll(rest);
        if (bounds.maxMessages() > 0) {
            assertThat(rest).hasSizeLessThanOrEqualTo(bounds.maxMessages());
        }
        for (int i = 0; i < rest.size(); i++) {
            ChatMessage message = rest.get(i);
            if (message.turn() != null && message.role() == Role.USER) {
                assertThat(rest.get(i + 1).role()).as("no half pair").isEqualTo(Role.ASSISTANT);
                assertThat(rest.get(i + 1).turn()).isEqualTo(message.turn());
            } else if (message.turn() != null) {
                assertThat(rest.get(i - 1).turn()).as("no half pair").isEqualTo(message.turn());
            }
        }
    }

    @Property(tries = 2_000)
    void whatIsSentIsTheEndOfWhatIsSentWithoutBounds(
            @ForAll("histories") List<ChatMessage> history, @ForAll("bounds") Bounds bounds) {
        List<ChatMessage> unbounded = withoutUsage(history);
        List<ChatMessage> all = new ChatWindow("s", 0, 0).before(QUESTION, unbounded);
        List<ChatMessage> sent = new ChatWindow("s", bounds.maxMessages(), 0).before(QUESTION, unbounded);
        List<ChatMessage> kept = sent.subList(1, sent.size());
        assertThat(kept).isEqualTo(all.subList(all.size() - kept.size(), all.size()));
    }

    private static List<ChatMessage> withoutUsage(List<ChatMessage> history) {
        return history.stream()
                .map(m -> new ChatMessage(m.role(), m.text(), m.images(), m.turn(), null))
                .toList();
    }

    /** In a conversation that only the component has written, all with an answer go along, in order. */
    @Property(tries = 1_000)
    void withoutBoundsAllAnsweredQuestionsGoAlongInTheOrderOfTheirAnswers(
            @ForAll("turnOrders") List<Integer> order, @ForAll int missing) {
        List<ChatMessage> history = new ArrayList<>();
        Map<Integer, Integer> seen = new HashMap<>();
        List<ChatMessage> expected = new ArrayList<>();
        for (int turn : order) {
            // the first time it is asked, the second time it is answered
            if (seen.merge(turn, 1, Integer::sum) == 1) {
                history.add(ChatMessage.user("question " + turn).ofTurn("" + turn));
            } else {
                boolean isMissing = turn == Math.floorMod(missing, 6);
                ChatMessage answer = ChatMessage.assistant(isMissing ? null : "answer " + turn)
                        .ofTurn("" + turn);
                history.add(answer);
                if (!isMissing) {
                    expected.add(ChatMessage.user("question " + turn).ofTurn("" + turn));
                    expected.add(answer);
                }
            }
        }
        assertThat(new ChatWindow(null, 0, 0).before(QUESTION, history)).isEqualTo(expected);
    }

    @Provide
    Arbitrary<List<Integer>> turnOrders() {
        return Arbitraries.shuffle(0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5);
    }

    /** Hand-written messages among turns stay where they are. */
    @Property(tries = 1_000)
    void messagesByHandKeepTheirPlace(@ForAll("handWritten") List<String> kinds) {
        List<ChatMessage> history = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            switch (kinds.get(i)) {
                case "user" -> history.add(ChatMessage.user("by hand " + i));
                case "assistant" -> history.add(ChatMessage.assistant("by hand " + i));
                default -> {
                    history.add(ChatMessage.user("question " + i).ofTurn("" + i));
                    history.add(ChatMessage.assistant("answer " + i).ofTurn("" + i));
                }
            }
        }
        assertThat(new ChatWindow(null, 0, 0).before(QUESTION, history)).isEqualTo(history);
    }

    @Provide
    Arbitrary<List<String>> handWritten() {
        return Arbitraries.of("user", "assistant", "turn").list().ofMaxSize(8);
    }

    /** As the servers count: what is sent, by the counts that are known, leaves room for the answer. */
    @Property(tries = 1_000)
    void noMoreTokensAreSentThanFit(
            @ForAll("counts") List<Integer> counts, @ForAll("most") int most, @ForAll("answers") int maxAnswer) {
        List<ChatMessage> history = new ArrayList<>();
        for (int i = 0; i < counts.size(); i++) {
            String turn = "" + i;
            history.add(new ChatMessage(Role.USER, "q".repeat(counts.get(i)), List.of(), turn, null));
            history.add(new ChatMessage(
                    Role.ASSISTANT,
                    "a".repeat(counts.get(i)),
                    List.of(),
                    turn,
                    new TokenUsage("m", null, counts.get(i), null, most)));
        }
        List<ChatMessage> sent = new ChatWindow("s", 0, maxAnswer).before(QUESTION, history);
        // a character is a token here
        int tokens = sent.stream().mapToInt(m -> m.text().length()).sum()
                + QUESTION.text().length();
        int room = most - (maxAnswer > 0 && maxAnswer < most ? maxAnswer : 0);
        if (sent.size() > 1) {
            assertThat(tokens).isLessThanOrEqualTo(room);
        }
        List<ChatMessage> kept = sent.subList(1, sent.size());
        assertThat(kept).isEqualTo(history.subList(history.size() - kept.size(), history.size()));
        if (tokens + 1_000 < most / 2 && maxAnswer < most / 4) {
            assertThat(kept).as("what fits by far goes along").hasSameSizeAs(history);
        }
    }

    @Provide
    Arbitrary<List<Integer>> counts() {
        return Arbitraries.integers().between(1, 60).list().ofMinSize(1).ofMaxSize(10);
    }

    @Provide
    Arbitrary<Integer> most() {
        return Arbitraries.of(1, 50, 200, 500, 100_000);
    }

    @Provide
    Arbitrary<Integer> answers() {
        return Arbitraries.of(0, 20, 400);
    }

    @Example
    void aPictureOfAnEarlierQuestionCountsAsItGoesAlong() {
        TokenUsage usage = new TokenUsage("m", null, 1, null, 1_000);
        List<ChatMessage> history = List.of(
                ChatMessage.user("See", PICTURE).ofTurn("1"),
                new ChatMessage(Role.ASSISTANT, "a", List.of(), "1", usage),
                ChatMessage.user("b").ofTurn("2"),
                new ChatMessage(Role.ASSISTANT, "b", List.of(), "2", usage));
        assertThat(new ChatWindow(null, 0, 0)
                        .before(QUESTION, history).stream()
                                .map(ChatMessage::turn)
                                .collect(Collectors.toSet()))
                .containsExactly("2");
    }
}
