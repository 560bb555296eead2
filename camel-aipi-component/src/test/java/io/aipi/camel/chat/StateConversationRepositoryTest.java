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
import java.util.List;
import org.apache.camel.support.processor.state.MemoryStateRepository;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Test;

class StateConversationRepositoryTest {

    private final MemoryStateRepository states = new MemoryStateRepository();
    private final StateConversationRepository repository = new StateConversationRepository(states);

    /** Camel's file repository has nothing then, and would take the next answer for the whole conversation. */
    @Test
    void nothingIsReadOrWrittenBeforeTheStartAndAfterTheStop() {
        assertThatThrownBy(() -> repository.load("a", 1)).isInstanceOf(IllegalStateException.class);
        repository.start();
        repository.append("a", 0, List.of(ChatMessage.user("Hello")), null);
        repository.stop();
        assertThatThrownBy(() -> repository.append("a", 1, List.of(), null)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aStateThatCannotBeReadIsAnErrorThatDoesNotQuoteIt() {
        repository.start();
        for (String state : List.of("sesame", "{\"version\":1,\"messages\":[{\"role\":sesame}]}", "[\"sesame")) {
            states.setState("a", state);
            assertThatThrownBy(() -> repository.load("a", 1))
                    .isInstanceOf(IllegalStateException.class)
                    .satisfies(e -> assertThat(e).hasNoCause().hasMessageNotContaining("sesame"));
        }
        repository.delete("a");
        assertThat(repository.load("a", 1).version()).isZero();
        ServiceHelper.stopService(repository);
    }

    @Test
    void whatIsWrittenIsAscii() {
        repository.start();
        repository.append("\u00fc=1", 0, List.of(ChatMessage.user("\u00fc\n\ud83e\udd99")), null);
        assertThat(states.getState("%00fc%003d1")).matches("\\p{ASCII}+").doesNotContain("\n");
        ServiceHelper.stopService(repository);
    }

    @Test
    void theCodecDoesNotQuoteWhatItCannotRead() {
        assertThatThrownBy(() -> ChatMessageCodec.decode("sesame"))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e).hasNoCause().hasMessageNotContaining("sesame"));
        assertThatThrownBy(() -> ChatMessageCodec.decode("{\"role\":\"user\",\"text\":\"a\",\"images\":[\"sesame\"]}"))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e).hasMessageNotContaining("sesame"));
    }
}
