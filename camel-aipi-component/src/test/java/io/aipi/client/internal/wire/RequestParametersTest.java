/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.internal.util.JsonWriter;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.Media;
import io.aipi.client.model.ParameterDescription;
import io.aipi.client.options.JobOptions;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParametersTest {

    private static final byte[] PNG = "\u0089PNG\r\n\u001a\n...".getBytes(StandardCharsets.ISO_8859_1);
    private static final String PNG_URI = "data:image/png;base64,iVBORw0KGgouLi4=";

    private static final EndpointDescription CHAT = described(Map.of(
            "text", "string",
            "top_k", "integer",
            "top_p", "float",
            "stream", "bool",
            "chat_context", "json",
            "picture", "image",
            "free", ""));

    @Test
    void withoutADescriptionThePromptIsCalledPrompt_asDocumented() {
        assertThat(undescribed().of(AipiRequest.ofPrompt("hello"))).containsExactly(entry("prompt", "hello"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"prompt", "text", "prompt_input"})
    void thePromptHasTheNameThatTheEndpointGivesIt(String name) {
        EndpointDescription description = described(Map.of("aaa", "string", name, "string", "zzz", "integer"));

        assertThat(rules(description).of(AipiRequest.ofPrompt("hello"))).containsExactly(entry(name, "hello"));
    }

    @Test
    void aConfiguredNameOfThePromptComesFirst() {
        JobOptions options = JobOptions.defaults().withPromptParameter("question");

        assertThat(new RequestParameters("e", options, CHAT, UnaryOperator.identity())
                        .of(AipiRequest.ofPrompt("hello")))
                .containsExactly(entry("question", "hello"));
    }

    @Test
    void aPromptForAnEndpointThatTakesNoTextIsRefusedWithWhatItTakes() {
        RequestParameters rules = rules(described(Map.of("picture", "image")));

        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> rules.of(AipiRequest.ofPrompt("hello")))
                .withMessageContaining("picture");
    }

    @Test
    void thePromptOfTheRequestWinsOverAParameterOfItsName() {
        assertThat(rules(CHAT).of(new AipiRequest("hello", Map.of("text", "other"))))
                .containsExactly(entry("text", "hello"));
    }

    @Test
    void aRequestsOwnParameterWinsOverAFixedOne() {
        assertThat(fixed(CHAT, Map.of("top_k", "5", "top_p", "0.5"))
                        .of(AipiRequest.ofPrompt("hello").with("top_k", 7)))
                .containsOnly(entry("text", "hello"), entry("top_k", 7), entry("top_p", 0.5));
    }

    @Test
    void aFixedPromptServesRequestsWithoutOne() {
        assertThat(fixed(CHAT, Map.of("text", "always")).of(AipiRequest.ofParameters(Map.of("top_k", 1))))
                .containsOnly(entry("text", "always"), entry("top_k", 1));
    }

    @ParameterizedTest
    @CsvSource({
        "top_k, 5, 5",
        "top_k, +5, 5",
        "top_k, ' 7 ', 7",
        "top_k, -3, -3",
        "top_p, 0.7, 0.7",
        "top_p, 1e-3, 0.001",
        "top_p, 0e39999999999999999, 0.0",
        "top_p, 1, 1",
        "stream, TRUE, true",
        "stream, false, false"
    })
    void textBecomesTheTypeThatTheEndpointWants(String name, String text, String json) {
        Map<String, Object> parameters = rules(CHAT).of(AipiRequest.ofParameters(Map.of(name, text)));

        assertThat(JsonWriter.toText(parameters)).isEqualTo("{\"" + name + "\":" + json + "}");
    }

    @ParameterizedTest
    @CsvSource({
        "top_k, 5.5",
        "top_k, many",
        "top_k, ''",
        "top_p, NaN",
        "top_p, Infinity",
        "top_p, 0x1p3",
        "top_p, 1e400",
        "top_p, 1e99999999999999999999",
        "stream, yes",
        "picture, /tmp/cat.png",
        "picture, iVBORw0KGgouLi4="
    })
    void textThatIsNotOfTheTypeIsRefused(String name, String text) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> rules(CHAT).of(AipiRequest.ofParameters(Map.of(name, text))))
                .withMessageContaining(name);
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        AipiRequest request = AipiRequest.ofPrompt("hello")
                .with("top_k", "many")
                .with("stream", "yes")
                .with("key", "mine");

        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> rules(CHAT).of(request))
                .satisfies(e -> assertThat(e.getMessages()).hasSize(3));
    }

    @Test
    void numbersBooleansAndNullsAreSentAsTheyAre() {
        Map<String, Object> values = new HashMap<>();
        values.put("top_k", 5L);
        values.put("top_p", 0.5f);
        values.put("stream", true);
        values.put("free", null);

        assertThat(rules(CHAT).of(AipiRequest.ofParameters(values))).isEqualTo(values);
    }

    @ParameterizedTest
    @CsvSource({
        "0.7, 0.7",
        "5, 5",
        "true, true",
        "hello, '\"hello\"'",
        "007, '\"007\"'",
        "0e39999999999999999, 0.0",
        "-0, 0"
    })
    void withoutADescriptionAFixedParameterHasTheTypeThatItLooksLike(String text, String json) {
        Map<String, Object> parameters = fixed(null, Map.of("x", text)).of(AipiRequest.ofPrompt("hello"));

        assertThat(JsonWriter.toText(parameters.get("x"))).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "1E400", "-1e999"})
    @Tag("case-C3")
    void aFixedNumberThatJsonDoesNotHaveIsRefused(String text) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> fixed(null, Map.of("x", text)).checkConfiguration())
                .withMessageContaining("x")
                .withMessageContaining(text);
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> fixed(null, Map.of("x", text)).of(AipiRequest.ofPrompt("hello")));
    }

    @Test
    @Tag("case-E1")
    void aRequiredTextTakesThePromptBeforeAnOptionalOne() {
        Map<String, ParameterDescription> input = new LinkedHashMap<>();
        input.put("prompt", parameter("prompt", "string", false));
        input.put("text", parameter("text", "string", true));

        assertThat(rules(described(input.values())).of(AipiRequest.ofPrompt("hello")))
                .containsExactly(entry("text", "hello"));
        assertThat(rules(described(
                                List.of(parameter("prompt", "string", false), parameter("question", "string", true))))
                        .of(AipiRequest.ofPrompt("hello")))
                .containsExactly(entry("question", "hello"));
        assertThat(rules(described(List.of(parameter("language", "string", true), parameter("prompt", "string", true))))
                        .of(AipiRequest.ofPrompt("hello")))
                .containsExactly(entry("prompt", "hello"));
    }

    @Test
    @Tag("case-B6")
    void aTextContextTakesThePrompt() {
        EndpointDescription chat = described(List.of(
                parameter("system", "string", false),
                parameter("chat_context", "chat_context", false),
                parameter("text_context", "text_context", false)));

        assertThat(rules(chat).of(AipiRequest.ofPrompt("hello"))).containsExactly(entry("text_context", "hello"));
        assertThat(rules(described(List.of(
                                parameter("chat_context", "chat_context", false),
                                parameter("prompt_input", "text_context", false))))
                        .of(AipiRequest.ofPrompt("hello")))
                .containsExactly(entry("prompt_input", "hello"));
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() ->
                        rules(chat).of(AipiRequest.ofPrompt("hello").with("chat_context", List.of(Map.of("a", "b")))))
                .withMessageContaining("either text_context")
                .withMessageContaining("chat_context");
    }

    @Test
    void aParameterWinsOverThePromptWhereTheRequestSaysSo() {
        assertThat(rules(CHAT).of(new AipiRequest("hello", Map.of("text", "other", "top_k", 1), true)))
                .containsOnly(entry("text", "other"), entry("top_k", 1));
        assertThat(rules(CHAT).of(new AipiRequest("hello", Map.of("top_k", 1), true)))
                .containsOnly(entry("text", "hello"), entry("top_k", 1));
    }

    @Test
    @Tag("case-C12")
    void aNameThatCamelHasChangedIsShownAsItIsWritten() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> fixed(CHAT, Map.of("topK", "5")).checkConfiguration())
                .withMessageContaining("parameters[top_k]");
    }

    @Test
    void withoutADescriptionARequestsTextStaysText() {
        assertThat(undescribed().of(AipiRequest.ofParameters(Map.of("x", "5")))).containsExactly(entry("x", "5"));
    }

    @Test
    void jsonGoesInAStringWhereTheEndpointWantsThat() {
        Map<String, Object> message = Map.of("role", "user");

        assertThat(rules(CHAT).of(AipiRequest.ofParameters(Map.of("chat_context", List.of(message)))))
                .containsExactly(entry("chat_context", "[{\"role\":\"user\"}]"));
        assertThat(rules(CHAT).of(AipiRequest.ofParameters(Map.of("chat_context", "[]"))))
                .containsExactly(entry("chat_context", "[]"));
    }

    @Test
    void jsonThatCannotBeWrittenIsRefused() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(
                        () -> rules(CHAT).of(AipiRequest.ofParameters(Map.of("chat_context", List.of(new Object())))))
                .withMessageContaining("chat_context");
    }

    @ParameterizedTest
    @MethodSource("files")
    void filesGoAsDataUris(Object file) {
        Map<String, Object> described = rules(CHAT).of(AipiRequest.ofParameters(Map.of("picture", file)));
        Map<String, Object> undescribed = undescribed().of(AipiRequest.ofParameters(Map.of("picture", file)));

        assertThat(JsonWriter.toBytes(described)).asString().isEqualTo("{\"picture\":\"" + PNG_URI + "\"}");
        assertThat(JsonWriter.toBytes(undescribed)).asString().isEqualTo("{\"picture\":\"" + PNG_URI + "\"}");
    }

    static Stream<Object> files() {
        return Stream.of(Media.of(PNG), PNG, PNG_URI);
    }

    @Test
    void aListOfFilesGoesAsDataUrisToo() {
        Map<String, Object> parameters =
                undescribed().of(AipiRequest.ofParameters(Map.of("pictures", List.of(PNG, Media.of(PNG)))));

        assertThat(JsonWriter.toText(parameters)).isEqualTo("{\"pictures\":[\"" + PNG_URI + "\",\"" + PNG_URI + "\"]}");
    }

    @Test
    void bytesOfAnUnknownKindAreRefused() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> rules(CHAT).of(AipiRequest.ofParameters(Map.of("picture", new byte[] {1, 2, 3}))))
                .withMessageContaining("picture");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "client_session_auth_key", "wait_for_result", "job_id"})
    void whatBelongsToTheProtocolCannotBeSet(String name) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> undescribed().of(AipiRequest.ofParameters(Map.of(name, "mine"))));
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> fixed(null, Map.of(name, "mine")).of(AipiRequest.ofPrompt("hello")));
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> fixed(CHAT, Map.of(name, "mine")).checkConfiguration());
    }

    @Test
    void nothingToSendIsRefused() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> undescribed().of(AipiRequest.ofParameters(Map.of())))
                .withMessageContaining("Nothing to send");
    }

    @Test
    void aConfigurationThatFitsTheDescriptionIsGood() {
        assertThatCode(() -> fixed(CHAT, Map.of("top_k", "5")).checkConfiguration())
                .doesNotThrowAnyException();
        assertThatCode(() -> fixed(null, Map.of("anything", "5")).checkConfiguration())
                .doesNotThrowAnyException();
    }

    @Test
    void aConfiguredParameterThatTheEndpointDoesNotHaveIsNamedWithThoseThatItHas() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> fixed(CHAT, Map.of("temperatur", "5")).checkConfiguration())
                .withMessageContaining("temperatur")
                .withMessageContaining("top_k");
    }

    @ParameterizedTest
    @ValueSource(strings = {"temperatur-KEY", "top_k"})
    void aConfiguredParameterIsNamedWithoutAKeyInIt(String name) {
        JobOptions options = JobOptions.defaults().withFixedParameters(Map.of(name, "KEY"));
        RequestParameters parameters = new RequestParameters("e", options, CHAT, text -> text.replace("KEY", "xxxxxx"));

        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(parameters::checkConfiguration)
                .withMessageContaining("xxxxxx")
                .withMessageNotContaining("KEY");
    }

    private static RequestParameters undescribed() {
        return rules(null);
    }

    private static RequestParameters rules(EndpointDescription description) {
        return new RequestParameters("e", JobOptions.defaults(), description, UnaryOperator.identity());
    }

    private static RequestParameters fixed(EndpointDescription description, Map<String, Object> fixed) {
        return new RequestParameters(
                "e", JobOptions.defaults().withFixedParameters(fixed), description, UnaryOperator.identity());
    }

    private static ParameterDescription parameter(String name, String type, boolean required) {
        return new ParameterDescription(name, type, required, null, null, null, List.of(), false);
    }

    private static EndpointDescription described(Collection<ParameterDescription> parameters) {
        Map<String, ParameterDescription> input = new LinkedHashMap<>();
        parameters.forEach(parameter -> input.put(parameter.name(), parameter));
        return new EndpointDescription("e", null, null, null, null, null, null, null, input, Map.of());
    }

    private static EndpointDescription described(Map<String, String> types) {
        Map<String, ParameterDescription> input = new LinkedHashMap<>();
        types.forEach((name, type) -> input.put(
                name,
                new ParameterDescription(
                        name, type.isEmpty() ? null : type, false, null, null, null, List.of(), false)));
        return new EndpointDescription("e", null, null, null, null, null, null, null, input, Map.of());
    }
}
