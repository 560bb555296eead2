/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClockOffsetTest {

    @Test
    void theOtherClockIsReadHalfWayBetweenQuestionAndResponse() {
        ClockOffset offset = ClockOffset.of(1000, 9100, 1200);

        assertThat(offset).isEqualTo(new ClockOffset(8000, 100));
        assertThat(offset.here(8500)).isEqualTo(500);
    }

    @Test
    void theShortestRoundTripCounts() {
        ClockOffset slow = ClockOffset.of(0, 5300, 1000);
        ClockOffset fast = ClockOffset.of(0, 5010, 20);

        assertThat(ClockOffset.UNKNOWN.orBetter(slow).orBetter(fast)).isEqualTo(fast);
        assertThat(fast.orBetter(slow)).isEqualTo(fast);
    }
}
