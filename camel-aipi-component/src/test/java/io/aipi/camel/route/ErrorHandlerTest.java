/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.QueueFullException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ErrorHandlerTest extends CamelTestSupport {

    private static final String QUEUE_FULL =
            "{\"success\": false, \"error\": \"Job queue reached max length 2!\", \"ep_version\": 1}";
    private static final WireMockServer SERVER =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

    @BeforeAll
    static void startServer() {
        SERVER.start();
    }

    @AfterAll
    static void stopServer() {
        SERVER.stop();
    }

    @BeforeEach
    void aServerWhoseQueueIsFullTwice() {
        SERVER.resetAll();
        SERVER.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(404)));
        SERVER.stubFor(post(urlPathEqualTo("/login")).willReturn(okJson("{\"client_session_auth_key\": \"s\"}")));
        queueState(Scenario.STARTED, "full", 400, QUEUE_FULL);
        queueState("full", "free", 400, QUEUE_FULL);
        queueState("free", "free", 200, "{\"success\": true, \"job_id\": \"JID1\", \"text\": \"answer\"}");
        SERVER.stubFor(
                post(urlPathEqualTo("/refusing"))
                        .willReturn(
                                aResponse()
                                        .withStatus(400)
                                        .withBody(
                                                "{\"success\": false, \"error\": [\"Invalid input parameter(s): foo\", \"and more\"]}")));
    }

    private static void queueState(String state, String next, int status, String body) {
        SERVER.stubFor(post(urlPathEqualTo("/busy"))
                .inScenario("queue")
                .whenScenarioStateIs(state)
                .willSetStateTo(next)
                .willReturn(aResponse()
                        .withStatus(status)
                        .withHeader("Content-Type", "application/json")
                        .withBody(body)));
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        String busy = "aipi:busy?lazyLogin=true&serverUrl=http://127.0.0.1:" + SERVER.port();
        String refusing = busy.replace("busy", "refusing");
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:by-type")
                        .onException(QueueFullException.class)
                        .maximumRedeliveries(5)
                        .redeliveryDelay(10)
                        .end()
                        .to(busy);
                from("direct:by-predicate")
                        .onException(AipiException.class)
                        .onWhen(simple("${exception.retryable}"))
                        .maximumRedeliveries(5)
                        .redeliveryDelay(10)
                        .end()
                        .to(busy);
                from("direct:not-retryable")
                        .onException(AipiException.class)
                        .onWhen(simple("${exception.retryable}"))
                        .maximumRedeliveries(5)
                        .redeliveryDelay(10)
                        .end()
                        .to(refusing);
                from("direct:handled")
                        .onException(InvalidRequestException.class)
                        .handled(true)
                        .setBody(simple("${exception.messages}"))
                        .end()
                        .to(refusing);
                from("direct:dead-letter")
                        .errorHandler(deadLetterChannel("mock:dead").useOriginalMessage())
                        .to(refusing);
                from("direct:try")
                        .doTry()
                        .to(refusing)
                        .doCatch(InvalidRequestException.class)
                        .setBody(constant("caught"))
                        .end();
                from("direct:patient").to(busy + "&queueFullTimeout=20s&maxPollInterval=500");
            }
        };
    }

    @Test
    void aRedeliveryByTypeSendsTheSameRequestAgain() throws Exception {
        assertThat(template.requestBody("direct:by-type", "Hello")).isEqualTo("answer");
        assertThreeEqualRequests();
    }

    @Test
    void soItDoesForAStream() throws Exception {
        assertThat(template.requestBody(
                        "direct:by-type", new ByteArrayInputStream("Hello".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("answer");
        assertThreeEqualRequests();
    }

    @Test
    void aRouteCanAskWhetherSendingAgainHelps() throws Exception {
        assertThat(template.requestBody("direct:by-predicate", "Hello")).isEqualTo("answer");
        assertThreeEqualRequests();
        Exchange refused = template.request(
                "direct:not-retryable", exchange -> exchange.getMessage().setBody("Hello"));
        assertThat(refused.getException()).isInstanceOf(InvalidRequestException.class);
        assertThat(SERVER.findAll(postRequestedFor(urlPathEqualTo("/refusing"))))
                .hasSize(1);
    }

    @Test
    void aHandledErrorHasAllTheServersReasons() {
        assertThat(template.requestBody("direct:handled", "Hello", String.class))
                .contains("Invalid input parameter(s): foo")
                .contains("and more");
    }

    @Test
    void aDeadLetterIsTheOriginalMessageWithTheReason() throws Exception {
        getMockEndpoint("mock:dead").expectedBodiesReceived("Hello");
        template.sendBody("direct:dead-letter", "Hello");
        getMockEndpoint("mock:dead").assertIsSatisfied();
        assertThat(getMockEndpoint("mock:dead").getExchanges().get(0).getProperty(Exchange.EXCEPTION_CAUGHT))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void doCatchCatches() {
        assertThat(template.requestBody("direct:try", "Hello")).isEqualTo("caught");
    }

    @Test
    void queueFullTimeoutNeedsNoErrorHandler() throws Exception {
        assertThat(template.requestBody("direct:patient", "Hello")).isEqualTo("answer");
        assertThreeEqualRequests();
    }

    private static void assertThreeEqualRequests() {
        Set<String> bodies = SERVER.findAll(postRequestedFor(urlPathEqualTo("/busy"))).stream()
                .map(request -> request.getBodyAsString())
                .collect(Collectors.toSet());
        assertThat(SERVER.findAll(postRequestedFor(urlPathEqualTo("/busy")))).hasSize(3);
        assertThat(bodies).hasSize(1).allMatch(body -> body.contains("Hello"));
    }
}
