/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Producer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Trackers of detached jobs come and go with those who need them. */
@Tag("case-D19")
class JobRegistryLifeTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final AipiComponent component = new AipiComponent();

    @BeforeEach
    void start() {
        component.getConfiguration().setServerUrl("http://127.0.0.1:1");
        component.getConfiguration().setLazyLogin(true);
        context.addComponent("aipi", component);
        context.getRegistry().bind("jobs", new MemoryAggregationRepository());
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private AipiEndpoint endpoint(String name) {
        return context.getEndpoint("aipi:" + name + "?waitForResult=false&jobRepository=#jobs", AipiEndpoint.class);
    }

    @Test
    void aThousandNamesOfProducersThatCameAndWentLeaveNoTracker() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            Producer producer = endpoint("name" + i).createProducer();
            producer.start();
            producer.stop();
        }

        assertThat(component.registries().size()).isZero();
    }

    @Test
    void whatExchangesInFlightMakeAnewDoesNotPileUp() {
        for (int i = 0; i < 1_000; i++) {
            endpoint("name" + i).registry();
        }

        assertThat(component.registries().size()).isLessThanOrEqualTo(100);
    }

    @Test
    void aTrackerThatIsNeededStays() throws Exception {
        AipiEndpoint consumed = endpoint("consumed");
        AipiConsumer consumer = (AipiConsumer) consumed.createConsumer(exchange -> {});
        consumer.init();
        Producer producer = endpoint("produced").createProducer();
        producer.start();
        var registry = consumed.registry();
        var producing = endpoint("produced").registry();
        for (int i = 0; i < 300; i++) {
            endpoint("name" + i).registry();
        }

        assertThat(consumed.registry()).isSameAs(registry);
        assertThat(endpoint("produced").registry()).isSameAs(producing);
        producer.stop();
        consumer.shutdown();
        assertThat(component.registries().size()).isLessThanOrEqualTo(102);
        assertThat(consumed.registry()).isNotSameAs(registry);
    }
}
