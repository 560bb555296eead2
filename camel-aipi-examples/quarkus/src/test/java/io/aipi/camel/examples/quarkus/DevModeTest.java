/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.AvailablePorts;
import io.aipi.simulator.SimulatedEndpoint;
import io.quarkus.test.QuarkusDevModeTest;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code mvn quarkus:dev} does: a changed source takes effect with the next request. */
class DevModeTest {

    private static final int PORT = AvailablePorts.one();

    private static AipiSimulator server;

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(jar -> jar.addClass(Prompts.class)
                    .addAsResource("camel/prompts.camel.yaml")
                    .addAsResource("application.properties"));

    /** For each run of the class: the application starts with the test. */
    @BeforeAll
    static void startServer() {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img"))
                .computeTime(Duration.ofMillis(200))
                .start();
        // the application is in this process; these win over its file
        System.setProperty("quarkus.http.port", String.valueOf(PORT));
        System.setProperty("AIPI_SERVER_URL", server.url());
    }

    @AfterAll
    static void stopServer() {
        server.close();
        System.clearProperty("quarkus.http.port");
        System.clearProperty("AIPI_SERVER_URL");
    }

    private static String ask(String prompt) throws Exception {
        return Http.text(Http.post("http://127.0.0.1:" + PORT + "/chat", prompt));
    }

    @Tag("nightly")
    @Test
    void aChangedRouteTakesEffectWithTheNextRequest() throws Exception {
        assertThat(ask("A haiku")).contains("A haiku");

        APPLICATION.modifyResourceFile(
                "camel/prompts.camel.yaml",
                route -> route.replace(
                        "        - log: \"Job ${header.CamelAipiJobId} is ${header.CamelAipiJobState}: ${body}\"\n",
                        "        - transform:\n            simple: \"Changed: ${body}\"\n"));
        assertThat(ask("A haiku")).startsWith("Changed: ").contains("A haiku");
    }
}
