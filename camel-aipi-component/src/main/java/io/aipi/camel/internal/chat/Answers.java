/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.ChatMessage.Role;
import io.aipi.client.model.JobResult;
import java.util.List;

/** Results as messages. */
final class Answers {

    private Answers() {}

    /**
     * The answer that the result is; with null, what stands in place of one that did not come. One without text is an empty
     * one: pictures and sound do not go on with a conversation.
     */
    static ChatMessage of(JobResult result, String turn) {
        return result == null
                ? missing(turn)
                : new ChatMessage(
                        Role.ASSISTANT, result.text() == null ? "" : result.text(), List.of(), turn, result.usage());
    }

    /** In place of an answer that did not come. */
    static ChatMessage missing(String turn) {
        return new ChatMessage(Role.ASSISTANT, null, List.of(), turn, null);
    }

    /** The question of this turn; null if it is not there. */
    static ChatMessage question(List<ChatMessage> messages, String turn) {
        return find(messages, turn, Role.USER);
    }

    /** Whether the turn has its answer, or what stands in its place. */
    static boolean isAnswered(List<ChatMessage> messages, String turn) {
        return find(messages, turn, Role.ASSISTANT) != null;
    }

    private static ChatMessage find(List<ChatMessage> messages, String turn, Role role) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            ChatMessage message = messages.get(i);
            if (message.role() == role && turn.equals(message.turn())) {
                return message;
            }
        }
        return null;
    }
}
