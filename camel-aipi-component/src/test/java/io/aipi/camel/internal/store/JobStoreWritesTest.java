/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class JobStoreWritesTest {

    private final MemoryAggregationRepository repository = new MemoryAggregationRepository();
    private final RepositoryJobStore store = new RepositoryJobStore(new DefaultCamelContext(), repository);
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
        store.add(new JobRecord(job, null, 0));
        store.completeIfPending(new JobRecord(job, new JobOutcome.Done(result), 0));

        store.probeWrite(job);

        assertThat(store.load(job.key()).outcome())
                .isInstanceOfSatisfying(
                        JobOutcome.Done.class,
                        done -> assertThat(done.result().text()).isEqualTo("hi"));
    }

    @Test
    void whatIsNotStoredIsNotWritten() {
        store.probeWrite(job);

        assertThat(store.load(job.key())).isNull();
    }

    @Test
    @Tag("case-D9")
    void ofTwoJobsOfOneRequestIdAtOnceNoneTakesThePlaceOfTheOther() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < 200; i++) {
                String request = "request-" + i;
                CyclicBarrier together = new CyclicBarrier(4);
                List<Callable<JobRecord>> adds = new ArrayList<>();
                for (int k = 0; k < 4; k++) {
                    DetachedJob each = new DetachedJob(
                            "http://gpu:7777", "chat", "JID" + i + "-" + k, request, Instant.EPOCH, "x", Map.of(), "p");
                    adds.add(() -> {
                        together.await();
                        return store.add(new JobRecord(each, null, 0), key -> {}, key -> {});
                    });
                }
                for (Future<JobRecord> added : threads.invokeAll(adds)) {
                    JobRecord stored = added.get();
                    assertThat(store.load(stored.job().key()).job().jobId())
                            .isEqualTo(stored.job().jobId());
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.keys()).hasSize(800);
    }
}
