/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.aipi.camel.examples.support.Task;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** What of OpenAI's API a server of this kind can do. No thread waits for a model. */
@RestController
class OpenAiController {

    /** The answer of {@code /v1/models}. */
    record ModelList(String object, List<ModelEntry> data) {}

    /** A model; {@code task} is this gateway's own. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record ModelEntry(String id, String object, long created, String ownedBy, String task) {}

    /** The answer of {@code /v1/images/generations}. */
    record Images(long created, List<Image> data) {}

    /** One of them. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Image(String b64Json) {}

    private final Models models;
    private final Calls calls;
    private final EventStreams streams;
    private final ObjectMapper json;
    private final int mostBytes;
    private final long startedAt = now();

    OpenAiController(
            Models models,
            Calls calls,
            EventStreams streams,
            ObjectMapper json,
            @Value("${gateway.max-body-size}") DataSize mostBytes) {
        this.models = models;
        this.calls = calls;
        this.streams = streams;
        this.json = json;
        this.mostBytes = Math.toIntExact(mostBytes.toBytes());
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    // ---- models

    @GetMapping(path = "/v1/models", produces = MediaType.APPLICATION_JSON_VALUE)
    CompletableFuture<ModelList> models() {
        return models.all()
                .thenApply(all -> new ModelList(
                        "list", all.values().stream().map(this::entry).toList()));
    }

    @GetMapping(path = "/v1/models/{model}", produces = MediaType.APPLICATION_JSON_VALUE)
    CompletableFuture<ModelEntry> model(@PathVariable("model") String name) {
        return models.all().thenApply(all -> entry(Models.one(all, name)));
    }

    private ModelEntry entry(Model model) {
        return new ModelEntry(
                model.id(), "model", startedAt, "aipi", model.task().name().toLowerCase(Locale.ROOT));
    }

    // ---- chat

    @PostMapping(
            path = "/v1/chat/completions",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            // OpenAI's clients accept JSON, and get a stream where they ask for one
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.TEXT_EVENT_STREAM_VALUE})
    CompletableFuture<Object> chat(@RequestHeader HttpHeaders headers, InputStream body)
            throws IOException, HttpMediaTypeNotAcceptableException {
        RequestFields request = read(body);
        boolean isStreamed = request.flag("stream");
        if (!isStreamed && !takesJson(headers.getAccept())) {
            throw new HttpMediaTypeNotAcceptableException(List.of(MediaType.APPLICATION_JSON));
        }
        return models.find(request.requiredText("model"), Task.CHAT)
                .thenCompose(model -> chat(model, request, isStreamed));
    }

    private static boolean takesJson(List<MediaType> accepted) {
        return accepted.isEmpty() || accepted.stream().anyMatch(MediaType.APPLICATION_JSON::isCompatibleWith);
    }

    private CompletableFuture<Object> chat(Model model, RequestFields request, boolean isStreamed) {
        boolean withUsage = request.flagIn("stream_options", "include_usage");
        JsonNode messages = request.take("messages");
        Map<String, Object> parameters = Parameters.of(request, model);
        return calls.begin(model, Conversation.request(messages, model, parameters), isStreamed)
                .thenCompose(call -> {
                    ChatCompletion.Head head = new ChatCompletion.Head(
                            "chatcmpl-" + call.id(), now(), model.id(), Parameters.mostTokens(parameters));
                    if (!isStreamed) {
                        // with its type: else Spring would choose among the two by what the client likes most
                        return call.result()
                                .thenApply(result -> ResponseEntity.ok()
                                        .contentType(MediaType.APPLICATION_JSON)
                                        .body(ChatCompletion.whole(head, result)));
                    }
                    ChatStream events = new ChatStream(call, head, withUsage, json);
                    return CompletableFuture.completedFuture(streams.of(call, events::next, ChatStream.DONE));
                });
    }

    // ---- images and speech

    @PostMapping(
            path = "/v1/images/generations",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = MediaType.APPLICATION_JSON_VALUE)
    CompletableFuture<Images> images(InputStream body) throws IOException {
        RequestFields request = read(body);
        String prompt = request.requiredText("prompt");
        String format = request.text("response_format");
        if (format != null && !format.equals("b64_json")) {
            throw OpenAiException.unsupported(
                    "response_format", "'response_format' must be b64_json: images are not kept here");
        }
        return models.find(request.text("model"), Task.IMAGE)
                .thenCompose(model -> run(model, prompt, request))
                .thenApply(result -> new Images(now(), images(result)));
    }

    private static List<Image> images(JobResult result) {
        if (result.images().isEmpty()) {
            throw nothing("image");
        }
        return result.images().stream()
                .map(image -> new Image(Base64.getEncoder().encodeToString(image.bytes())))
                .toList();
    }

    /** Whatever is accepted: of which type the sound is, is known when it is there. */
    @PostMapping(path = "/v1/audio/speech", consumes = MediaType.APPLICATION_JSON_VALUE)
    CompletableFuture<ResponseEntity<byte[]>> speech(InputStream body) throws IOException {
        RequestFields request = read(body);
        String text = request.requiredText("input");
        String format = request.text("response_format");
        return models.find(request.requiredText("model"), Task.SPEECH)
                .thenCompose(model -> run(model, text, request))
                .thenApply(result -> sound(result, format));
    }

    private static ResponseEntity<byte[]> sound(JobResult result, String format) {
        Media sound = result.media().stream()
                .filter(media -> media.mediaType().startsWith("audio/"))
                .findFirst()
                .orElseThrow(() -> nothing("sound"));
        if (format != null && !format.equals(sound.fileExtension())) {
            throw OpenAiException.unsupported(
                    "response_format",
                    "The model does not support 'response_format' = \"" + format + "\", it makes "
                            + sound.fileExtension());
        }
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(sound.mediaType()))
                .body(sound.bytes());
    }

    private CompletableFuture<JobResult> run(Model model, String prompt, RequestFields request) {
        return calls.begin(model, new AipiRequest(prompt, Parameters.of(request, model)), false)
                .thenCompose(Call::result);
    }

    private static OpenAiException nothing(String what) {
        return new OpenAiException(HttpStatus.BAD_GATEWAY, null, "no_result", "The model made no " + what);
    }

    // ---- requests

    private RequestFields read(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(mostBytes + 1);
        if (bytes.length > mostBytes) {
            throw new OpenAiException(
                    HttpStatus.PAYLOAD_TOO_LARGE,
                    null,
                    "too_large",
                    "The body must have at most " + mostBytes + " bytes");
        }
        return new RequestFields(json, bytes);
    }
}
