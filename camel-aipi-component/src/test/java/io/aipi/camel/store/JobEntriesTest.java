/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.TraitRepository;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.model.JobResult;
import java.io.InvalidClassException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.component.caffeine.processor.aggregate.CaffeineAggregationRepository;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.OptimisticLockingAggregationRepository;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept in each kind of repository. */
class JobEntriesTest {

    private static final String SERVER = "http://gpu:7777";

    @SuppressWarnings("ImmutableEnumChecker")
    enum Kind {
        MEMORY(MemoryAggregationRepository::new),
        MEMORY_OPTIMISTIC(() -> new MemoryAggregationRepository(true)),
        CAFFEINE(CaffeineAggregationRepository::new),
        COMPLETED(() -> new TraitRepository(TraitRepository.Scan.COMPLETED)),
        LIVE_KEYS(() -> new TraitRepository(TraitRepository.Scan.LIVE_KEYS)),
        LIVE_EXCHANGE_IDS(() -> new TraitRepository(TraitRepository.Scan.LIVE_EXCHANGE_IDS)),
        OPTIMISTIC(TraitRepository.Optimistic::new);

        private final Supplier<AggregationRepository> maker;

        Kind(Supplier<AggregationRepository> maker) {
            this.maker = maker;
        }
    }

    private final DefaultCamelContext context = new DefaultCamelContext();
    private AggregationRepository repository;

    /** A store of another process, which knows nothing of what the repository was asked before. */
    private JobEntries store() {
        return new JobEntries(context, repository);
    }

    private StoreCleanup cleanup() {
        return new StoreCleanup(context, repository, store());
    }

    private JobEntries begin(Kind kind) {
        repository = kind.maker.get();
        ServiceHelper.startService(repository);
        return store();
    }

    private static StoredJob job(String endpoint, String jobId, String requestId, String exchangeId) {
        return new StoredJob(
                new DetachedJob(SERVER, endpoint, jobId, requestId, Instant.EPOCH, exchangeId, Map.of(), "prompt"),
                null,
                0);
    }

    private static StoredJob ended(StoredJob stored) {
        return new StoredJob(
                stored.job(),
                new JobOutcome.Failed(new JobFailedException("boom", ErrorContext.of("chat"))),
                stored.deliveries());
    }

    /** Somebody has copied it by hand: routed under this key, it would be removed under the other. */
    @ParameterizedTest
    @EnumSource(names = {"MEMORY", "COMPLETED"})
    void anEntryThatHasTheJobOfAnotherEntryIsNotRead(Kind kind) {
        begin(kind);
        StoredJob accepted = job("chat", "uuid#1", null, "x1");
        store().add(accepted);
        String copy = accepted.job().key() + "-copy";
        repository.add(context, copy, repository.get(context, accepted.job().key()));

        assertThatThrownBy(() -> store().load(copy)).hasMessageContaining("the job of another entry");
        assertThat(store().load(accepted.job().key()).job().jobId()).isEqualTo("uuid#1");
    }

