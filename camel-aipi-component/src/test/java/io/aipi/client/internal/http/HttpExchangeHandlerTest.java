/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpExchangeHandlerTest {

    private final List<HttpRequest> sent = new ArrayList<>();
    private final List<Exception> failures = new ArrayList<>();
    private final HttpExchangeHandler handler =
            new HttpExchangeHandler(new BasicHttpRequest("GET", "/path"), null, 1_000, null) {
                @Override
                void completed(TransportResponse response, boolean reusable) {
                    throw new AssertionError("there is no response");
                }

                @Override
                void broken(Exception cause) {
                    failures.add(cause);
                }
            };

    @Test
    void aRequestThatWasWithdrawnIsNotSent() {
        assertThat(handler.cancelIfUnsent()).isTrue();

        assertThatIOException().isThrownBy(this::produce);

        assertThat(sent).isEmpty();
        assertThat(handler.requestSent()).isFalse();
        assertThat(handler.cancelIfUnsent()).isTrue();
    }

    @Test
    void aRequestThatWasSentCannotBeWithdrawn() throws Exception {
        produce();

        assertThat(handler.cancelIfUnsent()).isFalse();
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

    /** It happens at the end of each request: an exception each time would cost more than the rest of it. */
    @Test
    void theReleaseOfAnExchangeThatHasEndedMakesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        handler.cancel();
        handler.releaseResources();

        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < 1_000; i++) {
            handler.releaseResources();
        }

        assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThan(10_000);
        assertThat(failures).hasSize(1);
    }

    @Test
    void aResponseThatWasAnnouncedEndsUpInAnArrayOfItsSize() throws Exception {
        List<TransportResponse> responses = new ArrayList<>();
        HttpExchangeHandler receiver = receiver(responses, 10_000_000);
        receiver.consumeResponse(new BasicHttpResponse(200), announcing(5_000_000), HttpClientContext.create());

        for (int i = 0; i < 5_000; i++) {
            receiver.consume(ByteBuffer.wrap(new byte[1_000]));
        }
        receiver.streamEnd(List.of());

        assertThat(responses).singleElement().satisfies(response -> {
            assertThat(response.body()).hasSize(5_000_000);
            assertThat(response.length()).isEqualTo(5_000_000);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 8_192, 100_000, 1_000_000})
    void forWhatIsAnnouncedAndDoesNotComeNoLargeArrayIsMade(int sent) throws Exception {
        List<TransportResponse> responses = new ArrayList<>();
        HttpExchangeHandler receiver = receiver(responses, 256L * 1024 * 1024);
        receiver.consumeResponse(
                new BasicHttpResponse(200), announcing(256L * 1024 * 1024), HttpClientContext.create());

        receiver.consume(ByteBuffer.wrap(new byte[sent]));
        receiver.streamEnd(List.of());

        assertThat(responses)
                .singleElement()
                .satisfies(
                        response -> assertThat(response.body().length).isLessThanOrEqualTo(32 * Math.max(sent, 8_192)));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 10, 4_999})
    void aResponseMayBeLongerThanAnnounced(long announced) throws Exception {
        List<TransportResponse> responses = new ArrayList<>();
        HttpExchangeHandler receiver = receiver(responses, 5_000);
        receiver.consumeResponse(new BasicHttpResponse(200), announcing(announced), HttpClientContext.create());

        for (int i = 0; i < 500; i++) {
            receiver.consume(ByteBuffer.wrap("0123456789".getBytes(StandardCharsets.US_ASCII)));
        }
        receiver.streamEnd(List.of());

        assertThat(responses)
                .singleElement()
                .satisfies(response -> assertThat(
                                new String(response.body(), 0, response.length(), StandardCharsets.US_ASCII))
                        .isEqualTo("0123456789".repeat(500)));
    }

    @Test
    void aResponseThatIsTooLongIsRefusedWhenItIsAnnounced_orWhenItHasCome() throws Exception {
        HttpExchangeHandler announced = receiver(new ArrayList<>(), 1_000);
        HttpExchangeHandler streamed = receiver(new ArrayList<>(), 1_000);
        streamed.consumeResponse(new BasicHttpResponse(200), announcing(-1), HttpClientContext.create());
        streamed.consume(ByteBuffer.allocate(1_000));

        assertThatIOException()
                .isThrownBy(() -> announced.consumeResponse(
                        new BasicHttpResponse(200), announcing(1_001), HttpClientContext.create()))
                .withMessageContaining("maxResponseSize");
        assertThatIOException()
                .isThrownBy(() -> streamed.consume(ByteBuffer.allocate(1)))
                .withMessageContaining("maxResponseSize");
    }

    private static EntityDetails announcing(long length) {
        return new BasicEntityDetails(length, ContentType.APPLICATION_JSON);
    }

    private static HttpExchangeHandler receiver(List<TransportResponse> responses, long maxResponseSize) {
        return new HttpExchangeHandler(new BasicHttpRequest("GET", "/path"), null, maxResponseSize, null) {
            @Override
            void completed(TransportResponse response, boolean reusable) {
                responses.add(response);
            }

            @Override
            void broken(Exception cause) {
                throw new AssertionError(cause);
            }
        };
    }

    private void produce() throws java.io.IOException, org.apache.hc.core5.http.HttpException {
        handler.produceRequest((request, entity, context) -> sent.add(request), HttpClientContext.create());
    }
}
