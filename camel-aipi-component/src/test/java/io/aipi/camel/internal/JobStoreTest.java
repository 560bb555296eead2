/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.JobResult;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobStoreTest {

    private final MemoryAggregationRepository repository = new MemoryAggregationRepository();
    private final JobStore store = new JobStore(new DefaultCamelContext(), repository);
    private final DetachedJob job =
            new DetachedJob("http://gpu:7777", "chat", "JID1", null, Instant.EPOCH, "x", Map.of(), "prompt");

    @BeforeEach
    void start() {
        repository.start();
    }

    /** A write that failed may have been made: the result in the store may be the only copy. */
    @Test
    void tryingWhetherTheRepositoryTakesAnythingKeepsAnOutcomeThatIsStored() {
        JobResult result = new JobResult("chat", "JID1", "hi", List.of(), null, null, null, null, Map.of("text", "hi"));
        store.add(new StoredJob(job, null, 0));
        store.settle(new StoredJob(job, new JobOutcome.Done(result), 0));

        store.rewrite(job);

        assertThat(store.load(job.key()).outcome())
                .isInstanceOfSatisfying(
                        JobOutcome.Done.class,
                        done -> assertThat(done.result().text()).isEqualTo("hi"));
    }

    @Test
    void whatIsNotStoredIsNotWritten() {
        store.rewrite(job);

        assertThat(store.load(job.key())).isNull();
    }
}
