/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.store.StoredEntries;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.JobLapsedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.AggregationRepository;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stored jobs of a server that begins to count its jobs anew with each start. */
class ReusedJobIdsTest extends ConsumerTestSupport {

    private static final String SUBMIT = "aipi:chat?waitForResult=false&jobRepository=#jobs";

    private void bind(AggregationRepository jobs) {
        context.getRegistry().bind("jobs", jobs);
    }

    private AipiComponent component() {
        return context.getComponent("aipi", AipiComponent.class);
    }

    private AipiSimulator countingServer() throws Exception {
        server.close();
        server = AipiSimulator.builder()
                .generation(Generation.SERVED_0_9_0)
                .endpoint(SimulatedEndpoint.chat("chat", "text").withErrorOutput())
                .workers(4)
                .computeTime(Duration.ofMillis(50))
                .start();
        context = newContext();
        component().getConfiguration().setPromptParameter("text");
        component().getConfiguration().setUser("aime");
        component().getConfiguration().setApiKey("key");
        return server;
    }

    /** A route as in docs/reference/detached-jobs.md: what can be sent again is sent again. */
    private void routesThatResubmit(String consumerOptions, String way) throws Exception {
        routes(b -> {
            b.from("direct:submit").to(SUBMIT);
            b.from("seda:again").to(SUBMIT);
            b.from("aipi:chat?jobRepository=#jobs" + consumerOptions)
                    .choice()
                    .when(b.header(AipiConstants.JOB_STATE).isEqualTo("failed"))
                    .process(exchange -> {
                        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
                        assertThat(failure).isInstanceOf(JobLapsedException.class);
                    })
                    .to(way)
                    .otherwise()
                    .process(this::keep);
        });
    }

    @ParameterizedTest
    @CsvSource({"'',direct:submit", "&maxInFlight=3,direct:submit", "&maxInFlight=3,seda:again"})
    @Tag("case-D1")
    @Tag("case-D2")
    void afterARestartOfAServerThatGivesIdsAgain_everyMessageGetsItsOwnResponse(String options, String way)
            throws Exception {
        countingServer();
        MemoryAggregationRepository jobs = new LastingRepository();
        bind(jobs);
        server.stopWorkers("chat");
        routesThatResubmit(options, way);
        for (int i = 0; i < 10; i++) {
            submit("Prompt " + i + ".", Map.of("number", i));
        }

        server.restart();
        for (int i = 10; i < 20; i++) {
            submitAfterRestart("Prompt " + i + ".", Map.of("number", i));
        }
        server.startWorkers("chat", 4);

        awaitRouted(20);
        await().until(() -> jobs.getKeys().isEmpty());
        assertThat(routed).hasSize(20);
        assertEachHasItsOwn(20);
    }

    private void assertEachHasItsOwn(int count) {
        assertThat(routed)
                .allSatisfy(exchange -> assertThat(exchange.getMessage().getBody(String.class))
                        .contains("Prompt " + exchange.getMessage().getHeader("number") + "."));
        assertThat(routed.stream().map(exchange -> exchange.getMessage().getHeader("number", Integer.class)))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, count).boxed().toList());
    }

    @Test
    @Tag("case-D1")
    void aStoredJobThatNobodyFollowsEndsWhenItsIdIsGivenToANewOne() throws Exception {
        countingServer();
        MemoryAggregationRepository jobs = new LastingRepository();
        bind(jobs);
        server.stopWorkers("chat");
        routes(b -> b.from("direct:submit").to(SUBMIT));
        String first = submit("First.", Map.of(AipiConstants.REQUEST_ID, "named"));

        server.restart();
        assertThat(submitAfterRestart("Second.", Map.of())).isEqualTo(first);

        List<StoredJob> stored = StoredEntries.jobs(context, jobs);
        assertThat(stored).hasSize(2);
        assertThat(stored)
                .filteredOn(job -> job.outcome() != null)
                .singleElement()
                .satisfies(job -> assertThat(job.job().body()).isEqualTo("First."));
    }

    /** The restart has closed connections, which the client may find out by a submit. */
    private String submitAfterRestart(String body, Map<String, Object> headers) {
        return await().ignoreExceptions().until(() -> submit(body, headers), id -> !id.isEmpty());
    }
}
