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
 * What the simulated worker is told to do: by a prompt, in words that start with {@code @}, or by a test.
 *
 * @param sleep {@code @sleep=SECONDS}: how long the job computes, instead of the endpoint's compute time
 * @param steps {@code @steps=N}: in how many steps it is computed; a progress update follows each but the last
 * @param tokens {@code @tokens=N}: how many tokens a chat answer has
 * @param error {@code @error=Words_with_underscores}: the job fails with these words, spaces for underscores
 * @param dies {@code @die}: the worker dies half way and never comes back
 * @param silent {@code @silent}: no progress updates, only the result
 * @param rewrite {@code @rewrite=N}: until step N the text of a chat's progress is another, so that the text of step N
 *     does not go on with the one before it
 * @param partial {@code @partial}: a text of a chat's progress that ends with a character outside of ASCII ends with
 *     U+FFFD instead, as if only a part of that character had been generated
 * @param text what a chat answers, instead of its own words; only a test says this
 * @param media the data URI that a model of pictures or sound gives, instead of its own; only a test says this
 */
public record Script(
        Optional<Duration> sleep,
        OptionalInt steps,
        OptionalInt tokens,
        Optional<String> error,
        boolean dies,
        boolean silent,
        OptionalInt rewrite,
        boolean partial,
        Optional<String> text,
        Optional<String> media) {

    private static final Pattern COMMAND =
            Pattern.compile("(?<!\\S)@(sleep|steps|tokens|error|die|silent|rewrite|partial)(?:=(\\S+))?(?!\\S)");

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
                commands.containsKey("silent"),
                count(commands.get("rewrite")),
                commands.containsKey("partial"),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * This with what a test says, which goes before what the prompt says.
     *
     * @param computeTime how long the job computes
     * @param failure what the job fails with
     * @param ownText what a chat answers
     * @param ownMedia the data URI of a picture or sound
     * @return the whole; what is empty stays
     */
    public Script with(
            Optional<Duration> computeTime,
            Optional<String> failure,
            Optional<String> ownText,
            Optional<String> ownMedia) {
        return new Script(
                computeTime.or(() -> sleep),
                steps,
                tokens,
                failure.or(() -> error),
                dies,
                silent,
                rewrite,
                partial,
                ownText.or(() -> text),
                ownMedia.or(() -> media));
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
