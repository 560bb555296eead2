/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefCountedPoolTest {

    private final List<String> made = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();
    private final RefCountedPool<String, String> shared = new RefCountedPool<>(
            key -> {
                made.add(key);
                return "thing of " + key;
            },
            ended::add);

    @Test
    void isMadeForTheFirstAndEndedAfterTheLast() {
        assertThat(shared.acquire("a")).isEqualTo("thing of a").isSameAs(shared.acquire("a"));

        shared.release("a");
        assertThat(ended).isEmpty();
        shared.release("a");

        assertThat(made).containsExactly("a");
        assertThat(ended).containsExactly("thing of a");
    }

    @Test
    void isMadeAnewAfterItsEnd() {
        shared.acquire("a");
        shared.release("a");

        shared.acquire("a");

        assertThat(made).containsExactly("a", "a");
    }

    @Test
    void keysAreApart() {
        shared.acquire("a");
        shared.acquire("b");

        shared.release("a");

        assertThat(ended).containsExactly("thing of a");
    }

    @Test
    void isEndedOnce_howeverOftenItIsGivenBack() {
        shared.acquire("a");
        shared.release("a");
        shared.release("a");
        shared.release("never acquired");
        shared.endAll();

        assertThat(ended).hasSize(1);
    }

    @Test
    void endAllEndsEachOnce() {
        shared.acquire("a");
        shared.acquire("a");
        shared.acquire("b");

        shared.endAll();
        shared.release("a");

        assertThat(ended).containsExactlyInAnyOrder("thing of a", "thing of b");
    }

    @Test
    void whatCannotBeMadeIsNotKept() {
        RefCountedPool<String, String> failing = new RefCountedPool<>(
                key -> {
                    throw new IllegalStateException("no");
                },
                ended::add);

        assertThatIllegalStateException().isThrownBy(() -> failing.acquire("a"));
        failing.endAll();

        assertThat(ended).isEmpty();
    }
}
