/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.AipiClient;
import io.aipi.client.model.JobResult;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.PostgresDatabase;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The gateway as it is started, with the simulator and an H2 file, over HTTP. */
class GatewayTest {

    private static final String KEY = "key-of-the-gateway";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final ExecutorService clientThreads = Executors.newFixedThreadPool(2);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(clientThreads)
            .build();
    private final Map<String, String> properties = new HashMap<>();
    private AipiSimulator server;
    private ConfigurableApplicationContext gateway;

    @BeforeEach
    void start() throws Exception {
        server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text").withErrorOutput())
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img").withErrorOutput())
                .workers(8)
                .maxQueueLength(500)
                .computeTime(Duration.ofMillis(50))
                .start();
        properties.put("camel.component.aipi.server-url", server.url());
        properties.put("camel.component.aipi.api-key", KEY);
        properties.put("camel.component.aipi.poll-interval", "50");
        properties.put("camel.component.aipi.repository-scan-interval", "200");
        properties.put("port", "0");
        properties.put("gateway.heartbeat", "500ms");
        properties.put("gateway.look-interval", "200");
        properties.put("jobs.lease", "2s");
        properties.put("camel.main.shutdown-timeout", "10");
        properties.put("jobs.url", "jdbc:h2:file:" + folder.resolve("jobs") + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE");
        startGateway();
    }

    private void startGateway() {
        gateway = newGateway();
    }

    private ConfigurableApplicationContext newGateway() {
        return SpringApplication.run(
                Gateway.class,
                properties.entrySet().stream()
                        .map(property -> "--" + property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new));
    }

    private String url() {
        return "http://127.0.0.1:" + gateway.getEnvironment().getProperty("local.server.port");
    }

    private JobBoard board() {
        return gateway.getBean(JobBoard.class);
    }

    /** One of which the server knows nothing, and which nobody follows. */
    private StoredJob storedJob() {
        String id = board().newId();
        DetachedJob job = new DetachedJob(
                AipiClient.serverUri(server.url()).toString(),
                "llama2_chat",
                "job-1",
                id,
                Instant.now(),
                "exchange-1",
                Map.of(JobBoard.ID, id),
                "Hello");
        return gateway.getBean(JobRepository.class).accept(new StoredJob(job, null, 0), true);
    }

    private void restartWith(String property, String value) {
        properties.put(property, value);
        gateway.close();
        startGateway();
    }

    @AfterEach
    void stop() {
        gateway.close();
        server.close();
        clientThreads.shutdownNow();
    }

    // ---- what a client does

    private HttpRequest post(String path, String contentType, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", contentType)
                .timeout(SOON)
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> prompt(String prompt) throws Exception {
        return send(post("/prompts", "text/plain", prompt));
    }

    private String submitted(String prompt) throws Exception {
        HttpResponse<String> accepted = prompt(prompt);
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    private JsonNode job(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.read(answer.body());
    }

    private JsonNode awaitState(String path, String state) {
        return await().atMost(SOON)
                .until(() -> job(path), job -> state.equals(job.path("state").textValue()));
    }

    private EventReader watch(String path) {
        return EventReader.watch(client, url() + path + "/events");
    }

    private static void awaitEnd(EventReader reader) throws Exception {
        HttpResponse<Void> head = reader.end().get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Type")).contains("text/event-stream");
    }

    private JsonNode problem(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).doesNotContain(KEY, server.url(), "Exception:", "\tat ");
        JsonNode problem = Json.read(answer.body());
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        return problem;
    }

    // ---- jobs

    @Test
    void aPromptIsAnsweredAtOnceWithTheUrlOfItsJob_whichTellsOfItsPlaceInTheQueueAndThenItsResult() throws Exception {
        server.stopWorkers("llama2_chat");

        HttpResponse<String> accepted = prompt("Hello!");

        assertThat(accepted.statusCode()).isEqualTo(202);
        JsonNode body = Json.read(accepted.body());
        String url = accepted.headers().firstValue("Location").orElseThrow();
        assertThat(url)
                .matches("/jobs/[-_A-Za-z0-9]{32}")
                .endsWith(body.path("id").textValue());
        assertThat(body.path("url").textValue()).isEqualTo(url);
        assertThat(body.path("events").textValue()).isEqualTo(url + "/events");
        JsonNode queued = awaitState(url, "queued");
        assertThat(queued.path("queuePosition").intValue()).isEqualTo(1);
        server.startWorkers("llama2_chat", 1);
        JsonNode done = awaitState(url, "done");
        assertThat(done.path("model").textValue()).isEqualTo("llama2_chat");
        assertThat(done.path("result").path("text").textValue()).contains("Hello!");
        // the server's own id of the job is ...#1
        assertThat(done.toString()).doesNotContain("#1");
    }

    @Test
    void eventsTellOfTheJobInOrder_andTheStreamEndsWithTheResult() throws Exception {
        server.stopWorkers("llama2_chat");
        String url = submitted("Hello @sleep=4 @steps=20");
        EventReader reader = watch(url);
        await().atMost(SOON).until(() -> reader.events.stream().anyMatch(event -> "queued".equals(event.state())));
        server.startWorkers("llama2_chat", 1);

        awaitEnd(reader);

        List<String> order = List.of("accepted", "queued", "processing", "done");
        assertThat(reader.events.stream().map(EventReader.Event::state).map(order::indexOf))
                .isSorted()
                .doesNotContain(-1)
                .contains(order.indexOf("queued"), order.indexOf("processing"));
        assertThat(reader.events.stream()
                        .map(event -> event.data().path("progress").doubleValue()))
                .filteredOn(progress -> progress > 0)
                .hasSizeGreaterThan(2)
                .isSorted();
        assertThat(reader.events.stream().map(EventReader.Event::name).filter(name -> !name.equals("progress")))
                .containsExactly("result");
        assertThat(reader.last().data()).isEqualTo(job(url));
    }

    @Test
    void aClientThatComesLateGetsThePresentStateAtOnce() throws Exception {
        server.stopWorkers("llama2_chat");
        String url = submitted("Hello");
        awaitState(url, "queued");

        EventReader inTheQueue = watch(url);
        await().atMost(SOON).until(() -> !inTheQueue.events.isEmpty());
        assertThat(inTheQueue.events.get(0).state()).isEqualTo("queued");
        server.startWorkers("llama2_chat", 1);
        awaitState(url, "done");
        EventReader afterTheEnd = watch(url);
        awaitEnd(afterTheEnd);

        assertThat(afterTheEnd.events).hasSize(1);
        assertThat(afterTheEnd.last().name()).isEqualTo("result");
        awaitEnd(inTheQueue);
        // the client may have the end of a stream before the gateway has let go of the watcher
        await().atMost(SOON).until(() -> board().live().size() == 0);
    }

    @Test
    void aFailedJobSaysWhyInItsPageAndAsAnEvent() throws Exception {
        String url = submitted("@error=Out_of_memory");
        EventReader reader = watch(url);

        awaitEnd(reader);

        assertThat(reader.last().name()).isEqualTo("failure");
        JsonNode error = job(url).path("error");
        assertThat(error.path("type").textValue()).isEqualTo("JobFailedException");
        assertThat(error.path("reason").textValue()).isEqualTo("Out of memory");
        assertThat(error.path("retryable").booleanValue()).isFalse();
    }

    @Test
    void anImageIsALinkInTheJobsPage() throws Exception {
        String json = "{\"prompt\": \"A camel\", \"parameters\": {\"width\": 512, \"height\": 256}}";
        HttpResponse<String> accepted = send(post("/prompts?model=sdxl_txt2img", "application/json", json));
        String url = accepted.headers().firstValue("Location").orElseThrow();

        JsonNode link = awaitState(url, "done").path("result").path("images").path(0);

        assertThat(link.path("mediaType").textValue()).isEqualTo("image/png");
        assertThat(link.path("url").textValue()).isEqualTo(url + "/images/0");
        HttpResponse<byte[]> image = client.send(
                HttpRequest.newBuilder(URI.create(url() + link.path("url").textValue()))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(image.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(image.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(image.headers().allValues("Cache-Control"))
                .singleElement()
                .asString()
                .contains("no-store");
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(image.body()));
        assertThat(picture.getWidth()).isEqualTo(512);
        assertThat(picture.getHeight()).isEqualTo(256);
        problem(get(url + "/images/1"), 404);
        problem(get(url + "/images/-1"), 404);
    }

    @Test
    void anUnknownJobIsNotFound() throws Exception {
        problem(get("/jobs/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), 404);
        problem(get("/jobs/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/events"), 404);
        problem(get("/jobs/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/images/0"), 404);
    }

    // ---- what the page asks for

    @Test
    void theLastJobsAreListed_theNewestFirst_andAnyOfThemIsSentAgain() throws Exception {
        server.stopWorkers("llama2_chat");
        String failing = submitted("First @error=Out_of_memory");
        server.startWorkers("llama2_chat", 1);
        awaitState(failing, "failed");
        String done = submitted("Second");
        awaitState(done, "done");
        HttpResponse<String> again = send(post(done + "/again", "text/plain", ""));
        assertThat(again.statusCode()).isEqualTo(202);
        awaitState(again.headers().firstValue("Location").orElseThrow(), "done");
        problem(prompt(" "), 400);

        JsonNode jobs = job("/jobs").path("jobs");
        assertThat(jobs)
                .extracting(entry -> entry.path("prompt").textValue())
                .containsExactly("Second", "Second", "First @error=Out_of_memory");
        assertThat(jobs).extracting(entry -> entry.path("state").textValue()).containsExactly("done", "done", "failed");
        assertThat(jobs.path(0).path("tokens").intValue()).isEqualTo(3);
        assertThat(Instant.parse(jobs.path(0).path("submitted").textValue()))
                .isBeforeOrEqualTo(Instant.parse(jobs.path(0).path("ended").textValue()));
        assertThat(jobs.path(2).path("error").path("reason").textValue()).isEqualTo("Out of memory");
        assertThat(job("/jobs?limit=1").path("jobs")).hasSize(1);
        problem(get("/jobs?limit=0"), 400);
        problem(get("/jobs?limit=many"), 400);
        problem(send(post("/jobs/unknown/again", "text/plain", "")), 404);
        gateway.close();
        startGateway();
        assertThat(job("/jobs").path("jobs")).isEqualTo(jobs);
    }

    @Test
    void aPromptThatIsRefusedByTheServerIsNotInTheList() throws Exception {
        problem(send(post("/prompts", "application/json", "{\"parameters\": {\"foo\": 1}}")), 400);

        assertThat(job("/jobs").path("jobs")).isEmpty();
    }

    @Test
    void theModelsSayWhatCanBeAskedOfThem() throws Exception {
        JsonNode models = job("/models").path("models");

        assertThat(models.path(0).path("name").textValue()).isEqualTo("llama2_chat");
        assertThat(models.path(0).path("output").textValue()).isEqualTo("text");
        assertThat(models.path(0).path("takesConversations").booleanValue()).isFalse();
        assertThat(models.path(1).path("output").textValue()).isEqualTo("image");
        assertThat(models.path(1)
                        .path("previews")
                        .path("provide_progress_images")
                        .textValue())
                .isEqualTo("decoded");
        server.goDown();
        assertThat(job("/models").path("models"))
                .extracting(model -> model.path("name").textValue())
                .containsExactly("llama2_chat", "sdxl_txt2img");
        server.comeUp();
    }

    @Test
    void aPictureOnTheWayIsALinkUntilTheEnd() throws Exception {
        String json = "{\"prompt\": \"A camel @sleep=30 @steps=60\"}";
        String url = send(post("/prompts?model=sdxl_txt2img", "application/json", json))
                .headers()
                .firstValue("Location")
                .orElseThrow();

        JsonNode preview =
                await().atMost(SOON).until(() -> job(url).path("previews").path(0), link -> !link.isMissingNode());
        HttpResponse<String> picture = get(preview.path("url").textValue());

        assertThat(picture.statusCode()).isEqualTo(200);
        assertThat(picture.headers().firstValue("Content-Type")).contains("image/png");
        problem(get(url + "/previews/7"), 404);
        server.restart();
        awaitState(url, "failed");
        problem(get(preview.path("url").textValue()), 404);
    }

    @Test
    void whatIsNoPictureOrNoConversationIsABadRequest() throws Exception {
        for (String more : List.of(
                "\"image\": \"no picture\"",
                "\"image\": \"data:image/png;base64,SGVsbG8=\"",
                "\"conversation\": \"a/b\"",
                "\"conversation\": \"\"",
                // of which this model takes none
                "\"conversation\": \"mine\"")) {
            problem(send(post("/prompts", "application/json", "{\"prompt\": \"Hello\", " + more + "}")), 400);
        }
        assertThat(server.stats().submits()).isZero();
        assertThat(job("/jobs").path("jobs")).isEmpty();
    }

    // ---- answers

    @Test
    void anAnswerIsTheTextOrTheImageItself() throws Exception {
        HttpResponse<String> text = send(post("/answer", "text/plain", "Grüß dich!"));
        assertThat(text.statusCode()).isEqualTo(200);
        assertThat(text.headers().firstValue("Content-Type")).contains("text/plain;charset=UTF-8");
        assertThat(text.body()).contains("Grüß dich!");

        HttpResponse<byte[]> image =
                client.send(post("/answer?model=sdxl_txt2img", "text/plain", "A camel"), BodyHandlers.ofByteArray());
        assertThat(image.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(image.body()).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void whatTheServerRefusesIsABadRequestWithAllItsReasons() throws Exception {
        for (String path : List.of("/answer", "/prompts")) {
            HttpResponse<String> refused = send(post(path, "application/json", "{\"parameters\": {\"foo\": 1}}"));
            assertThat(problem(refused, 400).path("messages"))
                    .extracting(JsonNode::textValue)
                    .anyMatch(message -> message.contains("foo"))
                    .anyMatch(message -> message.contains("text"));
        }
        assertThat(server.stats().submits()).isZero();
    }

    @Test
    void whatIsNoPromptIsABadRequest() throws Exception {
        for (String json : List.of("{", "[]", "7", "{}", "{\"prompt\": \"a\", \"extra\": 1}", "{} {}")) {
            problem(send(post("/prompts", "application/json", json)), 400);
        }
        problem(send(post("/prompts", "text/plain", " ")), 400);
        problem(send(post("/prompts?model=other", "text/plain", "Hello")), 400);
        problem(send(post("/prompts?model=llama2_chat/../x", "text/plain", "Hello")), 400);
        assertThat(server.stats().submits()).isZero();
    }

    @Test
    void aFormAsCurlSendsItIsRefused() throws Exception {
        JsonNode problem = problem(send(post("/prompts", "application/x-www-form-urlencoded", "Hello")), 415);
        assertThat(problem.path("detail").textValue()).contains("application/x-www-form-urlencoded");
        problem(send(post("/answer", "multipart/form-data; boundary=x", "--x--")), 415);
        problem(send(post("/prompts", "text/plain; charset=nonsense", "Hello")), 415);
        assertThat(server.stats().submits()).isZero();
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        restartWith("gateway.max-body-size", "1000B");

        problem(send(post("/prompts", "text/plain", "x".repeat(2000))), 413);
    }

    @Test
    void eachEndWithoutAnAnswerHasItsStatus() throws Exception {
        assertThat(problem(send(post("/answer", "text/plain", "@error=Out_of_memory")), 502)
                        .path("detail")
                        .textValue())
                .isEqualTo("Out of memory");

        restartWith("gateway.answer-timeout", "300");
        server.stopWorkers("llama2_chat");
        problem(send(post("/answer", "text/plain", "Hello")), 504);

        server.goDown();
        assertThat(problem(prompt("Hello"), 502).path("retryable").booleanValue())
                .isTrue();
        server.comeUp();
    }

    @Test
    void aFullQueueIsToldWithTheTimeToWait() throws Exception {
        server.stopWorkers("llama2_chat");
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 501; i++) {
            answers.add(client.sendAsync(post("/prompts", "text/plain", "Prompt " + i), BodyHandlers.ofString()));
        }

        List<HttpResponse<String>> refused = answers.stream()
                .map(CompletableFuture::join)
                .filter(answer -> answer.statusCode() != 202)
                .toList();

        assertThat(refused).hasSize(1);
        assertThat(problem(refused.get(0), 503).path("retryable").booleanValue())
                .isTrue();
        assertThat(refused.get(0).headers().firstValueAsLong("Retry-After")).isPresent();
    }

    @Test
    void aPromptCanBeInAnyCharacterSet_andItsAnswerIsInUtf8() throws Exception {
        HttpRequest latin1 = HttpRequest.newBuilder(URI.create(url() + "/answer"))
                .header("Content-Type", "text/plain; charset=iso-8859-1")
                .POST(BodyPublishers.ofString("Grüß dich!", StandardCharsets.ISO_8859_1))
                .build();

        byte[] answer = client.send(latin1, BodyHandlers.ofByteArray()).body();

        assertThat(new String(answer, StandardCharsets.UTF_8)).contains("Grüß dich!");
    }

    // ---- who may steer what

    @Test
    void noParameterOfAClientIsOneOfTheProtocol() throws Exception {
        for (String name : List.of("key", "client_session_auth_key", "wait_for_result", "job_id")) {
            String json = "{\"prompt\": \"Hello\", \"parameters\": {\"" + name + "\": \"x\"}}";
            problem(send(post("/prompts", "application/json", json)), 400);
        }
        assertThat(server.stats().submits()).isZero();
    }

    @Test
    void noHeaderOrParameterOfAClientSteersAnything() throws Exception {
        String other = submitted("The other");
        awaitState(other, "done");
        String otherId = other.substring("/jobs/".length());
        String[] hostile = {
            "CamelAipiJobId",
            "x",
            "CamelAipiOperation",
            "list",
            "camelaipioperation",
            "list",
            "CAMELAIPIPROMPT",
            "evil",
            "CamelAipiRequestId",
            "x",
            "CamelHttpResponseCode",
            "299",
            "CamelHttpUri",
            "http://evil",
            "GatewayJobId",
            otherId,
            "gatewayjobid",
            otherId,
            "id",
            otherId,
            "model",
            "sdxl_txt2img",
            "number",
            "0",
            "Location",
            "http://evil"
        };
        String query = "?CamelAipiOperation=list&CamelAipiPrompt=evil&GatewayJobId=" + otherId + "&id=" + otherId;

        HttpResponse<String> accepted = send(post("/prompts" + query, "text/plain", "Mine", hostile));
        assertThat(accepted.statusCode()).isEqualTo(202);
        String url = accepted.headers().firstValue("Location").orElseThrow();
        assertThat(url).startsWith("/jobs/").isNotEqualTo(other);
        awaitState(url, "done");

        JsonNode mine = Json.read(get(url + query, hostile).body());
        assertThat(mine.path("model").textValue()).isEqualTo("llama2_chat");
        assertThat(mine.path("result").path("text").textValue())
                .contains("Mine")
                .doesNotContain("evil");
        assertThat(job(other).path("result").path("text").textValue()).contains("The other");
        HttpResponse<String> answer = send(post("/answer" + query, "text/plain", "Mine, too", hostile));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("Mine, too").doesNotContain("evil");
        assertThat(answer.headers().map().keySet())
                .noneMatch(name ->
                        Stream.of("camel", "gateway", "location").anyMatch(name.toLowerCase(Locale.ROOT)::startsWith));
        assertThat(server.stats().submits()).isEqualTo(3);
    }

    // ---- restarts

    @Test
    void aJobInFlightIsFoundAgainAfterARestartOfTheGateway_andAnEndThatWasNotReadIsKept() throws Exception {
        String ended = submitted("Before");
        awaitState(ended, "done");
        server.stopWorkers("llama2_chat");
        String inFlight = submitted("Across");
        gateway.close();
        startGateway();

        assertThat(job(inFlight).path("state").textValue()).isIn("accepted", "queued");
        EventReader reader = watch(inFlight);
        server.startWorkers("llama2_chat", 1);
        awaitEnd(reader);

        assertThat(reader.last().name()).isEqualTo("result");
        assertThat(job(inFlight).path("result").path("text").textValue()).contains("Across");
        assertThat(job(ended).path("result").path("text").textValue()).contains("Before");
        assertThat(server.stats().submits()).isEqualTo(2);
    }

    @Test
    @Tag("nightly")
    void aKilledGatewayLosesNoJobThatHasAUrl() throws Exception {
        gateway.close();
        server.stopWorkers("llama2_chat");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-DserverUrl=" + server.url(), "-DapiKey=" + KEY, "-Dport=0"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Gateway.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> urls = new ArrayList<>();
        try (BufferedReader out = process.inputReader()) {
            String started = out.lines()
                    .filter(line -> line.startsWith("Gateway: "))
                    .findFirst()
                    .orElseThrow();
            URI prompts = URI.create(started.split(" ")[1] + "/prompts");
            for (int i = 0; i < 20; i++) {
                HttpRequest request = HttpRequest.newBuilder(prompts)
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("Prompt " + i + "."))
                        .build();
                urls.add(send(request).headers().firstValue("Location").orElseThrow());
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        startGateway();
        server.startWorkers("llama2_chat", 8);

        for (int i = 0; i < 20; i++) {
            assertThat(awaitState(urls.get(i), "done")
                            .path("result")
                            .path("text")
                            .textValue())
                    .contains("Prompt " + i + ".");
        }
        assertThat(server.stats().submits()).isEqualTo(20);
    }

    @Test
    void aStopWaitsForAnAnswer_andEndsTheStreams() throws Exception {
        server.stopWorkers("llama2_chat");
        EventReader reader = watch(submitted("Hello"));
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(post("/answer", "text/plain", "And you?"), BodyHandlers.ofString());
        await().atMost(SOON).until(() -> server.stats().submits() == 2 && !reader.events.isEmpty());

        CompletableFuture<Void> stop = CompletableFuture.runAsync(gateway::close);
        awaitEnd(reader);
        assertThat(stop).isNotDone();
        server.startWorkers("llama2_chat", 2);

        assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS).body()).contains("And you?");
        stop.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aServerThatForgotTheJobIsAFailureThatMayBeSentAgain() throws Exception {
        server.stopWorkers("llama2_chat");
        String url = submitted("Hello");
        awaitState(url, "queued");
        EventReader reader = watch(url);
        await().atMost(SOON).until(() -> !reader.events.isEmpty());

        server.restart();
        awaitEnd(reader);

        assertThat(reader.last().name()).isEqualTo("failure");
        JsonNode error = reader.last().data().path("error");
        assertThat(error.path("type").textValue()).isEqualTo("JobLapsedException");
        assertThat(error.path("retryable").booleanValue()).isTrue();
        assertThat(error.path("reason").textValue()).doesNotContain("[", "#");
        assertThat(job(url).path("error")).isEqualTo(error);
    }

    @Test
    @Tag("nightly")
    void onAPostgresEachGatewayKnowsTheJobsOfAll_andOneGoesOnWithThoseOfAnother() throws Exception {
        gateway.close();
        try (PostgresDatabase postgres = PostgresDatabase.start()) {
            properties.put("jobs.url", postgres.url("postgres"));
            properties.put("jobs.user", "postgres");
            startGateway();
            server.stopWorkers("sdxl_txt2img");
            String ended = submitted("Before");
            awaitState(ended, "done");
            String image = send(post("/prompts?model=sdxl_txt2img", "text/plain", "A camel"))
                    .headers()
                    .firstValue("Location")
                    .orElseThrow();
            awaitState(image, "queued");

            ConfigurableApplicationContext first = gateway;
            try {
                startGateway();
                assertThat(job(ended).path("result").path("text").textValue()).contains("Before");
                assertThat(job(image).path("state").textValue()).isEqualTo("accepted");
                assertThat(job("/jobs").path("jobs"))
                        .extracting(entry -> entry.path("state").textValue())
                        .containsExactly("accepted", "done");
                EventReader watcher = watch(image);
                await().atMost(SOON).until(() -> !watcher.events.isEmpty());
                String another = submitted("Another");
                first.close();
                server.startWorkers("sdxl_txt2img", 1);

                awaitEnd(watcher);
                assertThat(watcher.last().data().path("result").path("images").size())
                        .isEqualTo(1);
                awaitState(another, "done");
            } finally {
                first.close();
                gateway.close();
            }
        }
        assertThat(server.stats().submits()).isEqualTo(3);
    }

    @Test
    void aWatcherOfAJobThatAnotherGatewayFollowsIsToldOfItsEnd() throws Exception {
        StoredJob stored = storedJob();
        EventReader watcher = watch(Job.url(stored.job().requestId()));
        await().atMost(SOON).until(() -> !watcher.events.isEmpty());

        JobResult result = new JobResult(
                "llama2_chat", null, "The end", List.of(), null, null, null, null, Map.of("text", "The end"));
        gateway.getBean(JobRepository.class).complete(stored.withOutcome(new JobOutcome.Done(result)));

        awaitEnd(watcher);
        assertThat(watcher.last().name()).isEqualTo("result");
        await().atMost(SOON).until(() -> board().live().size() == 0);
    }

    @Test
    void anEndThatNobodyReadInTimeIsGone() throws Exception {
        restartWith("gateway.retention", "1s");
        String url = submitted("Hello");
        awaitState(url, "done");

        await().atMost(SOON).until(() -> get(url).statusCode() == 404);
    }

    // ---- many, slow and gone clients

    private static int threads() {
        return Thread.getAllStackTraces().size();
    }

    @Test
    void twoHundredWatchedJobsAndAHundredWaitingAnswersNeedNoThreadsOfTheirOwn() throws Exception {
        restartWith("camel.component.aipi.poll-interval", "300");
        server.stopWorkers("llama2_chat");
        int before = threads();
        List<CompletableFuture<HttpResponse<String>>> accepted = new ArrayList<>();
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            accepted.add(client.sendAsync(post("/prompts", "text/plain", "Prompt " + i), BodyHandlers.ofString()));
        }
        for (int i = 0; i < 100; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/answer"))
                    .header("Content-Type", "text/plain")
                    .POST(BodyPublishers.ofString("Question " + i))
                    .build();
            answers.add(client.sendAsync(request, BodyHandlers.ofString()));
        }
        List<EventReader> readers = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> one : accepted) {
            readers.add(watch(one.get(SOON.toSeconds(), TimeUnit.SECONDS)
                    .headers()
                    .firstValue("Location")
                    .orElseThrow()));
        }
        await().atMost(SOON).until(() -> server.stats().submits() == 300);
        await().atMost(SOON).until(() -> readers.stream().noneMatch(reader -> reader.events.isEmpty()));
        assertThat(board().live().watchers()).isEqualTo(200);

        int more = threads() - before;
        System.out.println(
                "200 watched jobs and 100 waiting answers: " + before + " threads before, " + more + " more");
        // those of the store, of Tomcat and of Spring, however many jobs there are
        assertThat(more).isLessThan(90);

        server.startWorkers("llama2_chat", 50);
        for (int i = 0; i < 200; i++) {
            EventReader reader = readers.get(i);
            reader.end().get(60, TimeUnit.SECONDS);
            assertThat(reader.last().name()).isEqualTo("result");
            assertThat(reader.last().data().path("result").path("text").textValue())
                    .endsWith("Prompt " + i);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(answers.get(i).get(60, TimeUnit.SECONDS).body()).endsWith("Question " + i);
        }
        await().atMost(SOON).until(() -> board().live().size() == 0);
    }

    private static Job processing(String id, double progress, String text) {
        return new Job(id, "llama2_chat", "processing", null, null, progress, 0, null, text, null, null, null);
    }

    private Socket slowWatcher(String url) throws Exception {
        URI address = URI.create(url());
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout((int) SOON.toMillis());
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
        socket.getOutputStream()
                .write(("GET " + url + "/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String readUntil(String words, InputStream in) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(words) < 0) {
            int next = in.read();
            assertThat(next).as("after " + read).isNotNegative();
            read.append((char) next);
        }
        return read.toString();
    }

    @Test
    @Tag("nightly")
    void aClientThatDoesNotReadSkipsWhatItCannotTake_andStillGetsTheEnd() throws Exception {
        int states = 30;
        String megabyte = "x".repeat(1_000_000);
        JobBoard board = board();
        StoredJob stored = storedJob();
        String id = stored.job().requestId();
        EventReader fast = watch(Job.url(id));
        try (Socket slow = slowWatcher(Job.url(id))) {
            await().atMost(SOON).until(() -> board.live().watchers() == 2);
            // it has been told of the job, and reads nothing from here on
            String begin = readUntil("event:progress", slow.getInputStream());
            for (int i = 1; i <= states; i++) {
                double progress = i;
                board.live().progress(processing(id, progress, megabyte), List.of());
                await().atMost(SOON)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> !fast.events.isEmpty()
                                && fast.last().data().path("progress").doubleValue() == progress);
            }
            JobResult result = new JobResult(
                    "llama2_chat", null, "The end", List.of(), null, null, null, null, Map.of("text", "The end"));
            gateway.getBean(JobRepository.class).complete(stored.withOutcome(new JobOutcome.Done(result)));
            board.live().ended(id);
            awaitEnd(fast);

            String all = begin + new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // what the buffers of two TCP stacks take, and no more
            assertThat(all.split("event:progress", -1).length - 1).isBetween(1, states / 2);
            assertThat(all.substring(all.lastIndexOf("event:")))
                    .startsWith("event:result")
                    .contains("The end");
        }
        assertThat(board.live().size()).isZero();
    }

    @Test
    @Tag("nightly")
    void aClientThatTakesNothingIsDisconnected() throws Exception {
        restartWith("server.tomcat.connection-timeout", "1s");
        JobBoard board = board();
        String id = storedJob().job().requestId();
        try (Socket stuck = slowWatcher(Job.url(id))) {
            await().atMost(SOON).until(() -> board.live().watchers() == 1);
            String megabytes = "x".repeat(10_000_000);
            board.live().progress(processing(id, 1.0, megabytes), List.of());

            await().atMost(SOON).until(() -> board.live().watchers() == 0);
            assertThat(stuck.isClosed()).isFalse();
        }
    }

    @Test
    void aClientThatIsGoneIsForgotten() throws Exception {
        server.stopWorkers("llama2_chat");
        String url = submitted("Hello");
        try (Socket socket = slowWatcher(url)) {
            await().atMost(SOON).until(() -> board().live().watchers() == 1);
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }

        await().atMost(SOON).until(() -> board().live().watchers() == 0);
    }

    // ---- what is not there

    @Test
    @Tag("case-E9")
    void whatIsNotThereAndWhatIsNotDoneHereAreProblemsToo() throws Exception {
        problem(get("/nothing"), 404);
        problem(get("/prompts"), 405);
        problem(send(post("/", "text/plain", "Hello!")), 405);
        HttpResponse<String> put = send(HttpRequest.newBuilder(URI.create(url() + "/answer"))
                .PUT(BodyPublishers.ofString("Hello!"))
                .build());
        problem(put, 405);
        assertThat(put.headers().firstValue("Allow")).contains("POST");
        problem(send(post("/jobs/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "text/plain", "Hello!")), 405);
        assertThat(prompt("Hello!").statusCode()).isEqualTo(202);
    }
}
