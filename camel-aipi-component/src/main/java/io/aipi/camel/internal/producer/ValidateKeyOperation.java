/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/** Asks the server whether it takes the API key. */
public final class ValidateKeyOperation implements Operation {

    private final ProducerContext context;

    /** Of the server of the context. */
    public ValidateKeyOperation(ProducerContext context) {
        this.context = context;
    }

    @Override
    public void start(Exchange exchange, AsyncCallback callback, ProducerRun run) {
        run.continueWith(
                exchange,
                callback,
                context.client().validateKey(context.requestTimeout()),
                validation -> context.binding().populate(exchange, validation));
    }
}
