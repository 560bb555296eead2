/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.JobRepository.Reservation;
import io.aipi.camel.store.StoredJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Request ids, and names that could be taken for one another. */
abstract class NamingTests extends StoringTests {

    private static final int RESERVING = 100;

    // ---- request ids

    @Test
    protected void aRequestIdIsReservedOnce_untilTheRequestIsCancelled() throws Exception {
        JobRepository jobs = begin();

        assertThat(reserve(jobs, "named")).isEqualTo(RESERVED);
        assertThat(reserve(jobs, "named")).isEqualTo(PENDING);
        assertThat(jobs.find(server, ENDPOINT, "named")).isEmpty();
        assertNothingToClaim(jobs);

        jobs.cancel(server, ENDPOINT, "named");
        assertThat(reserve(jobs, "named")).isEqualTo(RESERVED);
        jobs.cancel(server, ENDPOINT, "never reserved");
    }

    @Test
    protected void aRequestIdIsTakenFromTheJobsAcceptanceToItsRemoval() throws Exception {
        JobRepository jobs = begin();
        reserve(jobs, "named");

        StoredJob job = accept(jobs, job().requestId("named"));
        assertThat(job.job().requestId()).isEqualTo("named");
        assertTaken(reserve(jobs, "named"), job);
        jobs.cancel(server, ENDPOINT, "named");
        assertTaken(reserve(jobs, "named"), job);

        StoredJob done = jobs.complete(Outcomes.done(job, "Hi"));
        assertTaken(reserve(jobs, "named"), done);
        assertThat(jobs.find(server, ENDPOINT, "named")).hasValueSatisfying(found -> assertSame(found, done));

        jobs.park(done);
        assertTaken(reserve(jobs, "named"), done);
        jobs.unpark(server, ENDPOINT);
        assertThat(claim(jobs, 1)).hasSize(1);

        assertThat(jobs.remove(done)).isTrue();
        assertThat(jobs.find(server, ENDPOINT, "named")).isEmpty();
        assertThat(reserve(jobs, "named")).isEqualTo(RESERVED);
    }

    @Test
    protected void aJobThatNobodyHasReservedGetsItsRequestIdIfItIsFree_andElseIsStoredWithoutIt() throws Exception {
        JobRepository jobs = begin();

        StoredJob first = accept(jobs, job().requestId("named"));
        StoredJob second = accept(jobs, job().requestId("named"));

        assertThat(first.job().requestId()).isEqualTo("named");
        assertThat(second.job().requestId()).isNull();
        assertTaken(reserve(jobs, "named"), first);
        assertSame(stored(jobs, second), second);
        assertThat(jobs.remove(first)).isTrue();
        assertThat(jobs.find(server, ENDPOINT, "named")).isEmpty();
        assertThat(jobs.complete(Outcomes.done(second, "Hi"))).isNotNull();
        assertThat(jobs.remove(second)).isTrue();
    }

    @Test
    protected void anAcceptWithoutTheRequestIdThatIsRepeatedLeavesOneJob() throws Exception {
        JobRepository jobs = begin();
        StoredJob first = accept(jobs, job().requestId("named"));
        StoredJob asked = job().requestId("named").build();

        StoredJob second = jobs.accept(asked, true);
        assertSame(jobs.accept(asked, true), second);

        assertNothingToClaim(jobs);
        jobs.release(List.of(first, second));
        assertThat(ids(claim(jobs, 10))).containsExactlyInAnyOrder(id(first), id(second));
    }

