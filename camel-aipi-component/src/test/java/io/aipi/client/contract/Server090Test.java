/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.json;
import static io.aipi.client.contract.Response.lost;
import static io.aipi.client.contract.Response.recorded;
import static io.aipi.client.contract.Response.recorded090;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The server before, 0.9.0: sessions of endpoints, ids that come again, and what is worded in another way")
class Server090Test {

    private static final AipiRequest X = AipiRequest.ofParameters(Map.of("text", "x"));
    private static final String UNIQUE_JOB = "d17a5d5b-55ff-421f-9d2f-d4a218105648#3";

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    private static AipiClient client() {
        return SERVER.client(AipiClient.builder().apiKey(ReplayServer.API_KEY).user("aime"));
    }

    private static ModelEndpoint llama2(AipiClient client) {
        return client.endpoint("llama2_chat", ReplayServer.FAST);
    }

    private static Response session(String key) {
        return json(200, "{\"success\": true, \"ep_version\": 1, \"client_session_auth_key\": \"" + key + "\"}");
    }

    private static String keyOf(JsonNode body) {
        return body.path("client_session_auth_key").textValue();
    }

    @Test
    void afterThe404OfTheDocumentedRouteTheLoginGoesToTheEndpointWithUserAndKey() {
        SERVER.on("POST", "/login", recorded090(6));
        SERVER.on("GET", "/llama2_chat/login", recorded090(1));

        Outcome.of(llama2(client()).start());

        assertThat(SERVER.requests("GET", "/llama2_chat/login")).singleElement().satisfies(login -> {
            assertThat(login.queryParameter("user").firstValue()).isEqualTo("aime");
            assertThat(login.queryParameter("key").firstValue()).isEqualTo(ReplayServer.API_KEY);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void aRefusedLoginIsHttp200AndNotTriedAgainAtOnce(int refusal) {
        SERVER.on("GET", "/llama2_chat/login", recorded090(refusal));
        ModelEndpoint endpoint = llama2(client());

        AuthenticationException refused = Outcome.failure(AuthenticationException.class, endpoint.submit(X));
        Outcome.failure(AuthenticationException.class, endpoint.submit(X));

        assertThat(refused.isRetryable()).isFalse();
        assertThat(refused)
                .hasMessageContaining(Transcript.of(Transcript.Server.V0_9_0, refusal)
                        .response()
                        .path("error")
                        .textValue());
        assertThat(SERVER.requests("GET", "/llama2_chat/login")).hasSize(1);
    }

    @Test
    @Tag("case-A3")
    void eachEndpointHasASessionOfItsOwn() {
        SERVER.on("GET", "/llama2_chat/login", session("session-of-llama2"));
        SERVER.on("GET", "/llama3_chat/login", session("session-of-llama3"));
        SERVER.on("POST", "/llama2_chat", recorded090(15));
        SERVER.on("POST", "/llama3_chat", recorded090(15));
        AipiClient client = client();

        for (int i = 0; i < 2; i++) {
            Outcome.of(llama2(client).submit(X));
            Outcome.of(client.endpoint("llama3_chat", ReplayServer.FAST).submit(X));
        }

        assertThat(SERVER.submits()).hasSize(2).allMatch(body -> keyOf(body).equals("session-of-llama2"));
        assertThat(SERVER.bodies("/llama3_chat"))
                .hasSize(2)
                .allMatch(body -> keyOf(body).equals("session-of-llama3"));
    }

    @Test
    @Tag("case-A8")
    void aSessionThatIsLostInTheMiddleOfAJobIsTheLossOfTheJobWhereIdsComeAgain() {
        SERVER.on("GET", "/llama2_chat/login", session("old-session"), session("new-session"));
        SERVER.onSubmit(recorded090(15));
        // what comes after it is somebody else's
        SERVER.onProgress(recorded090(17), recorded090(19), recorded090(23));
        ModelEndpoint endpoint = llama2(client());

        JobLapsedException lapsed = Outcome.failure(JobLapsedException.class, endpoint.run(X, null));

        assertThat(lapsed.isRetryable()).isTrue();
        assertThat(lapsed.getJobId()).isEqualTo("JID3");
        assertThat(SERVER.polls()).hasSize(2).allMatch(body -> keyOf(body).equals("old-session"));
        assertThat(SERVER.submits()).hasSize(1);
    }

    @Test
    @Tag("case-A8")
    void whereIdsAreUniqueALostSessionCostsOneLoginAndTheJobGoesOn() {
        SERVER.on("GET", "/llama2_chat/login", session("old-session"), session("new-session"));
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded(19), recorded090(19), recorded(25));
        ModelEndpoint endpoint = llama2(client());

        JobResult result = Outcome.of(endpoint.run(X, null));

        assertThat(result.jobId()).isEqualTo(UNIQUE_JOB);
        assertThat(SERVER.requests("GET", "/llama2_chat/login")).hasSize(2);
        assertThat(SERVER.polls()).extracting(Server090Test::keyOf).endsWith("new-session");
    }

    @ParameterizedTest
    @ValueSource(ints = {25, 41, 43})
    @Tag("case-A9")
    void aJobThatTheServerDoesNotKnowIsOverAtOnce(int response) {
        SERVER.served090();
        SERVER.onSubmit(recorded090(15));
        SERVER.onProgress(recorded090(17), recorded090(response), recorded090(23));

        JobLapsedException lapsed =
                Outcome.failure(JobLapsedException.class, llama2(client()).run(X, null));

        assertThat(lapsed.getReason()).isEqualTo(JobLapsedException.Reason.UNKNOWN_TO_SERVER);
        assertThat(lapsed.isRetryable()).isTrue();
        assertThat(SERVER.polls()).hasSize(2);
    }

    @Test
    @Tag("case-A9")
    void aJobOfAUniqueIdThatTheServerDoesNotKnowIsOverAtOnce() {
        SERVER.served090();
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded090(25), recorded(25));

        JobLapsedException lapsed =
                Outcome.failure(JobLapsedException.class, llama2(client()).run(X, null));

        assertThat(lapsed.getReason()).isEqualTo(JobLapsedException.Reason.UNKNOWN_TO_SERVER);
        assertThat(SERVER.polls()).hasSize(1);
    }

    /** A restart while nobody polls, as @44 and @45 have it: another submit gets the id, with the session of a new login. */
    @Test
    @Tag("case-A8")
    @Tag("case-D1")
    void aJobIsNotFollowedOnWithTheSessionThatAnotherExchangeHasGotMeanwhile() {
        SERVER.on("GET", "/llama2_chat/login", session("old-session"), session("new-session"));
        SERVER.onSubmitWithSession("old-session", recorded090(15));
        ModelEndpoint endpoint = llama2(client());
        Submission mine = Outcome.of(endpoint.submit(X));
        // the restart: the old session is refused, the first job of the new server is somebody else's JID1
        SERVER.onSubmitWithSession("old-session", recorded090(42));
        SERVER.onSubmitWithSession("new-session", recorded090(44));
        SERVER.onProgressWithSession("old-session", recorded090(41));
        SERVER.onProgressWithSession("new-session", recorded090(23));
        assertThat(Outcome.of(endpoint.submit(X)).jobId()).isEqualTo("JID1");

        Outcome.failure(JobLapsedException.class, endpoint.follow(mine, null));

        assertThat(SERVER.polls()).allMatch(body -> keyOf(body).equals("old-session"));
    }

    @Test
    @Tag("case-D1")
    void aSubmitThatGetsTheIdOfAJobThatIsFollowedProvesThatOneLost() {
        SERVER.on("GET", "/llama2_chat/login", session("one-session"));
        SERVER.onSubmit(recorded090(15));
        // the server that goes down after the first job's first poll, and responses again when the second job is there
        SERVER.onProgress(recorded090(17));
        ModelEndpoint endpoint = llama2(client());
        CompletableFuture<JobResult> first = endpoint.run(X, null);
        await().until(() -> !SERVER.polls().isEmpty());
        SERVER.onProgress(lost().after(Duration.ofMillis(300)), recorded090(23));

        CompletableFuture<JobResult> second = endpoint.run(X, null);

        JobLapsedException lapsed = Outcome.failure(JobLapsedException.class, first);
        assertThat(lapsed.isRetryable()).isTrue();
        assertThat(Outcome.of(second).jobId()).isEqualTo("JID3");
    }
}
