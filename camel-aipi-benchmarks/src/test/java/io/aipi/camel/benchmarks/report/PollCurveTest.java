/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.aipi.camel.benchmarks.report.PollCurve.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class PollCurveTest {

    private final PollCurve curve = new PollCurve(List.of(new Point(16, 100), new Point(4, 400), new Point(8, 200)));

    @Test
    void aPointIsOnIt() {
        assertThat(curve.at(4)).isEqualTo(400);
        assertThat(curve.at(8)).isCloseTo(200, within(1e-9));
        assertThat(curve.at(16)).isCloseTo(100, within(1e-9));
    }

    @Test
    void betweenTwoPointsHalfThePollsAreTwiceTheDelay() {
        assertThat(curve.at(5)).isCloseTo(320, within(1e-9));
        assertThat(curve.at(10)).isCloseTo(160, within(1e-9));
    }

    @Test
    void beyondTheMostPollsItGoesOn() {
        assertThat(curve.at(32)).isCloseTo(50, within(1e-9));
    }

    @Test
    void belowTheFewestPollsItDoesNotRise() {
        assertThat(curve.at(1)).isEqualTo(400);
    }

    @Test
    void onePointIsNoCurve() {
        assertThat(new PollCurve(List.of(new Point(1, 1))).at(1)).isNaN();
    }
}