    @Test
    protected void aJobIsNotTouchedByWhatIsSaidOfAnEarlierOneOfItsRequestId() throws Exception {
        JobRepository jobs = begin();
        StoredJob earlier = accept(jobs, job().requestId("named").body("earlier"));
        assertThat(jobs.remove(earlier)).isTrue();
        StoredJob later = accept(jobs, job().requestId("named").body("later"));

        assertThat(jobs.complete(Outcomes.done(earlier, "of the earlier one"))).isNull();
        assertThat(jobs.deliver(new StoredJob(earlier.job(), null, 7))).isFalse();
        assertThat(jobs.remove(earlier)).isFalse();
        jobs.park(earlier);
        jobs.release(List.of(earlier));

        assertNothingToClaim(jobs);
        assertTaken(reserve(jobs, "named"), later);
        assertSame(stored(jobs, later), later);
        assertThat(jobs.remove(later)).isTrue();
    }

    @Test
    protected void ofManyThreadsOneGetsToReserve() throws Exception {
        oneGetsToReserve(List.of(begin()));
    }

    @Test
    protected void ofManyInstancesOneGetsToReserve() throws Exception {
        needs(Trait.SHARED_REQUEST_IDS);
        oneGetsToReserve(List.of(begin(), begin(), begin()));
    }

    private void oneGetsToReserve(List<JobRepository> group) throws Exception {
        for (int round = 0; round < 5; round++) {
            String requestId = "named " + round;
            Queue<Reservation> all = new ConcurrentLinkedQueue<>();
            inParallel(RESERVING, number -> all.add(reserve(group.get(number % group.size()), requestId)));

            assertThat(all).filteredOn(RESERVED::equals).hasSize(1);
            assertThat(all).filteredOn(PENDING::equals).hasSize(RESERVING - 1);
        }
    }

    /** Each of them submits if nobody else has, as senders do who were told to try again. */
    @Test
    protected void ofManyWhoSendOneRequestOneSubmitsIt() throws Exception {
        List<JobRepository> group = has(Trait.SHARED_REQUEST_IDS) ? beginGroup() : List.of(begin());
        Queue<StoredJob> submitted = new ConcurrentLinkedQueue<>();
        Queue<String> found = new ConcurrentLinkedQueue<>();

        inParallel(24, number -> {
            JobRepository mine = group.get(number % group.size());
            long begin = System.nanoTime();
            while (isInTime(begin)) {
                Reservation reservation = reserve(mine, "named");
                if (reservation instanceof Reservation.Taken taken) {
                    found.add(id(taken.job()));
                    return;
                }
                if (reservation instanceof Reservation.Reserved) {
                    if (number % 3 == 0) {
                        // it did not reach the server
                        mine.cancel(server, ENDPOINT, "named");
                        return;
                    }
                    submitted.add(accept(mine, job().requestId("named")));
                    return;
                }
                Thread.onSpinWait();
            }
        });

        assertThat(submitted).hasSize(1);
        assertThat(submitted.element().job().requestId()).isEqualTo("named");
        assertThat(found).containsOnly(id(submitted.element()));
    }

    @Test
    protected void otherInstancesSeeWhatIsReserved_andCannotCancelIt() throws Exception {
        needs(Trait.SHARED_REQUEST_IDS);
        JobRepository one = begin();
        JobRepository other = begin();
        assertThat(reserve(one, "named")).isEqualTo(RESERVED);

        assertThat(reserve(other, "named")).isEqualTo(PENDING);
        other.cancel(server, ENDPOINT, "named");
        assertThat(reserve(other, "named")).isEqualTo(PENDING);

        StoredJob job = accept(one, job().requestId("named"));
        assertTaken(reserve(other, "named"), job);
        assertThat(other.find(server, ENDPOINT, "named")).hasValueSatisfying(found -> assertSame(found, job));

        assertThat(one.remove(job)).isTrue();
        assertThat(reserve(other, "named")).isEqualTo(RESERVED);
        assertThat(reserve(one, "named")).isEqualTo(PENDING);
        other.cancel(server, ENDPOINT, "named");
        assertThat(reserve(one, "named")).isEqualTo(RESERVED);
    }

