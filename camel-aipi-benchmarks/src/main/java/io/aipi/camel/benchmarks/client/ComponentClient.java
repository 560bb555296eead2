/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.plan.Scenario;
import io.aipi.camel.benchmarks.telemetry.Telemetry;
import io.aipi.camel.benchmarks.telemetry.TelemetryCounts;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A route with the component, its options at their defaults but for what the scenario is about. */
final class ComponentClient implements Client {

    private static final String IN = "direct:in";

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Endpoint in;
    private final AsyncProducer producer;
    /** Null without. */
    private final Telemetry telemetry;

    /** {@code telemetry} is null for no meters and no spans. */
    ComponentClient(ServerSettings server, boolean held, Telemetry telemetry) throws Exception {
        this.telemetry = telemetry;
        if (telemetry != null) {
            telemetry.install(context);
        }
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        context.addComponent("aipi", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(IN).to(uri(server, held));
            }
        });
        context.start();
        if (server.load().frozen() > 0) {
            fillAndFreeze(server.load().frozen());
        }
        in = context.getEndpoint(IN);
        producer = in.createAsyncProducer();
        producer.start();
    }

    /** A second server that has accepted jobs of this component, and responses no more. It ends with this process. */
    private void fillAndFreeze(int jobs) throws Exception {
        AipiSimulator frozen = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("frozen", "text"))
                .workers(0)
                .maxQueueLength(jobs)
                .start();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:frozen").to("aipi:frozen?serverUrl=" + frozen.url());
            }
        });
        ProducerTemplate template = context.createProducerTemplate();
        for (int i = 0; i < jobs; i++) {
            template.asyncSend(
                    "direct:frozen", exchange -> exchange.getMessage().setBody("never answered"));
        }
        while (frozen.stats().submits() < jobs) {
            Thread.sleep(20);
        }
        frozen.freeze();
    }

    private static String uri(ServerSettings server, boolean held) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (held) {
            options.put("holdConnection", true);
            options.put("maxConnections", server.load().inFlight());
        }
        if (!server.load().pollInterval().equals(Scenario.USUAL_INTERVAL)) {
            // where no end is expected, its polls are three of its shortest waits apart
            options.put("pollInterval", server.load().pollInterval().toMillis() / 3);
        }
        if (!server.load().longestWait().equals(Scenario.USUAL_LONGEST_WAIT)) {
            options.put("maxPollInterval", server.load().longestWait().toMillis());
        }
        if (server.isImages()) {
            options.put("param.width", server.load().work().pixels());
            options.put("param.height", server.load().work().pixels());
            options.put("param.num_samples", server.load().work().images());
        }
        String query = options.entrySet().stream().map(Object::toString).collect(Collectors.joining("&"));
        return "aipi:" + server.endpoint() + (query.isEmpty() ? "" : "?" + query);
    }

    @Override
    public void run(Job job, Completion completion) {
        Exchange exchange = in.createExchange();
        exchange.getMessage().setBody(job.prompt());
        producer.process(exchange, doneSync -> {
            if (exchange.getException() == null) {
                completion.answered(exchange.getMessage().getBody());
            } else {
                completion.failed(exchange.getException());
            }
        });
    }

    @Override
    public void settle() {
        if (telemetry != null) {
            telemetry.flush();
        }
    }

    @Override
    public TelemetryCounts telemetryCounts() {
        return telemetry == null ? null : telemetry.counts();
    }
}
