/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.endpointdsl;

import static io.aipi.camel.endpointdsl.StaticEndpointBuilders.aipi;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConfiguration;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiEndpoint;
import io.aipi.camel.OutputType;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.imageio.ImageIO;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes that are written with the builder run jobs on a server. */
class EndpointDslRouteTest {

    private static final String KEY = "a+key&with%signs";
    private static final long PATIENCE = 30_000;

    private static AipiSimulator server;

    private DefaultCamelContext context;
    private ProducerTemplate template;

    @BeforeAll
    static void startServer() throws Exception {
        server = AipiSimulator.builder()
                .apiKey(KEY)
                .apiKey("plain-key")
                .apiKey("a/key=")
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                .endpoint(SimulatedEndpoint.pngImage("sdxl"))
                .workers(4)
                .computeTime(Duration.ofMillis(60))
                .start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void makeContext() {
        context = new DefaultCamelContext();
        AipiConfiguration configuration =
                context.getComponent("aipi", AipiComponent.class).getConfiguration();
        configuration.setServerUrl(server.url());
        configuration.setApiKey("plain-key");
        template = context.createProducerTemplate();
    }

    @AfterEach
    void closeContext() throws Exception {
        context.close();
    }

    private void start(RouteBuilder routes) throws Exception {
        context.addRoutes(routes);
        context.start();
    }

    /** What the endpoint is sent. */
    private MockEndpoint received(String endpoint) throws Exception {
        MockEndpoint mock = context.getEndpoint("mock:received", MockEndpoint.class);
        mock.setResultWaitTime(PATIENCE);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(endpoint).to(mock);
            }
        });
        return mock;
    }

    private AipiEndpoint endpoint(String name) {
        return context.getEndpoints().stream()
                .filter(AipiEndpoint.class::isInstance)
                .map(AipiEndpoint.class::cast)
                .filter(endpoint -> endpoint.getEndpointName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPromptIsAnswered_withTheOptionsThatWereBuilt() throws Exception {
        MockEndpoint progress = received("seda:progress");
        progress.expectedMinimumMessageCount(1);
        start(new PromptRoutes());

        Exchange answer = template.request("direct:ask", one -> one.getMessage().setBody("Hello"));

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody()).isEqualTo("You said: Hello");
        assertThat(answer.getMessage().getHeader(AipiConstants.JOB_ID)).isNotNull();
        AipiConfiguration built = endpoint("llama2_chat").getConfiguration();
        assertThat(built.getOutputType()).isEqualTo(OutputType.text);
        assertThat(built.getJobTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(built.getParameters()).containsOnlyKeys("temperature");
        progress.assertIsSatisfied();
    }

    @Test
    void multiValueOptionsReachTheServer() throws Exception {
        Path pictures = Path.of("target/pictures");
        Files.createDirectories(pictures);
        Files.deleteIfExists(pictures.resolve("42.png"));
        start(new PromptRoutes());

        Exchange answer =
                template.request("direct:draw", one -> one.getMessage().setBody("A camel"));

        assertThat(answer.getException()).isNull();
        BufferedImage picture = ImageIO.read(pictures.resolve("42.png").toFile());
        assertThat(picture.getWidth()).isEqualTo(128);
        assertThat(picture.getHeight()).isEqualTo(64);
        AipiConfiguration built = endpoint("sdxl").getConfiguration();
        assertThat(built.getJobTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(built.getMaxConnections()).isEqualTo(20);
    }

    @Test
    void aParameterThatTheServerRefusesFailsTheExchange() throws Exception {
        start(routes(aipi("llama2_chat").parameters("temperature", 7)));

        Exchange answer = template.request("direct:in", one -> one.getMessage().setBody("Hello"));

        assertThat(answer.getException()).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void detachedJobsAreConsumed_andANameComesFromTheMessage() throws Exception {
        MockEndpoint answers = received("seda:answers");
        answers.expectedBodiesReceived("You said: Later");
        start(new DetachedRoutes());

        Exchange submitted =
                template.request("direct:submit", one -> one.getMessage().setBody("Later"));

        answers.assertIsSatisfied();
        assertThat(answers.getExchanges().get(0).getMessage().getHeader(AipiConstants.JOB_ID))
                .isEqualTo(submitted.getMessage().getBody());
        assertThat(context.getEndpoints())
                .filteredOn(AipiEndpoint.class::isInstance)
                .extracting(one -> ((AipiEndpoint) one).getConfiguration().getConcurrentConsumers())
                .containsExactlyInAnyOrder(1, 2);

        byte[] picture = template.requestBodyAndHeader("direct:any", "A camel", "model", "sdxl", byte[].class);
        assertThat(picture).startsWith(0x89, 'P', 'N', 'G');
    }

    /** A key is written raw, or it has no sign that means something in a query, such as a plus. */
    @ParameterizedTest
    @CsvSource({
        "RAW(a+key&with%signs)",
        "RAW({{the.key}})",
        "plain-key",
        "{{plain.key}}",
        "a/key=",
    })
    void theKeyLogsIn(String key) throws Exception {
        context.getPropertiesComponent().addOverrideProperty("the.key", KEY);
        context.getPropertiesComponent().addOverrideProperty("plain.key", "plain-key");
        long refused = server.stats().refusedLogins();
        start(routes(aipi("llama2_chat").apiKey(key)));

        Exchange answer = template.request("direct:in", one -> one.getMessage().setBody("Hello"));

        assertThat(answer.getException()).isNull();
        assertThat(server.stats().refusedLogins()).isEqualTo(refused);
        AipiEndpoint endpoint = endpoint("llama2_chat");
        assertThat(endpoint.getConfiguration().getApiKey()).isIn(KEY, "plain-key", "a/key=");
        assertThat(endpoint).hasToString("aipi://llama2_chat?apiKey=xxxxxx");
    }

    /** The builder itself keeps what it was given: a placeholder is shown as such. */
    @Test
    void aPlaceholderKeepsTheKeyOutOfTheBuildersText() {
        assertThat(aipi("llama2_chat").apiKey("RAW({{the.key}})"))
                .hasToString("aipi://llama2_chat?apiKey=RAW({{the.key}})");
    }

    /** Objects go through the registry; the URI names them by a number. */
    @Test
    void anObjectIsBoundInTheRegistry() throws Exception {
        JobRepository jobs = new AggregationJobRepository(new MemoryAggregationRepository());
        AipiEndpoint endpoint = aipi("llama2_chat")
                .jobRepository(jobs)
                .waitForResult(false)
                .pollInterval(Duration.ofMillis(250))
                .maxPollInterval("3s")
                .resolve(context, AipiEndpoint.class);

        assertThat(endpoint.getConfiguration().getJobRepository()).isSameAs(jobs);
        assertThat(endpoint.getConfiguration().getPollInterval()).isEqualTo(Duration.ofMillis(250));
        assertThat(endpoint.getEndpointUri())
                .contains("maxPollInterval=3s", "waitForResult=false")
                .containsPattern("pollInterval=%23[0-9a-f]+|pollInterval=#[0-9a-f]+");
    }

    /** Several servers: one component each, by its name. */
    @Test
    void aComponentOfAnotherNameIsUsed() throws Exception {
        AipiComponent other = new AipiComponent();
        other.getConfiguration().setServerUrl(server.url());
        other.getConfiguration().setApiKey(KEY);
        context.addComponent("other-aipi", other);
        start(routes(aipi("other-aipi", "llama2_chat")));

        assertThat(template.requestBody("direct:in", "Hello", String.class)).isEqualTo("You said: Hello");
        assertThat(endpoint("llama2_chat").getComponent()).isSameAs(other);
    }

    private static RouteBuilder routes(AipiEndpointBuilderFactory.AipiEndpointBuilder endpoint) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to(endpoint);
            }
        };
    }
}
