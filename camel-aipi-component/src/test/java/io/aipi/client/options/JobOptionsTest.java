/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobOptionsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

    private final JobOptions defaults = JobOptions.defaults();

    @Test
    void theDefaultsAreTheDocumentedOnes() {
        assertThat(defaults.promptParameter()).isNull();
        assertThat(defaults.fixedParameters()).isEmpty();
        assertThat(defaults.requestTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(defaults.jobTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(defaults.pollInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(defaults.maxPollInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(defaults.queueFullTimeout()).isZero();
    }

    @Test
    void aTimeThatMakesNoSenseIsRefusedByItsName() {
        for (Duration bad : new Duration[] {Duration.ZERO, Duration.ofNanos(-1), LONGEST.negated()}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> defaults.withTimeouts(bad, SECOND))
                    .withMessageContaining("requestTimeout");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> defaults.withTimeouts(SECOND, bad))
                    .withMessageContaining("jobTimeout");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> defaults.withPollIntervals(bad, SECOND))
                    .withMessageContaining("pollInterval");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> defaults.withPollIntervals(SECOND, bad))
                    .withMessageContaining("maxPollInterval");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withQueueFullTimeout(Duration.ofNanos(-1)))
                .withMessageContaining("queueFullTimeout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withPollFailureTimeout(LONGEST.negated()))
                .withMessageContaining("pollFailureTimeout");
    }

    @Test
    void theLongestPollIntervalIsNotShorterThanTheShortest() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withPollIntervals(SECOND, Duration.ofMillis(999)))
                .withMessageContaining("maxPollInterval (999 ms)")
                .withMessageContaining("pollInterval (1000 ms)");
        assertThat(defaults.withPollIntervals(SECOND, SECOND).maxPollInterval()).isEqualTo(SECOND);
    }

    @Test
    void timesMayBeAsLongAsOneLikes() {
        JobOptions options = defaults.withTimeouts(LONGEST, LONGEST)
                .withPollIntervals(LONGEST, LONGEST)
                .withQueueFullTimeout(LONGEST)
                .withPollFailureTimeout(LONGEST);

        // sixteen times as much is what a backoff reaches
        assertThat(options.pollInterval().multipliedBy(16).toNanos()).isPositive();
        assertThat(options.jobTimeout()).isGreaterThan(Duration.ofDays(3_000));
    }

    @Test
    void eachChangeChangesNothingElse() {
        JobOptions changed = defaults.withPromptParameter("text")
                .withFixedParameters(Map.of("a", 1))
                .withTimeouts(SECOND, SECOND.multipliedBy(2))
                .withPollIntervals(SECOND.multipliedBy(3), SECOND.multipliedBy(4))
                .withQueueFullTimeout(SECOND.multipliedBy(5))
                .withPollFailureTimeout(SECOND.multipliedBy(6))
                .withConversation("messages")
                .withTextField("answer");

        assertThat(changed)
                .isEqualTo(new JobOptions(
                        "text",
                        "messages",
                        true,
                        "answer",
                        Map.of("a", 1),
                        SECOND,
                        SECOND.multipliedBy(2),
                        SECOND.multipliedBy(3),
                        SECOND.multipliedBy(4),
                        SECOND.multipliedBy(5),
                        SECOND.multipliedBy(6)));
    }

    @Test
    void fixedParametersAreCopied() {
        Map<String, Object> mine = new HashMap<>(Map.of("a", 1));
        JobOptions options = defaults.withFixedParameters(mine);

        mine.clear();

        assertThat(options.fixedParameters()).containsEntry("a", 1);
    }
}
