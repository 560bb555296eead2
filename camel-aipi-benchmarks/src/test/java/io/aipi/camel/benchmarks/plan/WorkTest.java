/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkTest {

    @Test
    void everyPeerGetsTheSameJobs() {
        Work work = Work.small(Reporting.NOTHING, ComputeTimes.heavyTailed());

        assertThat(work.jobs('m', 50)).isEqualTo(work.jobs('m', 50)).isNotEqualTo(work.jobs('w', 50));
    }

    @Test
    void aPromptBeginsWithItsTagAndSaysHowLongItComputes() {
        List<Job> jobs = Work.small(Reporting.NOTHING, ComputeTimes.about(2)).jobs('h', 2, 7.5);

        assertThat(jobs.get(1).tag()).isEqualTo("h1");
        assertThat(jobs.get(1).prompt()).isEqualTo("h1 @sleep=7.5000 @silent");
        assertThat(jobs.get(1).seconds()).isEqualTo(7.5);
    }

    @Test
    void aPromptIsAsLongAsAsked() {
        Work work = Work.small(Reporting.TOKENS, ComputeTimes.about(2)).withText(1000);

        assertThat(work.jobs('m', 1).get(0).prompt().length()).isBetween(1000, 1001);
    }

    @Test
    void jobsOfAboutOneLengthAreWithinATenthOfIt() {
        double[] seconds = ComputeTimes.about(2).draw(1000, 1);

        assertThat(Arrays.stream(seconds).min().orElseThrow()).isBetween(1.8, 1.85);
        assertThat(Arrays.stream(seconds).max().orElseThrow()).isBetween(2.15, 2.2);
    }

    @Test
    void unevenJobsHaveAMedianOfASecondAndALongTail() {
        double[] seconds = ComputeTimes.heavyTailed().draw(10_000, 1);
        Arrays.sort(seconds);

        assertThat(seconds[5_000]).isBetween(0.95, 1.05);
        assertThat(seconds[9_900]).isBetween(9.0, 12.0);
        assertThat(seconds[9_999]).isLessThanOrEqualTo(60);
        assertThat(Arrays.stream(seconds).average().orElseThrow())
                .isBetween(
                        ComputeTimes.heavyTailed().mean() * 0.95,
                        ComputeTimes.heavyTailed().mean() * 1.05);
    }
}
