/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The questions of this process, of each conversation one after the other, in the order in which they came. */
final class ConversationQueue {

    /** By conversation, the last one's end. */
    private final Map<Object, CompletableFuture<Void>> last = new ConcurrentHashMap<>();

    /** A turn in the queue. */
    static final class Ticket {

        private final CompletableFuture<Void> before;
        private final CompletableFuture<Void> left = new CompletableFuture<>();

        private Ticket(CompletableFuture<Void> before) {
            this.before = before;
        }

        /** Completed when all before have ended. */
        CompletableFuture<Void> turn() {
            return before;
        }

        /** The next may come, once all before have ended. May be called twice. */
        void leave() {
            left.complete(null);
        }
    }

    /** The last in the queue from here on. {@link Ticket#leave} must follow. */
    Ticket enter(Object conversation) {
        Ticket[] entered = new Ticket[1];
        CompletableFuture<Void> end = last.compute(conversation, (same, before) -> {
            entered[0] = new Ticket(before == null ? CompletableFuture.completedFuture(null) : before);
            // not completed by a callback of the one before: many that have left would need a deep stack
            return CompletableFuture.allOf(entered[0].before, entered[0].left);
        });
        end.whenComplete((over, never) -> last.remove(conversation, end));
        return entered[0];
    }

    /** Whoever comes from here on waits for nobody who is in the queue now. */
    void clear() {
        last.clear();
    }

    /** Conversations with a turn that has not ended. */
    int size() {
        return last.size();
    }
}
