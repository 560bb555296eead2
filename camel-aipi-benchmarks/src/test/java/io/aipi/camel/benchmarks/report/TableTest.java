/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void wordsStandToTheLeftAndNumbersToTheRight() {
        Table table = new Table(1, "name", "ms");
        table.add(List.of("a", "1.0"));
        table.add(List.of("longer", "12345"));

        assertThat(table).hasToString("name       ms\na         1.0\nlonger  12345\n");
    }

    @Test
    void whatIsNotKnownIsADash() {
        assertThat(Table.number(Double.NaN, 2)).isEqualTo("-");
        assertThat(Table.number(1234.567, 1)).isEqualTo("1234.6");
    }

    @Test
    void aLineHasAsManyCellsAsThereAreTitles() {
        Table table = new Table(1, "name", "ms");

        assertThatThrownBy(() -> table.add(List.of("a"))).isInstanceOf(IllegalArgumentException.class);
    }
}
