/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.model.EndpointDescription;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/** Asks the server for the description of the endpoint. */
public final class DescribeOperation implements Operation {

    private final ProducerContext context;

    /** Of the endpoint of the context. */
    public DescribeOperation(ProducerContext context) {
        this.context = context;
    }

    @Override
    public void start(Exchange exchange, AsyncCallback callback, ProducerRun run) {
        String name = context.endpointName();
        run.continueWith(exchange, callback, context.client().describe(name, context.requestTimeout()), description -> {
            EndpointDescription known = description.orElseThrow(() -> new EndpointUnavailableException(
                    "The server has no description of the endpoint", false, ErrorContext.of(name)));
            exchange.getMessage().setBody(known.toJson());
            exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
        });
    }
}
