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
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An image model that draws a pattern out of the seed, with the prompt written in it. Progress is in percent.
 *
 * @param format the format of its images
 */
public record ImageModel(PictureFormat format) implements Model {

    /** Previews are this much smaller than the images. */
    private static final int PREVIEW_SCALE = 4;

    @Override
    public Performance perform(String prompt, Map<String, JsonNode> inputs, Script script) {
        long wanted = inputs.containsKey("seed") ? inputs.get("seed").asLong(-1) : -1;
        long seed = wanted == -1 ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : wanted;
        Optional<String> source = Optional.ofNullable(inputs.get("image")).map(JsonNode::asText);
        return new Painting(
                new Picture(
                        prompt,
                        inputs.get("width").asInt(),
                        inputs.get("height").asInt(),
                        source),
                inputs.get("num_samples").asInt(),
                seed,
                script);
    }

    @Override
    public Duration usualComputeTime() {
        return Duration.ofSeconds(2);
    }

    private final class Painting implements Performance {

        private final Picture picture;
        private final int samples;
        private final long seed;
        private final Script script;

        Painting(Picture picture, int samples, long seed, Script script) {
            this.picture = picture;
            this.samples = samples;
            this.seed = seed;
            this.script = script;
        }

        @Override
        public Update after(int step, int steps) {
            ObjectNode data = JsonNodeFactory.instance.objectNode();
            Picture preview = picture.smaller(PREVIEW_SCALE);
            data.putArray("progress_images").add(preview.draw(seed, (double) step / steps, format));
            data.put("progress_message", "step " + step);
            return new Update((int) (100L * step / steps), data);
        }

        @Override
        public ObjectNode result() {
            ObjectNode outputs = JsonNodeFactory.instance.objectNode();
            ArrayNode images = outputs.putArray("images");
            if (script.error().isPresent()) {
                return outputs.put("error", script.error().get());
            }
            for (int sample = 0; sample < samples; sample++) {
                long seedOfSample = seed + sample;
                images.add(script.media().orElseGet(() -> picture.draw(seedOfSample, 1, format)));
            }
            outputs.put("seed", seed);
            outputs.put("prompt", picture.prompt());
            outputs.put("model_name", "simulated-model");
            return outputs;
        }
    }
}
