/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.simulator.http.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many held requests and many polled jobs at once. {@code -Dsimulator.load=2000} makes them more. */
class ManyAtOnceTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LOAD = Integer.getInteger("simulator.load", 300);

    @Test
    void heldRequestsAndPolledJobsByTheHundredsNeedNoThreadEach() throws Exception {
        try (AipiSimulator simulator = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .workers(LOAD)
                .maxQueueLength(10_000)
                .computeTime(Duration.ofSeconds(2))
                .keepAlive(Duration.ofMinutes(1))
                .start()) {
            int threadsBefore = Thread.activeCount();
            List<RawClient> held = hold(simulator);
            try (RawClient polling = new RawClient(simulator.port())) {
                Deque<String> jobs = submit(polling);
                // the simulator's own are there already; one or the other may come that is not the simulator's
                assertThat(Thread.activeCount()).isLessThan(threadsBefore + LOAD / 10);
                pollAll(polling, jobs);
                for (RawClient client : held) {
                    assertThat(client.receive("POST").status()).isEqualTo(200);
                }
            } finally {
                for (RawClient client : held) {
                    client.close();
                }
            }
            assertThat(simulator.stats().jobsDone()).isEqualTo(2L * LOAD);
            assertThat(simulator.stats().heldSubmits()).isEqualTo(LOAD);
        }
    }

    private static List<RawClient> hold(AipiSimulator simulator) throws IOException {
        List<RawClient> held = new ArrayList<>();
        for (int i = 0; i < LOAD; i++) {
            RawClient client = new RawClient(simulator.port());
            client.sendJson("/llama2_chat", "{\"key\": \"any\", \"text\": \"held\"}");
            held.add(client);
        }
        return held;
    }

    private static Deque<String> submit(RawClient client) throws IOException {
        Deque<String> jobs = new ArrayDeque<>();
        for (int i = 0; i < LOAD; i++) {
            JsonNode response = JSON.readTree(client.postJson(
                            "/llama3_chat", "{\"key\": \"any\", \"prompt_input\": \"x\", \"wait_for_result\": false}")
                    .body());
            jobs.add(response.get("job_id").asText());
        }
        return jobs;
    }

    private static void pollAll(RawClient client, Deque<String> jobs) throws IOException {
        while (!jobs.isEmpty()) {
            String job = jobs.remove();
            JsonNode response = JSON.readTree(client.postJson("/llama3_chat/progress", "{\"job_id\": \"" + job + "\"}")
                    .body());
            if (!response.has("job_result")) {
                assertThat(response.get("job_state").asText()).isIn("queued", "processing");
                jobs.add(job);
            }
        }
    }
}
