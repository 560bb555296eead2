/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.MessageContent;
import io.aipi.client.model.AipiRequest;
import org.apache.camel.Exchange;

/** Requests of exchanges. */
final class Requests {

    private Requests() {}

    /**
     * The request, with all that it needs in memory: it may be sent on a thread that must not be blocked. What can be read
     * once is kept in the message, since a redelivery makes the request anew.
     *
     * @param isKept whether the message outlives the exchange
     */
    static AipiRequest read(ProducerContext context, ProducerRun run, Exchange exchange, boolean isKept) {
        MessageContent.makeRepeatable(
                exchange, isKept, context.endpointName(), context.binding().headersOfRequests());
        return run.model().read(context.binding().toRequest(exchange));
    }
}
