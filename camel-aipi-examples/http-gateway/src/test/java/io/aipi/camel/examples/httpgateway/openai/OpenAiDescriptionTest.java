/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.camel.examples.httpgateway.OpenApi;
import io.aipi.simulator.ScriptedJob;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is answered under {@code /v1} is what {@code openapi.json} says. */
class OpenAiDescriptionTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String IMAGES = "/v1/images/generations";
    private static final String SPEECH = "/v1/audio/speech";

    private static final String QUESTION =
            "{\"model\": \"llama3_chat\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";
    private static final String IMAGE = "{\"model\": \"stable_diffusion_xl_txt2img\", \"prompt\": \"A camel\"}";
    private static final String TEXT = "{\"model\": \"tts\", \"input\": \"A camel\"}";

    private static RunningDoor door;
    private static OpenApi api;

    @BeforeAll
    static void start() throws Exception {
        door = new RunningDoor(server -> server, "gateway.max-body-size=100KB");
        api = new OpenApi(door.get("/openapi.json").toString());
    }

    @AfterAll
    static void stop() {
        door.close();
    }

    private static HttpResponse<String> post(String path, String type, String accept, String body) throws Exception {
        return door.send(door.request(path)
                .headers("Content-Type", type, "Accept", accept)
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private static HttpResponse<String> assertDescribed(String path, String body, int status) throws Exception {
        HttpResponse<String> answer = door.send(door.post(path, body));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        api.assertDescribes("post " + path, answer);
        return answer;
    }

    private static String with(String request, String more) {
        return request.replaceFirst("}$", "," + more + "}");
    }

    @Test
    void modelsAreDescribed() throws Exception {
        api.assertDescribes(
                "get /v1/models", door.send(door.request("/v1/models").build()));
        String path = "get /v1/models/{model}";
        api.assertDescribes(path, door.send(door.request("/v1/models/tts").build()));
        api.assertDescribes(path, door.send(door.request("/v1/models/nothing").build()));
        HttpResponse<String> refused = door.send(
                door.request("/v1/models").header("Accept", "image/png").build());
        assertThat(refused.statusCode()).isEqualTo(406);
        api.assertDescribes("get /v1/models", refused);
    }

    @Test
    void anAnswerIsDescribed_andSoIsItsRequest() throws Exception {
        String conversation = """
                {"model": "mistral_chat", "temperature": 0.5, "max_tokens": null, "stream": false, "messages": [
                  {"role": "system", "content": "Be short."},
                  {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
                  {"role": "assistant", "content": "Hello!", "refusal": null},
                  {"role": "user", "content": "And you?"}]}""";
        for (String request : List.of(QUESTION, conversation)) {
            api.assertDescribesRequest("post " + CHAT, RunningDoor.read(request));
            assertDescribed(CHAT, request, 200);
        }
        // it does not tell its tokens
        assertDescribed(CHAT, QUESTION.replace("llama3", "llama2"), 200);
        String image = with(IMAGE, "\"size\": \"512x512\", \"n\": 1, \"response_format\": \"b64_json\"");
        api.assertDescribesRequest("post " + IMAGES, RunningDoor.read(image));
        assertDescribed(IMAGES, image, 200);
        api.assertDescribesRequest("post " + SPEECH, RunningDoor.read(TEXT));
        assertDescribed(SPEECH, TEXT, 200);
    }

    @Test
    void eachEventOfAStreamIsDescribed() throws Exception {
        for (String text : List.of("Hello", "@error=Out_of_memory")) {
            String request = with(
                    QUESTION.replace("Hello", text), "\"stream\": true, \"stream_options\": {\"include_usage\": true}");
            api.assertDescribesRequest("post " + CHAT, RunningDoor.read(request));
            HttpResponse<Stream<String>> answer = door.send(door.post(CHAT, request), BodyHandlers.ofLines());
            List<JsonNode> events = answer.body()
                    .filter(line -> line.startsWith("data: {"))
                    .map(line -> RunningDoor.read(line.substring("data: ".length())))
                    .toList();
            api.assertDescribesEvents("post " + CHAT, answer, events);
            assertThat(events.get(events.size() - 1).has(text.equals("Hello") ? "usage" : "error"))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({CHAT, IMAGES, SPEECH})
    void whatIsWrongWithARequestIsDescribed(String path) throws Exception {
        String request = path.equals(CHAT) ? QUESTION : path.equals(IMAGES) ? IMAGE : TEXT;
        assertDescribed(path, "{}", 400);
        assertDescribed(path, request.replaceFirst("\"model\": \"\\w+\"", "\"model\": \"nothing\""), 404);
        assertDescribed(
                path, request.replace("Hello", "x".repeat(110_000)).replace("A camel", "x".repeat(110_000)), 413);
        HttpResponse<String> text = post(path, "text/plain", "*/*", request);
        assertThat(text.statusCode()).isEqualTo(415);
        api.assertDescribes("post " + path, text);
        HttpResponse<String> get = door.send(door.request(path).build());
        assertThat(get.statusCode()).isEqualTo(405);
        api.assertDescribes("post " + path, get);
    }

    @Test
    void whatTheServerRefusesOrLosesIsDescribed() throws Exception {
        assertDescribed(CHAT, QUESTION.replace("Hello", "@error=Out_of_memory"), 502);
        door.server.script("llama4_chat", ScriptedJob.queueFull());
        assertDescribed(CHAT, QUESTION.replace("llama3", "llama4"), 429);
        door.server.reset();
        try (RunningDoor impatient = new RunningDoor(server -> server, "gateway.answer-timeout=1s")) {
            HttpResponse<String> late =
                    impatient.send(impatient.post(CHAT, QUESTION.replace("Hello", "Hello @sleep=20")));
            assertThat(late.statusCode()).isEqualTo(504);
            api.assertDescribes("post " + CHAT, late);
        }
    }

    // ---- what nobody would read is not computed

    @ParameterizedTest
    @CsvSource({
        CHAT + ", image/png",
        CHAT + ", text/html",
        CHAT + ", text/event-stream",
        CHAT + ", what",
        IMAGES + ", image/png",
        IMAGES + ", text/event-stream"
    })
    void whoAcceptsNothingThatIsAnsweredIsToldSoBeforeAJobIsSubmitted(String path, String accept) throws Exception {
        long before = door.server.stats().submits();

        HttpResponse<String> refused = post(path, "application/json", accept, path.equals(CHAT) ? QUESTION : IMAGE);

        RunningDoor.error(refused, 406);
        api.assertDescribes("post " + path, refused);
        assertThat(door.server.stats().submits()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        CHAT + ", 'text/event-stream, application/json', application/json",
        CHAT + ", 'text/*;q=0.5, */*', application/json",
        CHAT + ", application/*, application/json",
        SPEECH + ", application/octet-stream, audio/wav",
        SPEECH + ", application/json, audio/wav"
    })
    void whoAcceptsWhatIsAnsweredGetsIt_andSoundGoesToAll(String path, String accept, String type) throws Exception {
        HttpResponse<String> answer = post(path, "application/json", accept, path.equals(CHAT) ? QUESTION : TEXT);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains(type);
    }

    @ParameterizedTest
    @CsvSource({"text/event-stream", "application/json", "*/*"})
    void aStreamGoesToWhoAcceptsOneOrJson(String accept) throws Exception {
        HttpResponse<String> answer = post(CHAT, "application/json", accept, with(QUESTION, "\"stream\": true"));

        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        assertThat(answer.body()).endsWith("data: [DONE]\n\n");
    }
}
