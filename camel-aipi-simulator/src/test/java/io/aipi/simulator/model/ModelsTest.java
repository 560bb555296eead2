/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;

class ModelsTest {

    private static Performance perform(Model model, String prompt, Map<String, JsonNode> inputs) {
        return model.perform(prompt, inputs, Script.in(prompt));
    }

    private static Map<String, JsonNode> size(int width, int height, int samples, int seed) {
        return new HashMap<>(Map.of(
                "width", new IntNode(width),
                "height", new IntNode(height),
                "num_samples", new IntNode(samples),
                "seed", new IntNode(seed)));
    }

    private static byte[] decoded(String dataUri) {
        return Base64.getDecoder().decode(dataUri.substring(dataUri.indexOf(',') + 1));
    }

    @Test
    void aChatResponsesWithWhatItWasTold() {
        ObjectNode result = perform(new ChatModel(), "Hello world", Map.of()).result();

        assertThat(result.get("text").asText()).isEqualTo("You said: Hello world");
        assertThat(result.get("num_generated_tokens").asInt()).isEqualTo(4);
    }

    @Test
    void theTextOfAChatGrowsAndTheProgressCountsItsTokens() {
        Performance performance = perform(new ChatModel(), "a b c d e f", Map.of());

        assertThat(performance.after(1, 4).progress()).isEqualTo(2);
        assertThat(performance.after(1, 4).data().get("text").asText()).isEqualTo("You said:");
        assertThat(performance.after(2, 4).data().get("text").asText()).isEqualTo("You said: a b");
    }

    @Test
    void aChatResponseHasAsManyTokensAsAskedFor() {
        ObjectNode longer = perform(new ChatModel(), "hi @tokens=250", Map.of()).result();
        ObjectNode shorter = perform(new ChatModel(), "hi @tokens=2", Map.of()).result();

        assertThat(longer.get("text").asText().split(" ", -1)).hasSize(250);
        assertThat(longer.get("num_generated_tokens").asInt()).isEqualTo(250);
        assertThat(shorter.get("text").asText()).isEqualTo("You said:");
    }

    @Test
    void withoutAPromptAChatTakesTheLastMessageOfItsContext() {
        Map<String, JsonNode> inputs = Map.of(
                "chat_context",
                new TextNode("[{\"role\":\"system\",\"content\":\"be nice\"},{\"role\":\"user\",\"content\":\"hi\"}]"));

        assertThat(new ChatModel().effectivePrompt("", inputs)).isEqualTo("hi");
        assertThat(new ChatModel().effectivePrompt("own", inputs)).isEqualTo("own");
    }

    @Test
    void imagesHaveTheSizeTheFormatAndTheNumberAskedFor() throws Exception {
        for (PictureFormat format : PictureFormat.values()) {
            ObjectNode result = perform(new ImageModel(format), "a llama", size(320, 192, 2, 7))
                    .result();

            assertThat(result.get("images")).hasSize(2);
            assertThat(result.get("seed").asInt()).isEqualTo(7);
            for (JsonNode image : result.get("images")) {
                assertThat(image.asText()).startsWith("data:image/" + format + ";base64,");
                BufferedImage picture = ImageIO.read(new ByteArrayInputStream(decoded(image.asText())));
                assertThat(picture.getWidth()).isEqualTo(320);
                assertThat(picture.getHeight()).isEqualTo(192);
            }
        }
    }

    @Test
    void oneSeedGivesOnePictureAndAnotherSeedAnother() {
        ImageModel model = new ImageModel(PictureFormat.PNG);
        JsonNode one = perform(model, "a llama", size(64, 64, 1, 1)).result().get("images");

        assertThat(perform(model, "a llama", size(64, 64, 1, 1)).result().get("images"))
                .isEqualTo(one);
        assertThat(perform(model, "a llama", size(64, 64, 1, 2)).result().get("images"))
                .isNotEqualTo(one);
    }

    @Test
    void withoutASeedTheModelFindsOne() {
        ObjectNode result = perform(new ImageModel(PictureFormat.PNG), "a llama", size(64, 64, 1, -1))
                .result();

        assertThat(result.get("seed").asLong()).isNotNegative();
    }

    @Test
    void aSourceImageIsDrawnOver() {
        ImageModel model = new ImageModel(PictureFormat.PNG);
        Map<String, JsonNode> inputs = size(64, 64, 1, 1);
        JsonNode plain = perform(model, "a llama", inputs).result().get("images");
        inputs.put(
                "image",
                perform(model, "a source", size(64, 64, 1, 99)).result().at("/images/0"));

        assertThat(perform(model, "a llama", inputs).result().get("images")).isNotEqualTo(plain);
    }

    @Test
    void anImageJobThatFailsHasNoImages() {
        ObjectNode result = perform(new ImageModel(PictureFormat.PNG), "x @error=NSFW_filter", size(64, 64, 1, 1))
                .result();

        assertThat(result.get("images")).isEmpty();
        assertThat(result.get("error").asText()).isEqualTo("NSFW filter");
    }

    @Test
    void speechIsAPlayableWavFile() throws Exception {
        String audio = perform(new SpeechModel(), "hello world", Map.of())
                .result()
                .get("audio_output")
                .asText();

        assertThat(audio).startsWith("data:audio/wav;base64,");
        try (AudioInputStream sound = AudioSystem.getAudioInputStream(new ByteArrayInputStream(decoded(audio)))) {
            assertThat(sound.getFrameLength()).isEqualTo(2 * 1600);
            assertThat(sound.getFormat().getChannels()).isEqualTo(1);
        }
    }

    @Test
    void noiseIsOnePictureOfEachSizeThatDoesNotGetSmallerAsAPng() throws Exception {
        NoiseModel model = new NoiseModel();

        ObjectNode result = perform(model, "noise", size(128, 64, 2, 1)).result();

        byte[] png = decoded(result.get("images").get(0).asText());
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getWidth()).isEqualTo(128);
        assertThat(image.getHeight()).isEqualTo(64);
        assertThat(png).hasSizeGreaterThan(3 * 128 * 64);
        assertThat(result.get("images")).hasSize(2);
        assertThat(perform(model, "other", size(128, 64, 1, 2))
                        .result()
                        .get("images")
                        .get(0))
                .as("made once for each size")
                .isSameAs(result.get("images").get(0));
    }

    @Test
    void noiseCountsPercentAndHasNoPreview() {
        Performance.Update update =
                perform(new NoiseModel(), "noise", size(256, 64, 1, 1)).after(1, 4);

        assertThat(update.progress()).isEqualTo(25);
        assertThat(update.data()).isEmpty();
    }
}
