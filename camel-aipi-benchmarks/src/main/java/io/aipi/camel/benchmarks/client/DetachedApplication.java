/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiConsumer;
import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.store.Repository;
import io.aipi.camel.benchmarks.store.StoreCounts;
import java.util.function.Consumer;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** Routes that submit detached jobs, and get their results, with the component's options at their defaults. */
final class DetachedApplication implements AutoCloseable {

    /** The header by which a result is known: it is stored with the job, as an application's own headers are. */
    private static final String TAG = "BenchmarkTag";

    private static final String IN = "direct:in";
    private static final String RESULTS = "results";

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ServerSettings server;
    private final Repository repository;
    private AsyncProducer producer;
    private Endpoint in;

    /** Who gets the outcomes of jobs, on the consumer's thread. */
    interface Receiver {

        /** {@code failure} is null if there is a result, which is the body then. */
        void routed(String tag, Object body, Throwable failure);
    }

    /** {@code repository} is this one's from here on; null to keep jobs in memory. */
    DetachedApplication(ServerSettings server, Repository repository) {
        this.server = server;
        this.repository = repository;
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        if (repository != null) {
            component.getConfiguration().setJobRepository(repository.jobs());
        }
        context.addComponent("aipi", component);
    }

    /** With a route that submits. */
    DetachedApplication submitting() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(IN).to("aipi:" + server.endpoint() + "?waitForResult=false");
            }
        });
        return this;
    }

    /** With a route for the outcomes. */
    DetachedApplication receiving(Receiver receiver) throws Exception {
        String uri = "aipi:" + server.endpoint()
                + (server.load().isBacklog() ? "?maxInFlight=" + server.load().inFlight() : "");
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(uri)
                        .routeId(RESULTS)
                        .process(exchange -> receiver.routed(
                                exchange.getMessage().getHeader(TAG, String.class),
                                exchange.getMessage().getBody(),
                                exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class)));
            }
        });
        return this;
    }

    /** Starts its routes. */
    DetachedApplication start() throws Exception {
        context.start();
        if (context.hasEndpoint(IN) != null) {
            in = context.getEndpoint(IN);
            producer = in.createAsyncProducer();
            producer.start();
        }
        return this;
    }

    /** {@code done} is told when the job is accepted and stored, with null, or why it is not. */
    void submit(Job job, Consumer<Throwable> done) {
        Exchange exchange = in.createExchange();
        exchange.getMessage().setBody(job.prompt());
        exchange.getMessage().setHeader(TAG, job.tag());
        if (server.load().detached().requestIds()) {
            exchange.getMessage().setHeader(AipiConstants.REQUEST_ID, "request-" + job.tag());
        }
        producer.process(exchange, doneSync -> done.accept(exchange.getException()));
    }

    /** Jobs that the consumer has. */
    int tracked() {
        return consumer().getTrackedJobs();
    }

    /** Outcomes that wait for their turn on the route. */
    int queued() {
        return consumer().getQueuedResults();
    }

    private AipiConsumer consumer() {
        return (AipiConsumer) context.getRoute(RESULTS).getConsumer();
    }

    /** What was asked of the repository so far; null without one. */
    StoreCounts counts() {
        return repository == null ? null : repository.counts();
    }

    /** Stops as an application does: what is claimed is given back. */
    @Override
    public void close() {
        context.stop();
        if (repository != null) {
            repository.close();
        }
    }
}
