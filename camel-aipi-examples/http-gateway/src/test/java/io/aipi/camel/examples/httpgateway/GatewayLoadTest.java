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
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.AvailablePorts;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.ApplicationProcess;
import io.aipi.testsupport.PostgresDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Gateways as processes of their own, on a PostgreSQL, with many clients. It prints what the README shows. */
@Tag("nightly")
@Timeout(600)
class GatewayLoadTest {

    private static final String CHAT = "mistral_chat";
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Pattern NUMBER = Pattern.compile("Question (\\d+)\\.");

    @TempDir
    private Path folder;

    private final ExecutorService clientThreads = Executors.newFixedThreadPool(2);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(clientThreads)
            .build();
    private final List<AutoCloseable> running = new ArrayList<>();
    /** When the end of a question's job was told to its client. */
    private final Map<Integer, Long> told = new ConcurrentHashMap<>();

    private AipiSimulator server;

    @BeforeEach
    void start() {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.ofServer096(CHAT))
                .workers(10)
                .maxQueueLength(3_000)
                .start();
        running.add(server);
    }

    @AfterEach
    void stop() throws Exception {
        clientThreads.shutdownNow();
        for (int i = running.size() - 1; i >= 0; i--) {
            running.get(i).close();
        }
    }

    /** A gateway as it is started, and what its process takes. */
    private record Instance(String url, ApplicationProcess process) {

        String jcmd(String... command) throws Exception {
            List<String> line = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(process.pid())));
            line.addAll(List.of(command));
            Process jcmd = new ProcessBuilder(line).redirectErrorStream(true).start();
            String printed = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(jcmd.waitFor()).as(printed).isZero();
            return printed;
        }

        long threads() throws Exception {
            return jcmd("Thread.print")
                    .lines()
                    .filter(line -> line.startsWith("\""))
                    .count();
        }

        /** Bytes, after a collection. */
        long liveHeap() throws Exception {
            String total = jcmd("GC.class_histogram")
                    .lines()
                    .filter(line -> line.startsWith("Total"))
                    .findFirst()
                    .orElseThrow();
            return Long.parseLong(total.trim().split("\\s+")[2]);
        }
    }

    private Instance gateway(String name, String databaseUrl) throws Exception {
        int port = AvailablePorts.one();
        Map<String, String> properties = new HashMap<>();
        properties.put("camel.component.aipi.server-url", server.url());
        properties.put("port", Integer.toString(port));
        properties.put("jobs.url", databaseUrl);
        properties.put("jobs.user", "postgres");
        properties.put("folder", folder.toString());
        properties.put("chat.model", CHAT);
        properties.put("image.model", "");
        properties.put("gateway.openai.max-in-flight", "0");
        ApplicationProcess process = ApplicationProcess.start(
                Gateway.class, Path.of("target", "load-" + name + ".log"), ApplicationProcess.properties(properties));
        running.add(process);
        Instance started = new Instance("http://127.0.0.1:" + port, process);
        await().atMost(SOON).ignoreExceptionsInstanceOf(IOException.class).until(() -> get(started, "/jobs") != null);
        return started;
    }

    private JsonNode get(Instance gateway, String path) throws Exception {
        return Json.read(client.send(
                        HttpRequest.newBuilder(URI.create(gateway.url() + path))
                                .timeout(SOON)
                                .build(),
                        BodyHandlers.ofString())
                .body());
    }

    private CompletableFuture<String> post(Instance gateway, String path, String type, String body) {
        return client.sendAsync(
                        HttpRequest.newBuilder(URI.create(gateway.url() + path))
                                .header("Content-Type", type)
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString())
                .thenApply(HttpResponse::body);
    }

    /** Its job computes so many seconds. */
    private static String question(int number, double seconds) {
        return String.format(Locale.ROOT, "Question %d. @sleep=%.2f", number, seconds);
    }

    /** The URL of a job that is accepted. */
    private static String url(String accepted) {
        String url = Json.read(accepted).path("url").textValue();
        assertThat(url).as(accepted).isNotNull();
        return url;
    }

    private EventReader watch(Instance gateway, String job, int number) {
        EventReader reader = EventReader.watch(client, gateway.url() + job + "/events");
        reader.end().thenRun(() -> told.put(number, System.nanoTime()));
        return reader;
    }

    private CompletableFuture<String> ask(Instance gateway, int number, double seconds) {
        CompletableFuture<String> answer = switch (number % 4) {
            case 0, 1 -> post(gateway, "/answer", "text/plain", question(number, seconds));
            default ->
                post(
                        gateway,
                        "/v1/chat/completions",
                        "application/json",
                        "{\"model\": \"" + CHAT + "\", \"stream\": " + (number % 4 == 2)
                                + ", \"messages\": [{\"role\": \"user\", \"content\": \""
                                + question(number, seconds) + "\"}]}");
        };
        answer.thenRun(() -> told.put(number, System.nanoTime()));
        return answer;
    }

    private static int number(String text) {
        Matcher found = NUMBER.matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return Integer.parseInt(found.group(1));
    }

    /** Milliseconds from the end of a job at the server to the client, of 95 in a hundred of these questions. */
    private long p95(IntStream questions) {
        Map<Integer, Long> ready = new HashMap<>();
        server.stats()
                .jobs()
                .forEach(job -> ready.put(number(job.prompt()), job.readyNanos().orElseThrow()));
        long[] delays = questions
                .mapToLong(question -> told.get(question) - ready.get(question))
                .sorted()
                .toArray();
        return TimeUnit.NANOSECONDS.toMillis(delays[(int) Math.ceil(delays.length * 0.95) - 1]);
    }

    @Test
    void twoThousandWatchedJobsAndFiveHundredWaitingRequests() throws Exception {
        int watched = 2_000;
        int waiting = 500;
        try (PostgresDatabase postgres = PostgresDatabase.start()) {
            Instance gateway = gateway("gateway", postgres.url("postgres"));
            // each way once, so that all is loaded
            for (int i = 0; i < 4; i++) {
                ask(gateway, watched + waiting + i, 0).get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
            String first = url(post(gateway, "/prompts", "text/plain", question(watched + waiting + 4, 0))
                    .join());
            watch(gateway, first, watched + waiting + 4).end().get(SOON.toSeconds(), TimeUnit.SECONDS);
            long threadsBefore = gateway.threads();
            long heapBefore = gateway.liveHeap();

            // nothing ends before all are there
            server.stopWorkers(CHAT);
            List<CompletableFuture<EventReader>> readers = new ArrayList<>();
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < watched + waiting; i++) {
                int number = i;
                double seconds = 5 + 30.0 * number / (watched + waiting);
                if (number < watched) {
                    readers.add(post(gateway, "/prompts", "text/plain", question(number, seconds))
                            .thenApply(accepted -> watch(gateway, url(accepted), number)));
                } else {
                    answers.add(ask(gateway, number, seconds));
                }
                // as many at once as a listen queue takes
                await().atMost(SOON)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> server.stats().submits() > number - 50);
            }
            await().atMost(SOON).until(() -> server.stats().submits() == watched + waiting + 5);
            await().atMost(SOON)
                    .until(() -> readers.stream()
                            .allMatch(reader ->
                                    reader.isDone() && !reader.join().events.isEmpty()));
            assertThat(told).hasSize(5);
            long threads = gateway.threads();
            long heap = gateway.liveHeap();
            assertThat(told).hasSize(5);

            // they end one after the other, in half a minute
            server.startWorkers(CHAT, watched + waiting);
            for (int i = 0; i < watched; i++) {
                EventReader reader = readers.get(i).join();
                reader.end().get(SOON.toSeconds(), TimeUnit.SECONDS);
                assertThat(reader.last().name()).isEqualTo("result");
                assertThat(number(
                                reader.last().data().path("result").path("text").textValue()))
                        .isEqualTo(i);
            }
            for (int i = 0; i < waiting; i++) {
                String answer = answers.get(i).get(SOON.toSeconds(), TimeUnit.SECONDS);
                assertThat(answer).contains(" " + (watched + i) + ".");
            }
            await().atMost(SOON).until(() -> told.size() == watched + waiting + 5);
            long eventP95 = p95(IntStream.range(0, watched));
            long answerP95 = p95(IntStream.range(watched, watched + waiting));
            System.out.printf(
                    Locale.ROOT,
                    "%d watched jobs and %d waiting requests: %d threads (%d before), %.1f kB of live heap for each,"
                            + " p95 from a job's end to its event %d ms, to its answer %d ms%n",
                    watched,
                    waiting,
                    threads,
                    threadsBefore,
                    (heap - heapBefore) / 1e3 / (watched + waiting),
                    eventP95,
                    answerP95);
            assertThat(threads - threadsBefore).isLessThan(60);
            assertThat((heap - heapBefore) / (watched + waiting)).isLessThan(200_000);
            assertThat(eventP95).isLessThan(3_000);
            assertThat(answerP95).isLessThan(3_000);
        }
    }

    @Test
    void twoInstancesBehindEachOthersBackGiveTheSameAnswers() throws Exception {
        int jobs = 200;
        try (PostgresDatabase postgres = PostgresDatabase.start()) {
            List<Instance> both =
                    List.of(gateway("one", postgres.url("postgres")), gateway("another", postgres.url("postgres")));
            server.startWorkers(CHAT, jobs);
            List<String> urls = new ArrayList<>();
            List<EventReader> readers = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                Instance submitter = both.get(i % 2);
                String url = url(post(submitter, "/prompts", "text/plain", question(i, 5 + i / 40.0))
                        .join());
                urls.add(url);
                // each instance has every second one from the other
                readers.add(watch(both.get(i / 2 % 2), url, i));
            }
            for (int i = 0; i < jobs; i++) {
                readers.get(i).end().get(SOON.toSeconds(), TimeUnit.SECONDS);
                JsonNode end = readers.get(i).last().data();
                assertThat(number(end.path("result").path("text").textValue())).isEqualTo(i);
                String url = urls.get(i);
                assertThat(Stream.of(get(both.get(0), url), get(both.get(1), url)))
                        .containsOnly(end);
            }
            await().atMost(SOON).until(() -> told.size() == jobs);
            // the list has an end a moment after the job
            await().atMost(SOON).until(() -> get(both.get(0), "/jobs").equals(get(both.get(1), "/jobs")));
            assertThat(get(both.get(0), "/jobs").path("jobs"))
                    .extracting(job -> job.path("state").textValue())
                    .containsOnly("done");
            assertThat(server.stats().submits()).isEqualTo(jobs);
            System.out.printf(
                    "%d jobs of two gateways: p95 from a job's end to its event %d ms where the gateway that is"
                            + " watched has submitted it, %d ms where the other one has%n",
                    jobs,
                    p95(IntStream.range(0, jobs).filter(i -> i % 2 == i / 2 % 2)),
                    p95(IntStream.range(0, jobs).filter(i -> i % 2 != i / 2 % 2)));
        }
    }
}
