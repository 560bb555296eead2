/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.camel.AipiConstants;
import io.aipi.client.model.JobProgress;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A Spring Boot application with routes to {@code aipi:}, a server that is there, and Actuator, which shows all it can. */
@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "server.address=127.0.0.1",
            "management.endpoints.web.exposure.include=*",
            "management.endpoint.health.show-details=always",
            "management.endpoint.env.show-values=always",
            "management.endpoint.configprops.show-values=always",
            "camel.health.producers-enabled=true",
            "camel.health.exposure-level=full",
            "camel.component.aipi.api-key=" + RunningApplicationTest.KEY,
            "camel.component.aipi.user=" + RunningApplicationTest.USER,
            "camel.component.aipi.request-timeout=20s",
            "another.place=Bearer " + RunningApplicationTest.KEY,
        })
@DirtiesContext
class RunningApplicationTest {

    static final String KEY = "open-sesame-4711";
    static final String USER = "ali-baba-4711";

    private static final Logger LOG = LoggerFactory.getLogger(RunningApplicationTest.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static AipiSimulator server;

    @Autowired
    private CamelContext context;

    @Autowired
    private ProducerTemplate producer;

    @Autowired
    private Application application;

    @LocalServerPort
    private int port;

    private Actuator actuator;

    /** With the context: a second run of the class has a server of its own, too. */
    @DynamicPropertySource
    static void startServer(DynamicPropertyRegistry properties) {
        server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                .endpoint(SimulatedEndpoint.chat("counted_chat", "prompt_input"))
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img"))
                .computeTime(Duration.ofMillis(300))
                .start();
        properties.add("camel.component.aipi.server-url", server::url);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        private final List<JobProgress> progress = new CopyOnWriteArrayList<>();

        @Bean
        RouteBuilder routes() {
            return new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:chat").routeId("chat").to("aipi:llama2_chat");
                    from("direct:image").routeId("image").to("aipi:sdxl_txt2img");
                    from("direct:followed").to("aipi:llama2_chat?progressUri=direct:progress");
                    from("direct:progress")
                            .process(exchange -> progress.add(
                                    exchange.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, JobProgress.class)));
                    from("direct:counted").to("aipi:counted_chat?param.temperature=0.5");
                    from("direct:counted-too").to("aipi:counted_chat?param.temperature=0.6");
                    from("aipi:llama2_chat").routeId("answers").log("${body}");
                }
            };
        }
    }

    @BeforeEach
    void openActuator() {
        actuator = new Actuator(port);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void aPromptIsAnswered() {
        Exchange answer = producer.request(
                "direct:chat", exchange -> exchange.getMessage().setBody("Hello Boot"));

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("You said: Hello Boot");
        LOG.info(
                "Job {} completed on Spring Boot {} with Camel {}: {}",
                answer.getMessage().getHeader(AipiConstants.JOB_ID),
                SpringBootVersion.getVersion(),
                context.getVersion(),
                answer.getMessage().getBody());
    }

    @Test
    void anImageComesAsBytes() {
        Exchange answer = producer.request(
                "direct:image", exchange -> exchange.getMessage().setBody("A camel"));

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody(byte[].class)).startsWith(0x89, 'P', 'N', 'G');
        assertThat(answer.getMessage().getHeader(AipiConstants.MEDIA_TYPES)).isEqualTo(List.of("image/png"));
    }

    @Test
    void progressComesAsExchanges() throws Exception {
        CompletableFuture<Exchange> answer = producer.asyncSend(
                "direct:followed", exchange -> exchange.getMessage().setBody("Hello"));

        await().atMost(PATIENCE).until(() -> !application.progress.isEmpty());
        assertThat(answer.get(60, TimeUnit.SECONDS).getException()).isNull();
        assertThat(application.progress).extracting(JobProgress::endpoint).containsOnly("llama2_chat");
    }

    @Test
    void theHealthOfTheSessionIsInActuator() throws Exception {
        JsonNode camel = actuator.camelHealth();

        assertThat(actuator.status("/health")).isEqualTo(200);
        assertThat(camel.get("status").asText()).isEqualTo("UP");
        String check = "producer:aipi-llama2_chat@127.0.0.1:" + server.port();
        assertThat(camel.get("details").get(check).asText()).isEqualTo("UP");
        assertThat(camel.get("details").get(check + ".data").get("session").asText())
                .isEqualTo("logged in");
        assertThat(camel.get("details").get("consumer:answers").asText()).isEqualTo("UP");
        assertThat(camel.get("details")
                        .get("consumer:answers.data")
                        .get("endpoint.name")
                        .asText())
                .isEqualTo("llama2_chat");
    }

    @Test
    void whatTheEndpointsCountAreMeters_oneForAllUrisOfAModelEndpoint() throws Exception {
        assertThat(actuator.meter("camel.aipi.login", "counted_chat")).isEqualTo(1);
        for (String count : List.of("submitted", "completed", "in.flight", "waiting")) {
            assertThat(actuator.meter("camel.aipi.jobs." + count, "counted_chat"))
                    .as(count)
                    .isZero();
        }
        server.stopWorkers("counted_chat");
        CompletableFuture<Object> one = producer.asyncRequestBody("direct:counted", "one");
        CompletableFuture<Object> two = producer.asyncRequestBody("direct:counted-too", "two");
        await().atMost(PATIENCE)
                .until(() -> actuator.meter("camel.aipi.jobs.in.flight", "counted_chat") == 2
                        && actuator.meter("camel.aipi.jobs.submitted", "counted_chat") == 2);

        server.startWorkers("counted_chat", 1);
        assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo("You said: one");
        assertThat(two.get(60, TimeUnit.SECONDS)).isEqualTo("You said: two");
        Exchange refused = producer.request("direct:counted", exchange -> {
            exchange.getMessage().setBody("three");
            exchange.getMessage().setHeader(AipiConstants.PARAMETERS, Map.of("no_such_parameter", 1));
        });

        assertThat(refused.getException()).isNotNull();
        assertThat(actuator.meter("camel.aipi.jobs.submitted", "counted_chat")).isEqualTo(3);
        assertThat(actuator.meter("camel.aipi.jobs.completed", "counted_chat")).isEqualTo(2);
        assertThat(actuator.meter("camel.aipi.jobs.failed", "counted_chat")).isEqualTo(1);
        assertThat(actuator.meter("camel.aipi.jobs.in.flight", "counted_chat")).isZero();
        assertThat(actuator.json("/metrics/camel.aipi.jobs.submitted").get("availableTags"))
                .anySatisfy(tag -> {
                    assertThat(tag.get("tag").asText()).isEqualTo("server");
                    assertThat(tag.get("values").get(0).asText()).isEqualTo("127.0.0.1:" + server.port());
                });
    }

    @Test
    void noSecretIsShown_evenWhereActuatorShowsValues(CapturedOutput output) throws Exception {
        producer.requestBody("direct:chat", "Hello");

        JsonNode bound = actuator.json("/configprops")
                .findValue("camel.component.aipi-io.aipi.camel.springboot." + "AipiComponentConfiguration");
        assertThat(bound.at("/properties/requestTimeout").asText())
                .as("values are shown")
                .isEqualTo("PT20S");
        assertThat(bound.at("/properties/apiKey").asText()).isEqualTo("******");
        assertThat(bound.at("/properties/user").asText()).isEqualTo("******");
        JsonNode anotherPlace = actuator.json("/env/another.place").get("property");
        assertThat(anotherPlace.get("value").asText()).isEqualTo("******");
        JsonNode pages = actuator.json("").get("_links");
        assertThat(pages.fieldNames()).toIterable().contains("health", "metrics", "env", "configprops", "camelroutes");
        for (String page : List.of("health", "env", "configprops", "beans", "camelroutes", "metrics", "conditions")) {
            assertThat(actuator.text("/" + page)).as(page).isNotEmpty().doesNotContain(KEY, USER);
        }
        for (JsonNode meter : actuator.json("/metrics").get("names")) {
            assertThat(actuator.text("/metrics/" + meter.asText()))
                    .as(meter.asText())
                    .doesNotContain(KEY, USER);
        }
        assertThat(output.getAll()).doesNotContain(KEY, USER);
    }
}
