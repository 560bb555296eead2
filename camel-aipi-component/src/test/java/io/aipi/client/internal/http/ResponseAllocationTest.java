/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.aipi.camel.AipiEndpoint;
import io.aipi.camel.DefaultAipiBinding;
import io.aipi.client.internal.wire.ResponseMapper;
import io.aipi.client.internal.wire.ResponseParser;
import io.aipi.client.model.JobResult;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures are large: from the connection to the message's body they are held twice, as they came and decoded. */
class ResponseAllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int IMAGE_SIZE = 3_000_000;
    private static final int WHAT_THE_CONNECTION_READS_AT_ONCE = 8 * 1024;

    @ParameterizedTest
    @ValueSource(strings = {"data:image/png;base64,", ""})
    void aResultWithFourImagesTakesLessThanTwoAndAHalfTimesTheirSize(String prefix) throws Exception {
        byte[] body = resultWithImages(4, prefix);
        EntityDetails announced = new BasicEntityDetails(body.length, ContentType.APPLICATION_JSON);

        try (DefaultCamelContext context = new DefaultCamelContext()) {
            AipiEndpoint endpoint = context.getEndpoint("aipi:painter?serverUrl=http://localhost", AipiEndpoint.class);
            // classes are loaded first
            messageBody(resultWithImages(1, prefix), announced, endpoint, new DefaultExchange(context));
            Exchange exchange = new DefaultExchange(context);

            long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
            Object images = messageBody(body, announced, endpoint, exchange);
            long allocated =
                    THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;

            assertThat((List<?>) images)
                    .hasSize(4)
                    .allSatisfy(image -> assertThat((byte[]) image).hasSize(IMAGE_SIZE));
            assertThat(allocated).isLessThan((long) (2.5 * 4 * IMAGE_SIZE));
        }
    }

    private static Object messageBody(byte[] body, EntityDetails announced, AipiEndpoint endpoint, Exchange exchange)
            throws Exception {
        TransportResponse response = received(body, announced);
        Map<String, Object> fields = ResponseParser.read(response, true);
        JobResult result = ResponseMapper.result("painter", "JID1", ResponseMapper.resultIn(fields));
        new DefaultAipiBinding().populate(exchange, endpoint, result);
        return exchange.getMessage().getBody();
    }

    /** The body as the connection hands it over. */
    private static TransportResponse received(byte[] body, EntityDetails announced) throws Exception {
        AtomicReference<TransportResponse> response = new AtomicReference<>();
        HttpExchangeHandler handler =
                new HttpExchangeHandler(
                        new BasicHttpRequest("POST", "/painter/progress"), null, 256L * 1024 * 1024, null) {
                    @Override
                    void completed(TransportResponse read, boolean reusable) {
                        response.set(read);
                    }

                    @Override
                    void broken(Exception cause) {
                        throw new AssertionError(cause);
                    }
                };
        handler.consumeResponse(new BasicHttpResponse(200), announced, HttpClientContext.create());
        ByteBuffer source = ByteBuffer.wrap(body);
        while (source.position() < body.length) {
            source.limit(Math.min(body.length, source.position() + WHAT_THE_CONNECTION_READS_AT_ONCE));
            handler.consume(source);
        }
        handler.streamEnd(List.of());
        return response.get();
    }

    private static byte[] resultWithImages(int count, String prefix) throws IOException {
        byte[] image = new byte[IMAGE_SIZE];
        new Random(7).nextBytes(image);
        byte[] signature = "\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(signature, 0, image, 0, signature.length);
        String text = '"' + prefix + Base64.getEncoder().encodeToString(image) + '"';
        String images = String.join(", ", Collections.nCopies(count, text));
        return ("{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"images\": [" + images
                        + "], \"seed\": 7}}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
