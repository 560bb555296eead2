/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import static io.aipi.simulator.protocol.ServerWithManualTime.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.simulator.endpoint.EndpointPresets;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.model.PictureFormat;
import io.aipi.simulator.transcripts.Shape;
import io.aipi.simulator.transcripts.Transcript;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every exchange recorded from a server 0.9.0, had again with the simulator, which is brought into the state first that
 * the recorded server was in. The models differ, so what they say is not compared.
 */
class FormerReplayTest {

    /** What has to be the same to the letter. */
    private static final Set<String> EXACT = Set.of(
            "success",
            "error",
            "description",
            "status",
            "message",
            "user",
            "key",
            "job_id",
            "job_state",
            "job_type",
            "ep_version",
            "queue_position");

    /** The recorded session keys that the server knew at first, with the endpoints of their logins. */
    private static final Map<String, String> SESSIONS = Map.of(
            "a47499a5-4923-45e0-a04b-b42e0d980cc5", "llama2_chat",
            "dac8d318-7204-4fbd-92ab-4ade6076cd68", "llama2_chat",
            "d1af4cae-fd06-4f1e-9aa9-9797e4713a08", "llama3_chat",
            "c1803d19-95d7-44bb-aebd-1bf55b70e397", "sd_png");

    /** Those of the logins after the restart. */
    private static final Map<String, String> LATER_SESSIONS = Map.of(
            "45ed4647-f0be-4c2d-9c0c-324cea44c03c", "llama2_chat",
            "9e686a0c-c6fe-4488-828a-561278198c81", "llama2_chat");

    /** What the model of the recordings was told to do, such as {@code [sleep=0.5]}. */
    private static final Pattern COMMAND = Pattern.compile("\\[(\\w+)=([^]]*)]");

    private final ServerWithManualTime server = new ServerWithManualTime(
            new FormerDialect(),
            List.of(
                    EndpointPresets.chat("llama2_chat", "text"),
                    withProgress(2, EndpointPresets.chat("llama3_chat", "prompt_input")),
                    withProgress(1, EndpointPresets.image("sd_png", PictureFormat.PNG))),
            new ApiKeys(Map.of(Transcript.API_KEY, Set.of()), Set.of("aime")),
            2,
            1000);

    private final Map<String, String> sessions = new HashMap<>();

    FormerReplayTest() {
        SESSIONS.forEach(this::logIn);
    }

    /** The models of the recorded server had fewer outputs for their progress. */
    private static ModelEndpoint withProgress(int outputs, ModelEndpoint model) {
        return new ModelEndpoint(
                model.name(),
                model.title(),
                model.description(),
                model.version(),
                model.category(),
                model.jobType(),
                model.promptParameter(),
                model.inputs(),
                model.outputs(),
                model.progressOutputs().subList(0, outputs),
                model.model());
    }

    static List<Transcript> all() {
        return Transcript.allOf090();
    }

    @ParameterizedTest
    @MethodSource("all")
    void theResponseIsTheRecordedOne(Transcript recorded) {
        prepare(recorded.number());

        Response response = replay(recorded);

        assertThat(response.status()).isEqualTo(recorded.status());
        assertThat(response.closes() ? "close" : "keep-alive")
                .isEqualTo(recorded.responseHeaders().get("connection"));
        assertThat(Shape.of(json(response), EXACT)).isEqualTo(Shape.of(recorded.responseBody(), EXACT));
    }

    /** What happened before a recorded exchange, as far as it shows in it. */
    private void prepare(int number) {
        switch (number) {
            case 14 -> submits(1);
            case 15 -> submits(2);
            case 16, 18, 19 -> theJobOfTheRecordings(0);
            case 17, 20, 21, 22 -> theJobOfTheRecordings(0.8);
            case 23 -> theJobOfTheRecordings(2);
            case 24 -> {
                theJobOfTheRecordings(2);
                replay(Transcript.allOf090().get(22));
            }
            case 34 -> submits(3);
            case 37 -> submits(4);
            case 38 -> thePictureOfTheRecordings(0.75);
            case 39 -> thePictureOfTheRecordings(1.5);
            case 40 -> {
                submits(5);
                // two are computed, two wait
                for (int job = 0; job < 4; job++) {
                    server.submitTo("llama2_chat", "text", "@sleep=9", sessionOf("llama2_chat"));
                }
            }
            case 41, 42 -> server.restart();
            case 43, 44 -> {
                submits(1);
                restartAndLogIn();
            }
            case 45 -> {
                submits(1);
                restartAndLogIn();
                replay(Transcript.allOf090().get(43));
            }
            default -> {
                // nothing that would show
            }
        }
    }

