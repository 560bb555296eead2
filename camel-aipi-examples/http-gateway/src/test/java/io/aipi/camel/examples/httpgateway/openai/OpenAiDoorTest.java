/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import static io.aipi.camel.examples.httpgateway.openai.RunningDoor.error;
import static io.aipi.camel.examples.httpgateway.openai.RunningDoor.read;
import static io.aipi.camel.examples.httpgateway.openai.RunningDoor.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.simulator.ScriptedJob;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of OpenAI's API get: answers, streams, images, sound and errors. */
class OpenAiDoorTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String IMAGES = "/v1/images/generations";
    private static final String SPEECH = "/v1/audio/speech";

    private static RunningDoor door;

    @BeforeAll
    static void start() {
        door = new RunningDoor(server -> server.workers(4), "gateway.max-body-size=100KB");
    }

    @AfterAll
    static void stop() {
        door.close();
    }

    private static Map<String, Object> message(String role, Object content) {
        return Map.of("role", role, "content", content);
    }

    /** A request with one message; {@code more}: further fields, as JSON without braces. */
    private static String question(String text, String more) {
        String request = write(Map.of("model", "llama3_chat", "messages", List.of(message("user", text))));
        return more.isEmpty() ? request : request.replaceFirst("}$", "," + more + "}");
    }

    private static String conversation(String model, Object... messages) {
        return write(Map.of("model", model, "messages", List.of(messages)));
    }

    private static String content(JsonNode completion) {
        return completion
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .textValue();
    }

    private static byte[] png() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", png);
        return png.toByteArray();
    }

    private static String picture() throws IOException {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png());
    }

    private static List<Object> withPicture(String text, String url) {
        return List.of(
                Map.of("type", "text", "text", text), Map.of("type", "image_url", "image_url", Map.of("url", url)));
    }

    // ---- models

    @Test
    void theModelsAreThoseOfTheServer_eachForWhatItsDescriptionSays() throws Exception {
        JsonNode list = door.get("/v1/models");

        assertThat(list.path("object").textValue()).isEqualTo("list");
        Map<String, String> tasks = new LinkedHashMap<>();
        list.path("data").forEach(model -> {
            assertThat(model.path("object").textValue()).isEqualTo("model");
            assertThat(model.path("created").longValue()).isPositive();
            assertThat(model.path("owned_by").isTextual()).isTrue();
            tasks.put(model.path("id").textValue(), model.path("task").textValue());
        });
        assertThat(tasks)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "gpt_oss_chat", "chat",
                        "llama2_chat", "chat",
                        "llama3_chat", "chat",
                        "llama4_chat", "chat",
                        "mistral_chat", "chat",
                        "stable_diffusion_3_5", "image",
                        "stable_diffusion_xl_txt2img", "image",
                        "tts", "speech"));
    }

    @Test
    void oneModelIsFoundByItsName() throws Exception {
        assertThat(door.get("/v1/models/tts").path("id").textValue()).isEqualTo("tts");

        JsonNode error = error(door.send(door.request("/v1/models/gpt-4o").build()), 404);
        assertThat(error.path("code").textValue()).isEqualTo("model_not_found");
    }

    // ---- chat

    @Test
    void aQuestionIsAnsweredWithTheTokensOfBoth() throws Exception {
        JsonNode answer = door.ask(CHAT, question("Grüß dich!", ""));

        assertThat(answer.path("id").textValue()).startsWith("chatcmpl-");
        assertThat(answer.path("object").textValue()).isEqualTo("chat.completion");
        assertThat(answer.path("created").longValue()).isPositive();
        assertThat(answer.path("model").textValue()).isEqualTo("llama3_chat");
        assertThat(answer.path("choices").size()).isEqualTo(1);
        JsonNode choice = answer.path("choices").path(0);
        assertThat(choice.path("message").path("role").textValue()).isEqualTo("assistant");
        assertThat(content(answer)).isEqualTo("You said: Grüß dich!");
        assertThat(choice.path("finish_reason").textValue()).isEqualTo("stop");
        assertThat(answer.path("usage"))
                .isEqualTo(read("{\"prompt_tokens\": 2, \"completion_tokens\": 4, \"total_tokens\": 6}"));
    }

    @Test
    void theModelKnowsTheConversation() throws Exception {
        JsonNode answer = door.ask(
                CHAT,
                conversation(
                        "llama3_chat",
                        message("developer", "Be short."),
                        message("user", "I am Ann."),
                        Map.of("role", "assistant", "content", "Hello, Ann.", "tool_calls", List.of()),
                        message("user", List.of(Map.of("type", "text", "text", "Who am I?")))));

        assertThat(content(answer)).isEqualTo("You said: Who am I?. Earlier you said: I am Ann.");
        // the words of the system and of the answers count, too
        assertThat(answer.path("usage").path("prompt_tokens").intValue()).isEqualTo(10);
    }

    @Test
    void aModelWithoutAMemoryTakesOneMessage() throws Exception {
        JsonNode answer = door.ask(CHAT, conversation("llama2_chat", message("user", "Hello")));
        assertThat(content(answer)).isEqualTo("You said: Hello");
        // that server tells one of the two
        assertThat(answer.has("usage")).isFalse();

        JsonNode error = door.refused(
                CHAT, conversation("llama2_chat", message("system", "Be short."), message("user", "Hello")), 400);
        assertThat(error.path("param").textValue()).isEqualTo("messages");
    }

    @Test
    void aQuestionShowsAPicture() throws Exception {
        JsonNode answer =
                door.ask(CHAT, conversation("mistral_chat", message("user", withPicture("What is this?", picture()))));

        assertThat(content(answer)).isEqualTo("You said: What is this?. I see 1 picture (image/png)");
    }

    @Test
    void aPictureOfAnEarlierQuestionIsStillSeen() throws Exception {
        JsonNode answer = door.ask(
                CHAT,
                conversation(
                        "mistral_chat",
                        message("user", withPicture("What is this?", picture())),
                        message("assistant", "A camel."),
                        message("user", "And behind it?")));

        assertThat(content(answer)).endsWith("I see 1 picture (image/png)");
    }

    @Test
    void aPictureThatCannotBeShownIsRefusedByItsPlace() throws Exception {
        String url = picture();
        assertThat(door.refused(CHAT, conversation("llama3_chat", message("user", withPicture("?", url))), 400)
                        .path("param")
                        .textValue())
                .isEqualTo("messages[0].content");
        for (String other :
                List.of("https://example.com/camel.png", "data:image/png;base64,!", "data:image/png;base64,YQ==")) {
            assertThat(door.refused(CHAT, conversation("mistral_chat", message("user", withPicture("?", other))), 400)
                            .path("param")
                            .textValue())
                    .isEqualTo("messages[0].content[1].image_url.url");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"messages\": 7",
                "\"messages\": []",
                "\"messages\": [{\"role\": \"assistant\", \"content\": \"Hi\"}]",
                "\"messages\": [{\"role\": \"tool\", \"content\": \"Hi\"}]",
                "\"messages\": [{\"role\": \"user\"}]",
                "\"messages\": [{\"role\": \"user\", \"content\": []}]",
                "\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_audio\"}]}]",
                "\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\"}]}]",
                "\"messages\": [{\"role\": \"user\", \"content\": \"Hi\", \"name\": \"Ann\"}]"
            })
    void messagesThatAreNoneAreRefused(String messages) throws Exception {
        JsonNode error = door.refused(CHAT, "{\"model\": \"llama3_chat\", " + messages + "}", 400);

        assertThat(error.path("type").textValue()).isEqualTo("invalid_request_error");
        assertThat(error.path("param").textValue()).startsWith("messages");
    }

    // ---- streams

    @Test
    void aStreamBringsTheTextInParts_thenItsEndAndItsTokens() throws Exception {
        List<String> events = door.stream(question(
                "a b c d e f g h @sleep=1 @steps=10",
                "\"stream\": true, \"stream_options\": {\"include_usage\": true}"));

        assertThat(events.get(events.size() - 1)).isEqualTo("[DONE]");
        List<JsonNode> chunks = events.subList(0, events.size() - 1).stream()
                .map(RunningDoor::read)
                .toList();
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.path("object").textValue()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.path("id")).isEqualTo(chunks.get(0).path("id"));
        });
        assertThat(chunks.get(0).path("choices").path(0).path("delta"))
                .isEqualTo(read("{\"role\": \"assistant\", \"content\": \"\"}"));
        List<String> parts = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (JsonNode chunk : chunks) {
            JsonNode choice = chunk.path("choices").path(0);
            parts.add(choice.path("delta").path("content").asText(""));
            if (choice.path("finish_reason").isTextual()) {
                reasons.add(choice.path("finish_reason").textValue());
            }
        }
        parts.removeIf(String::isEmpty);
        assertThat(parts).hasSizeGreaterThan(2);
        assertThat(String.join("", parts)).isEqualTo("You said: a b c d e f g h @sleep=1 @steps=10");
        assertThat(reasons).containsExactly("stop");
        JsonNode last = chunks.get(chunks.size() - 1);
        assertThat(last.path("choices")).isEmpty();
        assertThat(last.path("usage").path("total_tokens").intValue()).isEqualTo(22);
    }

    @Test
    void anAnswerWithAllTheTokensThatItMayHaveWasCutOff() throws Exception {
        for (String name : List.of("max_tokens", "max_completion_tokens", "max_gen_tokens")) {
            JsonNode answer = door.ask(CHAT, question("a b c @tokens=4", "\"" + name + "\": 4"));
            assertThat(answer.path("choices").path(0).path("finish_reason").textValue())
                    .isEqualTo("length");
        }
    }

    @Test
    void aStreamThatBreaksOffTellsWhy() throws Exception {
        List<String> events = door.stream(question("Hello @error=Out_of_memory", "\"stream\": true"));

        assertThat(events.get(events.size() - 1)).isEqualTo("[DONE]");
        JsonNode error = read(events.get(events.size() - 2)).path("error");
        assertThat(error.path("message").textValue()).isEqualTo("Out of memory");
        assertThat(error.path("code").textValue()).isEqualTo("job_failed");
    }

    // ---- images and speech

    private static BufferedImage image(JsonNode entry) throws IOException {
        byte[] bytes = Base64.getDecoder().decode(entry.path("b64_json").textValue());
        return ImageIO.read(new ByteArrayInputStream(bytes));
    }

    @Test
    void imagesAreMadeInTheirNumberAndSize() throws Exception {
        JsonNode made = door.ask(
                IMAGES,
                "{\"model\": \"stable_diffusion_xl_txt2img\", \"prompt\": \"A camel\", \"n\": 2, \"size\": \"576x512\","
                        + " \"response_format\": \"b64_json\", \"negative_prompt\": \"sand\"}");

        assertThat(made.path("created").longValue()).isPositive();
        assertThat(made.path("data").size()).isEqualTo(2);
        for (JsonNode entry : made.path("data")) {
            BufferedImage image = image(entry);
            assertThat(List.of(image.getWidth(), image.getHeight())).containsExactly(576, 512);
        }
    }

    @Test
    void aSeedMakesTheSameImageAgain_byTheModelThatIsTheGatewaysWithoutAName() throws Exception {
        String request = "{\"prompt\": \"A camel\", \"size\": \"64x64\", \"seed\": %d}";

        JsonNode first = door.ask(IMAGES, request.formatted(7)).path("data").path(0);

        assertThat(image(first).getWidth()).isEqualTo(64);
        assertThat(door.ask(IMAGES, request.formatted(7)).path("data").path(0)).isEqualTo(first);
        assertThat(door.ask(IMAGES, request.formatted(8)).path("data").path(0)).isNotEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource({
        "response_format, '\"url\"'",
        "size, '\"1x1\"'",
        "size, '\"large\"'",
        "n, 11",
        "n, '\"two\"'",
        "quality, '\"hd\"'",
        "style, '\"vivid\"'",
        "stream, true",
        "seed, 1.5"
    })
    void whatAnImageModelDoesNotTakeIsRefusedByItsName(String name, String value) throws Exception {
        JsonNode error = door.refused(
                IMAGES,
                "{\"model\": \"stable_diffusion_xl_txt2img\", \"prompt\": \"A camel\", \"" + name + "\": " + value
                        + "}",
                400);

        assertThat(error.path("param").textValue()).isEqualTo(name);
    }

    @Test
    void aTextIsSpoken() throws Exception {
        HttpResponse<byte[]> sound = door.send(
                door.post(SPEECH, "{\"model\": \"tts\", \"input\": \"A camel\", \"voice\": \"emma\"}"),
                BodyHandlers.ofByteArray());

        assertThat(sound.statusCode()).isEqualTo(200);
        assertThat(sound.headers().firstValue("Content-Type").orElseThrow()).startsWith("audio/");
        assertThat(sound.body()).startsWith('R', 'I', 'F', 'F');
    }

    @ParameterizedTest
    @CsvSource({"voice, '\"alloy\"'", "response_format, '\"mp3\"'", "speed, 2", "instructions, '\"Whisper\"'"})
    void whatAVoiceCannotDoIsRefusedByItsName(String name, String value) throws Exception {
        JsonNode error = door.refused(
                SPEECH, "{\"model\": \"tts\", \"input\": \"A camel\", \"" + name + "\": " + value + "}", 400);

        assertThat(error.path("param").textValue()).isEqualTo(name);
    }

    // ---- what is refused

    @ParameterizedTest
    @CsvSource({
        "n, 2",
        "tools, '[{\"type\": \"function\"}]'",
        "tool_choice, '\"required\"'",
        "logprobs, true",
        "top_logprobs, 3",
        "response_format, '{\"type\": \"json_object\"}'",
        "presence_penalty, 0.5",
        "seed, 7",
        "stop, '[\"a\", \"b\"]'",
        "metadata, '{\"a\": \"b\"}'",
        "store, true",
        "stream_options, '{\"include_obfuscation\": true}'",
        "stream, 1",
        "temperature, 1.5",
        "temperature, '\"hot\"'",
        "max_tokens, 20000",
        "no_such_thing, 1",
        "chat_context, '\"[]\"'",
        "prompt_input, '\"Hello\"'"
    })
    void whatIsNotSupportedIsRefusedByItsName(String name, String value) throws Exception {
        long before = door.server.stats().submits();
        JsonNode error = door.refused(CHAT, question("Hello", "\"" + name + "\": " + value), 400);

        assertThat(error.path("param").textValue()).isEqualTo(name);
        assertThat(error.path("type").textValue()).isEqualTo("invalid_request_error");
        assertThat(error.path("message").textValue()).contains("'" + name + "'");
        assertThat(door.server.stats().submits()).isEqualTo(before);
    }

    @Test
    void whatAsksForNothingIsTaken_andWhatTheModelHasIsPassed() throws Exception {
        JsonNode answer = door.ask(CHAT, question("Hello", """
                        "n": 1, "stream": false, "logprobs": false, "tools": [], "tool_choice": "none",
                        "response_format": {"type": "text"}, "frequency_penalty": 0.0, "user": "ann", "seed": null,
                        "temperature": 0.5, "top_p": 1, "max_completion_tokens": 100, "top_k": 3
                        """));

        assertThat(content(answer)).isEqualTo("You said: Hello");
    }

    @Test
    void aModelThatIsNotThereOrNotForThisIsNotFound() throws Exception {
        for (String model : List.of("gpt-4o", "tts", "llama3_chat?operation=list", "../x")) {
            JsonNode error = door.refused(CHAT, conversation(model, message("user", "Hello")), 404);
            assertThat(error.path("code").textValue()).isEqualTo("model_not_found");
            assertThat(error.path("param").textValue()).isEqualTo("model");
        }
        assertThat(door.refused(CHAT, "{\"messages\": []}", 400).path("param").textValue())
                .isEqualTo("model");
        door.refused(IMAGES, "{\"model\": \"llama3_chat\", \"prompt\": \"A camel\"}", 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "7", "{} {}", "{\"model\": 7}"})
    void whatIsNoRequestIsRefused(String body) throws Exception {
        door.refused(CHAT, body, 400);
    }

    @Test
    void eachErrorUnderV1HasOpenAisShape_andNoOther() throws Exception {
        JsonNode nowhere = error(door.send(door.request("/v1/embeddings").build()), 404);
        assertThat(nowhere.path("code").textValue()).isEqualTo("unknown_url");
        assertThat(nowhere.path("message").textValue()).endsWith("GET /v1/embeddings");
        error(door.send(door.request("/v1").build()), 404);

        HttpResponse<String> get = door.send(door.request(CHAT).build());
        assertThat(error(get, 405).path("code").textValue()).isEqualTo("method_not_supported");
        assertThat(get.headers().firstValue("Allow")).contains("POST");

        HttpResponse<String> form = door.send(door.request(CHAT)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(question("Hello", "")))
                .build());
        error(form, 415);
        error(door.send(door.post(CHAT, question("x".repeat(110_000), ""))), 413);

        HttpResponse<String> elsewhere = door.send(door.request("/nothing").build());
        assertThat(elsewhere.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void aJobThatFailsIsNotToBeSentAgain() throws Exception {
        HttpResponse<String> failed = door.send(door.post(CHAT, question("@error=Out_of_memory", "")));

        JsonNode error = error(failed, 502);
        assertThat(error.path("message").textValue()).isEqualTo("Out of memory");
        assertThat(error.path("type").textValue()).isEqualTo("server_error");
        assertThat(error.path("code").textValue()).isEqualTo("job_failed");
        assertThat(failed.headers().firstValue("x-should-retry")).contains("false");
    }

    @Test
    void aJobThatMakesNothingIsNotToBeSentAgain() throws Exception {
        door.server.script("tts", ScriptedJob.answer(png()));
        HttpResponse<String> mute = door.send(door.post(SPEECH, "{\"model\": \"tts\", \"input\": \"A camel\"}"));
        door.server.reset();

        assertThat(error(mute, 502).path("code").textValue()).isEqualTo("no_result");
        assertThat(mute.headers().firstValue("x-should-retry")).contains("false");
    }

    @Test
    void nothingIsLeftOfCallsThatHaveEnded() throws Exception {
        door.ask(CHAT, question("Hello", ""));
        door.stream(question("Hello", "\"stream\": true"));

        await().atMost(RunningDoor.SOON).untilAsserted(() -> {
            assertThat(door.calls()).isZero();
            assertThat(door.exchanges()).isZero();
            assertThat(door.jobs()).isZero();
        });
    }
}
