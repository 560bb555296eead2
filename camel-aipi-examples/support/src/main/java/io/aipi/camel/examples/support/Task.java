/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support;

import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.ParameterDescription;
import java.util.List;

/** What an example wants a model for. Whether a model does it is read from the server's description of its endpoint. */
public enum Task {
    /** A prompt becomes text. */
    CHAT("text", "chat") {
        @Override
        public boolean isDoneBy(EndpointDescription endpoint) {
            return !givesMedia(endpoint) && givesText(endpoint) && takesPromptAnd(null, endpoint);
        }
    },

    /** A prompt becomes an image. */
    IMAGE("images", "image") {
        @Override
        public boolean isDoneBy(EndpointDescription endpoint) {
            return givesImages(endpoint) && takesPromptAnd(null, endpoint);
        }
    },

    /** A prompt and an image become an image. */
    IMAGE_TO_IMAGE("images to images", "image") {
        @Override
        public boolean isDoneBy(EndpointDescription endpoint) {
            return givesImages(endpoint) && takesImage(endpoint) && takesPromptAnd("image", endpoint);
        }
    },

    /** A text becomes sound. */
    SPEECH("speech", "audio") {
        @Override
        public boolean isDoneBy(EndpointDescription endpoint) {
            return givesTypes(endpoint, "audio") && !givesImages(endpoint) && takesPromptAnd(null, endpoint);
        }
    };

    private static final List<String> TEXT_OUTPUTS = List.of("text", "text_output", "result");

    private final String words;
    private final String category;

    Task(String words, String category) {
        this.words = words;
        this.category = category;
    }

    /** For people, such as {@code text}. */
    String words() {
        return words;
    }

    /** Whether the endpoint takes what the example sends, needs nothing else, and gives what the example expects. */
    public abstract boolean isDoneBy(EndpointDescription endpoint);

    /**
     * How well an endpoint suits that does the task: 0 is best. One without a worker would let the prompt wait for ever; one of
     * another category is made for something else, such as a translation.
     */
    int unsuitability(EndpointDescription endpoint, boolean usual) {
        boolean idle = endpoint.workers() != null && endpoint.workers() == 0;
        boolean other = !category.equals(endpoint.category());
        boolean alsoTakesImages = this == IMAGE && takesImage(endpoint);
        return (idle ? 8 : 0) + (usual ? 0 : 4) + (other ? 2 : 0) + (alsoTakesImages ? 1 : 0);
    }

    private static boolean takesPromptAnd(String type, EndpointDescription endpoint) {
        ParameterDescription prompt = endpoint.promptParameter().orElse(null);
        return prompt != null
                && endpoint.input().values().stream()
                        .filter(ParameterDescription::required)
                        .allMatch(needed -> needed.equals(prompt)
                                || (needed.type() != null && needed.type().equals(type)));
    }

    private static boolean takesImage(EndpointDescription endpoint) {
        return endpoint.firstOfType("image").isPresent();
    }

    private static boolean givesText(EndpointDescription endpoint) {
        return TEXT_OUTPUTS.stream().map(endpoint.output()::get).anyMatch(output -> output != null && output.isText());
    }

    private static boolean givesImages(EndpointDescription endpoint) {
        return givesTypes(endpoint, "image");
    }

    private static boolean givesMedia(EndpointDescription endpoint) {
        return givesImages(endpoint) || givesTypes(endpoint, "audio") || givesTypes(endpoint, "video");
    }

    private static boolean givesTypes(EndpointDescription endpoint, String beginning) {
        return endpoint.output().values().stream()
                .anyMatch(output -> output.type() != null && output.type().startsWith(beginning));
    }
}
