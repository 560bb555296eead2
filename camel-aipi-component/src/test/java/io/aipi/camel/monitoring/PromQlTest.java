/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.monitoring.PromQl.Selector;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromQlTest {

    @Test
    void aMetricMayStandAlone() {
        assertThat(PromQl.of("up")).isEqualTo(new PromQl(List.of(new Selector("up", Map.of())), Set.of()));
    }

    @Test
    void functionsAggregationsOperatorsAndDurationsAreNoMetrics() {
        PromQl names = PromQl.of("sum by (a, b) (rate(one_total[5m])) / on (c) group_left sum(two offset 1h) > bool 0.5"
                + " and max(three[30m:1m])");
        assertThat(names.selectors()).extracting(Selector::metric).containsExactly("one_total", "two", "three");
        assertThat(names.groupings()).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void labelsComeWithTheirValues() {
        assertThat(PromQl.of("one{a=\"x\", b=~\"y|{z}\"} unless two{} or three{c!=\"\"}")
                        .selectors())
                .containsExactly(
                        new Selector("one", Map.of("a", "x", "b", "y|{z}")),
                        new Selector("two", Map.of()),
                        new Selector("three", Map.of("c", "")));
    }

    @Test
    void aGroupingMayStandBehindItsAggregation() {
        assertThat(PromQl.of("sum(one) by (a)").groupings()).containsExactly("a");
    }
}
