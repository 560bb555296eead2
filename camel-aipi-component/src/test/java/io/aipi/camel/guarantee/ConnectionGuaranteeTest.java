/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiEndpoint;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.LogCapture;
import io.aipi.testsupport.ScriptedServer;
import io.aipi.testsupport.ScriptedServer.Response;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is between a route and its server: the network, other servers, gateways. */
class ConnectionGuaranteeTest {

    private static final int PLENTY = 60;

    /** A server that gives an id again has lost the job that had it. */
    private static final Function<HttpMessage, Response> POLLED = ScriptedServer.jobs("\"text\":\"polled\"");

    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : toClose) {
            each.close();
        }
    }

    private ScriptedServer server(Function<HttpMessage, Response> script) throws IOException {
        ScriptedServer server = new ScriptedServer(script);
        toClose.add(0, server);
        return server;
    }

    private ProducerTemplate started(String serverUrl, TestContext.Routes routes) throws Exception {
        TestContext test = TestContext.started(serverUrl, "api-key-1", routes);
        toClose.add(0, test);
        return test.context().createProducerTemplate();
    }

    private static AipiException failureOf(ProducerTemplate template, String body) {
        Exchange exchange = template.request("direct:in", e -> e.getMessage().setBody(body));
        assertThat(exchange.getException()).isInstanceOf(AipiException.class);
        return (AipiException) exchange.getException();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 300_000})
    @Tag("case-A11")
    void aServerThatCompressesEverythingIsUnderstood(int length) throws Exception {
        String text = "a".repeat(length);
        Function<HttpMessage, Response> jobs = ScriptedServer.jobs("\"text\":\"" + text + "\"");
        ScriptedServer server = server(request -> jobs.apply(request).gzipped());
        ProducerTemplate template =
                started(server.url(), routes -> routes.from("direct:in").to("aipi:m"));

        assertThat(template.requestBody("direct:in", "hello", String.class)).isEqualTo(text);
    }

    @Test
    @Tag("case-A11")
    void aCompressedRefusalIsUnderstood() throws Exception {
        Response refusal = Response.json(400, "{\"success\":false,\"error\":[\"top_k must be an integer\"]}");
        ScriptedServer server =
                server(request -> (request.target().equals("/m") ? refusal : POLLED.apply(request)).gzipped());
        ProducerTemplate template =
                started(server.url(), routes -> routes.from("direct:in").to("aipi:m"));

        assertThat(failureOf(template, "hello"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("top_k must be an integer");
    }

    @Test
    @Tag("case-A11")
    void anEncodingThatIsNotUnderstoodIsNamed() throws Exception {
        ScriptedServer server = server(request -> POLLED.apply(request).with("Content-Encoding", "br"));
        ProducerTemplate template =
                started(server.url(), routes -> routes.from("direct:in").to("aipi:m?lazyLogin=true"));

        assertThat(failureOf(template, "hello")).hasMessageContaining("Content-Encoding br");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://gpu:77770", "http://gpu:0", "http://gpu:x"})
    @Tag("case-A19")
    void anImpossiblePortIsRefusedWhenTheEndpointIsMade(String serverUrl) {
        assertThatThrownBy(() -> make("aipi:m?lazyLogin=true&serverUrl=" + serverUrl))
                .rootCause()
                .hasMessageContaining(serverUrl)
                .hasMessageContaining("port");
    }

    @Test
    @Tag("case-E7")
    void aMissingSchemeIsSaidWhenTheEndpointIsMade() {
        assertThatThrownBy(() -> make("aipi:m?lazyLogin=true&serverUrl=127.0.0.1:7777"))
                .rootCause()
                .hasMessageContaining("did you mean http://127.0.0.1:7777?");
    }

    private static void make(String uri) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getEndpoint(uri);
        }
    }

    @Test
    @Tag("case-D6")
    void polledJobsNeverWaitBehindHeldRequests() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ScriptedServer server = server(request -> {
            if (!request.line().startsWith("POST /held ")) {
                return POLLED.apply(request);
            }
            awaitQuietly(release);
            return Response.ok("{\"success\":true,\"job_id\":\"JID0\",\"text\":\"held\"}");
        });
        ProducerTemplate template = started(server.url(), routes -> {
            routes.from("direct:in").to("aipi:m?lazyLogin=true");
            routes.from("direct:held").to("aipi:held?holdConnection=true&lazyLogin=true");
        });
        List<CompletableFuture<Object>> held = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            held.add(template.asyncRequestBody("direct:held", "hold " + i));
        }
        await().atMost(Duration.ofSeconds(PLENTY)).until(() -> server.connections() > 90);

        assertThat(template.requestBody("direct:in", "one", String.class)).isEqualTo("polled");
        assertThat(template.requestBody("direct:in", "two", String.class)).isEqualTo("polled");

        assertThat(held).noneMatch(CompletableFuture::isDone);
        release.countDown();
        for (CompletableFuture<Object> each : held) {
            assertThat(each.get(PLENTY, TimeUnit.SECONDS)).isEqualTo("held");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(PLENTY, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** It logs in, accepts, and answers no poll. */
    @Test
    @Tag("case-D5")
    void aServerThatFreezesWithAThousandJobsCostsAnotherServersJobsNothing() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger frozenSubmits = new AtomicInteger();
        AtomicInteger frozenPolls = new AtomicInteger();
        ScriptedServer frozen = server(request -> {
            if (request.target().endsWith("/progress")) {
                frozenPolls.incrementAndGet();
                awaitQuietly(release);
            } else if (request.line().startsWith("POST /m ")) {
                frozenSubmits.incrementAndGet();
            }
            return POLLED.apply(request);
        });
        ScriptedServer good = server(POLLED);
        ProducerTemplate template = started(frozen.url(), routes -> {
            routes.from("seda:frozen?concurrentConsumers=4&size=2000").to("aipi:m?lazyLogin=true");
            routes.from("seda:good?concurrentConsumers=4")
                    .to("aipi:m?lazyLogin=true&serverUrl=" + good.url())
                    .to("mock:good");
        });
        // the frozen jobs are not waited for
        template.getCamelContext().getShutdownStrategy().setTimeout(1);
        for (int i = 0; i < 1_000; i++) {
            template.sendBody("seda:frozen", "frozen " + i);
        }
        await().atMost(Duration.ofSeconds(PLENTY)).until(() -> frozenSubmits.get() == 1_000 && frozenPolls.get() > 50);
        MockEndpoint out = template.getCamelContext().getEndpoint("mock:good", MockEndpoint.class);
        out.expectedMessageCount(20);
        out.setResultWaitTime(20_000);

        for (int i = 0; i < 20; i++) {
            template.sendBody("seda:good", "good " + i);
        }

        out.assertIsSatisfied();
        assertThat(out.getExchanges())
                .allSatisfy(exchange ->
                        assertThat(exchange.getMessage().getBody(String.class)).isEqualTo("polled"));
        release.countDown();
    }

    @Test
    @Tag("case-B10")
    void aGatewayThatAsksForCredentialsIsToldFromTheServer() throws Exception {
        ScriptedServer gateway = server(request -> request.head().contains("Authorization: Basic Z2F0ZTp3YXk=\r\n")
                ? POLLED.apply(request)
                : Response.of(401, "text/html", "<html>").with("WWW-Authenticate", "Basic realm=\"gate\""));
        ProducerTemplate without =
                started(gateway.url(), routes -> routes.from("direct:in").to("aipi:m?lazyLogin=true"));
        AipiException asked = failureOf(without, "hello");
        ProducerTemplate with = started(
                gateway.url(),
                routes -> routes.from("direct:in").to("aipi:m?header.Authorization=RAW(Basic Z2F0ZTp3YXk=)"));

        assertThat(asked)
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("WWW-Authenticate: Basic")
                .hasMessageContaining("header.Authorization");
        assertThat(asked.getMessage()).doesNotContain("check apiKey");
        assertThat(with.requestBody("direct:in", "hello", String.class)).isEqualTo("polled");
    }

    /** The gateway repeats what it was told, in a way in which the server's own words are quoted. */
    @Test
    @Tag("case-B10")
    void whatGatewaysAreToldIsSeenNowhere() throws Exception {
        String secret = "gateway-token-77";
        Response refusal = Response.json(400, "{\"success\":false,\"error\":[\"token " + secret + " is no good\"]}");
        ScriptedServer gateway =
                server(request -> request.line().startsWith("POST /m ") ? refusal : POLLED.apply(request));
        try (LogCapture recorder = LogCapture.everything()) {
            TestContext test = TestContext.of(
                    gateway.url(),
                    "api-key-1",
                    component -> component.getConfiguration().setHttpHeaders(Map.of("X-Token", secret)),
                    routes -> routes.from("direct:in").to("aipi:m").log("done"));
            toClose.add(0, test);
            test.context().start();
            Exchange exchange = test.context()
                    .createProducerTemplate()
                    .request("direct:in", e -> e.getMessage().setBody("hello"));
            recorder.see("failure", exchange.getException());
            recorder.see("properties", exchange.getAllProperties());
            recorder.see("headers", exchange.getMessage().getHeaders());
            close();
            toClose.clear();

            assertThat(exchange.getException()).hasMessageContaining("token xxxxxx is no good");
            assertThat(recorder.textsWith(secret)).isEmpty();
        }
    }

    @Test
    @Tag("case-B10")
    void whatIsSecretInAUriIsWarnedOf_andNotQuoted() throws Exception {
        try (LogCapture logs = LogCapture.everything();
                DefaultCamelContext context = new DefaultCamelContext()) {
            AipiEndpoint endpoint = context.getEndpoint(
                    "aipi:m?serverUrl=http://gpu&proxyHost=proxy&proxyPort=3128&proxyUser=RAW(user-1)"
                            + "&proxyPassword=RAW(secret-2)&header.Authorization=RAW(Basic secret-3)",
                    AipiEndpoint.class);

            assertThat(logs.textsWith("contains header.Authorization, proxyPassword, proxyUser."))
                    .singleElement()
                    .asString()
                    .doesNotContain("user-1")
                    .doesNotContain("secret-2")
                    .doesNotContain("secret-3");
            assertThat(endpoint.getConfiguration().getProxyUser()).isEqualTo("user-1");
            assertThat(endpoint.getConfiguration().getProxyPassword()).isEqualTo("secret-2");
            assertThat(endpoint.getConfiguration().getHttpHeaders()).containsEntry("Authorization", "Basic secret-3");
        }
    }

    @Test
    @Tag("case-B11")
    void aRefusalOfALongRequestBySomethingBetweenNamesTheRequestsSize() throws Exception {
        Response tooLarge = Response.of(413, "text/html", "<html><center>413 Request Entity Too Large</center>");
        ScriptedServer nginx = server(request -> request.body().length > 1_000_000 ? tooLarge : POLLED.apply(request));
        ProducerTemplate template =
                started(nginx.url(), routes -> routes.from("direct:in").to("aipi:m"));

        AipiException refused = failureOf(template, "x".repeat(3_000_000));

        assertThat(refused).isInstanceOf(InvalidRequestException.class).hasMessageContaining("something between");
        assertThat(refused.getMessage())
                .containsPattern("The request of 30000\\d\\d bytes")
                .doesNotContain("100000000");
    }

    @Test
    @Tag("case-B8")
    void aServerMayHaveAnUnderscoreInItsName() throws Exception {
        ProducerTemplate template = started(
                "http://gpu_server.invalid:7777",
                routes -> routes.from("direct:in").to("aipi:m?lazyLogin=true"));

        assertThatThrownBy(() -> template.requestBody("direct:in", "hello"))
                .isInstanceOf(CamelExecutionException.class)
                .rootCause()
                .isInstanceOf(UnknownHostException.class);
    }
}
