/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import io.aipi.camel.chat.ChatMessageCodec;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A turn of a conversation that the exchange itself carries. */
final class CarriedTurn implements ChatTurn {

    private final ChatWindow window;
    private final List<ChatMessage> conversation;
    private final ChatMessage question;
    private final boolean isRemembered;

    /** {@code isRemembered}: whether somebody goes on with the conversation. */
    CarriedTurn(ChatWindow window, List<ChatMessage> conversation, ChatMessage question, boolean isRemembered) {
        this.window = window;
        this.conversation = conversation;
        this.question = question;
        this.isRemembered = isRemembered;
    }

    /** There is no queue: one exchange asks after the other. */
    @Override
    public void enter() {}

    @Override
    public void cancel() {}

    @Override
    public CompletableFuture<List<ChatMessage>> ask(boolean isDetached) {
        return CompletableFuture.completedFuture(window.before(question, conversation));
    }

    @Override
    public CompletableFuture<List<ChatMessage>> answered(JobResult result) {
        List<ChatMessage> next = new ArrayList<>(conversation);
        next.add(question);
        next.add(Answers.of(result, question.turn()));
        return CompletableFuture.completedFuture(List.copyOf(next));
    }

    @Override
    public CompletableFuture<Void> failed() {
        return CompletableFuture.completedFuture(null);
    }

    /** All of it: nobody else has it. */
    @Override
    public String detached() {
        if (!isRemembered) {
            return null;
        }
        List<ChatMessage> next = new ArrayList<>(conversation);
        next.add(question);
        return ChatMessageCodec.encode(next);
    }

    /** Whether {@link #detached} of such a turn gave this. */
    static boolean isKept(String kept) {
        return kept.startsWith("[");
    }

    /** The conversation with its answer; {@code result} is null for none. */
    static List<ChatMessage> answer(String kept, JobResult result) {
        List<ChatMessage> conversation = new ArrayList<>(ChatMessageCodec.decodeAll(kept));
        String turn = conversation.get(conversation.size() - 1).turn();
        conversation.add(Answers.of(result, turn));
        return List.copyOf(conversation);
    }
}
