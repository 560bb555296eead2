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

import io.aipi.client.error.JobFailedException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("7. A worker's failure is HTTP 200, success:true, done")
class WorkerFailureTest {

    private static final String JOB = "c2352efd-c1ba-4bad-84cb-b9c99eb8f4e2#21";

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    @Test
    void anErrorInAPolledResultIsAFailedJob() {
        SERVER.onProgress(recorded(91));

        JobFailedException failed =
                Outcome.failure(JobFailedException.class, SERVER.llama2().follow(JOB, null));

        assertThat(failed.getWorkerMessage()).isEqualTo("CUDA out of memory");
        assertThat(failed.getJobId()).isEqualTo(JOB);
        assertThat(failed.getHttpStatus()).isEqualTo(200);
        assertThat(failed.isRetryable()).isFalse();
    }

    @Test
    void anErrorInAHeldResultIsAFailedJob() {
        SERVER.onSubmit(recorded(89));

        JobFailedException failed =
                Outcome.failure(JobFailedException.class, SERVER.llama2().runHeld(AipiRequest.ofPrompt("x")));

        assertThat(failed.getWorkerMessage()).isEqualTo("CUDA out of memory");
        assertThat(failed.getJobId()).isEqualTo("fde1692c-d2c7-449e-813e-37ded4132525#20");
    }

    @Test
    void anErrorBesideOutputsIsAFailedJobToo() {
        SERVER.onSubmit(recorded(110));

        JobFailedException failed =
                Outcome.failure(JobFailedException.class, SERVER.llama2().runHeld(AipiRequest.ofPrompt("x")));

        assertThat(failed.getWorkerMessage()).isEqualTo("NSFW filter");
    }

    @Test
    void aListenerIsToldThatTheJobFailed() {
        SERVER.onProgress(recorded(19), recorded(91));
        List<JobState> states = new CopyOnWriteArrayList<>();

        Outcome.failure(
                JobFailedException.class, SERVER.llama2().follow(JOB, progress -> states.add(progress.state())));

        assertThat(states).containsExactly(JobState.PROCESSING, JobState.FAILED);
    }

    @Test
    void theDocumentedFormOfAResultCanFailTheSameWay() {
        SERVER.documentedApi();
        SERVER.onProgress(json(200, """
                {"job_id": "JID1", "job_state": "done", "success": true,
                 "job_result": {"auth": "worker_name", "error": "out of memory"},
                 "progress": {"progress": 100, "queue_position": 0}}"""));

        Outcome.failure(JobFailedException.class, SERVER.llama2().follow("JID1", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "[]", "false"})
    void anEmptyErrorIsNone(String nothing) {
        SERVER.onProgress(json(
                200,
                "{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"text\": \"ok\", \"error\": " + nothing
                        + "}}"));

        JobResult result = Outcome.of(SERVER.llama2().follow(JOB, null));

        assertThat(result.text()).isEqualTo("ok");
    }

    @Test
    void severalErrorsAreAllSaid() {
        SERVER.onProgress(
                json(
                        200,
                        "{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"error\": [\"too hot\", \"too old\"]}}"));

        JobFailedException failed =
                Outcome.failure(JobFailedException.class, SERVER.llama2().follow(JOB, null));

        assertThat(failed.getWorkerMessage()).isEqualTo("too hot; too old");
    }

    @Test
    void aResultThatSaysSuccessFalseIsAFailedJob() {
        SERVER.onProgress(json(
                200,
                "{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"success\": false, \"text\": \"\"}}"));

        Outcome.failure(JobFailedException.class, SERVER.llama2().follow(JOB, null));
    }
}
