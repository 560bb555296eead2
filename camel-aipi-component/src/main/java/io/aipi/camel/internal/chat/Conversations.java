/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.ChatMessage.Role;
import io.aipi.client.model.JobResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.support.service.ServiceHelper;

/** The conversations of a component. */
public final class Conversations {

    private record Key(ConversationRepository repository, String id) {}

    private final Supplier<CamelContext> context;
    private final ConversationThreads threads;
    private final ConversationQueue queue = new ConversationQueue();
    private final Set<ConversationRepository> known = ConcurrentHashMap.newKeySet();
    /** Those that were started here. */
    private final Set<ConversationRepository> started = ConcurrentHashMap.newKeySet();

    /**
     * There is none yet.
     *
     * @param storeThreads threads that may be blocked by a repository
     * @param schedule runs a task after a delay, on a thread that must not be blocked
     */
    public Conversations(
            Supplier<CamelContext> context,
            Function<ConversationRepository, Executor> storeThreads,
            BiConsumer<Runnable, Duration> schedule) {
        this.context = context;
        this.threads = new ConversationThreads() {
            @Override
            public <T> CompletableFuture<T> run(ConversationRepository repository, Supplier<T> task) {
                try {
                    return CompletableFuture.supplyAsync(task, storeThreads.apply(repository));
                } catch (RejectedExecutionException | Error notBegun) {
                    return CompletableFuture.failedFuture(notBegun);
                }
            }

            @Override
            public void schedule(Runnable task, Duration delay) {
                schedule.accept(task, delay);
            }
        };
    }

    /** Starts the repository unless it has been started. One that has failed to start is started again by the next call. */
    public synchronized void use(ConversationRepository repository) {
        if (known.contains(repository)) {
            return;
        }
        if (!ServiceHelper.isStarted(repository)) {
            // what others have started is theirs to stop
            started.add(repository);
            CamelContextAware.trySetCamelContext(repository, context.get());
            ServiceHelper.startService(repository);
        }
        known.add(repository);
    }

    /**
     * The turn of a request's question.
     *
     * @param id of a conversation in the repository; null for none
     * @param carried the conversation that the exchange itself brings; empty for none
     * @param fixedParameters of all requests
     * @param isPending whether somebody waits for the question's turn
     */
    public ChatTurn turn(
            ChatOptions options,
            AipiRequest request,
            Map<String, Object> fixedParameters,
            String id,
            List<ChatMessage> carried,
            BooleanSupplier isPending) {
        ChatMessage question = new ChatMessage(
                Role.USER,
                request.prompt(),
                request.pictures(),
                UUID.randomUUID().toString(),
                null);
        ChatWindow window = new ChatWindow(
                options.systemMessage(), options.maxMessages(), maxAnswerTokens(request.parameters(), fixedParameters));
        if (id == null) {
            return new CarriedTurn(window, carried, question, options.hasMemory());
        }
        return new StoredTurn(
                options.repository(),
                id,
                window,
                options.limit(),
                question,
                threads,
                options.jobTimeout(),
                isPending,
                () -> queue.enter(new Key(options.repository(), id)));
    }

    /** The usual name of the parameter; 0 if nobody says. */
    private static int maxAnswerTokens(Map<String, Object> parameters, Map<String, Object> fixed) {
        Object said = parameters.getOrDefault("max_gen_tokens", fixed.get("max_gen_tokens"));
        try {
            return said == null ? 0 : Integer.parseInt(said.toString().trim());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /**
     * The conversation of a detached job, with its answer. Blocks. Called again for the same job, it changes nothing.
     *
     * @param kept what {@link ChatTurn#detached} gave
     * @param result null if there will be none
     */
    public static List<ChatMessage> answer(ChatOptions options, String kept, JobResult result) {
        if (CarriedTurn.isKept(kept)) {
            return CarriedTurn.answer(kept, result);
        }
        if (options.repository() == null) {
            throw new IllegalStateException("The job belongs to a conversation in a conversationRepository, and the"
                    + " endpoint that consumes its result has none");
        }
        return StoredTurn.answer(options.repository(), options.limit(), kept, result);
    }

    /** Conversations in which somebody asks, or waits for his turn. */
    int waiting() {
        return queue.size();
    }

    /** Stops what was started here. Who waits for his turn does not get it any more, and is in nobody's way. */
    public void close() {
        queue.clear();
        ServiceHelper.stopService(started);
        started.clear();
        known.clear();
    }
}
