/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.options.JobOptions;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("11. Submits are POSTs of typed JSON")
class TypedParametersTest {

    private static final AipiRequest X = AipiRequest.ofPrompt("x");
    private static final List<Map<String, String>> CHAT =
            List.of(Map.of("role", "user"), Map.of("content", "Grüße \"you\""));

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
        SERVER.onSubmit(recorded(13));
        SERVER.on("POST", "/llama3_chat", recorded(90));
    }

    private static JsonNode sent(AipiRequest request) {
        return sent(request, ReplayServer.FAST);
    }

    private static JsonNode sent(AipiRequest request, JobOptions options) {
        Outcome.of(SERVER.llama2(options).submit(request));
        return SERVER.submits().get(0);
    }

    private static JsonNode sentToLlama3(AipiRequest request) {
        Outcome.of(SERVER.client().endpoint("llama3_chat", ReplayServer.FAST).submit(request));
        return SERVER.bodies("/llama3_chat").get(0);
    }

    @Test
    void aSubmitIsAPostOfJson() {
        sent(X);

        assertThat(SERVER.requests("GET", "/llama2_chat")).isEmpty();
        assertThat(SERVER.requests("POST", "/llama2_chat"))
                .singleElement()
                .satisfies(
                        request -> assertThat(request.getHeader("Content-Type")).startsWith("application/json"));
    }

    @Test
    void numbersAndBooleansKeepTheirType() {
        JsonNode body = sent(X.with("top_k", 40)
                .with("temperature", 0.8)
                .with("big", 12_345_678_901L)
                .with("exact", new BigDecimal("0.1"))
                .with("flag", true)
                .with("nothing", null));

        assertThat(body.path("top_k").isInt()).isTrue();
        assertThat(body.path("temperature").doubleValue()).isEqualTo(0.8);
        assertThat(body.path("big").longValue()).isEqualTo(12_345_678_901L);
        assertThat(body.path("exact").decimalValue()).isEqualTo("0.1");
        assertThat(body.path("flag").isBoolean()).isTrue();
        assertThat(body.path("nothing").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"top_k, 40, 40", "top_k, ' 40 ', 40", "temperature, 0.5, 0.5", "temperature, 1, 1", "text, 42, \"42\""})
    void aTextBecomesWhatTheEndpointWants(String name, String text, String json) {
        assertThat(sent(AipiRequest.ofParameters(Map.of(name, text))).path(name))
                .hasToString(json);
    }

    @ParameterizedTest
    @CsvSource({"top_k, forty", "top_k, 40.5", "temperature, warm", "temperature, NaN"})
    void aTextThatCannotBecomeItIsRefusedBeforeItIsSent(String name, String text) {
        InvalidRequestException invalid =
                Outcome.failure(InvalidRequestException.class, SERVER.llama2().submit(X.with(name, text)));

        assertThat(invalid).hasMessageContaining(name).hasMessageContaining(text);
        assertThat(invalid.getHttpStatus()).isNull();
        assertThat(SERVER.submits()).isEmpty();
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        InvalidRequestException invalid = Outcome.failure(
                InvalidRequestException.class,
                SERVER.llama2().submit(X.with("top_k", "forty").with("temperature", "warm")));

        assertThat(invalid.getMessages()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"40, 40", "-1.5, -1.5", "true, true", "007, \"007\"", "high, \"high\""})
    void aConfiguredTextIsTypedByItsPollWhereTheServerDescribesNothing(String text, String json) {
        SERVER.documentedApi();

        JsonNode body = sent(X, ReplayServer.FAST.withFixedParameters(Map.of("setting", text)));

        assertThat(body.path("setting")).hasToString(json);
    }

    @Test
    void aConfiguredTextIsTypedByTheDescriptionWhereThereIsOne() {
        JsonNode body = sent(
                AipiRequest.ofParameters(Map.of("top_k", 3)),
                ReplayServer.FAST.withFixedParameters(Map.of("text", "42")));

        assertThat(body.path("text").isTextual()).isTrue();
    }

    @Test
    void aParameterOfTheRequestWinsOverAConfiguredOne() {
        JsonNode body = sent(X.with("top_k", 3), ReplayServer.FAST.withFixedParameters(Map.of("top_k", 40)));

        assertThat(body.path("top_k").intValue()).isEqualTo(3);
    }

    @Test
    void aChatContextIsSentAsAStringHoldingJson() {
        JsonNode context = sentToLlama3(AipiRequest.ofParameters(Map.of("chat_context", CHAT)))
                .path("chat_context");

        assertThat(context.isTextual()).isTrue();
        assertThat(Transcript.parsed(context.textValue())).isEqualTo(Transcript.JSON.valueToTree(CHAT));
    }

    @Test
    void aChatContextThatIsAStringAlreadyIsSentAsItIs() {
        String recorded = Transcript.number(53).request().path("chat_context").textValue();

        JsonNode body = sentToLlama3(AipiRequest.ofParameters(Map.of("chat_context", recorded)));

        assertThat(body.path("chat_context").textValue()).isEqualTo(recorded);
    }

    @Test
    void aListIsSentAsAListToAParameterOfAnotherType() {
        SERVER.documentedApi();

        JsonNode body = sent(X.with("sizes", Arrays.asList(1, null, "x")));

        assertThat(body.path("sizes")).hasToString("[1,null,\"x\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "client_session_auth_key", "wait_for_result", "job_id"})
    void theParametersOfTheProtocolAreNotTheUsersToSet(String name) {
        InvalidRequestException invalid =
                Outcome.failure(InvalidRequestException.class, SERVER.llama2().submit(X.with(name, "mine")));

        assertThat(invalid).hasMessageContaining(name);
        assertThat(SERVER.submits()).isEmpty();
    }

    @Test
    void aChatContextWithoutAJsonFormIsRefusedBeforeItIsSent() {
        InvalidRequestException invalid = Outcome.failure(
                InvalidRequestException.class,
                SERVER.client()
                        .endpoint("llama3_chat", ReplayServer.FAST)
                        .submit(AipiRequest.ofParameters(Map.of("chat_context", List.of(new Object())))));

        assertThat(invalid).hasMessageContaining("chat_context");
        assertThat(SERVER.bodies("/llama3_chat")).isEmpty();
    }

    @Test
    void aValueWithoutAJsonFormIsRefusedBeforeItIsSent() {
        InvalidRequestException invalid =
                Outcome.failure(InvalidRequestException.class, SERVER.llama2().submit(X.with("thing", new Object())));

        assertThat(invalid.getHttpStatus()).isNull();
        assertThat(SERVER.submits()).isEmpty();
    }
}
