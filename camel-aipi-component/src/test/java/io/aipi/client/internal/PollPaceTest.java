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
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PollPaceTest {

    private static final Duration SHORTEST = Duration.ofMillis(300);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private enum Reports {
        PERCENT,
        TOKENS,
        NOTHING
    }

    private record Outcome(int polls, long delayMillis) {}

    @Test
    void aLongJobThatCountsPercentNeedsAThirdOfTheLooksOfAFixedInterval() {
        assertThat(adaptive(60_000, Reports.PERCENT).polls())
                .isLessThanOrEqualTo(fixed(60_000).polls() / 3);
    }

    @Test
    void aLongJobThatCountsTokensNeedsAThirdOfTheLooksOfAFixedInterval() {
        assertThat(adaptive(60_000, Reports.TOKENS).polls())
                .isLessThanOrEqualTo(fixed(60_000).polls() / 3);
    }

    @Property
    void theEndOfAShortJobIsNoticedNoLaterThanWithAFixedInterval(@ForAll @LongRange(min = 1, max = 900) long length) {
        for (Reports reports : Reports.values()) {
            assertThat(adaptive(length, reports).delayMillis())
                    .as("%d ms, reports %s", length, reports)
                    .isLessThanOrEqualTo(300);
        }
        if (length <= 50) {
            assertThat(adaptive(length, Reports.NOTHING).delayMillis()).isLessThanOrEqualTo(50);
        }
    }

    @Property
    void theEndIsNoticedWithinTheShortestIntervalOrATenthOfTheJob(
            @ForAll @LongRange(min = 1, max = 600_000) long length) {
        for (Reports reports : List.of(Reports.TOKENS, Reports.NOTHING)) {
            assertThat(adaptive(length, reports).delayMillis())
                    .isLessThanOrEqualTo(Math.max(300, Math.min(5_000, length / 10)) + 1);
        }
        // percent that comes evenly is followed to the shortest interval
        assertThat(adaptive(length, Reports.PERCENT).delayMillis()).isLessThanOrEqualTo(Math.max(300, length / 20));
    }

    @Test
    void aJobFarBackInTheQueueIsLookedAtSeldomAndOneAtTheFrontOften() {
        PollPace pace = new PollPace(SHORTEST, LONGEST, 0);
        pace.first();
        assertThat(pace.after(queued(500), 1)).isEqualTo(LONGEST);
        PollPace front = new PollPace(SHORTEST, LONGEST, 0);
        front.first();
        assertThat(front.after(queued(1), 1)).isEqualTo(SHORTEST);
    }

    @Test
    void whileQueuedLooksFollowTheSpeedOfTheQueue() {
        PollPace pace = new PollPace(SHORTEST, LONGEST, 0);
        pace.first();
        pace.after(queued(20), nanos(0));
        // ten positions in ten seconds: the other ten take ten seconds more
        assertThat(pace.after(queued(10), nanos(10_000))).isEqualTo(Duration.ofSeconds(5));
        assertThat(pace.after(queued(2), nanos(18_000))).isEqualTo(Duration.ofSeconds(1));
    }

    @Property
    void whateverTheServerSaysTheBoundsHold(
            @ForAll JobState state,
            @ForAll @DoubleRange(min = -1e18, max = 1e18) double progress,
            @ForAll int queuePosition,
            @ForAll @IntRange(min = 1, max = 40) int looks,
            @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long step) {
        PollPace pace = new PollPace(SHORTEST, LONGEST, 0);
        assertThat(pace.first()).isEqualTo(Duration.ofMillis(50));
        for (int i = 1; i <= looks; i++) {
            JobProgress seen = new JobProgress(
                    "e",
                    "j",
                    state,
                    state.word(),
                    progress * i,
                    queuePosition,
                    null,
                    null,
                    null,
                    null,
                    List.of(),
                    Map.of());
            Duration wait = pace.after(seen, step * i);
            assertThat(wait).isBetween(Duration.ofMillis(50), LONGEST);
            if (i > 2) {
                assertThat(wait).isGreaterThanOrEqualTo(Duration.ofMillis(150));
            }
        }
    }

    private static Outcome adaptive(long lengthMillis, Reports reports) {
        PollPace pace = new PollPace(SHORTEST, LONGEST, 0);
        long now = pace.first().toNanos();
        int polls = 1;
        while (now < nanos(lengthMillis)) {
            double share = (double) now / nanos(lengthMillis);
            now += pace.after(processing(share, reports), now).toNanos();
            polls++;
        }
        return new Outcome(polls, (now - nanos(lengthMillis)) / 1_000_000);
    }

    private static Outcome fixed(long lengthMillis) {
        long polls = (lengthMillis + 299) / 300;
        return new Outcome((int) polls, polls * 300 - lengthMillis);
    }

    private static JobProgress processing(double share, Reports reports) {
        return switch (reports) {
            case PERCENT -> progress(share * 100, Map.of());
            case TOKENS -> progress(Math.floor(share * 80), Map.of("num_generated_tokens", 1, "text", "so far"));
            case NOTHING -> progress(0, Map.of());
        };
    }

    private static JobProgress progress(double progress, Map<String, Object> data) {
        return new JobProgress(
                "e", "j", JobState.PROCESSING, "processing", progress, 0, null, 1, null, null, List.of(), data);
    }

    private static JobProgress queued(int position) {
        return new JobProgress(
                "e", "j", JobState.QUEUED, "queued", 0.0, position, null, 1, null, null, List.of(), Map.of());
    }

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }
}
