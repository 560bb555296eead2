/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("15. There is no cancel route, no logout route and no working stream")
class NoCancelTest {

    private static final AipiRequest X = AipiRequest.ofPrompt("x");
    private static final String[] ROUTES = {
        "POST /login",
        "GET /llama2_chat/login",
        "GET /api/endpoints/llama2_chat",
        "POST /llama2_chat",
        "POST /llama2_chat/progress"
    };

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void aJobThatGoesOn() {
        SERVER.served096();
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded(19));
    }

    private static String route(LoggedRequest request) {
        return request.getMethod() + " " + request.getUrl().split("\\?", 2)[0];
    }

    @Test
    void closingTheClientEndsTheWaitingAndAsksTheServerNothing() {
        AipiClient client = SERVER.client();
        ModelEndpoint endpoint = client.endpoint("llama2_chat", ReplayServer.FAST);
        CompletableFuture<JobResult> job = endpoint.run(X, null);
        await().until(() -> !SERVER.polls().isEmpty());

        endpoint.close();
        client.close();

        ClientClosedException closed = Outcome.failure(ClientClosedException.class, job);
        assertThat(closed.getJobId()).isEqualTo("d17a5d5b-55ff-421f-9d2f-d4a218105648#3");
        assertThat(SERVER.requests()).extracting(NoCancelTest::route).containsOnly(ROUTES);
    }

    @Test
    void aJobThatTakesTooLongIsLeftToTheServer() {
        JobOptions impatient = ReplayServer.FAST.withTimeouts(Duration.ofSeconds(30), Duration.ofMillis(60));
        VirtualScheduler time = new VirtualScheduler();

        CompletableFuture<JobResult> job = SERVER.llama2(impatient, time).run(X, null);
        ReplayServer.passTime(time, job);

        JobTimeoutException timeout = Outcome.failure(JobTimeoutException.class, job);

        assertThat(timeout).hasMessageContaining("processing");
        assertThat(timeout.getJobId()).isEqualTo("d17a5d5b-55ff-421f-9d2f-d4a218105648#3");
        assertThat(SERVER.requests()).extracting(NoCancelTest::route).containsOnly(ROUTES);
    }

    @Test
    void progressIsPolledAndNeverStreamed() {
        SERVER.onProgress(recorded(16), recorded(19), recorded(25));

        Outcome.of(SERVER.llama2().run(X, progress -> {}));

        assertThat(SERVER.requests()).extracting(NoCancelTest::route).containsOnly(ROUTES);
    }
}
