/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pace for single jobs. For the first ones of an endpoint, of whose jobs nothing is known, beside polls a fixed
 * interval of 300 ms; {@link AdaptivePollStrategyModelTest} has the later ones.
 */
class AdaptivePollStrategyTest {

    private static final long FIXED = 300;
    private static final long SHORTEST = 100;
    private static final long LONGEST = 5_000;
    /** A clock that overflows soon after its start. */
    private static final long ORIGIN = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    /** A sixth of the interval, by which polls may be off its grid: less than anybody notices. */
    private static final long UNNOTICED = 50;

    /** What a job with a length shows of itself, by the time since its submit, both in milliseconds. */
    enum Worker {
        /** An image: per cent. */
        PERCENT {
            @Override
            JobProgress at(long time, long length) {
                return seen(JobState.PROCESSING, 100.0 * time / length, 0, Map.of());
            }
        },
        /** A chat: thirty tokens a second. */
        TOKENS {
            @Override
            JobProgress at(long time, long length) {
                return seen(JobState.PROCESSING, time * 0.03, 0, Map.of("text", "so far", "num_generated_tokens", 7));
            }
        },
        /** Nothing but zero until the end. */
        ZERO {
            @Override
            JobProgress at(long time, long length) {
                return seen(JobState.PROCESSING, 0.0, 0, Map.of());
            }
        },
        /** Not even that. */
        NOTHING {
            @Override
            JobProgress at(long time, long length) {
                return seen(JobState.PROCESSING, null, null, Map.of());
            }
        },
        /** Eighty per cent of the time next in the queue, then nothing. */
        NEXT {
            @Override
            JobProgress at(long time, long length) {
                return time < length * 8 / 10
                        ? seen(JobState.QUEUED, 0.0, 1, Map.of())
                        : seen(JobState.PROCESSING, 0.0, 0, Map.of());
            }
        },
        /** Eighty per cent of the time in the queue behind twelve others, then per cent. */
        QUEUE {
            @Override
            JobProgress at(long time, long length) {
                long front = length * 8 / 10;
                return time < front
                        ? seen(JobState.QUEUED, 0.0, (int) (12 - 12 * time / front), Map.of())
                        : seen(JobState.PROCESSING, 100.0 * (time - front) / (length - front), 0, Map.of());
            }
        };

        abstract JobProgress at(long time, long length);
    }

    private record Outcome(int polls, long delay) {}

    @ParameterizedTest
    @EnumSource(Worker.class)
    void aMinuteCostsAtMostHalfThePollsOfAFixedInterval(Worker worker) {
        Outcome outcome = follow(worker, 60_000);

        assertThat(outcome.polls()).isLessThanOrEqualTo((int) (60_000 / FIXED / 2));
    }

    @ParameterizedTest
    @EnumSource(Worker.class)
    void anHourCostsLessThanATenthOfThePollsOfAFixedInterval(Worker worker) {
        Outcome outcome = follow(worker, 3_600_000);

        assertThat(outcome.polls()).isLessThan((int) (3_600_000 / FIXED / 10));
        assertThat(outcome.delay()).isLessThanOrEqualTo(LONGEST);
    }

