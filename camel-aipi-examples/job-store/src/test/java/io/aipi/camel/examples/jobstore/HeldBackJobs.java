/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on a server that computes nothing until a test starts its workers, and the answers that have been routed. */
abstract class HeldBackJobs {

    final List<String> routed = new CopyOnWriteArrayList<>();
    AipiSimulator server;

    @TempDir
    Path folder;

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int jobs;

    HeldBackJobs(int jobs) {
        this.jobs = jobs;
    }

    @BeforeEach
    void startServer() {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .workers(0)
                .computeTime(Duration.ofMillis(20))
                .start();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    void submitAll(Application application) {
        submit(application, 0);
    }

    /** All but the first ones. */
    void submit(Application application, int first) {
        for (int i = first; i < jobs; i++) {
            application.submit("Prompt " + i, Map.of());
        }
    }

    void awaitAllRouted(Application application) {
        await().atMost(PATIENCE).until(() -> routed.size() >= jobs && application.isEmpty());
        assertThat(routed)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, jobs)
                        .mapToObj(i -> "You said: Prompt " + i)
                        .toList());
    }
}
