/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {

    private static Percentiles of(int samples) {
        return Percentiles.of(IntStream.rangeClosed(1, samples)
                .mapToDouble(i -> samples + 1 - i)
                .toArray());
    }

    @Test
    void aPercentileIsTheSampleOfTheNearestRank() {
        assertThat(of(100).at(0.5)).isEqualTo(50);
        assertThat(of(100).at(0.95)).isEqualTo(95);
        assertThat(of(100).at(0.99)).isEqualTo(99);
        assertThat(of(20).at(0.95)).isEqualTo(19);
        assertThat(of(21).at(0.95)).isEqualTo(20);
    }

    @Test
    void whatTooFewSamplesCannotTellIsNotANumber() {
        assertThat(of(99).at(0.99)).isNaN();
        assertThat(of(19).at(0.95)).isNaN();
        assertThat(of(1).at(0.5)).isNaN();
        assertThat(of(2).at(0.5)).isEqualTo(1);
        assertThat(of(0).at(0.5)).isNaN();
    }

    @Test
    void meanAndLargest() {
        assertThat(of(4).mean()).isEqualTo(2.5);
        assertThat(of(4).max()).isEqualTo(4);
        assertThat(of(0).mean()).isNaN();
        assertThat(of(0).max()).isNaN();
    }
}
