/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.AvailablePorts;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.simulator.SimulatorBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("case-E2")
class ModelFinderTest {

    private static final String KEY = "finder-key";

    private final List<String> said = new ArrayList<>();
    private AipiSimulator simulator;

    @AfterEach
    void stop() {
        if (simulator != null) {
            simulator.close();
        }
    }

    private SimulatorBuilder server(SimulatedEndpoint... endpoints) {
        SimulatorBuilder builder = AipiSimulator.builder().apiKey(KEY);
        List.of(endpoints).forEach(builder::endpoint);
        return builder;
    }

    private ModelFinder finder(SimulatorBuilder builder) {
        simulator = builder.start();
        return new ModelFinder(new Server(simulator.url(), KEY, null), said::add);
    }

    private static Model chat(String named) {
        return new Model(Task.CHAT, "chatEndpoint", Optional.ofNullable(named), "llama2_chat", false);
    }

    private static Model image(String named) {
        return new Model(Task.IMAGE, "imageEndpoint", Optional.ofNullable(named), "sdxl_txt2img", true);
    }

    private static Model imageToImage() {
        return new Model(Task.IMAGE_TO_IMAGE, "endpoint.image-to-image", Optional.empty(), "other", true);
    }

    @Test
    void modelsAreFoundByWhatTheyTakeAndGive_andAreTold() {
        ModelFinder finder = finder(server(
                SimulatedEndpoint.speech("tts"),
                SimulatedEndpoint.imageToImage("stable_diffusion_3_5"),
                SimulatedEndpoint.image("stable_diffusion_xl_txt2img"),
                SimulatedEndpoint.chat("llama3_chat", "prompt_input")));

        Map<Task, String> found = finder.find(List.of(chat(null), image(null), imageToImage()));

        assertThat(found)
                .containsEntry(Task.CHAT, "llama3_chat")
                .containsEntry(Task.IMAGE, "stable_diffusion_xl_txt2img")
                .containsEntry(Task.IMAGE_TO_IMAGE, "stable_diffusion_3_5");
        assertThat(said)
                .singleElement()
                .asString()
                .contains("llama3_chat for text", "stable_diffusion_xl_txt2img for images", "-DchatEndpoint");
    }

    @Test
    void theUsualEndpointIsPreferred_butNotIfNobodyWorksForIt() {
        ModelFinder finder = finder(server(
                SimulatedEndpoint.chat("llama3_chat", "prompt_input"), SimulatedEndpoint.chat("llama2_chat", "text")));

        assertThat(finder.find(List.of(chat(null)))).containsEntry(Task.CHAT, "llama2_chat");
        simulator.stopWorkers("llama2_chat");
        assertThat(finder.find(List.of(chat(null)))).containsEntry(Task.CHAT, "llama3_chat");
    }

    @Test
    void withoutAnImageModelThereIsText_andThatIsTold() {
        ModelFinder finder = finder(server(SimulatedEndpoint.chat("llama3_chat", "prompt_input")));

        assertThat(finder.find(List.of(chat(null), image(null)))).containsOnlyKeys(Task.CHAT);
        assertThat(said).singleElement().asString().contains("none for images");
    }

    @Test
    void aWrongNameEndsWithTheNamesThereAre() {
        ModelFinder finder = finder(
                server(SimulatedEndpoint.chat("llama3_chat", "prompt_input"), SimulatedEndpoint.image("flux_dev")));

        assertThatThrownBy(() -> finder.find(List.of(chat("llama2_chat"), image(null))))
                .isInstanceOf(StartException.class)
                .hasMessageContainingAll("llama2_chat", "-DchatEndpoint", "llama3_chat, flux_dev");
        assertThatThrownBy(() -> finder.find(List.of(chat(null), image("sdxl_txt2img"))))
                .isInstanceOf(StartException.class)
                .hasMessageContainingAll("sdxl_txt2img", "-DimageEndpoint", "llama3_chat, flux_dev");
    }

    @Test
    void aServerWithoutAModelForTextNamesWhatItHas() {
        ModelFinder finder = finder(server(SimulatedEndpoint.speech("tts")));

        assertThatThrownBy(() -> finder.find(List.of(chat(null))))
                .isInstanceOf(StartException.class)
                .hasMessageContainingAll("takes a prompt for text", "-DchatEndpoint", "tts");
    }

    @Test
    void aServerWithoutAListHasTheUsualEndpoints_andTheOptionsAreNamed() {
        ModelFinder finder = finder(
                server(SimulatedEndpoint.chat("llama2_chat", "prompt"), SimulatedEndpoint.pngImage("sdxl_txt2img"))
                        .generation(Generation.DOCUMENTED));

        assertThat(finder.find(List.of(chat(null), image(null))))
                .containsEntry(Task.CHAT, "llama2_chat")
                .containsEntry(Task.IMAGE, "sdxl_txt2img");
        assertThat(said).singleElement().asString().contains("no list", "-DchatEndpoint", "-DimageEndpoint");
    }

    @Test
    void aServerWithoutAListThatHasOtherEndpointsEndsWithTheOption() {
        ModelFinder finder =
                finder(server(SimulatedEndpoint.chat("other_chat", "prompt")).generation(Generation.DOCUMENTED));

        assertThatThrownBy(() -> finder.find(List.of(chat(null))))
                .satisfies(failure -> assertThat(Start.sentence(failure)).contains("-DchatEndpoint", "llama2_chat"));
        assertThat(finder.find(List.of(chat("other_chat")))).containsEntry(Task.CHAT, "other_chat");
    }

    @Test
    void aRealServerIsUnderstood() {
        ModelFinder finder = finder(AipiSimulator.builder().apiKey(KEY).endpoints(SimulatedEndpoint.ofServer096()));

        Map<Task, String> found = finder.find(List.of(
                new Model(Task.CHAT, "endpoint.chat", Optional.empty(), "another_chat", false),
                image(null),
                imageToImage()));

        assertThat(found)
                .hasEntrySatisfying(Task.CHAT, name -> assertThat(name).endsWith("_chat"))
                .containsEntry(Task.IMAGE, "stable_diffusion_xl_txt2img")
                .hasEntrySatisfying(
                        Task.IMAGE_TO_IMAGE,
                        name -> assertThat(name).isIn("stable_diffusion_xl_img2img", "stable_diffusion_3_5"));
    }

    @Test
    void aRefusedKeyIsTold() {
        finder(server(SimulatedEndpoint.chat("llama3_chat", "prompt_input")));

        assertThatThrownBy(() -> new ModelFinder(new Server(simulator.url(), "wrong", null), said::add)
                        .find(List.of(chat(null))))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageNotContaining("wrong");
    }

    @Test
    void aServerThatIsAwayIsWaitedForIfTheExampleDoes() throws Exception {
        int port = AvailablePorts.one();
        ModelFinder finder = new ModelFinder(new Server("http://127.0.0.1:" + port, KEY, null), said::add);

        assertThatThrownBy(() -> finder.find(List.of(chat(null)))).isInstanceOf(ConnectionFailedException.class);
        assertThat(finder.findPatiently(List.of(chat("mine")))).containsEntry(Task.CHAT, "mine");
        CompletableFuture<Map<Task, String>> found = CompletableFuture.supplyAsync(() -> {
            try {
                return finder.findPatiently(List.of(chat(null)));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        simulator = server(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .port(port)
                .start();
        assertThat(found.get(60, TimeUnit.SECONDS)).containsEntry(Task.CHAT, "llama3_chat");
    }
}
