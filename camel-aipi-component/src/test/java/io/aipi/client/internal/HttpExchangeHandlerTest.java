/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.util.ArrayList;
import java.util.List;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.junit.jupiter.api.Test;

class HttpExchangeHandlerTest {

    private final List<HttpRequest> sent = new ArrayList<>();
    private final List<Exception> failures = new ArrayList<>();
    private final HttpExchangeHandler handler =
            new HttpExchangeHandler(new BasicHttpRequest("GET", "/path"), null, 1_000) {
                @Override
                void completed(HttpAnswer answer, boolean reusable) {
                    throw new AssertionError("there is no answer");
                }

                @Override
                void broken(Exception cause) {
                    failures.add(cause);
                }
            };

    @Test
    void aRequestThatWasWithdrawnIsNotSent() {
        assertThat(handler.withdraw()).isTrue();

        assertThatIOException().isThrownBy(this::produce);

        assertThat(sent).isEmpty();
        assertThat(handler.requestSent()).isFalse();
        assertThat(handler.withdraw()).isTrue();
    }

    @Test
    void aRequestThatWasSentCannotBeWithdrawn() throws Exception {
        produce();

        assertThat(handler.withdraw()).isFalse();
        assertThat(handler.requestSent()).isTrue();
        assertThat(sent).hasSize(1);
    }

    @Test
    void anExchangeThatEndsWithoutAWordIsBrokenOnce() {
        handler.releaseResources();
        handler.cancel();
        handler.failed(new IllegalStateException("late"));

        assertThat(failures).hasSize(1);
    }

    private void produce() throws java.io.IOException, org.apache.hc.core5.http.HttpException {
        handler.produceRequest((request, entity, context) -> sent.add(request), HttpClientContext.create());
    }
}
