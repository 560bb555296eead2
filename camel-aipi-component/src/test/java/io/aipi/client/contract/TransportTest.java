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
import static org.awaitility.Awaitility.await;

import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Transport")
class TransportTest {

    private static final AipiRequest X = AipiRequest.ofPrompt("x");
    private static final String JOB = "JID1";
    private static final int LIMIT = 4096;

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    private static AipiClient clientWithLimit() {
        return SERVER.client(AipiClient.builder()
                .apiKey(ReplayServer.API_KEY)
                .connectionOptions(new ConnectionOptions(Duration.ofSeconds(30), 10, LIMIT, null, null, null)));
    }

    private static Response resultOfSize(int bytes) {
        String before = "{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"text\": \"";
        String after = "\"}}";
        return json(200, before + "a".repeat(bytes - before.length() - after.length()) + after);
    }

    @Test
    void everyRequestIsHttp11AndAsksForNothingElse() {
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded(19), recorded(25));

        Outcome.of(SERVER.llama2().run(X, null));

        assertThat(SERVER.requests()).hasSize(6).allSatisfy(request -> {
            assertThat(request.getProtocol()).isEqualTo("HTTP/1.1");
            assertThat(request.getHeaders().keys())
                    .doesNotContain("Upgrade", "HTTP2-Settings", "Expect", "TE", "Transfer-Encoding");
            assertThat(request.getHeader("Connection")).isIn(null, "keep-alive");
        });
    }

    @Test
    void bodiesAreNeverCompressedAndNoCompressionIsAskedFor() {
        SERVER.onSubmit(recorded(13));

        Outcome.of(SERVER.llama2().submit(AipiRequest.ofPrompt("a".repeat(100_000))));

        assertThat(SERVER.requests())
                .allSatisfy(request ->
                        assertThat(request.getHeaders().keys()).doesNotContain("Content-Encoding", "Accept-Encoding"));
        assertThat(SERVER.requests("POST", "/llama2_chat"))
                .singleElement()
                .satisfies(request -> assertThat(request.getHeader("Content-Length"))
                        .isEqualTo(String.valueOf(request.getBody().length)));
    }

    @Test
    void aCookieOfOneJobDoesNotGoWithTheNext() {
        assertThat(Transcript.number(185).headers()).containsKey("Set-Cookie");
        SERVER.onProgress(recorded(185));
        ModelEndpoint endpoint = SERVER.llama2();

        Outcome.of(endpoint.follow(JOB, null));
        Outcome.of(endpoint.follow(JOB, null));

        assertThat(SERVER.requests()).noneMatch(request -> request.containsHeader("Cookie"));
    }

    @Test
    void jsonIsRawUtf8BothWays() {
        String prompt = Transcript.number(92).request().path("text").textValue();
        assertThat(prompt).contains("你好", "🦙");
        SERVER.onSubmit(recorded(92));

        JobResult result = Outcome.of(SERVER.llama2().runHeld(AipiRequest.ofPrompt(prompt)));

        assertThat(result.text()).isEqualTo("You said: " + prompt);
        assertThat(SERVER.requests("POST", "/llama2_chat"))
                .singleElement()
                .satisfies(request -> assertThat(new String(request.getBody(), StandardCharsets.UTF_8))
                        .contains("你好"));
    }

    @Test
    void requestsOneAfterTheOtherShareAConnection() {
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded(16), recorded(19), recorded(25));
        VirtualScheduler time = new VirtualScheduler();

        CompletableFuture<JobResult> job =
                SERVER.llama2(ReplayServer.FAST, time).run(X, null);
        ReplayServer.passTime(time, job);

        Outcome.of(job);
        assertThat(SERVER.requests()).hasSize(7);
        assertThat(SERVER.connectionsOpened()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {136, 189})
    void afterConnectionCloseTheNextRequestTakesANewConnection(int number) {
        SERVER.onProgress(recorded(number), recorded(25));
        VirtualScheduler time = new VirtualScheduler();

        CompletableFuture<JobResult> job =
                SERVER.llama2(ReplayServer.FAST, time).follow(JOB, null);
        ReplayServer.passTime(time, job);

        Outcome.of(job);
        assertThat(SERVER.connectionsOpened()).isEqualTo(2);
    }

    @Test
    void aResponseOfTheLargestSizeAllowedIsRead() {
        SERVER.onProgress(resultOfSize(LIMIT));

        JobResult result = Outcome.of(
                clientWithLimit().endpoint("llama2_chat", ReplayServer.FAST).follow(JOB, null));

        assertThat(result.text()).hasSizeGreaterThan(LIMIT - 100);
    }

    @Test
    void aResponseThatIsLargerIsAnErrorThatDoesNotPass() {
        SERVER.onProgress(resultOfSize(LIMIT + 1));

        ProtocolViolationException tooLarge = Outcome.failure(
                ProtocolViolationException.class,
                clientWithLimit().endpoint("llama2_chat", ReplayServer.FAST).follow(JOB, null));

        assertThat(tooLarge).hasMessageContaining("maxResponseSize").hasMessageContaining("4096");
        assertThat(SERVER.polls()).as("it stays too large").hasSize(1);
    }

    @Test
    void aConnectionThatTheServerClosedWhileIdleIsNotUsedForASubmit() throws IOException {
        try (SocketServer server = new SocketServer()) {
            AipiClient client = SERVER.closing(AipiClient.builder()
                    .serverUrl(server.url())
                    .loginMode(LoginMode.NONE)
                    .build());
            ModelEndpoint endpoint = client.endpoint("llama2_chat", ReplayServer.FAST);
            CompletableFuture<Void> start = endpoint.start();
            SocketServer.Connection first = server.accept();
            assertThat(first.request()).isEqualTo("GET /api/endpoints/llama2_chat HTTP/1.1");
            first.response(Transcript.number(116));
            Outcome.of(start);

            first.end();
            assertThat(first.isEndedByClient()).isTrue();
            CompletableFuture<Submission> submit = endpoint.submit(X);

            SocketServer.Connection second = server.accept();
            assertThat(second.request()).isEqualTo("POST /llama2_chat HTTP/1.1");
            second.response(Transcript.number(13));
            assertThat(Outcome.of(submit).jobId()).isNotNull();
            first.close();
            second.close();
        }
    }

    @Test
    void aResponseThatDoesNotComeInTimeIsAnErrorThatSaysTheRequestWasSent() {
        VirtualScheduler time = new VirtualScheduler();
        SERVER.onSubmit(recorded(13).after(Duration.ofSeconds(50), time));

        ConnectionFailedException late = Outcome.failure(
                ConnectionFailedException.class,
                SERVER.llama2(ReplayServer.FAST.withTimeouts(Duration.ofSeconds(15), Duration.ofSeconds(90)), time)
                        .submit(X));

        assertThat(late.isRequestSent()).isTrue();
        assertThat(late).hasMessageContaining("15000 ms");
        // it is still about to answer
        await().untilAsserted(() -> assertThat(SERVER.submits()).hasSize(1));
    }
}
