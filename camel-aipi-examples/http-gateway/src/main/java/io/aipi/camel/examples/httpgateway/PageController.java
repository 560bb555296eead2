/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The page, and what it wants to know beside the jobs themselves: who is there, what can be asked, what was asked. */
@RestController
class PageController {

    /** The body of {@code GET /jobs}. */
    record Jobs(List<JobList.Entry> jobs) {}

    /** The body of {@code GET /models}. */
    record Models(List<ModelInfo> models) {}

    /** The body of {@code GET /session}; {@code user} is null if nobody has logged in. */
    record Session(String login, String user) {}

    private static final Logger LOG = LoggerFactory.getLogger(PageController.class);
    private static final int MOST_JOBS = 100;

    private final ProducerTemplate camel;
    private final JobBoard board;
    private final JobList list;
    private final ObjectMapper json;
    private final List<String> models;
    private final String login;

    PageController(
            ProducerTemplate camel,
            JobBoard board,
            JobList list,
            ObjectMapper json,
            @Value("${gateway.models}") List<String> models,
            @Value("${gateway.login}") String login) {
        this.camel = camel;
        this.board = board;
        this.list = list;
        this.json = json;
        this.models = models.stream().filter(model -> !model.isEmpty()).toList();
        this.login = login.toLowerCase(Locale.ROOT);
    }

    @GetMapping("/")
    ResponseEntity<Resource> page() {
        return ResponseEntity.ok()
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .body(new ClassPathResource("static/index.html"));
    }

    @GetMapping("/session")
    ResponseEntity<Session> session(Principal user) {
        return ResponseEntity.ok().body(new Session(login, user == null ? null : user.getName()));
    }

    @GetMapping("/jobs")
    ResponseEntity<Jobs> jobs(@RequestParam(name = "limit", defaultValue = "20") int limit, Principal user) {
        if (limit < 1 || limit > MOST_JOBS) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "The limit is 1 to " + MOST_JOBS);
        }
        return ResponseEntity.ok()
                .body(new Jobs(list.last(JobBoard.owner(user), limit).stream()
                        .map(entry -> entry.as(board.live().newest(entry.id())))
                        .toList()));
    }

    @GetMapping("/models")
    CompletableFuture<ResponseEntity<Models>> models() {
        List<CompletableFuture<ModelInfo>> asked =
                models.stream().map(this::describe).toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(all -> ResponseEntity.ok()
                        .body(new Models(
                                asked.stream().map(CompletableFuture::join).toList())));
    }

    private CompletableFuture<ModelInfo> describe(String model) {
        return camel.asyncSend("direct:describe", exchange -> exchange.setVariable("model", model))
                .thenApply(exchange -> read(model, exchange))
                .exceptionally(failure -> {
                    // some servers describe nothing; the models can be asked all the same
                    LOG.debug("{} is not described", model, failure);
                    return ModelInfo.unknown(model);
                });
    }

    private ModelInfo read(String model, Exchange described) {
        if (described.getException() != null) {
            throw new CompletionException(described.getException());
        }
        try {
            return ModelInfo.of(model, json.readTree(described.getMessage().getBody(String.class)));
        } catch (JsonProcessingException e) {
            throw new CompletionException(e);
        }
    }
}
