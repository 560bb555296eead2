/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import io.aipi.client.model.ChatMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Keeps conversations in memory, for one process and its life. Of more conversations than it has room for, those are forgotten
 * first that have rested for the longest.
 */
public final class MemoryConversationRepository implements ConversationRepository {

    private static final int DEFAULT_CONVERSATIONS = 1_000;
    private static final int DEFAULT_MESSAGES = 1_000;
    private static final Duration DEFAULT_AGE = Duration.ofDays(1);

    private record Kept(List<ChatMessage> messages, long version, Instant changed, Instant awaitedUntil) {}

    private final Clock clock;
    private final int maxConversations;
    private final int maxMessages;
    private final Duration maxAge;
    /** The one that has rested for the longest comes first. Guarded by this. */
    private final Map<String, Kept> conversations = new LinkedHashMap<>();

    /** Room for 1,000 conversations of 1,000 messages, each forgotten after a day without a message. */
    public MemoryConversationRepository() {
        this(DEFAULT_CONVERSATIONS, DEFAULT_MESSAGES, DEFAULT_AGE, Clock.systemUTC());
    }

    /**
     * With bounds of its own.
     *
     * @param maxConversations how many conversations are kept
     * @param maxMessages how many messages of each, the newest ones
     * @param maxAge how long each is kept after its last message
     * @param clock the time
     */
    public MemoryConversationRepository(int maxConversations, int maxMessages, Duration maxAge, Clock clock) {
        if (maxConversations < 1 || maxMessages < 2) {
            throw new IllegalArgumentException("There must be room for one conversation of two messages");
        }
        this.maxConversations = maxConversations;
        this.maxMessages = maxMessages;
        this.maxAge = maxAge;
        this.clock = clock;
    }

    @Override
    public synchronized Conversation load(String id, int limit) {
        purge(maxAge);
        Kept kept = conversations.get(id);
        return kept == null
                ? new Conversation(List.of(), 0, false)
                : new Conversation(
                        newest(kept.messages(), limit),
                        kept.version(),
                        kept.awaitedUntil().isAfter(clock.instant()));
    }

    private static List<ChatMessage> newest(List<ChatMessage> messages, int limit) {
        return messages.subList(Math.max(0, messages.size() - limit), messages.size());
    }

    @Override
    public synchronized OptionalLong append(String id, long version, List<ChatMessage> messages, Duration awaited) {
        Kept kept = conversations.get(id);
        if ((kept == null ? 0 : kept.version()) != version) {
            return OptionalLong.empty();
        }
        Instant now = clock.instant();
        List<ChatMessage> all = new ArrayList<>(kept == null ? List.of() : kept.messages());
        all.addAll(messages);
        Instant until = awaited != null ? now.plus(awaited) : kept == null ? now : kept.awaitedUntil();
        // to the end of the map
        conversations.remove(id);
        conversations.put(id, new Kept(List.copyOf(newest(all, maxMessages)), version + 1, now, until));
        if (conversations.size() > maxConversations) {
            conversations.remove(conversations.keySet().iterator().next());
        }
        return OptionalLong.of(version + 1);
    }

    @Override
    public synchronized void delete(String id) {
        conversations.remove(id);
    }

    @Override
    public synchronized int purge(Duration age) {
        Instant oldest = clock.instant().minus(age);
        int purged = 0;
        Iterator<Kept> kept = conversations.values().iterator();
        while (kept.hasNext() && kept.next().changed().isBefore(oldest)) {
            kept.remove();
            purged++;
        }
        return purged;
    }
}
