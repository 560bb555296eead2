/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.internal.util.Texts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretRedactorTest {

    @Test
    void takesAllKeysOutOfATextWhereverTheyStand() {
        SecretRedactor mask = new SecretRedactor("the-api-key");
        mask.remember("session-1");
        mask.remember("session-2");

        assertThat(mask.mask("session-2the-api-key, session-1!")).isEqualTo("xxxxxxxxxxxx, xxxxxx!");
    }

    @Test
    void aKeyThatContainsAnotherIsTakenOutWhole() {
        SecretRedactor mask = new SecretRedactor("abcd");
        mask.remember("abcd-and-more-that-is-secret");

        assertThat(mask.mask("[abcd-and-more-that-is-secret] [abcd]")).isEqualTo("[xxxxxx] [xxxxxx]");
    }

    @Test
    void aKeyIsTakenOutOfAUrlToo() {
        assertThat(new SecretRedactor("a/b+c==").mask("GET /login?key=a%2Fb%2Bc%3D%3D"))
                .isEqualTo("GET /login?key=xxxxxx");
    }

    /** What others make of a key, and of a key that was escaped before. */
    @Tag("case-D23")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/b c+d&e<\"f\">'g'=\\h\u00e4\u20ac",
                "a%2Fb%20c%2Bd%26e%3C%22f%22%3E%27g%27%3D%5Ch%C3%A4%E2%82%AC",
                "a%2fb%20c%2bd%26e%3c%22f%22%3e%27g%27%3d%5ch%c3%a4%e2%82%ac",
                "a%2fb+c%2bd%26e%3c%22f%22%3e%27g%27%3d%5ch%c3%a4%e2%82%ac",
                "a/b%20c+d&e%3C%22f%22%3E'g'=%5Ch%C3%A4%E2%82%AC",
                "a%252Fb%2520c%252Bd%2526e%253C%2522f%2522%253E%2527g%2527%253D%255Ch%25C3%25A4%25E2%2582%25AC",
                "a/b c+d&amp;e&lt;&quot;f&quot;&gt;&#x27;g&#x27;=\\h\u00e4\u20ac",
                "a/b c+d&amp;e&lt;&#34;f&#34;&gt;&#39;g&#39;=\\h&#228;&#x20AC;",
                "a&#47;b c&#43;d&amp;amp;e&amp;lt;&amp;quot;f&amp;quot;&amp;gt;&amp;#39;g&apos;&#61;&#92;h&#xE4;&#8364;",
                "a/b c+d&e<\\\"f\\\">'g'=\\\\h\\u00e4\\u20AC",
                "a\\/b c+d\\u0026e\\u003c\\\"f\\\"\\u003E\\u0027g\\u0027\\u003d\\\\h\u00e4\u20ac",
                "a/b c+d&e<\\\\\\\"f\\\\\\\">'g'=\\\\\\\\h\\\\u00e4\\\\u20ac",
                "a/b c+d&e<\"f\">\\'g\\'=\\\\h\u00e4\u20ac",
                "a/b c+d&e<\"f\">\\'g\\'=\\\\h\\xe4\\u20ac",
                "a/b c+d&e<\"f\">\\'g\\'=\\\\h\\xc3\\xa4\\xe2\\x82\\xac"
            })
    void aKeyIsTakenOutInWhateverFormItIsWritten(String form) {
        SecretRedactor mask = new SecretRedactor("a/b c+d&e<\"f\">'g'=\\h\u00e4\u20ac");

        assertThat(mask.mask("Key '" + form + "' not valid")).isEqualTo("Key 'xxxxxx' not valid");
    }

    @Test
    @Tag("case-D23")
    void aKeyWithFourPlainCharactersInARowIsFoundInTheOtherForms_too() {
        SecretRedactor mask = new SecretRedactor("++plain==/");

        assertThat(mask.mask("%2b%2Bplain&#61;&#x3d;\\/")).isEqualTo("xxxxxx");
        assertThat(mask.mask("plain")).isEqualTo("plain");
        assertThat(mask.mask("++plain==")).isEqualTo("++plain==");
    }

    @Test
    @Tag("case-D23")
    void aServerCannotMakeTheSearchCostly() {
        SecretRedactor mask = new SecretRedactor("\"&\\/ %");
        String backslashes = "\\".repeat(300_000)
                + "&amp;".repeat(100_000)
                + "amp;".repeat(100_000)
                + "%25".repeat(100_000)
                + "25".repeat(100_000);

        assertThat(mask.mask(backslashes)).isEqualTo(backslashes);
    }

    @Test
    void manyKeysAreFoundInOneReading() {
        SecretRedactor mask = new SecretRedactor("the-api-key");
        for (int i = 0; i < 900; i++) {
            mask.remember(i + "-session");
        }

        assertThat(mask.mask("0-session, 899-session, the-api-key, the-api-ke"))
                .isEqualTo("xxxxxx, xxxxxx, xxxxxx, the-api-ke");
    }

    @Test
    @Tag("case-D12")
    void aKeyIsKnownForAsLongAsSomebodyHoldsItAndAWhileAfter() {
        SecretRedactor mask = new SecretRedactor(null);
        mask.hold("of-two-clients");
        mask.hold("of-two-clients");
        mask.release("of-two-clients");
        mask.release("never-held");
        for (int i = 0; i < 2_000; i++) {
            mask.remember("session-" + i);
        }
        assertThat(mask.mask("of-two-clients never-held")).isEqualTo("xxxxxx never-held");

        mask.release("of-two-clients");

        assertThat(mask.mask("of-two-clients")).isEqualTo("xxxxxx");
        for (int i = 2_000; i < 4_000; i++) {
            mask.remember("session-" + i);
        }
        assertThat(mask.mask("of-two-clients")).isEqualTo("of-two-clients");
    }

    /** It is a word of the server's choice: "the" is none. */
    @Test
    @Tag("case-D12")
    void aWorkersKeyIsOneOnlyIfItIsLong() {
        SecretRedactor mask = new SecretRedactor(null);

        assertThat(mask.learn("the")).isFalse();
        assertThat(mask.learn("worker-key-1")).isTrue();
        assertThat(mask.learn("worker-key-1")).isFalse();
        assertThat(mask.mask("the worker-key-1")).isEqualTo("the xxxxxx");
    }

    @Test
    @Tag("case-C5")
    void halfACharacterIsReplaced() {
        SecretRedactor mask = new SecretRedactor(null);
        String whole = "a\uD83D\uDE00b";

        assertThat(mask.clean(whole)).isSameAs(whole);
        assertThat(mask.clean("a\uD83D")).isEqualTo("a\uFFFD");
        assertThat(mask.clean("\uDE00\uD83D\uD83D\uDE00\uDE00")).isEqualTo("\uFFFD\uFFFD\uD83D\uDE00\uFFFD");
        assertThat(mask.sanitize("a\uD83D!")).isEqualTo("a\uFFFD!");
    }

    @Test
    void ofALongTextOnlyTheBeginningIsQuoted() {
        SecretRedactor mask = new SecretRedactor(null);

        assertThat(mask.sanitize("a".repeat(Texts.QUOTED))).isEqualTo("a".repeat(Texts.QUOTED));
        assertThat(mask.sanitize("a".repeat(Texts.QUOTED + 1))).isEqualTo("a".repeat(Texts.QUOTED) + "...");
        assertThat(mask.sanitizeComplaint("a".repeat(1_000_000)))
                .isEqualTo("a".repeat(SecretRedactor.QUOTED_COMPLAINT) + "...");
        assertThat(mask.sanitize(null)).isNull();
    }

    /** Cut first, the rest of the key would not be known for one. */
    @Test
    void aKeyAtThePlaceOfTheCutIsTakenOut() {
        SecretRedactor mask = new SecretRedactor("the-api-key");

        for (int before = Texts.QUOTED - 12; before <= Texts.QUOTED; before++) {
            assertThat(mask.sanitize("-".repeat(before) + "the-api-key and more"))
                    .as("%d characters before it", before)
                    .doesNotContain("t")
                    .hasSizeLessThanOrEqualTo(Texts.QUOTED + 3);
        }
    }

    @Test
    void aCharacterOfTwoIsNotCutInTheMiddle() {
        String smiling = "\uD83D\uDE00";

        assertThat(new SecretRedactor(null).sanitize("a" + smiling.repeat(Texts.QUOTED)))
                .isEqualTo("a" + smiling.repeat(Texts.QUOTED / 2 - 1) + "...");
    }

    @Test
    void remembersTheLastFewSessions() {
        SecretRedactor mask = new SecretRedactor(null);
        for (int i = 0; i < 110; i++) {
            mask.remember("session-" + i);
        }

        assertThat(mask.mask("session-102 session-109")).isEqualTo("xxxxxx xxxxxx");
    }

    @Test
    void withoutKeysATextStaysAsItIs() {
        assertThat(new SecretRedactor(null).mask("text")).isEqualTo("text");
        assertThat(new SecretRedactor("key").mask("key, a key")).isEqualTo("key, a key");
        assertThat(new SecretRedactor("").mask("text")).isEqualTo("text");
        assertThat(new SecretRedactor("key").mask(null)).isNull();
    }

    @Test
    void aServerCannotWriteLinesOfItsOwnIntoALog() {
        SecretRedactor mask = new SecretRedactor(null);
        String hostile = "a\r\n2026-01-01 INFO all is well\u001b[2J\u0007\u2028\u0085b\tc";

        assertThat(mask.sanitize(hostile)).isEqualTo("a  2026-01-01 INFO all is well [2J   b c");
        assertThat(mask.sanitizeComplaint(hostile)).isEqualTo("a \n2026-01-01 INFO all is well [2J   b\tc");
    }

    /** Taken out after the keys, which may have any character in them. */
    @Test
    void aKeyWithAControlCharacterIsFound() {
        assertThat(new SecretRedactor("a\nkey").sanitize("the a\nkey!")).isEqualTo("the xxxxxx!");
    }
}
