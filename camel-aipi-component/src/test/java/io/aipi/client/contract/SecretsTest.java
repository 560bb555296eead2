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

import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("9. Secrets leak from the server, but no further")
class SecretsTest {

    private static final AipiRequest X = AipiRequest.ofPrompt("x");
    private static final String JOB = "d17a5d5b-55ff-421f-9d2f-d4a218105648#3";
    private static final String WORKER_KEY = "5b07e305b50505ca2b3284b4ae5f65d";
    private static final String SESSION_KEY = "f5af27e3-fc21-4df0-94fa-82ca5f8b94c6";
    private static final JobOptions NO_PATIENCE = ReplayServer.FAST.withPollFailureTimeout(Duration.ZERO);

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    @ParameterizedTest
    @ValueSource(ints = {19, 103, 106, 153, 155, 164, 233})
    void theWorkersKeyInTheProgressIsNotReachable(int number) {
        assertThat(Transcript.number(number).response().toString()).contains(WORKER_KEY);
        SERVER.onProgress(recorded(number), recorded(25));
        List<JobProgress> seen = Collections.synchronizedList(new ArrayList<>());

        Outcome.of(SERVER.llama2().follow(JOB, seen::add));

        assertThat(seen).hasSize(2);
        assertThat(Outcome.everythingIn(List.copyOf(seen)))
                .doesNotContain(WORKER_KEY)
                .doesNotContain("auth_key");
    }

    @Test
    void theWorkersNameIsNoSecret() {
        SERVER.onProgress(recorded(19));

        assertThat(Outcome.of(SERVER.llama2().poll(JOB)).progress().worker()).isEqualTo("vm#0_1xFake_GPU");
    }

    @Test
    void theWorkersKeyBesideALapseIsNotReachable() {
        assertThat(Transcript.number(235).response().toString()).contains(WORKER_KEY);
        SERVER.onProgress(recorded(235));

        AipiException lapsed =
                Outcome.failure(AipiException.class, SERVER.llama2(NO_PATIENCE).follow(JOB, progress -> {}));

        assertThat(Outcome.everythingIn(lapsed)).doesNotContain(WORKER_KEY);
    }

    @Test
    void keysInsideAResultAreNotReachable() {
        SERVER.onProgress(json(200, """
                {"success": true, "job_state": "done",
                 "job_result": {"text": "ok", "auth_key": "hidden-1", "key": "hidden-2",
                                "client_session_auth_key": "hidden-3",
                                "inner": {"auth_key": "hidden-4"}, "list": [{"key": "hidden-5"}]}}"""));

        JobResult result = Outcome.of(SERVER.llama2().follow(JOB, null));

        assertThat(Outcome.everythingIn(result)).contains("ok").doesNotContain("hidden");
    }

    @Test
    void theApiKeyGoesToTheLoginOnly() {
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded(25));

        Outcome.of(SERVER.llama2().run(X, null));

        assertThat(SERVER.requests())
                .filteredOn(request -> !request.getUrl().contains("/login"))
                .isNotEmpty()
                .noneMatch(request -> request.getUrl().contains(ReplayServer.API_KEY)
                        || request.getBodyAsString().contains(ReplayServer.API_KEY));
    }

    @Test
    void withoutALoginTheApiKeyGoesWithEachSubmitAsTheUserAskedFor() {
        SERVER.onSubmit(recorded(33));
        AipiClient client =
                SERVER.client(AipiClient.builder().apiKey(ReplayServer.API_KEY).loginMode(LoginMode.NONE));

        Outcome.of(client.endpoint("llama2_chat", ReplayServer.FAST).submit(X));

        assertThat(SERVER.submits().get(0).path("key").textValue()).isEqualTo(ReplayServer.API_KEY);
        assertThat(SERVER.requests()).noneMatch(request -> request.getUrl().contains("/login"));
    }

    @Test
    void keysThatTheServerQuotesInAnErrorAreMasked() {
        SERVER.onSubmit(json(
                400,
                "{\"success\": false, \"error\": [\"Key " + ReplayServer.API_KEY + " and session " + SESSION_KEY
                        + " do not match\"]}"));

        AipiException problem =
                Outcome.failure(AipiException.class, SERVER.llama2().submit(X));

        assertThat(Outcome.everythingIn(problem))
                .contains("Key xxxxxx and session xxxxxx do not match")
                .doesNotContain(ReplayServer.API_KEY)
                .doesNotContain(SESSION_KEY);
    }

    @Test
    void keysThatAWorkerQuotesInItsFailureAreMasked() {
        SERVER.onProgress(json(
                200,
                "{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"error\": \"bad session " + SESSION_KEY
                        + "\"}}"));

        JobFailedException failed =
                Outcome.failure(JobFailedException.class, SERVER.llama2().follow(JOB, null));

        assertThat(Outcome.everythingIn(failed)).contains("bad session xxxxxx").doesNotContain(SESSION_KEY);
    }

    @Test
    void aRefusedLoginThatQuotesTheKeyIsMasked() {
        SERVER.on(
                "GET",
                "/llama2_chat/login",
                json(200, "{\"success\": false, \"error\": \"Unknown key " + ReplayServer.API_KEY + "\"}"));
        ModelEndpoint endpoint = SERVER.llama2();

        AuthenticationException refused = Outcome.failure(AuthenticationException.class, endpoint.submit(X));

        assertThat(Outcome.everythingIn(refused)).doesNotContain(ReplayServer.API_KEY);
        assertThat(endpoint.sessionState()).startsWith("refused:").doesNotContain(ReplayServer.API_KEY);
    }

    @Test
    void aLoginResponseThatIsCutOffIsNotQuoted() {
        SERVER.on(
                "GET",
                "/llama2_chat/login",
                json(200, "{\"success\": true, \"client_session_auth_key\": \"" + SESSION_KEY + "\", \"key\": "));

        ProtocolViolationException violation = Outcome.failure(
                ProtocolViolationException.class, SERVER.llama2().submit(X));

        assertThat(Outcome.everythingIn(violation)).doesNotContain(SESSION_KEY);
    }

    @Test
    void aBrokenLoginDoesNotQuoteItsUrlWithTheKey() {
        SERVER.on("GET", "/llama2_chat/login", Response.lost());

        ConnectionFailedException broken =
                Outcome.failure(ConnectionFailedException.class, SERVER.llama2().start());

        assertThat(Outcome.everythingIn(broken)).doesNotContain(ReplayServer.API_KEY);
    }

    @Test
    void aClientsOwnDescriptionHasNoKey() {
        AipiClient client = SERVER.client();
        ModelEndpoint endpoint = client.endpoint("llama2_chat", ReplayServer.FAST);
        Outcome.of(endpoint.start());

        assertThat(endpoint.sessionState() + client.server())
                .contains("logged in")
                .doesNotContain(ReplayServer.API_KEY)
                .doesNotContain(SESSION_KEY);
    }
}
