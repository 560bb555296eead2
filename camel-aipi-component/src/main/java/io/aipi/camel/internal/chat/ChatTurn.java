/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A question in a conversation, and its answer. Nobody waits for it before {@link #enter}, after which {@link #ask} or {@link
 * #cancel} comes. If the question was asked, exactly one of {@link #answered} and {@link #failed} follows, here or where the
 * answer of a detached job comes. Futures complete on any thread.
 */
public interface ChatTurn {

    /** The question is the last in the queue of its conversation: the order of calls is that of the questions. */
    void enter();

    /** The question is not asked. */
    void cancel();

    /**
     * When it is the question's turn, the messages to be sent before it. Enters the queue, unless it was entered before.
     *
     * @param isDetached whether somebody else will have the answer, maybe much later
     */
    CompletableFuture<List<ChatMessage>> ask(boolean isDetached);

    /** The answer is there. The conversation as it goes on from here. */
    CompletableFuture<List<ChatMessage>> answered(JobResult result);

    /** No answer will come. Never fails. */
    CompletableFuture<Void> failed();

    /** What has to be kept with a detached job, for {@link Conversations#answer}; null for nothing. Known from the beginning. */
    String detached();
}
