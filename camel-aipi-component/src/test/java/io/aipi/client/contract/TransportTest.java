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
import io.aipi.testsupport.RawServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
        CountDownLatch idle = new CountDownLatch(1);
        CompletableFuture<Boolean> endedByClient = new CompletableFuture<>();
        AtomicInteger connections = new AtomicInteger();
        RawServer.Behaviour closingTheFirst = connection -> {
            boolean first = connections.incrementAndGet() == 1;
            connection.read();
            respond(connection, Transcript.number(first ? 116 : 13));
            if (first) {
                awaitQuietly(idle);
                // without a word, as the server does after 10 s without a request (transcript 250)
                connection.finish();
                endedByClient.complete(connection.isEnded());
            }
            connection.awaitEnd();
        };
        try (RawServer server = new RawServer(closingTheFirst)) {
            AipiClient client = SERVER.closing(AipiClient.builder()
                    .serverUrl(server.url())
                    .loginMode(LoginMode.NONE)
                    .build());
            ModelEndpoint endpoint = client.endpoint("llama2_chat", ReplayServer.FAST);
            Outcome.of(endpoint.start());
            assertThat(server.requests())
                    .singleElement()
                    .asString()
                    .startsWith("GET /api/endpoints/llama2_chat HTTP/1.1\r\n");

            idle.countDown();
            assertThat(Outcome.of(endedByClient)).isTrue();
            CompletableFuture<Submission> submit = endpoint.submit(X);

            assertThat(Outcome.of(submit).jobId()).isNotNull();
            assertThat(server.requests()).hasSize(2).last().asString().startsWith("POST /llama2_chat HTTP/1.1\r\n");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    private static void respond(RawServer.Connection connection, Transcript recorded) throws IOException {
        byte[] body = recorded.responseBytes();
        connection.write(recorded.headers().get(":status-line") + "\r\ncontent-type: application/json\r\n"
                + "connection: keep-alive\r\ncontent-length: " + body.length + "\r\n\r\n");
        connection.write(body);
    }

    private static void awaitQuietly(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IOException("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
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
