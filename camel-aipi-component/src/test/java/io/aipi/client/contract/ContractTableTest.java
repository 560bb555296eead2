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

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import io.aipi.client.model.Submission;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The contract in one table: login, submit, progress, done, as documented and as served")
class ContractTableTest {

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @Test
    void theDocumentedLoginIsOneRouteForAllEndpoints() {
        SERVER.documentedApi();

        Outcome.of(SERVER.llama2().start());

        JsonNode login = SERVER.bodies("/login").get(0);
        assertThat(login.path("endpoint_name").textValue()).isEqualTo("llama2_chat");
        assertThat(login.path("version").textValue()).isNotBlank();
        assertThat(login.path("key").textValue()).isEqualTo(ReplayServer.API_KEY);
        assertThat(SERVER.requests("GET", "/llama2_chat/login")).isEmpty();
    }

    @Test
    void theServedLoginIsARouteOfTheEndpointThatReadsTheQueryOnly() {
        SERVER.served096();

        Outcome.of(SERVER.llama2().start());

        assertThat(SERVER.requests("GET", "/llama2_chat/login")).singleElement().satisfies(login -> {
            assertThat(login.queryParameter("key").firstValue()).isEqualTo(ReplayServer.API_KEY);
            assertThat(login.queryParameter("version").firstValue()).isNotBlank();
            assertThat(login.getBody()).isEmpty();
        });
    }

