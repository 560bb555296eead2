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
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
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
        in = context.getEndpoint(IN);
        producer = in.createAsyncProducer();
        producer.start();
    }

    private static String uri(Site site, boolean held) {
        StringBuilder uri = new StringBuilder("aipi:" + site.endpoint() + "?lazyLogin=false");
        if (held) {
            uri.append("&holdConnection=true&maxConnections=")
                    .append(site.load().inFlight());
        }
        if (!site.load().pollInterval().equals(Case.USUAL_INTERVAL)) {
            uri.append("&pollInterval=").append(site.load().pollInterval().toMillis());
        }
        if (site.isImages()) {
            int pixels = site.load().work().pixels();
            uri.append("&param.width=" + pixels + "&param.height=" + pixels);
            uri.append("&param.num_samples=").append(site.load().work().images());
        }
        return uri.toString();
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
