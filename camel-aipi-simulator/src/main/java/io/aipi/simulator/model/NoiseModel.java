/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An image model that gives the same picture of noise for every prompt. Progress is in percent, and nothing else.
 *
 * <p>For load: a picture is made once for each size and kept, so that large pictures cost the server next to nothing;
 * and noise cannot be compressed, so that a PNG is as large as its pixels.
 */
public final class NoiseModel implements Model {

    private final Map<Size, TextNode> pictures = new ConcurrentHashMap<>();

    private record Size(int width, int height) {}

    @Override
    public Performance perform(String prompt, Map<String, JsonNode> inputs, Script script) {
        return new Noise(
                prompt,
                new Size(inputs.get("width").asInt(), inputs.get("height").asInt()),
                inputs.get("num_samples").asInt(),
                script);
    }

    @Override
    public Duration usualComputeTime() {
        return Duration.ofSeconds(2);
    }

    private TextNode picture(Size size) {
        return pictures.computeIfAbsent(size, NoiseModel::draw);
    }

    private static TextNode draw(Size size) {
        BufferedImage image = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_RGB);
        Random random = new Random(size.hashCode());
        for (int y = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++) {
                image.setRGB(x, y, random.nextInt());
            }
        }
        return TextNode.valueOf(Picture.dataUri(image, PictureFormat.PNG));
    }

    private final class Noise implements Performance {

        private final String prompt;
        private final Size size;
        private final int samples;
        private final Script script;

        Noise(String prompt, Size size, int samples, Script script) {
            this.prompt = prompt;
            this.size = size;
            this.samples = samples;
            this.script = script;
        }

        @Override
        public Update after(int step, int steps) {
            return new Update((int) (100L * step / steps), JsonNodeFactory.instance.objectNode());
        }

        @Override
        public ObjectNode result() {
            ObjectNode outputs = JsonNodeFactory.instance.objectNode();
            ArrayNode images = outputs.putArray("images");
            if (script.error().isPresent()) {
                return outputs.put("error", script.error().get());
            }
            for (int sample = 0; sample < samples; sample++) {
                images.add(script.media().map(TextNode::valueOf).orElseGet(() -> picture(size)));
            }
            outputs.put("prompt", prompt);
            return outputs;
        }
    }
}
