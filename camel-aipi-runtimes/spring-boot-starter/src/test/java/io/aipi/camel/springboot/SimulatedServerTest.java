/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static io.aipi.simulator.ScriptedJob.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AipiSimulator;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;

/** A test of an application as users write it. */
@DirtiesContext
// tag::test[]
@SpringBootTest(properties = "camel.aipi.simulator.compute-time=0s")
class SimulatedServerTest {
    // end::test[]

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        RouteBuilder routes() {
            return new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:chat").to("aipi:llama3_chat");
                }
            };
        }
    }

    // tag::test[]

    @Autowired
    ProducerTemplate camel;

    @Autowired
    AipiSimulator simulator;

    @Test
    void theCapitalIsAsked() {
        simulator.script(answer("Paris"));

        assertThat(camel.requestBody("direct:chat", "The capital of France?", String.class))
                .isEqualTo("Paris");
    }
}
// end::test[]
