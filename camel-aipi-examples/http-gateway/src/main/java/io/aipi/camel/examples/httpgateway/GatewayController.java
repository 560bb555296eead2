/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** The HTTP side. No thread waits for a model, and none for a client that watches a job. */
@RestController
class GatewayController {

    /** The body of {@code POST /prompts} and {@code POST /answer}, if it is JSON. */
    record Prompt(String prompt, Map<String, Object> parameters) {}

    /** The body of the response to {@code POST /prompts}. */
    record Accepted(String id, String url, String events) {}

    private final ProducerTemplate camel;
    private final JobBoard board;
    private final ObjectMapper json;
    private final List<String> models;
    private final int mostBytes;
    private final Duration heartbeat;
    private final Sinks.Empty<Void> stop = Sinks.empty();

    GatewayController(
            ProducerTemplate camel,
            JobBoard board,
            ObjectMapper json,
            @Value("${gateway.models}") List<String> models,
            @Value("${gateway.max-body-size}") DataSize mostBytes,
            @Value("${gateway.heartbeat}") Duration heartbeat) {
        this.camel = camel;
        this.board = board;
        this.json = json;
        this.models = models.stream().filter(model -> !model.isEmpty()).toList();
        this.mostBytes = Math.toIntExact(mostBytes.toBytes());
        this.heartbeat = heartbeat;
    }

    // ---- prompts

    @PostMapping(
            path = "/prompts",
            consumes = {MediaType.TEXT_PLAIN_VALUE, MediaType.APPLICATION_JSON_VALUE})
    CompletableFuture<ResponseEntity<Accepted>> submit(
            @RequestParam(name = "model", required = false) String named,
            @RequestHeader(HttpHeaders.CONTENT_TYPE) MediaType type,
            InputStream body)
            throws IOException {
        String model = model(named);
        AipiRequest request = read(type, body);
        // the job gets its URL before it is submitted: its result may come before the submit's response
        String id = board.open(model);
        return send("direct:prompts", model, request, id)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        board.discard(id);
                    }
                })
                .thenApply(done -> Pages.page(HttpStatus.ACCEPTED)
                        .location(URI.create(Job.url(id)))
                        .body(new Accepted(id, Job.url(id), Job.url(id) + "/events")));
    }

    // tag::answer[]
    @PostMapping(
            path = "/answer",
            consumes = {MediaType.TEXT_PLAIN_VALUE, MediaType.APPLICATION_JSON_VALUE})
    CompletableFuture<ResponseEntity<Object>> answer(
            @RequestParam(name = "model", required = false) String named,
            @RequestHeader(HttpHeaders.CONTENT_TYPE) MediaType type,
            InputStream body)
            throws IOException {
        return send("direct:answer", model(named), read(type, body), null)
                .thenApply(done -> Pages.answer(done.getMessage().getBody(JobResult.class)));
    }

    private CompletableFuture<Exchange> send(String route, String model, AipiRequest request, String id) {
        return camel.asyncSend(route, exchange -> {
                    exchange.setVariable("model", model);
                    exchange.getMessage().setHeader(JobBoard.ID, id);
                    exchange.getMessage().setBody(request);
                })
                .thenApply(GatewayController::succeeded);
    }

    private static Exchange succeeded(Exchange exchange) {
        if (exchange.getException() != null) {
            throw new CompletionException(exchange.getException());
        }
        return exchange;
    }
    // end::answer[]

    private String model(String named) {
        if (named != null && !models.contains(named)) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "The model must be one of " + models);
        }
        return named == null ? models.get(0) : named;
    }

    private AipiRequest read(MediaType type, InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(mostBytes + 1);
        if (bytes.length > mostBytes) {
            throw new ResponseStatusException(HttpStatus.PAYLOAD_TOO_LARGE, "At most " + mostBytes + " bytes");
        }
        if (MediaType.APPLICATION_JSON.isCompatibleWith(type)) {
            return read(bytes);
        }
        Charset charset = type.getCharset() == null ? StandardCharsets.UTF_8 : type.getCharset();
        String text = new String(bytes, charset);
        if (text.isBlank()) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "The prompt is empty");
        }
        return AipiRequest.ofPrompt(text);
    }

    private AipiRequest read(byte[] bytes) throws IOException {
        try {
            Prompt read = json.readValue(bytes, Prompt.class);
            if (read != null && (read.prompt() != null || read.parameters() != null)) {
                return new AipiRequest(read.prompt(), read.parameters() == null ? Map.of() : read.parameters());
            }
        } catch (JsonProcessingException e) {
            // as without either
        }
        throw new ResponseStatusException(
                HttpStatus.BAD_REQUEST,
                "A JSON body must be an object with the string \"prompt\", the object \"parameters\" or both");
    }

    // ---- jobs

    @GetMapping("/jobs/{id}")
    ResponseEntity<Job> job(@PathVariable("id") String id) {
        return Pages.page(HttpStatus.OK).body(find(id));
    }

    @GetMapping("/jobs/{id}/images/{number}")
    ResponseEntity<byte[]> image(@PathVariable("id") String id, @PathVariable("number") int number) {
        List<Media> images = board.result(id).map(JobResult::images).orElse(List.of());
        if (number < 0 || number >= images.size()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no such image");
        }
        return Pages.file(images.get(number));
    }

    // tag::events[]
    @GetMapping("/jobs/{id}/events")
    ResponseEntity<Flux<ServerSentEvent<Job>>> events(@PathVariable("id") String id) {
        find(id);
        Flux<ServerSentEvent<Job>> events = board.watch(id)
                .map(job -> ServerSentEvent.builder(job).event(job.event()).build());
        // tells proxies that the connection is in use, and this side whether it still is
        Flux<ServerSentEvent<Job>> heartbeats = Flux.interval(heartbeat)
                .onBackpressureDrop()
                .map(tick -> ServerSentEvent.<Job>builder().comment("").build());
        return Pages.page(HttpStatus.OK)
                .body(Flux.merge(1, events, heartbeats)
                        .takeUntil(event -> event.data() != null && event.data().isEnded())
                        .takeUntilOther(stop.asMono()));
    }
    // end::events[]

    /** Streams end before the server waits for the requests that it has. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        stop.tryEmitEmpty();
    }

    private Job find(String id) {
        return Optional.of(id)
                .flatMap(board::find)
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.NOT_FOUND, "There is no such job. It may have expired."));
    }
}
