/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiEndpoint;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The meters without an application around them: endpoints come and go, and so may registries. */
class AipiMetersTest {

    private final AipiSimulator server = AipiSimulator.builder()
            .endpoint(SimulatedEndpoint.chat("chat", "text"))
            .endpoint(SimulatedEndpoint.chat("other", "text"))
            .computeTime(Duration.ofMillis(10))
            .start();

    private final AipiMeters meters = new AipiMeters();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final CamelContext context = new DefaultCamelContext();

    @BeforeEach
    void start() {
        meters.bindTo(registry);
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        context.addComponent("aipi", component);
        context.addLifecycleStrategy(meters);
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
        server.close();
    }

    @Test
    void urisOfOneModelEndpointAreOneMeter() throws Exception {
        run("aipi:chat?param.temperature=0.1");
        run("aipi:chat?param.temperature=0.2");

        assertThat(completed(registry, "chat")).isEqualTo(2);
        assertThat(registry.get("camel.aipi.jobs.completed").functionCounters()).hasSize(1);
    }

    @Test
    void whatAForgottenEndpointHasCountedStaysInTheSum() throws Exception {
        run("aipi:chat?param.temperature=0.1");
        run("aipi:chat?param.temperature=0.2");
        var first = new WeakReference<>(context.getEndpoint("aipi:chat?param.temperature=0.1", AipiEndpoint.class));
        var second = new WeakReference<>(context.getEndpoint("aipi:chat?param.temperature=0.2", AipiEndpoint.class));
        EndpointCounts counts = new EndpointCounts();
        counts.add(first);
        counts.add(second);
        assertThat(counts.completed()).isEqualTo(2);

        first.clear();

        assertThat(counts.completed()).isEqualTo(2);
        assertThat(counts.submitted()).isEqualTo(2);
        assertThat(counts.failed()).isZero();
        assertThat(counts.inFlight()).isZero();
        run("aipi:chat?param.temperature=0.2");
        assertThat(counts.completed()).isEqualTo(3);
    }

    @Test
    void eachModelEndpointHasItsOwn_andARegistryThatComesLaterHasThemAll() throws Exception {
        run("aipi:chat");
        run("aipi:other");
        run("aipi:other");
        MeterRegistry later = new SimpleMeterRegistry();
        meters.bindTo(later);

        for (MeterRegistry each : new MeterRegistry[] {registry, later}) {
            assertThat(completed(each, "chat")).isEqualTo(1);
            assertThat(completed(each, "other")).isEqualTo(2);
            assertThat(each.get("camel.aipi.jobs.in.flight").gauges()).hasSize(2);
        }
    }

    /** As toD makes them: Camel keeps a thousand. */
    @Test
    @Tag("case-D19")
    void metersOfEndpointsThatCamelHasForgottenGo() {
        for (int i = 0; i < 3_000; i++) {
            context.getEndpoint("aipi:name" + i);
        }
        context.getEndpoint("aipi:chat");

        int kept = context.getEndpoints().size();
        assertThat(kept).isLessThan(1_500);
        assertThat(registry.find("camel.aipi.jobs.completed").functionCounters())
                .hasSizeLessThanOrEqualTo(kept + 200);
        assertThat(registry.find("camel.aipi.jobs.in.flight")
                        .tag("endpoint", "chat")
                        .gauges())
                .hasSize(1);
    }

    /** Java's own URI has no host for such a name. */
    @Test
    void aServerMayHaveAnUnderscoreInItsName() {
        assertThat(context.getEndpoint("aipi:chat?serverUrl=http://gpu_server:7777"))
                .isInstanceOf(AipiEndpoint.class);

        assertThat(registry.get("camel.aipi.jobs.completed")
                        .tag("endpoint", "chat")
                        .functionCounter()
                        .count())
                .isZero();
    }

    private void run(String uri) throws Exception {
        try (ProducerTemplate producer = context.createProducerTemplate()) {
            assertThat(producer.requestBody(uri, "Hello", String.class)).isEqualTo("You said: Hello");
        }
    }

    private static double completed(MeterRegistry registry, String endpoint) {
        return registry.get("camel.aipi.jobs.completed")
                .tag("endpoint", endpoint)
                .functionCounter()
                .count();
    }
}
