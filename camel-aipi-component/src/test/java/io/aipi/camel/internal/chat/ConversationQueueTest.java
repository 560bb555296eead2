/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationQueueTest {

    private final ConversationQueue queue = new ConversationQueue();

    @Test
    void eachComesWhenAllBeforeHaveLeft() {
        ConversationQueue.Ticket first = queue.enter("a");
        ConversationQueue.Ticket second = queue.enter("a");
        ConversationQueue.Ticket third = queue.enter("a");
        ConversationQueue.Ticket other = queue.enter("b");
        assertThat(first.turn()).isDone();
        assertThat(other.turn()).isDone();
        second.leave();
        assertThat(third.turn()).isNotDone();
        first.leave();
        first.leave();
        assertThat(third.turn()).isDone();
    }

    @Test
    void nothingIsLeftOfConversationsThatRest() {
        List<ConversationQueue.Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            tickets.add(queue.enter("conversation " + i % 10));
        }
        assertThat(queue.size()).isEqualTo(10);
        tickets.forEach(ConversationQueue.Ticket::leave);
        assertThat(queue.size()).isZero();
    }

    /** As when a route stops in which many wait. */
    @Test
    void aHundredThousandMayLeaveBeforeTheirTurn() {
        ConversationQueue.Ticket first = queue.enter("a");
        List<ConversationQueue.Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            tickets.add(queue.enter("a"));
        }
        tickets.forEach(ConversationQueue.Ticket::leave);
        ConversationQueue.Ticket last = queue.enter("a");
        first.leave();
        assertThat(last.turn()).isCompleted();
        last.leave();
        assertThat(queue.size()).isZero();
    }
}
