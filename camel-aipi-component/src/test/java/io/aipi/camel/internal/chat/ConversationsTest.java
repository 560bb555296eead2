/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.client.model.ChatMessage;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.support.service.ServiceSupport;
import org.junit.jupiter.api.Test;

/** Repositories of conversations are started once, and again after a start that has failed. */
class ConversationsTest {

    private final AtomicInteger starts = new AtomicInteger();
    private boolean isAway = true;

    private final class Repository extends ServiceSupport implements ConversationRepository {

        @Override
        protected void doStart() {
            starts.incrementAndGet();
            if (isAway) {
                throw new IllegalStateException("The database is away");
            }
        }

        @Override
        public Conversation load(String id, int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public OptionalLong append(String id, long version, List<ChatMessage> messages, Duration awaited) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(String id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int purge(Duration age) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void aRepositoryThatCouldNotBeStartedIsStartedByTheNextRoute_andOnce() {
        Conversations conversations =
                new Conversations(() -> null, repository -> Runnable::run, (task, delay) -> task.run());
        Repository repository = new Repository();
        assertThatThrownBy(() -> conversations.use(repository)).hasMessageContaining("away");
        isAway = false;
        conversations.use(repository);
        conversations.use(repository);
        assertThat(starts).hasValue(2);
        assertThat(repository.isStarted()).isTrue();
        conversations.close();
        assertThat(repository.isStarted()).isFalse();
    }
}
