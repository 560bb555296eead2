/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiEndpoint;
import io.aipi.client.error.AipiException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.Nightly;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever goes wrong and whenever: each exchange ends once, with its own result or with one error. */
class CallbackGuaranteeTest {

    private static final int EXCHANGES = Nightly.times(240, 600);

    @ParameterizedTest
    @CsvSource({
        "1, DOCUMENTED, maxConnections=20",
        "3, SERVED, holdConnection=true",
        "5, SERVED, maxInFlight=50&progressUri=log:progress?level=OFF"
    })
    void eachExchangeEndsOnceAmongFailuresOfAllKindsAndAStopInTheMiddle(
            long seed, Generation generation, String options) throws Exception {
        Random random = new Random(seed);
        String prompt = generation == Generation.SERVED ? "text" : "prompt";
        try (AipiSimulator server = AipiSimulator.builder()
                        .generation(generation)
                        .apiKey("key-1")
                        .endpoint(SimulatedEndpoint.chat("chat", prompt).withErrorOutput())
                        .workers(100)
                        .maxQueueLength(EXCHANGES / 2)
                        .start();
                TestContext test = TestContext.started(
                        server.url(),
                        "key-1",
                        routes -> routes.from("direct:in").to("aipi:chat?" + options))) {
            AipiEndpoint endpoint = test.context()
                    .getEndpoint(
                            "aipi:chat?pollFailureTimeout=1s&pollInterval=50ms&requestTimeout=5s&" + options,
                            AipiEndpoint.class);
            Calls calls = new Calls(endpoint);
            for (int i = 0; i < EXCHANGES; i++) {
                calls.process(i, body(i, random));
                if (i == EXCHANGES / 4) {
                    server.expireSessions();
                } else if (i == EXCHANGES / 2) {
                    await().atMost(Duration.ofSeconds(60)).until(() -> calls.ended() > EXCHANGES / 8);
                    // drops all connections, and forgets sessions and jobs
                    server.restart();
                } else if (i == 3 * EXCHANGES / 4) {
                    server.setEndpointEnabled("chat", false);
                } else if (i == 3 * EXCHANGES / 4 + 20) {
                    server.setEndpointEnabled("chat", true);
                }
            }
            long toStopAt = EXCHANGES * 3L / 4;
            await().atMost(Duration.ofSeconds(60)).until(() -> calls.ended() > toStopAt);
            calls.stop();

            calls.assertThatEachWasCalledBackOnce();
            for (Exchange exchange : calls.exchanges()) {
                if (exchange.getException() == null) {
                    assertThat(exchange.getMessage().getBody(String.class))
                            .endsWith("number " + exchange.getProperty("number"));
                } else {
                    assertThat(exchange.getException()).isInstanceOf(AipiException.class);
                }
            }
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(endpoint.getJobsWaiting()).isZero());
            endpoint.stop();
            assertThat(endpoint.getJobsInFlight()).isZero();
            Map<String, Long> outcomes = calls.exchanges().stream()
                    .collect(
                            Collectors.groupingBy(CallbackGuaranteeTest::outcome, TreeMap::new, Collectors.counting()));
            assertThat(outcomes).as("kinds of outcome").hasSizeGreaterThan(2).containsKey("result");
            TestLog.report("seed %d, %s, %s: %s", seed, generation, options, outcomes);
        }
    }

    private static String outcome(Exchange exchange) {
        return exchange.getException() == null
                ? "result"
                : exchange.getException().getClass().getSimpleName();
    }

    private static String body(int number, Random random) {
        String mine = "number " + number;
        return switch (random.nextInt(8)) {
            case 0 -> "@error=Out_of_memory " + mine;
            case 1 -> "";
            case 2 -> "@silent @sleep=0.2 " + mine;
            case 3 -> "@sleep=3 " + mine;
            default -> "@sleep=" + random.nextInt(10) / 10.0 + " " + mine;
        };
    }
}
