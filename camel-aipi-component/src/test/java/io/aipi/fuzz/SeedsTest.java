/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.testsupport.Nightly;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What fuzzing starts from holds already: the recorded responses, those that no server should give, and all their beginnings. */
class SeedsTest {

    /** Of which the beginnings are tried: neighbours are much the same response, with another status or key. */
    private static final int EVERY = Nightly.times(20, 1);

    @ParameterizedTest
    @EnumSource
    void everySeedHolds(FuzzTarget target) {
        List<byte[]> seeds = target.seeds();

        assertThat(seeds).isNotEmpty();
        for (int i = 0; i < seeds.size(); i++) {
            run(target, i, seeds.get(i));
        }
    }

    /** As of a connection that broke. */
    @ParameterizedTest
    @EnumSource
    @Tag("nightly")
    void everyBeginningOfASeedHolds(FuzzTarget target) {
        List<byte[]> seeds = target.seeds();
        for (int i = 0; i < seeds.size(); i += EVERY) {
            byte[] seed = seeds.get(i);
            int step = Math.max(1, seed.length / 4);
            for (int length = 0; length < seed.length; length += step) {
                run(target, i, java.util.Arrays.copyOf(seed, length));
            }
        }
    }

    private static void run(FuzzTarget target, int number, byte[] input) {
        try {
            target.run(input);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(
                    "seed " + number + " of " + target + ": "
                            + new String(input, java.nio.charset.StandardCharsets.ISO_8859_1),
                    e);
        }
    }
}
