/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.api.ApiConnection;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.job.FakeTransport;
import io.aipi.client.internal.session.AcceptedJobs;
import io.aipi.client.internal.session.LoginModeCache;
import io.aipi.client.internal.session.Session;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobStatus;
import io.aipi.client.model.Submission;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server puts where an id, a key or a word belongs is sent, kept and named in messages: not everything will do. */
class OddResponsesTest {

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final String LONG = "x".repeat(1_001);

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final FakeTransport server = new FakeTransport()
            .on("POST /login", FakeTransport.json(200, "{\"client_session_auth_key\":\"session-key\"}"));
    private final AipiApi calls = new AipiApi(
            new ApiConnection(URI.create("http://server"), server, Runnable::run, Clock.systemUTC()),
            new Credentials(null, "api-key"),
            "1",
            LoginMode.SHARED,
            new LoginModeCache(),
            new Session(scheduler, new SecretRedactor("api-key")),
            new AcceptedJobs());

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "true", "[1]", "{}", "\"data:;base64,AAEC\"", "null"})
    void whatIsNoIdIsNone(String id) {
        server.on("POST /chat", FakeTransport.json(200, "{\"success\":true,\"job_id\":" + id + "}"));

        assertThatThrownBy(this::submit)
                .hasCauseInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("neither a job id nor a result");
    }

    @Test
    void anIdIsNotEndless() {
        server.on("POST /chat", FakeTransport.json(200, "{\"success\":true,\"job_id\":\"" + LONG + "\"}"));

        assertThatThrownBy(this::submit).hasCauseInstanceOf(ProtocolViolationException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-key", "session-key"})
    void anIdHasNoKeyInIt(String key) {
        server.on("POST /chat", FakeTransport.json(200, "{\"success\":true,\"job_id\":\"JID-" + key + "\"}"));

        assertThatThrownBy(this::submit)
                .hasCauseInstanceOf(ProtocolViolationException.class)
                .hasMessageNotContaining(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-key", "session-key"})
    void anIdOfAJobThatFailedAtOnceHasNoKeyInIt(String key) {
        server.on(
                "POST /chat",
                FakeTransport.json(
                        200, "{\"success\":true,\"job_id\":\"JID-" + key + "\",\"error\":\"Out of memory\"}"));

        assertThatThrownBy(this::submit)
                .hasCauseInstanceOf(JobFailedException.class)
                .hasMessageContaining("Out of memory")
                .hasMessageNotContaining(key);
    }

    @Test
    void aWordForAStateHasNoKeyInItAndIsNotEndless() {
        server.on(
                "POST /chat/progress",
                FakeTransport.json(200, "{\"success\":true,\"job_state\":\"for session-key " + LONG + "\"}"));

        JobStatus status = calls.progress("chat", calls.named("JID1"), false, SOON, () -> SOON)
                .join();

        assertThat(status.progress().stateWord()).startsWith("for xxxxxx ").hasSizeLessThan(510);
    }

    @Test
    void aSessionKeyIsNotEndless() {
        server.on("POST /login", FakeTransport.json(200, "{\"client_session_auth_key\":\"" + LONG + "\"}"));
        CompletableFuture<Void> login = calls.login("chat", SOON);

        assertThatThrownBy(login::join)
                .hasCauseInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("1001 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"integer", "float", "bool"})
    void aPromptThatGotIntoAnotherParameterIsNotQuotedWhole(String type) {
        var description = ResponseMapper.description(
                "chat", Map.of("parameter_description", Map.of("input", Map.of("n", Map.of("type", type)))));
        RequestParameters rules =
                new RequestParameters("chat", JobOptions.defaults(), description, UnaryOperator.identity());

        assertThatThrownBy(() -> rules.of(AipiRequest.ofParameters(Map.of("n", LONG))))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refused -> assertThat(refused.getMessages())
                                .isEqualTo(List.of(refused.getMessages().get(0)))
                                .allSatisfy(message ->
                                        assertThat(message).contains("xxx...").hasSizeLessThan(200)));
    }

    /** Found by fuzzing. */
    @Test
    void aKeyThatGotIntoAParameterIsNotQuoted() {
        var description = ResponseMapper.description(
                "chat", Map.of("parameter_description", Map.of("input", Map.of("n", Map.of("type", "bool")))));
        RequestParameters rules = new RequestParameters(
                "chat", JobOptions.defaults(), description, new SecretRedactor("api-key")::sanitize);

        assertThatThrownBy(() -> rules.of(AipiRequest.ofParameters(Map.of("n", "x".repeat(96) + "api-key"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("xxxx...")
                .hasMessageNotContaining("api-");
    }

    private Submission submit() {
        return calls.submit("chat", Map.of("prompt", "hello"), SOON, () -> SOON).join();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 402, 403, 404, 405, 410, 501})
    @Tag("case-B12")
    void aServerThatDescribesNothingHasNoDescription(int status) {
        server.on("GET /api/endpoints/chat", FakeTransport.json(status, "{\"message\":\"no\"}"));

        assertThat(calls.describe("chat", SOON).join()).isEmpty();
    }

    @Test
    @Tag("case-B12")
    void aPageForWhateverIsNotKnownIsNoDescription() {
        byte[] page = "<html>Welcome".getBytes(StandardCharsets.UTF_8);
        server.on(
                "GET /api/endpoints/chat",
                call -> CompletableFuture.completedFuture(
                        new TransportResponse(200, "text/html; charset=utf-8", null, null, page, page.length)));

        assertThat(calls.describe("chat", SOON).join()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 503})
    @Tag("case-B12")
    void aDescriptionThatCannotBeHadAtPresentIsNotTakenForNone(int status) {
        server.on("GET /api/endpoints/chat", FakeTransport.json(status, "{\"message\":\"no\"}"));

        assertThat(calls.describe("chat", SOON)).isCompletedExceptionally();
    }

    @Test
    @Tag("case-B12")
    void aDescriptionThatCannotBeReadIsNotTakenForNone() {
        server.on("GET /api/endpoints/chat", FakeTransport.json(200, "{\"success\":"));

        assertThat(calls.describe("chat", SOON)).isCompletedExceptionally();
    }
}
