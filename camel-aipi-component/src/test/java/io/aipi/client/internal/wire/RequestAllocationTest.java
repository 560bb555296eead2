/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.aipi.camel.AipiEndpoint;
import io.aipi.camel.DefaultAipiBinding;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.api.ApiConnection;
import io.aipi.client.internal.job.FakeTransport;
import io.aipi.client.internal.session.AcceptedJobs;
import io.aipi.client.internal.session.LoginModeCache;
import io.aipi.client.internal.session.Session;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Media;
import io.aipi.client.model.Submission;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** What is sent with a picture is made once: the request itself. */
class RequestAllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int IMAGE_SIZE = 3_000_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final FakeTransport server =
            new FakeTransport().on("POST /painter", FakeTransport.json(200, "{\"job_id\":\"JID1\"}"));
    private final AipiApi calls = calls();

    @Test
    void aRequestWithAnImageTakesLittleMoreThanItsOwnSize() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            AipiEndpoint endpoint = context.getEndpoint("aipi:painter?serverUrl=http://localhost", AipiEndpoint.class);
            // classes are loaded first
            submit(exchange(context, 100), endpoint);
            Exchange exchange = exchange(context, IMAGE_SIZE);

            long before = allocated();
            submit(exchange, endpoint);
            long allocated = allocated() - before;

            assertThat(server.calls("POST /painter").get(1).body()).hasSizeBetween(4_000_000, 4_000_200);
            assertThat(allocated).isLessThan((long) (1.5 * IMAGE_SIZE));
        }
    }

    @Test
    void aPictureThatIsTooLargeToBeSentIsRefusedBeforeAnythingIsMadeOfIt() {
        // in base64 its size is over the limit, as it is not
        Media picture = new Media(null, "image/png", new byte[80_000_000]);
        refused(Map.of("image", new Media(null, "image/png", new byte[0]), "tooLong", "x".repeat(100_000_000)));

        long before = allocated();
        refused(Map.of("prompt", "Make it a watercolour", "image", picture));
        long allocated = allocated() - before;

        assertThat(allocated).isLessThan(200_000);
        assertThat(server.calls("POST /painter")).isEmpty();
    }

    private void refused(Map<String, Object> parameters) {
        assertThatThrownBy(() -> calls.submit("painter", parameters, TIMEOUT, () -> TIMEOUT)
                        .join())
                .hasCauseInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("The request has more than the 100000000 bytes that the server takes");
    }

    private void submit(Exchange exchange, AipiEndpoint endpoint) {
        AipiRequest request = new DefaultAipiBinding().toRequest(exchange, endpoint);
        Map<String, Object> parameters =
                new RequestParameters("painter", JobOptions.defaults(), null, UnaryOperator.identity()).of(request);
        assertThat(calls.submit("painter", parameters, TIMEOUT, () -> TIMEOUT).join())
                .isEqualTo(new Submission("painter", "JID1", null));
    }

    private static Exchange exchange(DefaultCamelContext context, int size) {
        byte[] signature = "\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1);
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(Arrays.copyOf(signature, size));
        exchange.getMessage().setHeader("CamelAipiPrompt", "Make it a watercolour");
        return exchange;
    }

    private AipiApi calls() {
        return new AipiApi(
                new ApiConnection(URI.create("http://server"), server, Runnable::run, Clock.systemUTC()),
                Credentials.NONE,
                "1",
                LoginMode.NONE,
                new LoginModeCache(),
                new Session(new VirtualScheduler(), new SecretRedactor(null)),
                new AcceptedJobs());
    }

    private static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
