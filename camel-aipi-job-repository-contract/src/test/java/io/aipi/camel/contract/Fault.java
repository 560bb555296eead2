/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** What may be wrong with a store, and the tests that have to notice. */
@SuppressWarnings("ImmutableEnumChecker")
enum Fault {
    NONE(UnaryOperator.identity()),

    CLAIMS_TWICE(
            to -> new Forwarding(to) {
                @Override
                public List<Claim> claim(String server, String endpoint, int limit) {
                    List<Claim> claims = to.claim(server, endpoint, limit);
                    to.release(claims.stream().map(Claim::job).toList());
                    return claims;
                }
            },
            "aJobIsClaimedOnce_untilItIsGivenBack",
            "whatOneInstanceHasClaimedNoOtherClaims",
            "ofManyThreadsAndInstancesOneClaimsAJob"),

    CLAIMS_MORE_THAN_ASKED_FOR(
            to -> new Forwarding(to) {
                @Override
                public List<Claim> claim(String server, String endpoint, int limit) {
                    return to.claim(server, endpoint, limit + 1);
                }
            },
            "noMoreAreClaimedThanWasAskedFor"),

    CLAIMS_IN_NO_ORDER(
            to -> new Forwarding(to) {
                @Override
                public List<Claim> claim(String server, String endpoint, int limit) {
                    List<Claim> claims = new ArrayList<>(to.claim(server, endpoint, limit));
                    Collections.reverse(claims);
                    return claims;
                }
            },
            "whatWasSubmittedFirstIsClaimedFirst",
            "whatWasSubmittedFirstIsClaimedFirst_abandonedOrNot"),

    KNOWS_OF_NO_CRASH(
            to -> new Forwarding(to) {
                @Override
                public List<Claim> claim(String server, String endpoint, int limit) {
                    return to.claim(server, endpoint, limit).stream()
                            .map(claim -> new Claim(claim.job(), false))
                            .toList();
                }
            },
            "theClaimsOfACrashedInstanceOthersClaimAfterItsLease_andNotBefore"),

    CLAIMS_NOTHING_AT_ITS_ACCEPTANCE(
            to -> new Forwarding(to) {
                @Override
                public StoredJob accept(StoredJob job, boolean claim) {
                    return to.accept(job, false);
                }
            },
            "aJobThatIsClaimedAtItsAcceptanceIsNotClaimedAgain"),

    REPLACES_OUTCOMES(
            to -> new Forwarding(to) {
                @Override
                public StoredJob complete(StoredJob job) {
                    return to.remove(job) ? to.accept(job, true) : null;
                }
            },
            "anOutcomeTakesThePlaceOfNone_andNoOtherTakesItsPlace",
            "ofManyOutcomesAtOnceOneIsStored_andAllAreToldWhichOne"),

    KEEPS_A_LOSS_THOUGH_THE_RESULT_IS_THERE(
            to -> new Forwarding(to) {
                @Override
                public StoredJob complete(StoredJob job) {
                    StoredJob stored = to.complete(job.withOutcome(null));
                    return stored == null || stored.outcome() == null ? to.complete(job) : stored;
                }
            },
            "aResultTakesThePlaceOfItsLoss_andItsLossNotThatOfAResult",
            "amongManyWhoHaveLostAResultWhoHasItIsHeard"),

    TAKES_NO_RESULT_OF_WHO_HAS_LOST_THE_JOB(
            to -> new Forwarding(to) {
                @Override
                public StoredJob complete(StoredJob job) {
                    return to.deliver(job) ? to.complete(job) : null;
                }
            },
            "anOutcomeIsStoredForWhoHasTheJob_byWhoHasLostIt",
            "anOutcomeIsStoredForWhoComesAfterTheLease"),

    COUNTS_NO_DELIVERIES(
            to -> new Forwarding(to) {
                @Override
                public boolean deliver(StoredJob job) {
                    return true;
                }
            },
            "deliveriesAreCounted",
            "whoHasLostItsLeaseIsTold_andItsCallsChangeNothing"),

    REPLACES_OUTCOMES_WHEN_THEY_ARE_DELIVERED(
            to -> new Forwarding(to) {
                @Override
                public boolean deliver(StoredJob job) {
                    return to.remove(job) && to.accept(job, true) != null;
                }
            },
            "aDeliveryStoresAnOutcomeInThePlaceOfNone_andOfNoOther",
            "aResultIsNotLostByWhatIsSaidOfItsLoss"),

    SAYS_THAT_ALL_WAS_REMOVED(
            to -> new Forwarding(to) {
                @Override
                public boolean remove(StoredJob job) {
                    to.remove(job);
                    return true;
                }
            },
            "ofARemovedJobNothingIsLeft_andEveryCallSaysSo",
            "whoHasLostItsLeaseIsTold_andItsCallsChangeNothing"),

    ADDS_A_JOB_AGAIN(
            to -> new Forwarding(to) {

                private final Set<String> accepted = ConcurrentHashMap.newKeySet();

                @Override
                public StoredJob accept(StoredJob job, boolean claim) {
                    return accepted.add(job.job().id())
                            ? to.accept(job, claim)
                            : to.accept(
                                    with(job, job.job().requestId(), job.job().exchangeId() + " again"), claim);
                }
            },
            "anAcceptThatIsRepeatedLeavesOneJob"),

