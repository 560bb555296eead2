/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain \u00fc",
                "a\\b",
                "\\",
                "\\0041",
                "nul \0",
                "half \ud83d",
                "space ",
                "   ",
                "pair \ud83d\ude00 and \0"
            })
    void aNameComesBack(String name) {
        assertThat(Names.encode(name)).doesNotContain("\0").doesNotEndWith(" ");
        assertThat(Names.decode(Names.encode(name))).isEqualTo(name);
    }

    @Test
    void anOrdinaryNameIsItsKey() {
        assertThat(Names.key("http://gpu.test#chat/request:a b", 100)).isEqualTo("http://gpu.test#chat/request:a b");
        assertThat(Names.encode("a b")).isEqualTo("a b");
    }

    @Test
    void aLongNameIsDigested() {
        String a = Names.key("\ud83d\ude00".repeat(501) + "a", 200);
        String b = Names.key("\ud83d\ude00".repeat(501) + "b", 200);
        assertThat(a).hasSizeLessThanOrEqualTo(200).isNotEqualTo(b);
        assertThat(JsonEncoder.isUnicode(a)).isTrue();
    }

    @Test
    void aNameThatSomeDatabasesTakeForAnotherOneIsDigested() {
        assertThat(Names.key("a ", 100)).doesNotEndWith(" ").contains("#sha256:");
        assertThat(Names.key("a\0b", 100)).doesNotContain("\0");
        assertThat(Names.key("half \ud83d", 100)).isNotEqualTo(Names.key("half \ud83e", 100));
    }

    @Test
    void aNameThatIsTheKeyOfAnotherOneIsDigested() {
        String key = Names.key("a".repeat(501), 500);
        assertThat(Names.key(key, 500)).isNotEqualTo(key).hasSizeLessThanOrEqualTo(500);
    }
}
