/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.detached.JobRegistry;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/** Submits a job. The exchange goes on when the job is accepted and kept. */
public final class DetachedSubmitOperation implements Operation {

    private final ProducerContext context;

    /** Of the endpoint of the context. */
    public DetachedSubmitOperation(ProducerContext context) {
        this.context = context;
    }

    @Override
    public void start(Exchange exchange, AsyncCallback callback, ProducerRun run) {
        JobRegistry registry = context.registry();
        if (registry != null && (registry.store() != null || registry.isConsumed())) {
            ConsumedSubmit.start(context, registry, exchange, callback, run);
        } else {
            UnconsumedSubmit.start(context, exchange, callback, run);
        }
    }
}
