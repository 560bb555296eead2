/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiComponent;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** The table of meters is what the component makes. */
class MeterTableTest {

    private static final Map<Meter.Type, String> TYPES = Map.of(
            Meter.Type.TIMER, "timer",
            Meter.Type.COUNTER, "counter",
            Meter.Type.GAUGE, "gauge",
            Meter.Type.DISTRIBUTION_SUMMARY, "summary");

    @Test
    void everyMeterIsInTheTable_andEveryRowIsAMeter() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (AipiSimulator server = AipiSimulator.builder()
                        .endpoint(SimulatedEndpoint.ofServer096("mistral_chat"))
                        .start();
                DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("meters", registry);
            context.getComponent("aipi", AipiComponent.class).getConfiguration().setServerUrl(server.url());
            context.start();
            try (ProducerTemplate producer = context.createProducerTemplate()) {
                producer.request(
                        "aipi:mistral_chat", exchange -> exchange.getMessage().setBody("Hello @sleep=0.1"));
                producer.request(
                        "aipi:mistral_chat", exchange -> exchange.getMessage().setBody("Hello @sleep=0.1 @error=No"));

                assertThat(meters(registry)).containsExactlyInAnyOrderElementsOf(Set.copyOf(MeterTable.rows()));
            }
        }
    }

    private static Set<MeterTable.Row> meters(SimpleMeterRegistry registry) {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .map(id -> new MeterTable.Row(
                        id.getName(),
                        TYPES.get(id.getType()),
                        id.getTags().stream().map(Tag::getKey).collect(Collectors.toSet())))
                .collect(Collectors.toSet());
    }
}
