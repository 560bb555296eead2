/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.TextNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.aipi.camel.AipiConstants;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each mistake gives one typed error that names what to change, when the route starts where it can be known then. */
class BadInputGuaranteeTest {

    private static final String HTML = "<!DOCTYPE html><html><body>It works!</body></html>";

    private static AipiSimulator server;

    @BeforeAll
    static void start() throws Exception {
        server = AipiSimulator.builder()
                .apiKey("key-1")
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .endpoint(SimulatedEndpoint.image("picture"))
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\n"})
    void anEmptyBody(String body) throws Exception {
        assertFailure("aipi:chat", body, Map.of(), InvalidRequestException.class)
                .hasMessageContaining("body is empty")
                .hasMessageContaining(AipiConstants.PROMPT);
        assertFailure("aipi:chat", TextNode.valueOf(body), Map.of(), InvalidRequestException.class)
                .hasMessageContaining("body is empty");
    }

    @Test
    void noBodyAtAll() throws Exception {
        assertFailure("aipi:chat", null, Map.of(), InvalidRequestException.class)
                .hasMessageContaining("Nothing to send");
    }

    @Test
    void anUnknownEndpointAtRouteStart() {
        assertStartFailure("aipi:chatt", server.url(), "key-1", EndpointUnavailableException.class)
                .hasMessageContaining("chatt")
                .hasMessageContaining("no endpoint of this name; it has chat, picture");
    }

    @Test
    void anUnknownEndpointWithoutALoginIsFoundInTheServersList() {
        assertStartFailure("aipi:chatt?loginMode=none", server.url(), "key-1", EndpointUnavailableException.class)
                .hasMessageContaining("it has chat, picture");
    }

    @Test
    void anUnknownEndpointOfADocumentedServerAtRouteStart() throws Exception {
        try (AipiSimulator documented = AipiSimulator.builder()
                .generation(Generation.DOCUMENTED)
                .endpoint(SimulatedEndpoint.chat("chat", "prompt"))
                .start()) {
            assertStartFailure("aipi:chatt", documented.url(), null, AuthenticationException.class)
                    .hasMessageContaining("Unknown endpoint chatt");
        }
    }

    @Test
    void aFixedParameterOfTheWrongTypeAtRouteStart() {
        assertStartFailure("aipi:chat?param.top_k=forty", server.url(), "key-1", InvalidRequestException.class)
                .hasMessageContaining("top_k must be an integer, but is 'forty'");
    }

    @Test
    void anUnknownFixedParameterAtRouteStart() {
        assertStartFailure("aipi:chat?param.topk=40", server.url(), "key-1", InvalidRequestException.class)
                .hasMessageContaining("no parameter topk")
                .hasMessageContaining("top_k");
    }

    @Test
    void aParameterOfTheMessageOfTheWrongType() throws Exception {
        assertFailure("aipi:chat", Map.of("text", "hello", "top_k", "forty"), Map.of(), InvalidRequestException.class)
                .hasMessageContaining("top_k must be an integer");
        assertFailure("aipi:chat", Map.of("text", 5), Map.of(), InvalidRequestException.class)
                .hasMessageContaining("text=5");
    }

    @Test
    void binaryWhereTextIsDue() throws Exception {
        assertFailure(
                        "aipi:chat",
                        new byte[] {0, (byte) 0xff, (byte) 0xfe, 1, 2},
                        Map.of(),
                        InvalidRequestException.class)
                .hasMessageContaining("neither UTF-8 text nor an image");
    }

    @Test
    void aJsonBodyThatIsNone() throws Exception {
        Map<String, Object> json = Map.of(Exchange.CONTENT_TYPE, "application/json");
        assertFailure("aipi:chat", "{\"text\": ", json, InvalidRequestException.class)
                .hasMessageContaining("content type is JSON but its body is not");
        assertFailure("aipi:chat", "[1, 2]", json, InvalidRequestException.class)
                .hasMessageContaining("must be an object");
    }

    @Test
    void aBodyThatIsNothingOfUse() throws Exception {
        assertFailure("aipi:chat", new Object(), Map.of(), InvalidRequestException.class)
                .hasMessageContaining("neither text, JSON, a map nor a file");
        assertFailure("aipi:chat", List.of("What is this?", 2), Map.of(), InvalidRequestException.class)
                .hasMessageContaining("java.lang.Integer")
                .hasMessageContaining("neither text nor a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "client_session_auth_key", "wait_for_result", "job_id"})
    void aParameterThatBelongsToTheProtocol(String name) throws Exception {
        assertFailure("aipi:chat", Map.of("text", "hello", name, "x"), Map.of(), InvalidRequestException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("belongs to the protocol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"aipi:%20", "aipi:?lazyLogin=true"})
    void aMissingNameOfTheEndpoint(String uri) {
        assertStartFailure(uri, server.url(), "key-1", IllegalArgumentException.class)
                .hasMessageContaining("aipi:NAME");
    }

    @Test
    void aMissingServerUrl() {
        assertStartFailure("aipi:chat", null, null, IllegalArgumentException.class)
                .hasMessageContaining("serverUrl is missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gpu-server:7777", "ftp://gpu-server", "http://", "http://me:secret@gpu-server", "not a url"})
    void aServerUrlThatIsNone(String url) {
        assertStartFailure("aipi:chat", url, null, IllegalArgumentException.class)
                .hasMessageContaining("serverUrl")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aServerThatCannotBeReachedAtRouteStart() throws Exception {
        assertStartFailure("aipi:chat", closedPort(), "key-1", ConnectionFailedException.class)
                .hasMessageContaining("cannot connect to");
    }

    @Test
    void aServerThatCannotBeReachedAtTheFirstExchange() throws Exception {
        assertThat(failure("aipi:chat?lazyLogin=true", closedPort(), "hello", Map.of()))
                .isInstanceOfSatisfying(
                        ConnectionFailedException.class,
                        e -> assertThat(e.isRequestSent()).isFalse())
                .hasMessageContaining("cannot connect to");
    }

    /** With lazyLogin nothing of this stands in the way of the route; the exchange learns it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aipi:chatt?lazyLogin=true                  | key-1 | EndpointUnavailableException | it has chat, picture",
                "aipi:chat?lazyLogin=true&param.top_k=forty | key-1 | InvalidRequestException      | top_k must be an integer",
                "aipi:chat?lazyLogin=true&param.topk=40     | key-1 | InvalidRequestException      | topk",
                "aipi:chat?lazyLogin=true                   | wrong | AuthenticationException      | check user, apiKey",
                "aipi:chat?lazyLogin=true&loginMode=shared | key-1 | EndpointUnavailableException | serverUrl",
                "aipi:chat?lazyLogin=true&loginMode=none   | wrong | AuthenticationException      | check apiKey"
            })
    void whatIsWrongWithTheServerIsToldToTheFirstExchangeWhenTheLoginIsLazy(
            String uri, String key, String type, String words) throws Exception {
        assertThat(failure(uri, server.url(), key, "hello", Map.of()))
                .hasMessageContaining(words)
                .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(type));
    }

    @Test
    void htmlInsteadOfJsonAtALazyLogin() throws Exception {
        try (Web web = new Web()) {
            web.stub(any(anyUrl()).willReturn(html()));
            assertThat(failure("aipi:chat?lazyLogin=true", web.url(), "hello", Map.of()))
                    .isInstanceOf(ProtocolViolationException.class)
                    .hasMessageContaining("text/html")
                    .hasMessageContaining("serverUrl");
        }
    }

    @Test
    void aRefusedKeyAtRouteStart() {
        assertStartFailure("aipi:chat", server.url(), "wrong", AuthenticationException.class)
                .hasMessageContaining("Key not valid")
                .hasMessageContaining("apiKey");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key-1\n", "key-1\r\n", " \tkey-1  "})
    @Tag("case-B7")
    void lineEndsAndBlanksAroundAKeyAreDropped(String key) throws Exception {
        try (TestContext test = TestContext.started(
                server.url(), key, routes -> routes.from("direct:in").to("aipi:chat"))) {
            assertThat(test.context().createProducerTemplate().requestBody("direct:in", "hello", String.class))
                    .contains("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"key\n-1", "key\u0000-1", "key\t-1", "key-1\u0007"})
    @Tag("case-B7")
    void aControlCharacterInAKey(String key) {
        assertThat(startFailure("aipi:chat?lazyLogin=true", server.url(), key))
                .hasMessageContaining("apiKey has a control character in it")
                .hasMessageNotContaining(key)
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void htmlInsteadOfJsonAtLogin() {
        try (Web web = new Web()) {
            web.stub(any(anyUrl()).willReturn(html()));
            assertStartFailure("aipi:chat", web.url(), "key-1", ProtocolViolationException.class)
                    .hasMessageContaining("text/html")
                    .hasMessageContaining("check that serverUrl is the address of an AIPI server");
        }
    }

    @Test
    void htmlInsteadOfJsonAtTheSubmit() throws Exception {
        try (Web web = new Web()) {
            web.stub(any(anyUrl()).willReturn(aResponse().withStatus(404)));
            web.stub(post(urlPathEqualTo("/login")).willReturn(okJson("{\"client_session_auth_key\": \"s\"}")));
            web.stub(post(urlPathEqualTo("/chat")).willReturn(html()));
            assertThat(failure("aipi:chat", web.url(), "hello", Map.of()))
                    .isInstanceOf(ProtocolViolationException.class)
                    .hasMessageContaining("text/html");
        }
    }

    @Test
    void htmlInsteadOfJsonAtEachPoll() throws Exception {
        try (Web web = new Web()) {
            web.stub(any(anyUrl()).willReturn(aResponse().withStatus(404)));
            web.stub(post(urlPathEqualTo("/login")).willReturn(okJson("{\"client_session_auth_key\": \"s\"}")));
            web.stub(post(urlPathEqualTo("/chat")).willReturn(okJson("{\"success\": true, \"job_id\": \"JID1\"}")));
            web.stub(post(urlPathEqualTo("/chat/progress")).willReturn(html()));
            assertThat(failure("aipi:chat?pollFailureTimeout=200", web.url(), "hello", Map.of()))
                    .isInstanceOfSatisfying(
                            ProtocolViolationException.class,
                            e -> assertThat(e.getJobId()).isEqualTo("JID1"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loginMode=maybe",
                "pollInterval=10s",
                "proxyHost=proxy",
                "proxyPort=3128",
                "proxyHost=no host&proxyPort=3128",
                "proxyHost=proxy&proxyPort=-5",
                "pollInterval=quick",
                "outputType=poem",
                "operation=think",
                "jobTimeout=0",
                "maxConnections=0",
                "maxInFlight=-1",
                "maxResponseSize=0",
                "waitForResult=false&holdConnection=true"
            })
    void anOptionThatMakesNoSense(String option) {
        String name = option.startsWith("waitForResult") ? "holdConnection" : option.split("=", 2)[0];
        assertThat(startFailure("aipi:chat?" + option, server.url(), "key-1"))
                .hasMessageContaining(name)
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    private AbstractThrowableAssert<?, ?> assertFailure(
            String uri, Object body, Map<String, Object> headers, Class<? extends Throwable> type) throws Exception {
        return assertThat(failure(uri, server.url(), body, headers)).isInstanceOf(type);
    }

    private static Throwable failure(String uri, String serverUrl, Object body, Map<String, Object> headers)
            throws Exception {
        return failure(uri, serverUrl, "key-1", body, headers);
    }

    private static Throwable failure(String uri, String serverUrl, String key, Object body, Map<String, Object> headers)
            throws Exception {
        try (TestContext test = TestContext.started(
                serverUrl, key, routes -> routes.from("direct:in").to(uri))) {
            Throwable failure = test.context()
                    .createProducerTemplate()
                    .request("direct:in", exchange -> {
                        exchange.getMessage().setBody(body);
                        exchange.getMessage().setHeaders(new HashMap<>(headers));
                    })
                    .getException();
            assertThatOneErrorIsTyped(failure);
            return failure;
        }
    }

    /** The one that says what to change; what it was made of may stand below it, but no second opinion. */
    private static void assertThatOneErrorIsTyped(Throwable failure) {
        long typed = Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .filter(AipiException.class::isInstance)
                .count();
        assertThat(typed).as("typed errors in %s", failure).isEqualTo(1);
    }

    private static AbstractThrowableAssert<?, ?> assertStartFailure(
            String uri, String serverUrl, String key, Class<? extends Throwable> type) {
        Throwable failure = startFailure(uri, serverUrl, key);
        Throwable typed = ObjectHelper.getException(type, failure);
        assertThat(typed).as("%s in %s", type, failure).isNotNull();
        return assertThat(typed);
    }

    private static Throwable startFailure(String uri, String serverUrl, String key) {
        Throwable failure = catchThrowable(() -> {
            try (TestContext test = TestContext.of(
                    serverUrl,
                    key,
                    component -> {},
                    routes -> routes.from("direct:in").to(uri))) {
                test.context().start();
            }
        });
        assertThat(failure).as("the start must fail").isNotNull();
        return failure;
    }

    private static ResponseDefinitionBuilder html() {
        return aResponse()
                .withHeader("Content-Type", "text/html; charset=utf-8")
                .withBody(HTML);
    }

    /** One that nobody is given by chance, as a free one could be meanwhile. */
    private static String closedPort() {
        return "http://127.0.0.1:1";
    }

    /** A web server that is no AIPI server, or half of one. */
    private static final class Web implements AutoCloseable {

        private final WireMockServer server =
                new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

        Web() {
            server.start();
        }

        void stub(MappingBuilder mapping) {
            server.stubFor(mapping);
        }

        String url() {
            return "http://127.0.0.1:" + server.port();
        }

        @Override
        public void close() {
            server.stop();
        }
    }
}