    @Test
    protected void whatAnotherInstanceHasReservedIsNotFreeForAJob() throws Exception {
        needs(Trait.SHARED_REQUEST_IDS);
        JobRepository one = begin();
        JobRepository other = begin();
        reserve(one, "named");

        assertThat(accept(other, job().requestId("named")).job().requestId()).isNull();

        assertThat(accept(one, job().requestId("named")).job().requestId()).isEqualTo("named");
    }

    @Test
    protected void aReservationOfACrashedInstanceIsFreeAfterItsLease_andNotBefore() throws Exception {
        needs(Trait.LEASES);
        needs(Trait.SHARED_REQUEST_IDS);
        JobRepository crashed = begin();
        JobRepository other = begin();
        reserve(crashed, "named");
        kill(crashed);

        assertThat(reserve(other, "named")).isEqualTo(PENDING);
        passLease(other);
        assertThat(reserve(other, "named")).isEqualTo(RESERVED);
    }

    @Test
    protected void aReservationOfAStoppedInstanceIsFreeAtOnce() throws Exception {
        needs(Trait.SHARED_REQUEST_IDS);
        JobRepository stopped = begin();
        JobRepository other = begin();
        reserve(stopped, "named");

        stop(stopped);

        assertThat(reserve(other, "named")).isEqualTo(RESERVED);
    }

    @Test
    protected void aReservationLastsAsLongAsItIsRenewed() throws Exception {
        needs(Trait.LEASES);
        needs(Trait.SHARED_REQUEST_IDS);
        JobRepository one = begin();
        JobRepository other = begin();
        reserve(one, "named");

        passLease(one, other);

        assertThat(reserve(other, "named")).isEqualTo(PENDING);
        assertThat(accept(one, job().requestId("named")).job().requestId()).isEqualTo("named");
    }

    @Test
    protected void whoHasLostAReservationStoresItsJobWithoutTheRequestId() throws Exception {
        needs(Trait.LEASES);
        needs(Trait.SHARED_REQUEST_IDS);
        JobRepository late = begin();
        JobRepository other = begin();
        for (String name : List.of("accepted late", "accepted early")) {
            reserve(late, name);
        }
        passLease(other);
        for (String name : List.of("accepted late", "accepted early")) {
            assertThat(reserve(other, name)).isEqualTo(RESERVED);
        }
        late.cancel(server, ENDPOINT, "accepted late");
        StoredJob early = accept(other, job().requestId("accepted early"));
        assertThat(early.job().requestId()).isEqualTo("accepted early");
        renew(late);

        assertThat(accept(late, job().requestId("accepted late")).job().requestId())
                .isNull();
        assertThat(accept(late, job().requestId("accepted early")).job().requestId())
                .isNull();

        assertThat(accept(other, job().requestId("accepted late")).job().requestId())
                .isEqualTo("accepted late");
        assertTaken(reserve(late, "accepted early"), early);
    }

    @Test
    protected void whoHasLostAReservationGetsTheRequestIdIfNobodyElseHasIt() throws Exception {
        needs(Trait.LEASES);
        JobRepository late = begin();
        reserve(late, "named");
        passLease();
        renew(late);

        assertThat(accept(late, job().requestId("named")).job().requestId()).isEqualTo("named");
    }

    // ---- names

