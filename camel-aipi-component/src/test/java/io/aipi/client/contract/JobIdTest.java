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

import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Submission;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("10. job_id is uuid#counter here and JID1 in the documents")
class JobIdTest {

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    @BeforeEach
    void login() {
        SERVER.served096();
    }

    @ParameterizedTest
    @ValueSource(strings = {"d17a5d5b-55ff-421f-9d2f-d4a218105648#3", "JID1", "JID01", "a/b?c=%23&d ü\"\\"})
    void goesInTheBodyOfAPostJustAsTheServerGaveIt(String jobId) {
        SERVER.onProgress(recorded(25));

        Outcome.of(SERVER.llama2().follow(jobId, null));

        assertThat(SERVER.polls())
                .singleElement()
                .extracting(body -> body.path("job_id").textValue())
                .isEqualTo(jobId);
        assertThat(SERVER.requests("GET", "/llama2_chat/progress")).isEmpty();
        assertThat(SERVER.requests("POST", "/llama2_chat/progress"))
                .allSatisfy(request -> assertThat(request.getUrl()).isEqualTo("/llama2_chat/progress"));
    }

    @Test
    void isTakenFromTheResponseToTheSubmit() {
        SERVER.onSubmit(recorded(13));
        SERVER.onProgress(recorded(25));

        Outcome.of(SERVER.llama2().run(AipiRequest.ofPrompt("x"), null));

        assertThat(SERVER.polls().get(0).path("job_id").textValue())
                .isEqualTo(Transcript.number(13).response().path("job_id").textValue());
    }

    @Test
    void mayBeANumberAtSomeServer() {
        SERVER.onSubmit(json(200, "{\"success\": true, \"job_id\": 7}"));

        Submission submission = Outcome.of(SERVER.llama2().submit(AipiRequest.ofPrompt("x")));

        assertThat(submission.jobId()).isEqualTo("7");
    }
}
