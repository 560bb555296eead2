/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.AvailablePorts;
import io.aipi.simulator.SimulatorBean;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** The application as the README's command starts it, without a server of one's own, and with few threads for HTTP. */
@ExtendWith(OutputCaptureExtension.class)
class PromptApplicationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    private static ConfigurableApplicationContext application;
    private static AipiSimulator server;

    @BeforeAll
    static void start() {
        application = SpringApplication.run(
                PromptApplication.class,
                "--server.port=0",
                "--server.tomcat.threads.max=4",
                "--simulator.port=" + AvailablePorts.one(),
                "--simulator.compute-time=200ms",
                "--simulator.workers=20");
        server = application.getBean(SimulatorBean.class).simulator();
    }

    @AfterAll
    static void stopTakesTheSimulatorWithIt() {
        int port = server.port();
        application.close();
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void aPromptIsAnswered_andItsProgressLogged(CapturedOutput output) throws Exception {
        HttpResponse<String> answer = post("chat", "Hello!").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("You said: Hello!\n");
        assertThat(output.getAll()).containsPattern("Job \\S+ completed: You said: Hello!");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(output.getAll())
                        .containsPattern("Job \\S+ of llama2_chat: (queued|processing|done)"));
    }

    @Test
    void anImageComesWithItsType() throws Exception {
        HttpResponse<byte[]> answer = CLIENT.send(request("image", "A camel"), HttpResponse.BodyHandlers.ofByteArray());

        assertThat(answer.headers().firstValue("Content-Type")).hasValue("image/png");
        assertThat(answer.body()).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void anEmptyPromptIsTheSendersFault() throws Exception {
        HttpResponse<String> answer = post("chat", " ").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void moreAnswersAreWaitedForThanThereAreThreads() throws Exception {
        server.stopWorkers("llama2_chat");
        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 40)
                .mapToObj(number -> post("chat", "Prompt " + number))
                .toList();
        try {
            await().atMost(PATIENCE).until(() -> meter("camel.aipi.jobs.in.flight?tag=endpoint:llama2_chat") == 40);
        } finally {
            server.startWorkers("llama2_chat", 20);
        }

        for (int number = 0; number < 40; number++) {
            assertThat(answers.get(number)
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .body())
                    .isEqualTo("You said: Prompt " + number + "\n");
        }
    }

    @Test
    void healthAndMetersTellOfTheComponentAndItsRoutes() throws Exception {
        double jobs = meter("camel.aipi.jobs.completed?tag=endpoint:llama2_chat");
        double exchanges = meter("camel.exchanges.succeeded?tag=routeId:chat");
        post("chat", "Hello!").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(meter("camel.aipi.jobs.completed?tag=endpoint:llama2_chat")).isEqualTo(jobs + 1);
        await().atMost(PATIENCE).until(() -> meter("camel.exchanges.succeeded?tag=routeId:chat") == exchanges + 1);
        JsonNode health = json("health");
        assertThat(health.get("status").asText()).isEqualTo("UP");
        assertThat(health.at("/components/camelHealth/details/route-controller").asText())
                .isEqualTo("UP");
        assertThat(health.at("/components/camelHealth/details")
                        .path("producer:aipi-llama2_chat@127.0.0.1:" + server.port())
                        .asText())
                .isEqualTo("UP");
    }

    private static double meter(String name) throws IOException, InterruptedException {
        return json("metrics/" + name).at("/measurements/0/value").asDouble();
    }

    private static JsonNode json(String path) throws IOException, InterruptedException {
        return new ObjectMapper()
                .readTree(CLIENT.send(
                                HttpRequest.newBuilder(uri("actuator/" + path))
                                        .timeout(PATIENCE)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body());
    }

    private static CompletableFuture<HttpResponse<String>> post(String path, String prompt) {
        return CLIENT.sendAsync(request(path, prompt), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static HttpRequest request(String path, String prompt) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(PATIENCE)
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(prompt))
                .build();
    }

    private static URI uri(String path) {
        return URI.create(
                "http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + "/" + path);
    }
}
