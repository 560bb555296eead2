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

import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("5. Status codes")
class StatusCodesTest {

    private static final AipiRequest X = AipiRequest.ofPrompt("x");
    private static final String JOB = "JID1";
    private static final String OLD_SESSION = "357ea526-addf-42f6-b67d-cfd3b07934fd";
    private static final String NEW_SESSION = "d774f1ab-1dd8-4d85-8650-78b7d9fb5d65";
    private static final JobOptions NO_PATIENCE = ReplayServer.FAST.withPollFailureTimeout(Duration.ZERO);

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    @ParameterizedTest(name = "{1}: #{0} is {2}")
    @CsvSource(textBlock = """
                    31, a submit with a bad key (401), AuthenticationException
                    254, a submit with a key for another endpoint (402), NotAllowedException
                    37, a submit with a bad parameter (400), InvalidRequestException
                    141, a submit to a full queue (400), QueueFullException
                    180, a submit to a disabled endpoint (400), EndpointUnavailableException
                    57, a submit of invalid JSON (400), InvalidRequestException
                    59, a submit of an empty body (500), EndpointUnavailableException
                    60, a submit of a list (500), EndpointUnavailableException
                    61, a submit of null (500), EndpointUnavailableException
                    70, a submit to an unknown endpoint (404), EndpointUnavailableException
                    77, a submit by a wrong method (405), EndpointUnavailableException
                    99, a submit over 100 MB (413), InvalidRequestException
                    189, a submit after the response timeout (503), EndpointUnavailableException
                    """)
    void aSubmitFailsBy(int number, String what, String error) {
        SERVER.onSubmit(recorded(number));

        assertThat(Outcome.failure(AipiException.class, SERVER.llama2().submit(X)))
                .as(what)
                .extracting(problem -> problem.getClass().getSimpleName())
                .isEqualTo(error);
    }

    @ParameterizedTest(name = "{1}: #{0} is {2}")
    @CsvSource(textBlock = """
                    80, a poll for an unknown job (402), JobLapsedException
                    145, a poll for a lapsed job (400), JobLapsedException
                    87, a poll of invalid JSON (400), ProtocolViolationException
                    190, a poll for a job whose held request was given up (500), EndpointUnavailableException
                    70, a poll at an unknown endpoint (404), EndpointUnavailableException
                    """)
    void aPollFailsBy(int number, String what, String error) {
        SERVER.onProgress(recorded(number));

        assertThat(Outcome.failure(
                        AipiException.class, SERVER.llama2(NO_PATIENCE).follow(JOB, null)))
                .as(what)
                .extracting(problem -> problem.getClass().getSimpleName())
                .isEqualTo(error);
    }

    @ParameterizedTest
    @EnumSource
    void a401OnASessionKeyIsAnsweredByANewLoginAndTheSameSubmit(Generation generation) {
        generation.on(SERVER);
        SERVER.onSubmit(recorded(227), generation.accepted());
        ModelEndpoint endpoint = SERVER.llama2();

        Submission submission = Outcome.of(endpoint.submit(X));

        assertThat(submission.jobId()).isEqualTo(generation.jobId);
        assertThat(endpoint.logins()).isEqualTo(2);
        assertThat(SERVER.submits()).hasSize(2);
    }

    @Test
    void theSubmitAfterANewLoginCarriesTheNewSessionKey() {
        SERVER.on("GET", "/llama2_chat/login", recorded(220), recorded(228));
        SERVER.onSubmit(recorded(227), recorded(13));

        Outcome.of(SERVER.llama2().submit(X));

        assertThat(SERVER.submits())
                .extracting(body -> body.path("client_session_auth_key").textValue())
                .containsExactly(OLD_SESSION, NEW_SESSION);
    }

    @Test
    void a401RightAfterANewLoginIsTheEnd() {
        SERVER.onSubmit(recorded(28));
        ModelEndpoint endpoint = SERVER.llama2();

        AuthenticationException refused = Outcome.failure(AuthenticationException.class, endpoint.submit(X));

        assertThat(refused.getHttpStatus()).isEqualTo(401);
        assertThat(refused.isRetryable())
                .as("the login was granted: a server that restarts again does so")
                .isTrue();
        assertThat(endpoint.logins()).isEqualTo(2);
        assertThat(SERVER.submits()).hasSize(2);
    }

