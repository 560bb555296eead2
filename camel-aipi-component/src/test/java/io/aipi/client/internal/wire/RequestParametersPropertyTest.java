/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.util.JsonWriter;
import io.aipi.client.internal.util.Texts;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.ParameterDescription;
import io.aipi.client.options.JobOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever text stands for a parameter, it is sent with its type or refused, and never anything else happens. */
class RequestParametersPropertyTest {

    private static final List<String> TYPES = List.of(
            "string",
            "integer",
            "int",
            "float",
            "number",
            "double",
            "bool",
            "boolean",
            "image",
            "audio",
            "json",
            "chat_context",
            "selection",
            "something new");

    @Property(tries = 500)
    void anyTextForAnyTypeIsSentOrRefused(@ForAll("texts") String text, @ForAll("types") String type) {
        RequestParameters rules = new RequestParameters(
                "e",
                JobOptions.defaults().withFixedParameters(Map.of("fixed", text)),
                description(type),
                UnaryOperator.identity());
        try {
            Map<String, Object> parameters = rules.of(AipiRequest.ofParameters(Map.of("x", text)));
            assertThat(parameters).containsOnlyKeys("x", "fixed");
            byte[] json = JsonWriter.toBytes(parameters);
            assertThat(ResponseParser.read(new TransportResponse(200, null, null, null, json, json.length), true))
                    .containsKeys("x", "fixed");
        } catch (InvalidRequestException refused) {
            assertThat(refused.getMessages()).isNotEmpty();
        } catch (java.io.IOException notJson) {
            throw new AssertionError(notJson);
        }
    }

    @Property(tries = 300)
    void anIntegerArrivesAsThatInteger(@ForAll long value) {
        assertThat(sent("integer", Long.toString(value))).isEqualTo(value);
    }

    @Property(tries = 300)
    void aFiniteNumberArrivesAsThatNumber(@ForAll double value) {
        assertThat(((Number) sent("float", Double.toString(value))).doubleValue())
                .isEqualTo(value);
    }

    @Property(tries = 300)
    void aPromptArrivesAsItIs_butForHalvesOfCharacters(@ForAll String prompt) throws Exception {
        RequestParameters rules = new RequestParameters("e", JobOptions.defaults(), null, UnaryOperator.identity());

        byte[] json = JsonWriter.toBytes(rules.of(AipiRequest.ofPrompt(prompt)));

        assertThat(ResponseParser.read(new TransportResponse(200, null, null, null, json, json.length), true))
                .containsEntry("prompt", Texts.wellFormed(prompt));
    }

    @Example
    void aHugeTextIsNoHugeNumber() {
        String digits = "7".repeat(1_000_000);

        Map<String, Object> parameters = new RequestParameters(
                        "e",
                        JobOptions.defaults().withFixedParameters(Map.of("x", digits)),
                        null,
                        UnaryOperator.identity())
                .of(AipiRequest.ofPrompt("hello"));

        assertThat(parameters).containsEntry("x", digits);
        assertThat(digits.getBytes(StandardCharsets.UTF_8)).hasSize(1_000_000);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20),
                Arbitraries.strings().withChars("+-.eE0123456789 ").ofMaxLength(25),
                Arbitraries.of("true", "FALSE", "data:image/png;base64,", "null", "1e99999999999", "-0", "{}"));
    }

    @Provide
    Arbitrary<String> types() {
        return Arbitraries.of(TYPES);
    }

    private static Object sent(String type, String text) {
        return new RequestParameters("e", JobOptions.defaults(), description(type), UnaryOperator.identity())
                .of(AipiRequest.ofParameters(Map.of("x", text)))
                .get("x");
    }

    private static EndpointDescription description(String type) {
        ParameterDescription x = new ParameterDescription("x", type, true, null, null, null, List.of(), false);
        return new EndpointDescription("e", null, null, null, null, null, null, null, Map.of("x", x), Map.of());
    }
}
