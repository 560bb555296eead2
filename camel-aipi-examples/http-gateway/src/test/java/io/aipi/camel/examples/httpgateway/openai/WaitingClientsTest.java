/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import static io.aipi.camel.examples.httpgateway.openai.RunningDoor.SOON;
import static io.aipi.camel.examples.httpgateway.openai.RunningDoor.error;
import static io.aipi.camel.examples.httpgateway.openai.RunningDoor.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.event.ContextClosedEvent;

/** Clients that wait for a model, are refused because too many do, or leave. */
class WaitingClientsTest {

    private static final String CHAT = "/v1/chat/completions";

    private static final String MODEL = "llama3_chat";

    private static RunningDoor shared;

    /** The shared one, or one of the test's own. */
    private RunningDoor door;

    @BeforeAll
    static void start() {
        shared = new RunningDoor(
                server -> server.maxQueueLength(2),
                "gateway.openai.max-in-flight=2",
                "gateway.openai.models-refresh=0",
                "gateway.heartbeat=200ms");
    }

    @AfterAll
    static void stop() {
        shared.close();
    }

    @BeforeEach
    void nobodyWorks() {
        door = shared;
        door.server.stopWorkers(MODEL);
    }

    @AfterEach
    void nothingIsLeft() {
        if (door == shared) {
            await().atMost(SOON).until(() -> door.calls() == 0 && door.exchanges() == 0 && door.jobs() == 0);
        } else {
            door.close();
        }
    }

    private void work() {
        door.server.startWorkers(MODEL, 1);
    }

    private static String question(boolean isStreamed) {
        return "{\"model\": \"" + MODEL + "\", \"stream\": " + isStreamed
                + ", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";
    }

    private CompletableFuture<HttpResponse<String>> ask(boolean isStreamed) {
        return door.sendLater(door.post(CHAT, question(isStreamed)), BodyHandlers.ofString());
    }

    private Socket connect(boolean isStreamed) throws Exception {
        URI address = URI.create(door.url());
        Socket socket = new Socket();
        socket.setSoTimeout((int) SOON.toMillis());
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
        byte[] body = question(isStreamed).getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream()
                .write(("POST " + CHAT
                                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        return socket;
    }

    private static void assertRefused(HttpResponse<String> refused) {
        JsonNode error = error(refused, 429);
        assertThat(error.path("type").textValue()).isEqualTo("rate_limit_error");
        assertThat(error.path("code").textValue()).isEqualTo("queue_full");
        assertThat(refused.headers().firstValueAsLong("Retry-After")).hasValue(5);
        assertThat(refused.headers().firstValue("x-should-retry")).contains("true");
    }

    @Test
    void aFullQueueOfTheServerIsToldWithTheTimeToWait() throws Exception {
        // not by this door, which would refuse a third one itself
        HttpRequest elsewhere = door.request("/answer?model=" + MODEL)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("Hello"))
                .build();
        List<CompletableFuture<HttpResponse<String>>> waiting = List.of(
                door.sendLater(elsewhere, BodyHandlers.ofString()), door.sendLater(elsewhere, BodyHandlers.ofString()));
        await().atMost(SOON).until(() -> door.jobs() == 2);

        assertRefused(door.send(door.post(CHAT, question(false))));
        assertRefused(door.send(door.post(CHAT, question(true))));

        work();
        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            assertThat(one.get(SOON.toSeconds(), TimeUnit.SECONDS).body()).contains("You said:");
        }
    }