    FORGETS_REQUEST_IDS(
            to -> new Forwarding(to) {
                @Override
                public StoredJob accept(StoredJob job, boolean claim) {
                    return to.accept(job.withoutRequestId(), claim);
                }
            },
            "aRequestIdIsTakenFromTheJobsAcceptanceToItsRemoval"),

    RESERVES_FOR_ALL(
            to -> new Forwarding(to) {
                @Override
                public Reservation reserve(String server, String endpoint, String requestId) {
                    return to.reserve(server, endpoint, requestId) instanceof Reservation.Taken taken
                            ? taken
                            : new Reservation.Reserved();
                }
            },
            "ofManyThreadsOneGetsToReserve",
            "ofManyInstancesOneGetsToReserve"),

    CANCELS_NOTHING(
            to -> new Forwarding(to) {
                @Override
                public void cancel(String server, String endpoint, String requestId) {}
            },
            "aRequestIdIsReservedOnce_untilTheRequestIsCancelled"),

    CUTS_REQUEST_IDS(
            to -> new Forwarding(to) {
                @Override
                public Reservation reserve(String server, String endpoint, String requestId) {
                    return to.reserve(server, endpoint, requestId.substring(0, Math.min(requestId.length(), 255)));
                }
            },
            "requestIdsThatLookAlikeAreNotTheSame"),

    KNOWS_NO_UPPER_CASE(
            to -> new Forwarding(to) {
                @Override
                public List<Claim> claim(String server, String endpoint, int limit) {
                    return to.claim(server, endpoint.toLowerCase(Locale.ROOT), limit);
                }
            },
            "endpointsThatLookAlikeAreNotTheSame"),

    PARKS_NOTHING(
            to -> new Forwarding(to) {
                @Override
                public void park(StoredJob job) {
                    to.release(List.of(job));
                }
            },
            "aParkedJobIsLeftAlone_untilItsEndpointIsUnparked"),

    UNPARKS_NOTHING(
            to -> new Forwarding(to) {
                @Override
                public void unpark(String server, String endpoint) {}
            },
            "aParkedJobIsLeftAlone_untilItsEndpointIsUnparked"),

    LAPSES_NOTHING(
            to -> new Forwarding(to) {
                @Override
                public void lapse(String server, String jobId) {}
            },
            "anIdThatIsGivenAgainEndsTheJobsThatHadIt_andNoOthers"),

    GIVES_NOTHING_BACK(
            to -> new Forwarding(to) {
                @Override
                public void release(Collection<StoredJob> jobs) {}
            },
            "whatIsGivenBackOthersClaimAtOnce"),

    RENEWS_NOTHING(
            to -> new Forwarding(to) {
                @Override
                public String renew() {
                    return "always the same";
                }
            },
            "claimsLastAsLongAsTheyAreRenewed",
            "aReservationLastsAsLongAsItIsRenewed"),

    TELLS_NOBODY_THAT_THE_LEASE_IS_LOST(
            to -> new Forwarding(to) {
                @Override
                public String renew() {
                    to.renew();
                    return "always the same";
                }
            },
            "whoHasLostItsLeaseIsTold_andItsCallsChangeNothing"),

    TAKES_ONE_CLAIM_FOR_ANOTHER(
            to -> new Forwarding(to) {
                @Override
                public void release(Collection<StoredJob> jobs) {
                    to.release(jobs.stream().map(job -> job.withOwner(null)).toList());
                }
            },
            "whatWasClaimedUnderALostLeaseChangesNoNewerClaim_ofTheSameInstance"),

    LOSES_TYPES(
            to -> new Forwarding(to) {
                @Override
                public StoredJob accept(StoredJob job, boolean claim) {
                    Map<String, Object> headers = new LinkedHashMap<>(job.job().headers());
                    headers.replaceAll((name, value) -> value instanceof Integer number ? number.longValue() : value);
                    DetachedJob old = job.job();
                    DetachedJob changed = new DetachedJob(
                            old.server(),
                            old.endpoint(),
                            old.jobId(),
                            old.requestId(),
                            old.submitted(),
                            old.exchangeId(),
                            headers,
                            old.body());
                    return to.accept(new StoredJob(changed, job.outcome(), job.deliveries()), claim);
                }
            },
            "everyKindOfHeaderComesBack"),

    PROBES_WITH_THE_JOB_ITSELF(
            to -> new Forwarding(to) {
                @Override
                public void probe(StoredJob job) {
                    to.accept(job, false);
                }
            },
            "aProbeLeavesNothing");

    private final UnaryOperator<JobRepository> breaking;
    private final List<String> noticing;

    Fault(UnaryOperator<JobRepository> breaking, String... noticing) {
        this.breaking = breaking;
        this.noticing = List.of(noticing);
    }

    JobRepository in(JobRepository whole) {
        return breaking.apply(whole);
    }

    /** Names of tests. */
    List<String> noticedBy() {
        return noticing;
    }

    private static StoredJob with(StoredJob stored, String requestId, String exchangeId) {
        DetachedJob job = stored.job();
        return new StoredJob(
                new DetachedJob(
                        job.server(),
                        job.endpoint(),
                        job.jobId(),
                        requestId,
                        job.submitted(),
                        exchangeId,
                        job.headers(),
                        job.body()),
                stored.outcome(),
                stored.deliveries());
    }
}
