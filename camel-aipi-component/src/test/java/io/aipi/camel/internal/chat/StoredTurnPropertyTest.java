/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.chat.MemoryConversationRepository;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobResult;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Three processes that ask and answer in one conversation, in any order, slowly, and with a repository that fails: each question
 * comes to its end, and no answer is lost or kept twice.
 */
class StoredTurnPropertyTest {

    private static final String ID = "a";
    private static final int PROCESSES = 3;
    private static final int QUESTIONS = 10;

    private static final class Story {

        final Random random;
        final VirtualScheduler scheduler = new VirtualScheduler();
        final InstantSource clock = () -> Instant.EPOCH.plus(scheduler.elapsed());
        final MemoryConversationRepository stored =
                new MemoryConversationRepository(10, 1_000, Duration.ofDays(1), clock.withZone(ZoneOffset.UTC));
        final List<Instance> processes = new ArrayList<>();
        final List<Question> questions = new ArrayList<>();
        boolean isFaulty;

        Story(long seed) {
            random = new Random(seed);
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(new Instance(this));
            }
        }

        void step() {
            Instance process = processes.get(random.nextInt(PROCESSES));
            switch (random.nextInt(6)) {
                case 0 -> {
                    if (questions.size() < QUESTIONS) {
                        questions.add(process.ask("question " + questions.size(), random.nextInt(3) == 0));
                    }
                }
                case 1, 2 -> process.runOne(random);
                case 3 -> questions.forEach(question -> question.answerSometime(random));
                case 4 -> scheduler.advance(Duration.ofMillis(random.nextInt(8_000)));
                default -> process.breakDown(random, isFaulty);
            }
        }

        /** The repository works, and all threads run. */
        void finish() {
            processes.forEach(process -> process.breakDown(random, false));
            for (int i = 0; i < 2_000 && !questions.stream().allMatch(Question::isOver); i++) {
                processes.forEach(Instance::runAll);
                questions.forEach(Question::answer);
                scheduler.advance(Duration.ofSeconds(1));
            }
            processes.forEach(Instance::runAll);
        }
    }

    private static final class Instance {

        final Story story;
        final List<Runnable> tasks = new ArrayList<>();
        final FaultyConversations repository;
        final Conversations conversations;
        final ChatOptions options;
        final List<Question> asked = new ArrayList<>();

        Instance(Story story) {
            this.story = story;
            repository = new FaultyConversations(story.stored);
            conversations = new Conversations(() -> null, same -> tasks::add, story.scheduler::schedule);
            options = new ChatOptions(null, true, repository, 0, Duration.ofMinutes(5));
        }

        Question ask(String text, boolean isDetached) {
            Question question = new Question(this, text, isDetached);
            question.asked.whenComplete((before, failure) -> asked.add(question));
            question.asked.thenAccept(before -> question.isToldAll = story.questions.stream()
                    .filter(other -> other.isKept)
                    .allMatch(other -> before.stream().anyMatch(m -> m.text().equals("answer to " + other.text))));
            return question;
        }

        /** In nearly the order of a few threads. */
        void runOne(Random random) {
            if (!tasks.isEmpty()) {
                tasks.remove(random.nextInt(Math.min(3, tasks.size()))).run();
            }
        }

        void runAll() {
            while (!tasks.isEmpty()) {
                tasks.remove(0).run();
            }
        }

        void breakDown(Random random, boolean isFaulty) {
            repository.conflicts = isFaulty ? random.nextInt(3) : 0;
            repository.failures = isFaulty ? random.nextInt(2) : 0;
            repository.unclear = isFaulty ? random.nextInt(2) : 0;
        }
    }

    private static final class Question {

        final Instance process;
        final String text;
        final boolean isDetached;
        final ChatTurn turn;
        final CompletableFuture<List<ChatMessage>> asked;
        /** Null before there is one. */
        CompletableFuture<?> answered;

        boolean isKept;
        /** Whether all answers that were kept then went along with it. */
        boolean isToldAll = true;

        Question(Instance process, String text, boolean isDetached) {
            this.process = process;
            this.text = text;
            this.isDetached = isDetached;
            turn = process.conversations.turn(
                    process.options, AipiRequest.ofPrompt(text), Map.of(), ID, List.of(), () -> true);
            asked = turn.ask(isDetached);
        }

        void answerSometime(Random random) {
            if (random.nextInt(3) == 0) {
                answer();
            }
        }

        void answer() {
            if (!asked.isDone() || asked.isCompletedExceptionally() || isOver()) {
                return;
            }
            String answer = "answer to " + text;
            JobResult result =
                    new JobResult("chat", "job", answer, List.of(), null, null, null, null, Map.of("text", answer));
            if (isDetached) {
                answerDetached(result);
            } else if (answered == null) {
                CompletableFuture<List<ChatMessage>> answering = turn.answered(result);
                answered = answering;
                answering.thenAccept(conversation -> isKept = true);
            }
        }

        /** Delivered again until its route succeeds. */
        private void answerDetached(JobResult result) {
            try {
                Conversations.answer(process.options, turn.detached(), result);
                answered = CompletableFuture.completedFuture(null);
                isKept = true;
            } catch (IllegalStateException away) {
                assertThat(away).hasMessageContaining(FaultyConversations.AWAY);
            }
        }

        boolean isOver() {
            return asked.isCompletedExceptionally() || (answered != null && answered.isDone());
        }
    }

    @Property(tries = 600)
    void eachQuestionComesToItsEnd_andEachAnswerIsKeptOnceWithItsQuestion(@ForAll long seed, @ForAll boolean isFaulty) {
        Story story = new Story(seed);
        story.isFaulty = isFaulty;
        for (int i = 0; i < 150; i++) {
            story.step();
        }
        story.finish();

        assertThat(story.questions).allMatch(Question::isOver).allMatch(question -> question.isToldAll);
        for (Instance process : story.processes) {
            assertThat(process.conversations.waiting()).isZero();
            assertThat(process.asked)
                    .as("asked in the order in which they came")
                    .isSubsetOf(story.questions)
                    .isSortedAccordingTo((one, other) -> story.questions.indexOf(one) - story.questions.indexOf(other));
        }
        List<ChatMessage> sent = new ChatWindow(null, 0, 0)
                .before(ChatMessage.user("last"), story.stored.load(ID, 1_000).messages());
        List<String> texts = sent.stream().map(ChatMessage::text).toList();
        assertThat(texts).doesNotHaveDuplicates();
        for (Question question : story.questions) {
            int at = texts.indexOf(question.text);
            if (question.isKept) {
                assertThat(at).isNotNegative();
            }
            if (at >= 0) {
                assertThat(texts.get(at + 1)).isEqualTo("answer to " + question.text);
            }
            if (!isFaulty) {
                assertThat(question.isKept).isTrue();
            }
        }
    }
}
