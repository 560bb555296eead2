/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.JobRepository.Claim;
import io.aipi.camel.store.StoredJob;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Service;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a {@link JobRepository} promises, as tests for JUnit 5. A store's own test class extends this one and says with
 * {@link #open} how to make an instance; with {@link #traits} what the store cannot; and, where instances share it, with {@link
 * #passTime} how their leases end.
 *
 * <p>The store need not be empty: every test has names of its own. Methods are protected, so that a store that cannot do
 * something can override its test, and say why.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class JobRepositoryContract extends ClaimingTests {

    private static final int THREADS = 32;

    /** For the class of a store's own tests. */
    protected JobRepositoryContract() {}

    // ---- what an implementer gives

    /**
     * A new instance, started, of the group that uses the test's data. With {@link Trait#LEASES} it is called several times in
     * a test, and all that are open work at once. Without, it is called again only when the one before has ended.
     */
    @Override
    protected abstract JobRepository open() throws Exception;

    /** Ends an instance in order, so that it gives back what it has: by default one that is a {@link Service} is stopped. */
    @Override
    protected void close(JobRepository instance) throws Exception {
        if (instance instanceof Service service) {
            service.stop();
        }
    }

    /** An instance ends without giving anything back, as a killed process does: by default it is not called any more. */
    @Override
    protected void crash(JobRepository instance) throws Exception {}

    /**
     * Lets time pass on the clock by which leases are measured: moves a clock that is the test's, takes the time off the leases in
     * a table, or waits. Called for {@link Trait#LEASES} only. Tests take no account of what time passes otherwise: a lease
     * should be much longer than what a store needs for a few hundred calls.
     */
    @Override
    protected void passTime(Duration time) throws Exception {
        throw new UnsupportedOperationException(
                "A store with leases overrides passTime; one without says so by traits()");
    }

    /** Called after each test, when its instances have ended: before that their data must stay, as in an {@code @AfterEach}. */
    @Override
    protected void end() throws Exception {}

    /** What the store can: by default all. */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.allOf(Trait.class);
    }

    /** How many jobs a test of load uses. */
    @Override
    protected int load() {
        return 2000;
    }

    /** How long a test of load may take. */
    @Override
    protected Duration patience() {
        return Duration.ofMinutes(2);
    }

    /**
     * Makes what is stored of a job unreadable, as another version or a bad disk does.
     *
     * @return false, as by default, if the test that needs it is to be skipped
     */
    @Override
    protected boolean spoil(StoredJob job) throws Exception {
        return false;
    }

    /** How many jobs and reservations are stored; empty, as by default, if nobody knows. */
    @Override
    protected OptionalLong countStored() throws Exception {
        return OptionalLong.empty();
    }

    // ---- load

    /** While they are accepted, and some are given back. */
    @Test
    protected void ofManyThreadsAndInstancesOneClaimsAJob() throws Exception {
        List<JobRepository> group = beginGroup();
        int accepting = 4;
        int all = load() / accepting * accepting;
        Map<String, Integer> holders = new ConcurrentHashMap<>();
        Set<String> givenBack = ConcurrentHashMap.newKeySet();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        AtomicInteger removed = new AtomicInteger();

        inParallel(accepting + 12, number -> {
            JobRepository mine = group.get(number % group.size());
            if (number < accepting) {
                for (int i = 0; i < all / accepting; i++) {
                    offer(mine, job());
                }
                return;
            }
            int rounds = 0;
            for (long begin = System.nanoTime(); removed.get() < all && isInTime(begin); rounds++) {
                if (rounds % 16 == 0) {
                    mine.renew();
                }
                for (Claim claim : mine.claim(server, ENDPOINT, 1 + number % 7)) {
                    StoredJob job = claim.job();
                    if (holders.putIfAbsent(id(job), number) != null) {
                        wrong.add("claimed twice: " + job);
                    } else if (rounds % 4 == 0 && givenBack.add(id(job))) {
                        holders.remove(id(job));
                        mine.release(List.of(job));
                    } else {
                        StoredJob done = Outcomes.done(job, "Hi");
                        if (mine.complete(done) == null || !mine.deliver(done) || !mine.remove(done)) {
                            wrong.add("lost: " + job);
                        }
                        removed.incrementAndGet();
                    }
                }
            }
        });

        assertThat(wrong).isEmpty();
        assertThat(holders).hasSize(all);
        assertThat(removed).hasValue(all);
        for (JobRepository each : group) {
            assertNothingToClaim(each);
        }
    }

    @Test
    protected void manyJobsAtOnceLeaveNothingBehind() throws Exception {
        List<JobRepository> group = beginGroup();
        long before = countStored().orElse(0);
        int each = Math.max(1, load() / THREADS);

        inParallel(THREADS, number -> {
            JobRepository mine = group.get(number % group.size());
            for (int i = 0; i < each; i++) {
                String requestId = i % 2 == 0 ? null : "request " + number + "-" + i;
                if (requestId != null) {
                    assertThat(reserve(mine, requestId)).isEqualTo(RESERVED);
                }
                StoredJob job = accept(mine, job().requestId(requestId));
                assertThat(job.job().requestId()).isEqualTo(requestId);
                StoredJob done = Outcomes.done(job, "answer " + number + "-" + i);
                assertSame(mine.complete(done), done);
                assertThat(mine.deliver(done)).isTrue();
                assertThat(mine.remove(done)).isTrue();
                if (i % 32 == 0) {
                    mine.renew();
                }
            }
        });

        assertThat(countStored().orElse(0)).isEqualTo(before);
        for (JobRepository one : group) {
            assertNothingToClaim(one);
            assertThat(one.find(server, ENDPOINT, "request 1-1")).isEmpty();
        }
        assertThat(reserve(group.get(0), "request 1-1")).isEqualTo(RESERVED);
    }

    @Test
    protected void whatCrashedInstancesHaveClaimedTheOthersTake_allOfItAndNothingElse() throws Exception {
        needs(Trait.LEASES);
        List<JobRepository> group = beginGroup();
        int all = 100 * group.size();
        inParallel(
                group.size(),
                number -> IntStream.range(0, all / group.size())
                        .forEach(i -> group.get(number).accept(job().build(), i % 2 == 0)));
        List<Set<String>> held = IntStream.range(0, group.size())
                .<Set<String>>mapToObj(number -> ConcurrentHashMap.newKeySet())
                .toList();
        for (int i = 0; i < group.size(); i++) {
            held.get(i).addAll(ids(claim(group.get(i), 30)));
        }
        Set<String> open = new HashSet<>(ids(claim(group.get(2), all)));
        held.get(2).addAll(open);
        assertThat(held.stream().mapToInt(Set::size).sum()).isEqualTo(all / 2);

        kill(group.get(0));
        kill(group.get(1));
        passLease(group.get(2));
        Set<String> taken = ConcurrentHashMap.newKeySet();
        JobRepository last = group.get(2);
        JobRepository late = begin();
        inParallel(8, number -> {
            for (Claim claim : claim(number % 2 == 0 ? last : late, all)) {
                assertThat(claim.isAbandoned()).isTrue();
                assertThat(taken.add(id(claim.job()))).isTrue();
            }
        });

        assertThat(taken)
                .hasSize(all / 2 / 3 * 2 + 60)
                .containsAll(held.get(0))
                .containsAll(held.get(1))
                .doesNotContainAnyElementsOf(held.get(2));
        assertThat(renew(last)).isTrue();
    }
}
