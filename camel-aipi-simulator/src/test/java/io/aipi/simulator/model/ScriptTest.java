/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScriptTest {

    @Test
    void aPromptWithoutCommandsSaysNothing() {
        Script script = Script.in("mail me @home or at a@sleep=1");

        assertThat(script.sleep()).isEmpty();
        assertThat(script.steps()).isEmpty();
        assertThat(script.tokens()).isEmpty();
        assertThat(script.error()).isEmpty();
        assertThat(script.dies()).isFalse();
        assertThat(script.silent()).isFalse();
        assertThat(script.rewrite()).isEmpty();
        assertThat(script.partial()).isFalse();
    }

    @Test
    void commandsCanBeAnywhereInThePrompt() {
        Script script = Script.in("@sleep=0.25 say @steps=8 this @tokens=40 @die @silent @error=CUDA_out_of_memory"
                + " @rewrite=3 @partial");

        assertThat(script.sleep()).contains(Duration.ofMillis(250));
        assertThat(script.steps()).hasValue(8);
        assertThat(script.tokens()).hasValue(40);
        assertThat(script.error()).contains("CUDA out of memory");
        assertThat(script.dies()).isTrue();
        assertThat(script.silent()).isTrue();
        assertThat(script.rewrite()).hasValue(3);
        assertThat(script.partial()).isTrue();
    }

    @Test
    void valuesThatAreNoNumbersAreIgnored() {
        Script script = Script.in("@sleep=long @steps=-1 @tokens=x");

        assertThat(script.sleep()).isEmpty();
        assertThat(script.steps()).isEmpty();
        assertThat(script.tokens()).isEmpty();
    }

    @Test
    void hugeValuesAreCutDown() {
        Script script = Script.in("@sleep=1e15 @steps=1e15");

        assertThat(script.sleep()).contains(Duration.ofDays(1));
        assertThat(script.steps()).hasValue(1_000_000);
    }
}
