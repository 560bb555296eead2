/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Media;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is stored comes back as it was, and is there for as long as it has to be. */
abstract class StoringTests extends Harness {

    private static final byte[] PICTURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, -1};

    private static final String EVERY_KIND_OF_CHARACTER =
            "'\"`´ \\ \\0 \\u0000 %_?:;-- {} $1 <a>&amp; \u0000\u0001\t\r\n"
                    + "\u0085\u2028 ä\u0308 ß ﬁ Ω 漢字 שלום 👩‍💻 \uFFFD";

    private static final int MANY_MEGABYTES = 24 << 20;

    // ---- a job's life

    @Test
    protected void aJobIsStoredFromItsAcceptanceToItsRemoval() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = job().body("Hello").headers(Map.of("orderId", 42)).build();

        StoredJob accepted = jobs.accept(job, true);
        assertSame(accepted, job);
        assertSame(stored(jobs, accepted), job);

        StoredJob done = Outcomes.done(accepted, "Hi");
        StoredJob completed = jobs.complete(done);
        assertSame(completed, done);
        assertSame(stored(jobs, completed), done);

        StoredJob delivered = new StoredJob(completed.job(), completed.outcome(), 1);
        assertThat(jobs.deliver(delivered)).isTrue();
        assertSame(stored(jobs, delivered), delivered);

        assertThat(jobs.remove(delivered)).isTrue();
        assertNothingToClaim(jobs);
    }

    @Test
    protected void aJobIsStoredWithTheOutcomeThatItIsAcceptedWith() throws Exception {
        JobRepository jobs = begin();
        StoredJob done = Outcomes.done(job().build(), "Hi");
        StoredJob failed = Outcomes.failed(job().build(), "boom");

        assertSame(jobs.accept(done, true), done);
        assertSame(jobs.accept(failed, false), failed);

        assertSame(stored(jobs, done), done);
        assertSame(stored(jobs, failed), failed);
    }

    @Test
    protected void deliveriesAreCounted() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = jobs.accept(Outcomes.done(job().build(), "Hi"), true);

        for (int count = 1; count <= 3; count++) {
            StoredJob delivered = new StoredJob(job.job(), job.outcome(), count);
            assertThat(jobs.deliver(delivered)).isTrue();
            assertSame(stored(jobs, job), delivered);
        }
    }

    @Test
    protected void ofARemovedJobNothingIsLeft_andEveryCallSaysSo() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = accept(jobs, job().requestId("named"));
        assertThat(jobs.remove(Outcomes.done(job, "Hi"))).isTrue();

        assertThat(jobs.remove(Outcomes.done(job, "Hi"))).isFalse();
        assertThat(jobs.complete(Outcomes.done(job, "Hi"))).isNull();
        assertThat(jobs.deliver(Outcomes.done(job, "Hi"))).isFalse();
        jobs.park(Outcomes.done(job, "Hi"));
        jobs.unpark(server, ENDPOINT);
        jobs.release(List.of(job));
        jobs.lapse(server, job.job().jobId());

        assertNothingToClaim(jobs);
        assertThat(jobs.find(server, ENDPOINT, "named")).isEmpty();
        assertThat(reserve(jobs, "named")).isEqualTo(RESERVED);
    }

    /** As after an answer of the database that was lost. */
    @Test
    protected void anAcceptThatIsRepeatedLeavesOneJob() throws Exception {
        JobRepository jobs = begin();
        StoredJob plain = job().build();
        StoredJob named = job().requestId("named").build();
        reserve(jobs, "named");

        for (int i = 0; i < 3; i++) {
            assertSame(jobs.accept(plain, true), plain);
            assertSame(jobs.accept(named, true), named);
        }

        assertNothingToClaim(jobs);
        jobs.release(List.of(plain, named));
        assertThat(ids(claim(jobs, 10))).containsExactlyInAnyOrder(id(plain), id(named));
        assertThat(jobs.remove(plain)).isTrue();
        assertThat(jobs.remove(named)).isTrue();
        assertThat(jobs.find(server, ENDPOINT, "named")).isEmpty();
    }

    @Test
    protected void jobsThatWereGivenOneIdAreSeveral() throws Exception {
        JobRepository jobs = begin();
        Instant submitted = Instant.parse("2026-01-01T00:00:00Z");
        StoredJob first = accept(
                jobs, job().jobId("JID1").exchangeId("x").submitted(submitted).body("1"));
        StoredJob second = accept(
                jobs,
                job().jobId("JID1")
                        .exchangeId("x")
                        .submitted(submitted.plusMillis(1))
                        .body("2"));
        StoredJob third = accept(
                jobs, job().jobId("JID1").exchangeId("y").submitted(submitted).body("3"));

        jobs.complete(Outcomes.done(second, "Hi"));
        assertThat(jobs.remove(Outcomes.done(third, "Hi"))).isTrue();

        assertSame(stored(jobs, first), first);
        assertSame(stored(jobs, second), Outcomes.done(second, "Hi"));
    }

    /** As where the submit was answered with a result at once. */
    @Test
    protected void aJobWithoutAnIdOfTheServersIsStored() throws Exception {
        JobRepository jobs = begin();
        StoredJob one = jobs.accept(Outcomes.done(job().jobId(null).build(), "1"), true);
        StoredJob other = jobs.accept(Outcomes.done(job().jobId(null).build(), "2"), true);

        assertSame(stored(jobs, one), one);
        assertThat(jobs.remove(one)).isTrue();
        assertSame(stored(jobs, other), other);
    }

    /** Clocks are finer than that. */
    @Test
    protected void aJobIsKnownByTheMillisecondInWhichItWasSubmitted() throws Exception {
        JobRepository jobs = begin();
        StoredJob asked =
                job().submitted(Instant.parse("2026-01-01T00:00:00.123456789Z")).build();
        jobs.accept(asked, true);

        assertThat(jobs.complete(Outcomes.done(asked, "Hi"))).isNotNull();
        assertThat(jobs.deliver(Outcomes.done(asked, "Hi"))).isTrue();
        assertThat(jobs.remove(Outcomes.done(asked, "Hi"))).isTrue();
    }

    // ---- content

    @Test
    protected void everyKindOfBodyComesBack() throws Exception {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("prompt", "Hi");
        map.put("seed", 5L);
        map.put("nothing", null);
        map.put("image", new Media("image", "image/png", PICTURE));
        map.put("inner", Map.of("list", Arrays.asList(1, null, List.of(true), 1.5)));
        comeBack(
                "text",
                "",
                PICTURE,
                new byte[0],
                map,
                Map.of(),
                Arrays.asList("a", null, 1, List.of()),
                List.of(),
                42,
                Media.of(PICTURE),
                new Media("sound", "application/x-own", new byte[] {1, 2, 3}),
                AipiRequest.ofPrompt("Hi").with("seed", 5),
                AipiRequest.ofParameters(map),
                new AipiRequest("Hi", Map.of("prompt", "Ho"), true),
                null);
    }

    private void comeBack(Object... bodies) throws Exception {
        JobRepository jobs = begin();
        for (Object body : bodies) {
            StoredJob job = job().body(body).build();
            assertSame(jobs.accept(job, true), job);
            assertSame(stored(jobs, job), job);
            assertThat(jobs.remove(job)).isTrue();
        }
    }

    @Test
    @SuppressWarnings("JavaUtilDate") // messages have them
    protected void everyKindOfHeaderComesBack() throws Exception {
        JobRepository jobs = begin();
        Map<String, Object> headers = new LinkedHashMap<>();
        List<Object> values = List.of(
                "x",
                'x',
                true,
                (byte) -1,
                (short) -1,
                Integer.MIN_VALUE,
                5,
                5L,
                Long.MAX_VALUE,
                1.5f,
                Float.NEGATIVE_INFINITY,
                1.5,
                -0.0,
                Double.NaN,
                Double.MIN_VALUE,
                new BigInteger("123456789012345678901234567890"),
                new BigDecimal("1.10"),
                PICTURE,
                new Date(1_700_000_000_123L),
                Instant.parse("2026-01-01T00:00:00.123456789Z"),
                LocalDate.of(2026, 2, 28),
                LocalTime.of(23, 59, 59, 1),
                LocalDateTime.of(2026, 2, 28, 23, 59),
                OffsetTime.of(23, 59, 0, 0, ZoneOffset.ofHours(2)),
                OffsetDateTime.of(2026, 2, 28, 23, 59, 0, 0, ZoneOffset.ofHours(2)),
                ZonedDateTime.of(2026, 2, 28, 23, 59, 0, 0, ZoneId.of("Europe/Berlin")),
                Year.of(2026),
                YearMonth.of(2026, 2),
                Duration.ofSeconds(3, 1),
                Period.ofMonths(3),
                new UUID(1, 2),
                List.of("a", List.of(1, 2L)),
                Map.of("inner", List.of(true, Map.of("deep", 1.5f))),
                Media.of(PICTURE));
        values.forEach(value -> headers.put(value.getClass().getSimpleName() + headers.size(), value));
        headers.put(EVERY_KIND_OF_CHARACTER, "name");
        headers.put("list with null", Arrays.asList("a", null));
        headers.put("map with null", Collections.singletonMap("a", null));

        StoredJob job = job().headers(headers).build();
        assertSame(jobs.accept(job, true), job);

        assertSame(stored(jobs, job), job);
    }

    @Test
    protected void everyKindOfCharacterComesBack() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = job().body(EVERY_KIND_OF_CHARACTER)
                .headers(Map.of("text", EVERY_KIND_OF_CHARACTER))
                .build();
        jobs.accept(job, true);
        StoredJob done = Outcomes.done(job, EVERY_KIND_OF_CHARACTER);

        assertSame(jobs.complete(done), done);
        assertSame(stored(jobs, job), done);
    }

    @Test
    protected void aResultComesBackWithTextFieldsAndMedia() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = accept(jobs, job());
        Map<String, Object> fields = new LinkedHashMap<>();
        Media image = new Media("images", "image/png", PICTURE);
        fields.put("text", "Hi");
        fields.put("images", List.of(image, image));
        fields.put("data", new Media("data", "application/x-own", new byte[] {1, 2, 3}));
        fields.put("seed", 12345678901L);
        fields.put("compute_duration", 1.5);
        fields.put("auth", "worker 1");
        fields.put("nothing", null);
        fields.put("usage", Map.of("tokens", 7, "parts", List.of(1, 2)));
        StoredJob done = Outcomes.done(job, fields);

        assertSame(jobs.complete(done), done);
        assertSame(stored(jobs, job), done);
    }

    @Test
    protected void everyKindOfFailureComesBack() throws Exception {
        JobRepository jobs = begin();
        for (var failure : Outcomes.failures()) {
            StoredJob job = accept(jobs, job());
            StoredJob failed = job.withOutcome(new JobOutcome.Failed(failure));

            assertSame(jobs.complete(failed), failed);
            assertSame(stored(jobs, job), failed);
            assertThat(jobs.remove(failed)).isTrue();
        }
    }

    @Test
    protected void idsOfAnyKindAndLengthComeBack() throws Exception {
        JobRepository jobs = begin();
        String odd = has(Trait.NUL_IN_IDS) ? EVERY_KIND_OF_CHARACTER : EVERY_KIND_OF_CHARACTER.replace("\u0000", "");
        for (String id : List.of(odd, "/#%/", "request:7", "x".repeat(101), "👩‍💻漢".repeat(1000))) {
            StoredJob job =
                    job().jobId(id).exchangeId(id + "1").requestId(id + "2").build();
            assertThat(reserve(jobs, id + "2")).isEqualTo(RESERVED);
            assertSame(jobs.accept(job, true), job);
            assertSame(stored(jobs, job), job);
            assertThat(jobs.find(server, ENDPOINT, id + "2")).hasValueSatisfying(found -> assertSame(found, job));

            assertThat(jobs.complete(Outcomes.done(job, "Hi"))).isNotNull();
            assertThat(jobs.remove(Outcomes.done(job, "Hi"))).isTrue();
        }
    }

    @Test
    protected void aMegabyteComesBack() throws Exception {
        comesBackInSize(1 << 20);
    }

    @Test
    protected void manyMegabytesComeBack() throws Exception {
        needs(Trait.LARGE);
        comesBackInSize(MANY_MEGABYTES);
    }

    private void comesBackInSize(int size) throws Exception {
        JobRepository jobs = begin();
        byte[] bytes = new byte[size];
        new Random(7).nextBytes(bytes);
        bytes[0] = 1;
        StoredJob job = job().body(bytes).build();

        assertSame(jobs.accept(job, true), job);
        StoredJob done = Outcomes.done(job, Map.of("data", new Media("data", "application/x-own", bytes)));
        assertSame(jobs.complete(done), done);
        assertSame(stored(jobs, job), done);

        assertThat(jobs.remove(done)).isTrue();
        assertNothingToClaim(jobs);
    }

    @Test
    protected void aBodyThatCannotBeStoredIsRefused_andLeavesNothing() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = job().requestId("named").body(new Thread()).build();
        reserve(jobs, "named");

        assertThatThrownBy(() -> jobs.accept(job, false)).isInstanceOf(IllegalArgumentException.class);
        jobs.cancel(server, ENDPOINT, "named");

        assertNothingToClaim(jobs);
        assertThat(jobs.find(server, ENDPOINT, "named")).isEmpty();
        assertThat(reserve(jobs, "named")).isEqualTo(RESERVED);
    }

    /** As another program, another version or a bad disk leaves it. */
    @Test
    protected void whatCannotBeReadKeepsNothingBack() throws Exception {
        JobRepository jobs = begin();
        StoredJob spoilt = offer(jobs, job());
        assumeTrue(spoil(spoilt), "nobody has said how to spoil what is stored");
        StoredJob first = offer(jobs, job());
        StoredJob second = offer(jobs, job());

        List<String> claimed = List.of(claim(jobs, 1), claim(jobs, 1)).stream()
                .flatMap(claims -> ids(claims).stream())
                .toList();

        assertThat(claimed).containsExactlyInAnyOrder(id(first), id(second));
    }

    // ---- outcomes

    @Test
    protected void anOutcomeTakesThePlaceOfNone_andNoOtherTakesItsPlace() throws Exception {
        JobRepository jobs = begin();
        List<StoredJob> firsts =
                List.of(Outcomes.done(job().build(), "first"), Outcomes.failed(job().build(), "first"));
        for (StoredJob first : firsts) {
            jobs.accept(new StoredJob(first.job(), null, 0), true);
            assertOutcome(jobs.complete(first), first);

            List<StoredJob> others =
                    List.of(Outcomes.done(first, "another"), Outcomes.failed(first, "another"), Outcomes.lost(first));
            for (StoredJob other : others) {
                assertOutcome(jobs.complete(other), first);
                assertOutcome(stored(jobs, first), first);
            }
        }
    }

    @Test
    protected void anOutcomeThatIsStoredAgainIsThatOutcome() throws Exception {
        JobRepository jobs = begin();
        StoredJob done = Outcomes.done(accept(jobs, job()), "Hi");

        assertOutcome(jobs.complete(done), done);
        assertOutcome(jobs.complete(done), done);
    }

    @Test
    protected void aResultTakesThePlaceOfItsLoss_andItsLossNotThatOfAResult() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = accept(jobs, job());
        StoredJob lost = Outcomes.lost(job);
        StoredJob done = Outcomes.done(job, "Hi");

        assertOutcome(jobs.complete(lost), lost);
        assertOutcome(jobs.complete(Outcomes.failed(job, "boom")), lost);
        assertOutcome(jobs.complete(done), done);
        assertOutcome(jobs.complete(lost), done);
        assertOutcome(stored(jobs, job), done);
    }

    @Test
    protected void aDeliveryStoresAnOutcomeInThePlaceOfNone_andOfNoOther() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = accept(jobs, job());
        StoredJob done = Outcomes.done(job, "Hi");

        assertThat(jobs.deliver(new StoredJob(job.job(), done.outcome(), 1))).isTrue();
        assertSame(stored(jobs, job), new StoredJob(job.job(), done.outcome(), 1));

        StoredJob other = Outcomes.failed(job, "boom");
        assertThat(jobs.deliver(new StoredJob(job.job(), other.outcome(), 2))).isTrue();
        assertSame(stored(jobs, job), new StoredJob(job.job(), done.outcome(), 2));
    }

    /** Whoever has lost the job may bring its result while the loss is routed. */
    @Test
    protected void aResultIsNotLostByWhatIsSaidOfItsLoss() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = accept(jobs, job());
        StoredJob lost = jobs.complete(Outcomes.lost(job));
        StoredJob done = Outcomes.done(job, "Hi");
        assertOutcome(jobs.complete(done), done);

        assertThat(jobs.deliver(new StoredJob(job.job(), lost.outcome(), 1))).isTrue();
        assertSame(stored(jobs, job), new StoredJob(job.job(), done.outcome(), 1));

        jobs.park(new StoredJob(job.job(), lost.outcome(), 2));
        jobs.unpark(server, ENDPOINT);
        assertSame(claim(jobs, 1).get(0).job(), new StoredJob(job.job(), done.outcome(), 2));
    }

    @Test
    protected void ofManyOutcomesAtOnceOneIsStored_andAllAreToldWhichOne() throws Exception {
        JobRepository jobs = begin();
        StoredJob job = accept(jobs, job());
        Queue<Object> told = new ConcurrentLinkedQueue<>();

        inParallel(16, number -> {
            StoredJob mine = number % 2 == 0
                    ? Outcomes.done(job, "result " + number)
                    : Outcomes.failed(job, "failure " + number);
            told.add(Described.outcome(jobs.complete(mine).outcome()));
        });

        assertThat(told.stream().collect(Collectors.toSet()))
                .containsExactly(Described.outcome(stored(jobs, job).outcome()));
    }

    @Test
    protected void amongManyWhoHaveLostAResultWhoHasItIsHeard() throws Exception {
        JobRepository jobs = begin();
        List<StoredJob> all =
                IntStream.range(0, 10).mapToObj(number -> accept(jobs, job())).toList();
        // however the threads run, the result comes after a loss
        jobs.complete(Outcomes.lost(all.get(0)));

        inParallel(8, number -> {
            for (StoredJob job : all) {
                jobs.complete(number == 5 ? Outcomes.done(job, "Hi") : Outcomes.lost(job));
            }
        });

        for (StoredJob job : all) {
            assertOutcome(stored(jobs, job), Outcomes.done(job, "Hi"));
        }
    }

    // ---- ends and beginnings of instances

    @Test
    protected void whatIsStoredIsThereAfterAStop() throws Exception {
        needs(Trait.KEEPS_AFTER_RESTART);
        isThereAfter(this::stop);
    }

    @Test
    protected void whatIsStoredIsThereAfterACrash() throws Exception {
        needs(Trait.KEEPS_AFTER_RESTART);
        isThereAfter(instance -> {
            kill(instance);
            if (has(Trait.LEASES)) {
                passLease();
            }
        });
    }

    private interface End {
        void of(JobRepository instance) throws Exception;
    }

    private void isThereAfter(End end) throws Exception {
        JobRepository first = begin();
        StoredJob accepted = accept(first, job().body(Map.of("prompt", "Hi")));
        StoredJob done = first.complete(Outcomes.done(accept(first, job().requestId("named")), "Hi"));
        StoredJob delivered = new StoredJob(done.job(), done.outcome(), 2);
        assertThat(first.deliver(delivered)).isTrue();
        StoredJob removed = accept(first, job());
        assertThat(first.remove(removed)).isTrue();

        end.of(first);
        JobRepository second = begin();

        assertTaken(reserve(second, "named"), delivered);
        List<JobRepository.Claim> claims = claim(second, 10);
        assertThat(ids(claims)).containsExactlyInAnyOrder(id(accepted), id(delivered));
        assertSame(stored(second, accepted), accepted);
        assertSame(stored(second, delivered), delivered);
        assertThat(second.remove(delivered)).isTrue();
    }

    // ---- what a store says of itself

    @Test
    protected void aStoreThatWorksPassesItsCheck() throws Exception {
        JobRepository jobs = begin();
        assertThatCode(() -> {
                    jobs.check();
                    jobs.check();
                })
                .doesNotThrowAnyException();
        assertNothingToClaim(jobs);
    }

    @Test
    protected void aProbeLeavesNothing() throws Exception {
        JobRepository jobs = begin();
        long before = countStored().orElse(0);
        StoredJob job = job().requestId("named").build();

        assertThatCode(() -> jobs.probe(job)).doesNotThrowAnyException();

        assertNothingToClaim(jobs);
        assertThat(jobs.find(server, ENDPOINT, "named")).isEmpty();
        assertThat(countStored().orElse(0)).isEqualTo(before);
        assertThat(reserve(jobs, "named")).isEqualTo(RESERVED);
    }

    @Test
    protected void aStoreHasALeaseIfInstancesShareIt() throws Exception {
        JobRepository jobs = begin();
        if (has(Trait.LEASES)) {
            assertThat(jobs.lease()).isPositive();
        } else {
            assertThat(jobs.lease()).isNull();
            assertThat(renew(jobs)).isTrue();
        }
        assertThat(jobs.concurrency()).isPositive();
    }
}
