/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static io.aipi.camel.jdbc.Samples.ENDPOINT;
import static io.aipi.camel.jdbc.Samples.SERVER;
import static io.aipi.camel.jdbc.Samples.SUBMITTED;
import static io.aipi.camel.jdbc.Samples.failure;
import static io.aipi.camel.jdbc.Samples.job;
import static io.aipi.camel.jdbc.Samples.lost;
import static io.aipi.camel.jdbc.Samples.result;
import static io.aipi.camel.jdbc.Samples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository.Claim;
import io.aipi.camel.store.JobRepository.Reservation;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Media;
import io.aipi.testsupport.Nightly;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the repository does with a database; the subclasses say with which. All tests of a class use the same one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JdbcJobRepositoryTest {

    private final List<JdbcJobRepository> started = new ArrayList<>();
    private TestDatabase database;
    private JdbcJobRepository one;
    private JdbcJobRepository other;

    abstract TestDatabase open() throws Exception;

    @BeforeAll
    void openDatabase() throws Exception {
        database = open();
    }

    @AfterAll
    void closeDatabase() {
        database.close();
    }

    @BeforeEach
    void start() {
        database.clear();
        database.observed.reset();
        one = start(database.repository("one"));
        other = start(database.repository("other"));
    }

    @AfterEach
    void stop() {
        database.observed.comeBack();
        started.forEach(JdbcJobRepository::stop);
        started.clear();
    }

    private JdbcJobRepository start(JdbcJobRepository repository) {
        repository.start();
        started.add(repository);
        return repository;
    }

    /** Renews a lease; false if it was lost. */
    private static boolean isKept(JdbcJobRepository repository) {
        return repository.getInstanceId().equals(repository.renew());
    }

    // ---- what is stored

    @Test
    void aJobIsStoredFromItsAcceptanceToItsRemoval() {
        StoredJob accepted = one.accept(job("a"), true);
        assertThat(states()).containsExactly("ACCEPTED");
        StoredJob done = one.complete(accepted.withOutcome(result("hello")));
        assertThat(text(done)).isEqualTo("hello");
        assertThat(states()).containsExactly("DONE");
        assertThat(one.deliver(new StoredJob(done.job(), done.outcome(), 1))).isTrue();
        assertThat(database.query("select deliveries from aipi_job")).containsExactly("1");
        assertThat(one.remove(done)).isTrue();
        assertThat(states()).isEmpty();
        assertThat(one.remove(done)).isFalse();
    }

    @Test
    void aJobComesBackAsItWas() {
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("Text", "\u00fc \ud83d\ude00 \u0000");
        headers.put("number", 5L);
        headers.put("Nothing", null);
        headers.put("id", UUID.fromString("01234567-89ab-cdef-0123-456789abcdef"));
        headers.put("time", Instant.parse("2026-01-01T00:00:00.000000001Z"));
        List<Object> bodies = Arrays.asList(
                null,
                "",
                "text \u00fc \ud83d\ude00 \u0000",
                "half \ud83d",
                "long ".repeat(300_000),
                42,
                4.5,
                List.of(1, 2L),
                new Media("image", "image/png", bytes(10_000)),
                AipiRequest.ofParameters(Map.of("init_image", new Media(null, "image/png", bytes(3_000_000)))));
        for (int i = 0; i < bodies.size(); i++) {
            String requestId = "request " + i;
            StoredJob accepted = one.accept(job("job" + i, requestId, SUBMITTED, headers, bodies.get(i)), true);
            StoredJob found = one.find(SERVER, ENDPOINT, requestId).orElseThrow();
            assertThat(found).isEqualTo(accepted.withOwner(null));
            assertThat(List.copyOf(found.job().headers().keySet())).isEqualTo(List.copyOf(headers.keySet()));
        }
    }

    @Test
    void bytesComeBackAsTheyWere() {
        for (int length : new int[] {0, 1, 10_000, JobParts.CHUNK, JobParts.CHUNK + 1, 2 * JobParts.CHUNK}) {
            byte[] body = bytes(length);
            one.accept(job("job", "bytes" + length, SUBMITTED, Map.of("raw", body), body), true);
            StoredJob found = one.find(SERVER, ENDPOINT, "bytes" + length).orElseThrow();
            assertThat((byte[]) found.job().body()).isEqualTo(body);
            assertThat((byte[]) found.job().headers().get("raw")).isEqualTo(body);
        }
    }

    @Test
    void aResultComesBackAsItWas() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", "a picture");
        List<Media> images = new ArrayList<>();
        for (int length = 0; length < 20; length++) {
            images.add(new Media("images", "image/png", bytes(length == 9 ? 2_000_000 : 4_090 + length)));
        }
        fields.put("images", images);
        fields.put("seed", 12345678901L);
        fields.put("embedding", List.of(0.1, 2, -3e200));
        fields.put("nothing", null);
        JobOutcome outcome = result(fields);
        one.complete(one.accept(job("a", "r"), true).withOutcome(outcome));
        assertThat(one.find(SERVER, ENDPOINT, "r").orElseThrow().outcome()).isEqualTo(outcome);
    }

    @Test
    void aFailureComesBack() {
        one.complete(one.accept(job("a", "r"), true).withOutcome(failure("out of memory")));
        StoredJob found = one.find(SERVER, ENDPOINT, "r").orElseThrow();
        assertThat(states()).containsExactly("FAILED");
        assertThat(((JobOutcome.Failed) found.outcome()).failure())
                .hasMessage(
                        ((JobOutcome.Failed) failure("out of memory")).failure().getMessage());
    }

    @Test
    void aJobIsAcceptedWithItsOutcome() {
        one.accept(job("a", "r").withOutcome(result("at once")), true);
        assertThat(states()).containsExactly("DONE");
        assertThat(text(one.find(SERVER, ENDPOINT, "r").orElseThrow())).isEqualTo("at once");
    }

    @Test
    void longAndOddIdsAreStored() {
        for (String requestId : List.of(
                "x".repeat(5000),
                "ends with a space ",
                "\u00fc\u4e2d \ud83d\ude00",
                "Case",
                "case",
                "nul \0",
                "half \ud83d",
                "back\\slash")) {
            assertThat(one.reserve(SERVER, ENDPOINT, requestId)).isInstanceOf(Reservation.Reserved.class);
            one.accept(job("j".repeat(6000), requestId), true);
            assertThat(one.find(SERVER, ENDPOINT, requestId).orElseThrow().job().requestId())
                    .isEqualTo(requestId);
        }
        assertThat(one.find(SERVER, ENDPOINT, "ends with a space")).isEmpty();
    }

    @Test
    void aLargeResultIsNotInMemoryTwice() {
        byte[] picture = bytes(Nightly.times(9, 40) * JobParts.CHUNK + 1);
        StoredJob accepted = one.accept(job("a", "r"), true);
        one.complete(accepted.withOutcome(result(Map.of("image", new Media("image", "image/png", picture)))));
        StoredJob found = one.find(SERVER, ENDPOINT, "r").orElseThrow();
        assertThat(((JobOutcome.Done) found.outcome()).result().images().get(0).bytes())
                .isEqualTo(picture);
        assertThat(database.observed.longestArray).hasValue(JobParts.CHUNK);
    }

    @Test
    void aJobThatCannotBeStoredIsRefusedBefore() {
        StoredJob odd = job("a", null, SUBMITTED, Map.of(), new Object());
        assertThatThrownBy(() -> one.probe(odd)).isInstanceOf(IllegalArgumentException.class);
        one.probe(job(null, "r", SUBMITTED, Map.of(), bytes(3_000_000)));
        assertThat(states()).isEmpty();
        assertThatThrownBy(() -> one.reserve("s".repeat(401), ENDPOINT, "r"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theCheckFindsOutThatTheDatabaseIsAway() {
        one.check();
        database.observed.goAway();
        assertThatThrownBy(() -> one.check()).hasMessageContaining("away");
        assertThatThrownBy(() -> one.accept(job("a"), true)).hasMessageContaining("away");
        database.observed.comeBack();
        one.check();
    }

    // ---- claims

    @Test
    void whatNobodyHasClaimedCanBeClaimedOnce() {
        one.accept(job("a"), false);
        assertThat(ids(other.claim(SERVER, ENDPOINT, 10))).containsExactly("a");
        assertThat(one.claim(SERVER, ENDPOINT, 10)).isEmpty();
        assertThat(other.claim(SERVER, ENDPOINT, 10)).isEmpty();
    }

    @Test
    void theFirstSubmittedAreClaimedFirst() {
        for (int i : new int[] {3, 1, 4, 2}) {
            // clocks of submitters may be minutes away from each other, and from the database's
            one.accept(job("job" + i, null, Instant.now().plusSeconds(i * 60L)), false);
        }
        assertThat(ids(one.claim(SERVER, ENDPOINT, 3))).containsExactly("job1", "job2", "job3");
        assertThat(ids(one.claim(SERVER, ENDPOINT, 3))).containsExactly("job4");
        assertThat(one.claim(SERVER, "another", 3)).isEmpty();
        assertThat(one.claim("http://another", ENDPOINT, 3)).isEmpty();
    }

    @Test
    void manyInstancesClaimEachJobOnce() throws Exception {
        for (int i = 0; i < 200; i++) {
            one.accept(job("job" + i), false);
        }
        List<String> claimed = new ArrayList<>();
        for (List<String> part : atOnce(8, i -> {
            List<String> mine = new ArrayList<>();
            JdbcJobRepository repository = i % 2 == 0 ? one : other;
            for (List<Claim> next = repository.claim(SERVER, ENDPOINT, 7);
                    !next.isEmpty();
                    next = repository.claim(SERVER, ENDPOINT, 7)) {
                mine.addAll(ids(next));
            }
            return mine;
        })) {
            claimed.addAll(part);
        }
        assertThat(claimed).doesNotHaveDuplicates();
        // what was locked for a moment
        claimed.addAll(ids(one.claim(SERVER, ENDPOINT, 200)));
        assertThat(claimed).hasSize(200).doesNotHaveDuplicates();
    }

    @Test
    void aStoppedInstanceGivesItsJobsBackAtOnce() {
        one.accept(job("a"), true);
        one.reserve(SERVER, ENDPOINT, "r");
        assertThat(other.claim(SERVER, ENDPOINT, 10)).isEmpty();
        one.stop();
        List<Claim> claims = other.claim(SERVER, ENDPOINT, 10);
        assertThat(ids(claims)).containsExactly("a");
        assertThat(claims.get(0).isAbandoned()).isFalse();
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Reserved.class);
        assertThat(database.query("select id from aipi_instance")).hasSize(1);
    }

    @Test
    void theJobsOfADeadInstanceAreTakenOverAfterItsLease() {
        one.accept(job("a"), true);
        one.complete(one.accept(job("b"), true).withOutcome(result("hello")));
        database.endLease(one);
        List<Claim> claims = other.claim(SERVER, ENDPOINT, 10);
        assertThat(ids(claims)).containsExactlyInAnyOrder("a", "b");
        assertThat(claims).allMatch(Claim::isAbandoned);
    }

    @Test
    void anInstanceThatHasLostItsLeaseBeginsAnew() {
        StoredJob job = one.accept(job("a"), true);
        assertThat(isKept(one)).isTrue();
        database.endLease(one);
        assertThat(other.claim(SERVER, ENDPOINT, 10)).hasSize(1);
        String before = one.getInstanceId();
        assertThat(isKept(one)).isFalse();
        assertThat(one.getInstanceId()).isNotEqualTo(before);
        assertThat(isKept(one)).isTrue();
        assertThat(one.deliver(job)).isFalse();
        assertThat(one.remove(job)).isFalse();
        one.park(job.withOutcome(failure("not mine")));
        assertThat(states()).containsExactly("ACCEPTED");
        assertThat(other.remove(job.withOwner(null))).isTrue();
    }

    @Test
    void manyWhoRenewALostLeaseAtOnceAreToldOfTheSameNewOne() {
        String before = one.renew();
        database.endLease(one);

        Set<String> names =
                IntStream.range(0, 8).parallel().mapToObj(i -> one.renew()).collect(Collectors.toSet());

        assertThat(names).hasSize(1).doesNotContain(before).containsExactly(one.getInstanceId());
    }

    @Test
    void anInstanceThatHasLostItsLeaseCanClaimItsJobsAgain() {
        one.accept(job("a"), true);
        database.endLease(one);
        assertThat(isKept(one)).isFalse();
        List<Claim> claims = one.claim(SERVER, ENDPOINT, 10);
        assertThat(ids(claims)).containsExactly("a");
        assertThat(claims.get(0).isAbandoned()).isTrue();
    }

    @Test
    void whatIsReleasedCanBeClaimed() {
        StoredJob job = one.accept(job("a"), true);
        StoredJob foreign = other.accept(job("b"), true);
        one.release(List.of(job, foreign.withOwner(null)));
        assertThat(ids(other.claim(SERVER, ENDPOINT, 10))).containsExactly("a");
    }

    @Test
    void whatCannotBeReadIsPassedOver() {
        one.accept(job("bad"), false);
        one.accept(job("good"), false);
        database.execute("update aipi_job set headers = 'odd' where job_id = 'bad'");
        assertThat(ids(one.claim(SERVER, ENDPOINT, 10))).containsExactly("good");
        assertThat(database.query("select job_id from aipi_job order by job_id"))
                .containsExactly("bad", "good");
    }

    @Test
    void largeJobsAreNotAllClaimedAtOnce() {
        for (int i = 0; i < 3; i++) {
            one.accept(job("job" + i, null, SUBMITTED.plusSeconds(i)), false);
        }
        database.execute("update aipi_job set size = 40000000");
        assertThat(ids(one.claim(SERVER, ENDPOINT, 10))).containsExactly("job0");
        assertThat(ids(one.claim(SERVER, ENDPOINT, 10))).containsExactly("job1");
    }

    @Test
    void jobsThatNobodyClaimsAreCounted() {
        one.accept(job("old"), false);
        one.accept(job("new", null, Instant.now()), false);
        one.accept(job("claimed"), true);
        assertThat(one.unclaimed()).isEqualTo(Map.of(SERVER, 1L));
    }

    // ---- outcomes

    @Test
    void anOutcomeIsStoredForWhoeverOwnsTheJobNow() {
        StoredJob job = one.accept(job("a"), true);
        database.endLease(one);
        StoredJob claimed = other.claim(SERVER, ENDPOINT, 10).get(0).job();
        assertThat(claimed.outcome()).isNull();
        assertThat(one.complete(job.withOutcome(result("the only copy")))).isNull();
        StoredJob stored = other.complete(claimed.withOutcome(lost()));
        assertThat(text(stored)).isEqualTo("the only copy");
    }

    @Test
    void aDeliveryStoresAnOutcomeThatIsNotStoredYet() {
        StoredJob job = one.accept(job("a", "r"), true);
        assertThat(one.deliver(new StoredJob(job.job(), result("hello"), 1))).isTrue();
        assertThat(one.deliver(new StoredJob(job.job(), lost(), 2))).isTrue();
        StoredJob found = one.find(SERVER, ENDPOINT, "r").orElseThrow();
        assertThat(text(found)).isEqualTo("hello");
        assertThat(found.deliveries()).isEqualTo(2);
        assertThat(states()).containsExactly("DONE");
    }

    @Test
    void aResultTakesThePlaceOfItsLossOnly() {
        StoredJob job = one.accept(job("a"), true);
        one.complete(job.withOutcome(lost()));
        Map<String, Object> fields = Map.of("image", new Media("image", "image/png", bytes(50_000)));
        assertThat(one.complete(job.withOutcome(result(fields))).outcome()).isEqualTo(result(fields));
        assertThat(one.complete(job.withOutcome(lost())).outcome()).isEqualTo(result(fields));
        assertThat(one.complete(job.withOutcome(result("another"))).outcome()).isEqualTo(result(fields));
        assertThat(states()).containsExactly("DONE");
    }

    @Test
    void aLaterJobOfTheSameRequestIdIsNotMeant() {
        StoredJob first = one.accept(job("a", "r"), true);
        assertThat(one.remove(first)).isTrue();
        StoredJob second = one.accept(job("b", "r", SUBMITTED.plusSeconds(1)), true);
        assertThat(first.job().key()).isEqualTo(second.job().key());
        assertThat(one.complete(first.withOutcome(result("old")))).isNull();
        assertThat(one.deliver(first)).isFalse();
        one.park(first.withOutcome(failure("old")));
        one.release(List.of(first));
        assertThat(one.remove(first)).isFalse();
        assertThat(one.find(SERVER, ENDPOINT, "r").orElseThrow()).isEqualTo(second.withOwner(null));
        assertThat(one.remove(second)).isTrue();
    }

    @Test
    void aParkedJobIsLeftAlone() {
        StoredJob job = one.complete(one.accept(job("a", "r"), true).withOutcome(result("hello")));
        one.park(new StoredJob(job.job(), job.outcome(), 3));
        assertThat(one.claim(SERVER, ENDPOINT, 10)).isEmpty();
        assertThat(one.remove(job)).isFalse();
        assertThat(one.find(SERVER, ENDPOINT, "r").orElseThrow().deliveries()).isEqualTo(3);
        other.unpark(SERVER, "another");
        assertThat(other.claim(SERVER, ENDPOINT, 10)).isEmpty();
        other.unpark(SERVER, ENDPOINT);
        Claim claim = other.claim(SERVER, ENDPOINT, 10).get(0);
        assertThat(text(claim.job())).isEqualTo("hello");
        assertThat(claim.isAbandoned()).isFalse();
        assertThat(states()).containsExactly("DONE");
    }

    @Test
    void aJobIsParkedWithItsOutcome() {
        StoredJob job = one.accept(job("a"), true);
        one.park(job.withOutcome(failure("refused")));
        one.unpark(SERVER, ENDPOINT);
        assertThat(states()).containsExactly("FAILED");
        StoredJob done = one.complete(one.accept(job("b"), true).withOutcome(result("hello")));
        one.park(done.withOutcome(lost()));
        one.unpark(SERVER, ENDPOINT);
        assertThat(states()).containsExactlyInAnyOrder("FAILED", "DONE");
    }

    @Test
    void aJobWhoseIdIsGivenAgainLapses() {
        one.accept(job("7", "r"), false);
        one.accept(job("8", "s"), false);
        one.complete(one.accept(job("7", "t"), true).withOutcome(result("in time")));
        other.lapse(SERVER, "7");
        JobOutcome lapsed = one.find(SERVER, ENDPOINT, "r").orElseThrow().outcome();
        assertThat(((JobOutcome.Failed) lapsed).failure()).isInstanceOf(JobLapsedException.class);
        assertThat(one.find(SERVER, ENDPOINT, "s").orElseThrow().outcome()).isNull();
        assertThat(text(one.find(SERVER, ENDPOINT, "t").orElseThrow())).isEqualTo("in time");
    }

    // ---- request ids

    @Test
    void aRequestIdIsReservedUntilItsJobIsStored() {
        assertThat(one.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Reserved.class);
        assertThat(one.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Pending.class);
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Pending.class);
        assertThat(other.reserve(SERVER, "another", "r")).isInstanceOf(Reservation.Reserved.class);
        assertThat(one.find(SERVER, ENDPOINT, "r")).isEmpty();
        assertThat(other.claim(SERVER, ENDPOINT, 10)).isEmpty();
        StoredJob job = one.accept(job("a", "r"), true);
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isEqualTo(new Reservation.Taken(job.withOwner(null)));
        one.remove(job);
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Reserved.class);
    }

    @Test
    void aCancelledReservationIsFree() {
        one.reserve(SERVER, ENDPOINT, "r");
        other.cancel(SERVER, ENDPOINT, "r");
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Pending.class);
        one.cancel(SERVER, ENDPOINT, "r");
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Reserved.class);
    }

    @Test
    void theReservationOfADeadInstanceIsTakenOver() {
        one.reserve(SERVER, ENDPOINT, "r");
        database.endLease(one);
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Reserved.class);
        StoredJob late = one.accept(job("a", "r"), true);
        assertThat(late.job().requestId()).isNull();
        assertThat(other.accept(job("b", "r"), true).job().requestId()).isEqualTo("r");
        assertThat(states()).hasSize(2);
    }

    @Test
    void ofManyThatReserveAtOnceOneDoes() throws Exception {
        JdbcJobRepository third = start(database.repository("third"));
        List<JdbcJobRepository> all = List.of(one, other, third);
        for (int round = 0; round < Nightly.times(2, 5); round++) {
            String requestId = "race" + round;
            List<Reservation> reservations = atOnce(100, i -> all.get(i % 3).reserve(SERVER, ENDPOINT, requestId));
            assertThat(reservations.stream().filter(Reservation.Reserved.class::isInstance))
                    .hasSize(1);
            assertThat(reservations.stream().filter(Reservation.Pending.class::isInstance))
                    .hasSize(99);
        }
    }

    @Test
    void aJobWhoseRequestIdIsTakenIsStoredWithoutIt() {
        one.accept(job("a", "r"), true);
        StoredJob second = one.accept(job("b", "r"), true);
        assertThat(second.job().requestId()).isNull();
        assertThat(one.complete(second.withOutcome(result("b")))).isNotNull();
        assertThat(one.find(SERVER, ENDPOINT, "r").orElseThrow().job().jobId()).isEqualTo("a");
        assertThat(states()).containsExactlyInAnyOrder("ACCEPTED", "DONE");
    }

    // ---- calls that have thrown

    @Test
    void anAcceptanceWhoseCommitWasNotSeenCanBeCalledAgain() {
        for (String requestId : Arrays.asList(null, "free", "reserved")) {
            if ("reserved".equals(requestId)) {
                one.reserve(SERVER, ENDPOINT, requestId);
            }
            StoredJob job = job("job of " + requestId, requestId);
            database.observed.dieAfterNextCommit();
            assertThatThrownBy(() -> one.accept(job, true)).isInstanceOf(DatabaseException.class);
            assertThat(one.accept(job, true)).isEqualTo(job.withOwner(one.getInstanceId()));
            assertThat(isKept(one)).isTrue();
            assertThat(other.claim(SERVER, ENDPOINT, 10)).isEmpty();
            assertThat(one.remove(job)).isTrue();
            assertThat(states()).isEmpty();
        }
    }

    @Test
    void aJobWhoseAcceptanceWasNotSeenIsGivenBack() {
        database.observed.dieAfterNextCommit();
        assertThatThrownBy(() -> one.accept(job("a"), true)).isInstanceOf(DatabaseException.class);
        assertThat(other.claim(SERVER, ENDPOINT, 10)).isEmpty();
        assertThat(isKept(one)).isTrue();
        assertThat(ids(other.claim(SERVER, ENDPOINT, 10))).containsExactly("a");
    }

    @Test
    void aClaimWhoseCommitWasNotSeenIsGivenBack() {
        one.accept(job("a"), false);
        database.observed.dieAfterNextCommit();
        assertThatThrownBy(() -> one.claim(SERVER, ENDPOINT, 10)).isInstanceOf(DatabaseException.class);
        assertThat(other.claim(SERVER, ENDPOINT, 10)).isEmpty();
        database.observed.goAway();
        assertThatThrownBy(one::renew).isInstanceOf(DatabaseException.class);
        database.observed.comeBack();
        assertThat(isKept(one)).isTrue();
        assertThat(ids(other.claim(SERVER, ENDPOINT, 10))).containsExactly("a");
    }

    @Test
    void aReservationWhoseCommitWasNotSeenCanBeHadAgain() {
        database.observed.dieAfterNextCommit();
        assertThatThrownBy(() -> one.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(DatabaseException.class);
        assertThat(one.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Reserved.class);
        assertThat(one.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Pending.class);
        database.observed.dieAfterNextCommit();
        assertThatThrownBy(() -> one.reserve(SERVER, ENDPOINT, "s")).isInstanceOf(DatabaseException.class);
        one.renew();
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Pending.class);
        assertThat(other.reserve(SERVER, ENDPOINT, "s")).isInstanceOf(Reservation.Reserved.class);
    }

    @Test
    void aFailedReservationDoesNotEndThatOfAnotherThread() {
        one.reserve(SERVER, ENDPOINT, "r");
        database.observed.goAway();
        assertThatThrownBy(() -> one.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(DatabaseException.class);
        database.observed.comeBack();
        one.renew();
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Pending.class);
    }

    @Test
    void aFailedCancellationIsMadeUpFor() {
        one.reserve(SERVER, ENDPOINT, "r");
        database.observed.goAway();
        assertThatThrownBy(() -> one.cancel(SERVER, ENDPOINT, "r")).isInstanceOf(DatabaseException.class);
        database.observed.comeBack();
        one.renew();
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Reserved.class);
    }

    @Test
    void anOutcomeWhoseCommitWasNotSeenCanBeStoredAgain() {
        StoredJob job = one.accept(job("a"), true);
        database.observed.dieAfterNextCommit();
        assertThatThrownBy(() -> one.complete(job.withOutcome(result("hello")))).isInstanceOf(DatabaseException.class);
        assertThat(text(one.complete(job.withOutcome(result("hello"))))).isEqualTo("hello");
    }

    // ---- for people

    @Test
    void deliveredJobsAreKeptForTheRetention() {
        one.stop();
        one.setRetention(Duration.ofHours(1));
        one.start();
        StoredJob job = one.complete(one.accept(job("a", "r"), true).withOutcome(result("hello")));
        assertThat(one.remove(job)).isTrue();
        assertThat(one.remove(job)).isFalse();
        assertThat(text(one.find(SERVER, ENDPOINT, "r").orElseThrow())).isEqualTo("hello");
        assertThat(other.reserve(SERVER, ENDPOINT, "r")).isInstanceOf(Reservation.Taken.class);
        assertThat(one.complete(job.withOutcome(lost()))).isNull();
        assertThat(other.claim(SERVER, ENDPOINT, 10)).isEmpty();
        assertThat(one.purge()).isZero();
        database.execute("update aipi_job set delivered = submitted");
        assertThat(one.purge()).isEqualTo(1);
        assertThat(states()).isEmpty();
    }

    @Test
    void peopleSeeWhatIsInFlight() {
        StoredJob parked = one.accept(job("parked"), true);
        one.park(parked.withOutcome(failure("refused")));
        one.accept(job("mine"), true);
        one.accept(job("free"), false);
        other.accept(job("abandoned"), true);
        database.endLease(other);
        assertThat(one.counts()).isEqualTo(Map.of("PARKED", 1L, "ACCEPTED", 3L));
        assertThat(database.query("select job_id from aipi_jobs_in_flight where owner_alive"))
                .containsExactly("mine");
        assertThat(database.query("select job_id from aipi_jobs_in_flight where age_seconds > 3600"))
                .hasSize(4);
        assertThat(database.query("select outcome_type from aipi_jobs_in_flight where state = 'PARKED'"))
                .containsExactly("JobFailedException");
        assertThat(database.query("select body_type from aipi_job where job_id = 'mine'"))
                .containsExactly("TEXT");
    }

    @Test
    void peopleRetryAndDropParkedJobs() {
        for (String id : List.of("a", "b")) {
            StoredJob job = one.accept(job(id), true);
            one.park(new StoredJob(job.job(), result("hello"), 5));
        }
        String a = job("a").job().key();
        assertThat(one.retry(a)).isTrue();
        assertThat(one.retry(a)).isFalse();
        assertThat(one.drop(a)).isFalse();
        Claim claim = other.claim(SERVER, ENDPOINT, 10).get(0);
        assertThat(claim.job().job().jobId()).isEqualTo("a");
        assertThat(claim.job().deliveries()).isZero();
        assertThat(one.drop(job("b").job().key())).isTrue();
        assertThat(states()).containsExactly("DONE");
    }

    @Test
    void whatLongDeadInstancesHaveLeftIsClearedAway() throws Exception {
        one.accept(job("a"), true);
        one.reserve(SERVER, ENDPOINT, "r");
        String owner = one.getInstanceId();
        one.tidy();
        assertThat(states()).hasSize(2);
        database.execute("update aipi_job set owner = 'unknown' where owner = '" + owner + "'");
        one.tidy();
        assertThat(states()).containsExactly("ACCEPTED");
        assertThat(ids(other.claim(SERVER, ENDPOINT, 10))).containsExactly("a");
    }

    // ---- tables

    @Test
    void manyInstancesMakeTheTablesAtOnce() throws Exception {
        one.stop();
        other.stop();
        database.execute("drop view aipi_jobs_in_flight");
        for (String table : List.of("aipi_job_part", "aipi_job", "aipi_instance", "aipi_schema")) {
            database.execute("drop table " + table);
        }
        JdbcJobRepository blind = database.repository("blind");
        blind.setCreateSchema(false);
        assertThatThrownBy(blind::start).hasStackTraceContaining("apply the scripts");
        List<JdbcJobRepository> all = IntStream.range(0, 5)
                .mapToObj(i -> database.repository("i" + i))
                .toList();
        atOnce(5, i -> start(all.get(i)));
        all.get(0).accept(job("a"), true);
        assertThat(database.query("select version from aipi_schema order by version"))
                .containsExactly("1", "2");
        JdbcJobRepository byHand = database.repository("by hand");
        byHand.setCreateSchema(false);
        start(byHand).accept(job("b"), true);
    }

    // ---- costs

    @Test
    void underLoadAJobTakesFourStatementsAndLessThanOneTransaction() throws Exception {
        int threads = 32;
        int each = Nightly.times(20, 40);
        database.observed.reset();
        database.observed.slowDownCommits(Duration.ofMillis(5));
        atOnce(threads, thread -> {
            for (int i = 0; i < each; i++) {
                String id = thread + "-" + i;
                one.reserve(SERVER, ENDPOINT, id);
                StoredJob job = one.accept(job(id, id), true);
                one.remove(one.complete(job.withOutcome(result("hello"))));
            }
            return null;
        });
        double jobs = threads * each;
        assertThat(states()).isEmpty();
        assertThat(database.observed.statements.get() / jobs).isLessThanOrEqualTo(4);
        assertThat(database.observed.commits.get() / jobs).isLessThan(1);
    }

    // ----

    private List<String> states() {
        return database.query("select state from aipi_job");
    }

    private static List<String> ids(List<Claim> claims) {
        return claims.stream().map(claim -> claim.job().job().jobId()).toList();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private interface Action<T> {
        T run(int thread) throws Exception;
    }

    /** Many threads begin at the same moment. */
    private static <T> List<T> atOnce(int threads, Action<T> action) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch ready = new CountDownLatch(threads);
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                tasks.add(() -> {
                    ready.countDown();
                    ready.await();
                    return action.run(thread);
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : executor.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
