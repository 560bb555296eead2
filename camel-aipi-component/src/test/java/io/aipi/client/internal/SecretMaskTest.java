/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretMaskTest {

    @Test
    void takesAllKeysOutOfATextWhereverTheyStand() {
        SecretMask mask = new SecretMask("the-api-key");
        mask.remember("session-1");
        mask.remember("session-2");

        assertThat(mask.mask("session-2the-api-key, session-1!")).isEqualTo("xxxxxxxxxxxx, xxxxxx!");
    }

    @Test
    void aKeyThatContainsAnotherIsTakenOutWhole() {
        SecretMask mask = new SecretMask("abc");
        mask.remember("abc-and-more-that-is-secret");

        assertThat(mask.mask("[abc-and-more-that-is-secret] [abc]")).isEqualTo("[xxxxxx] [xxxxxx]");
    }

    @Test
    void aKeyIsTakenOutOfAUrlToo() {
        assertThat(new SecretMask("a/b+c==").mask("GET /login?key=a%2Fb%2Bc%3D%3D"))
                .isEqualTo("GET /login?key=xxxxxx");
    }

    @Test
    void ofALongTextOnlyTheBeginningIsQuoted() {
        SecretMask mask = new SecretMask(null);

        assertThat(mask.quote("a".repeat(SecretMask.QUOTED))).isEqualTo("a".repeat(SecretMask.QUOTED));
        assertThat(mask.quote("a".repeat(SecretMask.QUOTED + 1))).isEqualTo("a".repeat(SecretMask.QUOTED) + "...");
        assertThat(mask.quoteComplaint("a".repeat(1_000_000)))
                .isEqualTo("a".repeat(SecretMask.QUOTED_COMPLAINT) + "...");
        assertThat(mask.quote(null)).isNull();
    }

    /** Cut first, the rest of the key would not be known for one. */
    @Test
    void aKeyAtThePlaceOfTheCutIsTakenOut() {
        SecretMask mask = new SecretMask("the-api-key");

        for (int before = SecretMask.QUOTED - 12; before <= SecretMask.QUOTED; before++) {
            assertThat(mask.quote("-".repeat(before) + "the-api-key and more"))
                    .as("%d characters before it", before)
                    .doesNotContain("t")
                    .hasSizeLessThanOrEqualTo(SecretMask.QUOTED + 3);
        }
    }

    @Test
    void aCharacterOfTwoIsNotCutInTheMiddle() {
        String smiling = "\uD83D\uDE00";

        assertThat(new SecretMask(null).quote("a" + smiling.repeat(SecretMask.QUOTED)))
                .isEqualTo("a" + smiling.repeat(SecretMask.QUOTED / 2 - 1) + "...");
    }

    @Test
    void remembersTheLastFewSessions() {
        SecretMask mask = new SecretMask(null);
        for (int i = 100; i < 110; i++) {
            mask.remember("session-" + i);
        }

        assertThat(mask.mask("session-102 session-109")).isEqualTo("xxxxxx xxxxxx");
    }

    @Test
    void withoutKeysATextStaysAsItIs() {
        assertThat(new SecretMask(null).mask("text")).isEqualTo("text");
        assertThat(new SecretMask("k").mask("k as in key")).isEqualTo("k as in key");
        assertThat(new SecretMask("key").mask(null)).isNull();
    }

    @Test
    void aServerCannotWriteLinesOfItsOwnIntoALog() {
        SecretMask mask = new SecretMask(null);
        String hostile = "a\r\n2026-01-01 INFO all is well\u001b[2J\u0007\u2028\u0085b\tc";

        assertThat(mask.quote(hostile)).isEqualTo("a  2026-01-01 INFO all is well [2J   b c");
        assertThat(mask.quoteComplaint(hostile)).isEqualTo("a \n2026-01-01 INFO all is well [2J   b\tc");
    }

    /** Taken out after the keys, which may have any character in them. */
    @Test
    void aKeyWithAControlCharacterIsFound() {
        assertThat(new SecretMask("a\nkey").quote("the a\nkey!")).isEqualTo("the xxxxxx!");
    }
}
