/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.chat.ConversationRepository;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Questions in a conversation are asked one after the other, each with all answers before it, and none is lost. */
class StoredTurnTest {

    private static final String ID = "order-1";

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final InstantSource clock = () -> Instant.EPOCH.plus(scheduler.elapsed());
    private final ConversationRepository stored =
            new MemoryConversationRepository(10, 1_000, Duration.ofDays(1), clock.withZone(ZoneOffset.UTC));
    private final Instance here = new Instance(scheduler, Runnable::run);
    private final Instance there = new Instance(scheduler, Runnable::run);

    /** With conversations and a view of the repository of its own. */
    private final class Instance {

        final FaultyConversations repository = new FaultyConversations(stored);
        final Conversations conversations;
        final ChatOptions options = new ChatOptions("Be brief", true, repository, 100, Duration.ofMinutes(5));

        Instance(VirtualScheduler time, Executor threads) {
            conversations = new Conversations(() -> null, same -> threads, time::schedule);
        }

        Question question(String text) {
            return new Question(this, text);
        }

        List<ChatMessage> answer(String kept, JobResult result) {
            return Conversations.answer(options, kept, result);
        }
    }

    private static final class Question {

        final AtomicBoolean isPending = new AtomicBoolean(true);
        final ChatTurn turn;
        CompletableFuture<List<ChatMessage>> asked;

        Question(Instance process, String text) {
            turn = process.conversations.turn(
                    process.options, AipiRequest.ofPrompt(text), Map.of(), ID, List.of(), isPending::get);
        }

        Question ask() {
            asked = turn.ask(false);
            return this;
        }

        Question askDetached() {
            asked = turn.ask(true);
            return this;
        }

        /** What is sent before it, without the system message. */
        List<String> before() {
            assertThat(asked).isCompleted();
            return asked.join().stream().skip(1).map(ChatMessage::text).toList();
        }
    }

    private static JobResult result(String text) {
        return new JobResult("chat", "job", text, List.of(), null, null, null, null, Map.of("text", text));
    }

    private List<String> kept() {
        return stored.load(ID, 1_000).messages().stream().map(ChatMessage::text).toList();
    }

    // ---- in one process

