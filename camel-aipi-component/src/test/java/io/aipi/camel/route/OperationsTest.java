/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiOperation;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.ResultLostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class OperationsTest extends SimulatorRouteTest {

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to("aipi:chat?waitForResult=false");
                from("direct:chosen").to("aipi:chat?allowOperationFromHeader=true");
                from("direct:held").to("aipi:chat?holdConnection=true");
                from("direct:impatient").to("aipi:chat?jobTimeout=1000");
                from("direct:impatient-held").to("aipi:chat?holdConnection=true&jobTimeout=1000");
                for (String operation : List.of("progress", "result", "describe", "list", "validateKey")) {
                    from("direct:" + operation).to("aipi:chat?operation=" + operation);
                }
                from("direct:validate-wrong-key").to("aipi:chat?operation=validateKey&lazyLogin=true&apiKey=wrong");
            }
        };
    }

    @Test
    void aSubmitWithoutWaitingGoesOnWithTheJobsId() {
        Exchange submitted = template.request(
                "direct:submit", exchange -> exchange.getMessage().setBody("Hello"));
        String jobId = submitted.getMessage().getHeader(AipiConstants.JOB_ID, String.class);
        assertThat(jobId).isNotEmpty();
        assertThat(submitted.getMessage().getBody()).isEqualTo(jobId);
        assertThat(template.requestBody("direct:result", jobId)).isEqualTo("You said: Hello");
    }

    @Test
    void resultTakesTheJobFromTheHeaderToo() {
        Object jobId = template.requestBody("direct:submit", "Hello");
        assertThat(template.requestBodyAndHeader("direct:result", "any body", AipiConstants.JOB_ID, jobId))
                .isEqualTo("You said: Hello");
    }

    @Test
    @Tag("case-A21")
    void progressIsOnePollAndTakesTheResultIfItIsThere() {
        Object longJob = template.requestBody("direct:submit", "It takes a while @sleep=20 @steps=4");
        Exchange early = template.request(
                "direct:progress", exchange -> exchange.getMessage().setBody(longJob));
        assertThat(early.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo("processing");
        assertThat(early.getMessage().getHeader(AipiConstants.WORKERS_ONLINE)).isEqualTo(4);
        Object jobId = template.requestBody("direct:submit", "Hello there @sleep=0.2");
        await().untilAsserted(() -> {
            Exchange poll = template.request(
                    "direct:progress", exchange -> exchange.getMessage().setBody(jobId));
            assertThat(poll.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo("done");
            assertThat(poll.getMessage().getBody(String.class)).startsWith("You said: Hello there");
        });
        Exchange late = template.request(
                "direct:progress", exchange -> exchange.getMessage().setBody(jobId));
        assertThat(late.getException()).as("the result is gone").isInstanceOf(ResultLostException.class);
    }

    @Test
    void anUnknownJobIsATypedError() {
        assertThat(template.request(
                                "direct:result",
                                exchange -> exchange.getMessage().setBody("no-such-job#1"))
                        .getException())
                .isInstanceOfSatisfying(
                        JobLapsedException.class,
                        lapsed ->
                                assertThat(lapsed.getReason()).isEqualTo(JobLapsedException.Reason.UNKNOWN_TO_SERVER));
        assertThat(template.request("direct:result", exchange -> {}).getException())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(AipiConstants.JOB_ID);
    }

    @Test
    void aHeldRequestGivesTheResultWithoutAPoll() {
        assertThat(template.requestBody("direct:held", "Hold on")).isEqualTo("You said: Hold on");
        assertThat(server.stats().jobs())
                .filteredOn(job -> job.prompt().equals("Hold on"))
                .singleElement()
                .satisfies(job ->
                        assertThat(server.stats().pollsPerJob(job.jobId())).isZero());
        assertThat(server.stats().heldSubmits()).isPositive();
    }

    @Test
    void describeIsTheServersDescriptionAsJson() throws Exception {
        var json = new ObjectMapper().readTree(template.requestBody("direct:describe", null, String.class));
        assertThat(json.get("name").asText()).isEqualTo("chat");
        assertThat(json.get("input").get("text").get("required").asBoolean()).isTrue();
    }

    @Test
    void listIsTheNamesOfTheEndpoints() {
        assertThat(template.requestBody("direct:list", (Object) null))
                .isEqualTo(List.of("chat", "other_chat", "picture", "png", "repaint", "speech"));
    }

    @Test
    void validateKeyIsTrueOrFalseWithTheReason() {
        assertThat(template.requestBody("direct:validateKey", (Object) null)).isEqualTo(true);
        Exchange wrong = template.request("direct:validate-wrong-key", exchange -> {});
        assertThat(wrong.getMessage().getBody()).isEqualTo(false);
        assertThat(wrong.getMessage().getHeader(AipiConstants.ERROR_MESSAGE)).isEqualTo("Key not valid");
    }

    @Test
    void theHeaderChoosesTheOperationOnce() {
        Exchange response = template.request(
                "direct:chosen", exchange -> exchange.getMessage().setHeaders(Map.of(AipiConstants.OPERATION, "list")));
        assertThat(response.getMessage().getBody(String.class)).contains("chat");
        assertThat(response.getMessage().getHeader(AipiConstants.OPERATION)).isNull();
        assertThat(template.requestBodyAndHeader(
                        "direct:chosen", null, AipiConstants.OPERATION, AipiOperation.validateKey))
                .isEqualTo(true);
    }

    @Test
    void aJobThatTakesTooLongFailsWithItsId() throws Exception {
        CompletableFuture<Exchange> polled = template.asyncSend(
                "direct:impatient", exchange -> exchange.getMessage().setBody("slow @sleep=60"));
        CompletableFuture<Exchange> held = template.asyncSend(
                "direct:impatient-held", exchange -> exchange.getMessage().setBody("slow @sleep=60"));
        assertThat(polled.get(50, TimeUnit.SECONDS).getException())
                .isInstanceOfSatisfying(
                        JobTimeoutException.class,
                        timeout -> assertThat(timeout).hasMessageContaining(timeout.getJobId()));
        assertThat(held.get(50, TimeUnit.SECONDS).getException()).isInstanceOf(JobTimeoutException.class);
    }
}