    @Test
    protected void requestIdsThatLookAlikeAreNotTheSame() throws Exception {
        JobRepository jobs = begin();
        String much = "topic-with-a-very-long-name-".repeat(200);
        List<String> names = new ArrayList<>(List.of(
                "a",
                "A",
                "a ",
                " a",
                "á",
                "a\u0301",
                "ä",
                "ß",
                "ss",
                "ﬁ",
                "fi",
                "%",
                "_",
                "*",
                "'",
                "''",
                "\"",
                "\\",
                "\\\\",
                "a/b",
                "a#b",
                "a%2Fb",
                "a\nb",
                "a\tb",
                "😀",
                "😁",
                "sha256:",
                "request:a",
                "again:a",
                "null",
                much + "1",
                much + "2",
                much));
        if (has(Trait.NUL_IN_IDS)) {
            names.addAll(List.of("\u0000", "a\u0000", "a\u0000b"));
        }

        List<StoredJob> all = new ArrayList<>();
        for (String name : names) {
            assertThat(reserve(jobs, name)).as(name).isEqualTo(RESERVED);
            StoredJob job = accept(jobs, job().requestId(name).body(name));
            assertThat(job.job().requestId()).isEqualTo(name);
            all.add(job);
        }

        for (StoredJob job : all) {
            assertTaken(reserve(jobs, job.job().requestId()), job);
        }
        for (StoredJob job : all) {
            assertThat(jobs.remove(job)).as(job.job().requestId()).isTrue();
            assertThat(reserve(jobs, job.job().requestId())).isEqualTo(RESERVED);
        }
    }

    @Test
    protected void endpointsThatLookAlikeAreNotTheSame() throws Exception {
        List<String> names = new ArrayList<>(List.of(
                "chat",
                "chat2",
                "cha",
                "Chat",
                "chat ",
                "chat/",
                "chat#",
                "chat#1",
                "chat%",
                "chat_",
                "ch%t",
                "ch_t",
                "*",
                "'chat'",
                "\"chat\"",
                "chat'; --",
                "\\",
                "chät",
                "cha\u0308t",
                "チャット",
                "chat%23",
                "a/b",
                "a%2Fb",
                "request:named"));
        if (has(Trait.LONG_NAMES)) {
            names.add("x".repeat(300));
            names.add("x".repeat(299) + "y");
            names.add("ü".repeat(300));
        }
        List<Place> places = names.stream().map(name -> new Place(server, name)).toList();
        doNotMix(places);
    }

    @Test
    protected void serversThatLookAlikeAreNotTheSame() throws Exception {
        List<String> names = new ArrayList<>(List.of(
                server,
                server + "1",
                server.substring(0, server.length() - 1),
                server + "/chat",
                server + "/a",
                server + "/A",
                server + "/%25",
                server + "/_",
                server.replace("http", "https"),
                server + "/ä"));
        if (has(Trait.LONG_NAMES)) {
            names.add(server + "/" + "x".repeat(300));
            names.add(server + "/" + "x".repeat(299) + "y");
        }
        List<Place> places = new ArrayList<>();
        for (String name : names) {
            places.add(new Place(name, "chat"));
            places.add(new Place(name, "a/chat"));
        }
        doNotMix(places);
    }

    private record Place(String server, String endpoint) {

        JobBuilder job() {
            return new JobBuilder(server, endpoint);
        }
    }

    private void doNotMix(List<Place> places) throws Exception {
        JobRepository jobs = begin();
        List<StoredJob> plain = new ArrayList<>();
        List<StoredJob> named = new ArrayList<>();
        for (Place place : places) {
            plain.add(offer(jobs, place.job().jobId("JID1").body(place.toString())));
            assertThat(jobs.reserve(place.server, place.endpoint, "named"))
                    .as(place.toString())
                    .isEqualTo(RESERVED);
            named.add(accept(jobs, place.job().requestId("named").body(place.toString())));
        }

        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            assertThat(ids(claim(jobs, place.server, place.endpoint, 10)))
                    .as(place.toString())
                    .containsExactly(id(plain.get(i)));
            assertTaken(jobs.reserve(place.server, place.endpoint, "named"), named.get(i));
        }
        // what is done to one leaves the others as they are
        StoredJob parked = named.get(0);
        places.forEach(place -> jobs.park(named.get(places.indexOf(place))));
        jobs.unpark(places.get(0).server, places.get(0).endpoint);
        for (Place place : places) {
            assertThat(ids(claim(jobs, place.server, place.endpoint, 1)))
                    .as(place.toString())
                    .isEqualTo(place.equals(places.get(0)) ? List.of(id(parked)) : List.of());
        }
    }
}
