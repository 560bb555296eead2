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
import java.util.function.Consumer;

/**
 * How the jobs of an endpoint are submitted and followed. Immutable; start from {@link #defaults()} and change what
 * differs.
 *
 * @param promptParameter request parameter that takes the prompt; null to find out from the server's description of the
 *     endpoint, or {@code prompt}, as documented, where the server has none
 * @param contextParameter request parameter that takes a conversation; null to find out from the server's description of the
 *     endpoint
 * @param isConversation whether requests bring a conversation, so that an endpoint that takes none is an error at the start
 * @param textField field of a result, and of the progress, that is the job's text; null to find out from the server's
 *     description, or {@code text}, {@code result} or {@code text_output}, where the server has none
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
        String contextParameter,
        boolean isConversation,
        String textField,
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
            null,
            false,
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

    /** What can be changed. */
    private static final class Changes {
        private String promptParameter;
        private String contextParameter;
        private boolean isConversation;
        private String textField;
        private Map<String, Object> fixedParameters;
        private Duration requestTimeout;
        private Duration jobTimeout;
        private Duration pollInterval;
        private Duration maxPollInterval;
        private Duration queueFullTimeout;
        private Duration pollFailureTimeout;
    }

    private JobOptions with(Consumer<Changes> change) {
        Changes changes = new Changes();
        changes.promptParameter = promptParameter;
        changes.contextParameter = contextParameter;
        changes.isConversation = isConversation;
        changes.textField = textField;
        changes.fixedParameters = fixedParameters;
        changes.requestTimeout = requestTimeout;
        changes.jobTimeout = jobTimeout;
        changes.pollInterval = pollInterval;
        changes.maxPollInterval = maxPollInterval;
        changes.queueFullTimeout = queueFullTimeout;
        changes.pollFailureTimeout = pollFailureTimeout;
        change.accept(changes);
        return new JobOptions(
                changes.promptParameter,
                changes.contextParameter,
                changes.isConversation,
                changes.textField,
                changes.fixedParameters,
                changes.requestTimeout,
                changes.jobTimeout,
                changes.pollInterval,
                changes.maxPollInterval,
                changes.queueFullTimeout,
                changes.pollFailureTimeout);
    }

    /** A changed {@code promptParameter}. */
    public JobOptions withPromptParameter(String name) {
        return with(changes -> changes.promptParameter = name);
    }

    /** For requests that bring a conversation, under this parameter; null to find it out. */
    public JobOptions withConversation(String parameter) {
        return with(changes -> {
            changes.contextParameter = parameter;
            changes.isConversation = true;
        });
    }

    /** A changed {@code textField}. */
    public JobOptions withTextField(String field) {
        return with(changes -> changes.textField = field);
    }

    /** Changed {@code fixedParameters}. */
    public JobOptions withFixedParameters(Map<String, Object> parameters) {
        return with(changes -> changes.fixedParameters = parameters);
    }

    /** Changed timeouts of a call and of a job. */
    public JobOptions withTimeouts(Duration request, Duration job) {
        return with(changes -> {
            changes.requestTimeout = request;
            changes.jobTimeout = job;
        });
    }

    /** Changed bounds of the pace of polls. */
    public JobOptions withPollIntervals(Duration shortest, Duration longest) {
        return with(changes -> {
            changes.pollInterval = shortest;
            changes.maxPollInterval = longest;
        });
    }

    /** A changed {@code queueFullTimeout}. */
    public JobOptions withQueueFullTimeout(Duration timeout) {
        return with(changes -> changes.queueFullTimeout = timeout);
    }

    /** A changed {@code pollFailureTimeout}. */
    public JobOptions withPollFailureTimeout(Duration timeout) {
        return with(changes -> changes.pollFailureTimeout = timeout);
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
