/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.JobLapsedException;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("2. Lapsed comes as HTTP 400 and is not always the end")
class LapsedTest {

    private static final String JOB = "61f4b417-26c9-4a41-849c-6e2e84b1dac5#6";
    private static final JobOptions NO_PATIENCE = ReplayServer.FAST.withPollFailureTimeout(Duration.ZERO);
    private static final JobOptions SOME_PATIENCE = ReplayServer.FAST.withPollFailureTimeout(Duration.ofMillis(60));

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    @ParameterizedTest
    @CsvSource({"163, 164, 165, made it", "172, 173, 174, ok"})
    void aJobThatComesBackAfterALapseIsFollowedToItsResult(int lapsed, int revived, int done, String text) {
        SERVER.onProgress(recorded(lapsed), recorded(revived), recorded(done));

        JobResult result = Outcome.of(SERVER.llama2().follow(JOB, null));

        assertThat(result.text()).isEqualTo(text);
        assertThat(SERVER.polls()).hasSize(3);
    }

    @Test
    void aListenerIsToldOfLapseAndReturn() {
        SERVER.onProgress(recorded(151), recorded(163), recorded(164), recorded(165));
        List<JobState> states = new CopyOnWriteArrayList<>();

        Outcome.of(SERVER.llama2().follow(JOB, progress -> states.add(progress.state())));

        assertThat(states).containsExactly(JobState.PROCESSING, JobState.LAPSED, JobState.PROCESSING, JobState.DONE);
    }

    @Test
    void aJobThatStaysLapsedIsGivenUpAfterThePollFailureTimeout() {
        SERVER.onProgress(recorded(145));

        JobLapsedException lapsed = Outcome.failure(
                JobLapsedException.class, SERVER.llama2(SOME_PATIENCE).follow(JOB, null));

        assertThat(lapsed.getReason()).isEqualTo(JobLapsedException.Reason.LAPSED);
        assertThat(lapsed.getJobId()).isEqualTo(JOB);
        assertThat(lapsed.getHttpStatus()).isEqualTo(400);
        assertThat(lapsed).hasMessageContaining("lapsed!");
        assertThat(lapsed.isRetryable()).isTrue();
        assertThat(SERVER.polls()).hasSizeGreaterThan(1);
    }

    @Test
    void thePollFailureTimeoutBeginsAnewWithEachLapse() {
        Duration mostOfThePollFailureTimeout = Duration.ofMillis(40);
        VirtualScheduler time = new VirtualScheduler();
        SERVER.onProgress(
                recorded(163),
                recorded(164).after(mostOfThePollFailureTimeout, time),
                recorded(163),
                recorded(164).after(mostOfThePollFailureTimeout, time),
                // by now it is over since the first of them
                recorded(163),
                recorded(165));

        CompletableFuture<JobResult> job = SERVER.llama2(SOME_PATIENCE, time).follow(JOB, null);
        ReplayServer.passTime(time, job);

        JobResult result = Outcome.of(job);
        assertThat(result.text()).isEqualTo("made it");
    }

    @ParameterizedTest
    @ValueSource(ints = {145, 163, 168, 170, 203, 205, 235, 262})
    void withoutPatienceTheFirstLapseIsTheEnd(int lapsed) {
        SERVER.onProgress(recorded(lapsed));

        JobLapsedException end = Outcome.failure(
                JobLapsedException.class, SERVER.llama2(NO_PATIENCE).follow(JOB, null));

        assertThat(end.getReason()).isEqualTo(JobLapsedException.Reason.LAPSED);
        assertThat(SERVER.polls()).hasSize(1);
    }

    @Test
    void aLapsedJobThatTheServerThenForgetsIsUnknownToIt() {
        SERVER.onProgress(recorded(147), recorded(148));

        JobLapsedException forgotten =
                Outcome.failure(JobLapsedException.class, SERVER.llama2().follow(JOB, null));

        assertThat(forgotten.getReason()).isEqualTo(JobLapsedException.Reason.UNKNOWN_TO_SERVER);
        assertThat(SERVER.polls()).hasSize(2);
    }

    @Test
    void lapsedMayAlsoComeAsASuccess() {
        SERVER.onProgress(
                Response.json(200, "{\"success\": true, \"job_state\": \"lapsed\", \"progress\": {\"progress\": 0}}"));

        JobLapsedException lapsed = Outcome.failure(
                JobLapsedException.class, SERVER.llama2(NO_PATIENCE).follow(JOB, null));

        assertThat(lapsed.getReason()).isEqualTo(JobLapsedException.Reason.LAPSED);
    }
}
