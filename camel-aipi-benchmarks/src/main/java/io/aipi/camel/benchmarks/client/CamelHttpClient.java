/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.Job;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * A route as a user would write it without the component: camel-http, camel-jackson and a loop, or one held request. The
 * thread that sends a message into it waits until the job is done.
 */
final class CamelHttpClient implements Client {

    private static final String IN = "direct:in";
    private static final String JOB_ID = "jobId";

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ServerSettings server;
    private final String session;
    private final Endpoint in;
    private final Producer producer;

    CamelHttpClient(ServerSettings server, boolean held) throws Exception {
        this.server = server;
        this.session = Login.at(server);
        context.addRoutes(held ? heldRoute() : pollingRoute());
        context.start();
        in = context.getEndpoint(IN);
        producer = in.createProducer();
        producer.start();
    }

    /** The default of 20 connections would be the bound of held requests. */
    private String http(String url) {
        int connections = server.load().inFlight();
        return url + "?httpMethod=POST&connectionsPerRoute=" + connections + "&maxTotalConnections=" + connections;
    }

    private RouteBuilder heldRoute() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from(IN).process(exchange -> submission(exchange, true))
                        .marshal()
                        .json()
                        .setHeader(Exchange.CONTENT_TYPE, constant("application/json"))
                        .setHeader("Accept", constant("application/json"))
                        .to(http(server.submitUrl()))
                        .unmarshal()
                        .json(Map.class)
                        .process(exchange -> result(exchange, respond(exchange)));
            }
        };
    }

    private RouteBuilder pollingRoute() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from(IN).process(exchange -> submission(exchange, false))
                        .marshal()
                        .json()
                        .setHeader(Exchange.CONTENT_TYPE, constant("application/json"))
                        .setHeader("Accept", constant("application/json"))
                        .to(http(server.submitUrl()))
                        .unmarshal()
                        .json(Map.class)
                        .process(exchange ->
                                exchange.setProperty(JOB_ID, respond(exchange).get("job_id")))
                        .loopDoWhile(
                                exchange -> !"done".equals(respond(exchange).get("job_state")))
                        .delay(server.load().pollInterval().toMillis())
                        .process(CamelHttpClient.this::progressRequest)
                        .marshal()
                        .json()
                        .to(http(server.progressUrl()))
                        .unmarshal()
                        .json(Map.class)
                        .end()
                        .end()
                        .process(exchange ->
                                result(exchange, (Map<?, ?>) respond(exchange).get("job_result")));
            }
        };
    }

    private static Map<?, ?> respond(Exchange exchange) {
        return exchange.getMessage().getBody(Map.class);
    }

    private void submission(Exchange exchange, boolean held) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put(server.promptParameter(), exchange.getMessage().getBody(String.class));
        request.put("client_session_auth_key", session);
        request.put("wait_for_result", held);
        if (server.isImages()) {
            request.put("width", server.load().work().pixels());
            request.put("height", server.load().work().pixels());
            request.put("num_samples", server.load().work().images());
        }
        exchange.getMessage().setBody(request);
    }

    private void progressRequest(Exchange exchange) {
        exchange.getMessage()
                .setBody(Map.of("job_id", exchange.getProperty(JOB_ID), "client_session_auth_key", session));
    }

    private void result(Exchange exchange, Map<?, ?> result) {
        exchange.getMessage().setBody(server.isImages() ? images(result) : result.get("text"));
    }

    private static List<byte[]> images(Map<?, ?> result) {
        List<byte[]> images = new ArrayList<>();
        for (Object image : (List<?>) result.get("images")) {
            String uri = image.toString();
            images.add(Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1)));
        }
        return images;
    }

    @Override
    public void run(Job job, Completion completion) {
        Exchange exchange = in.createExchange();
        exchange.getMessage().setBody(job.prompt());
        try {
            producer.process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        if (exchange.getException() == null) {
            completion.answered(exchange.getMessage().getBody());
        } else {
            completion.failed(exchange.getException());
        }
    }
}
