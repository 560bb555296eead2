/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.lost;
import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.options.JobOptions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("14. Restart of the server: old jobs response 402 and old sessions 401")
class RestartTest {

    private static final AipiRequest X = AipiRequest.ofPrompt("x");
    private static final String OLD_JOB = "4b9c51ab-6770-442f-b25f-3358b1f4c6c9#1";
    private static final String OLD_SESSION = "357ea526-addf-42f6-b67d-cfd3b07934fd";
    private static final String NEW_SESSION = "d774f1ab-1dd8-4d85-8650-78b7d9fb5d65";

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void before() {
        SERVER.served096();
        SERVER.on("GET", "/llama2_chat/login", recorded(220), recorded(228));
    }

    @Test
    void aJobFromBeforeIsUnknownToTheServer() {
        SERVER.onSubmit(recorded(221));
        SERVER.onProgress(recorded(222), lost(), recorded(226));

        JobLapsedException gone =
                Outcome.failure(JobLapsedException.class, SERVER.llama2().run(X, null));

        assertThat(gone.getReason()).isEqualTo(JobLapsedException.Reason.UNKNOWN_TO_SERVER);
        assertThat(gone.getJobId()).isEqualTo(OLD_JOB);
        assertThat(gone.isRetryable()).isTrue();
        assertThat(SERVER.submits())
                .as("to compute it again is the caller's decision")
                .hasSize(1);
    }

    @Test
    void aSubmitWithTheSessionFromBeforeLogsInAgain() {
        SERVER.onSubmitWithSession(OLD_SESSION, recorded(227));
        SERVER.onSubmitWithSession(NEW_SESSION, recorded(13));
        ModelEndpoint endpoint = SERVER.llama2();
        Outcome.of(endpoint.start());

        Submission submission = Outcome.of(endpoint.submit(X));

        assertThat(submission.jobId()).isEqualTo("d17a5d5b-55ff-421f-9d2f-d4a218105648#3");
        assertThat(endpoint.logins()).isEqualTo(2);
    }

    @Test
    void pollsOutlastTheTimeWithoutAServer() {
        SERVER.onProgress(recorded(222), lost(), lost(), lost(), recorded(19), recorded(25));

        JobResult result = Outcome.of(SERVER.llama2().follow(OLD_JOB, null));

        assertThat(result.text()).startsWith("You said:");
    }

    @Test
    void pastThePollFailureTimeoutThePollsEnd() {
        JobOptions options = ReplayServer.FAST.withPollFailureTimeout(Duration.ofMillis(60));
        SERVER.onProgress(recorded(222), lost());

        ConnectionFailedException failed = Outcome.failure(
                ConnectionFailedException.class, SERVER.llama2(options).follow(OLD_JOB, null));

        assertThat(failed.isRequestSent()).isTrue();
        assertThat(failed.getJobId()).isEqualTo(OLD_JOB);
        assertThat(SERVER.polls()).hasSizeGreaterThan(2);
    }

    @Test
    void aSubmitWhoseResponseWasLostIsNotSentAgainSinceTheJobMayHaveBeenAccepted() {
        SERVER.onSubmit(lost());

        ConnectionFailedException failed =
                Outcome.failure(ConnectionFailedException.class, SERVER.llama2().submit(X));

        assertThat(failed.isRequestSent()).isTrue();
        assertThat(SERVER.submits()).hasSize(1);
    }

    @Test
    void aHeldRequestGetsAnEmptyReply() {
        SERVER.onSubmit(lost());

        ConnectionFailedException failed =
                Outcome.failure(ConnectionFailedException.class, SERVER.llama2().runHeld(X));

        assertThat(failed.isRequestSent()).isTrue();
        assertThat(failed.isRetryable()).isTrue();
    }

    @Test
    void aLoginThatFailsIsTriedAgainWithTheNextJob() {
        SERVER.on("GET", "/llama2_chat/login", lost(), recorded(228));
        SERVER.onSubmit(recorded(13));
        ModelEndpoint endpoint = SERVER.llama2();
        Outcome.failure(ConnectionFailedException.class, endpoint.start());

        Submission submission = Outcome.of(endpoint.submit(X));

        assertThat(submission.jobId()).isNotNull();
    }
}
