/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.client.ModelEndpoint;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/** Follows a job that was submitted before. The exchange waits for its result. */
public final class ResultOperation implements Operation {

    private final ProducerContext context;

    /** Of the endpoint of the context. */
    public ResultOperation(ProducerContext context) {
        this.context = context;
    }

    @Override
    public void start(Exchange exchange, AsyncCallback callback, ProducerRun run) {
        String jobId = context.binding().toJobId(exchange);
        ProgressNotifier.Job progress = run.progressOf(exchange);
        ModelEndpoint model = run.job(exchange).model();
        run.continueWithResult(
                exchange,
                callback,
                () -> ProducerRun.telling(progress, model.follow(jobId, ProducerRun.listener(progress))));
    }
}
