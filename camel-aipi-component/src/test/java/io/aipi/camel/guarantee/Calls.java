/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/** Calls of an endpoint's producer, each with a callback that counts. */
final class Calls {

    private record Call(Exchange exchange, AtomicInteger callbacks) {}

    private final Endpoint endpoint;
    private final AsyncProducer producer;
    private final List<Call> calls = new CopyOnWriteArrayList<>();

    Calls(Endpoint endpoint) throws Exception {
        this.endpoint = endpoint;
        this.producer = endpoint.createAsyncProducer();
        producer.start();
    }

    /** The exchange keeps the number in the property {@code number}. */
    void process(int number, String body) {
        Exchange exchange = endpoint.createExchange();
        exchange.setProperty("number", number);
        exchange.getMessage().setBody(body);
        Call call = new Call(exchange, new AtomicInteger());
        calls.add(call);
        boolean synchronously = producer.process(exchange, doneSync -> call.callbacks.incrementAndGet());
        if (synchronously) {
            assertThat(call.callbacks)
                    .as("callbacks before process returned true")
                    .hasValue(1);
        }
    }

    void stop() {
        producer.stop();
    }

    List<Exchange> exchanges() {
        return calls.stream().map(Call::exchange).toList();
    }

    long ended() {
        return calls.stream().filter(call -> call.callbacks.get() > 0).count();
    }

    /** Waits for the last of them. */
    void assertThatEachWasCalledBackOnce() {
        await().atMost(Duration.ofSeconds(60)).until(() -> ended() == calls.size());
        assertThat(calls).allSatisfy(call -> assertThat(call.callbacks).hasValue(1));
    }
}
