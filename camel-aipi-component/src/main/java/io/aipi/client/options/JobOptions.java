/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.options;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How the jobs of an endpoint are submitted and followed. Immutable; start from {@link #defaults()} and change what
 * differs.
 *
 * @param promptParameter request parameter that takes the prompt; null to find out from the server's description of the
 *     endpoint, or {@code prompt}, as documented, where the server has none
 * @param fixedParameters parameters of each request, by name; a request's own value wins
 * @param requestTimeout longest time for one HTTP call, connecting included
 * @param jobTimeout longest time for a whole job from its submit, or from the beginning of following it
 * @param pollInterval shortest time between two polls of a job, and before the first one; polls come as close as this only
 *     where the end is expected
 * @param maxPollInterval longest time between two polls of a job
 * @param queueFullTimeout how long to wait for a slot when the server's queue is full; zero: not at all
 * @param pollFailureTimeout how long a job is still followed that the server calls lapsed, or whose polls fail one after
 *     the other, in case it comes back
 */
public record JobOptions(
        String promptParameter,
        Map<String, Object> fixedParameters,
        Duration requestTimeout,
        Duration jobTimeout,
        Duration pollInterval,
        Duration maxPollInterval,
        Duration queueFullTimeout,
        Duration pollFailureTimeout) {

    private static final Duration LONGEST = Duration.ofDays(3650);

    private static final JobOptions DEFAULTS = new JobOptions(
            null,
            Map.of(),
            Duration.ofSeconds(30),
            Duration.ofHours(1),
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            Duration.ZERO,
            Duration.ofMinutes(1));

    /**
     * Checks the bounds, and copies the parameters. A time of more than ten years counts as ten years, so that its
     * nanoseconds can be counted.
     *
     * @throws IllegalArgumentException for a time that makes no sense; it names the option
     */
    public JobOptions {
        fixedParameters = Collections.unmodifiableMap(new LinkedHashMap<>(fixedParameters));
        requestTimeout = positive("requestTimeout", requestTimeout);
        jobTimeout = positive("jobTimeout", jobTimeout);
        pollInterval = positive("pollInterval", pollInterval);
        maxPollInterval = positive("maxPollInterval", maxPollInterval);
        queueFullTimeout = notNegative("queueFullTimeout", queueFullTimeout);
        pollFailureTimeout = notNegative("pollFailureTimeout", pollFailureTimeout);
        if (maxPollInterval.compareTo(pollInterval) < 0) {
            throw new IllegalArgumentException("maxPollInterval (" + maxPollInterval.toMillis()
                    + " ms) must not be shorter than pollInterval (" + pollInterval.toMillis() + " ms)");
        }
    }

    /** The documented defaults. */
    public static JobOptions defaults() {
        return DEFAULTS;
    }

    /** A changed {@code promptParameter}. */
    public JobOptions withPromptParameter(String name) {
        return new JobOptions(
                name,
                fixedParameters,
                requestTimeout,
                jobTimeout,
                pollInterval,
                maxPollInterval,
                queueFullTimeout,
                pollFailureTimeout);
    }

    /** Changed {@code fixedParameters}. */
    public JobOptions withFixedParameters(Map<String, Object> parameters) {
        return new JobOptions(
                promptParameter,
                parameters,
                requestTimeout,
                jobTimeout,
                pollInterval,
                maxPollInterval,
                queueFullTimeout,
                pollFailureTimeout);
    }

    /** Changed timeouts of a call and of a job. */
    public JobOptions withTimeouts(Duration request, Duration job) {
        return new JobOptions(
                promptParameter,
                fixedParameters,
                request,
                job,
                pollInterval,
                maxPollInterval,
                queueFullTimeout,
                pollFailureTimeout);
    }

    /** Changed bounds of the pace of polls. */
    public JobOptions withPollIntervals(Duration shortest, Duration longest) {
        return new JobOptions(
                promptParameter,
                fixedParameters,
                requestTimeout,
                jobTimeout,
                shortest,
                longest,
                queueFullTimeout,
                pollFailureTimeout);
    }

    /** A changed {@code queueFullTimeout}. */
    public JobOptions withQueueFullTimeout(Duration timeout) {
        return new JobOptions(
                promptParameter,
                fixedParameters,
                requestTimeout,
                jobTimeout,
                pollInterval,
                maxPollInterval,
                timeout,
                pollFailureTimeout);
    }

    /** A changed {@code pollFailureTimeout}. */
    public JobOptions withPollFailureTimeout(Duration timeout) {
        return new JobOptions(
                promptParameter,
                fixedParameters,
                requestTimeout,
                jobTimeout,
                pollInterval,
                maxPollInterval,
                queueFullTimeout,
                timeout);
    }

    private static Duration positive(String name, Duration value) {
        Duration bounded = notNegative(name, value);
        if (bounded.isZero()) {
            throw new IllegalArgumentException(name + " must be longer than zero");
        }
        return bounded;
    }

    private static Duration notNegative(String name, Duration value) {
        if (Objects.requireNonNull(value, name).isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative, but is " + value);
        }
        return value.compareTo(LONGEST) < 0 ? value : LONGEST;
    }
}
