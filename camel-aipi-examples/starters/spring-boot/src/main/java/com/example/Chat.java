package com.example;

import java.util.concurrent.CompletableFuture;
import org.apache.camel.ProducerTemplate;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Prompts over HTTP. No thread waits for the answer. */
@RestController
class Chat {

    private final ProducerTemplate camel;

    Chat(ProducerTemplate camel) {
        this.camel = camel;
    }

    @PostMapping(path = "/chat", consumes = "text/plain", produces = "text/plain")
    CompletableFuture<String> chat(@RequestBody String prompt) {
        return camel.asyncRequestBody("direct:chat", prompt, String.class);
    }
}
