/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.camel.chat.ConversationRepository.Conversation;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A turn of a conversation in a repository.
 *
 * <p>Invariants: a question is appended before it is submitted, and only while none awaits its answer; so its request has all
 * answers before it. Nobody waits for an answer for longer than it was announced for: what a process has left behind is passed
 * over then. An answer that comes later all the same is appended with its question. Each turn is answered once, whoever brings
 * the answer, and however often.
 */
final class StoredTurn implements ChatTurn {

    private static final Logger LOG = LoggerFactory.getLogger(StoredTurn.class);

    /** How long an answer is announced for by a process that waits for it, which goes on announcing it. */
    static final Duration ANNOUNCED = Duration.ofSeconds(30);

    /** Between two attempts to ask while an answer is awaited; doubles with each. */
    private static final Duration FIRST_WAIT = Duration.ofMillis(25);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /** In which others have appended each time; a repository that goes on so does not work. */
    private static final int MOST_CONFLICTS = 100;

    private final ConversationRepository repository;
    private final String id;
    private final ChatWindow window;
    private final int limit;
    private final ChatMessage question;
    private final ConversationThreads threads;
    private final Duration longestJob;
    private final BooleanSupplier isPending;
    private final Supplier<ConversationQueue.Ticket> queue;

    /** Null before {@link #enter}, which the thread of the exchange calls. */
    private volatile ConversationQueue.Ticket ticket;
    /** Whether an answer is announced again and again; guarded by this. */
    private boolean announcing;

    /**
     * Not in the queue yet.
     *
     * @param limit how many messages are read at most
     * @param longestJob for how long the answer of a detached job is awaited
     * @param isPending whether somebody waits for the question's turn
     * @param queue is entered to get a ticket
     */
    StoredTurn(
            ConversationRepository repository,
            String id,
            ChatWindow window,
            int limit,
            ChatMessage question,
            ConversationThreads threads,
            Duration longestJob,
            BooleanSupplier isPending,
            Supplier<ConversationQueue.Ticket> queue) {
        this.repository = repository;
        this.id = id;
        this.window = window;
        this.limit = limit;
        this.question = question;
        this.threads = threads;
        this.longestJob = longestJob;
        this.isPending = isPending;
        this.queue = queue;
    }

    @Override
    public void enter() {
        ticket = queue.get();
    }

    @Override
    public void cancel() {
        if (ticket != null) {
            ticket.leave();
        }
    }

    @Override
    public CompletableFuture<List<ChatMessage>> ask(boolean isDetached) {
        if (ticket == null) {
            enter();
        }
        CompletableFuture<List<ChatMessage>> asked = new CompletableFuture<>();
        ticket.turn().whenComplete((turn, never) -> ask(asked, isDetached ? longestJob : ANNOUNCED, FIRST_WAIT));
        return asked.whenComplete((messages, failure) -> {
            if (failure != null && !asked.isCancelled()) {
                withdraw();
            } else if (failure != null || isDetached) {
                // others see in the repository that the answer is awaited
                ticket.leave();
            } else {
                announce();
            }
        });
    }

    /** An append that has failed may have been made: a question that nobody asks is not to be waited for. */
    private void withdraw() {
        onThread(() -> append(repository, id, limit, null, Answers.missing(question.turn())))
                .whenComplete((conversation, again) -> ticket.leave());
    }

    private void ask(CompletableFuture<List<ChatMessage>> asked, Duration awaited, Duration wait) {
        onThread(() -> tryToAsk(awaited)).whenComplete((messages, failure) -> {
            if (failure != null) {
                asked.completeExceptionally(failure);
            } else if (messages != null) {
                asked.complete(messages);
            } else if (isPending.getAsBoolean()) {
                Duration next = wait.multipliedBy(2);
                threads.schedule(
                        () -> ask(asked, awaited, next.compareTo(LONGEST_WAIT) < 0 ? next : LONGEST_WAIT), wait);
            } else {
                asked.cancel(false);
            }
        });
    }

    /** The messages to be sent; null if others come first. */
    private List<ChatMessage> tryToAsk(Duration awaited) {
        if (!isPending.getAsBoolean()) {
            return null;
        }
        Conversation conversation = repository.load(id, limit);
        String open = openTurn(conversation.messages());
        if (open != null && conversation.isAwaited()) {
            return null;
        }
        List<ChatMessage> added = new ArrayList<>();
        if (open != null) {
            LOG.warn("The answer to the last question of conversation {} has not come in time; it is passed over", id);
            added.add(Answers.missing(open));
        }
        added.add(question);
        return repository.append(id, conversation.version(), added, awaited).isPresent()
                ? window.before(question, conversation.messages())
                : null;
    }

