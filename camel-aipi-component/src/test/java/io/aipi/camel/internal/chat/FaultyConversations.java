/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.client.model.ChatMessage;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/** A repository that fails and refuses when it is told to. */
public final class FaultyConversations implements ConversationRepository {

    /** What its failures say. */
    public static final String AWAY = "The store of conversations is away";

    private final ConversationRepository repository;
    /** How many appends work before all others throw. */
    private final AtomicInteger workingAppends = new AtomicInteger(Integer.MAX_VALUE);
    /** How many of the next accesses throw. */
    int failures;
    /** How many of the next appends are refused, as if somebody else had appended. */
    int conflicts;
    /** How many of the next appends are made, and throw all the same. */
    int unclear;

    /** It works, at first. */
    public FaultyConversations(ConversationRepository repository) {
        this.repository = repository;
    }

    /** So many appends work, and then none. May be called by another thread. */
    public void failAppendsAfter(int appends) {
        workingAppends.set(appends);
    }

    @Override
    public Conversation load(String id, int limit) {
        failIfTold();
        return repository.load(id, limit);
    }

    @Override
    public OptionalLong append(String id, long version, List<ChatMessage> messages, Duration awaited) {
        failIfTold();
        if (workingAppends.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            throw new IllegalStateException(AWAY);
        }
        if (conflicts > 0) {
            conflicts--;
            return OptionalLong.empty();
        }
        OptionalLong next = repository.append(id, version, messages, awaited);
        if (unclear > 0) {
            unclear--;
            throw new IllegalStateException(AWAY);
        }
        return next;
    }

    private void failIfTold() {
        if (failures > 0) {
            failures--;
            throw new IllegalStateException(AWAY);
        }
    }

    @Override
    public void delete(String id) {
        repository.delete(id);
    }

    @Override
    public int purge(Duration age) {
        return repository.purge(age);
    }
}
