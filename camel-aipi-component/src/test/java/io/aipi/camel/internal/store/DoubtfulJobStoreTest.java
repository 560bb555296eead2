/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.TraitRepository;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.StoredJob;
import java.time.Instant;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.AggregationRepository;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether a repository works, as its users find. */
class DoubtfulJobStoreTest {

    private final long[] now = new long[1];

    private JobStore store(AggregationRepository repository) {
        AggregationJobRepository jobs = new AggregationJobRepository(new DefaultCamelContext(), repository);
        jobs.start();
        return new JobStore(jobs, () -> now[0]);
    }

    private static StoredJob job(String jobId, String exchangeId, String body) {
        return new StoredJob(
                new DetachedJob("http://gpu:7777", "chat", jobId, null, Instant.EPOCH, exchangeId, Map.of(), body),
                null,
                0);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("case-D9")
    void aTrialLeavesNothing(TraitRepository.Scan scan) {
        TraitRepository repository = new TraitRepository(scan);
        JobStore store = store(repository);
        assertThat(store.isDoubtful()).isTrue();

        store.probe(job(null, "x1", "prompt"));

        assertThat(store.isDoubtful()).isFalse();
        assertThat(repository.getKeys()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    @Tag("case-D9")
    void aRepositoryThatIsAwayIsTriedAgainLater_andOneThatRefusesAMessageTakesOthers(TraitRepository.Scan scan) {
        TraitRepository traits = new TraitRepository(scan);
        JobStore store = store(traits);
        store.probe(job(null, "x1", "prompt"));
        traits.setAway(true);
        assertThatThrownBy(
                        () -> store.accept(job("uuid#1", "x1", "prompt"), true).join())
                .hasMessageContaining("away");
        assertThat(store.isDoubtful()).isTrue();
        assertThatThrownBy(() -> store.probe(job(null, "x2", "prompt"))).isInstanceOf(JobStore.AwayException.class);

        traits.setAway(false);
        assertThatThrownBy(() -> store.probe(job(null, "x2", "prompt")))
                .as("one that hangs is not asked by all at once")
                .isInstanceOf(JobStore.AwayException.class);
        now[0] += 1_000_000_001L;
        traits.refuse(body -> String.valueOf(body).contains("large"));
        assertThatThrownBy(() -> store.probe(job(null, "x3", "large"))).hasMessageContaining("too large");
        store.probe(job(null, "x2", "prompt"));

        assertThat(store.isDoubtful()).as("a minute long").isTrue();
        now[0] += 60_000_000_000L;
        assertThat(store.isDoubtful()).isFalse();
        assertThat(traits.getKeys()).isEmpty();
    }
}
