/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static io.aipi.simulator.ScriptedJob.answer;
import static io.aipi.simulator.ScriptedJob.failure;
import static io.aipi.simulator.ScriptedJob.queueFull;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobState;
import io.aipi.simulator.junit.AipiServer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.imageio.ImageIO;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a route makes of the failures that a test can script. */
class ScriptedServerTest extends CamelTestSupport {

    @RegisterExtension
    static AipiServer server = AipiServer.create();

    private final List<JobProgress> progress = new CopyOnWriteArrayList<>();

    @Override
    protected RoutesBuilder createRouteBuilder() {
        context.getComponent("aipi", AipiComponent.class).getConfiguration().setServerUrl(server.url());
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:ask").to("aipi:llama3_chat?lazyLogin=true");
                from("direct:patient").to("aipi:llama3_chat?queueFullTimeout=1m&lazyLogin=true");
                from("direct:hasty").to("aipi:llama3_chat?jobTimeout=1s&lazyLogin=true");
                from("direct:watched").to("aipi:llama3_chat?progressUri=direct:progress&lazyLogin=true");
                from("direct:image").to("aipi:stable_diffusion_xl_txt2img?lazyLogin=true");
                from("direct:progress")
                        .process(exchange -> progress.add(
                                exchange.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, JobProgress.class)));
            }
        };
    }

    private Exchange ask(String route, String prompt) {
        return template.request(route, exchange -> exchange.getMessage().setBody(prompt));
    }

    // tag::failed[]
    @Test
    void aJobFails_andTheNextOneIsAnswered() {
        server.script(failure("Out of memory"), answer("Paris"));

        assertThat(ask("direct:ask", "France?").getException())
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("Out of memory");
        assertThat(ask("direct:ask", "France?").getMessage().getBody()).isEqualTo("Paris");
    }
    // end::failed[]

    // tag::full[]
    @Test
    void theQueueIsFull() {
        server.script(queueFull());

        assertThat(ask("direct:ask", "France?").getException()).isInstanceOf(QueueFullException.class);
    }

    @Test
    void theQueueIsFullForAMoment() {
        server.script(queueFull(), answer("Paris"));

        assertThat(ask("direct:patient", "France?").getMessage().getBody()).isEqualTo("Paris");
    }
    // end::full[]

    // tag::away[]
    @Test
    void theKeyIsRefused() {
        server.simulator().revokeApiKeys();

        assertThat(ask("direct:ask", "France?").getException()).isInstanceOf(AuthenticationException.class);
    }

    @Test
    void theServerIsAway() {
        server.simulator().goDown();

        assertThat(ask("direct:ask", "France?").getException()).isInstanceOf(ConnectionFailedException.class);
    }
    // end::away[]

    // tag::slow[]
    @Test
    void theAnswerComesTooLate() {
        server.script(answer("Paris").after(Duration.ofMinutes(1)));

        assertThat(ask("direct:hasty", "France?").getException()).isInstanceOf(JobTimeoutException.class);
    }

    @Test
    void theTextGrows() {
        server.script(answer("The capital of France is Paris").after(Duration.ofSeconds(1)));

        ask("direct:watched", "France?");

        assertThat(progress)
                .filteredOn(seen -> seen.state() == JobState.PROCESSING)
                .extracting(JobProgress::text)
                .anySatisfy(text -> assertThat(text).startsWith("The"));
    }
    // end::slow[]

    // tag::picture[]
    @Test
    void aPictureIsTheOneThatIsScripted() throws Exception {
        ByteArrayOutputStream pixel = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png", pixel);
        byte[] png = pixel.toByteArray();
        server.script("stable_diffusion_xl_txt2img", answer(png));

        assertThat(ask("direct:image", "A camel").getMessage().getBody(byte[].class))
                .isEqualTo(png);
        assertThat(server.jobs())
                .singleElement()
                .satisfies(job -> assertThat(job.parameters())
                        .containsEntry("prompt", "A camel")
                        .containsEntry("width", 768));
    }
    // end::picture[]
}
