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
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** Whatever a server says of a job, the waits stay within the bounds that the user set. */
class PollPacePropertyTest {

    private record Look(JobProgress seen, long later) {}

    @Property(tries = 250)
    void everyWaitIsWithinTheBounds(
            @ForAll("looks") List<Look> looks,
            @ForAll @LongRange(min = 1, max = 315_360_000_000_000_000L) long oneBound,
            @ForAll @LongRange(min = 1, max = 315_360_000_000_000_000L) long otherBound,
            @ForAll long origin) {
        Duration shortest = Duration.ofNanos(Math.min(oneBound, otherBound));
        Duration longest = Duration.ofNanos(Math.max(oneBound, otherBound));
        PollPace pace = new PollPace(shortest, longest, origin);
        long now = origin;

        assertThat(pace.first()).isBetween(Duration.ZERO, shortest);
        for (Look look : looks) {
            now += look.later();
            assertThat(pace.after(look.seen(), now)).isBetween(shortest.dividedBy(6), longest);
        }
    }

    @Property(tries = 100)
    void afterTheFirstLooksNoWaitIsShorterThanThePollInterval(@ForAll("looks") List<Look> looks) {
        Duration shortest = Duration.ofMillis(300);
        PollPace pace = new PollPace(shortest, Duration.ofSeconds(5), 0);
        pace.first();
        long now = 0;
        int count = 1;

        for (Look look : looks) {
            now += look.later();
            Duration wait = pace.after(look.seen(), now);
            if (++count > 3) {
                assertThat(wait).isGreaterThanOrEqualTo(shortest);
            }
        }
    }

    @Provide
    Arbitrary<List<Look>> looks() {
        Arbitrary<JobProgress> seen = Combinators.combine(
                        Arbitraries.of(JobState.class),
                        Arbitraries.doubles().injectNull(0.2).edgeCases(e -> e.add(-1e300, 1e300, 100.0, 0.0)),
                        Arbitraries.integers().injectNull(0.2),
                        Arbitraries.of(List.of(Map.<String, Object>of(), Map.<String, Object>of("text", true))))
                .as((state, progress, position, data) -> new JobProgress(
                        "e", "JID1", state, state.word(), progress, position, null, null, null, null, List.of(), data));
        return Combinators.combine(
                        seen, Arbitraries.longs().between(0, Duration.ofHours(1).toNanos()))
                .as(Look::new)
                .list()
                .ofMaxSize(30);
    }
}