    @ParameterizedTest
    @EnumSource(value = Worker.class, mode = EnumSource.Mode.EXCLUDE, names = "QUEUE")
    void theEndOfAShortJobIsSeenNoLaterThanWithAFixedInterval(Worker worker) {
        for (long length = 1; length < 1_000; length++) {
            assertThat(follow(worker, length).delay())
                    .as("length %d", length)
                    .isLessThanOrEqualTo(fixed(length).delay() + UNNOTICED);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {20, 50, 100, 149})
    void theEndOfAVeryShortJobIsSeenSooner(long length) {
        assertThat(follow(Worker.NOTHING, length).delay()).isLessThanOrEqualTo(SHORTEST);
        assertThat(fixed(length).delay()).isGreaterThan(150);
    }

    @ParameterizedTest
    @ValueSource(longs = {5_000, 20_000, 60_000, 600_000})
    void theEndIsSeenWithinATenthOfTheJobsLength(long length) {
        for (Worker worker : Worker.values()) {
            assertThat(follow(worker, length).delay())
                    .as("%s for %d ms", worker, length)
                    .isLessThanOrEqualTo(Math.min(LONGEST, Math.max(FIXED, length / 9)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {20_000, 60_000, 600_000})
    void perCentMakesPollsDenserTowardsTheEnd(long length) {
        assertThat(follow(Worker.PERCENT, length).delay()).isLessThanOrEqualTo(FIXED);
    }

    @Test
    void whoWatchesAJobSeesAllOfItsLife() {
        JobDurationHistory learned = learned(20_000);
        assertThat(follow(Worker.PERCENT, 20_000, false, learned).polls()).isLessThan(8);

        assertThat(follow(Worker.PERCENT, 20_000, true, learned).polls())
                .isBetween(20, 60)
                .isGreaterThanOrEqualTo(follow(Worker.PERCENT, 20_000).polls());
    }

    @Test
    void aJobThatIsTakenUpAgainIsPolledSoon_howeverOldItIs() {
        assertThat(pace(learned(20_000)).first(ORIGIN + nanos(3_600_000))).isZero();
    }

    @Test
    void aJobOfUnknownAgeIsPolledSoon_andTeachesNothing() {
        JobDurationHistory times = learned(20_000);
        AdaptivePollStrategy pace = new AdaptivePollStrategy(
                Duration.ofMillis(SHORTEST), Duration.ofMillis(LONGEST), false, times, ORIGIN, true);

        assertThat(pace.first(ORIGIN)).isZero();

        pace.found(result(Duration.ofSeconds(60)), ORIGIN + nanos(SHORTEST));
        assertThat(times.snapshot().count()).isEqualTo(20);
    }

    @Test
    void farBackInTheQueueAJobIsAskedSeldom_atTheFrontOften() {
        AdaptivePollStrategy fresh = pace(new JobDurationHistory());
        AdaptivePollStrategy learned = pace(learned(2_000));
        for (AdaptivePollStrategy pace : List.of(fresh, learned)) {
            pace.after(seen(JobState.QUEUED, null, 500, Map.of()), ORIGIN);
            // four workers: two jobs leave the queue each second
            Duration wait = pace.after(seen(JobState.QUEUED, null, 499, Map.of()), ORIGIN + nanos(500));
            assertThat(wait).isEqualTo(Duration.ofMillis(LONGEST));
        }
        assertThat(learned.after(seen(JobState.QUEUED, null, 9, Map.of()), ORIGIN + nanos(245_500)))
                .isBetween(Duration.ofMillis(2_200), Duration.ofMillis(2_300));
        assertThat(learned.after(seen(JobState.QUEUED, null, 1, Map.of()), ORIGIN + nanos(249_500)))
                .isBetween(Duration.ofMillis(200), Duration.ofMillis(300));
    }

    @Test
    void beforeTheQueueMoves_theLatestComputeTimesTellHowFastItWill() {
        AdaptivePollStrategy pace = pace(learned(400));

        // half of 3 x 400 ms at the one worker that the model has
        Duration wait = pace.after(seen(JobState.QUEUED, null, 3, Map.of()), ORIGIN + nanos(1_000));

        assertThat(wait).isEqualTo(Duration.ofMillis(600));
    }

    @Test
    void aQueueOfUnknownSpeedIsWatchedFromTheBeginning_andLeftAloneWhereItDoesNotMove() {
        AdaptivePollStrategy pace = pace(new JobDurationHistory());
        long time = 100;
        int polls = 0;
        while (time < 60_000) {
            long wait = pace.after(seen(JobState.QUEUED, null, 40, Map.of()), ORIGIN + nanos(time))
                    .toMillis();
            if (polls++ == 0) {
                assertThat(wait).isEqualTo(FIXED);
            }
            time += wait;
        }

        assertThat(polls).isLessThan(20);
    }

    @Test
    void textsThatAlwaysHaveAsManyTokens_areAsGoodAsPercentages() {
        JobDurationHistory times = new JobDurationHistory();
        for (int i = 0; i < 8; i++) {
            times.addTokens(300);
        }
        AdaptivePollStrategy pace = pace(times);

        // a third in one second, and no finer step was ever seen: two more seconds at most
        Duration wait = pace.after(
                seen(JobState.PROCESSING, 100.0, 0, Map.of("num_generated_tokens", 100)), ORIGIN + nanos(1_000));
        Duration second = pace.after(
                seen(JobState.PROCESSING, 270.0, 0, Map.of("num_generated_tokens", 270)), ORIGIN + nanos(2_700));

        assertThat(wait).isLessThan(Duration.ofSeconds(2));
        assertThat(second).isBetween(Duration.ofMillis(100), Duration.ofMillis(300));
    }

    @Test
    void textsOfAllLengths_areNot() {
        JobDurationHistory times = new JobDurationHistory();
        for (int i = 1; i <= 8; i++) {
            times.addTokens(100 * i);
        }

        assertThat(times.usualTokens()).isZero();
    }

    @Test
    void theServersComputeTimeIsLearned_butNoneLongerThanTheJobsLife() {
        JobDurationHistory times = new JobDurationHistory();

        pace(times).found(result(Duration.ofSeconds(2)), ORIGIN + nanos(2_100));
        pace(times).found(result(Duration.ofDays(100)), ORIGIN + nanos(3_000));
        pace(times).found(result(Duration.ofSeconds(-1)), ORIGIN + nanos(3_000));

        assertThat(times.snapshot().count()).isEqualTo(3);
        assertThat(times.snapshot().get(0)).isZero();
        assertThat(times.snapshot().get(1)).isEqualTo(nanos(2_000));
        assertThat(times.snapshot().get(2)).isEqualTo(nanos(3_000));
    }

    @Test
    void withoutTheServersComputeTime_thePollsBeforeAndAfterTheEndTell() {
        JobDurationHistory times = new JobDurationHistory();
        AdaptivePollStrategy pace = pace(times);

        pace.after(seen(JobState.PROCESSING, null, null, Map.of()), ORIGIN + nanos(2_000));
        pace.found(result(null), ORIGIN + nanos(3_000));

        assertThat(times.snapshot().get(0)).isEqualTo(nanos(2_500));
    }

    @Test
    void withoutTheServersComputeTime_theFirstPollComesEarlierFromJobToJob_untilItComesTooEarly() {
        JobDurationHistory times = new JobDurationHistory();
        double found = 0;
        for (int i = 0; i < 300; i++) {
            AdaptivePollStrategy pace = pace(times);
            double time = pace.first(ORIGIN).toNanos() / 1e6;
            while (time < 2_000) {
                time += pace.after(seen(JobState.PROCESSING, null, null, Map.of()), ORIGIN + nanos(Math.round(time)))
                                .toNanos()
                        / 1e6;
            }
            pace.found(result(null), ORIGIN + nanos(Math.round(time)));
            found = time;
        }

        assertThat(found).isLessThan(2_300);
    }

    @Test
    void whatIsAtAHundredPerCentForLong_isPolledEverMoreSeldom() {
        AdaptivePollStrategy pace = pace(new JobDurationHistory());
        long time = 1_000;
        int polls = 0;
        while (time < 120_000) {
            time += pace.after(seen(JobState.PROCESSING, 100.0, 0, Map.of()), ORIGIN + nanos(time))
                    .toMillis();
            polls++;
        }

        assertThat(polls).isLessThan(120);
    }

    @Test
    void moreJobsThanAnIntCanCount_areNoProblem() {
        JobDurationHistory times = new JobDurationHistory();
        for (int i = 0; i < 100_000; i++) {
            times.add(Duration.ofMillis(i));
            times.addTokens(i);
        }

        assertThat(times.snapshot().count()).isEqualTo(JobDurationHistory.KEPT);
        assertThat(times.snapshot().get(0)).isGreaterThan(nanos(99_000));
    }

    @Test
    void unevenWorkDoesNotKeepAJobFromBeingPolled() {
        AdaptivePollStrategy pace = pace(new JobDurationHistory());
        double[] percents = {50, 51, 52, 52, 52, 99, 99, 100, 100, 100, 100};
        long time = 1_000;
        for (double percent : percents) {
            long wait = pace.after(seen(JobState.PROCESSING, percent, 0, Map.of()), ORIGIN + nanos(time))
                    .toMillis();
            assertThat(wait).isLessThanOrEqualTo(Math.max(FIXED, time));
            time += wait;
        }
    }

    private static AdaptivePollStrategy pace(JobDurationHistory times) {
        return new AdaptivePollStrategy(
                Duration.ofMillis(SHORTEST), Duration.ofMillis(LONGEST), false, times, ORIGIN, false);
    }

    private static JobDurationHistory learned(long length) {
        JobDurationHistory times = new JobDurationHistory();
        for (int i = 0; i < 20; i++) {
            times.add(Duration.ofMillis(length));
        }
        return times;
    }

    private static JobResult result(Duration computed) {
        return new JobResult("e", "JID1", "text", List.of(), null, computed, null, null, Map.of());
    }

    private static long nanos(long milliseconds) {
        return milliseconds * 1_000_000;
    }

    private static Outcome follow(Worker worker, long length) {
        return follow(worker, length, false, new JobDurationHistory());
    }

    private static Outcome follow(Worker worker, long length, boolean watched, JobDurationHistory times) {
        AdaptivePollStrategy pace = new AdaptivePollStrategy(
                Duration.ofMillis(SHORTEST), Duration.ofMillis(LONGEST), watched, times, ORIGIN, false);
        Duration time = pace.first(ORIGIN);
        int polls = 1;
        while (time.toMillis() < length) {
            JobProgress seen = worker.at(time.toMillis(), length);
            time = time.plus(pace.after(seen, ORIGIN + time.toNanos()));
            polls++;
        }
        return new Outcome(polls, time.toMillis() - length);
    }

    private static Outcome fixed(long length) {
        LongFunction<Long> nextPoll = after -> (after + FIXED - 1) / FIXED * FIXED;
        long end = nextPoll.apply(length);
        return new Outcome((int) (end / FIXED), end - length);
    }

    private static JobProgress seen(JobState state, Double progress, Integer position, Map<String, Object> data) {
        return new JobProgress(
                "e", "JID1", state, state.word(), progress, position, null, 1, null, null, List.of(), data);
    }
}
