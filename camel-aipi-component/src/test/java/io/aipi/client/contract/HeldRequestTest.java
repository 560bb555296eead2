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
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("3. A held request is fragile")
class HeldRequestTest {

    private static final AipiRequest HELLO = AipiRequest.ofPrompt("Hello");
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(15);

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    @Test
    void aJobIsPolledUnlessTheUserWantsItHeld() {
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded(25));

        Outcome.of(SERVER.llama2().run(HELLO, null));

        assertThat(SERVER.submits())
                .singleElement()
                .extracting(body -> body.path("wait_for_result"))
                .matches(JsonNode::isBoolean)
                .matches(wait -> !wait.booleanValue());
    }

    @Test
    void waitForResultIsAlwaysSaidAndAlwaysABoolean() {
        SERVER.onSubmit(recorded(11));

        Outcome.of(SERVER.llama2().runHeld(HELLO));

        assertThat(SERVER.submits())
                .singleElement()
                .extracting(body -> body.path("wait_for_result"))
                .matches(JsonNode::isBoolean)
                .matches(JsonNode::booleanValue);
    }

    @Test
    void pastTheServersResponseTimeoutItEndsAs503WithoutAJobId() {
        SERVER.onSubmit(recorded(189));

        JobTimeoutException timeout =
                Outcome.failure(JobTimeoutException.class, SERVER.llama2().runHeld(HELLO));

        assertThat(timeout.getHttpStatus()).isEqualTo(503);
        assertThat(timeout.getJobId()).isNull();
        assertThat(timeout).hasMessageContaining("Response Timeout");
        assertThat(timeout.isRetryable()).isFalse();
        assertThat(SERVER.submits()).as("a job that may still be computed").hasSize(1);
    }

    @Test
    void afterConnectionCloseTheConnectionIsNotUsedAgain() {
        SERVER.onSubmit(recorded(189), recorded(11));
        ModelEndpoint endpoint = SERVER.llama2();
        Outcome.failure(JobTimeoutException.class, endpoint.runHeld(HELLO));
        int before = SERVER.connectionsOpened();

        Outcome.of(endpoint.runHeld(HELLO));

        assertThat(SERVER.connectionsOpened()).isEqualTo(before + 1);
    }

    @Test
    void theClientDoesNotGiveUpBeforeJobTimeoutSinceThatCostsTheServerAWorker() {
        VirtualScheduler time = new VirtualScheduler();
        SERVER.onSubmit(recorded(11).after(Duration.ofSeconds(40), time));

        JobResult result = Outcome.of(
                SERVER.llama2(ReplayServer.FAST.withTimeouts(SHORT, LONG), time).runHeld(HELLO));

        assertThat(result.text()).startsWith("You said: Hello");
        assertThat(SERVER.submits()).hasSize(1);
    }

    @Test
    void pastJobTimeoutTheClientGivesUp() {
        VirtualScheduler time = new VirtualScheduler();
        SERVER.onSubmit(recorded(11).after(Duration.ofSeconds(40), time));

        JobTimeoutException timeout = Outcome.failure(
                JobTimeoutException.class,
                SERVER.llama2(ReplayServer.FAST.withTimeouts(LONG, SHORT), time).runHeld(HELLO));

        assertThat(timeout).hasMessageContaining("jobTimeout");
        // it is still about to answer
        await().untilAsserted(() -> assertThat(SERVER.submits()).hasSize(1));
    }

    @Test
    void anEmptyReplyEndsItAndTheJobIsNotSubmittedAgain() {
        SERVER.onSubmit(lost());

        ConnectionFailedException broken =
                Outcome.failure(ConnectionFailedException.class, SERVER.llama2().runHeld(HELLO));

        assertThat(broken.isRequestSent()).isTrue();
        assertThat(SERVER.submits()).hasSize(1);
    }

    @Test
    void aServerThatDoesNotHoldButGivesAJobIdIsPolled() {
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded(19), recorded(25));

        JobResult result = Outcome.of(SERVER.llama2().runHeld(HELLO));

        assertThat(result.text()).startsWith("You said: Hello world");
    }

    @Test
    void aHeldResponseWithoutTextOrImagesIsAResultAllTheSame() {
        SERVER.onSubmit(Response.json(200, """
                {"success": true, "job_id": "JID1", "ep_version": 1, "classes": ["cat", "dog"]}"""));

        JobResult result = Outcome.of(SERVER.llama2().runHeld(HELLO));

        assertThat(result.text()).isNull();
        assertThat(result.jobId()).isEqualTo("JID1");
        assertThat(result.field("classes")).isEqualTo(List.of("cat", "dog"));
    }
}
