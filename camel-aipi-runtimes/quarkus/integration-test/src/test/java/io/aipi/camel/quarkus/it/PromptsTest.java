/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiDevConsole;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobState;
import io.aipi.simulator.AipiSimulator;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.camel.CamelContext;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spi.FactoryFinder;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = Server.class, restrictToAnnotatedClass = true)
class PromptsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    CamelContext camel;

    @Inject
    ProducerTemplate template;

    @Inject
    Seen seen;

    @TestHTTPResource("/q/metrics")
    URL metrics;

    AipiSimulator server;

    private Exchange send(String route, Object body) {
        return template.request(route, exchange -> exchange.getMessage().setBody(body));
    }

    @Test
    void optionsAreBoundFromApplicationProperties() {
        AipiComponent component = camel.getComponent("aipi", AipiComponent.class);

        assertThat(component.getWorkerPoolSize()).isEqualTo(3);
        assertThat(component.getConfiguration().getServerUrl()).isEqualTo(server.url());
        assertThat(component.getConfiguration().getUser()).isEqualTo("quarkus");
        assertThat(component.getConfiguration().getApiKey()).isEqualTo("sesame");
        assertThat(component.getConfiguration().getPollInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(component.getConfiguration().getMaxPollInterval()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aPromptIsAnswered() {
        Exchange answered = send("direct:chat", "A haiku");

        assertThat(answered.getException()).isNull();
        assertThat(answered.getMessage().getBody(String.class)).contains("A haiku");
        assertThat(answered.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo("done");
        assertThat(answered.getMessage().getHeader(AipiConstants.JOB_ID)).isNotNull();
    }

    @Test
    void endpointsHaveLoggedInWhenTheApplicationHasStarted_andNoneIsRefused() {
        assertThat(server.stats().logins()).isPositive();
        assertThat(server.stats().refusedLogins()).isZero();
        assertThat(camel.getRouteController().getRouteStatus("chat").isStarted())
                .isTrue();
    }

    /** Quarkus' registry is there before the routes start. */
    @Test
    void loginsOfTheStartAreAmongTheMeters() throws Exception {
        try (InputStream in = metrics.openStream()) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("camel_aipi_login_seconds_count{endpoint=\"llama2_chat\",error=\"none\",");
        }
    }

    @Test
    void progressIsTold() {
        Exchange answered = send("direct:chat", "Slowly @sleep=6");

        String job = answered.getMessage().getHeader(AipiConstants.JOB_ID, String.class);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen.progress())
                        .filteredOn(progress -> job.equals(progress.jobId()))
                        .hasSizeGreaterThan(1)
                        .last()
                        .extracting(JobProgress::state)
                        .isEqualTo(JobState.DONE));
    }

    @Test
    void aDetachedJobIsConsumedWithItsProgress() {
        Exchange submitted = send("direct:submit", "Later @sleep=6");

        String job = submitted.getMessage().getBody(String.class);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen.outcomes())
                        .filteredOn(outcome -> job.equals(outcome.jobId()))
                        .anySatisfy(outcome -> assertThat(outcome.state()).isEqualTo("processing"))
                        .last()
                        .satisfies(outcome -> {
                            assertThat(outcome.state()).isEqualTo("done");
                            assertThat(outcome.body()).asString().contains("Later");
                        }));
    }

    @Test
    void anImageIsItsBytes_andSeveralAreAList() throws Exception {
        byte[] image = send("direct:image", "A camel").getMessage().getBody(byte[].class);
        Object images = send("direct:image", Map.of("prompt", "Llamas", "num_samples", 2))
                .getMessage()
                .getBody();

        assertThat(ImageIO.read(new ByteArrayInputStream(image))).isNotNull();
        assertThat(images).asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(2);
    }

    @Test
    void aResultIsConvertedByTheComponentsConverters() {
        assertThat(send("direct:result", "A haiku").getMessage().getBody())
                .asString()
                .contains("A haiku");
    }

    @Test
    void failuresAreOfTypesThatARouteTellsApart() {
        assertThat(send("direct:chat", "Hello @error=Out_of_memory")
                        .getMessage()
                        .getBody())
                .asString()
                .startsWith("failed: ")
                .contains("Out of memory");
        assertThat(send("direct:chat", Map.of("text", "Hello", "top_k", "many"))
                        .getMessage()
                        .getBody())
                .asString()
                .startsWith("refused: ")
                .contains("top_k");
    }

    @Test
    void theDevConsoleIsFoundAmongCamelsServices() throws Exception {
        FactoryFinder consoles =
                camel.getCamelContextExtension().getFactoryFinder("META-INF/services/org/apache/camel/dev-console/");

        assertThat(consoles.findClass("aipi")).contains(AipiDevConsole.class);
    }

    @Test
    void theCatalogEntryIsFound() throws Exception {
        assertThat(((CatalogCamelContext) camel).getComponentParameterJsonSchema("aipi"))
                .contains("waitForResult");
    }
}
