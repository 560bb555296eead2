/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.json;
import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("8. Numbers are loose")
class LooseNumbersTest {

    private static final String JOB = "8647b29e-1f7c-446e-b65e-d0d3aa23b2d6#4";

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    private static JobProgress poll(Response response) {
        SERVER.onProgress(response);
        return Outcome.of(SERVER.llama2().poll(JOB)).progress();
    }

    private static JobProgress pollAt(String progress) {
        return poll(json(200, "{\"success\": true, \"job_state\": \"processing\", \"progress\": " + progress + "}"));
    }

    @ParameterizedTest(name = "#{0}: progress is {1}")
    @CsvSource({"151, 0", "152, 7.25", "153, 250", "154, 0", "155, 50", "19, 5"})
    void progressMayBeAFloatANumericStringOrPast100(int number, double progress) {
        assertThat(poll(recorded(number)).progress()).isEqualTo(progress);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"soon\"", "\"\"", "true", "[]", "{}", "NaN"})
    void progressThatIsNoNumberIsUnknown(String progress) {
        assertThat(pollAt("{\"progress\": " + progress + "}").progress()).isNull();
    }

    @Test
    void theQueuePositionCountsFromOneWhileQueued() {
        assertThat(poll(recorded(17)).queuePosition()).isEqualTo(1);
        assertThat(poll(recorded(18)).queuePosition()).isEqualTo(2);
    }

    @Test
    void theQueuePositionIsZeroWhileProcessing() {
        assertThat(poll(recorded(16)).queuePosition()).isZero();
    }

    @Test
    void theQueuePositionMayBeZeroWhileStillQueued() {
        JobProgress progress = poll(
                json(200, "{\"success\": true, \"job_state\": \"queued\", \"progress\": {\"queue_position\": 0}}"));

        assertThat(progress.state()).isEqualTo(JobState.QUEUED);
        assertThat(progress.queuePosition()).isZero();
    }

    @Test
    void theEstimateIsInSeconds() {
        assertThat(poll(recorded(178)).estimate()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void anEstimateOfMinusOneIsUnknown() {
        JobProgress progress = poll(recorded(139));

        assertThat(progress.estimate()).isNull();
        assertThat(progress.workersOnline()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null"})
    void untilTheFirstUpdateThereIsNoData(String data) {
        JobProgress progress = pollAt("{\"progress\": 0, \"progress_data\": " + data + "}");

        assertThat(progress.data()).isEmpty();
        assertThat(progress.text()).isNull();
        assertThat(progress.media()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "[]", "\"\""})
    void progressAsAWholeMayBeMissing(String progress) {
        JobProgress seen = pollAt(progress);

        assertThat(seen.state()).isEqualTo(JobState.PROCESSING);
        assertThat(seen.progress()).isNull();
        assertThat(seen.queuePosition()).isNull();
    }

    @Test
    void theTextIsCumulativeAndGivenAsItIs() {
        SERVER.onProgress(recorded(233), recorded(234), recorded(25));
        List<String> texts = new CopyOnWriteArrayList<>();

        Outcome.of(SERVER.llama2().follow(JOB, progress -> texts.add(String.valueOf(progress.text()))));

        assertThat(texts).containsExactly("You", "You said: x", "null");
    }

    @Test
    void otherOutputsOfTheWorkerAreGivenWithTheirType() {
        assertThat(poll(recorded(153)).data()).isEqualTo(Map.of("text", "part", "num_generated_tokens", 250));
    }

    @Test
    void aStateThatTheClientDoesNotKnowIsNotTheEnd() {
        SERVER.onProgress(
                json(200, "{\"success\": true, \"job_state\": \"warming up\", \"progress\": {\"progress\": 0}}"),
                recorded(25));
        List<JobProgress> seen = new CopyOnWriteArrayList<>();

        Outcome.of(SERVER.llama2().follow(JOB, seen::add));

        assertThat(seen).extracting(JobProgress::state).containsExactly(JobState.UNKNOWN, JobState.DONE);
        assertThat(seen.get(0).stateWord()).isEqualTo("warming up");
    }

    @Test
    void aListenerIsCalledOnlyWhenSomethingChanged() {
        SERVER.onProgress(recorded(16), recorded(16), recorded(19), recorded(19), recorded(25));
        List<JobProgress> seen = new CopyOnWriteArrayList<>();

        Outcome.of(SERVER.llama2().follow(JOB, seen::add));

        assertThat(seen).extracting(JobProgress::progress).containsExactly(0.0, 5.0, null);
    }
}
