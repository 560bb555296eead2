/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /**
     * The body of {@code POST /prompts} and {@code POST /answer}, if it is JSON. All but one may be null.
     *
     * @param image a picture that goes along, as a data URI
     * @param conversation the sender's name for the conversation that the prompt goes on with; of jobs only
     */
    record Prompt(String prompt, Map<String, Object> parameters, String image, String conversation) {}

    /** The body of the response to {@code POST /prompts}. */
    record Accepted(String id, String url, String events) {}

    private final ProducerTemplate camel;
    private final JobBoard board;
    private final PromptReader prompts;
    private final List<String> models;
    private final Duration heartbeat;
    private final Sinks.Empty<Void> stop = Sinks.empty();

    GatewayController(
            ProducerTemplate camel,
            JobBoard board,
            PromptReader prompts,
            @Value("${gateway.models}") List<String> models,
            @Value("${gateway.heartbeat}") Duration heartbeat) {
        this.camel = camel;
        this.board = board;
        this.prompts = prompts;
        this.models = models.stream().filter(model -> !model.isEmpty()).toList();
        this.heartbeat = heartbeat;
    }

    // ---- prompts

    @PostMapping(
            path = "/prompts",
            consumes = {MediaType.TEXT_PLAIN_VALUE, MediaType.APPLICATION_JSON_VALUE},
            // else who does not accept it would be told so after the submit
            produces = MediaType.APPLICATION_JSON_VALUE)
    CompletableFuture<ResponseEntity<Accepted>> submit(
            @RequestParam(name = "model", required = false) String named,
            @RequestHeader(HttpHeaders.CONTENT_TYPE) MediaType type,
            InputStream body,
            Principal user)
            throws IOException {
        Prompt prompt = prompts.read(type, body);
        return submit(new JobBoard.Asked(model(named), prompts.request(prompt), prompt.conversation()), user);
    }

    @PostMapping(path = "/jobs/{id}/again", produces = MediaType.APPLICATION_JSON_VALUE)
    CompletableFuture<ResponseEntity<Accepted>> again(@PathVariable("id") String id, Principal user) {
        return submit(board.asked(id, JobBoard.owner(user)).orElseThrow(GatewayController::noSuchJob), user);
    }

    private CompletableFuture<ResponseEntity<Accepted>> submit(JobBoard.Asked asked, Principal user) {
        // before the submit: progress and the result may come before its response
        String id = board.newId();
        Map<String, Object> headers = new HashMap<>();
        headers.put(JobBoard.ID, id);
        headers.put(JobBoard.OWNER, JobBoard.owner(user));
        if (asked.conversation() != null) {
            headers.put(JobBoard.CONVERSATION, asked.conversation());
        }
        return send("direct:prompts", asked.model(), asked.request(), headers)
                .thenApply(done -> ResponseEntity.accepted()
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
        AipiRequest request = prompts.request(prompts.read(type, body));
        return send("direct:answer", model(named), request, Map.of())
                .thenApply(done -> Pages.answer(done.getMessage().getBody(JobResult.class)));
    }

    private CompletableFuture<Exchange> send(
            String route, String model, AipiRequest request, Map<String, Object> headers) {
        return camel.asyncSend(route, exchange -> {
                    exchange.setVariable("model", model);
                    headers.forEach(exchange.getMessage()::setHeader);
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

    // ---- jobs

    @GetMapping("/jobs/{id}")
    ResponseEntity<Job> job(@PathVariable("id") String id, Principal user) {
        return ResponseEntity.ok().body(find(id, user));
    }

    @GetMapping("/jobs/{id}/images/{number}")
    ResponseEntity<byte[]> image(@PathVariable("id") String id, @PathVariable("number") int number, Principal user) {
        List<Media> images =
                board.result(id, JobBoard.owner(user)).map(JobResult::images).orElse(List.of());
        if (number < 0 || number >= images.size()) {
            throw noSuchImage();
        }
        return Pages.file(images.get(number));
    }

    @GetMapping("/jobs/{id}/previews/{number}")
    ResponseEntity<byte[]> preview(@PathVariable("id") String id, @PathVariable("number") int number, Principal user) {
        return board.preview(id, JobBoard.owner(user), number)
                .map(Pages::file)
                .orElseThrow(GatewayController::noSuchImage);
    }

    // tag::events[]
    @GetMapping("/jobs/{id}/events")
    ResponseEntity<Flux<ServerSentEvent<Job>>> events(@PathVariable("id") String id, Principal user) {
        find(id, user);
        Flux<ServerSentEvent<Job>> events = board.watch(id, JobBoard.owner(user))
                .map(job -> ServerSentEvent.builder(job).event(job.event()).build());
        // tells proxies that the connection is in use, and this side whether it still is
        Flux<ServerSentEvent<Job>> heartbeats = Flux.interval(heartbeat)
                .onBackpressureDrop()
                .map(tick -> ServerSentEvent.<Job>builder().comment("").build());
        return ResponseEntity.ok()
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

    private Job find(String id, Principal user) {
        return board.find(id, JobBoard.owner(user)).orElseThrow(GatewayController::noSuchJob);
    }

    private static ResponseStatusException noSuchJob() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no such job. It may have expired.");
    }

    private static ResponseStatusException noSuchImage() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no such image");
    }
}
