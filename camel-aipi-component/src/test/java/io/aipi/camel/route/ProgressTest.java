/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiConstants;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.model.JobProgress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;

class ProgressTest extends SimulatorRouteTest {

    private final Queue<Exchange> heard = new ConcurrentLinkedQueue<>();
    private final Semaphore gate = new Semaphore(0);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    /** Exchanges that have come to the slow route. */
    private final AtomicInteger begun = new AtomicInteger();

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:chat").to("aipi:chat?pollInterval=50&progressUri=direct:progress");
                from("direct:picture").to("aipi:picture?pollInterval=50&progressUri=direct:progress");
                from("direct:slow").to("aipi:chat?pollInterval=50&progressUri=direct:slow-progress");
                from("direct:failing").to("aipi:chat?pollInterval=50&progressUri=direct:failing-progress");
                from("direct:detached").to("aipi:chat?waitForResult=false&pollInterval=50&progressUri=direct:progress");

                from("direct:progress").process(heard::add);
                from("direct:slow-progress").process(exchange -> {
                    begun.incrementAndGet();
                    mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                    assertThat(gate.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
                    heard.add(exchange);
                    running.decrementAndGet();
                });
                from("direct:failing-progress").process(heard::add).throwException(new IllegalStateException("no"));
            }
        };
    }

    @Test
    void everyChangeIsAnExchangeInOrderWithTheOriginalsHeaders() {
        Exchange response;
        int seconds = 1;
        do {
            // a busy machine may sleep through changes, but not for as long as it takes in the end
            heard.clear();
            String prompt = "one two three four @steps=5 @sleep=" + seconds;
            response = template.request("direct:chat", exchange -> {
                exchange.getMessage().setBody(prompt);
                exchange.getMessage().setHeader("order", 4711);
            });
            assertThat(response.getMessage().getBody(String.class)).startsWith("You said: one two");
            awaitTheLast("done");
            seconds *= 4;
        } while (heard.size() <= 3 && seconds <= 16);
        String exchangeId = response.getExchangeId();
        Object jobId = response.getMessage().getHeader(AipiConstants.JOB_ID);
        List<JobProgress> states = heard.stream()
                .map(exchange -> exchange.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, JobProgress.class))
                .toList();
        assertThat(states).hasSizeGreaterThan(3).doesNotHaveDuplicates();
        assertThat(states)
                .filteredOn(state -> state.text() != null)
                .isSortedAccordingTo((a, b) -> a.text().length() - b.text().length());
        assertThat(heard).allSatisfy(exchange -> {
            assertThat(exchange.getMessage().getHeader("order")).isEqualTo(4711);
            assertThat(exchange.getProperty(ExchangePropertyKey.CORRELATION_ID)).isEqualTo(exchangeId);
            assertThat(exchange.getMessage().getHeader(AipiConstants.JOB_ID)).isEqualTo(jobId);
        });
        assertThat(heard)
                .anySatisfy(exchange ->
                        assertThat(exchange.getMessage().getBody(String.class)).startsWith("You said:"));
    }

    @Test
    void previewPicturesAreTheBody() {
        int seconds = 1;
        do {
            // as above
            heard.clear();
            template.requestBody("direct:picture", "a llama @steps=4 @sleep=" + seconds);
            awaitTheLast("done");
            seconds *= 4;
        } while (heard.stream().noneMatch(ProgressTest::isPreview) && seconds <= 16);
        assertThat(heard).anySatisfy(exchange -> {
            assertThat(exchange.getMessage().getBody()).isInstanceOf(byte[].class);
            assertThat(exchange.getMessage().getHeader(AipiConstants.PROGRESS, Double.class))
                    .isBetween(1.0, 100.0);
        });
    }

    @Test
    void aSlowRouteDelaysNoResultHearsLessAndAlwaysTheLast() throws Exception {
        Object response = responseOnceHeardOf("direct:slow", "one two three four five six @sleep=1 @steps=8");
        assertThat(response).asString().startsWith("You said: one");
        assertThat(heard).as("the route is still busy with the first").isEmpty();
        gate.release(100);
        awaitTheLast("done");
        assertThat(heard).as("the first and the last").hasSize(2);
        assertThat(mostRunning).as("at once").hasValue(1);
    }

    @Test
    void aFailingRouteFailsNoJob() throws Exception {
        assertThat(responseOnceHeardOf("direct:failing", "one two @sleep=0.5 @steps=3"))
                .asString()
                .startsWith("You said: one");
        awaitTheLast("done");
        assertThat(heard).hasSizeGreaterThan(1);
    }

    @Test
    void theResultOfADetachedJobIsItsLastProgressExchange() {
        Object jobId = template.requestBodyAndHeader("direct:detached", "Hello @sleep=0.4 @steps=2", "order", 4711);
        await().untilAsserted(() -> assertThat(heard).anySatisfy(exchange -> {
            assertThat(exchange.getProperty(AipiConstants.RESULT_PROPERTY)).isNotNull();
            assertThat(exchange.getMessage().getBody(String.class)).startsWith("You said: Hello");
            assertThat(exchange.getMessage().getHeaders())
                    .containsAllEntriesOf(
                            Map.of("order", 4711, AipiConstants.JOB_ID, jobId, AipiConstants.JOB_STATE, "done"));
        }));
        assertThat(context.getEndpoint(
                                "aipi:chat?waitForResult=false&pollInterval=50&progressUri=direct:progress",
                                io.aipi.camel.AipiEndpoint.class)
                        .getJobsInFlight())
                .isZero();
    }

    @Test
    void theFailureOfADetachedJobIsItsLastProgressExchange() {
        template.requestBody("direct:detached", "Hello @sleep=0.2 @error=CUDA_out_of_memory");
        // the state comes first, and what it means then
        await().untilAsserted(() -> assertThat(heard)
                .anySatisfy(exchange -> assertThat(exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT))
                        .isNotNull()));
        Exchange last = heard.stream().reduce((first, second) -> second).orElseThrow();
        assertThat(last.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo("failed");
        assertThat(last.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT)).isInstanceOf(JobFailedException.class);
        assertThat(last.getMessage().getBody(String.class)).contains("CUDA out of memory");
    }

    private static boolean isPreview(Exchange exchange) {
        return exchange.getMessage().getBody() instanceof byte[]
                && exchange.getMessage().getHeader(AipiConstants.PROGRESS) != null;
    }

    /** The job begins to compute when its route has been told that it is queued. */
    private Object responseOnceHeardOf(String route, String body) throws Exception {
        server.stopWorkers("chat");
        CompletableFuture<Object> response = template.asyncRequestBody(route, body);
        await().until(() -> begun.get() + heard.size() > 0);
        server.startWorkers("chat", 4);
        return response.get(60, TimeUnit.SECONDS);
    }

    private void awaitTheLast(String state) {
        await().untilAsserted(() -> assertThat(heard)
                .anySatisfy(exchange -> assertThat(exchange.getMessage().getHeader(AipiConstants.JOB_STATE))
                        .isEqualTo(state)));
        Exchange last = heard.stream().reduce((first, second) -> second).orElseThrow();
        assertThat(last.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo(state);
    }
}
