/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.client.model.ChatMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The bounds of conversations in memory; what all repositories promise is in their contract. */
class MemoryConversationRepositoryTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final InstantSource source = now::get;
    private final Clock clock = source.withZone(ZoneOffset.UTC);
    private final MemoryConversationRepository repository =
            new MemoryConversationRepository(3, 4, Duration.ofHours(1), clock);

    private void append(String id, String... texts) {
        for (String text : texts) {
            assertThat(repository.append(id, repository.load(id, 1).version(), List.of(ChatMessage.user(text)), null))
                    .isPresent();
        }
    }

    private List<String> texts(String id) {
        return repository.load(id, 100).messages().stream()
                .map(ChatMessage::text)
                .toList();
    }

    @Test
    void ofMoreConversationsThoseThatHaveRestedLongestAreForgotten() {
        append("a", "1");
        append("b", "1");
        append("c", "1");
        append("a", "2");
        append("d", "1");
        assertThat(texts("b")).isEmpty();
        assertThat(texts("a")).containsExactly("1", "2");
        assertThat(texts("c")).hasSize(1);
        assertThat(texts("d")).hasSize(1);
    }

    @Test
    void ofMoreMessagesTheNewestAreKept() {
        append("a", "1", "2", "3", "4", "5", "6");
        assertThat(texts("a")).containsExactly("3", "4", "5", "6");
        assertThat(repository.load("a", 2).version()).isEqualTo(6);
    }

    @Test
    void oneThatHasRestedForTooLongIsForgotten() {
        append("a", "1");
        now.set(Instant.EPOCH.plus(Duration.ofMinutes(59)));
        append("b", "1");
        assertThat(texts("a")).hasSize(1);
        now.set(Instant.EPOCH.plus(Duration.ofMinutes(61)));
        assertThat(texts("a")).isEmpty();
        assertThat(texts("b")).hasSize(1);
        append("a", "anew");
        assertThat(texts("a")).containsExactly("anew");
    }

    @Test
    void thereMustBeRoomForAPair() {
        assertThatThrownBy(() -> new MemoryConversationRepository(0, 4, Duration.ofHours(1), clock))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MemoryConversationRepository(1, 1, Duration.ofHours(1), clock))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
