/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import io.aipi.camel.chat.ConversationRepository;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Where the work of a turn is done. */
public interface ConversationThreads {

    /** Runs a task that may be blocked by the repository. */
    <T> CompletableFuture<T> run(ConversationRepository repository, Supplier<T> task);

    /** Runs the task once after the delay, on a thread that must not be blocked. */
    void schedule(Runnable task, Duration delay);
}
