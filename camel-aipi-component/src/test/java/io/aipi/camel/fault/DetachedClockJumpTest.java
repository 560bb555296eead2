/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that outlive their exchange, when somebody sets the system's clock. */
class DetachedClockJumpTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    private final JumpingClock clock = new JumpingClock();
    private final AtomicReference<String> routed = new AtomicReference<>();
    private final AipiSimulator server = AipiSimulator.builder()
            .endpoint(SimulatedEndpoint.chat("chat", "text"))
            .computeTime(Duration.ofMillis(100))
            .start();

    /** Keeps what it has over stops, as a database does. */
    private final MemoryAggregationRepository jobs = new MemoryAggregationRepository() {
        @Override
        protected void doStop() {
            // a database would stay, too
        }
    };

    private DefaultCamelContext context;

    @AfterEach
    void stop() {
        context.stop();
        server.close();
    }

    private void start(String consumer) throws Exception {
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        component.getConfiguration().setPollInterval(Duration.ofMillis(50));
        Field field = AipiComponent.class.getDeclaredField("clock");
        field.setAccessible(true);
        field.set(component, clock);
        context = new DefaultCamelContext();
        context.addComponent("aipi", component);
        context.getRegistry().bind("jobs", jobs);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
                if (consumer != null) {
                    from(consumer)
                            .process(exchange ->
                                    routed.set(exchange.getMessage().getHeader(AipiConstants.JOB_STATE, String.class)));
                }
            }
        });
        context.start();
    }

    private void submit() {
        context.createProducerTemplate()
                .requestBodyAndHeaders("direct:submit", "Hello", Map.of(AipiConstants.REQUEST_ID, "prompts-0-17"));
    }

    @Test
    void theTimeThatAnOutcomeWaitsForItsRequestToComeAgainIsNotTheSystemsClocks() throws Exception {
        start(null);
        submit();
        context.stop();

        start("aipi:chat?jobRepository=#jobs&redeliveryGracePeriod=1500");
        clock.jump(Duration.ofHours(-1));

        await().atMost(SOON).until(() -> "done".equals(routed.get()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aJobThatIsFollowedGoesOn(long days) throws Exception {
        start("aipi:chat?jobRepository=#jobs&jobTimeout=30s");
        submit();
        clock.jump(Duration.ofDays(days));

        await().atMost(SOON).until(() -> "done".equals(routed.get()));
        assertThat(server.stats().submits()).isEqualTo(1);
    }

    /** Its age is past its jobTimeout then, as far as anybody can tell: it has one poll, which finds it done. */
    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aJobThatIsTakenUpHasALook(long days) throws Exception {
        start(null);
        submit();
        context.stop();
        await().until(() -> server.stats().jobsDone() > 0);
        clock.jump(Duration.ofDays(days));

        start("aipi:chat?jobRepository=#jobs&jobTimeout=30s&redeliveryGracePeriod=0");

        await().atMost(SOON).until(() -> "done".equals(routed.get()));
    }
}
