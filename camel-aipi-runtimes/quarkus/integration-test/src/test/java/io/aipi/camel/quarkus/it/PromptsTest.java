package io.aipi.camel.quarkus.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.client.JobProgress;
import io.aipi.simulator.AipiSimulator;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.FluentProducerTemplate;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.console.DevConsole;
import org.apache.camel.impl.console.DefaultDevConsoleRegistry;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Server.class)
class PromptsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    CamelContext camel;

    @Inject
    ProducerTemplate template;

    @Inject
    FluentProducerTemplate fluent;

    @Inject
    Seen seen;

    AipiSimulator server;

    @Test
    void aPromptIsAnswered_afterOneLogin() {
        Exchange answered = template.request("direct:chat", exchange -> exchange.getMessage().setBody("A haiku"));

        assertThat(answered.getException()).isNull();
        assertThat(answered.getMessage().getBody(String.class)).contains("A haiku");
        assertThat(answered.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo("done");
        assertThat(answered.getMessage().getHeader(AipiConstants.JOB_ID)).isNotNull();
        assertThat(server.stats().refusedLogins()).isZero();
    }

    @Test
    void progressIsTold() {
        Exchange answered = template.request("direct:chat", exchange -> exchange.getMessage().setBody("Slowly"));

        String job = answered.getMessage().getHeader(AipiConstants.JOB_ID, String.class);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen.progress())
                .filteredOn(progress -> job.equals(progress.jobId()))
                .isNotEmpty()
                .last()
                .extracting(progress -> progress.state().word())
                .isEqualTo("done"));
    }
}
