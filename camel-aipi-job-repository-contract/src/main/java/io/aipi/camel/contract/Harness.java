/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.JobRepository.Claim;
import io.aipi.camel.store.JobRepository.Reservation;
import io.aipi.camel.store.StoredJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/** What the tests have in common: instances, their time, jobs, threads. */
abstract class Harness {

    static final String ENDPOINT = "chat";

    static final int INSTANCES = 3;

    /** A claim may give less than there is. So often in a row it must not give nothing. */
    private static final int ATTEMPTS = 5;

    /** Of no other test, so that a store need not be emptied. */
    final String server = "http://gpu-" + UUID.randomUUID().toString().substring(0, 13) + ":7777";

    private final List<JobRepository> instances = new ArrayList<>();
    /** The names of the leases by their instances. */
    private final IdentityHashMap<JobRepository, String> leases = new IdentityHashMap<>();

    private Duration lease;

    // ---- what an implementer gives; JobRepositoryContract has the Javadoc

    protected abstract JobRepository open() throws Exception;

    protected abstract void close(JobRepository instance) throws Exception;

    protected abstract void crash(JobRepository instance) throws Exception;

    protected abstract void passTime(Duration time) throws Exception;

    protected abstract void end() throws Exception;

    protected abstract Set<Trait> traits();

    protected abstract int load();

    protected abstract Duration patience();

    protected abstract boolean spoil(StoredJob job) throws Exception;

    protected abstract OptionalLong countStored() throws Exception;

    // ---- instances

    /** A running instance. */
    final JobRepository begin() throws Exception {
        JobRepository instance = open();
        instances.add(instance);
        lease = instance.lease();
        leases.put(instance, instance.renew());
        return instance;
    }

    /** Renews the lease of an instance; false if it was lost. */
    final boolean renew(JobRepository instance) {
        String renewed = instance.renew();
        return Objects.equals(leases.put(instance, renewed), renewed);
    }

    /** As many instances as can share the work. */
    final List<JobRepository> beginGroup() throws Exception {
        List<JobRepository> group = new ArrayList<>();
        for (int i = 0; i < (has(Trait.LEASES) ? INSTANCES : 1); i++) {
            group.add(begin());
        }
        return group;
    }

    final void stop(JobRepository instance) throws Exception {
        forget(instance);
        close(instance);
    }

    final void kill(JobRepository instance) throws Exception {
        forget(instance);
        crash(instance);
    }

    private void forget(JobRepository instance) {
        // by identity: some are equal
        instances.removeIf(each -> each == instance);
    }

    @AfterEach
    protected final void closeInstances() throws Exception {
        for (JobRepository each : List.copyOf(instances)) {
            stop(each);
        }
        end();
    }

    final boolean has(Trait trait) {
        return traits().contains(trait);
    }

    final void needs(Trait trait) {
        assumeTrue(has(trait), () -> "this store does not have the trait " + trait);
    }

    /** Lets the leases of all instances end but of these. */
    final void passLease(JobRepository... renewing) throws Exception {
        Duration part = lease.dividedBy(3).plusMillis(1);
        for (int i = 0; i < 4; i++) {
            passTime(part);
            for (JobRepository each : renewing) {
                each.renew();
            }
        }
    }

    // ---- jobs

    final JobBuilder job() {
        return new JobBuilder(server, ENDPOINT);
    }

    /** Accepted, claimed by whom it was accepted by. Who names the job means its own claim, whichever that is. */
    static StoredJob accept(JobRepository instance, JobBuilder job) {
        return instance.accept(job.build(), true).withOwner(null);
    }

    /** Accepted, and for anybody to claim. */
    static StoredJob offer(JobRepository instance, JobBuilder job) {
        return instance.accept(job.build(), false);
    }

    final List<Claim> claim(JobRepository instance, int count) {
        return claim(instance, server, ENDPOINT, count);
    }

    /** So many claims of an endpoint; fewer if there are no more. */
    static List<Claim> claim(JobRepository instance, String server, String endpoint, int count) {
        List<Claim> claims = new ArrayList<>();
        for (int empty = 0; claims.size() < count && empty < ATTEMPTS; ) {
            List<Claim> more = instance.claim(server, endpoint, count - claims.size());
            empty = more.isEmpty() ? empty + 1 : 0;
            claims.addAll(more);
        }
        return claims;
    }

    /** The job as it is stored: it is given back, and claimed again. */
    final StoredJob stored(JobRepository owner, StoredJob job) {
        owner.release(List.of(job));
        long begin = System.nanoTime();
        List<Claim> claims;
        do {
            assertThat(isInTime(begin))
                    .as("whether " + job + " is claimed, in time")
                    .isTrue();
            claims = claim(owner, job.job().server(), job.job().endpoint(), 1);
            assertThat(claims).as("claims, until " + job + " is among them").isNotEmpty();
        } while (!id(claims.get(0).job()).equals(id(job)));
        return claims.get(0).job();
    }

    static List<String> ids(List<Claim> claims) {
        return claims.stream().map(claim -> claim.job().job().id()).toList();
    }

    static String id(StoredJob job) {
        return job.job().id();
    }

    final void assertNothingToClaim(JobRepository instance) {
        assertThat(ids(claim(instance, 1))).isEmpty();
    }

    static void assertSame(StoredJob actual, StoredJob expected) {
        assertThat(actual).as("the job " + expected).isNotNull();
        assertThat(Described.of(actual)).isEqualTo(Described.of(expected));
    }

    static void assertOutcome(StoredJob actual, StoredJob expected) {
        assertThat(actual).as("the job " + expected).isNotNull();
        assertThat(Described.outcome(actual.outcome())).isEqualTo(Described.outcome(expected.outcome()));
    }

    final Reservation reserve(JobRepository instance, String requestId) {
        return instance.reserve(server, ENDPOINT, requestId);
    }

    static final Reservation RESERVED = new Reservation.Reserved();

    static final Reservation PENDING = new Reservation.Pending();

    static void assertTaken(Reservation reservation, StoredJob by) {
        assertThat(reservation).isInstanceOfSatisfying(Reservation.Taken.class, taken -> assertSame(taken.job(), by));
    }

    // ---- threads

    interface Task {
        void run(int number) throws Exception;
    }

    /** Runs the task so many times at once. */
    final void inParallel(int threads, Task task) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch begin = new CountDownLatch(1);
        try {
            List<Future<?>> runs = IntStream.range(0, threads)
                    .<Future<?>>mapToObj(number -> pool.submit(() -> {
                        begin.await();
                        task.run(number);
                        return null;
                    }))
                    .toList();
            begin.countDown();
            for (Future<?> each : runs) {
                // longer than what they run waits for
                each.get(patience().toMillis() * 2, TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("One of " + threads + " threads failed: " + e.getCause(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    /** Whether something that goes on for as long as it takes has not taken too long. */
    final boolean isInTime(long beginNanos) {
        return System.nanoTime() - beginNanos < patience().toNanos();
    }
}