    @Test
    void questionsAreAskedInTheOrderInWhichTheyCame_eachWithAllAnswersBefore() {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            questions.add(here.question("question " + i));
        }
        questions.forEach(Question::ask);
        List<String> before = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            assertThat(questions.subList(i + 1, 20))
                    .allSatisfy(later -> assertThat(later.asked).isNotDone());
            assertThat(questions.get(i).before()).isEqualTo(before);
            before.addAll(List.of("question " + i, "answer " + i));
            assertThat(questions.get(i).turn.answered(result("answer " + i)).join())
                    .hasSize(2 * i + 2);
        }
        assertThat(kept()).isEqualTo(before);
        assertThat(here.conversations.waiting()).isZero();
    }

    @Test
    void theQueueIsEnteredByEnter_beforeWhatComesBeforeTheQuestion() {
        Question first = here.question("first");
        Question second = here.question("second");
        first.turn.enter();
        second.turn.enter();
        second.ask();
        assertThat(second.asked).isNotDone();
        first.turn.cancel();
        assertThat(second.before()).isEmpty();
    }

    @Test
    void aTurnThatNobodyEnteredIsInNobodysWay() {
        here.question("thrown away between its making and its start");
        here.question("cancelled").turn.cancel();
        assertThat(here.question("next").ask().before()).isEmpty();
    }

    @Test
    void aQuestionThatWasWrittenByAnAppendThatThrewIsWaitedForByNobody() {
        here.repository.unclear = 1;
        assertThat(here.question("first").ask().asked).isCompletedExceptionally();
        assertThat(here.question("first, again").ask().before()).isEmpty();
        assertThat(kept()).containsExactly("first", null, "first, again");
    }

    @Test
    void aQuestionWithoutAnAnswerDoesNotGoAlong() {
        Question first = here.question("first").ask();
        Question second = here.question("second").ask();
        first.turn.failed().join();
        assertThat(second.before()).isEmpty();
        assertThat(kept()).containsExactly("first", null, "second");
    }

    @Test
    void anExchangeThatEndsWhileItWaitsLeavesItsPlace() {
        Question first = here.question("first").ask();
        Question second = here.question("second").ask();
        Question third = here.question("third").ask();
        second.isPending.set(false);
        first.turn.answered(result("a")).join();
        assertThat(second.asked).isCompletedExceptionally();
        assertThat(third.before()).containsExactly("first", "a");
        assertThat(kept()).doesNotContain("second");
    }

    @Test
    void anExchangeThatEndsWhileItWaitsForAnotherProcessLeavesItsPlace() {
        there.question("there").ask();
        Question first = here.question("first").ask();
        Question second = here.question("second").ask();
        first.isPending.set(false);
        second.isPending.set(false);
        scheduler.advance(Duration.ofSeconds(2));
        assertThat(first.asked).isCompletedExceptionally();
        assertThat(second.asked).isCompletedExceptionally();
        assertThat(here.conversations.waiting()).isZero();
    }

    @Test
    void afterTheEndOfTheConversationsNobodyIsInTheWay() {
        here.question("asked").ask();
        here.question("waits").ask();
        here.conversations.close();
        assertThat(here.conversations.waiting()).isZero();
    }

    // ---- two processes

    @Test
    void ofTwoProcessesOneAsksAfterTheOther() {
        Question first = here.question("first").ask();
        Question second = there.question("second").ask();
        scheduler.advance(Duration.ofMinutes(10));
        assertThat(second.asked).as("the first is announced again and again").isNotDone();
        first.turn.answered(result("a")).join();
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(second.before()).containsExactly("first", "a");
    }

    @Test
    void nothingIsAnnouncedAfterTheAnswer() {
        Question first = here.question("first").ask();
        first.turn.answered(result("a")).join();
        scheduler.advance(StoredTurn.ANNOUNCED);
        assertThat(scheduler.waiting()).isZero();
        assertThat(stored.load(ID, 10).version()).isEqualTo(2);
    }

    /** Its scheduler stands still from the question on. */
    private Instance died() {
        return new Instance(new VirtualScheduler(), Runnable::run);
    }

    @Test
    void aProcessThatDiedIsPassedOver_andItsLateAnswerStandsWithItsQuestion() {
        Question left = died().question("left").ask();
        Question next = here.question("next").ask();
        scheduler.advance(StoredTurn.ANNOUNCED.minusSeconds(1));
        assertThat(next.asked).isNotDone();
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(next.before()).isEmpty();
        next.turn.answered(result("a")).join();

        // it had only slept
        assertThat(left.turn.answered(result("late")).join()).hasSize(6);
        assertThat(kept()).containsExactly("left", null, "next", "a", "left", "late");
        assertThat(here.question("last").ask().before()).containsExactly("next", "a", "left", "late");
    }

    @Test
    void aLateAnswerOfOneThatWasPassedOverEndsNobodyElsesTurn() {
        Question left = died().question("left").ask();
        scheduler.advance(StoredTurn.ANNOUNCED);
        Question next = here.question("next").ask();
        left.turn.answered(result("late")).join();
        Question last = there.question("last").ask();
        scheduler.advance(Duration.ofMinutes(5));
        assertThat(last.asked).as("the second is still awaited, and announced").isNotDone();
        next.turn.answered(result("a")).join();
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(last.before()).containsExactly("left", "late", "next", "a");
    }

    @Test
    void whoWasPassedOverAnnouncesNothingMore_andItsFailureChangesNothing() {
        VirtualScheduler slow = new VirtualScheduler();
        Question left = new Instance(slow, Runnable::run).question("left").ask();
        scheduler.advance(StoredTurn.ANNOUNCED);
        here.question("next").ask();
        slow.advance(Duration.ofMinutes(1));
        assertThat(slow.waiting()).isZero();
        left.turn.failed().join();
        assertThat(kept()).containsExactly("left", null, "next");
    }

    // ---- a repository that does not work

    @Test
    void ifTheQuestionCannotBeKept_itIsNotAsked_andTheNextOneIs() {
        Question first = here.question("first");
        Question second = here.question("second");
        here.repository.failures = 1;
        first.ask();
        second.ask();
        assertThat(first.asked).isCompletedExceptionally();
        assertThat(second.before()).isEmpty();
        assertThat(kept()).containsExactly("second");
    }

    @Test
    void ifTheAnswerCannotBeKept_thatIsToldAndTheNextOneWaitsForNobody() {
        Question first = here.question("first").ask();
        Question second = here.question("second").ask();
        here.repository.failures = 1;
        assertThat(first.turn.answered(result("a"))).isCompletedExceptionally();
        scheduler.advance(StoredTurn.ANNOUNCED.plusSeconds(2));
        assertThat(second.before()).isEmpty();
    }

    @Test
    void thatNoAnswerComesNeverFails() {
        Question first = here.question("first").ask();
        here.repository.failures = 1;
        assertThat(first.turn.failed()).isCompleted();
        assertThat(here.conversations.waiting()).isZero();
    }

    @Test
    void othersWhoAppendAtTheSameTimeCostNothing() {
        here.repository.conflicts = 5;
        Question first = here.question("first").ask();
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(first.before()).isEmpty();
        here.repository.conflicts = 50;
        assertThat(first.turn.answered(result("a")).join()).hasSize(2);
        assertThat(kept()).containsExactly("first", "a");
    }

    @Test
    void aRepositoryThatRefusesForEverHoldsNoThread() {
        Question first = here.question("first").ask();
        here.repository.conflicts = Integer.MAX_VALUE;
        assertThat(first.turn.answered(result("a"))).isCompletedExceptionally();
        assertThat(here.conversations.waiting()).isZero();
    }

    @Test
    void anAnnouncementThatFailsIsMadeAgain() {
        Question first = here.question("first").ask();
        Question second = there.question("second").ask();
        for (int i = 0; i < 20; i++) {
            here.repository.failures = 1;
            scheduler.advance(Duration.ofSeconds(20));
        }
        assertThat(second.asked).isNotDone();
        here.repository.failures = 0;
        first.turn.answered(result("a")).join();
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(second.before()).containsExactly("first", "a");
    }

    @Test
    void aQuestionThatWasKeptThoughTheRepositoryFailedIsPassedOver() {
        here.repository.unclear = 1;
        Question first = here.question("first").ask();
        assertThat(first.asked).isCompletedExceptionally();
        Question second = here.question("second").ask();
        scheduler.advance(StoredTurn.ANNOUNCED.plusSeconds(2));
        assertThat(second.before()).isEmpty();
    }

    // ---- detached jobs

    @Test
    void aDetachedQuestionIsAwaitedForTheLongestJob_andAnsweredByAnyProcess() {
        Question first = here.question("first").askDetached();
        Question second = here.question("second").askDetached();
        Question third = there.question("third").ask();
        scheduler.advance(Duration.ofMinutes(4));
        assertThat(second.asked).isNotDone();
        assertThat(third.asked).isNotDone();
        assertThat(there.answer(first.turn.detached(), result("a"))).hasSize(2);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(List.of(second.asked.isDone(), third.asked.isDone())).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void aRedeliveredAnswerIsAppendedOnce_howeverMuchWasSaidSince() {
        Question first = here.question("first").askDetached();
        there.answer(first.turn.detached(), result("a"));
        for (int i = 0; i < 300; i++) {
            here.question("more").ask().turn.answered(result("more")).join();
        }
        there.answer(first.turn.detached(), result("a"));
        there.answer(first.turn.detached(), null);
        assertThat(kept()).hasSize(602).containsOnlyOnce("first", "a");
    }

    @Test
    void anAnswerWhoseQuestionIsForgottenIsNotKept() {
        Question first = here.question("first").askDetached();
        stored.delete(ID);
        assertThat(there.answer(first.turn.detached(), result("a"))).isEmpty();
        assertThat(kept()).isEmpty();
    }

    @Test
    void aFailedDetachedJobLetsTheNextOneAsk_andALateAnswerAllTheSameCounts() {
        Question first = here.question("first").askDetached();
        there.answer(first.turn.detached(), null);
        Question second = here.question("second").ask();
        assertThat(second.before()).isEmpty();
        there.answer(first.turn.detached(), result("late"));
        second.turn.answered(result("b")).join();
        assertThat(here.question("third").ask().before()).containsExactly("first", "late", "second", "b");
    }

    /** One that is out of the window of the endpoint that answers. */
    @Test
    void conversationsWithABoundOfOneMessageWork() {
        ChatOptions narrow = new ChatOptions(null, true, stored, 1, Duration.ofMinutes(5));
        ChatTurn turn = here.conversations.turn(narrow, AipiRequest.ofPrompt("q"), Map.of(), ID, List.of(), () -> true);
        assertThat(turn.ask(false).join()).isEmpty();
        assertThat(turn.answered(result("a")).join()).hasSize(2);
    }

    @Test
    void optionsDoNotShowTheSystemMessage() {
        assertThat(here.options.toString()).doesNotContain("Be brief");
    }
}
