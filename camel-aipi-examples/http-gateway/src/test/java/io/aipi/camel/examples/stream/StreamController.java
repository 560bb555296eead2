/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.stream;

import io.aipi.camel.chat.TextStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Answers as server-sent events. */
// tag::controller[]
@RestController
class StreamController {

    /** Sends an answer in parts. As JSON: a plain text would lose the space at its beginning. */
    @Component("sendEvents")
    static final class SendEvents implements Processor {

        @Override
        public void process(Exchange exchange) throws IOException {
            SseEmitter events = exchange.getVariable("events", SseEmitter.class);
            // closed when the browser has left, too: the job is polled no more
            try (TextStream text = exchange.getMessage().getBody(TextStream.class)) {
                while (text.hasNext()) {
                    events.send(Map.of("text", text.next()));
                }
            }
        }
    }

    private final ProducerTemplate camel;

    StreamController(ProducerTemplate camel) {
        this.camel = camel;
    }

    @PostMapping(path = "/stream", consumes = MediaType.TEXT_PLAIN_VALUE, produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter stream(@RequestBody String prompt) {
        SseEmitter events = new SseEmitter(Duration.ofMinutes(10).toMillis());
        camel.asyncSend("direct:stream", exchange -> {
                    exchange.getMessage().setBody(prompt);
                    exchange.setVariable("events", events);
                })
                .whenComplete((done, failure) -> {
                    Throwable reason = failure != null ? failure : done.getException();
                    if (reason == null) {
                        events.complete();
                    } else {
                        events.completeWithError(reason);
                    }
                });
        return events;
    }
}
// end::controller[]
