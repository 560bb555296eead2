/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.AipiEndpoint;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Runs what the how-to "Stream an answer" shows of server-sent events. */
class StreamTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    private AipiSimulator server;
    private ConfigurableApplicationContext application;

    @BeforeEach
    void start() {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.ofServer096("llama3_chat"))
                .start();
        application = SpringApplication.run(
                StreamApplication.class,
                // not the gateway's settings
                "--spring.config.name=stream",
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--camel.main.routes-include-pattern=classpath:camel/stream.camel.yaml",
                "--camel.component.aipi.server-url=" + server.url());
    }

    @AfterEach
    void stop() {
        application.close();
        server.close();
    }

    private BufferedReader ask(String prompt) throws IOException, InterruptedException {
        String port = application.getEnvironment().getProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/stream"))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(prompt))
                .timeout(SOON)
                .build();
        HttpResponse<InputStream> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    @Test
    void aBrowserGetsAnEventForEachPart() throws Exception {
        List<String> parts = new ArrayList<>();
        try (BufferedReader events = ask("a b c d e f g h @sleep=1 @steps=8")) {
            for (String line = events.readLine(); line != null; line = events.readLine()) {
                if (line.startsWith("data:")) {
                    parts.add(new ObjectMapper()
                            .readTree(line.substring("data:".length()))
                            .get("text")
                            .textValue());
                }
            }
        }

        assertThat(String.join("", parts)).isEqualTo("You said: a b c d e f g h @sleep=1 @steps=8");
        assertThat(parts).hasSizeGreaterThan(1);
    }

    @Test
    void aBrowserThatLeavesEndsThePolling() throws Exception {
        AipiEndpoint chat = (AipiEndpoint) application.getBean(CamelContext.class).getEndpoints().stream()
                .filter(AipiEndpoint.class::isInstance)
                .findFirst()
                .orElseThrow();
        BufferedReader events = ask("a b c d e f g h @sleep=300 @steps=3000 @tokens=3000");
        assertThat(events.readLine()).startsWith("data:");
        assertThat(chat.getJobsInFlight()).isEqualTo(1);

        events.close();

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(chat.getJobsInFlight()).isZero());
    }
}
