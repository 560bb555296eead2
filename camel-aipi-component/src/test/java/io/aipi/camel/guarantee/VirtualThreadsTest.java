/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Where Camel is told to use virtual threads, exchanges go on on them. */
class VirtualThreadsTest {

    private static final int MANY = 200;

    @Test
    @Tag("case-A1")
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with Java 21")
    void exchangesGoOnOnVirtualThreads_andThoseThatBlockAllEnd() throws Exception {
        // Camel reads the switch once, when its classes are loaded: it takes a process of its own
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dcamel.threads.virtual.enabled=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName()))
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(printed).contains(MANY + " ended, all on virtual threads");
    }

    /** Sends exchanges that call {@code aipi:} behind {@code aipi:}, and prints what they went on on. */
    static final class Program {

        private Program() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] arguments) throws Exception {
            try (AipiSimulator server = AipiSimulator.builder()
                            .apiKey("key-1")
                            .endpoint(SimulatedEndpoint.chat("m", "text"))
                            .workers("m", MANY)
                            .computeTime(Duration.ofMillis(50))
                            .start();
                    TestContext test = TestContext.started(server.url(), "key-1", routes -> {
                        routes.from("seda:in?size=" + MANY)
                                .to("aipi:m")
                                .process(exchange -> {
                                    ProducerTemplate template =
                                            exchange.getContext().createProducerTemplate();
                                    exchange.getMessage().setBody(template.requestBody("direct:second", "again"));
                                    // Thread.isVirtual() is not there on Java 17
                                    exchange.getMessage()
                                            .setHeader(
                                                    "thread",
                                                    Thread.currentThread()
                                                            .getClass()
                                                            .getSimpleName());
                                })
                                .to("mock:out");
                        routes.from("direct:second").to("aipi:m");
                    })) {
                MockEndpoint out = test.context().getEndpoint("mock:out", MockEndpoint.class);
                out.expectedMessageCount(MANY);
                out.expectedHeaderReceived("thread", "VirtualThread");
                out.setResultWaitTime(60_000);
                ProducerTemplate template = test.context().createProducerTemplate();
                for (int i = 0; i < MANY; i++) {
                    template.sendBody("seda:in", "number " + i);
                }
                out.assertIsSatisfied();
                System.out.println(MANY + " ended, all on virtual threads");
            }
            System.exit(0);
        }
    }
}