    @Test
    void a401OnAPollIsAnsweredByANewLogin() {
        SERVER.onProgress(recorded(28), recorded(25));

        String unique = "4b9c51ab-6770-442f-b25f-3358b1f4c6c9#1";
        JobResult result = Outcome.of(SERVER.llama2().follow(unique, null));

        assertThat(result.text()).startsWith("You said:");
    }

    /** Such an id is given again after a restart: in a new session it may be somebody else's. */
    @Test
    @Tag("case-A8")
    void aPollThatLosesTheSessionOfAJobWhoseIdIsNotUniqueLosesTheJob() {
        SERVER.onProgress(recorded(28), recorded(25));

        JobLapsedException lost =
                Outcome.failure(JobLapsedException.class, SERVER.llama2().follow(JOB, null));

        assertThat(lost.getReason()).isEqualTo(JobLapsedException.Reason.UNKNOWN_TO_SERVER);
        assertThat(SERVER.polls()).hasSize(1);
    }

    @Test
    void manyJobsThatMeetA401LogInOnce() {
        SERVER.on("GET", "/llama2_chat/login", recorded(220), recorded(228));
        SERVER.onSubmitWithSession(OLD_SESSION, recorded(227).onceAsked(4));
        SERVER.onSubmitWithSession(NEW_SESSION, recorded(13));
        ModelEndpoint endpoint = SERVER.llama2();
        Outcome.of(endpoint.start());

        List<CompletableFuture<Submission>> four =
                IntStream.range(0, 4).mapToObj(i -> endpoint.submit(X)).toList();
        four.forEach(Outcome::of);

        assertThat(SERVER.submits()).hasSize(8);
        assertThat(endpoint.logins()).isEqualTo(2);
    }

    @Test
    void aRefusedKeyIsNotTriedAgainAtOnce() {
        SERVER.on("GET", "/llama2_chat/login", recorded(2));
        ModelEndpoint endpoint = SERVER.llama2(ReplayServer.FAST, new VirtualScheduler());

        Outcome.failure(AuthenticationException.class, endpoint.submit(X));
        Outcome.failure(AuthenticationException.class, endpoint.submit(X));

        assertThat(SERVER.requests("GET", "/llama2_chat/login")).hasSize(1);
    }

    @Test
    void a402OnAPollIsAJobThatTheServerDoesNotKnow() {
        SERVER.onProgress(recorded(226));

        JobLapsedException unknown =
                Outcome.failure(JobLapsedException.class, SERVER.llama2().follow(JOB, null));

        assertThat(unknown.getReason()).isEqualTo(JobLapsedException.Reason.UNKNOWN_TO_SERVER);
        assertThat(unknown.getHttpStatus()).isEqualTo(402);
        assertThat(SERVER.polls()).as("it will not come back").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void aServerErrorOnAPollMayPass(int status) {
        SERVER.onProgress(json(status, "{\"message\": \"busy\"}"), recorded(25));

        Outcome.of(SERVER.llama2().follow(JOB, null));

        assertThat(SERVER.polls()).hasSize(2);
    }

    @Test
    void anUnknownEndpointWillNotComeBackBySendingAgain() {
        SERVER.onSubmit(recorded(70));

        EndpointUnavailableException unknown = Outcome.failure(
                EndpointUnavailableException.class, SERVER.llama2().submit(X));

        assertThat(unknown.isRetryable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void aRedirectIsNotFollowedSinceTheKeyWouldGoThere(int status) {
        SERVER.on("POST", "/elsewhere", recorded(13));
        SERVER.onSubmit(json(status, "").with("Location", SERVER.url() + "/elsewhere?token=hidden"));

        ProtocolViolationException redirect = Outcome.failure(
                ProtocolViolationException.class, SERVER.llama2().submit(X));

        assertThat(redirect.getMessage()).contains(SERVER.url()).doesNotContain("hidden");
        assertThat(SERVER.bodies("/elsewhere")).isEmpty();
    }

    @Test
    void aStatusThatTheProtocolDoesNotKnowIsSaidAsItIs() {
        SERVER.onSubmit(json(418, "{\"message\": \"teapot\"}"));

        assertThat(Outcome.failure(
                        ProtocolViolationException.class, SERVER.llama2().submit(X)))
                .hasMessageContaining("418")
                .hasMessageContaining("teapot");
    }
}
