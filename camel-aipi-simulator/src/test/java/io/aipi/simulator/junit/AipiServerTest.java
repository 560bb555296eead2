/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.junit;

import static io.aipi.simulator.ScriptedJob.answer;
import static io.aipi.simulator.ScriptedJob.failure;
import static io.aipi.simulator.ScriptedJob.queueFull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatorStats;
import io.aipi.simulator.SubmittedJob;
import io.aipi.simulator.http.RawClient;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a test can script, and what it is told. */
class AipiServerTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A picture of one pixel. */
    private static final byte[] PNG = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    @RegisterExtension
    static AipiServer server = AipiServer.create().script(answer("As declared"));

    /** Submits and waits for the result. */
    private static JsonNode ask(String endpoint, Map<String, ?> parameters) throws IOException {
        return JSON.readTree(response(endpoint, parameters).body());
    }

    private static RawClient.Response response(String endpoint, Map<String, ?> parameters) throws IOException {
        try (RawClient client = new RawClient(server.simulator().port())) {
            return client.postJson("/" + endpoint, JSON.writeValueAsString(parameters));
        }
    }

    private static String chat(String prompt) throws IOException {
        return ask("llama3_chat", Map.of("key", "any", "prompt_input", prompt))
                .path("text")
                .asText();
    }

    private static boolean loginSucceeds() throws IOException {
        return ask("llama3_chat/login", Map.of()).has("client_session_auth_key");
    }

    @Test
    void jobsAreAnsweredInOrder_andTheLastAnswerStays() throws IOException {
        server.script(answer("Paris"), answer("Rome"));

        assertThat(chat("France?")).isEqualTo("Paris");
        assertThat(chat("Italy?")).isEqualTo("Rome");
        assertThat(chat("Spain?")).isEqualTo("Rome");
    }

    @Test
    void aTestBeginsWithWhatTheFieldSays() throws IOException {
        assertThat(chat("Hello")).isEqualTo("As declared");
    }

    @Test
    void aModelAnswersForItselfWhereNothingIsScripted() throws IOException {
        server.script();

        assertThat(chat("Hello")).isEqualTo("You said: Hello");
    }

    @Test
    void anAnswerCanBeMadeOfItsPrompt() throws IOException {
        server.script(answer(prompt -> prompt.contains("France") ? "Paris" : "Rome"));

        assertThat(chat("Italy?")).isEqualTo("Rome");
        assertThat(chat("France?")).isEqualTo("Paris");
    }

    @Test
    void eachEndpointGoesThroughTheScriptOnItsOwn_andCanHaveOneOfItsOwn() throws IOException {
        server.script(answer("Paris"), answer("Rome")).script("llama2_chat", answer("Madrid"));

        assertThat(chat("France?")).isEqualTo("Paris");
        assertThat(ask("mistral_chat", Map.of("key", "any", "text_context", "France?"))
                        .path("text")
                        .asText())
                .isEqualTo("Paris");
        assertThat(ask("llama2_chat", Map.of("key", "any", "text", "Spain?"))
                        .path("text")
                        .asText())
                .isEqualTo("Madrid");
        assertThat(chat("Italy?")).isEqualTo("Rome");
    }

    @Test
    void aJobFails_onAnEndpointThatDoesNotTellOfErrorsOnARealServer_too() throws IOException {
        server.script(failure("CUDA_ERROR: out of memory"), answer("Paris"));

        assertThat(ask("llama2_chat", Map.of("key", "any", "text", "France?"))
                        .path("error")
                        .asText())
                .isEqualTo("CUDA_ERROR: out of memory");
        assertThat(ask("llama2_chat", Map.of("key", "any", "text", "France?"))
                        .path("text")
                        .asText())
                .isEqualTo("Paris");
    }

    @Test
    void theQueueIsFull_andAJobThatIsRefusedIsNotAmongTheJobs() throws IOException {
        server.script(queueFull(), answer("Paris"));

        RawClient.Response refused = response("llama3_chat", Map.of("key", "any", "prompt_input", "First"));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("Job queue reached max length");
        assertThat(chat("Second")).isEqualTo("Paris");
        assertThat(server.prompts()).containsExactly("Second");
    }

    @Test
    void loginsAndKeysAreRefused_untilTheReset() throws IOException {
        server.simulator().revokeApiKeys();

        assertThat(loginSucceeds()).isFalse();
        assertThat(response("llama3_chat", Map.of("key", "any", "prompt_input", "Hello"))
                        .status())
                .isEqualTo(401);
        assertThat(server.simulator().stats().refusedLogins()).isPositive();

        server.reset();

        assertThat(loginSucceeds()).isTrue();
    }

    @Test
    void theServerIsAway_untilTheReset() throws IOException {
        server.simulator().goDown();
        await().untilAsserted(() -> assertThatThrownBy(() -> chat("Hello")).isInstanceOf(ConnectException.class));

        server.reset();

        assertThat(chat("Hello")).isEqualTo("As declared");
    }

    @Test
    void aFrozenServerWorksAgainAfterTheReset_withoutTheRequestsOfTheTest() throws IOException {
        server.simulator().freeze();
        try (RawClient client = new RawClient(server.simulator().port())) {
            client.sendJson("/llama3_chat", "{\"key\": \"any\", \"prompt_input\": \"Before\"}");
            await().until(() -> server.simulator().stats().connectionsOpen() == 1);

            server.reset();

            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(chat("After")).isEqualTo("As declared");
        assertThat(server.prompts()).containsExactly("After");
    }

    @Test
    void anAnswerComesAfterATime() throws IOException {
        server.script(answer("Paris").after(Duration.ofMillis(150)));

        assertThat(chat("France?")).isEqualTo("Paris");

        SimulatorStats stats = server.simulator().stats();
        SimulatorStats.AcceptedJob job = stats.jobs().get(stats.jobs().size() - 1);
        assertThat(Duration.ofNanos(job.readyNanos().orElseThrow() - job.submittedNanos()))
                .isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void aJobThatNeverEndsDoesNotKeepTheNextTestWaiting() throws IOException {
        server.script(answer("Never").after(Duration.ofDays(1)));
        ask("llama3_chat", Map.of("key", "any", "prompt_input", "Hello", "wait_for_result", false));

        server.reset();

        assertThat(chat("Hello")).isEqualTo("As declared");
    }

    @Test
    void workersAndEndpointsThatATestHasStoppedAreThereAgainAfterTheReset() throws IOException {
        server.simulator().stopWorkers("llama3_chat");
        server.simulator().setEndpointEnabled("llama3_chat", false);
        server.simulator().limitRequests(1, null);
        server.simulator().delayResponses(Duration.ofDays(1));

        server.reset();

        assertThat(chat("Hello")).isEqualTo("As declared");
        assertThat(chat("Hello")).isEqualTo("As declared");
    }

    @Test
    void aSessionOutlivesTheReset() throws IOException {
        String session = ask("llama3_chat/login", Map.of())
                .get("client_session_auth_key")
                .asText();

        server.reset();

        assertThat(ask("llama3_chat", Map.of("client_session_auth_key", session, "prompt_input", "Hello"))
                        .path("text")
                        .asText())
                .isEqualTo("As declared");
    }

    @Test
    void aModelOfPicturesGivesTheScriptedOne_andAChatAnswersForItself() throws IOException {
        server.script(answer(PNG));

        JsonNode result = ask("stable_diffusion_xl_txt2img", Map.of("key", "any", "prompt", "A camel"));

        assertThat(result.path("images").path(0).asText())
                .isEqualTo("data:image/png;base64," + Base64.getEncoder().encodeToString(PNG));
        assertThat(chat("Hello")).isEqualTo("You said: Hello");
    }

    @Test
    void aTextIsForChats_andAModelOfPicturesDrawsForItself() throws IOException {
        JsonNode result = ask("stable_diffusion_xl_txt2img", Map.of("key", "any", "prompt", "A camel"));

        assertThat(result.path("images").path(0).asText()).startsWithIgnoringCase("data:image/jpeg;base64,");
    }

    @Test
    void aModelOfSpeechGivesTheScriptedSound_andWhatIsNeitherPictureNorSoundIsRefused() throws IOException {
        byte[] wav = "RIFF....WAVEfmt ".getBytes(StandardCharsets.US_ASCII);
        server.script(answer(wav));

        assertThat(ask("tts", Map.of("key", "any", "text", "Hello"))
                        .path("audio_output")
                        .asText())
                .matches("data:audio/[a-z-]+;base64," + Base64.getEncoder().encodeToString(wav));
        assertThatThrownBy(() -> answer(new byte[100])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTestIsToldWhatWasAsked() throws IOException {
        ask(
                "mistral_chat",
                Map.of(
                        "key",
                        "any",
                        "temperature",
                        0.2,
                        "chat_context",
                        "[{\"role\": \"system\", \"content\": \"Be brief\"}, {\"role\": \"user\", \"content\": \"Hi\"}]"));
        String picture = "data:image/png;base64," + Base64.getEncoder().encodeToString(PNG);
        ask("stable_diffusion_3_5", Map.of("key", "any", "prompt", "Repaint it", "image", picture));

        assertThat(server.prompts()).containsExactly("Hi", "Repaint it");
        SubmittedJob chat = server.jobs().get(0);
        assertThat(chat.endpoint()).isEqualTo("mistral_chat");
        assertThat(chat.parameters())
                .containsEntry("temperature", 0.2)
                .containsEntry("top_k", 40)
                .doesNotContainKey("key");
        assertThat(chat.parameters().get("chat_context")).asString().contains("Be brief");
        assertThat(server.jobs().get(1).parameters()).containsEntry("image", picture);
    }

    @Test
    void anEndpointThatThereIsNotCannotBeScripted() {
        assertThatThrownBy(() -> server.script("no_such_chat", answer("Paris")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no_such_chat");
    }

    @Test
    void aServerWithSettingsOfItsOwnHasNoOthers() {
        AipiServer own = AipiServer.of(AipiSimulator.builder());

        assertThatThrownBy(() -> own.beforeAll(null)).hasMessageContaining("needs an endpoint");
        own.afterAll(null);
        assertThatThrownBy(own::url)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("@RegisterExtension");
    }
}