    @Test
    void theGatewayHasItsOwnBoundForEachModel() throws Exception {
        CompletableFuture<HttpResponse<String>> first = ask(false);
        await().atMost(SOON).until(() -> door.jobs() == 1);
        CompletableFuture<HttpResponse<String>> second = ask(true);
        await().atMost(SOON).until(() -> door.jobs() == 2);

        assertRefused(door.send(door.post(CHAT, question(false))));
        assertThat(door.ask(CHAT, question(false).replace("llama3", "llama4")).path("choices"))
                .hasSize(1);

        work();
        assertThat(first.get(SOON.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(second.get(SOON.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(door.ask(CHAT, question(false)).path("choices")).hasSize(1);
    }

    @Test
    void ofAClientThatLeavesAStreamNothingIsLeftBehind() throws Exception {
        try (Socket socket = connect(true)) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            assertThat(door.streams()).isEqualTo(1);
        }

        await().atMost(SOON).until(() -> door.streams() == 0);
        assertThat(door.exchanges()).isZero();
        // the server cannot cancel it: it counts until it has ended, and nobody is told
        assertThat(door.jobs()).isEqualTo(1);
        assertThat(door.calls()).isEqualTo(1);
        work();
        await().atMost(SOON).until(() -> door.jobs() == 0);
    }

    @Test
    void aClientThatLeavesWithoutAStreamIsForgottenWithItsJob() throws Exception {
        try (Socket socket = connect(false)) {
            await().atMost(SOON).until(() -> door.jobs() == 1 && door.exchanges() == 0);
            assertThat(socket.getInputStream().available()).isZero();
        }

        work();

        await().atMost(SOON).until(() -> door.calls() == 0 && door.jobs() == 0);
        assertThat(door.ask(CHAT, question(false)).path("choices")).hasSize(1);
    }

    @Test
    void aJobThatTakesTooLongIsToldSo_andIsNotToBeSentAgain() throws Exception {
        door = new RunningDoor(server -> server.workers(0), "gateway.answer-timeout=300");

        HttpResponse<String> late = door.send(door.post(CHAT, question(false)));

        assertThat(error(late, 504).path("code").textValue()).isEqualTo("job_timeout");
        assertThat(late.headers().firstValue("x-should-retry")).contains("false");
        await().atMost(SOON).until(() -> door.calls() == 0);
    }

    @Test
    void aServerThatIsAwayIsTold() throws Exception {
        door.server.goDown();

        HttpResponse<String> failed = door.send(door.post(CHAT, question(false)));

        door.server.comeUp();
        work();
        JsonNode error = error(failed, 502);
        assertThat(error.path("code").textValue()).isEqualTo("connection_failed");
        assertThat(error.path("message").textValue()).doesNotContain(door.server.url());
        assertThat(door.ask(CHAT, question(false)).path("choices")).hasSize(1);
    }

    @Test
    void theBoundHoldsForClientsThatComeAtOnce() throws Exception {
        int most = 5;
        int clients = 40;
        door = new RunningDoor(server -> server.workers(MODEL, 0), "gateway.openai.max-in-flight=" + most);
        for (int round = 1; round <= 5; round++) {
            List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                all.add(ask(i % 2 == 0));
            }
            int submits = most * round;
            await().atMost(SOON)
                    .until(() -> door.server.stats().submits() >= submits
                            && all.stream().filter(CompletableFuture::isDone).count() >= clients - most);
            assertThat(door.server.stats().submits()).isEqualTo(submits);
            List<HttpResponse<String>> refused = all.stream()
                    .filter(CompletableFuture::isDone)
                    .map(CompletableFuture::join)
                    .toList();
            assertThat(refused).hasSize(clients - most).allSatisfy(WaitingClientsTest::assertRefused);

            work();
            for (CompletableFuture<HttpResponse<String>> one : all) {
                one.get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(all.stream().filter(one -> one.join().body().contains("You said:")))
                    .hasSize(most);
            await().atMost(SOON).until(() -> door.calls() == 0);
            door.server.stopWorkers(MODEL);
        }
    }

    @Test
    void aJobWhoseEndNobodyTellsEndsByTheClock() throws Exception {
        door = new RunningDoor(
                server -> server.workers(1), "gateway.answer-timeout=2000", "gateway.openai.max-in-flight=1");
        door.gateway.getBean(CamelContext.class).getRouteController().stopRoute("openai-progress");

        HttpResponse<String> late = door.send(door.post(CHAT, question(false)));

        assertThat(error(late, 504).path("code").textValue()).isEqualTo("job_timeout");
        assertThat(door.calls()).isZero();
        door.gateway.getBean(CamelContext.class).getRouteController().startRoute("openai-progress");
        assertThat(door.ask(CHAT, question(false)).path("choices")).hasSize(1);
    }

    @Test
    void aClientThatComesDuringTheStopIsToldSo() throws Exception {
        door = new RunningDoor(server -> server.workers(0));
        door.gateway.publishEvent(new ContextClosedEvent(door.gateway));

        HttpResponse<String> refused = door.send(door.post(CHAT, question(false)));

        assertThat(error(refused, 503).path("code").textValue()).isEqualTo("client_closed");
        assertThat(door.calls()).isZero();
        assertThat(door.server.stats().submits()).isZero();
    }

    @Test
    void theStopOfTheGatewayIsToldToAllThatWait() throws Exception {
        door = new RunningDoor(server -> server.workers(0));
        CompletableFuture<HttpResponse<String>> waiting = ask(false);
        CompletableFuture<HttpResponse<InputStream>> streamed =
                door.sendLater(door.post(CHAT, question(true)), BodyHandlers.ofInputStream());
        InputStream events = streamed.get(SOON.toSeconds(), TimeUnit.SECONDS).body();
        await().atMost(SOON).until(() -> door.calls() == 2 && door.exchanges() == 0);

        CompletableFuture<Void> stop = CompletableFuture.runAsync(door.gateway::close);

        HttpResponse<String> stopped = waiting.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(error(stopped, 503).path("code").textValue()).isEqualTo("client_closed");
        assertThat(stopped.headers().firstValue("Retry-After")).isPresent();
        List<String> last = new String(events.readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("data:"))
                .toList();
        assertThat(last.get(last.size() - 1)).isEqualTo("data: [DONE]");
        assertThat(read(last.get(last.size() - 2).substring(5))
                        .path("error")
                        .path("code")
                        .textValue())
                .isEqualTo("client_closed");
        stop.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void twoHundredWaitingClientsNeedNoThreadsOfTheirOwn() throws Exception {
        door = new RunningDoor(
                server -> server.workers(MODEL, 0),
                "gateway.openai.max-in-flight=0",
                "camel.component.aipi.poll-interval=300");
        door.get("/v1/models");
        int before = Thread.getAllStackTraces().size();
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            HttpRequest request = door.post(CHAT, question(i % 2 == 0));
            waiting.add(door.sendLater(request, BodyHandlers.ofString()));
        }
        await().atMost(SOON).until(() -> door.server.stats().submits() == 200 && door.exchanges() == 0);
        assertThat(door.calls()).isEqualTo(200);

        int more = Thread.getAllStackTraces().size() - before;
        System.out.println("200 waiting clients: " + before + " threads before, " + more + " more");
        // Tomcat's, Spring's, the component's and those of this client, however many wait
        assertThat(more).isLessThan(70);

        door.server.startWorkers(MODEL, 50);
        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            assertThat(one.get(SOON.toSeconds(), TimeUnit.SECONDS).body()).contains("You said:");
        }
        await().atMost(SOON).until(() -> door.calls() == 0 && door.jobs() == 0);
    }
}
