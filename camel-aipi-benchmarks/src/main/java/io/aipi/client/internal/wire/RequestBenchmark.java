/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.internal.util.JsonWriter;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.Media;
import io.aipi.client.model.ParameterDescription;
import io.aipi.client.options.JobOptions;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** From a request to the bytes that are sent: checked against the endpoint's description, typed, written as JSON. */
@State(Scope.Benchmark)
public class RequestBenchmark {

    private final RequestParameters parameters = new RequestParameters(
            "painter",
            JobOptions.defaults().withFixedParameters(Map.of("top_k", "40", "temperature", "0.8")),
            new EndpointDescription(
                    "painter",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    Map.of(
                            "prompt", described("prompt", "string"),
                            "image", described("image", "image"),
                            "top_k", described("top_k", "integer"),
                            "temperature", described("temperature", "float")),
                    Map.of()),
            UnaryOperator.identity());
    private final AipiRequest text =
            AipiRequest.ofPrompt("Tell me of the llama and its na\u00efve friends. ".repeat(10));
    private final AipiRequest image = AipiRequest.ofPrompt("Make it a watercolour")
            .with("image", new Media(null, "image/png", ImageResultBenchmark.image()));

    /** A prompt of a paragraph. */
    @Benchmark
    public byte[] textPrompt() throws JsonWriter.TooLongException {
        return JsonWriter.toBytes(parameters.of(text), ResponseMapper.MAX_REQUEST_SIZE);
    }

    /** A short prompt and an image of 3 MB. */
    @Benchmark
    public byte[] image() throws JsonWriter.TooLongException {
        return JsonWriter.toBytes(parameters.of(image), ResponseMapper.MAX_REQUEST_SIZE);
    }

    private static ParameterDescription described(String name, String type) {
        return new ParameterDescription(name, type, false, null, null, null, List.of(), false);
    }
}
