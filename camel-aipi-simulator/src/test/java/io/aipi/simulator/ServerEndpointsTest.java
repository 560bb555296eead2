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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gpt_oss_chat                | {"text_context": "hi"}                        | You said: hi
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
        String body = "{\"key\": \"any\", " + inputs.substring(1);

        RawClient.Response response = RawClient.once(
                simulator.port(), "POST", "/" + endpoint, Map.of(), body.getBytes(StandardCharsets.UTF_8));

        assertThat(response.body()).contains(inTheResponse);
    }
}
