/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.job.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrafficTest {

    private final ManualTime time = new ManualTime();
    private final Traffic traffic = new Traffic(time);
    private final List<String> happened = new ArrayList<>();

    private long admitted(int requests) {
        return IntStream.range(0, requests)
                .filter(request -> traffic.refusal().isEmpty())
                .count();
    }

    @Test
    void withoutALimitNothingIsRefused() {
        assertThat(admitted(10_000)).isEqualTo(10_000);
    }

    @Test
    void aSecondsWorthOfRequestsIsAdmittedAndThenAsManyAsTheTimeIsGoodFor() {
        traffic.limit(10, null);

        assertThat(admitted(100)).isEqualTo(10);
        time.advance(0.5);
        assertThat(admitted(100)).isEqualTo(5);
        time.advance(60);
        assertThat(admitted(100)).isEqualTo(10);
    }

    @Test
    void aRefusalSaysWhenToComeAgainIfItIsToldTo() {
        traffic.limit(1, Duration.ofMinutes(2));
        assertThat(traffic.refusal()).isEmpty();
        assertThat(traffic.refusal()).contains(new Traffic.Refusal(Optional.of(Duration.ofMinutes(2))));

        traffic.limit(1, null);
        assertThat(traffic.refusal()).isEmpty();
        assertThat(traffic.refusal()).contains(new Traffic.Refusal(Optional.empty()));
    }

    @Test
    void aResponseThatIsDueInAFreezeWaitsForItsEnd() {
        traffic.delay(Duration.ofSeconds(1));
        traffic.whenDue(() -> happened.add("answer"));
        traffic.freeze();
        traffic.whenNotFrozen(() -> happened.add("request"));
        time.advance(1);
        assertThat(happened).isEmpty();

        traffic.thaw();

        assertThat(happened).containsExactly("request", "answer");
    }

    @Test
    void afterAFreezeNothingWaits() {
        traffic.freeze();
        traffic.whenNotFrozen(() -> happened.add("first"));
        traffic.thaw();

        traffic.whenNotFrozen(() -> happened.add("second"));

        assertThat(happened).containsExactly("first", "second");
    }
}
