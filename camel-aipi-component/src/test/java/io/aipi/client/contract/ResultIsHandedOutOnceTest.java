/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.lost;
import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobStatus;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("1. A result is handed out once")
class ResultIsHandedOutOnceTest {

    private static final String JOB = "d17a5d5b-55ff-421f-9d2f-d4a218105648#3";

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    @ParameterizedTest
    @EnumSource
    void thePollThatFirstSaysDoneCarriesTheResult(Generation generation) {
        generation.on(SERVER);
        SERVER.onProgress(generation.processing(), generation.done(), generation.doneAgain());

        JobResult result = Outcome.of(SERVER.llama2().follow(generation.jobId, null));

        assertThat(result.text()).isEqualTo(generation.resultText);
    }

    @ParameterizedTest
    @EnumSource
    void afterTheResultNobodyPollsAgain(Generation generation) {
        generation.on(SERVER);
        SERVER.onProgress(generation.done(), generation.doneAgain());
        ModelEndpoint endpoint = SERVER.llama2();

        Outcome.of(endpoint.follow(generation.jobId, null));

        assertThat(SERVER.polls()).hasSize(1);
        assertThat(endpoint.jobsInFlight()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void doneWithoutAResultIsALostResult(Generation generation) {
        generation.on(SERVER);
        SERVER.onProgress(generation.processing(), generation.doneAgain());

        ResultLostException lost =
                Outcome.failure(ResultLostException.class, SERVER.llama2().follow(generation.jobId, null));

        assertThat(lost.getJobId()).isEqualTo(generation.jobId);
        assertThat(lost).hasNoCause().hasMessageContaining("somebody else took it");
        assertThat(SERVER.polls()).hasSize(2);
    }

    @Test
    void doneWithAResultOfNullIsALostResult() {
        SERVER.onProgress(Response.json(
                200, "{\"success\": true, \"job_state\": \"done\", \"job_result\": null, \"progress\": null}"));

        Outcome.failure(ResultLostException.class, SERVER.llama2().follow(JOB, null));
    }

    @Test
    @Tag("case-A21")
    void onePollTellsDoneWithoutAResultFromDoneWithOne() {
        SERVER.onProgress(recorded(25), recorded(26));
        ModelEndpoint endpoint = SERVER.llama2();

        JobStatus first = Outcome.of(endpoint.poll(JOB));
        ResultLostException second = Outcome.failure(ResultLostException.class, endpoint.poll(JOB));

        assertThat(first.result()).isNotNull();
        assertThat(second.getJobId()).isEqualTo(JOB);
    }

    @Test
    void aResultInAResponseThatGotLostOnTheWireIsALostResultWithItsCause() {
        SERVER.onProgress(recorded(19), lost(), recorded(260));

        ResultLostException lost =
                Outcome.failure(ResultLostException.class, SERVER.llama2().follow(JOB, null));

        assertThat(lost).hasMessageContaining("got lost");
        assertThat(lost.getCause())
                .isInstanceOfSatisfying(
                        ConnectionFailedException.class,
                        cause -> assertThat(cause.isRequestSent()).isTrue());
        assertThat(SERVER.polls()).hasSize(3);
    }

    @Test
    void aLostResponseThatDidNotCarryTheResultLosesNothing() {
        SERVER.onProgress(recorded(16), lost(), recorded(19), recorded(25), recorded(26));

        JobResult result = Outcome.of(SERVER.llama2().follow(JOB, null));

        assertThat(result.text()).startsWith("You said:");
    }

    @Test
    void whileALookIsUnderWayThereIsNoOther() {
        Duration muchLongerThanThePollInterval = Duration.ofMillis(100);
        SERVER.onProgress(
                recorded(16).after(muchLongerThanThePollInterval),
                recorded(19).after(muchLongerThanThePollInterval),
                recorded(25).after(muchLongerThanThePollInterval),
                recorded(26));

        Outcome.of(SERVER.llama2().follow(JOB, null));

        assertThat(SERVER.polls()).hasSize(3);
    }

    @Test
    void aSubmitThatIsAnsweredWithTheResultNeedsNoPoll() {
        SERVER.onSubmit(recorded(11));

        JobResult result = Outcome.of(SERVER.llama2().run(AipiRequest.ofPrompt("Hello"), null));

        assertThat(result.text()).startsWith("You said: Hello");
        assertThat(SERVER.polls()).isEmpty();
    }
}
