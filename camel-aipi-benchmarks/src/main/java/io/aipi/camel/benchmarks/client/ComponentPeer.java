/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.benchmarks.plan.Case;
import io.aipi.camel.benchmarks.plan.Job;
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

/** A route with the component, its options at their defaults but for what the case is about. */
final class ComponentPeer implements Peer {

    private static final String IN = "direct:in";

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Endpoint in;
    private final AsyncProducer producer;

    ComponentPeer(Site site, boolean held) throws Exception {
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(site.url());
        context.addComponent("aipi", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(IN).to(uri(site, held));
            }
        });
        context.start();
        if (site.load().frozen() > 0) {
            fillAndFreeze(site.load().frozen());
        }
        in = context.getEndpoint(IN);
        producer = in.createAsyncProducer();
        producer.start();
    }

    /** A second server that has accepted jobs of this component, and answers no more. It ends with this process. */
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

    private static String uri(Site site, boolean held) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (held) {
            options.put("holdConnection", true);
            options.put("maxConnections", site.load().inFlight());
        }
        if (!site.load().pollInterval().equals(Case.USUAL_INTERVAL)) {
            // where no end is expected, its looks are three of its shortest waits apart
            options.put("pollInterval", site.load().pollInterval().toMillis() / 3);
        }
        if (!site.load().longestWait().equals(Case.USUAL_LONGEST_WAIT)) {
            options.put("maxPollInterval", site.load().longestWait().toMillis());
        }
        if (site.isImages()) {
            options.put("param.width", site.load().work().pixels());
            options.put("param.height", site.load().work().pixels());
            options.put("param.num_samples", site.load().work().images());
        }
        String query = options.entrySet().stream().map(Object::toString).collect(Collectors.joining("&"));
        return "aipi:" + site.endpoint() + (query.isEmpty() ? "" : "?" + query);
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
}
