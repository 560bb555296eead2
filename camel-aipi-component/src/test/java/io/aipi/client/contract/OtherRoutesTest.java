/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.AipiClient;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.KeyValidation;
import io.aipi.client.model.ParameterDescription;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Other routes: list and description of endpoints, validation of a key")
class OtherRoutesTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @Test
    void theEndpointsOfAServerAreListed() {
        SERVER.on("GET", "/api/endpoints", recorded(114));

        assertThat(Outcome.of(SERVER.client().listEndpoints(SOON)))
                .containsExactly(
                        "example_api",
                        "sd_png",
                        "stable_diffusion_xl_txt2img",
                        "llama2_chat",
                        "stable_diffusion_3_5",
                        "llama3_chat");
    }

    @Test
    void theListIsThatOfTheKey() {
        SERVER.on("GET", "/api/endpoints", recorded(257));
        AipiClient client = SERVER.client(AipiClient.builder().apiKey("k2"));

        assertThat(Outcome.of(client.listEndpoints(SOON))).containsExactly("llama3_chat");

        assertThat(SERVER.requests().get(0).getUrl()).isEqualTo("/api/endpoints?key=k2");
    }

    @Test
    void withoutAKeyTheListIsAskedForWithoutOne() {
        SERVER.on("GET", "/api/endpoints", recorded(113));

        Outcome.of(SERVER.client(AipiClient.builder()).listEndpoints(SOON));

        assertThat(SERVER.requests().get(0).getUrl()).isEqualTo("/api/endpoints");
    }

    @Test
    void aBadKeyGetsNoList() {
        SERVER.on("GET", "/api/endpoints", recorded(115));

        Outcome.failure(AuthenticationException.class, SERVER.client().listEndpoints(SOON));
    }

    @Test
    void aServerWithoutAListSaysSo() {
        Outcome.failure(EndpointUnavailableException.class, SERVER.client().listEndpoints(SOON));
    }

    @Test
    void anEndpointIsDescribed() {
        SERVER.on("GET", "/api/endpoints/llama2_chat", recorded(116));

        EndpointDescription description =
                Outcome.of(SERVER.client().describe("llama2_chat", SOON)).orElseThrow();

        assertThat(description.title()).isEqualTo("LLama 2 Chat");
        assertThat(description.category()).isEqualTo("chat");
        assertThat(description.maxQueueLength()).isEqualTo(1000);
        assertThat(description.freeQueueSlots()).isEqualTo(1000);
        assertThat(description.workers()).isEqualTo(1);
        assertThat(description.input()).containsOnlyKeys("text", "top_k", "top_p", "temperature");
        assertThat(description.output()).containsOnlyKeys("text", "num_generated_tokens", "model_name");
        assertThat(description.promptParameter())
                .map(ParameterDescription::name)
                .contains("text");
    }

    @Test
    void aParameterIsDescribedByTypeDefaultAndBounds() {
        SERVER.on("GET", "/api/endpoints/llama2_chat", recorded(116));

        EndpointDescription description =
                Outcome.of(SERVER.client().describe("llama2_chat", SOON)).orElseThrow();

        ParameterDescription topK = description.input().get("top_k");
        assertThat(topK.type()).isEqualTo("integer");
        assertThat(topK.required()).isFalse();
        assertThat(topK.defaultValue()).isEqualTo(40);
        assertThat(topK.minimum()).isEqualTo(1);
        assertThat(topK.maximum()).isEqualTo(1000);
        assertThat(description.input().get("text").required()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {117, 115, 77})
    void aServerThatDescribesNothingIsNoError(int number) {
        SERVER.on("GET", "/api/endpoints/llama2_chat", recorded(number));

        Optional<EndpointDescription> description = Outcome.of(SERVER.client().describe("llama2_chat", SOON));

        assertThat(description).isEmpty();
    }

    @Test
    void theNameOfAnEndpointCannotLeadElsewhere() {
        Outcome.of(SERVER.client().describe("../validate_key?x#y", SOON));

        assertThat(SERVER.requests().get(0).getUrl()).isEqualTo("/api/endpoints/%2E%2E%2Fvalidate_key%3Fx%23y");
    }

    @Test
    void aGoodKeyIsValid() {
        SERVER.on("GET", "/api/validate_key", recorded(118));

        assertThat(Outcome.of(SERVER.client().validateKey(SOON))).isEqualTo(new KeyValidation(true, null));
    }

    @Test
    void aBadKeyIsNotAndTheServerSaysWhy() {
        SERVER.on("GET", "/api/validate_key", recorded(119));

        assertThat(Outcome.of(SERVER.client().validateKey(SOON))).isEqualTo(new KeyValidation(false, "Key not valid"));
    }
}
