/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a server shows of a text, the deltas from the last reset on join to the text of the result. */
class TextDeltasPropertyTest {

    /** Grows, is rewritten, gets shorter, and ends within characters, with white space, or with U+FFFD. */
    @Provide
    Arbitrary<List<String>> texts() {
        return GrowingTexts.sequences();
    }

    @Property(tries = 2_000)
    void theDeltasFromTheLastResetOnJoinToTheResult(@ForAll("texts") List<String> texts, @ForAll boolean isResumed) {
        TextDeltas deltas = new TextDeltas(isResumed);
        StringBuilder heard = new StringBuilder(isResumed ? "what another process has told" : "");
        for (String text : texts.subList(0, texts.size() - 1)) {
            deltas.next(text).ifPresent(delta -> hear(heard, delta));
        }
        String result = texts.get(texts.size() - 1);
        Optional<TextDelta> last = deltas.last(result);
        assertThat(deltas.last(result)).as("asked again").isEqualTo(last);
        last.ifPresent(delta -> hear(heard, delta));
        if (result != null || !isResumed) {
            assertThat(heard.toString()).isEqualTo(result == null ? "" : result);
        }
    }

    @Property(tries = 1_000)
    void noDeltaOfAGrowingTextIsEmptyOrEndsWithHalfACharacter(@ForAll("texts") List<String> texts) {
        TextDeltas deltas = new TextDeltas();
        for (String text : texts) {
            deltas.next(text).ifPresent(delta -> {
                assertThat(delta.isReset() || !delta.text().isEmpty()).isTrue();
                assertThat(delta.text()).isEqualTo(TextDeltas.settled(delta.text()));
            });
        }
    }

    @Property(tries = 500)
    void aTextThatOnlyGrowsIsNeverReset(@ForAll("texts") List<String> parts) {
        TextDeltas deltas = new TextDeltas();
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            text.append(part == null ? "" : part);
            assertThat(deltas.next(text.toString()).filter(TextDelta::isReset)).isEmpty();
        }
        assertThat(deltas.last(text.toString()).filter(TextDelta::isReset)).isEmpty();
    }

    @Example
    void aDeltaDoesNotShowItsText() {
        assertThat(new TextDelta("confidential", true).toString()).doesNotContain("confidential");
    }

    private static void hear(StringBuilder heard, TextDelta delta) {
        if (delta.isReset()) {
            heard.setLength(0);
        }
        heard.append(delta.text());
    }
}