    @ParameterizedTest
    @EnumSource
    void aJobIsKeptFromItsAcceptanceToItsRemoval_byWhicheverProcess(Kind kind) {
        begin(kind);
        StoredJob accepted = job("chat", "uuid#1", null, "x1");
        store().add(accepted);
        assertThat(store().keys()).containsExactly(accepted.job().key());
        JobResult result =
                new JobResult("chat", "uuid#1", "hi", List.of(), null, null, null, null, Map.of("text", "hi"));

        StoredJob ended = new StoredJob(accepted.job(), new JobOutcome.Done(result), 0);
        assertThat(store().complete(ended).outcome()).isEqualTo(ended.outcome());
        assertThat(store().complete(ended(accepted)).outcome())
                .as("after another outcome")
                .isInstanceOf(JobOutcome.Done.class);
        assertThat(store().update(new StoredJob(accepted.job(), new JobOutcome.Done(result), 2)))
                .isTrue();
        StoredJob loaded = store().load(accepted.job().key());
        assertThat(loaded.deliveries()).isEqualTo(2);
        assertThat(loaded.outcome())
                .isInstanceOfSatisfying(
                        JobOutcome.Done.class,
                        done -> assertThat(done.result().text()).isEqualTo("hi"));

        store().remove(accepted.job());
        assertThat(repository.getKeys()).isEmpty();
        assertThat(store().load(accepted.job().key())).isNull();
        assertThat(store().update(accepted)).isFalse();
        if (repository instanceof TraitRepository traits) {
            assertThat(traits.completed()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("case-A2")
    void theStartOfAConsumerConfirmsNothingThatIsStored(Kind kind) {
        JobEntries store = begin(kind);
        Set<StoredJob> jobs = Set.of(
                job("chat", "uuid#1", null, "x1"),
                ended(job("chat", "uuid#2", "named", "x2")),
                job("picture", "JID1", null, "x3"));
        jobs.forEach(store::add);

        cleanup().finishRemovals();

        assertThat(store().keys()).hasSize(3);
        jobs.forEach(each -> assertThat(store().load(each.job().key()).job().jobId())
                .isEqualTo(each.job().jobId()));
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETED", "OPTIMISTIC"})
    @Tag("case-A2")
    @Tag("case-D7")
    void aRemovalThatACrashHasCutInTwoIsFinished_whateverLiesBesideIt(Kind kind) {
        TraitRepository traits = (TraitRepository) begin0(kind);
        StoredJob accepted = job("chat", "uuid#1", null, "x1");
        StoredJob other = job("chat", "uuid#2", null, "x2");
        store().add(accepted);
        store().add(other);
        traits.setConfirms(false);
        store().remove(accepted.job());
        assertThat(traits.completed()).hasSize(1);
        traits.addGarbage("garbage", new InvalidClassException("garbage"));
        traits.addGarbage("worse", new StackOverflowError());
        traits.setConfirms(true);

        cleanup().finishRemovals();

        assertThat(traits.completed()).containsExactlyInAnyOrder("garbage", "worse");
        assertThat(store().keys()).containsExactly(other.job().key());
    }

    @ParameterizedTest
    @EnumSource
    @Tag("case-A2")
    void whatIsMarkedAsDeliveredAndNotYetRemovedIsNotRoutedAgain(Kind kind) {
        JobEntries store = begin(kind);
        StoredJob accepted = ended(job("chat", "uuid#1", null, "x1"));
        store.add(accepted);
        String key = accepted.job().key();
        // by a process that was killed in the middle
        Exchange entry = repository.get(context, key);
        Exchange marked = ExchangeHelper.createCopy(entry, true);
        marked.getIn().setBody(null);
        marked.getIn().setHeader("CamelAipiDelivered", key);
        write(entry, marked, key);

        cleanup().finishRemovals();
        assertThat(store().load(key)).isNull();

        assertThat(repository.getKeys()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    @Tag("case-D1")
    void noEntryTakesThePlaceOfAnother_whateverIdsTheServerAndTheSendersGive(Kind kind) {
        JobEntries store = begin(kind);
        List<StoredJob> jobs = List.of(
                job("chat", "JID1", null, "x1"),
                job("chat", "JID1", null, "x2"),
                job("chat", "JID1", "named", "x3"),
                job("chat", "JID2", "named", "x4"),
                job("chat", "JID1", "named", "x5"));

        for (StoredJob each : jobs) {
            store.add(store.addable(each));
        }

        assertThat(store.keys().stream().map(key -> store.load(key).job().exchangeId()))
                .containsExactlyInAnyOrder("x1", "x2", "x3", "x4", "x5");
    }

    @ParameterizedTest
    @EnumSource
    @Tag("case-D1")
    void anIdThatIsGivenAgainEndsTheStoredJobsThatHadIt_andNoOthers(Kind kind) {
        JobEntries store = begin(kind);
        StoredJob byId = job("chat", "JID1", null, "x1");
        StoredJob named = job("picture", "JID1", "named", "x2");
        StoredJob longer = job("chat", "JID11", null, "x3");
        StoredJob followed = job("chat", "JID1", null, "x4");
        StoredJob otherServer = new StoredJob(
                new DetachedJob("http://gpu:7778", "chat", "JID1", null, Instant.EPOCH, "x5", Map.of(), "p"), null, 0);
        StoredJob hasEnded = ended(job("chat", "JID1", null, "x6"));
        List.of(byId, named, longer, followed, otherServer, hasEnded).forEach(store::add);

        store().lapse(SERVER, "JID1", key -> key.equals(followed.job().key()), cleanup(), new KeyLocks());

        for (StoredJob gone : List.of(byId, named)) {
            assertThat(store().load(gone.job().key()).outcome())
                    .isInstanceOfSatisfying(
                            JobOutcome.Failed.class,
                            failed -> assertThat(failed.failure())
                                    .isInstanceOfSatisfying(
                                            JobLapsedException.class,
                                            lapsed -> assertThat(lapsed.isRetryable())
                                                    .isTrue()));
        }
        for (StoredJob left : List.of(longer, followed, otherServer)) {
            assertThat(store().load(left.job().key()).outcome()).isNull();
        }
        assertThat(store().load(hasEnded.job().key()).outcome())
                .isInstanceOfSatisfying(
                        JobOutcome.Failed.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(JobFailedException.class));
    }

    @ParameterizedTest
    @EnumSource
    @Tag("case-A14")
    void keysThatAreNoJobsAreNoJobs(Kind kind) {
        JobEntries store = begin(kind);
        store.add(job("chat", "uuid#1", null, "x1"));
        write(null, new DefaultExchange(context), "somebody else's");

        assertThat(store.keys()).hasSize(1);
    }

    private AggregationRepository begin0(Kind kind) {
        begin(kind);
        return repository;
    }

    private void write(Exchange before, Exchange after, String key) {
        try {
            repository.add(context, key, after);
        } catch (UnsupportedOperationException e) {
            ((OptimisticLockingAggregationRepository) repository).add(context, key, before, after);
        }
    }
}
