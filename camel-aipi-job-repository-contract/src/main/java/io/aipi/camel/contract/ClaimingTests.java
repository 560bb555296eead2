/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.JobRepository.Claim;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.JobLapsedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A job belongs to one instance at a time. */
abstract class ClaimingTests extends NamingTests {

    // ---- by one instance

    @Test
    protected void aJobIsClaimedOnce_untilItIsGivenBack() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = offer(jobs, job().headers(Map.of("orderId", 42)));

        List<Claim> claims = claim(jobs, 10);
        assertThat(claims).hasSize(1);
        assertSame(claims.get(0).job(), job);
        assertNothingToClaim(jobs);

        jobs.release(List.of(job));
        assertThat(ids(claim(jobs, 10))).containsExactly(id(job));
        assertNothingToClaim(jobs);
    }

    @Test
    protected void aJobThatIsClaimedAtItsAcceptanceIsNotClaimedAgain() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = accept(jobs, job());

        assertNothingToClaim(jobs);

        jobs.release(List.of(job));
        assertThat(ids(claim(jobs, 10))).containsExactly(id(job));
    }

    @Test
    protected void noMoreAreClaimedThanWasAskedFor() throws Exception {
        JobRepository jobs = begin();
        List<String> all = offerMany(jobs, 10).stream().map(Harness::id).toList();

        List<String> claimed = new ArrayList<>();
        for (long begin = System.nanoTime(); claimed.size() < 10 && isInTime(begin); ) {
            List<Claim> claims = jobs.claim(server, ENDPOINT, 3);
            assertThat(claims).hasSizeLessThanOrEqualTo(3);
            claimed.addAll(ids(claims));
        }

        assertThat(claimed).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    protected void whatWasSubmittedFirstIsClaimedFirst() throws Exception {
        needs(Trait.ORDERED);
        JobRepository jobs = begin();
        List<StoredJob> offered = offerMany(jobs, 20);
        List<String> expected = inOrder(offered);
        // one that was claimed, and given back
        List<Claim> first = claim(jobs, 1);
        assertThat(ids(first)).containsExactly(expected.get(0));
        jobs.release(List.of(first.get(0).job()));

        List<String> claimed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            claimed.addAll(ids(claim(jobs, 4)));
        }

        assertThat(claimed).containsExactlyElementsOf(expected);
    }

    private List<StoredJob> offerMany(JobRepository jobs, int count) {
        List<Instant> times = new ArrayList<>(IntStream.range(0, count)
                .mapToObj(second -> Instant.parse("2026-01-01T00:00:00Z").plusSeconds(second))
                .toList());
        Collections.shuffle(times, new Random(7));
        return times.stream().map(time -> offer(jobs, job().submitted(time))).toList();
    }

    private static List<String> inOrder(List<StoredJob> jobs) {
        return jobs.stream()
                .sorted(Comparator.comparing(each -> each.job().submitted()))
                .map(Harness::id)
                .toList();
    }

    @Test
    protected void whatIsGivenBackIsAsItWasStored() throws Exception {
        JobRepository jobs = begin();
        StoredJob done = jobs.complete(Outcomes.done(accept(jobs, job()), "Hi"));
        StoredJob delivered = new StoredJob(done.job(), done.outcome(), 2);
        assertThat(jobs.deliver(delivered)).isTrue();

        jobs.release(List.of(delivered));

        List<Claim> claims = claim(jobs, 10);
        assertThat(claims).hasSize(1);
        assertSame(claims.get(0).job(), delivered);
    }

    @Test
    protected void nothingIsGivenBackByAnEmptyRelease() throws Exception {
        JobRepository jobs = begin();
        accept(jobs, job());

        jobs.release(List.of());

        assertNothingToClaim(jobs);
    }

    // ---- parked

    @Test
    protected void aParkedJobIsLeftAlone_untilItsEndpointIsUnparked() throws Exception {
        JobRepository jobs = begin();
        StoredJob done = Outcomes.done(accept(jobs, job()), "Hi");
        StoredJob parked = new StoredJob(done.job(), done.outcome(), 5);

        jobs.park(parked);
        assertNothingToClaim(jobs);
        jobs.unpark(server, "another");
        jobs.unpark(server + "1", ENDPOINT);
        assertNothingToClaim(jobs);

        jobs.unpark(server, ENDPOINT);
        List<Claim> claims = claim(jobs, 10);
        assertThat(claims).hasSize(1);
        assertSame(claims.get(0).job(), parked);
        assertThat(jobs.remove(parked)).isTrue();
    }

    @Test
    protected void unparkingGivesNothingBackThatIsClaimed() throws Exception {
        JobRepository jobs = begin();
        accept(jobs, job());

        jobs.unpark(server, ENDPOINT);

        assertNothingToClaim(jobs);
    }

    @Test
    protected void aJobThatIsParkedIsParkedForAllInstances_andAfterTheLease() throws Exception {
        needs(Trait.LEASES);
        JobRepository one = begin();
        JobRepository other = begin();
        StoredJob job = Outcomes.done(accept(one, job()), "Hi");
        one.park(job);

        assertNothingToClaim(other);
        passLease(other);
        assertNothingToClaim(other);

        other.unpark(server, ENDPOINT);
        assertThat(ids(claim(other, 10))).containsExactly(id(job));
    }

    // ---- ids that the server gives again

    @Test
    protected void anIdThatIsGivenAgainEndsTheJobsThatHadIt_andNoOthers() throws Exception {
        JobRepository jobs = begin();
        List<StoredJob> gone = List.of(
                offer(jobs, job().jobId("JID1")),
                offer(jobs, job().jobId("JID1").requestId("named")),
                offer(jobs, job().jobId("JID1").of("picture")));
        List<StoredJob> left = List.of(
                offer(jobs, job().jobId("JID11")),
                offer(jobs, job().jobId("JID1/")),
                offer(jobs, job().jobId("jid1")),
                offer(jobs, job().jobId(null).exchangeId("JID1")),
                offer(jobs, job().jobId("JID1").at(server + "1")),
                jobs.accept(Outcomes.done(job().jobId("JID1").build(), "Hi"), false),
                jobs.accept(Outcomes.lost(job().jobId("JID1").build()), false));

        jobs.lapse(server, "JID1");

        for (StoredJob job : gone) {
            assertLapsed(stored(jobs, job));
        }
        for (StoredJob job : left) {
            assertSame(stored(jobs, job), job);
        }
    }

    private static void assertLapsed(StoredJob job) {
        assertThat(job.outcome())
                .isInstanceOfSatisfying(
                        JobOutcome.Failed.class,
                        failed -> assertThat(failed.failure())
                                .isInstanceOfSatisfying(JobLapsedException.class, lapsed -> {
                                    assertThat(lapsed.getJobId())
                                            .isEqualTo(job.job().jobId());
                                    assertThat(lapsed.getEndpoint())
                                            .isEqualTo(job.job().endpoint());
                                    assertThat(lapsed.isRetryable()).isTrue();
                                }));
    }

    @Test
    protected void aJobThatAnotherInstanceFollowsLapsesToo() throws Exception {
        needs(Trait.LEASES);
        JobRepository one = begin();
        JobRepository other = begin();
        StoredJob job = accept(one, job().jobId("JID1"));

        other.lapse(server, "JID1");

        assertLapsed(one.complete(Outcomes.done(job, "of the job that has its id now")));
        assertNothingToClaim(other);
    }

    // ---- among instances

    @Test
    protected void whatOneInstanceHasClaimedNoOtherClaims() throws Exception {
        needs(Trait.LEASES);
        JobRepository one = begin();
        JobRepository other = begin();
        StoredJob accepted = accept(one, job());
        StoredJob offered = offer(one, job());
        assertThat(ids(claim(one, 10))).containsExactly(id(offered));

        assertNothingToClaim(other);

        assertThat(one.remove(offered)).isTrue();
        assertThat(one.remove(accepted)).isTrue();
        assertNothingToClaim(other);
    }

    @Test
    protected void whatIsGivenBackOthersClaimAtOnce() throws Exception {
        needs(Trait.LEASES);
        JobRepository one = begin();
        JobRepository other = begin();
        StoredJob job = accept(one, job());
        StoredJob kept = accept(one, job());

        one.release(List.of(job));

        assertClaims(other, false, job);
        assertLost(one, job);
        assertThat(one.deliver(kept)).isTrue();
    }

    @Test
    protected void whatWasOfferedOthersClaimAtOnce() throws Exception {
        needs(Trait.LEASES);
        StoredJob job = offer(begin(), job());

        assertClaims(begin(), false, job);
    }

    @Test
    protected void theClaimsOfAStoppedInstanceOthersClaimAtOnce() throws Exception {
        needs(Trait.LEASES);
        JobRepository stopped = begin();
        JobRepository other = begin();
        StoredJob accepted = accept(stopped, job());
        StoredJob done = stopped.complete(Outcomes.done(accept(stopped, job()), "Hi"));

        stop(stopped);

        assertClaims(other, false, accepted, done);
    }

    @Test
    protected void theClaimsOfACrashedInstanceOthersClaimAfterItsLease_andNotBefore() throws Exception {
        needs(Trait.LEASES);
        JobRepository crashed = begin();
        JobRepository other = begin();
        StoredJob accepted = accept(crashed, job());
        StoredJob done = crashed.complete(Outcomes.done(accept(crashed, job()), "Hi"));
        StoredJob delivered = new StoredJob(done.job(), done.outcome(), 2);
        assertThat(crashed.deliver(delivered)).isTrue();
        kill(crashed);

        assertNothingToClaim(other);
        passLease(other);

        assertClaims(other, true, accepted, delivered);
    }

    @Test
    protected void whatWasTakenFromACrashedInstanceAndGivenBackIsNotAbandonedAnyMore() throws Exception {
        needs(Trait.LEASES);
        JobRepository crashed = begin();
        JobRepository second = begin();
        JobRepository third = begin();
        StoredJob job = accept(crashed, job());
        kill(crashed);
        passLease(second, third);
        assertClaims(second, true, job);

        second.release(List.of(job));

        assertClaims(third, false, job);
    }

    /** The instances that the claims are taken from, and nobody, do not matter. */
    @Test
    protected void whatWasSubmittedFirstIsClaimedFirst_abandonedOrNot() throws Exception {
        needs(Trait.LEASES);
        needs(Trait.ORDERED);
        JobRepository crashed = begin();
        JobRepository other = begin();
        Instant begin = Instant.parse("2026-01-01T00:00:00Z");
        List<StoredJob> all = IntStream.range(0, 12)
                .mapToObj(second -> crashed.accept(
                        job().submitted(begin.plusSeconds(second)).build(), second % 3 == 0))
                .toList();
        kill(crashed);
        passLease(other);

        List<Claim> claims = new ArrayList<>(claim(other, 5));
        claims.addAll(claim(other, 7));

        assertThat(ids(claims)).containsExactlyElementsOf(inOrder(all));
        assertThat(claims.stream().filter(Claim::isAbandoned)).hasSize(4);
    }

    private void assertClaims(JobRepository instance, boolean abandoned, StoredJob... jobs) {
        List<Claim> claims = claim(instance, jobs.length + 1);
        assertThat(ids(claims))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(jobs).map(Harness::id).toList());
        for (Claim claim : claims) {
            assertThat(claim.isAbandoned()).isEqualTo(abandoned);
            assertSame(
                    claim.job(),
                    Stream.of(jobs)
                            .filter(job -> id(job).equals(id(claim.job())))
                            .findFirst()
                            .orElseThrow());
        }
    }

    /** Every call that names the job says that it is no longer the caller's, and changes nothing. */
    private void assertLost(JobRepository instance, StoredJob job) {
        assertThat(instance.deliver(new StoredJob(job.job(), job.outcome(), 77)))
                .isFalse();
        assertThat(instance.remove(job)).isFalse();
        instance.park(new StoredJob(job.job(), job.outcome(), 78));
        instance.release(List.of(job));
        assertNothingToClaim(instance);
    }

    @Test
    protected void claimsLastAsLongAsTheyAreRenewed() throws Exception {
        needs(Trait.LEASES);
        JobRepository one = begin();
        JobRepository other = begin();
        StoredJob accepted = accept(one, job());
        StoredJob claimed = offer(one, job());
        assertThat(claim(one, 1)).hasSize(1);

        passLease(one, other);

        assertThat(renew(one)).isTrue();
        assertNothingToClaim(other);
        assertThat(one.deliver(accepted)).isTrue();
        assertThat(one.remove(claimed)).isTrue();
    }

    @Test
    protected void whoHasLostItsLeaseIsTold_andItsCallsChangeNothing() throws Exception {
        needs(Trait.LEASES);
        JobRepository late = begin();
        JobRepository other = begin();
        StoredJob job = accept(late, job().requestId("named"));
        passLease(other);
        assertClaims(other, true, job);

        assertLost(late, job);
        assertThat(renew(late)).isFalse();
        assertLost(late, job);

        assertThat(renew(other)).isTrue();
        assertThat(other.deliver(new StoredJob(job.job(), null, 1))).isTrue();
        assertSame(stored(other, job), new StoredJob(job.job(), null, 1));
        assertThat(other.remove(job)).isTrue();
    }

    @Test
    protected void whatWasClaimedUnderALostLeaseChangesNoNewerClaim_ofTheSameInstance() throws Exception {
        needs(Trait.LEASES);
        JobRepository late = begin();
        JobRepository other = begin();
        StoredJob accepted = late.accept(job().build(), true);
        StoredJob offered = offer(late, job());
        List<StoredJob> old = List.of(accepted, claim(late, 1).get(0).job());
        passLease(other);
        assertThat(renew(late)).isFalse();
        List<StoredJob> anew = claim(late, 2).stream().map(Claim::job).toList();
        assertThat(anew).extracting(Harness::id).containsExactlyInAnyOrder(id(accepted), id(offered));

        for (StoredJob job : old) {
            assertThat(late.deliver(job)).isFalse();
            assertThat(late.remove(job)).isFalse();
            late.park(Outcomes.done(job, "Hi"));
            assertThat(late.complete(Outcomes.done(job, "Hi"))).isNull();
        }
        late.release(old);

        assertNothingToClaim(late);
        assertNothingToClaim(other);
        for (StoredJob job : anew) {
            assertThat(late.deliver(Outcomes.done(job, "Hi"))).isTrue();
            assertThat(late.remove(job)).isTrue();
        }
    }

    /** It has seen the result, and nobody else will. */
    @Test
    protected void anOutcomeIsStoredForWhoHasTheJob_byWhoHasLostIt() throws Exception {
        needs(Trait.LEASES);
        JobRepository late = begin();
        JobRepository other = begin();
        StoredJob pending = accept(late, job());
        StoredJob failing = accept(late, job());
        StoredJob lost = accept(late, job());
        StoredJob ended = accept(late, job());
        passLease(other);
        assertClaims(other, true, pending, failing, lost, ended);
        other.complete(Outcomes.lost(lost));
        other.complete(Outcomes.failed(ended, "boom"));

        assertThat(late.complete(Outcomes.done(pending, "late"))).isNull();
        assertThat(late.complete(Outcomes.failed(failing, "late"))).isNull();
        assertThat(late.complete(Outcomes.done(lost, "late"))).isNull();
        assertThat(late.complete(Outcomes.done(ended, "late"))).isNull();

        assertOutcome(stored(other, pending), Outcomes.done(pending, "late"));
        assertOutcome(stored(other, failing), Outcomes.failed(failing, "late"));
        assertOutcome(stored(other, lost), Outcomes.done(lost, "late"));
        assertOutcome(stored(other, ended), Outcomes.failed(ended, "boom"));
        assertOutcome(other.complete(Outcomes.lost(pending)), Outcomes.done(pending, "late"));
    }

    @Test
    protected void anOutcomeIsStoredForWhoComesAfterTheLease() throws Exception {
        needs(Trait.LEASES);
        JobRepository late = begin();
        JobRepository other = begin();
        StoredJob job = accept(late, job());
        passLease(other);

        late.complete(Outcomes.done(job, "late"));

        assertClaims(other, true, Outcomes.done(job, "late"));
    }

    @Test
    protected void aJobThatWasRemovedByAnotherIsNotThereForWhoHasLostIt() throws Exception {
        needs(Trait.LEASES);
        JobRepository late = begin();
        JobRepository other = begin();
        StoredJob job = accept(late, job().requestId("named"));
        passLease(other);
        assertClaims(other, true, job);
        assertThat(other.remove(job)).isTrue();

        assertThat(late.complete(Outcomes.done(job, "late"))).isNull();
        assertLost(late, job);

        renew(late);
        assertNothingToClaim(late);
        assertThat(late.find(server, ENDPOINT, "named")).isEmpty();
        assertThat(reserve(late, "named")).isEqualTo(RESERVED);
    }

    @Test
    protected void whoHasLostItsLeaseBeginsAnew() throws Exception {
        needs(Trait.LEASES);
        JobRepository late = begin();
        JobRepository other = begin();
        StoredJob lost = accept(late, job());
        passLease(other);
        assertClaims(other, true, lost);
        assertThat(renew(late)).isFalse();

        assertThat(renew(late)).isTrue();
        StoredJob accepted = accept(late, job());
        other.release(List.of(lost));
        assertClaims(late, false, lost);
        passLease(late, other);

        assertNothingToClaim(other);
        assertThat(late.remove(lost)).isTrue();
        assertThat(late.remove(accepted)).isTrue();
    }

    @Test
    protected void whatIsClaimedHasTheNameOfTheLease() throws Exception {
        needs(Trait.LEASES);
        JobRepository jobs = begin();
        StoredJob accepted = jobs.accept(job().build(), true);
        assertThat(offer(jobs, job()).owner()).isNull();

        assertThat(claim(jobs, 1))
                .extracting(claim -> claim.job().owner())
                .containsExactly(accepted.owner())
                .containsExactly(jobs.renew());
        assertThat(jobs.complete(Outcomes.done(accepted, "Hi")).owner()).isEqualTo(accepted.owner());
    }

    /** Whether a lease that nobody has noticed to be over can be renewed is the store's choice; what it says is so. */
    @Test
    protected void whoIsLateAndHasLostNothingYetIsToldTheTruth() throws Exception {
        needs(Trait.LEASES);
        JobRepository late = begin();
        JobRepository other = begin();
        StoredJob job = accept(late, job());
        passLease(other);

        if (renew(late)) {
            assertNothingToClaim(other);
            assertThat(late.remove(job)).isTrue();
        } else {
            assertThat(late.deliver(job)).isFalse();
            assertThat(ids(claim(late, 1))).containsExactly(id(job));
            assertNothingToClaim(other);
            assertThat(late.remove(job)).isTrue();
        }
    }

    // ---- how many there are

    @Test
    protected void aStoreThatCountsCountsTheJobsOfAnEndpoint() throws Exception {
        JobRepository jobs = begin();
        assumeThat(jobs.count(server, ENDPOINT)).isPresent();
        StoredJob parked = accept(jobs, job());
        jobs.park(Outcomes.done(parked, "Hi"));
        accept(jobs, job());
        reserve(jobs, "named");
        offer(jobs, job().of("another"));
        offer(jobs, job().at(server + "1"));

        assertThat(jobs.count(server, ENDPOINT)).contains(new JobRepository.Counts(2, 1));

        jobs.unpark(server, ENDPOINT);
        assertThat(jobs.count(server, ENDPOINT)).contains(new JobRepository.Counts(2, 0));
        assertThat(jobs.count(server, "none")).contains(new JobRepository.Counts(0, 0));
    }

    // ---- what nobody claims

    @Test
    protected void aStoreSaysWhatNobodyHasClaimedForAWhile() throws Exception {
        needs(Trait.UNCLAIMED);
        JobRepository jobs = begin();
        StoredJob claimed = accept(jobs, job());
        offer(jobs, job());
        offer(jobs, job().of("another"));
        offer(jobs, job().at(server + "1"));
        if (has(Trait.LEASES)) {
            passLease(jobs);
        }

        assertThat(jobs.unclaimed()).containsEntry(server, 2L).containsEntry(server + "1", 1L);

        jobs.release(List.of(claimed));
        assertThat(claim(jobs, 10)).hasSize(2);
        assertThat(jobs.unclaimed()).containsEntry(server, 1L);
    }
}
