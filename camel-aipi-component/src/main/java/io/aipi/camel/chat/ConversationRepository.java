/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import io.aipi.client.model.ChatMessage;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * Where conversations are kept, each under an id of its sender's.
 *
 * <p>A conversation is a list of messages that only grows at its end, and a version that changes with each {@link #append}.
 * Whoever appends names the version that he has loaded: of two that load the same one, the first appends, and the second loads
 * again. A question is appended before it is submitted, with the time for which its answer is awaited; meanwhile, others that
 * would ask in the same conversation wait.
 *
 * <p>All methods block, are called by many threads at once, and throw what they like if the store does not work. An
 * implementation that is a {@link org.apache.camel.Service} is started and stopped by the component, unless it has been started
 * before.
 */
public interface ConversationRepository {

    /**
     * What is kept of a conversation.
     *
     * @param messages oldest first
     * @param version changes with each append; 0 if nothing is kept
     * @param isAwaited whether the time of the last append, in which an answer is awaited, has not passed yet
     */
    record Conversation(List<ChatMessage> messages, long version, boolean isAwaited) {

        /** Copies the list. */
        public Conversation {
            messages = List.copyOf(messages);
        }
    }

    /**
     * The conversation with its newest messages; an empty one of version 0 if there is none.
     *
     * @param limit how many messages at most
     */
    Conversation load(String id, int limit);

    /**
     * Appends messages, unless somebody else has appended since the version was loaded.
     *
     * @param messages may be none, to extend the time only
     * @param awaited for how long from now, by the clock of the store, others are to wait for an answer; zero: no longer; null:
     *     as before
     * @return the new version; empty, and nothing is changed, if the version is no longer this one
     */
    OptionalLong append(String id, long version, List<ChatMessage> messages, Duration awaited);

    /** Forgets the conversation. */
    void delete(String id);

    /**
     * Forgets the conversations to which nothing was appended for this long.
     *
     * @return how many they were
     */
    int purge(Duration age);
}
