/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.test.QuarkusUnitTest;
import jakarta.inject.Inject;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.util.logging.Formatter;
import java.util.logging.SimpleFormatter;
import org.apache.camel.ProducerTemplate;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application that names no server, in test mode. */
class DevServicesTest {

    /** Here the class that the application runs, in another class loader, tells the URL. */
    private static final String SEEN = "aipi.test.dev-service";

    private static final Formatter FORMAT = new SimpleFormatter();

    @RegisterExtension
    @Order(1)
    static final AfterAllCallback AFTER_THE_APPLICATION = context -> {
        URI url = URI.create(System.clearProperty(SEEN));
        assertThatThrownBy(() -> new Socket(url.getHost(), url.getPort()).close())
                .isInstanceOf(ConnectException.class);
    };

    @RegisterExtension
    @Order(2)
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withEmptyApplication()
            .overrideConfigKey("quarkus.camel.aipi.devservices.compute-time", "10ms")
            .setLogRecordPredicate(record -> record.getLoggerName().endsWith("AipiDevServices"))
            .assertLogRecords(records -> assertThat(records)
                    .singleElement()
                    .satisfies(record -> assertThat(FORMAT.formatMessage(record))
                            .contains("a simulator at http://127.0.0.1:", "quarkus.camel.aipi.devservices.enabled")));

    // tag::test[]
    @Inject
    ProducerTemplate template;

    @Test
    void aSimulatorAnswers() {
        assertThat(template.requestBody("aipi:llama3_chat", "Hello", String.class))
                .isEqualTo("You said: Hello");
    }
    // end::test[]

    @ConfigProperty(name = "camel.component.aipi.server-url")
    String url;

    @BeforeEach
    void tellTheUrl() {
        System.setProperty(SEEN, url);
    }
}
