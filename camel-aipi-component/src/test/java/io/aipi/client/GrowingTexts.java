/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** What servers may show of a text, poll by poll; the last one is the result's. */
public final class GrowingTexts {

    private GrowingTexts() {}

    private enum Change {
        GROW,
        GROW_BY_PART_OF_A_CHARACTER,
        CUT,
        BEGIN_ANEW,
        NONE,
        STAY
    }

    private record Step(Change change, String part, int at) {

        String of(String whole) {
            return switch (change) {
                case GROW, GROW_BY_PART_OF_A_CHARACTER -> whole + part;
                case CUT -> whole.substring(0, Math.min(whole.length(), at));
                case BEGIN_ANEW -> part;
                case NONE, STAY -> whole;
            };
        }

        String shown(String whole) {
            return switch (change) {
                case GROW_BY_PART_OF_A_CHARACTER -> whole + '\ufffd';
                case NONE -> null;
                default -> whole;
            };
        }
    }

    /** Each of one text at least; null for a poll that shows none. */
    public static Arbitrary<List<String>> sequences() {
        Arbitrary<String> part = Arbitraries.of(
                        "a", "Llama", "\u00e9", "\ud83e\udd99", "\ud83e", "\ufffd", " ", "\n", "\u2003", "\t ", "")
                .list()
                .ofMaxSize(4)
                .map(parts -> String.join("", parts));
        return Combinators.combine(
                        Arbitraries.of(Change.class),
                        part,
                        Arbitraries.integers().between(0, 40))
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(12)
                .map(GrowingTexts::texts);
    }

    private static List<String> texts(List<Step> steps) {
        List<String> texts = new ArrayList<>();
        String whole = "";
        for (Step step : steps) {
            whole = step.of(whole);
            texts.add(step.shown(whole));
        }
        return texts;
    }
}
