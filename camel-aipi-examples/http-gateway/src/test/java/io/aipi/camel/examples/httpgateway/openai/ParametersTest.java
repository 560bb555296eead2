/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.examples.support.Task;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.ParameterDescription;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which parameters of a request go to which of a model's. */
class ParametersTest {

    private static final Model MODEL = model(
            field("prompt", "string", null, null, List.of()),
            field("temperature", "float", 0.0, 1.0, List.of()),
            field("max_new_tokens", "integer", 1, 100, List.of()),
            field("seed", "integer", null, null, List.of()),
            field("stop", "string", null, null, List.of()),
            field("think", "bool", null, null, List.of()),
            field("voice", "selection", null, null, List.of("emma", "daniel")),
            field("image", "image", null, null, List.of()));

    private static ParameterDescription field(
            String name, String type, Number minimum, Number maximum, List<Object> supported) {
        return new ParameterDescription(name, type, name.equals("prompt"), null, minimum, maximum, supported, false);
    }

    private static Model model(ParameterDescription... parameters) {
        Map<String, ParameterDescription> input = new LinkedHashMap<>();
        for (ParameterDescription parameter : parameters) {
            input.put(parameter.name(), parameter);
        }
        return new Model(
                "model",
                Task.CHAT,
                new EndpointDescription("model", null, null, null, null, null, null, null, input, Map.of()));
    }

    private static Map<String, Object> parameters(String json, Model model) {
        return Parameters.of(new RequestFields(new ObjectMapper(), json.getBytes(StandardCharsets.UTF_8)), model);
    }

    @Test
    void eachHasTheModelsNameAndType() {
        Map<String, Object> values = parameters("""
                {"temperature": 1, "max_completion_tokens": 50, "seed": 7, "stop": ["END"], "think": true,
                 "voice": "emma", "n": 1, "user": "ann", "top_p": null}
                """, MODEL);

        assertThat(values)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "temperature",
                        1.0,
                        "max_new_tokens",
                        50L,
                        "seed",
                        7L,
                        "stop",
                        "END",
                        "think",
                        true,
                        "voice",
                        "emma"));
        assertThat(Parameters.mostTokens(values)).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource({
        "temperature, 1.01",
        "temperature, true",
        "max_tokens, 0",
        "max_tokens, 1.5",
        "seed, 1e30",
        "stop, '[\"a\", \"b\"]'",
        "think, 1",
        "voice, '\"alloy\"'",
        "prompt, '\"another\"'",
        "image, '\"data:\"'",
        "n, 2",
        "size, '\"64x64\"'",
        "other, 1"
    })
    void whatCannotBePassedIsNamed(String name, String value) {
        OpenAiException refused = catchThrowableOfType(
                OpenAiException.class, () -> parameters("{\"" + name + "\": " + value + "}", MODEL));

        assertThat(refused.param()).isEqualTo(name);
    }

    @Test
    void aModelThatIsNotDescribedHasNone() {
        Model silent = new Model("model", Task.CHAT, null);

        assertThat(parameters("{\"n\": 1, \"tools\": []}", silent)).isEmpty();
        assertThat(catchThrowableOfType(OpenAiException.class, () -> parameters("{\"temperature\": 1}", silent)))
                .hasMessageContaining("'temperature'");
    }
}
