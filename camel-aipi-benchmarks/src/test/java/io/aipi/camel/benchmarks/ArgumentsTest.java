/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.benchmarks.plan.ClientKind;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

    @Test
    void emptyValuesAreTheDefaults() {
        Arguments arguments = Arguments.of("--plan", "", "--scenarios", "", "--clients", "");

        assertThat(arguments).isEqualTo(Arguments.of());
        assertThat(arguments.plan().name()).isEqualTo("full");
        assertThat(arguments.isWanted("anything")).isTrue();
    }

    @Test
    void aCaseIsChosenByItsBeginningAndAPeerByItsName() {
        Arguments arguments = Arguments.of("--scenarios", "curve, short-1", "--clients", "aipi,jdk-300ms");

        assertThat(arguments.isWanted("curve-300")).isTrue();
        assertThat(arguments.isWanted("percent-2s")).isFalse();
        assertThat(arguments.clientsOf(arguments.plan().get("short-100")))
                .containsExactly(ClientKind.AIPI, ClientKind.JDK);
    }

    @Test
    void whatIsNotKnownIsRefused() {
        assertThatThrownBy(() -> Arguments.of("--plan", "huge")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Arguments.of("--clients", "me")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Arguments.of("--fast")).isInstanceOf(IllegalArgumentException.class);
    }
}
