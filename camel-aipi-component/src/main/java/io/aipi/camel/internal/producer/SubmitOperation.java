/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.client.ModelEndpoint;
import io.aipi.client.model.AipiRequest;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/** Submits a job. The exchange waits for its result. */
public final class SubmitOperation implements Operation {

    private final ProducerContext context;
    private final boolean holdConnection;

    /** {@code holdConnection}: whether the server is to hold the request until the result is there. */
    public SubmitOperation(ProducerContext context, boolean holdConnection) {
        this.context = context;
        this.holdConnection = holdConnection;
    }

    @Override
    public void start(Exchange exchange, AsyncCallback callback, ProducerRun run) {
        AipiRequest request = Requests.read(context, run, exchange, false);
        ModelEndpoint model = run.job(exchange).model();
        if (holdConnection) {
            run.continueWithAnswer(exchange, callback, request, model::runHeld);
        } else {
            ProgressNotifier.Job progress = run.progressOf(exchange);
            run.continueWithAnswer(
                    exchange,
                    callback,
                    request,
                    asked -> ProducerRun.telling(progress, model.run(asked, ProducerRun.listener(progress))));
        }
    }
}
