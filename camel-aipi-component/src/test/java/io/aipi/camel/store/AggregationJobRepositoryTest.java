/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

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
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class AggregationJobRepositoryTest {

    private final MemoryAggregationRepository repository = new MemoryAggregationRepository();
    private final AggregationJobRepository store = new AggregationJobRepository(new DefaultCamelContext(), repository);
    private final DetachedJob job =
            new DetachedJob("http://gpu:7777", "chat", "JID1", null, Instant.EPOCH, "x", Map.of(), "prompt");

    @BeforeEach
    void start() {
        store.start();
    }

    @Test
    void askingWhetherItWorksKeepsWhatIsStored() {
        JobResult result = new JobResult("chat", "JID1", "hi", List.of(), null, null, null, null, Map.of("text", "hi"));
        store.accept(new StoredJob(job, null, 0), true);
        store.complete(new StoredJob(job, new JobOutcome.Done(result), 0));

        store.check();

        assertThat(repository.getKeys()).containsExactly(job.key());
    }

    @Test
    void whatTheFirstScanFindsWasLeftByACrash_andWhatLaterOnesFindIsNew() {
        repository.add(null, "not a job's key", new DefaultExchange(new DefaultCamelContext()));
        store.accept(new StoredJob(job, null, 0), false);
        assertThat(store.claim(job.server(), "chat", 10)).singleElement().matches(JobRepository.Claim::isAbandoned);
        assertThat(store.claim(job.server(), "chat", 10)).isEmpty();

        store.release(List.of(new StoredJob(job, null, 0)));
        assertThat(store.claim(job.server(), "chat", 10)).singleElement().matches(claim -> !claim.isAbandoned());
    }

    @Test
    void aConsumerThatStartsAnewTakesNothingForAbandonedThatIsNot() {
        store.claim(job.server(), "chat", 10);
        store.accept(new StoredJob(job, null, 0), false);

        store.unpark(job.server(), "chat");

        assertThat(store.claim(job.server(), "chat", 10)).singleElement().matches(claim -> !claim.isAbandoned());
    }

    @Test
    void aConsumerThatStartsInTheMiddleOfTheFirstScanTakesForAbandonedWhatIs() {
        store.accept(new StoredJob(job, null, 0), false);
        store.accept(
                new StoredJob(
                        new DetachedJob(job.server(), "chat", "JID2", null, Instant.EPOCH, "x", Map.of(), "p"),
                        null,
                        0),
                false);
        assertThat(store.claim(job.server(), "chat", 1)).hasSize(1);

        store.unpark(job.server(), "chat");

        assertThat(store.claim(job.server(), "chat", 10)).singleElement().matches(JobRepository.Claim::isAbandoned);
    }

    @Test
    void whatIsParkedIsAJob_andNotTheNextOneOfItsRequestId() {
        StoredJob first = named("JID1");
        store.accept(first, true);
        store.park(first);
        // as an operator may do with a job that no route takes
        repository.remove(
                null, first.job().key(), repository.get(null, first.job().key()));
        StoredJob second = named("JID2");
        store.accept(second, false);

        assertThat(store.claim(job.server(), "chat", 10))
                .extracting(claim -> claim.job().job().jobId())
                .containsExactly("JID2");
    }

    private StoredJob named(String jobId) {
        return new StoredJob(
                new DetachedJob(job.server(), "chat", jobId, "order 1", Instant.EPOCH, "x", Map.of(), "p"), null, 0);
    }

    @Test
    void itIsOneRepository_howeverOftenCamelConvertsIt() {
        assertThat(new AggregationJobRepository(repository)).isEqualTo(store).hasSameHashCodeAs(store);
        assertThat(new AggregationJobRepository(new MemoryAggregationRepository()))
                .isNotEqualTo(store);
    }

    @Test
    @Tag("case-D9")
    void ofTwoJobsOfOneRequestIdAtOnceNoneTakesThePlaceOfTheOther() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < 200; i++) {
                String request = "request-" + i;
                CyclicBarrier together = new CyclicBarrier(4);
                List<Callable<StoredJob>> adds = new ArrayList<>();
                for (int k = 0; k < 4; k++) {
                    DetachedJob each = new DetachedJob(
                            "http://gpu:7777", "chat", "JID" + i + "-" + k, request, Instant.EPOCH, "x", Map.of(), "p");
                    adds.add(() -> {
                        together.await();
                        return store.accept(new StoredJob(each, null, 0), true);
                    });
                }
                for (Future<StoredJob> added : threads.invokeAll(adds)) {
                    StoredJob stored = added.get();
                    assertThat(new JobEntries(new DefaultCamelContext(), repository)
                                    .load(stored.job().key())
                                    .job()
                                    .jobId())
                            .isEqualTo(stored.job().jobId());
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(repository.getKeys()).hasSize(800);
    }
}
