/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.aipi.client.error.ClientClosedException;
import io.aipi.client.internal.job.FakeTransport;
import io.aipi.client.model.JobResult;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is closed first, nobody is left waiting. */
class ClosingTest {

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final FakeTransport server = new FakeTransport()
            .on("POST /login", FakeTransport.json(200, "{\"client_session_auth_key\":\"K1\"}"))
            .on(
                    "POST /chat/progress",
                    FakeTransport.json(200, "{\"success\":true,\"job_state\":\"processing\",\"progress\":{}}"));
    private final ClientResources resources =
            new ClientResources(scheduler, Clock.systemUTC(), Runnable::run, options -> server, () -> {});

    @Test
    void closingAnEndpointEndsItsJobs() {
        AipiClient client = client();
        ModelEndpoint endpoint = client.endpoint("chat", JobOptions.defaults());
        CompletableFuture<JobResult> job = followed(endpoint);

        endpoint.close();

        assertClosed(job);
        assertThat(endpoint.jobsInFlight()).isZero();
    }

    @Test
    void closingTheClientEndsTheJobsOfItsEndpoints() {
        AipiClient client = client();
        CompletableFuture<JobResult> job = followed(client.endpoint("chat", JobOptions.defaults()));

        client.close();
        client.close();

        assertClosed(job);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void closingTheRuntimeEndsTheJobsOfItsClients() {
        CompletableFuture<JobResult> job = followed(client().endpoint("chat", JobOptions.defaults()));

        resources.close();

        assertClosed(job);
    }

    @Test
    void anEndpointOfAClosedClientIsClosed() {
        AipiClient client = client();
        client.close();

        assertClosed(client.endpoint("chat", JobOptions.defaults()).follow("JID1", null));
    }

    @Test
    void oneClientsEndIsNotTheEndOfAnother() {
        AipiClient one = client();
        AipiClient other = client();
        ModelEndpoint endpoint = other.endpoint("chat", JobOptions.defaults());
        CompletableFuture<JobResult> job = followed(endpoint);

        one.close();
        scheduler.advance(Duration.ofMinutes(1));

        assertThat(job).isNotDone();
        assertThat(endpoint.logins()).isEqualTo(1);
        other.close();
    }

    @Test
    void aClientWithARuntimeOfItsOwnLeavesNobodyWaiting() {
        CompletableFuture<JobResult> job;
        try (AipiClient client = AipiClient.builder()
                .serverUrl("http://127.0.0.1:1")
                .loginMode(LoginMode.NONE)
                .build()) {
            job = client.endpoint(
                            "chat", JobOptions.defaults().withPollIntervals(Duration.ofHours(1), Duration.ofHours(1)))
                    .follow("JID1", null);
            assertThat(job).isNotDone();
        }
        assertClosed(job);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost:7777",
                "ftp://server",
                "http://",
                "http:///path",
                "http://user:secret@server",
                "http://server?key=secret",
                "http://server#x",
                "http://ser ver"
            })
    void aUrlThatIsNoneIsRefusedWithoutQuotingIt(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AipiClient.builder().serverUrl(url).build())
                .withMessageContaining("serverUrl")
                .withMessageNotContaining("secret");
    }

    private AipiClient client() {
        return AipiClient.builder()
                .serverUrl("http://server/")
                .apiKey("a-key")
                .loginMode(LoginMode.SHARED)
                .resources(resources)
                .build();
    }

    private CompletableFuture<JobResult> followed(ModelEndpoint endpoint) {
        CompletableFuture<JobResult> job = endpoint.follow("JID1", null);
        scheduler.advance(Duration.ofMillis(100));
        assertThat(job).isNotDone();
        return job;
    }

    private static void assertClosed(CompletableFuture<JobResult> job) {
        assertThat(job).isCompletedExceptionally();
        assertThat(job.handle((result, failure) -> failure).join()).hasRootCauseInstanceOf(ClientClosedException.class);
    }
}
