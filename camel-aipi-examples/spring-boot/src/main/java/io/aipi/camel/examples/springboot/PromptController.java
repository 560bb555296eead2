/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.springboot;

import io.aipi.camel.AipiConstants;
import io.aipi.client.error.InvalidRequestException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Prompts over HTTP. No thread waits for a model: neither the web server's nor Camel's. */
@RestController
class PromptController {

    private final ProducerTemplate camel;

    PromptController(ProducerTemplate camel) {
        this.camel = camel;
    }

    @PostMapping(path = "/chat", consumes = MediaType.TEXT_PLAIN_VALUE)
    CompletableFuture<ResponseEntity<Object>> chat(@RequestBody String prompt) {
        return answer("direct:chat", prompt);
    }

    @PostMapping(path = "/image", consumes = MediaType.TEXT_PLAIN_VALUE)
    CompletableFuture<ResponseEntity<Object>> image(@RequestBody String prompt) {
        return answer("direct:image", prompt);
    }

    // tag::async
    private CompletableFuture<ResponseEntity<Object>> answer(String route, String prompt) {
        return camel.asyncSend(route, exchange -> exchange.getMessage().setBody(prompt))
                .thenApply(PromptController::response);
    }
    // end::async

    private static ResponseEntity<Object> response(Exchange exchange) {
        Exception failure = exchange.getException();
        if (failure != null) {
            return ResponseEntity.status(status(failure))
                    .contentType(MediaType.TEXT_PLAIN)
                    .body(failure.getMessage() + "\n");
        }
        List<?> images = exchange.getMessage().getHeader(AipiConstants.MEDIA_TYPES, List.class);
        return images == null
                ? ResponseEntity.ok(exchange.getMessage().getBody(String.class) + "\n")
                : ResponseEntity.ok()
                        .contentType(MediaType.parseMediaType(images.get(0).toString()))
                        .body(exchange.getMessage().getBody(byte[].class));
    }

    private static HttpStatus status(Exception failure) {
        if (failure instanceof InvalidRequestException) {
            return HttpStatus.BAD_REQUEST;
        }
        return failure instanceof UnsupportedOperationException ? HttpStatus.NOT_IMPLEMENTED : HttpStatus.BAD_GATEWAY;
    }
}