    /** The turn that has no answer; null for none. Late answers of others, and messages written by hand, may follow it. */
    private static String openTurn(List<ChatMessage> messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            ChatMessage message = messages.get(i);
            boolean isQuestion = message.role() == ChatMessage.Role.USER && message.turn() != null;
            if (isQuestion && !Answers.isAnswered(messages, message.turn())) {
                return message.turn();
            }
        }
        return null;
    }

    // ---- while the answer is awaited

    private void announce() {
        synchronized (this) {
            announcing = true;
        }
        announceLater();
    }

    private void announceLater() {
        try {
            threads.schedule(() -> onThread(this::announceAgain), ANNOUNCED.dividedBy(3));
        } catch (RuntimeException | Error e) {
            // the answer comes all the same
            LOG.warn("That an answer is awaited in conversation {} will not be written", id, e);
        }
    }

    /** Under the lock: nothing is announced after the end of the turn has begun. */
    private synchronized Void announceAgain() {
        if (!announcing) {
            return null;
        }
        try {
            Conversation conversation = repository.load(id, limit);
            if (!question.turn().equals(openTurn(conversation.messages()))) {
                // somebody has passed over this turn, whose answer will come all the same
                announcing = false;
                return null;
            }
            // if somebody else appends just now, the next announcement is in time, too
            repository.append(id, conversation.version(), List.of(), ANNOUNCED);
        } catch (RuntimeException | Error e) {
            LOG.warn("That an answer is awaited in conversation {} could not be written", id, e);
        }
        announceLater();
        return null;
    }

    // ---- the end

    @Override
    public CompletableFuture<List<ChatMessage>> answered(JobResult result) {
        return end(Answers.of(result, question.turn()));
    }

    @Override
    public CompletableFuture<Void> failed() {
        return end(Answers.missing(question.turn())).handle((conversation, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "That a question in conversation {} has no answer could not be written; others wait for it until"
                                + " its time is over",
                        id,
                        failure);
            }
            return null;
        });
    }

    private CompletableFuture<List<ChatMessage>> end(ChatMessage answer) {
        return onThread(() -> {
                    synchronized (this) {
                        announcing = false;
                    }
                    return append(repository, id, limit, question, answer);
                })
                .whenComplete((conversation, failure) -> cancel());
    }

    /** Appends the answer unless the turn has one, and gives the conversation. {@code question} is null if it is not known. */
    static List<ChatMessage> append(
            ConversationRepository repository, String id, int limit, ChatMessage question, ChatMessage answer) {
        for (int attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
            Conversation conversation = repository.load(id, limit);
            if (Answers.question(conversation.messages(), answer.turn()) == null) {
                // much may have been said since
                conversation = repository.load(id, ChatOptions.MOST);
            }
            List<ChatMessage> messages = conversation.messages();
            List<ChatMessage> added = added(messages, question, answer);
            if (added.isEmpty()) {
                return messages;
            }
            boolean isLast = answer.turn().equals(openTurn(messages));
            OptionalLong next = repository.append(id, conversation.version(), added, isLast ? Duration.ZERO : null);
            if (next.isPresent()) {
                List<ChatMessage> all = new ArrayList<>(messages);
                all.addAll(added);
                return List.copyOf(all);
            }
        }
        throw new IllegalStateException("The conversationRepository has refused an answer " + MOST_CONFLICTS
                + " times, as if others had appended to its conversation each time");
    }

    /** What makes the answer part of the conversation; nothing if it is, or if its question is forgotten. */
    private static List<ChatMessage> added(List<ChatMessage> messages, ChatMessage question, ChatMessage answer) {
        ChatMessage kept = Answers.question(messages, answer.turn());
        ChatMessage asked = kept != null ? kept : question;
        boolean isAnswered = Answers.isAnswered(messages, answer.turn());
        boolean isPassedOver = answer.text() != null && isAnswered && isMissing(messages, answer.turn());
        if (asked == null || (isAnswered && !isPassedOver)) {
            return List.of();
        }
        // late, and out of order: with its question, so that the two stand together
        return isPassedOver || kept == null ? List.of(asked, answer) : List.of(answer);
    }

    private static boolean isMissing(List<ChatMessage> messages, String turn) {
        return messages.stream()
                .filter(message -> message.role() == ChatMessage.Role.ASSISTANT && turn.equals(message.turn()))
                .allMatch(ChatMessage::isMissingAnswer);
    }

    /** What others need to bring the answer. */
    @Override
    public String detached() {
        return question.turn() + " " + id;
    }

    /** The conversation with the answer of a detached job; {@code result} is null for none. */
    static List<ChatMessage> answer(ConversationRepository repository, int limit, String kept, JobResult result) {
        int space = kept.indexOf(' ');
        return append(repository, kept.substring(space + 1), limit, null, Answers.of(result, kept.substring(0, space)));
    }

    private <T> CompletableFuture<T> onThread(Supplier<T> task) {
        return threads.run(repository, task);
    }
}
