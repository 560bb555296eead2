/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.lost;
import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobStatus;
import io.aipi.client.model.KeyValidation;
import io.aipi.client.model.Submission;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every recorded exchange that this client could have had: it is set up as the recorded request was, must send the same
 * request, is given the recorded response, and must come to the outcome that the {@code outcomes.csv} beside the recordings
 * names.
 */
class RecordedOutcomesTest {

    /** One line of {@code outcomes.csv}. */
    record Row(Transcript.Server server, int number, String call, String expected, String why) {

        boolean isReplayed() {
            return !"-".equals(call);
        }

        @Override
        public String toString() {
            return server.cite(number) + " " + call + ": " + expected + " (" + why + ")";
        }
    }

    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    static List<Row> table(Transcript.Server server) {
        return server.outcomes()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .skip(1)
                .map(line -> line.split(",", 4))
                .map(columns -> new Row(server, Integer.parseInt(columns[0]), columns[1], columns[2], columns[3]))
                .toList();
    }

    static Stream<Row> replayed() {
        return Stream.of(Transcript.Server.values())
                .flatMap(server -> table(server).stream())
                .filter(Row::isReplayed);
    }

    @ParameterizedTest
    @EnumSource
    void noTranscriptIsForgotten(Transcript.Server server) {
        assertThat(table(server))
                .extracting(Row::number)
                .containsExactlyElementsOf(
                        server.index().stream().map(Transcript.Entry::number).toList());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotReplayedHasAReason(Transcript.Server server) {
        assertThat(table(server))
                .filteredOn(row -> !row.isReplayed())
                .allSatisfy(row -> assertThat(row.why()).isNotBlank());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replayed")
    void theOutcomeIsTheOneInTheTable(Row row) {
        Transcript transcript = Transcript.of(row.server(), row.number());
        Replay replay = new Replay(transcript, row);

        String outcome = replay.outcome();

        assertThat(outcome).as(row.why()).isEqualTo(row.expected());
        replay.assertThatRequestWasTheRecordedOne();
        replay.assertThatNoSecretIsInTheOutcome();
    }

    /** One recorded exchange, had again by the client. */
    private static final class Replay {

        private final Transcript transcript;
        private final Row row;
        private final Map<String, String> query;
        private final String apiKey;
        private final String sessionKey;
        private final VirtualScheduler time = new VirtualScheduler();
        private Object seen;

        Replay(Transcript transcript, Row row) {
            this.transcript = transcript;
            this.row = row;
            this.query = queryOf(transcript.path());
            this.sessionKey =
                    transcript.request().path("client_session_auth_key").asText(null);
            this.apiKey =
                    query.getOrDefault("key", transcript.request().path("key").asText(null));
        }

        String outcome() {
            prepareServer();
            AipiClient client = client();
            try {
                return switch (row.call()) {
                    case "login" -> loggedIn(client);
                    case "submit" ->
                        accepted(client, Outcome.of(endpoint(client).submit(request())));
                    case "held" -> result(Outcome.of(endpoint(client).runHeld(request())));
                    case "look" -> progress(Outcome.of(endpoint(client).poll(jobId())));
                    case "follow" -> result(Outcome.of(endpoint(client).follow(jobId(), progress -> {})));
                    case "list" -> names(Outcome.of(client.listEndpoints(SOON)));
                    case "describe" -> description(Outcome.of(client.describe(lastSegment(), SOON)));
                    case "validate" -> verdict(Outcome.of(client.validateKey(SOON)));
                    default -> throw new IllegalArgumentException("no such call: " + row.call());
                };
            } catch (AipiException problem) {
                seen = problem;
                assertThat(problem.getHttpStatus()).isIn(null, transcript.status());
                String reason = problem instanceof JobLapsedException lapsed ? " " + lapsed.getReason() : "";
                return problem.getClass().getSimpleName() + reason;
            }
        }

        private void prepareServer() {
            SERVER.on(
                    "GET",
                    "/" + transcript.endpoint() + "/login",
                    Response.json(200, "{\"success\": true, \"client_session_auth_key\": \"" + sessionKey + "\"}"));
            String path = transcript.path().split("\\?", 2)[0];
            if (row.expected().startsWith("logged in again")) {
                SERVER.on(transcript.method(), path, Response.of(transcript), recorded(13));
            } else if (transcript.status() != null) {
                SERVER.on(transcript.method(), path, Response.of(transcript));
            } else if (givesUp()) {
                SERVER.on(transcript.method(), path, Documented.heldResult().after(Duration.ofSeconds(50), time));
            } else {
                SERVER.on(transcript.method(), path, lost());
            }
        }

        private AipiClient client() {
            boolean withLogin = row.call().equals("login") || sessionKey != null;
            AipiClient.Builder builder = AipiClient.builder()
                    .apiKey(apiKey)
                    .user(query.get("user"))
                    .loginMode(withLogin ? LoginMode.ENDPOINT : LoginMode.NONE);
            if (transcript.note().contains("curl exit 7")) {
                return SERVER.closing(
                        builder.serverUrl("http://127.0.0.1:" + closedPort()).build());
            }
            if (givesUp()) {
                return SERVER.client(builder, time);
            }
            return SERVER.client(builder);
        }

        private boolean givesUp() {
            return transcript.note().contains("curl exit 28");
        }

        private ModelEndpoint endpoint(AipiClient client) {
            JobOptions options = ReplayServer.FAST.withPollFailureTimeout(Duration.ZERO);
            if (givesUp()) {
                options = options.withTimeouts(SOON, Duration.ofSeconds(15));
            }
            return client.endpoint(transcript.endpoint(), options);
        }

        /** All parameters of the recorded request but those of the protocol. */
        private AipiRequest request() {
            Map<String, Object> parameters = new LinkedHashMap<>();
            transcript.request().properties().forEach(field -> parameters.put(field.getKey(), value(field.getValue())));
            List.of("key", "client_session_auth_key", "wait_for_result").forEach(parameters::remove);
            return AipiRequest.ofParameters(parameters);
        }

        private static Object value(JsonNode node) {
            try {
                return Transcript.JSON.treeToValue(node, Object.class);
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String jobId() {
            return transcript.request().path("job_id").textValue();
        }

        private String lastSegment() {
            return transcript.path().substring(transcript.path().lastIndexOf('/') + 1);
        }

        private String loggedIn(AipiClient client) {
            ModelEndpoint endpoint = client.endpoint(transcript.endpoint(), ReplayServer.FAST);
            Outcome.of(endpoint.start());
            return endpoint.sessionState();
        }

        private String accepted(AipiClient client, Submission submission) {
            seen = submission;
            assertThat(submission.result()).isNull();
            if (endpoint(client).logins() == 2) {
                return "logged in again and accepted";
            }
            assertThat(submission.jobId())
                    .isEqualTo(transcript.response().path("job_id").textValue());
            return "accepted";
        }

        private String progress(JobStatus status) {
            seen = status;
            JobProgress progress = status.progress();
            JsonNode answered = transcript.response().path("progress");
            assertThat(status.result()).isNull();
            assertThat(progress.queuePosition())
                    .isEqualTo(answered.path("queue_position").asInt());
            assertThat(progress.workersOnline())
                    .isEqualTo(answered.path("num_workers_online").asInt());
            assertThat(progress.text())
                    .isEqualTo(answered.path("progress_data").path("text").textValue());
            assertThat(progress.media())
                    .hasSize(answered.path("progress_data")
                            .path("progress_images")
                            .size());
            return progress.state().word();
        }

        /** Recorded prompts and a response have half a surrogate pair, which nothing could write: the client replaces it. */
        private static String withoutHalfCharacters(String text) {
            return text == null ? null : text.replaceAll("\\p{Cs}", "\uFFFD");
        }

        private String result(JobResult result) {
            seen = result;
            JsonNode answered = transcript.response().has("job_result")
                    ? transcript.response().path("job_result")
                    : transcript.response();
            assertThat(result.jobId()).isEqualTo(answered.path("job_id").textValue());
            assertThat(result.text())
                    .isEqualTo(withoutHalfCharacters(answered.path("text").textValue()));
            assertThat(result.worker()).isEqualTo(answered.path("auth").textValue());
            assertThat(result.seed())
                    .isEqualTo(answered.has("seed") ? answered.path("seed").longValue() : null);
            assertThat(result.computeDuration().toMillis())
                    .isEqualTo(Math.round(answered.path("compute_duration").doubleValue() * 1000));
            assertThat(result.images()).hasSize(answered.path("images").size());
            assertThat(result.fields()).containsOnlyKeys(fieldNames(answered));
            return "result";
        }

        private static List<String> fieldNames(JsonNode object) {
            return object.properties().stream().map(Map.Entry::getKey).toList();
        }

        private String names(List<String> names) {
            seen = names;
            assertThat(names).isEqualTo(value(transcript.response().path("endpoints")));
            return "names";
        }

        private String description(Optional<EndpointDescription> description) {
            seen = description;
            description.ifPresent(described -> {
                JsonNode answered = transcript.response();
                assertThat(described.title()).isEqualTo(answered.path("title").textValue());
                assertThat(described.freeQueueSlots())
                        .isEqualTo(answered.path("free_queue_slots").intValue());
                assertThat(described.workers())
                        .isEqualTo(answered.path("num_workers").intValue());
                List<String> inputs = new ArrayList<>(
                        fieldNames(answered.path("parameter_description").path("input")));
                inputs.removeAll(List.of("key", "client_session_auth_key", "wait_for_result"));
                assertThat(described.input().keySet()).containsExactlyElementsOf(inputs);
            });
            return description.isPresent() ? "described" : "no description";
        }

        private String verdict(KeyValidation validation) {
            seen = validation;
            assertThat(validation.reason())
                    .isEqualTo(transcript.response().path("error").textValue());
            return validation.valid() ? "valid" : "not valid";
        }

        /** The recorded request and the sent one are equal; where the recorded one leaves wait_for_result to the server, the client's says it. */
        void assertThatRequestWasTheRecordedOne() {
            String path = transcript.path().split("\\?", 2)[0];
            if (givesUp()) {
                // the server is still about to answer
                await().until(() -> !SERVER.requests(transcript.method(), path).isEmpty());
            }
            var requests = SERVER.requests(transcript.method(), path);
            if (transcript.note().contains("curl exit 7")) {
                assertThat(requests).isEmpty();
                return;
            }
            assertThat(requests).isNotEmpty().allSatisfy(request -> {
                if (transcript.method().equals("GET")) {
                    Map<String, String> sent = queryOf(request.getUrl());
                    Map<String, String> recorded = new HashMap<>(query);
                    sent.remove("version");
                    recorded.remove("version");
                    assertThat(sent).isEqualTo(recorded);
                } else {
                    assertThat(Transcript.parsed(request.getBodyAsString())).isEqualTo(recordedBody());
                }
            });
        }

        private JsonNode recordedBody() {
            ObjectNode body = transcript.request().deepCopy();
            transcript.request().properties().stream()
                    .filter(field -> field.getValue().isTextual())
                    .forEach(field -> body.put(
                            field.getKey(),
                            withoutHalfCharacters(field.getValue().textValue())));
            if (row.call().equals("submit") || row.call().equals("held")) {
                body.put("wait_for_result", row.call().equals("held"));
            }
            return body;
        }

        void assertThatNoSecretIsInTheOutcome() {
            String everything = Outcome.everythingIn(seen);
            assertThat(everything)
                    .doesNotContain("5b07e305b50505ca2b3284b4ae5f65d")
                    .doesNotContain("rigworkerkey")
                    .doesNotContain("auth_key");
            for (String key : new String[] {apiKey, sessionKey}) {
                // "x" and "k2" are keys in some recordings; so short a word is in any text
                if (key != null && key.length() > 7) {
                    assertThat(everything).doesNotContain(key);
                }
            }
        }

        private static Map<String, String> queryOf(String path) {
            Map<String, String> query = new HashMap<>();
            if (path.contains("?")) {
                for (String pair : path.split("\\?", 2)[1].split("&", -1)) {
                    String[] parts = pair.split("=", 2);
                    query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
                }
            }
            return query;
        }

        /** Bound until the end of the test, so that nobody else gets the port, and not listening. */
        private static int closedPort() {
            try {
                Socket bound = SERVER.closing(new Socket());
                bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                return bound.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
