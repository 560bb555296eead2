/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.json;
import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("6. A full queue is worth waiting for, a bad parameter is not")
class QueueFullTest {

    private static final AipiRequest X = AipiRequest.ofPrompt("x");
    private static final JobOptions PATIENT = ReplayServer.FAST.withQueueFullTimeout(Duration.ofSeconds(30));

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    @ParameterizedTest
    @ValueSource(ints = {141, 142, 144})
    void withoutQueueFullTimeoutItIsAnError(int number) {
        SERVER.onSubmit(recorded(number));

        QueueFullException full =
                Outcome.failure(QueueFullException.class, SERVER.llama2().submit(X));

        assertThat(full).hasMessageContaining("Job queue reached max length 2!");
        assertThat(full.isRetryable()).isTrue();
        assertThat(SERVER.submits()).hasSize(1);
    }

    @Test
    void withQueueFullTimeoutTheSubmitWaitsForASlot() {
        SERVER.onSubmit(recorded(141), recorded(144), recorded(146));

        Submission submission = Outcome.of(SERVER.llama2(PATIENT).submit(X));

        assertThat(submission.jobId()).isEqualTo("b0cb110a-dee9-4e87-9354-95d03f79119b#3");
        assertThat(SERVER.submits()).hasSize(3);
    }

    @Test
    void withQueueFullTimeoutAHeldRequestWaitsToo() {
        SERVER.onSubmit(recorded(141), recorded(11));

        JobResult result = Outcome.of(SERVER.llama2(PATIENT).runHeld(X));

        assertThat(result.text()).startsWith("You said:");
    }

    @Test
    void pastQueueFullTimeoutItIsAnError() {
        SERVER.onSubmit(recorded(141));
        VirtualScheduler time = new VirtualScheduler();

        CompletableFuture<Submission> submit = SERVER.llama2(
                        ReplayServer.FAST.withQueueFullTimeout(Duration.ofMillis(50)), time)
                .submit(X);
        ReplayServer.passTime(time, submit);

        Outcome.failure(QueueFullException.class, submit);
        assertThat(SERVER.submits()).hasSizeGreaterThan(1);
    }

    @Test
    void theQueueIsCheckedBeforeTheKeySoAfterTheWaitTheKeyMayStillBeRefused() {
        SERVER.onSubmit(recorded(142), recorded(227), recorded(13));

        Submission submission = Outcome.of(SERVER.llama2(PATIENT).submit(X));

        assertThat(submission.jobId()).isNotNull();
    }

    @Test
    void aBadParameterIsNotWaitedFor() {
        SERVER.onSubmit(recorded(37), recorded(13));

        Outcome.failure(InvalidRequestException.class, SERVER.llama2(PATIENT).submit(X));

        assertThat(SERVER.submits()).hasSize(1);
    }

    @Test
    void aServerThatAsksForPatienceSaysForHowLong() {
        SERVER.onSubmit(json(429, "{\"message\": \"Too many requests\"}").with("Retry-After", "7"));

        QueueFullException full =
                Outcome.failure(QueueFullException.class, SERVER.llama2().submit(X));

        assertThat(full.getRetryAfter()).isEqualTo(Duration.ofSeconds(7));
    }
}
