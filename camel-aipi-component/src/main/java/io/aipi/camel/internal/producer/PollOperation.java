/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/** Polls a job once. If it is done, this takes its result: the server hands it out once. */
public final class PollOperation implements Operation {

    private final ProducerContext context;

    /** Of the endpoint of the context. */
    public PollOperation(ProducerContext context) {
        this.context = context;
    }

    @Override
    public void start(Exchange exchange, AsyncCallback callback, ProducerRun run) {
        String jobId = context.binding().toJobId(exchange);
        run.continueWith(exchange, callback, run.job(exchange).model().poll(jobId), status -> {
            if (status.result() != null) {
                context.binding().populate(exchange, status.result());
            } else {
                context.binding().populate(exchange, status.progress());
            }
        });
    }
}
