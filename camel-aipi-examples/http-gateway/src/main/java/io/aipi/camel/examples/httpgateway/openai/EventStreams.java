/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Server-sent events of a call. Of a client that is slow nothing piles up: when it takes the next event, it gets all that is
 * new by then. Only writing takes a thread.
 */
@Component
final class EventStreams {

    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);

    /** Stands for a comment, which tells proxies that the connection is in use, and this side whether it still is. */
    private static final String HEARTBEAT = "";

    private final Duration heartbeat;
    private final Scheduler writers;

    EventStreams(
            @Value("${gateway.heartbeat}") Duration heartbeat, @Qualifier("applicationTaskExecutor") Executor writers) {
        this.heartbeat = heartbeat;
        this.writers = Schedulers.fromExecutor(writers);
    }

    // tag::stream[]
    /**
     * A stream up to the event {@code last}. When its client is gone, the call is left.
     *
     * @param next the data of the events since the last time
     */
    SseEmitter of(Call call, Supplier<List<String>> next, String last) {
        Flux<Call> changes = Flux.create(
                sink -> {
                    call.listen(() -> sink.next(call));
                    sink.next(call);
                },
                FluxSink.OverflowStrategy.LATEST);
        Flux<String> heartbeats = Flux.interval(heartbeat).onBackpressureDrop().map(tick -> HEARTBEAT);
        SseEmitter events = new SseEmitter(-1L);
        Disposable writing = Flux.merge(1, changes.concatMapIterable(changed -> next.get(), 1), heartbeats)
                .takeUntil(last::equals)
                .publishOn(writers, false, 1)
                .takeWhile(data -> send(events, data))
                .doFinally(end -> call.leave())
                .subscribe(data -> {}, events::completeWithError, events::complete);
        events.onError(gone -> writing.dispose());
        events.onCompletion(writing::dispose);
        return events;
    }

    /** False if there is nobody to send to any more. */
    private static boolean send(SseEmitter events, String data) {
        try {
            events.send(
                    data.equals(HEARTBEAT)
                            ? SseEmitter.event().comment("")
                            // many clients look for the blank, which the specification lets them ignore
                            : SseEmitter.event().data(" " + data, TEXT));
            return true;
        } catch (IOException | IllegalStateException gone) {
            return false;
        }
    }
    // end::stream[]
}
