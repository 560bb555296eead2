/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import java.time.Duration;
import java.util.OptionalLong;

class MemoryJobRepositoryContractTest extends JobRepositoryContract {

    private final MovableClock clock = new MovableClock();
    private final MemoryJobRepository.Group group = new MemoryJobRepository.Group(Duration.ofMinutes(1), clock);

    @Override
    protected JobRepository open() {
        MemoryJobRepository instance = new MemoryJobRepository(group);
        instance.start();
        return instance;
    }

    @Override
    protected void passTime(Duration time) {
        clock.move(time);
    }

    @Override
    protected boolean spoil(StoredJob job) {
        group.spoil(job.job());
        return true;
    }

    @Override
    protected OptionalLong countStored() {
        return OptionalLong.of(group.countStored());
    }
}
