/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.simulator.http.RawClient;
import io.aipi.simulator.transcripts.Transcript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A simulator with the endpoints of a real server has their names and parameters, and all of them work. */
class ServerEndpointsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static AipiSimulator simulator;

    @BeforeAll
    static void start() {
        simulator = AipiSimulator.builder()
                .endpoints(SimulatedEndpoint.ofServer096())
                .computeTime(Duration.ofMillis(10))
                .start();
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    private static JsonNode get(String path) throws IOException {
        return JSON.readTree(RawClient.once(simulator.port(), "GET", path, Map.of(), new byte[0])
                .body());
    }

    @Test
    void theListHasTheNamesOfARealServer() throws IOException {
        assertThat(get("/api/endpoints").toString())
                .isEqualTo("{\"endpoints\":[\"gpt_oss_chat\",\"llama2_chat\",\"llama3_chat\",\"llama4_chat\","
                        + "\"mistral_chat\",\"stable_diffusion_3_5\",\"stable_diffusion_xl_img2img\","
                        + "\"stable_diffusion_xl_txt2img\",\"tts\"]}");
    }

    @Test
    void theTextOfImageToImageIsRequiredAndThePromptIsNot() throws IOException {
        JsonNode inputs = get("/api/endpoints/stable_diffusion_xl_img2img").at("/parameter_description/input");

        assertThat(inputs.at("/text/required").asBoolean()).isTrue();
        assertThat(inputs.at("/prompt/required").asBoolean(true)).isFalse();
    }

    @Test
    void notEveryChatEndpointHasAPromptInput() throws IOException {
        JsonNode inputs = get("/api/endpoints/mistral_chat").at("/parameter_description/input");

        assertThat(inputs.has("prompt_input")).isFalse();
        assertThat(inputs.has("chat_context")).isTrue();
        assertThat(inputs.has("text_context")).isTrue();
    }

    @Test
    void aChatThatTakesImagesSaysSo() throws IOException {
        assertThat(get("/api/endpoints/mistral_chat")
                        .at("/parameter_description/input/chat_context")
                        .toString())
                .isEqualTo("{\"type\":\"chat_context\",\"support\":[\"image\"]}");
        assertThat(get("/api/endpoints/llama3_chat")
                        .at("/parameter_description/input/chat_context")
                        .toString())
                .isEqualTo("{\"type\":\"chat_context\",\"required\":false}");
    }

    @Test
    void llama3IsDescribedAsRecorded() throws IOException {
        JsonNode mine = get("/api/endpoints/llama3_chat");
        JsonNode recorded = Transcript.number(201).responseBody();

        for (String field : List.of("title", "description", "version", "category", "parameter_description")) {
            assertThat(mine.get(field).toString()).isEqualTo(recorded.get(field).toString());
        }
    }

    @Test
    void gptOssTakesItsPromptAsATextContextAndDoesNotSayHowLongItWas() throws IOException {
        JsonNode described = get("/api/endpoints/gpt_oss_chat");

        assertThat(described.get("version").asInt()).isEqualTo(4);
        assertThat(described.at("/parameter_description/input/prompt_input").toString())
                .isEqualTo("{\"type\":\"text_context\"}");
        assertThat(described.at("/parameter_description/input/max_gen_tokens").toString())
                .isEqualTo("{\"type\":\"integer\",\"default\":2000}");
        assertThat(described.at("/parameter_description/output").has("prompt_length"))
                .isFalse();
        assertThat(post("gpt_oss_chat", "{\"prompt_input\": \"hi\"}").body()).doesNotContain("prompt_length");
    }

    private static String contextOf(String... images) throws IOException {
        ArrayNode messages = JSON.createArrayNode();
        for (String image : images) {
            ObjectNode message = messages.addObject().put("role", "user");
            ArrayNode content = message.putArray("content");
            content.addObject().put("text", "Look");
            content.addObject().put("image", image);
        }
        messages.addObject().put("role", "user").put("content", "What is it?");
        return JSON.createObjectNode().put("chat_context", messages.toString()).toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mistral_chat | 200 | What is it?. Earlier you said: Look. I see 1 picture (image/png) | data:image/png;base64,iVBORw0KGgo=
            gpt_oss_chat | 400 | denied. Format not recognized by ffprobe. | data:image/png;base64,AAAA
            llama3_chat  | 400 | has an image, which this endpoint does not support! | data:image/png;base64,iVBORw0KGgo=
            """)
    void anImageInAConversationIsSeenOrRefused(String endpoint, int status, String inTheResponse, String image)
            throws IOException {
        RawClient.Response response = post(endpoint, contextOf(image));

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).contains(inTheResponse);
    }

    @Test
    void twoImagesInOneConversationAreRefused() throws IOException {
        RawClient.Response response = post(
                "mistral_chat", contextOf("data:image/png;base64,iVBORw0KGgo=", "data:image/png;base64,iVBORw0KGgo="));

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body()).contains("chat_context has 2 images. Only 1 is allowed!");
    }

    @Test
    void anImageWithoutAPrefixInAConversationIsHeldUntilTheResponseTimeout() throws IOException {
        try (AipiSimulator impatient = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.ofServer096("mistral_chat"))
                .responseTimeout(Duration.ofMillis(200))
                .start()) {
            assertThat(post(impatient.port(), "mistral_chat", contextOf("iVBORw0KGgo="))
                            .status())
                    .isEqualTo(503);
        }
    }

    @Test
    void aContextThatIsTooLongIsAFailedJob() throws IOException {
        try (AipiSimulator small = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.ofServer096("mistral_chat").withMaxSeqLen(2))
                .computeTime(Duration.ofMillis(10))
                .start()) {
            RawClient.Response response = post(small.port(), "mistral_chat", "{\"text_context\": \"one two three\"}");

            assertThat(response.status()).isEqualTo(200);
            assertThat(JSON.readTree(response.body()).get("error").asText())
                    .isEqualTo("The context has 3 tokens, and max_seq_len is 2");
        }
    }

    @Test
    void anEndpointThatTheServerDoesNotHaveIsAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SimulatedEndpoint.ofServer096("llama9_chat"))
                .withMessageContaining("llama9_chat");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gpt_oss_chat                | {"prompt_input": "hi"}                        | You said: hi
            gpt_oss_chat                | {"text_context": "hi"}                        | Invalid input parameter(s): text_context
            mistral_chat                | {"text_context": "hi"}                        | You said: hi
            mistral_chat                | {"chat_context": "[{\\"role\\": \\"user\\", \\"content\\": \\"hi\\"}]"} | You said: hi
            llama4_chat                 | {"chat_context": "[{\\"role\\": \\"user\\", \\"content\\": [{\\"text\\": \\"hi\\"}]}]"} | You said: hi
            llama3_chat                 | {"prompt_input": "hi"}                        | You said: hi
            llama3_chat                 | {"text_context": "hi"}                        | You said: hi
            llama2_chat                 | {"text": "hi"}                                | You said: hi
            stable_diffusion_3_5        | {"prompt": "hi"}                              | data:image/JPEG
            stable_diffusion_xl_txt2img | {"prompt": "hi"}                              | data:image/JPEG
            stable_diffusion_xl_img2img | {"text": "hi", "image": "data:image/png;base64,iVBORw0KGgo="} | data:image/JPEG
            stable_diffusion_xl_img2img | {"prompt": "hi"}                              | Missing required argument: text
            tts                         | {"text": "hi"}                                | data:audio
            """)
    void eachTakesItsPromptAndResponses(String endpoint, String inputs, String inTheResponse) throws IOException {
        assertThat(post(endpoint, inputs).body()).contains(inTheResponse);
    }

    private static RawClient.Response post(String endpoint, String inputs) throws IOException {
        return post(simulator.port(), endpoint, inputs);
    }

    private static RawClient.Response post(int port, String endpoint, String inputs) throws IOException {
        String body = "{\"key\": \"any\", " + inputs.substring(1);
        return RawClient.once(port, "POST", "/" + endpoint, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }
}
