/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.client.AipiClient;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.options.JobOptions;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs what the how-tos show in Java. */
class HowToTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Queue<String> results = new ConcurrentLinkedQueue<>();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private AipiSimulator server;

    @BeforeEach
    void start() throws Exception {
        server = AipiSimulator.builder()
                .apiKey("a-key")
                .apiKey("another-key")
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                .start();
        component().setServerUrl(server.url());
        component().setApiKey("a-key");
        context.getRegistry().bind("jobs", new MemoryAggregationRepository());
    }

    private AipiConfiguration component() {
        return context.getComponent("aipi", AipiComponent.class).getConfiguration();
    }

    @AfterEach
    void stop() throws Exception {
        context.close();
        server.close();
    }

    @Test
    void aPlainJavaProgramGetsAResult() {
        String serverUrl = server.url();
        String apiKey = "a-key";
        // tag::plain-java[]
        try (AipiClient client =
                AipiClient.builder().serverUrl(serverUrl).apiKey(apiKey).build()) {
            ModelEndpoint llama = client.endpoint("llama2_chat", JobOptions.defaults());
            JobResult result = llama.run(AipiRequest.ofPrompt("Hello"), progress -> System.out.println(progress))
                    .join();
            System.out.println(result.text());
            // end::plain-java[]
            assertThat(result.text()).isEqualTo("You said: Hello");
            // tag::plain-java[]
        }
        // end::plain-java[]
    }

    @Test
    void anEndpointHasAKeyOfItsOwn() throws Exception {
        component().setApiKey("a-wrong-key");
        String key = "another-key";
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                // tag::own-key[]
                bindToRegistry("otherKey", key);
                from("direct:in").to("aipi:llama2_chat?apiKey=#bean:otherKey");
                // end::own-key[]
            }
        });
        context.start();

        assertThat(ask("direct:in")).isEqualTo("You said: Hello");
    }

    @Test
    void aSecondServerHasAComponentOfItsOwn() throws Exception {
        component().setServerUrl("http://127.0.0.1:1");
        String otherKey = "another-key";
        String otherServer = server.url();
        // tag::second-component[]
        AipiComponent other = new AipiComponent();
        other.setCamelContext(context);
        other.getConfiguration().setServerUrl(otherServer);
        other.getConfiguration().setApiKey(otherKey);
        context.addComponent("other-aipi", other);
        // end::second-component[]
        context.start();

        assertThat(ask("other-aipi:llama2_chat")).isEqualTo("You said: Hello");
    }

    @Test
    void aConsumerForTheOldUrlEmptiesTheRepository() throws Exception {
        String oldUrl = "http://localhost:" + server.port();
        context.getPropertiesComponent().addOverrideProperty("old.server-url", oldUrl);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:results")
                        .process(result -> results.add(result.getMessage().getBody(String.class)));
                // tag::old-url[]
                from("aipi:llama2_chat?jobRepository=#jobs&serverUrl={{old.server-url}}")
                        .to("direct:results");
                from("aipi:llama2_chat?jobRepository=#jobs").to("direct:results");
                // end::old-url[]
            }
        });
        context.start();

        String detached = "aipi:llama2_chat?waitForResult=false&jobRepository=#jobs";
        template().requestBody(detached + "&serverUrl=" + oldUrl, "one");
        template().requestBody(detached, "two");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(results).containsExactlyInAnyOrder("You said: one", "You said: two"));
    }

    /** The queue of a broker is one of SEDA here, which takes the same options. */
    @Test
    void aRouteBoundsItsJobsInFlight() throws Exception {
        context.addComponent("jms", context.getComponent("seda"));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                // tag::bounds[]
                from("jms:queue:prompts?concurrentConsumers=4")
                        .to("aipi:llama2_chat?maxInFlight=50&maxWaiting=100")
                        .to("jms:queue:answers");
                // end::bounds[]
                from("jms:queue:answers")
                        .process(result -> results.add(result.getMessage().getBody(String.class)));
            }
        });
        context.start();

        for (int i = 0; i < 4; i++) {
            template().sendBodyAndHeaders("jms:queue:prompts", "Hello", Map.of());
        }

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(results).hasSize(4));
    }

    private String ask(String uri) {
        return template().requestBody(uri, "Hello", String.class);
    }

    private ProducerTemplate template() {
        return context.createProducerTemplate();
    }
}
