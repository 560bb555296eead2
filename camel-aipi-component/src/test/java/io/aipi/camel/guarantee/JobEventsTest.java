/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.event.AipiJobEvent;
import io.aipi.camel.event.AipiJobEvent.Kind;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Camel's event notifiers hear of jobs. */
class JobEventsTest {

    private final AipiSimulator server = AipiSimulator.builder()
            .apiKey("key-1")
            .endpoint(SimulatedEndpoint.ofServer096("mistral_chat"))
            .computeTime(Duration.ofMillis(50))
            .start();
    private final List<AipiJobEvent> heard = new CopyOnWriteArrayList<>();
    private TestContext test;

    private void start(EventNotifierSupport notifier) throws Exception {
        test = TestContext.started(server.url(), "key-1", routes -> {
            routes.from("direct:in").to("aipi:mistral_chat?lazyLogin=true");
            routes.from("direct:submit").to("aipi:mistral_chat?lazyLogin=true&waitForResult=false");
            routes.from("aipi:mistral_chat?lazyLogin=true").to("log:answers?level=DEBUG");
        });
        test.context().getManagementStrategy().addEventNotifier(notifier);
    }

    private EventNotifierSupport hearing() {
        // tag::notifier[]
        EventNotifierSupport notifier = new EventNotifierSupport() {
            @Override
            public boolean isEnabled(CamelEvent event) {
                return event instanceof AipiJobEvent;
            }

            @Override
            public void notify(CamelEvent event) {
                AipiJobEvent job = (AipiJobEvent) event;
                // the kind of event, the job's id, its times and tokens; no prompt and no answer
                heard.add(job);
            }
        };
        // context.getManagementStrategy().addEventNotifier(notifier), or a bean on Spring Boot and Quarkus
        // end::notifier[]
        return notifier;
    }

    @AfterEach
    void stop() throws Exception {
        test.close();
        server.close();
    }

    private List<Kind> kinds() {
        return heard.stream().map(AipiJobEvent::getKind).toList();
    }

    @Test
    void aJobsEventsComeInOrder_withItsIdAndTimes_andWithoutPromptOrAnswer() throws Exception {
        start(hearing());

        test.context().createProducerTemplate().requestBody("direct:in", "Hello @sleep=1.5", String.class);

        await().until(() -> kinds().contains(Kind.DONE));
        assertThat(kinds())
                .startsWith(Kind.SUBMITTED)
                .containsSubsequence(Kind.LOGGED_IN, Kind.ACCEPTED, Kind.FIRST_PROGRESS, Kind.DONE)
                .endsWith(Kind.DONE);
        AipiJobEvent done = heard.get(heard.size() - 1);
        assertThat(done.getEndpointName()).isEqualTo("mistral_chat");
        assertThat(done.getJobId()).isEqualTo(server.stats().jobs().get(0).jobId());
        assertThat(done.getTimes().whole()).isGreaterThan(Duration.ofSeconds(1));
        assertThat(done.getUsage().completionTokens()).isPositive();
        assertThat(heard)
                .filteredOn(event -> event.getKind() == Kind.FIRST_PROGRESS)
                .singleElement()
                .satisfies(first -> {
                    assertThat(first.getProgress().text()).isNull();
                    assertThat(first.getProgress().data()).isEmpty();
                });
        assertThat(heard.toString()).doesNotContain("Hello", "key-1");
    }

    @Test
    void aDetachedJobsDeliveryIsToldLast() throws Exception {
        start(hearing());

        test.context().createProducerTemplate().requestBody("direct:submit", "Hello", String.class);

        await().until(() -> kinds().contains(Kind.DELIVERED));
        assertThat(kinds()).containsSubsequence(Kind.SUBMITTED, Kind.ACCEPTED, Kind.DONE, Kind.DELIVERED);
        assertThat(heard.stream()
                        .map(AipiJobEvent::getExchangeId)
                        .filter(id -> id != null)
                        .distinct())
                .hasSize(1);
    }

    @Test
    void aFailureIsToldByItsType() throws Exception {
        start(hearing());

        test.context()
                .createProducerTemplate()
                .request("direct:in", exchange -> exchange.getMessage().setBody("Hello @error=Hello_is_not_polite"));

        await().until(() -> kinds().contains(Kind.FAILED));
        assertThat(heard.get(heard.size() - 1).getErrorType()).isEqualTo("JobFailedException");
        assertThat(heard.toString()).doesNotContain("polite");
    }

    @Test
    void aNotifierThatBlocksOrFailsHoldsNoJobUp() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        start(new EventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) throws Exception {
                if (event instanceof AipiJobEvent job) {
                    release.await();
                    heard.add(job);
                    throw new IllegalStateException("the notifier fails");
                }
            }
        });

        List<String> answers = IntStream.range(0, 20)
                .mapToObj(i ->
                        test.context().createProducerTemplate().requestBody("direct:in", "Hello " + i, String.class))
                .toList();

        assertThat(answers).hasSize(20).allMatch(answer -> answer.startsWith("You said: Hello"));
        assertThat(heard).isEmpty();
        release.countDown();
        await().until(() -> kinds().stream().filter(Kind.DONE::equals).count() == 20);
    }
}
