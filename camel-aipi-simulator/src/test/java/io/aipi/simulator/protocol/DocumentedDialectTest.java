/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import static io.aipi.simulator.protocol.ServerWithManualTime.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The responses that the "HTTP API Client Interface" shows. */
class DocumentedDialectTest {

    private final ServerWithManualTime server = new ServerWithManualTime(new DocumentedDialect(), 1);

    private String submit(String endpoint, String prompt) {
        return server.submit(endpoint, "prompt", prompt);
    }

    @Test
    void aLoginResponsesWithASessionKeyAndNothingElse() {
        Response response = (Response) server.post(
                "/login",
                JsonNodes.object()
                        .put("endpoint_name", "llama2_chat")
                        .put("version", "a client")
                        .put("key", "a-key"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(json(response).fieldNames()).toIterable().containsExactly("client_session_auth_key");
    }

    @Test
    void aSessionKeyIsGoodForASubmitToTheEndpointOfItsLogin() {
        JsonNode login = json((Response) server.post(
                "/login", JsonNodes.object().put("endpoint_name", "llama2_chat").put("key", "a-key")));

        assertThat(json(submitWithSessionOf(login, "/llama2_chat")).toString())
                .isEqualTo("{\"success\":true,\"job_id\":\"JID1\"}");
        assertThat(submitWithSessionOf(login, "/llama3_chat").status()).isEqualTo(401);
    }

    private Response submitWithSessionOf(JsonNode login, String path) {
        return (Response) server.post(
                path,
                JsonNodes.object()
                        .put("prompt", "hi")
                        .put("wait_for_result", false)
                        .set("client_session_auth_key", login.get("client_session_auth_key")));
    }

    @Test
    void aBadKeyIsRefused() {
        Response response = (Response) server.post(
                "/login", JsonNodes.object().put("endpoint_name", "llama2_chat").put("key", "bad"));

        assertThat(json(response).get("success").asBoolean()).isFalse();
        assertThat(json(response).has("client_session_auth_key")).isFalse();
    }

    @Test
    void theRoutesOfTheServedGenerationDoNotExist() {
        assertThat(server.get("/llama2_chat/login?key=a-key").status()).isEqualTo(404);
        assertThat(server.get("/api/endpoints").status()).isEqualTo(404);
        assertThat(server.get("/api/endpoints/llama2_chat").status()).isEqualTo(404);
        assertThat(server.get("/api/validate_key").status()).isEqualTo(404);
    }

    @Test
    void progressBeginsWithZeroAndNothingElse() {
        String job = submit("llama2_chat", "hi @sleep=1");

        assertThat(json(server.poll(job)).toString())
                .isEqualTo("{\"job_id\":\"JID1\",\"job_state\":\"processing\","
                        + "\"progress\":{\"progress\":0,\"queue_position\":0},\"success\":true}");
    }

    @Test
    void progressShowsWhatThereIsSoFar() {
        String job = submit("llama2_chat", "hi there @sleep=1 @steps=2");
        server.time.advance(0.5);

        JsonNode progress = json(server.poll(job)).get("progress");

        assertThat(progress.fieldNames())
                .toIterable()
                .containsExactly("job_id", "progress", "progress_data", "queue_position");
        assertThat(progress.at("/progress_data/text").asText()).isEqualTo("You said: hi");
    }

    @Test
    void theResponseWithTheResultAlsoHasProgress() {
        String job = submit("llama2_chat", "hi @sleep=1");
        server.time.advance(1);

        JsonNode done = json(server.poll(job));

        assertThat(done.fieldNames())
                .toIterable()
                .containsExactly("job_id", "job_result", "job_state", "progress", "success");
        assertThat(done.at("/progress/progress").asInt()).isEqualTo(100);
        assertThat(done.at("/progress/progress_data/text").asText()).isEqualTo("You said: hi @sleep=1");
        assertThat(done.at("/job_result/text").asText()).isEqualTo("You said: hi @sleep=1");
        assertThat(json(server.poll(job)).has("job_result")).isFalse();
    }

    @Test
    void imagesAreBareBase64() {
        String job = submit("sd_png", "a llama @sleep=1 @steps=2");
        server.time.advance(0.5);
        String preview = json(server.poll("sd_png", job))
                .at("/progress/progress_data/images/0")
                .asText();
        server.time.advance(0.5);
        String image =
                json(server.poll("sd_png", job)).at("/job_result/images/0").asText();

        assertThat(Base64.getDecoder().decode(preview)).startsWith(0x89, 'P', 'N', 'G');
        assertThat(Base64.getDecoder().decode(image)).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void aWorkersErrorIsInTheResultOfEveryEndpoint() {
        String job = submit("llama2_chat", "hi @sleep=1 @error=Out_of_memory");
        server.time.advance(1);

        assertThat(json(server.poll(job)).at("/job_result/error").asText()).isEqualTo("Out of memory");
    }
}
