/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import io.aipi.camel.chat.ConversationRepository;
import java.time.Duration;

/**
 * How an endpoint holds conversations.
 *
 * @param systemMessage how the model is to behave; null for nothing
 * @param hasMemory whether exchanges go on with a conversation
 * @param repository keeps conversations across exchanges; null for none
 * @param maxMessages how many messages of a conversation go along with a question; 0 is no bound
 * @param jobTimeout the longest time for a job
 */
public record ChatOptions(
        String systemMessage,
        boolean hasMemory,
        ConversationRepository repository,
        int maxMessages,
        Duration jobTimeout) {

    /** Messages that are read of a conversation without a bound. */
    static final int MOST = 10_000;

    /** How many messages are read: some of them may stand for answers that did not come. */
    int limit() {
        return maxMessages == 0 ? MOST : (int) Math.min(MOST, 2L * maxMessages + 10);
    }

    /** Without the system message. */
    @Override
    public String toString() {
        return "ChatOptions[" + (hasMemory ? "with" : "without") + " memory, at most " + maxMessages + " messages]";
    }
}
