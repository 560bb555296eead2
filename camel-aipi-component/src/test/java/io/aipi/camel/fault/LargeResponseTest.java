/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.AipiClient;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.options.JobOptions;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.FaultProxy;
import io.aipi.testsupport.HttpMessage;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Garbage as large as the default bound of a response lets through. */
class LargeResponseTest {

    private static final int LENGTH = 100_000_000;

    @Test
    void aHundredMegabytesInPlaceOfAnAcceptanceEndTheSubmit() throws Exception {
        AtomicInteger submits = new AtomicInteger();
        FaultProxy.Director director = passage -> {
            HttpMessage response = passage.forward();
            if (passage.request().path().equals("/chat")) {
                submits.incrementAndGet();
                byte[] garbage = new byte[LENGTH];
                Arrays.fill(garbage, (byte) ' ');
                garbage[LENGTH - 1] = '}';
                response = HttpMessage.response(200, "application/json", garbage);
            }
            passage.respond(response);
        };
        try (AipiSimulator server = AipiSimulator.builder()
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .start();
                FaultProxy proxy = FaultProxy.ofSingleRequests(server.port(), director);
                AipiClient client = AipiClient.builder().serverUrl(proxy.url()).build()) {
            Throwable failure = client.endpoint(
                            "chat", JobOptions.defaults().withTimeouts(Duration.ofSeconds(90), Duration.ofSeconds(90)))
                    .submit(AipiRequest.ofPrompt("hello"))
                    .handle((accepted, problem) ->
                            problem instanceof CompletionException wrapped ? wrapped.getCause() : problem)
                    .get(100, TimeUnit.SECONDS);

            assertThat(failure)
                    .isInstanceOf(ProtocolViolationException.class)
                    .hasMessageContaining(LENGTH + " bytes that is not a JSON object");
            assertThat(submits).hasValue(1);
            assertThat(server.stats().submits()).isEqualTo(1);
        }
    }
}
