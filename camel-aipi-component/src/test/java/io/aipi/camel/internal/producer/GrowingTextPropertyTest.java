/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.client.GrowingTexts;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ProtocolViolationException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.BeforeTry;

/** What is read of a text that grows joins to the result's text, or ends with the reason why it does not. */
class GrowingTextPropertyTest {

    private AtomicInteger givenUp;
    private AtomicInteger ended;
    private GrowingText text;

    @BeforeTry
    void begin() {
        givenUp = new AtomicInteger();
        ended = new AtomicInteger();
        text = new GrowingText(ErrorContext.of("chat"), givenUp::incrementAndGet);
    }

    @Provide
    Arbitrary<List<String>> texts() {
        return GrowingTexts.sequences();
    }

    /** {@code reads}: whether the reader takes what is there after each text. */
    @Property(tries = 2_000)
    void whatIsReadIsTheResultOrEndsWithTheReason(
            @ForAll("texts") List<String> texts, @ForAll List<Boolean> reads, @ForAll boolean isRefused) {
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < texts.size() - 1; i++) {
            boolean hasMore = text.grow(texts.get(i));
            if (hasMore && i < reads.size() && reads.get(i)) {
                assertThat(text.hasNext()).isTrue();
                read.append(text.next());
            }
        }
        String result = texts.get(texts.size() - 1) == null ? "" : texts.get(texts.size() - 1);
        RuntimeException refusal = isRefused ? new IllegalStateException("refused") : null;
        text.end(texts.get(texts.size() - 1), ended::incrementAndGet, refusal);
        try {
            while (text.hasNext()) {
                String delta = text.next();
                assertThat(delta).isNotEmpty();
                read.append(delta);
            }
            assertThat(read.toString()).isEqualTo(result);
            assertThat(isRefused).isFalse();
        } catch (ProtocolViolationException rewritten) {
            assertThat(result).doesNotStartWith(read.toString());
            assertThat(rewritten.getMessage()).contains("CamelAipiResult");
        } catch (IllegalStateException refused) {
            assertThat(refused).isSameAs(refusal);
            assertThat(read.toString()).isEqualTo(result);
        }
        assertThat(ended).as("the reader has come to the end, once").hasValue(1);
        text.close();
        assertThat(givenUp).as("nothing is given up after the end").hasValue(0);
    }

    @Property(tries = 500)
    void whatIsReadOfAFailedJobIsABeginningOfWhatWasShown(@ForAll("texts") List<String> texts) {
        texts.forEach(text::grow);
        IllegalStateException reason = new IllegalStateException("failed");
        text.fail(reason);
        StringBuilder read = new StringBuilder();
        assertThatThrownBy(() -> {
                    while (text.hasNext()) {
                        read.append(text.next());
                    }
                })
                .isSameAs(reason);
        assertThat(texts.stream().map(shown -> shown == null ? "" : shown))
                .anyMatch(shown -> shown.startsWith(read.toString()) || read.isEmpty());
        assertThatThrownBy(text::hasNext).as("asked again").isSameAs(reason);
    }

    @Example
    void closedBeforeTheEndItIsGivenUpOnce() {
        assertThat(text.grow("a")).isTrue();
        text.close();
        text.close();
        assertThat(text.hasNext()).isFalse();
        assertThatThrownBy(text::next).isInstanceOf(NoSuchElementException.class);
        assertThat(givenUp).hasValue(1);
        text.end("a b", ended::incrementAndGet, null);
        assertThat(text.hasNext()).isFalse();
        assertThat(ended).hasValue(0);
    }

    @Example
    void aReaderThatWaitsIsToldOfTheEndAndOfTheClose() throws Exception {
        CompletableFuture<Boolean> first = CompletableFuture.supplyAsync(text::hasNext);
        text.close();
        assertThat(first.get(30, TimeUnit.SECONDS)).isFalse();
        GrowingText other = new GrowingText(ErrorContext.of("chat"), givenUp::incrementAndGet);
        CompletableFuture<Boolean> second = CompletableFuture.supplyAsync(other::hasNext);
        other.end(null, ended::incrementAndGet, null);
        assertThat(second.get(30, TimeUnit.SECONDS)).isFalse();
    }

    @Example
    void itDoesNotShowItsText() {
        text.grow("confidential");
        assertThat(text.toString()).doesNotContain("confidential");
    }
}