    @Test
    void aServerThatLogsInByRouteOfTheEndpointIsAskedForTheSharedRouteOnceOnly() {
        SERVER.served096();
        SERVER.onSubmit(recorded(227), recorded(13));

        Outcome.of(SERVER.llama2().submit(AipiRequest.ofPrompt("x")));

        assertThat(SERVER.requests("POST", "/login")).hasSize(1);
        assertThat(SERVER.requests("GET", "/llama2_chat/login")).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void theUserGoesWithTheLoginForServersThatAskForOne(Generation generation) {
        generation.on(SERVER);
        AipiClient client = SERVER.client(AipiClient.builder().user("aime").apiKey("secret-key"));

        Outcome.of(client.endpoint("llama2_chat", ReplayServer.FAST).start());

        if (generation == Generation.DOCUMENTED) {
            assertThat(SERVER.bodies("/login").get(0).path("user").textValue()).isEqualTo("aime");
        } else {
            assertThat(SERVER.requests("GET", "/llama2_chat/login")
                            .get(0)
                            .queryParameter("user")
                            .firstValue())
                    .isEqualTo("aime");
        }
    }

    @Test
    void aBadKeyAtLoginIsHttp200WithSuccessFalse() {
        SERVER.on("GET", "/llama2_chat/login", recorded(2));

        AuthenticationException refused =
                Outcome.failure(AuthenticationException.class, SERVER.llama2().start());

        assertThat(refused).hasMessageContaining("Key not valid").hasMessageContaining("apiKey");
        assertThat(refused.getHttpStatus()).isEqualTo(200);
        assertThat(refused.isRetryable()).isFalse();
    }

    @Test
    void aBadKeyAtTheDocumentedLoginMayBeA401() {
        SERVER.on("POST", "/login", json(401, "{\"success\": false, \"error\": \"unknown user\"}"));

        AuthenticationException refused =
                Outcome.failure(AuthenticationException.class, SERVER.llama2().start());

        assertThat(refused).hasMessageContaining("unknown user");
    }

    @Test
    void aLoginThatGivesNoSessionKeyIsNoLogin() {
        SERVER.on("POST", "/login", json(200, "{\"success\": true}"));

        Outcome.failure(AuthenticationException.class, SERVER.llama2().start());
    }

    @ParameterizedTest
    @EnumSource
    void aSubmitCarriesPromptAndSessionKeyAndDoesNotWait(Generation generation) {
        generation.on(SERVER);
        SERVER.onSubmit(generation.accepted());

        Submission submission = Outcome.of(SERVER.llama2().submit(AipiRequest.ofPrompt("Hello")));

        assertThat(submission.jobId()).isEqualTo(generation.jobId);
        assertThat(submission.result()).isNull();
        assertThat(SERVER.submits())
                .containsExactly(Transcript.parsed("{\"" + generation.promptName + "\": \"Hello\","
                        + " \"client_session_auth_key\": \"" + generation.sessionKey + "\","
                        + " \"wait_for_result\": false}"));
    }

    @ParameterizedTest
    @EnumSource
    void aPollCarriesJobIdAndSessionKey(Generation generation) {
        generation.on(SERVER);
        SERVER.onProgress(generation.processing());

        Outcome.of(SERVER.llama2().poll(generation.jobId));

        assertThat(SERVER.polls())
                .containsExactly(Transcript.parsed("{\"client_session_auth_key\": \"" + generation.sessionKey
                        + "\", \"job_id\": \"" + generation.jobId + "\"}"));
    }

    @ParameterizedTest
    @EnumSource
    void aJobRunsFromLoginToResult(Generation generation) {
        generation.on(SERVER);
        SERVER.onSubmit(generation.accepted());
        SERVER.onProgress(generation.processing(), generation.done(), generation.doneAgain());
        List<JobState> states = new CopyOnWriteArrayList<>();

        JobResult result = Outcome.of(
                SERVER.llama2().run(AipiRequest.ofPrompt("Hello"), progress -> states.add(progress.state())));

        assertThat(result.text()).isEqualTo(generation.resultText);
        assertThat(result.jobId()).isEqualTo(generation.jobId);
        assertThat(states).containsExactly(JobState.PROCESSING, JobState.DONE);
        assertThat(SERVER.polls()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void aHeldRequestGivesTheFlatResult(Generation generation) {
        generation.on(SERVER);
        SERVER.onSubmit(generation.heldResult());

        JobResult result = Outcome.of(SERVER.llama2().runHeld(AipiRequest.ofPrompt("Hello")));

        assertThat(result.text()).isNotBlank();
        assertThat(result.jobId()).isNotBlank();
        assertThat(SERVER.submits().get(0).path("wait_for_result").booleanValue())
                .isTrue();
        assertThat(SERVER.polls()).isEmpty();
    }

    @Test
    void theDocumentedResultIsReadInFull() {
        SERVER.documentedApi();
        SERVER.onSubmit(Documented.heldResult());

        JobResult result = Outcome.of(SERVER.llama2().runHeld(AipiRequest.ofPrompt("cat")));

        assertThat(result.jobId()).isEqualTo("JID1");
        assertThat(result.images()).hasSize(1);
        assertThat(result.seed()).isEqualTo(26262303L);
        assertThat(result.computeDuration()).isEqualTo(Duration.ofMillis(8200));
        assertThat(result.totalDuration()).isEqualTo(Duration.ofMillis(47_800));
        assertThat(result.worker()).isEqualTo("neo07_NVIDIA A100-SXM4-40GB_0");
        assertThat(result.field("prompt")).isEqualTo("cat");
        assertThat(result.field("worker_interface_version")).isEqualTo("API-Worker-Interface 0.3.5");
    }

    @Test
    void theDocumentedProgressAtStartHasNoData() {
        SERVER.documentedApi();
        SERVER.onProgress(Documented.atStart());

        JobProgress progress = Outcome.of(SERVER.llama2().poll("JID1")).progress();

        assertThat(progress.state()).isEqualTo(JobState.PROCESSING);
        assertThat(progress.progress()).isZero();
        assertThat(progress.text()).isNull();
        assertThat(progress.estimate()).isNull();
        assertThat(progress.workersOnline()).isNull();
    }

    @Test
    void theDocumentedProgressWhileProcessingHasTextAndImages() {
        SERVER.documentedApi();
        SERVER.onProgress(Documented.processing());

        JobProgress progress = Outcome.of(SERVER.llama2().poll("JID1")).progress();

        assertThat(progress.progress()).isEqualTo(50);
        assertThat(progress.text()).isEqualTo("Test output");
        assertThat(progress.media())
                .hasSize(2)
                .allMatch(media -> media.mediaType().equals("image/png"));
    }

    @Test
    void theDocumentedEndHasResultAndProgress() {
        SERVER.documentedApi();
        SERVER.onProgress(Documented.done());

        JobStatus end = Outcome.of(SERVER.llama2().poll("JID1"));

        assertThat(end.result().text()).isEqualTo("Test output...");
        assertThat(end.progress().progress()).isEqualTo(100);
    }

    @Test
    void theServedEndHasAResultAndNoProgress() {
        SERVER.served096();
        SERVER.onProgress(recorded(25));

        JobStatus end = Outcome.of(SERVER.llama2().poll("d17a5d5b-55ff-421f-9d2f-d4a218105648#3"));

        assertThat(end.result().text()).startsWith("You said:");
        assertThat(end.progress().state()).isEqualTo(JobState.DONE);
        assertThat(end.progress().progress()).isNull();
    }

    @Test
    void whereTheServerDescribesItsEndpointsThePromptGoesUnderTheNameThatTheEndpointGivesIt() {
        SERVER.served096();
        SERVER.on("POST", "/llama3_chat", recorded(90));
        ModelEndpoint llama3 = SERVER.client().endpoint("llama3_chat", ReplayServer.FAST);

        Outcome.of(llama3.submit(AipiRequest.ofPrompt("Hello")));

        assertThat(SERVER.bodies("/llama3_chat").get(0).path("prompt_input").textValue())
                .isEqualTo("Hello");
    }

    @Test
    void thePromptGoesUnderTheNameThatTheUserGivesIt() {
        SERVER.documentedApi();
        SERVER.onSubmit(Documented.accepted());

        Outcome.of(
                SERVER.llama2(ReplayServer.FAST.withPromptParameter("question")).submit(AipiRequest.ofPrompt("Hello")));

        assertThat(SERVER.submits().get(0).path("question").textValue()).isEqualTo("Hello");
    }
}
