/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.JobProgress;
import io.aipi.client.JobState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the pace with looks at a fixed interval of 300 ms, against models of what servers say of their jobs. */
class PollPaceTest {

    private static final long FIXED = 300;
    private static final long LONGEST = 5_000;
    /** A clock that overflows soon after its start. */
    private static final long ORIGIN = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    /** A sixth of the interval, by which looks may be off its grid: less than anybody notices. */
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

    private record Outcome(int looks, long delay) {}

    @ParameterizedTest
    @EnumSource(Worker.class)
    void aMinuteCostsAtMostHalfTheLooksOfAFixedInterval(Worker worker) {
        Outcome outcome = follow(worker, 60_000);

        assertThat(outcome.looks()).isLessThanOrEqualTo((int) (60_000 / FIXED / 2));
    }

    @ParameterizedTest
    @EnumSource(Worker.class)
    void anHourCostsLessThanATenthOfTheLooksOfAFixedInterval(Worker worker) {
        Outcome outcome = follow(worker, 3_600_000);

        assertThat(outcome.looks()).isLessThan((int) (3_600_000 / FIXED / 10));
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
        assertThat(follow(Worker.NOTHING, length).delay()).isLessThanOrEqualTo(100);
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
    void perCentMakesLooksDenserTowardsTheEnd(long length) {
        assertThat(follow(Worker.PERCENT, length).delay()).isLessThanOrEqualTo(FIXED);
    }

    private static Outcome follow(Worker worker, long length) {
        PollPace pace = new PollPace(Duration.ofMillis(FIXED), Duration.ofMillis(LONGEST), ORIGIN);
        Duration time = pace.first();
        int looks = 1;
        while (time.toMillis() < length) {
            JobProgress seen = worker.at(time.toMillis(), length);
            time = time.plus(pace.after(seen, ORIGIN + time.toNanos()));
            looks++;
        }
        return new Outcome(looks, time.toMillis() - length);
    }

    private static Outcome fixed(long length) {
        LongFunction<Long> nextLook = after -> (after + FIXED - 1) / FIXED * FIXED;
        long end = nextLook.apply(length);
        return new Outcome((int) (end / FIXED), end - length);
    }

    private static JobProgress seen(JobState state, Double progress, Integer position, Map<String, Object> data) {
        return new JobProgress(
                "e", "JID1", state, state.word(), progress, position, null, 1, null, null, List.of(), data);
    }
}
