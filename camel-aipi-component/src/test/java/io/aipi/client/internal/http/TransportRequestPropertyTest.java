/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** No name of an endpoint and no key leads a request elsewhere. */
class TransportRequestPropertyTest {

    private static final URI SERVER = URI.create("http://server/base");

    @Property(tries = 500)
    void aSegmentHasNoCharacterThatEndsItOrLeadsElsewhere(@ForAll("texts") String text) {
        String segment = TransportRequest.segment(text);

        assertThat(segment).matches("[A-Za-z0-9%*_-]*");
        assertThat(URLDecoder.decode(segment, StandardCharsets.UTF_8)).isEqualTo(text);
        URI uri = URI.create(SERVER + "/" + segment + "/progress").normalize();
        assertThat(uri.getRawPath()).isEqualTo("/base/" + segment + (segment.isEmpty() ? "" : "/") + "progress");
    }

    @Property(tries = 500)
    void aQueryHasTheNamesAndValuesThatItWasGiven(@ForAll("texts") String name, @ForAll("texts") String value) {
        TransportRequest call = TransportRequest.get(SERVER, "/login", Map.of(name, value), Duration.ofSeconds(1));

        String[] query = URI.create(SERVER + call.path()).getRawQuery().split("=", -1);
        assertThat(query).hasSize(2);
        assertThat(URLDecoder.decode(query[0], StandardCharsets.UTF_8)).isEqualTo(name);
        assertThat(URLDecoder.decode(query[1], StandardCharsets.UTF_8)).isEqualTo(value);
    }

    @Example
    void aCallShowsNeitherItsPathNorItsBody() {
        TransportRequest call = TransportRequest.get(SERVER, "/login", Map.of("key", "secret"), Duration.ofSeconds(1));

        assertThat(call).hasToString("TransportRequest[GET http://server/base]");
    }

    @Example
    void theLongestTimeoutIsNoOverflow() {
        TransportRequest call = TransportRequest.get(SERVER, "/", Map.of(), Duration.ofSeconds(Long.MAX_VALUE));

        assertThat(call.timeout().toNanos()).isPositive();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                // without halves of surrogate pairs: they are no text, and have no encoding
                Arbitraries.strings().withCharRange('\0', '\ud7ff').ofMaxLength(12),
                Arbitraries.strings()
                        .withChars("/?#%&=+.. :;@\\\"'<>|\u00e4\u20ac")
                        .ofMaxLength(12),
                Arbitraries.of("..", ".", "../../etc", "llama2_chat", "a#b", "\ud83d\ude00"));
    }
}
