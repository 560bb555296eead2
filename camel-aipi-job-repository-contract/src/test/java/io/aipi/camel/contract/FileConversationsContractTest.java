/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.client.model.ChatMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.camel.spi.StateRepository;
import org.apache.camel.support.processor.state.FileStateRepository;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a file of Camel's. */
class FileConversationsContractTest extends StateConversationsContractTest {

    @TempDir
    private Path folder;

    @Override
    StateRepository<String, String> states() {
        return FileStateRepository.fileStateRepository(folder.resolve("states").toFile());
    }

    @Test
    void allIsThereAfterARestart_andWhoIsAwaitedStillIs() {
        String id = "order=4711\nof \u00fc";
        append(
                id,
                Duration.ofSeconds(30),
                ChatMessage.user("two\nlines, \u00fc, =").ofTurn("1"));
        append("gone", null, ChatMessage.user("gone"));
        repository().delete("gone");
        ServiceHelper.stopService(repository());

        ConversationRepository restarted = open();
        assertThat(restarted.load(id, 10))
                .isEqualTo(new ConversationRepository.Conversation(
                        List.of(ChatMessage.user("two\nlines, \u00fc, =").ofTurn("1")), 1, true));
        assertThat(restarted.load("gone", 10).version()).isZero();
        ServiceHelper.stopService(restarted);
    }
}
