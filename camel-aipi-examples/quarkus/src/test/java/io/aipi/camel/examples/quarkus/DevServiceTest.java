/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AvailablePorts;
import io.quarkus.test.QuarkusDevModeTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The development mode of an application that names no server. */
@Tag("nightly")
class DevServiceTest {

    private static final int PORT = AvailablePorts.one();

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(jar -> jar.addClass(Prompts.class)
                    .addAsResource("camel/prompts.camel.yaml")
                    .addAsResource(new StringAsset(propertiesWithoutServer()), "application.properties"));

    private static String propertiesWithoutServer() {
        try {
            return Files.readString(Path.of("src/main/resources/application.properties"))
                            .replaceAll("(?m)^camel.component.aipi.server-url.*$", "")
                    + "quarkus.camel.aipi.devservices.compute-time = 10ms\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeAll
    static void choosePort() {
        System.setProperty("quarkus.http.port", String.valueOf(PORT));
    }

    @AfterAll
    static void forgetPort() {
        System.clearProperty("quarkus.http.port");
    }

    private static String ask(String prompt) throws Exception {
        return Http.text(Http.post("http://127.0.0.1:" + PORT + "/chat", prompt));
    }

    @Test
    void aSimulatorAnswers_alsoAfterAReload() throws Exception {
        assertThat(ask("A haiku")).isEqualTo("You said: A haiku");

        APPLICATION.modifyResourceFile(
                "camel/prompts.camel.yaml",
                route -> route.replace(
                        "        - log: \"Job ${header.CamelAipiJobId} is ${header.CamelAipiJobState}: ${body}\"\n",
                        "        - transform:\n            simple: \"Changed: ${body}\"\n"));
        assertThat(ask("A haiku")).isEqualTo("Changed: You said: A haiku");
    }
}
