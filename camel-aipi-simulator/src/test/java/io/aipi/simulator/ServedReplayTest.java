/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.simulator.http.RawClient;
import io.aipi.simulator.transcripts.Shape;
import io.aipi.simulator.transcripts.Transcript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sends recorded requests over HTTP, byte by byte as they were, and compares the responses with the recorded ones. */
class ServedReplayTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The session key of the recordings. */
    private static final String RECORDED_SESSION = "f5af27e3-fc21-4df0-94fa-82ca5f8b94c6";

    private static AipiSimulator simulator;
    private static String session;
    private static String job;

    @BeforeAll
    static void start() throws IOException {
        simulator = AipiSimulator.builder()
                .apiKey(Transcript.API_KEY)
                .apiKey("k2", "llama3_chat")
                .endpoint(SimulatedEndpoint.speech("example_api"))
                .endpoint(SimulatedEndpoint.pngImage("sd_png"))
                .endpoint(SimulatedEndpoint.image("stable_diffusion_xl_txt2img"))
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                .endpoint(SimulatedEndpoint.imageToImage("stable_diffusion_3_5"))
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .workers(4)
                .computeTime(Duration.ofMillis(10))
                .start();
        RawClient.Response login = send("GET", "/llama2_chat/login?key=" + Transcript.API_KEY, Map.of(), new byte[0]);
        session = JSON.readTree(login.body()).get("client_session_auth_key").asText();
        String body = "{\"key\": \"%s\", \"text\": \"long @sleep=600\", \"wait_for_result\": false}";
        RawClient.Response submit = send(
                "POST",
                "/llama2_chat",
                Map.of(),
                body.formatted(Transcript.API_KEY).getBytes(StandardCharsets.UTF_8));
        job = JSON.readTree(submit.body()).get("job_id").asText();
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    private static RawClient.Response send(String method, String path, Map<String, String> headers, byte[] body)
            throws IOException {
        return RawClient.once(simulator.port(), method, path, headers, body);
    }

    private static RawClient.Response replay(Transcript transcript) throws IOException {
        return replay(transcript, simulator.port());
    }

    private static RawClient.Response replay(Transcript transcript, int port) throws IOException {
        Map<String, String> headers = new TreeMap<>(transcript.requestHeaders());
        headers.keySet().removeAll(List.of("Content-Length", "Transfer-Encoding", "Host", "Expect"));
        String body = new String(transcript.requestBody(), StandardCharsets.UTF_8);
        return RawClient.once(
                port,
                transcript.method(),
                transcript.path().replace(RECORDED_SESSION, session),
                headers,
                body.replace(RECORDED_SESSION, session).getBytes(StandardCharsets.UTF_8));
    }

    private static void assertSame(Transcript recorded, RawClient.Response response) throws IOException {
        assertThat(response.status()).isEqualTo(recorded.status());
        assertThat(response.statusLine())
                .isEqualTo(
                        recorded.content().at("/response/headers/:status-line").asText());
        assertThat(Shape.ofHeaders(response.headers())).isEqualTo(Shape.ofHeaders(recorded.responseHeaders()));
        JsonNode body = recorded.responseBody();
        if (body.isObject()) {
            assertThat(Shape.of(JSON.readTree(response.body()))).isEqualTo(Shape.of(body));
        } else if (!recorded.method().equals("HEAD")) {
            assertThat(response.body()).isEqualTo(body.asText());
        }
    }

    static List<Transcript> logins() {
        return Transcript.numbered(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 75, 136, 255);
    }

    @ParameterizedTest
    @MethodSource("logins")
    void aLoginIsAnsweredAsRecorded(Transcript recorded) throws IOException {
        assertSame(recorded, replay(recorded));
    }

    static List<Transcript> submits() {
        return Transcript.numbered(
                11, 13, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
                52, 53, 54, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 67, 68, 88, 89, 92, 93, 105, 108, 109, 110, 111,
                137, 215, 216, 218, 219, 251, 254);
    }

    @ParameterizedTest
    @MethodSource("submits")
    void aSubmitIsAnsweredAsRecorded(Transcript recorded) throws IOException {
        assertSame(recorded, replay(recorded));
    }

    static List<Transcript> progress() {
        return Transcript.numbered(80, 81, 82, 83, 84, 85, 86, 87);
    }

    @ParameterizedTest
    @MethodSource("progress")
    void aPollThatIsWrongIsAnsweredAsRecorded(Transcript recorded) throws IOException {
        assertSame(recorded, replay(recorded));
    }

    static List<Transcript> others() {
        return Transcript.numbered(
                70, 71, 72, 74, 76, 77, 78, 79, 113, 114, 115, 117, 118, 119, 120, 121, 123, 124, 125, 126, 252, 257);
    }

    @ParameterizedTest
    @MethodSource("others")
    void anyOtherRequestIsAnsweredAsRecorded(Transcript recorded) throws IOException {
        assertSame(recorded, replay(recorded));
    }

    @Test
    void anEndpointIsDescribedAsRecorded() throws IOException {
        Transcript recorded = Transcript.number(116);

        JsonNode mine = JSON.readTree(replay(recorded).body());

        assertThat(mine.get("parameter_description"))
                .isEqualTo(recorded.responseBody().get("parameter_description"));
        assertThat(mine.fieldNames())
                .toIterable()
                .containsExactlyElementsOf(() -> recorded.responseBody().fieldNames());
        assertThat(mine.at("/workers/0").fieldNames())
                .toIterable()
                .containsExactlyElementsOf(
                        () -> recorded.responseBody().at("/workers/0").fieldNames());
    }

    @Test
    void aBadRoleInAChatContextIsRefusedInWordsWithoutOrder() throws IOException {
        // The recorded server prints a set, whose order changes from run to run.
        Transcript recorded = Transcript.number(55);

        assertThat(replay(recorded).status()).isEqualTo(400);
        assertThat(replay(recorded).body()).contains("has an item with an invalid value for key 'role'. Only {");
    }

    @Test
    void anImageWithoutAPrefixIsHeldUntilTheResponseTimeout() throws IOException {
        Transcript recorded = Transcript.number(112);
        try (AipiSimulator impatient = AipiSimulator.builder()
                .apiKey(Transcript.API_KEY)
                .endpoint(SimulatedEndpoint.imageToImage("stable_diffusion_3_5"))
                .responseTimeout(Duration.ofSeconds(1))
                .start()) {
            assertSame(recorded, replay(recorded, impatient.port()));
        }
    }

    @Test
    void theJobIdAloneIsEnoughForAPollByGet() throws IOException {
        RawClient.Response response =
                send("GET", "/llama2_chat/progress?job_id=" + job.replace("#", "%23"), Map.of(), new byte[0]);

        assertThat(response.status()).isEqualTo(200);
        assertThat(JSON.readTree(response.body()).get("job_state").asText()).isEqualTo("processing");
    }

    @Test
    void aQueryThatIsTooLongIsRefused() throws IOException {
        RawClient.Response response =
                send("GET", "/llama2_chat?text=" + "a".repeat(9000), Map.of("Accept", "*/*"), new byte[0]);

        assertThat(response.status()).isEqualTo(413);
        assertThat(response.statusLine()).endsWith("413 Request Entity Too Large");
        assertThat(response.headers()).containsEntry("connection", "close");
        assertThat(response.body()).contains("Request header exceeds the size limit");
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedBeforeItIsSent() throws IOException {
        try (RawClient client = new RawClient(simulator.port())) {
            client.sendHead(
                    "POST", "/llama2_chat", Map.of("Content-Length", "100000001", "Accept", "application/json"));

            RawClient.Response response = client.receive("POST");

            assertThat(response.status()).isEqualTo(413);
            assertThat(response.headers()).containsEntry("connection", "close");
            assertThat(JSON.readTree(response.body()).get("message").asText())
                    .isEqualTo("Request body exceeds the size limit");
        }
    }

    @Test
    void bytesThatAreNotUtf8AreNoJson() throws IOException {
        byte[] body = "{\"text\": \"bad \u00ff\"}".getBytes(StandardCharsets.ISO_8859_1);

        RawClient.Response response = send("POST", "/llama2_chat", Map.of("Accept", "application/json"), body);

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body()).contains("Failed when parsing body as json");
    }

    @Test
    void aLoneSurrogateComesBackAsItCame() throws IOException {
        String body = "{\"key\": \"%s\", \"text\": \"bad \\ud83d\"}".formatted(Transcript.API_KEY);

        RawClient.Response response = send("POST", "/llama2_chat", Map.of(), body.getBytes(StandardCharsets.UTF_8));

        assertThat(response.body()).contains("\"text\":\"You said: bad \\ud83d\"");
    }

    @Test
    void aPromptOfTwentyMegabytesRoundTrips() throws IOException {
        String prompt = "a".repeat(21_000_000);
        String body = "{\"key\": \"%s\", \"text\": \"%s\"}".formatted(Transcript.API_KEY, prompt);

        RawClient.Response response = send("POST", "/llama2_chat", Map.of(), body.getBytes(StandardCharsets.UTF_8));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body().length()).isGreaterThan(prompt.length());
    }
}
