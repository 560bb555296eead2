/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.SimulatorStats.AcceptedJob;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AggregationStrategies;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.spi.Registry;
import org.apache.camel.spi.TransactedPolicy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.junit.jupiter.api.Test;

/** The component inside Camel's patterns. */
class PatternsTest extends SimulatorRouteTest {

    @Override
    protected void bindToRegistry(Registry registry) {
        registry.bind("transaction", new MarkingPolicy());
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        AggregationStrategy join = AggregationStrategies.string("|");
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:transacted")
                        .transacted("transaction")
                        .to("aipi:chat")
                        .process(exchange -> exchange.getMessage()
                                .setHeader("thread", Thread.currentThread().getName()));
                from("direct:multicast")
                        .multicast(join)
                        .parallelProcessing()
                        .to("aipi:chat", "aipi:other_chat")
                        .end();
                from("direct:split")
                        .split(body().tokenize(","), AggregationStrategies.groupedBody())
                        .parallelProcessing()
                        .to("aipi:chat")
                        .end();
                from("direct:toD").toD("aipi:${header.model}");
                from("direct:enrich").enrich("aipi:chat", (original, response) -> {
                    original.getMessage()
                            .setBody(original.getMessage().getBody() + " -> "
                                    + response.getMessage().getBody());
                    return original;
                });
                from("direct:wireTap").wireTap("direct:tapped").setBody(constant("at once"));
                from("direct:tapped").to("aipi:chat").to("mock:tapped");
                from("direct:recipients")
                        .recipientList(simple("aipi:chat,aipi:other_chat"))
                        .aggregationStrategy(join);
                from("direct:bounded").to("aipi:chat?maxInFlight=2");
                from("direct:block").delay(1).syncDelayed().to("aipi:chat");
            }
        };
    }

    @Test
    void aTransactedRouteWaitsOnItsOwnThread() {
        Exchange response = template.request(
                "direct:transacted", exchange -> exchange.getMessage().setBody("Hello"));
        assertThat(response.getMessage().getBody()).isEqualTo("You said: Hello");
        assertThat(response.getMessage().getHeader("thread"))
                .isEqualTo(Thread.currentThread().getName());
    }

    @Test
    void parallelMulticast() {
        assertThat(template.requestBody("direct:multicast", "Hello", String.class))
                .isEqualTo("You said: Hello|You said: Hello");
    }

    @Test
    void parallelSplit() {
        List<?> responses = template.requestBody("direct:split", "a,b,c,d,e", List.class);
        assertThat(responses.stream().map(String::valueOf))
                .containsExactlyInAnyOrder("You said: a", "You said: b", "You said: c", "You said: d", "You said: e");
    }

    @Test
    void aDynamicEndpoint() {
        long logins = server.stats().logins();
        for (String model : List.of("chat", "other_chat", "chat")) {
            assertThat(template.requestBodyAndHeader("direct:toD", "Hello", "model", model))
                    .isEqualTo("You said: Hello");
        }
        assertThat(server.stats().logins()).as("a session for each endpoint").isLessThanOrEqualTo(logins + 1);
    }

    @Test
    void enrich() {
        assertThat(template.requestBody("direct:enrich", "Hello")).isEqualTo("Hello -> You said: Hello");
    }

    @Test
    void wireTap() throws Exception {
        MockEndpoint tapped = getMockEndpoint("mock:tapped");
        tapped.expectedBodiesReceived("You said: Hello");
        assertThat(template.requestBody("direct:wireTap", "Hello")).isEqualTo("at once");
        tapped.assertIsSatisfied();
    }

    @Test
    void recipientList() {
        assertThat(template.requestBody("direct:recipients", "Hello")).isEqualTo("You said: Hello|You said: Hello");
    }

    @Test
    void noMoreJobsAreInFlightThanMaxInFlightAllows() throws Exception {
        List<CompletableFuture<Object>> responses = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            responses.add(template.asyncRequestBody("direct:bounded", "number " + i + " @sleep=0.1"));
        }
        for (CompletableFuture<Object> response : responses) {
            response.get(60, TimeUnit.SECONDS);
        }
        // as the server saw it, from the acceptance of each job until its result was handed out
        List<AcceptedJob> jobs = server.stats().jobs().stream()
                .filter(job -> job.prompt().startsWith("number "))
                .toList();
        assertThat(jobs)
                .hasSize(12)
                .allSatisfy(job -> assertThat(jobs)
                        .filteredOn(other -> other.submittedNanos() <= job.submittedNanos()
                                && other.handedOutNanos().orElseThrow() > job.submittedNanos())
                        .as("in flight when one more was accepted, that one included")
                        .hasSizeLessThanOrEqualTo(2));
        assertThat(responses.stream().map(CompletableFuture::join).map(String::valueOf))
                .hasSize(12)
                .doesNotHaveDuplicates();
    }

    /** Marks exchanges as transacted, as a transaction manager's policy does; there is nothing to commit here. */
    private static final class MarkingPolicy implements TransactedPolicy {

        @Override
        public void beforeWrap(Route route, org.apache.camel.NamedNode definition) {
            // nothing to prepare
        }

        @Override
        public Processor wrap(Route route, Processor processor) {
            return new DelegateAsyncProcessor(processor) {
                @Override
                public boolean process(Exchange exchange, org.apache.camel.AsyncCallback callback) {
                    exchange.getUnitOfWork().beginTransactedBy("test");
                    try {
                        processor.process(exchange);
                    } catch (Exception e) {
                        exchange.setException(e);
                    } finally {
                        exchange.getUnitOfWork().endTransactedBy("test");
                    }
                    callback.done(true);
                    return true;
                }
            };
        }
    }
}
