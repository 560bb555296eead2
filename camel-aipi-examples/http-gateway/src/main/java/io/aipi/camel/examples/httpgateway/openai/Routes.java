/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;

/** Sends to Camel's routes. No thread waits for them. */
final class Routes {

    private Routes() {}

    /** The exchange, when it has gone well; every failure is the future's. */
    static CompletableFuture<Exchange> send(ProducerTemplate camel, String route, Processor content) {
        CompletableFuture<Exchange> sent;
        try {
            sent = camel.asyncSend(route, content);
        } catch (RuntimeException stopped) {
            return CompletableFuture.failedFuture(stopped);
        }
        return sent.thenApply(exchange -> {
            if (exchange.getException() != null) {
                throw new CompletionException(exchange.getException());
            }
            return exchange;
        });
    }
}
