/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.simulator.http.RawClient;
import io.aipi.simulator.transcripts.Shape;
import io.aipi.simulator.transcripts.Transcript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one can do with a simulator, and what its connections do. */
class AipiSimulatorTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private AipiSimulator simulator;

    @AfterEach
    void stop() {
        if (simulator != null) {
            simulator.close();
        }
    }

    private static SimulatorBuilder settings() {
        return AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                .computeTime("llama2_chat", Duration.ofMillis(50));
    }

    private RawClient client() throws IOException {
        return new RawClient(simulator.port());
    }

    private static JsonNode json(RawClient.Response response) throws JsonProcessingException {
        return JSON.readTree(response.body());
    }

    private RawClient.Response post(String path, String body) throws IOException {
        try (RawClient client = client()) {
            return client.postJson(path, body);
        }
    }

    private RawClient.Response get(String path) throws IOException {
        return RawClient.once(simulator.port(), "GET", path, Map.of(), new byte[0]);
    }

    private String submit(String prompt) throws IOException {
        return json(post(
                        "/llama2_chat",
                        "{\"key\": \"any\", \"text\": \"%s\", \"wait_for_result\": false}".formatted(prompt)))
                .get("job_id")
                .asText();
    }

    private RawClient.Response poll(String jobId) throws IOException {
        return post("/llama2_chat/progress", "{\"job_id\": \"%s\"}".formatted(jobId));
    }

    @Test
    void itListensOnTheLoopbackInterfaceAndOnAnyFreePort() {
        simulator = settings().start();

        assertThat(simulator.port()).isPositive();
        assertThat(simulator.url()).isEqualTo("http://127.0.0.1:" + simulator.port());
    }

    @Test
    void withoutKeysEveryKeyIsGoodAndALoginWithoutOne() throws IOException {
        simulator = settings().start();

        for (int number : new int[] {246, 247}) {
            Transcript recorded = Transcript.number(number);
            assertThat(Shape.of(json(get(recorded.path())))).isEqualTo(Shape.of(recorded.responseBody()));
        }
        Transcript strangers = Transcript.number(249);
        assertThat(json(post(
                        "/llama2_chat", strangers.content().at("/request/body").toString())))
                .isEqualTo(strangers.responseBody());
        assertThat(simulator.stats().logins()).isEqualTo(2);
    }

    @Test
    void sessionsExpireAndJobsStay() throws IOException {
        simulator = settings().start();
        String login =
                json(get("/llama2_chat/login")).get("client_session_auth_key").asText();
        String body = "{\"client_session_auth_key\": \"%s\", \"text\": \"x\", \"wait_for_result\": false}";
        RawClient.Response before = post("/llama2_chat", body.formatted(login));

        simulator.expireSessions();

        assertThat(json(post("/llama2_chat", body.formatted(login))))
                .isEqualTo(Transcript.number(227).responseBody());
        assertThat(poll(json(before).get("job_id").asText()).status()).isEqualTo(200);
    }

    @Test
    void aRestartForgetsEverythingAndDropsHeldRequestsWithoutAResponse() throws IOException {
        simulator = settings().start();
        String job = submit("hi @sleep=60");
        int port = simulator.port();
        try (RawClient held = client()) {
            held.sendJson("/llama2_chat", "{\"key\": \"any\", \"text\": \"held\"}");
            await().until(() -> simulator.stats().heldSubmits() == 1);

            simulator.restart();

            assertThatThrownBy(() -> held.receive("POST"))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("after: ");
        }
        assertThat(simulator.port()).isEqualTo(port);
        Transcript unknown = Transcript.number(226);
        assertThat(poll(job).status()).isEqualTo(unknown.status());
        String fresh = submit("hi");
        await().until(() -> json(poll(fresh)).get("job_state").asText().equals("done"));
    }

    @Test
    void aServerThatIsDownRefusesConnectionsUntilItComesUp() throws IOException {
        simulator = settings().start();

        simulator.goDown();
        await().untilAsserted(() -> assertThatThrownBy(this::client).isInstanceOf(ConnectException.class));

        simulator.comeUp();
        assertThat(get("/llama2_chat/login").status()).isEqualTo(200);
    }

    @Test
    void itCanGoDownAndComeUpAtOnceAndAgain() throws IOException {
        simulator = settings().start();

        for (int i = 0; i < 5; i++) {
            simulator.goDown();
            simulator.comeUp();
            assertThat(get("/llama2_chat/login").status()).isEqualTo(200);
        }
    }

    @Test
    void aHeldRequestEndsAfterTheResponseTimeoutAndItsWorkerIsLost() throws IOException {
        simulator = settings()
                .responseTimeout(Duration.ofMillis(300))
                .workerTimeout(Duration.ofMillis(300))
                // comes when the time is over, so that it cannot be faster
                .workers("llama2_chat", 0)
                .start();
        try (RawClient client = client()) {
            RawClient.Response response =
                    client.postJson("/llama2_chat", "{\"key\": \"any\", \"text\": \"@sleep=0.1\"}");

            Transcript recorded = Transcript.number(189);
            assertThat(response.status()).isEqualTo(503);
            assertThat(Shape.ofHeaders(response.headers())).isEqualTo(Shape.ofHeaders(recorded.responseHeaders()));
            assertThat(json(response)).isEqualTo(recorded.responseBody());
            assertThat(client.isClosedByServer()).isTrue();
        }
        simulator.startWorkers("llama2_chat", 1);
        String next = submit("next");
        await().until(() -> json(poll(next)).at("/progress/num_workers_online").asInt(-1) == 0);
        assertThat(json(poll(next)).get("job_state").asText()).isEqualTo("queued");
    }

    @Test
    void aClientThatHangsUpOnAHeldRequestLeavesItsWorkerStuck() throws IOException {
        // the worker comes when the client has gone, so that it cannot be faster
        simulator = settings()
                .workerTimeout(Duration.ofMillis(400))
                .workers("llama2_chat", 0)
                .start();
        try (RawClient client = client()) {
            client.sendJson("/llama2_chat", "{\"key\": \"any\", \"text\": \"@sleep=0.5\"}");
            await().until(() -> simulator.stats().heldSubmits() == 1);
        }
        await().until(() -> simulator.stats().connectionsOpen() == 0);
        // the thread that has seen it, one of two, gives the job up before it answers anybody else
        for (int i = 0; i < 2; i++) {
            get("/api/endpoints");
        }
        simulator.startWorkers("llama2_chat", 1);

        String next = submit("next");

        await().until(() -> json(poll(next)).at("/progress/num_workers_online").asInt(-1) == 0);
        assertThat(json(poll(next)).get("job_state").asText()).isEqualTo("queued");
        simulator.startWorkers("llama2_chat", 1);
        await().until(() -> json(poll(next)).get("job_state").asText().equals("done"));
    }

    @Test
    void anIdleConnectionIsClosedAndAHeldOneIsNot() throws IOException {
        simulator = settings().keepAlive(Duration.ofMillis(300)).start();
        try (RawClient client = client()) {
            RawClient.Response response =
                    client.postJson("/llama2_chat", "{\"key\": \"any\", \"text\": \"@sleep=1.2\"}");

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers()).containsEntry("connection", "keep-alive");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aConnectionServesRequestAfterRequest() throws IOException {
        simulator = settings().start();
        try (RawClient client = client()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.postJson("/llama2_chat/login", "{}").status()).isEqualTo(200);
            }
        }
        assertThat(simulator.stats().connectionsAccepted()).isEqualTo(1);
    }

    @Test
    void twoPipelinedRequestsGetTwoResponsesInTheirOrder() throws IOException {
        simulator = settings().start();
        try (RawClient client = client()) {
            client.sendJson("/llama2_chat", "{\"key\": \"any\", \"text\": \"first @sleep=0.3\"}");
            client.sendJson("/llama2_chat/login", "{}");

            assertThat(json(client.receive("POST")).get("text").asText()).startsWith("You said: first");
            assertThat(json(client.receive("POST")).has("client_session_auth_key"))
                    .isTrue();
        }
    }

    @Test
    void aFullQueueIsToldBeforeTheKeyIsPolled() throws IOException {
        simulator = settings()
                .apiKey("good")
                .maxQueueLength(2)
                .workers("llama2_chat", 0)
                .start();
        for (int i = 0; i < 2; i++) {
            post("/llama2_chat", "{\"key\": \"good\", \"text\": \"x\", \"wait_for_result\": false}");
        }

        Transcript recorded = Transcript.number(142);
        RawClient.Response response =
                post("/llama2_chat", recorded.content().at("/request/body").toString());

        assertThat(response.status()).isEqualTo(recorded.status());
        assertThat(json(response)).isEqualTo(recorded.responseBody());
        assertThat(json(get("/api/endpoints/llama2_chat"))
                        .get("free_queue_slots")
                        .asInt())
                .isZero();
    }

    @Test
    void aDisabledEndpointRefusesJobsAndStillLetsOneLogIn() throws IOException {
        simulator = settings().start();

        simulator.setEndpointEnabled("llama2_chat", false);

        assertThat(json(post("/llama2_chat", "{\"key\": \"any\", \"text\": \"x\"}")))
                .isEqualTo(Transcript.number(180).responseBody());
        assertThat(json(get("/llama2_chat/login")).get("success").asBoolean()).isTrue();
    }

    @Test
    void theStatsTellWhenAResultWasReadyAndWhenItWasFetched() throws IOException {
        simulator = settings().start();
        long before = System.nanoTime();
        String job = submit("hi");
        await().until(() -> json(poll(job)).has("job_result"));

        SimulatorStats stats = simulator.stats();
        assertThat(stats.submits()).isEqualTo(1);
        assertThat(stats.jobsDone()).isEqualTo(1);
        assertThat(stats.pollsPerJob(job)).isEqualTo(stats.polls()).isPositive();
        assertThat(stats.resultReadyNanos(job).orElseThrow()).isBetween(before, System.nanoTime());
        assertThat(stats.resultHandedOutNanos(job).orElseThrow())
                .isGreaterThanOrEqualTo(stats.resultReadyNanos(job).orElseThrow());
        assertThat(stats.requestsByRoute()).containsEntry("/llama2_chat", 1L);
        assertThat(stats.resultReadyNanos("nope")).isEmpty();
    }

    @Test
    void theStatsTellWhichClientsPolledAJobAndWhen() throws IOException {
        simulator = settings().computeTime(Duration.ofMinutes(1)).start();
        String job = submit("hi");
        long before = System.nanoTime();
        for (String client : List.of("one/1.0", "two/1.0", "one/1.0")) {
            RawClient.once(
                    simulator.port(),
                    "GET",
                    "/llama2_chat/progress?job_id=" + URLEncoder.encode(job, StandardCharsets.UTF_8),
                    Map.of("User-Agent", client),
                    new byte[0]);
        }

        Map<String, SimulatorStats.Polls> polls = simulator.stats().pollsByClient(job);
        assertThat(polls).containsOnlyKeys("one/1.0", "two/1.0");
        SimulatorStats.Polls one = polls.get("one/1.0");
        SimulatorStats.Polls two = polls.get("two/1.0");
        assertThat(one.count()).isEqualTo(2);
        assertThat(two.count()).isEqualTo(1);
        assertThat(two.firstNanos()).isEqualTo(two.lastNanos()).isBetween(one.firstNanos(), one.lastNanos());
        assertThat(one.firstNanos()).isBetween(before, System.nanoTime());
        assertThat(simulator.stats().pollsByClient("nope")).isEmpty();
    }

    @Test
    void theSessionKeysThatAreGoodCanBeSearchedFor() throws IOException {
        simulator = settings().start();
        String key = json(get("/llama2_chat/login?key=any"))
                .get("client_session_auth_key")
                .asText();

        assertThat(simulator.sessionKeys()).containsExactly(key);
        simulator.expireSessions();
        assertThat(simulator.sessionKeys()).isEmpty();
    }

    @Test
    void theStatsListTheJobsInTheOrderOfTheirSubmitsWithTheirPrompts() throws IOException {
        simulator = settings().start();
        String first = submit("hi");
        String second = submit("hi @sleep=3600");
        await().until(() -> json(poll(first)).has("job_result"));

        List<SimulatorStats.AcceptedJob> jobs = simulator.stats().jobs();
        assertThat(jobs).extracting(SimulatorStats.AcceptedJob::jobId).containsExactly(first, second);
        assertThat(jobs).extracting(SimulatorStats.AcceptedJob::prompt).containsExactly("hi", "hi @sleep=3600");
        assertThat(jobs.get(0).handedOutNanos().orElseThrow())
                .isGreaterThanOrEqualTo(jobs.get(0).readyNanos().orElseThrow());
        assertThat(jobs.get(0).readyNanos().orElseThrow())
                .isGreaterThan(jobs.get(0).submittedNanos());
        assertThat(jobs.get(1).readyNanos()).isEmpty();
    }

    @Test
    void withAnErrorOutputDeclaredAWorkersErrorReachesTheClient() throws IOException {
        simulator = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text").withErrorOutput())
                .start();

        JsonNode result = json(post("/llama2_chat", "{\"key\": \"any\", \"text\": \"x @sleep=0 @error=No_luck\"}"));

        assertThat(result.get("error").asText()).isEqualTo("No luck");
    }

    @Test
    void settingsForAnEndpointThatThereIsNotAreRefused() {
        assertThatThrownBy(() -> settings().workers("llama4_chat", 2).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("llama4_chat");
        assertThatThrownBy(() -> AipiSimulator.builder().start()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aPortThatIsTakenIsToldInTheException() {
        simulator = settings().start();

        assertThatThrownBy(() -> settings().port(simulator.port()).start())
                .hasMessageContaining("Cannot listen on")
                .hasMessageContaining(String.valueOf(simulator.port()));
    }

    @Test
    void aServer090CountsItsJobsAnewAfterARestart_andShowsTheNewJobToWhomeverAsks() throws IOException {
        simulator = settings().generation(Generation.SERVED_0_9_0).start();
        assertThat(submit090(login090(), "mine @sleep=60")).isEqualTo("JID1");

        simulator.restart();
        String session = login090();

        assertThat(poll090("JID1", session).body()).contains("Client has no active request with this job id");
        assertThat(submit090(session, "somebody else's @sleep=60")).isEqualTo("JID1");
        assertThat(json(poll090("JID1", login090())).get("job_state").asText()).isEqualTo("processing");
        assertThat(simulator.stats().jobs())
                .extracting(SimulatorStats.AcceptedJob::jobId, SimulatorStats.AcceptedJob::prompt)
                .containsExactly(tuple("JID1", "mine @sleep=60"), tuple("JID1", "somebody else's @sleep=60"));
    }

    @Test
    void aServer090SaysNothingOfOtherOrigins() throws IOException {
        simulator = settings().generation(Generation.SERVED_0_9_0).start();

        assertThat(get("/llama2_chat/login?user=any&key=any").headers().keySet())
                .containsExactlyInAnyOrder("content-length", "connection", "content-type");
    }

    private String login090() throws IOException {
        return json(get("/llama2_chat/login?user=any&key=any"))
                .get("client_session_auth_key")
                .asText();
    }

    private String submit090(String session, String prompt) throws IOException {
        String body = "{\"client_session_auth_key\": \"%s\", \"text\": \"%s\", \"wait_for_result\": false}";
        return json(post("/llama2_chat", body.formatted(session, prompt)))
                .get("job_id")
                .asText();
    }

    private RawClient.Response poll090(String jobId, String session) throws IOException {
        String body = "{\"client_session_auth_key\": \"%s\", \"job_id\": \"%s\"}";
        return post("/llama2_chat/progress", body.formatted(session, jobId));
    }

    @Test
    void moreRequestsThanTheLimitAreToldToWait() throws IOException {
        simulator = settings().start();
        simulator.limitRequests(1, Duration.ofMinutes(2));

        // ten in less than nine seconds
        RawClient.Response refused = Stream.generate(this::list)
                .limit(10)
                .filter(response -> response.status() == 429)
                .findFirst()
                .orElseThrow();

        assertThat(refused.headers()).containsEntry("retry-after", "120");
        assertThat(json(refused).get("message").asText()).isEqualTo("Too many requests");

        simulator.limitRequests(0, null);
        assertThat(Stream.generate(this::list).limit(5)).allMatch(response -> response.status() == 200);
    }

    private RawClient.Response list() {
        try {
            return RawClient.once(
                    simulator.port(), "GET", "/api/endpoints", Map.of("Accept", "application/json"), new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void responsesCanComeLate() {
        simulator = settings().start();
        simulator.delayResponses(Duration.ofMillis(200));

        long begin = System.nanoTime();
        assertThat(list().status()).isEqualTo(200);

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void aFrozenServerTakesRequestsAndResponsesThemWhenItThaws() throws Exception {
        simulator = settings().start();
        simulator.freeze();

        CompletableFuture<RawClient.Response> response = CompletableFuture.supplyAsync(this::list);
        await().until(() -> simulator.stats().connectionsOpen() == 1);
        await().during(Duration.ofMillis(200)).until(() -> !response.isDone());

        simulator.thaw();

        assertThat(response.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
}
