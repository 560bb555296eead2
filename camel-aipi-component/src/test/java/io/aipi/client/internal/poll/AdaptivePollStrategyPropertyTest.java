/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobState;
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
class AdaptivePollStrategyPropertyTest {

    private record Poll(JobProgress seen, long later) {}

    @Property(tries = 250)
    void everyWaitIsWithinTheBounds(
            @ForAll("polls") List<Poll> polls,
            @ForAll @LongRange(min = 1, max = 315_360_000_000_000_000L) long oneBound,
            @ForAll @LongRange(min = 1, max = 315_360_000_000_000_000L) long otherBound,
            @ForAll boolean watched,
            @ForAll boolean guessed,
            @ForAll("times") JobDurationHistory times,
            @ForAll long origin) {
        Duration shortest = Duration.ofNanos(Math.min(oneBound, otherBound));
        Duration longest = Duration.ofNanos(Math.max(oneBound, otherBound));
        AdaptivePollStrategy pace = new AdaptivePollStrategy(shortest, longest, watched, times, origin, guessed);
        long now = origin;

        assertThat(pace.first(now)).isBetween(guessed ? Duration.ZERO : shortest, longest);
        for (Poll poll : polls) {
            now += poll.later();
            assertThat(pace.after(poll.seen(), now)).isBetween(shortest, longest);
        }
    }

    @Provide
    Arbitrary<JobDurationHistory> times() {
        return Arbitraries.longs()
                .between(0, Duration.ofDays(3650).toNanos())
                .list()
                .ofMaxSize(200)
                .map(taken -> {
                    JobDurationHistory times = new JobDurationHistory();
                    taken.forEach(nanos -> times.add(Duration.ofNanos(nanos)));
                    return times;
                });
    }

    @Provide
    Arbitrary<List<Poll>> polls() {
        Arbitrary<JobProgress> seen = Combinators.combine(
                        Arbitraries.of(JobState.class),
                        Arbitraries.doubles().injectNull(0.2).edgeCases(e -> e.add(-1e300, 1e300, 100.0, 0.0)),
                        Arbitraries.integers().injectNull(0.2),
                        Arbitraries.of(List.of(Map.<String, Object>of(), Map.<String, Object>of("text", true))))
                .as((state, progress, position, data) -> new JobProgress(
                        "e", "JID1", state, state.word(), progress, position, null, null, null, null, List.of(), data));
        return Combinators.combine(
                        seen, Arbitraries.longs().between(0, Duration.ofHours(1).toNanos()))
                .as(Poll::new)
                .list()
                .ofMaxSize(30);
    }
}
