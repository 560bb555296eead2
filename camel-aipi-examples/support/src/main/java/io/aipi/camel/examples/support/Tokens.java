/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support;

import io.aipi.client.model.JobResult;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What an answer cost, in words.
 *
 * @param count how many tokens it has
 * @param time in which the worker wrote them
 */
public record Tokens(int count, Duration time) {

    /** Those of the result; empty where the server does not count them, or does not say how long they took. */
    public static Optional<Tokens> of(JobResult result) {
        Integer count = result.usage().completionTokens();
        Duration time = result.computeDuration();
        return count == null || time == null || time.isZero() || time.isNegative()
                ? Optional.empty()
                : Optional.of(new Tokens(count, time));
    }

    /** Such as {@code 12 tokens, 24.0 tokens/s}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d tokens, %.1f tokens/s", count, count * 1e9 / time.toNanos());
    }
}
