/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.AipiClient;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Submission;
import io.aipi.client.options.JobOptions;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.FaultProxy;
import io.aipi.testsupport.FaultProxy.Passage;
import io.aipi.testsupport.HttpMessage;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;

/**
 * A connection without TLS that is reset as soon as it is made: whether a part of the submit had left by then is decided
 * by the machine, and differs from time to time. What comes of it must fit, whichever it was.
 */
class EarlyResetTest {

    private final AtomicBoolean armed = new AtomicBoolean();

    private final class Director implements FaultProxy.Director {

        @Override
        public FaultProxy.Moment resetsConnection() {
            return armed.getAndSet(false) ? FaultProxy.Moment.AT_ONCE : FaultProxy.Moment.NEVER;
        }

        @Override
        public void direct(Passage passage) throws IOException {
            HttpMessage response = passage.forward();
            if (passage.request().path().endsWith("/login") && response.status() == 200) {
                armed.set(true);
            }
            passage.respond(response);
        }
    }

    @RepeatedTest(30)
    void aSubmitIsSentAgainOnlyIfNothingOfItHasLeft() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .endpoint(SimulatedEndpoint.chat("chat", "text"))
                        .start();
                FaultProxy proxy = FaultProxy.ofSingleRequests(server.port(), new Director());
                AipiClient client = AipiClient.builder().serverUrl(proxy.url()).build()) {
            CompletableFuture<Submission> submission =
                    client.endpoint("chat", JobOptions.defaults()).submit(AipiRequest.ofPrompt("hello"));

            try {
                assertThat(submission.get(20, TimeUnit.SECONDS).jobId()).isNotNull();
                assertThat(server.stats().submits()).isEqualTo(1);
            } catch (ExecutionException e) {
                assertThat(e.getCause())
                        .isInstanceOfSatisfying(
                                ConnectionFailedException.class,
                                lost -> assertThat(lost.isRequestSent()).isTrue());
                assertThat(server.stats().submits()).isZero();
            }
            assertThat(armed).isFalse();
        }
    }
}
