/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a prompt tells the simulated worker to do, in words that start with {@code @}.
 *
 * @param sleep {@code @sleep=SECONDS}: how long the job computes, instead of the endpoint's compute time
 * @param steps {@code @steps=N}: in how many steps it is computed; a progress update follows each but the last
 * @param tokens {@code @tokens=N}: how many tokens a chat answer has
 * @param error {@code @error=Words_with_underscores}: the job fails with these words, spaces for underscores
 * @param dies {@code @die}: the worker dies half way and never comes back
 * @param silent {@code @silent}: no progress updates, only the result
 */
public record Script(
        Optional<Duration> sleep,
        OptionalInt steps,
        OptionalInt tokens,
        Optional<String> error,
        boolean dies,
        boolean silent) {

    private static final Pattern COMMAND =
            Pattern.compile("(?<!\\S)@(sleep|steps|tokens|error|die|silent)(?:=(\\S+))?(?!\\S)");

    /** No job computes longer than this, whatever its prompt says. */
    private static final Duration LONGEST_SLEEP = Duration.ofDays(1);

    /** More steps or tokens than this do not help anybody. */
    private static final int LARGEST_COUNT = 1_000_000;

    /**
     * Reads the commands in a prompt. Values that are not numbers where numbers belong are ignored.
     *
     * @param prompt any text
     * @return what it tells the worker
     */
    public static Script in(String prompt) {
        Map<String, String> commands = new HashMap<>();
        Matcher matcher = COMMAND.matcher(prompt);
        while (matcher.find()) {
            commands.put(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2));
        }
        return new Script(
                seconds(commands.get("sleep")),
                count(commands.get("steps")),
                count(commands.get("tokens")),
                Optional.ofNullable(commands.get("error")).map(words -> words.replace('_', ' ')),
                commands.containsKey("die"),
                commands.containsKey("silent"));
    }

    private static Optional<Duration> seconds(String value) {
        return number(value)
                .filter(seconds -> seconds.signum() >= 0)
                .map(seconds -> seconds.min(BigDecimal.valueOf(LONGEST_SLEEP.toSeconds())))
                .map(seconds -> Duration.ofNanos(seconds.movePointRight(9).longValue()));
    }

    private static OptionalInt count(String value) {
        return number(value)
                .filter(count -> count.signum() > 0)
                .map(count -> OptionalInt.of(
                        Math.max(1, count.min(BigDecimal.valueOf(LARGEST_COUNT)).intValue())))
                .orElse(OptionalInt.empty());
    }

    private static Optional<BigDecimal> number(String value) {
        if (value == null || value.length() > 20) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BigDecimal(value));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
