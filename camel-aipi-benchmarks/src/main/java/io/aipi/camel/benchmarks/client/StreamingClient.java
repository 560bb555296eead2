/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.chat.TextStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A route with {@code streaming=true}. Each text is read on a thread that is not the component's. */
final class StreamingClient implements Client {

    private static final String IN = "direct:in";

    private final Endpoint in;
    private final AsyncProducer producer;
    private final ExecutorService readers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "benchmark-reader");
        thread.setDaemon(true);
        return thread;
    });

    StreamingClient(ServerSettings server) throws Exception {
        DefaultCamelContext context = new DefaultCamelContext();
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        // as where no end is expected: its polls are three of its shortest waits apart
        component
                .getConfiguration()
                .setPollInterval(server.load().pollInterval().dividedBy(3));
        component.getConfiguration().setStreaming(true);
        context.addComponent("aipi", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(IN).to("aipi:" + server.endpoint());
            }
        });
        context.start();
        in = context.getEndpoint(IN);
        producer = in.createAsyncProducer();
        producer.start();
    }

    @Override
    public void run(Job job, Completion completion) {
        Exchange exchange = in.createExchange();
        exchange.getMessage().setBody(job.prompt());
        producer.process(exchange, doneSync -> {
            if (exchange.getException() != null) {
                completion.failed(exchange.getException());
                return;
            }
            completion.begun();
            readers.execute(() -> read(exchange.getMessage().getBody(TextStream.class), completion));
        });
    }

    private static void read(TextStream text, Completion completion) {
        StringBuilder whole = new StringBuilder();
        try {
            text.forEachRemaining(whole::append);
        } catch (RuntimeException e) {
            completion.failed(e);
            return;
        }
        completion.answered(whole.toString());
    }
}
