/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.camel.chat.StateConversationRepository;
import java.time.Duration;
import java.time.ZoneOffset;
import org.apache.camel.spi.StateRepository;
import org.apache.camel.support.processor.state.MemoryStateRepository;

/** In a state repository of Camel's: here in memory. */
class StateConversationsContractTest extends ConversationRepositoryContract {

    private final MovableClock clock = new MovableClock();

    StateRepository<String, String> states() {
        return new MemoryStateRepository();
    }

    @Override
    protected ConversationRepository open() {
        StateConversationRepository repository =
                new StateConversationRepository(states(), clock.withZone(ZoneOffset.UTC));
        repository.start();
        return repository;
    }

    @Override
    protected void passTime(Duration time) {
        clock.move(time);
    }
}