    private void restartAndLogIn() {
        server.restart();
        LATER_SESSIONS.forEach(this::logIn);
    }

    private void logIn(String recordedSession, String endpoint) {
        String target = "/" + endpoint + "/login?user=aime&key=" + Transcript.API_KEY;
        sessions.put(
                recordedSession,
                json(server.get(target)).get("client_session_auth_key").textValue());
    }

    private String sessionOf(String endpoint) {
        return SESSIONS.entrySet().stream()
                .filter(session -> session.getValue().equals(endpoint))
                .map(session -> sessions.get(session.getKey()))
                .findAny()
                .orElseThrow();
    }

    /** So many jobs of an endpoint that the later ones do not ask, so that later ids are those of the recordings. */
    private void submits(int count) {
        for (int job = 0; job < count; job++) {
            server.submitTo("llama3_chat", "prompt_input", "@sleep=0.1", sessionOf("llama3_chat"));
        }
        server.time.advance(1);
    }

    private void theJobOfTheRecordings(double seconds) {
        submits(2);
        assertThat(json(replay(Transcript.allOf090().get(14))).get("job_id").textValue())
                .isEqualTo("JID3");
        server.time.advance(seconds);
    }

    private void thePictureOfTheRecordings(double seconds) {
        submits(4);
        assertThat(json(replay(Transcript.allOf090().get(36))).get("job_id").textValue())
                .isEqualTo("JID5");
        server.time.advance(seconds);
    }

    private Response replay(Transcript recorded) {
        String body = new String(recorded.requestBody(), StandardCharsets.UTF_8);
        for (Map.Entry<String, String> session : sessions.entrySet()) {
            body = body.replace(session.getKey(), session.getValue());
        }
        body = COMMAND.matcher(body)
                .replaceAll(command ->
                        " @" + command.group(1) + "=" + command.group(2).replace(' ', '_'));
        Map<String, String> headers = new HashMap<>();
        recorded.requestHeaders().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        Reply reply =
                server.request(recorded.method(), recorded.path(), headers, body.getBytes(StandardCharsets.UTF_8));
        if (reply instanceof Reply.Hold held) {
            server.time.advance(1);
            return held.response().join();
        }
        return (Response) reply;
    }

    @Test
    void aHeldRequestThatIsGivenUpCostsNoWorkerAndItsResultCanBePolledFor() {
        String session = sessionOf("llama2_chat");
        for (int worker = 0; worker < 2; worker++) {
            Reply.Hold held = (Reply.Hold) server.post(
                    "/llama2_chat",
                    JsonNodes.object().put("text", "a @sleep=1").put("client_session_auth_key", session));
            held.abandoned().run();
        }
        server.time.advance(1);

        String job = server.submitTo("llama2_chat", "text", "b @sleep=1", session);
        server.time.advance(1);

        assertThat(poll("llama2_chat", job, session).at("/job_result/text").textValue())
                .startsWith("You said: b");
        assertThat(poll("llama2_chat", "JID1", session).at("/job_result/text").textValue())
                .startsWith("You said: a");
    }

    @Test
    void aHeldRequestOfBeforeARestartDoesNotTouchTheJobThatGotItsId() {
        String session = sessionOf("llama2_chat");
        Reply.Hold old = (Reply.Hold) server.post(
                "/llama2_chat", JsonNodes.object().put("text", "a @sleep=1").put("client_session_auth_key", session));
        restartAndLogIn();
        session = sessions.get(LATER_SESSIONS.keySet().iterator().next());
        Reply.Hold later = (Reply.Hold) server.post(
                "/llama2_chat", JsonNodes.object().put("text", "b @sleep=1").put("client_session_auth_key", session));

        old.abandoned().run();
        server.time.advance(1);

        assertThat(old.response()).isNotDone();
        assertThat(json(later.response().join()).get("text").textValue()).startsWith("You said: b");
    }

    private JsonNode poll(String endpoint, String job, String session) {
        return json((Response) server.post(
                "/" + endpoint + "/progress",
                JsonNodes.object().put("job_id", job).put("client_session_auth_key", session)));
    }
}
