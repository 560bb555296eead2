/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.consumer;

import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A simulated server, a context, and what its consumer has routed. */
abstract class ConsumerTestSupport {

    AipiSimulator server;
    DefaultCamelContext context;
    final List<Exchange> routed = new CopyOnWriteArrayList<>();

    interface Routes {
        void configure(RouteBuilder builder) throws Exception;
    }

    /** Keeps what it has over stops, as a database does. */
    static class LastingRepository extends MemoryAggregationRepository {
        @Override
        protected void doStop() {}
    }

    @BeforeEach
    void start() throws Exception {
        server = server(Duration.ofMillis(50));
        context = newContext();
    }

    @AfterEach
    void stop() {
        context.stop();
        server.close();
    }

    static AipiSimulator server(Duration computeTime) throws Exception {
        return AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text").withErrorOutput())
                .endpoint(SimulatedEndpoint.image("picture"))
                .workers(8)
                .computeTime(computeTime)
                .start();
    }

    DefaultCamelContext newContext() {
        DefaultCamelContext made = new DefaultCamelContext();
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        component.getConfiguration().setPollInterval(Duration.ofMillis(50));
        component.getConfiguration().setRepositoryScanInterval(Duration.ofMillis(50));
        component.getConfiguration().setRedeliveryDelay(Duration.ofMillis(10));
        made.addComponent("aipi", component);
        made.getShutdownStrategy().setTimeout(10);
        return made;
    }

    void routes(Routes routes) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() throws Exception {
                routes.configure(this);
            }
        });
        context.start();
    }

    void keep(Exchange exchange) {
        routed.add(exchange.copy());
    }

    /** Sends to {@code direct:submit}; gives the job's id. */
    String submit(Object body, Map<String, Object> headers) {
        return context.createProducerTemplate().requestBodyAndHeaders("direct:submit", body, headers, String.class);
    }

    void awaitRouted(int count) {
        await().atMost(Duration.ofSeconds(60)).until(() -> routed.size() >= count);
    }

    static boolean isOutcome(Exchange exchange) {
        return List.of("done", "failed").contains(state(exchange));
    }

    static String state(Exchange exchange) {
        return exchange.getMessage().getHeader(AipiConstants.JOB_STATE, String.class);
    }
}
