/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.request;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static io.aipi.client.contract.Response.recorded;
import static io.aipi.client.contract.Response.recorded090;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.ScenarioMappingBuilder;
import com.github.tomakehurst.wiremock.common.ConsoleNotifier;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.http.trafficlistener.WiremockNetworkTrafficListener;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.Runtimes;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server that gives prepared answers, each route in its own order, and remembers what it was asked. Clients made here
 * are closed after the test.
 */
final class ReplayServer implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    /** The API key in the recordings; good on the machine that made them only. */
    static final String API_KEY = "6a17e2a5-b706-03cb-1a32-94b4a1df67da";

    /** Polls of a job without a pause, so that no test waits. */
    static final JobOptions FAST = JobOptions.defaults()
            .withPollIntervals(Duration.ofMillis(3), Duration.ofMillis(10))
            .withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(30));

    private final Connections connections = new Connections();
    private final WireMockServer server = new WireMockServer(wireMockConfig()
            .bindAddress("127.0.0.1")
            .dynamicPort()
            .containerThreads(10)
            .jettyAcceptors(1)
            .gzipDisabled(true)
            .networkTrafficListener(connections)
            .extensions(new OfTheJob())
            .notifier(new ConsoleNotifier(false)));
    /** A recording tells of the job that is polled, whatever the id of the job was of which it was made. */
    private static final class OfTheJob implements ResponseDefinitionTransformerV2 {

        private static final Pattern JOB_ID = Pattern.compile("\"job_id\"\\s*:\\s*\"[^\"]*\"");

        @Override
        public ResponseDefinition transform(ServeEvent event) {
            ResponseDefinition recorded = event.getResponseDefinition();
            byte[] body = recorded.getByteBody();
            if (body == null || !event.getRequest().getUrl().endsWith("/progress")) {
                return recorded;
            }
            Matcher polled = Pattern.compile("\"job_id\":\"(?:[^\"\\\\]|\\\\.)*\"")
                    .matcher(event.getRequest().getBodyAsString());
            if (!polled.find()) {
                return recorded;
            }
            String ofTheJob = JOB_ID.matcher(new String(body, StandardCharsets.UTF_8))
                    .replaceAll(Matcher.quoteReplacement(polled.group()));
            return ResponseDefinitionBuilder.like(recorded)
                    .withBody(ofTheJob.getBytes(StandardCharsets.UTF_8))
                    .build();
        }

        @Override
        public String getName() {
            return "of the job";
        }
    }

    private final AtomicInteger scenarios = new AtomicInteger();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        server.start();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        server.resetAll();
        connections.opened.set(0);
        // a route that a test does not speak of does not exist, and says so as the server does (transcript 252)
        server.stubFor(any(anyUrl()).atPriority(10).willReturn(recorded(252).response()));
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable closeable : toClose) {
            closeable.close();
        }
        toClose.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        server.stop();
    }

    String url() {
        return server.baseUrl();
    }

    /** AIME API Server 0.9.6: one login mode per endpoint, and descriptions of its two chat endpoints. */
    void served096() {
        on("GET", "/llama2_chat/login", recorded(1));
        on("GET", "/llama3_chat/login", recorded(1));
        on("GET", "/stable_diffusion_3_5/login", recorded(1));
        on("GET", "/api/endpoints/llama2_chat", recorded(116));
        on("GET", "/api/endpoints/llama3_chat", recorded(201));
    }

    /** AIME API Server 0.9.0: one login mode per endpoint, and no descriptions. */
    void served090() {
        on("GET", "/llama2_chat/login", recorded090(1));
    }

    /** The documented contract: one login for all endpoints, and no descriptions. */
    void documentedApi() {
        on("POST", "/login", Documented.login());
    }

    void onSubmit(Response... inOrder) {
        on("POST", "/llama2_chat", inOrder);
    }

    void onProgress(Response... inOrder) {
        on("POST", "/llama2_chat/progress", inOrder);
    }

    /** What a submit to the chat endpoint is answered that carries this session key. */
    void onSubmitWithSession(String sessionKey, Response response) {
        server.stubFor(post(urlPathEqualTo("/llama2_chat"))
                .withRequestBody(containing(sessionKey))
                .willReturn(response.response()));
    }

    /** What a poll at the chat endpoint is answered that carries this session key. */
    void onProgressWithSession(String sessionKey, Response response) {
        server.stubFor(post(urlPathEqualTo("/llama2_chat/progress"))
                .withRequestBody(containing(sessionKey))
                .willReturn(response.response()));
    }

    /** Gives these responses to the requests of a route, one after the other, the last one for ever. */
    void on(String method, String path, Response... inOrder) {
        String scenario = method + " " + path + " " + scenarios.incrementAndGet();
        for (int i = 0; i < inOrder.length; i++) {
            ScenarioMappingBuilder stub = request(method, urlPathEqualTo(path))
                    .inScenario(scenario)
                    .whenScenarioStateIs(i == 0 ? STARTED : "answered " + i)
                    .willReturn(inOrder[i].response());
            if (i < inOrder.length - 1) {
                stub.willSetStateTo("answered " + (i + 1));
            }
            server.stubFor(stub);
        }
    }

    /** A client with the API key, everything else by default. */
    AipiClient client() {
        return client(AipiClient.builder().apiKey(API_KEY));
    }

    /** A client of this server. */
    AipiClient client(AipiClient.Builder settings) {
        return closing(settings.serverUrl(url()).build());
    }

    /** The chat endpoint of the recordings, through a client by default. */
    ModelEndpoint llama2() {
        return llama2(FAST);
    }

    ModelEndpoint llama2(JobOptions options) {
        return client().endpoint("llama2_chat", options);
    }

    /** The same, where nothing is ever late unless this scheduler says so. */
    ModelEndpoint llama2(JobOptions options, VirtualScheduler time) {
        return client(AipiClient.builder().apiKey(API_KEY), time).endpoint("llama2_chat", options);
    }

    /** A client of this server, for which nothing is ever late unless this scheduler says so. */
    AipiClient client(AipiClient.Builder settings, VirtualScheduler time) {
        return client(settings.resources(closing(Runtimes.withScheduler(time))));
    }

    /** Lets time pass until there is an outcome, but none while the server is asked: however slow it is, it takes none. */
    static void passTime(VirtualScheduler time, CompletableFuture<?> outcome) {
        await().atMost(Outcome.PATIENCE, SECONDS)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    // pauses between calls are shorter than this, and timeouts of calls are longer
                    time.advanceToNextWithin(Duration.ofMillis(100));
                    return outcome.isDone();
                });
    }

    <T extends AutoCloseable> T closing(T closeable) {
        toClose.add(closeable);
        return closeable;
    }

    /** Everything that was asked, in its order. */
    List<LoggedRequest> requests() {
        List<ServeEvent> events = new ArrayList<>(server.getAllServeEvents());
        // WireMock has the newest first, and its dates are of milliseconds: of two in the same one the order is kept
        Collections.reverse(events);
        return events.stream()
                .map(ServeEvent::getRequest)
                .sorted(Comparator.comparing(LoggedRequest::getLoggedDate))
                .toList();
    }

    /** What was asked of a route, in its order. */
    List<LoggedRequest> requests(String method, String path) {
        return requests().stream()
                .filter(request -> request.getMethod().value().equals(method)
                        && request.getUrl().split("\\?", 2)[0].equals(path))
                .toList();
    }

    /** Bodies of the submits to the chat endpoint. */
    List<JsonNode> submits() {
        return bodies("/llama2_chat");
    }

    /** Bodies of the polls of jobs of the chat endpoint. */
    List<JsonNode> polls() {
        return bodies("/llama2_chat/progress");
    }

    /** Bodies of the POSTs to a path. */
    List<JsonNode> bodies(String path) {
        return requests("POST", path).stream()
                .map(request -> Transcript.parsed(request.getBodyAsString()))
                .toList();
    }

    /** How many connections clients have opened since the beginning of the test. */
    int connectionsOpened() {
        return connections.opened.get();
    }

    private static final class Connections implements WiremockNetworkTrafficListener {

        private final AtomicInteger opened = new AtomicInteger();

        @Override
        public void opened(Socket socket) {
            opened.incrementAndGet();
        }

        @Override
        public void incoming(Socket socket, ByteBuffer bytes) {
            // what is said is polled elsewhere
        }

        @Override
        public void outgoing(Socket socket, ByteBuffer bytes) {
            // what is said is polled elsewhere
        }

        @Override
        public void closed(Socket socket) {
            // the client decides which it opens; when it lets go of one is no concern here
        }
    }
}
