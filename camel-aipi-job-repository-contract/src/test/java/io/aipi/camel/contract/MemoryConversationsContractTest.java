/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.camel.chat.MemoryConversationRepository;
import java.time.Duration;
import java.time.ZoneOffset;

class MemoryConversationsContractTest extends ConversationRepositoryContract {

    private final MovableClock clock = new MovableClock();

    @Override
    protected ConversationRepository open() {
        return new MemoryConversationRepository(1_000, 1_000, Duration.ofDays(1), clock.withZone(ZoneOffset.UTC));
    }

    @Override
    protected void passTime(Duration time) {
        clock.move(time);
    }
}
