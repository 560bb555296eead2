/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Media;
import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.ScriptedServer;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who sends a message chooses what is asked of the model and nothing else: not where, as whom, of which endpoint or by which
 * operation. The senders here can set any header, as those of components can that filter none.
 */
class MessageTrustGuaranteeTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ScriptedServer server;
    private ScriptedServer elsewhere;
    private TestContext test;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer(ScriptedServer.jobs("\"text\":\"hello\""));
        elsewhere = new ScriptedServer(ScriptedServer.jobs("\"text\":\"a trap\""));
        test = TestContext.started(server.url(), "a-secret-api-key", routes -> {
            routes.from("direct:in").to("aipi:chat?lazyLogin=true");
            routes.from("direct:detached").to("aipi:chat?lazyLogin=true&waitForResult=false");
            routes.from("direct:result").to("aipi:chat?lazyLogin=true&operation=result");
            routes.from("direct:cleaned").removeHeaders("(?i)CamelAipi.*").to("aipi:chat?lazyLogin=true");
            routes.from("direct:open").to("aipi:chat?lazyLogin=true&allowOperationFromHeader=true");
        });
    }

    @AfterEach
    void stop() throws Exception {
        test.close();
        server.close();
        elsewhere.close();
    }

    /** Every option there is, under every name that a header for it could have. */
    @ParameterizedTest
    @ValueSource(strings = {"direct:in", "direct:detached"})
    void noHeaderPropertyOrVariableIsAnOption(String route) throws Exception {
        Map<String, Object> hostile = new HashMap<>();
        for (String option : options()) {
            Object value = option.toLowerCase(Locale.ROOT).contains("url") ? elsewhere.url() : "hostile";
            String capital = option.substring(0, 1).toUpperCase(Locale.ROOT) + option.substring(1);
            for (String name : List.of(option, "CamelAipi" + capital, "aipi." + option, "aipi-" + option)) {
                hostile.put(name, value);
            }
        }
        // has a meaning, and a test of its own
        hostile.remove(AipiConstants.OPERATION);
        hostile.remove(AipiConstants.PARAMETERS);
        hostile.put(AipiConstants.ENDPOINT, "other");
        hostile.put(AipiConstants.JOB_ID, "another-job");
        hostile.put(AipiConstants.JOB_STATE, "done");
        hostile.put(Exchange.HTTP_URI, elsewhere.url());
        hostile.put(Exchange.HTTP_HOST, elsewhere.url());
        hostile.put(Exchange.HTTP_PATH, "/other");
        hostile.put(Exchange.HTTP_QUERY, "key=hostile");
        hostile.put(Exchange.TO_ENDPOINT, "aipi:other");
        hostile.put("Authorization", "Bearer hostile");
        hostile.put("Host", "elsewhere.invalid");
        hostile.put("Cookie", "hostile");

        Exchange exchange = test.context().createProducerTemplate().request(route, one -> {
            one.getMessage().setBody("hi");
            hostile.forEach((name, value) -> {
                one.getMessage().setHeader(name, value);
                if (!name.startsWith("CamelToEndpoint")) {
                    one.setProperty(name, value);
                }
                one.setVariable(name, value);
            });
        });

        assertThat(hostile).hasSizeGreaterThan(100);
        assertThat(exchange.getException()).isNull();
        assertThat(elsewhere.connections()).isZero();
        List<String> lines = server.requests().stream().map(HttpMessage::line).toList();
        List<String> expected = new ArrayList<>(
                List.of("POST /login HTTP/1.1", "GET /api/endpoints/chat HTTP/1.1", "POST /chat HTTP/1.1"));
        if ("direct:in".equals(route)) {
            expected.add("POST /chat/progress HTTP/1.1");
        }
        assertThat(lines).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(server.requests())
                .allSatisfy(request -> assertThat(request.head() + request.text())
                        .doesNotContain("hostile", "another-job", "elsewhere"));
    }

    private static List<String> options() throws Exception {
        try (InputStream json = AipiComponent.class.getResourceAsStream("/META-INF/io/aipi/camel/aipi.json")) {
            JsonNode catalog = JSON.readTree(json);
            List<String> names = new ArrayList<>();
            for (String section : List.of("properties", "componentProperties")) {
                catalog.get(section).fieldNames().forEachRemaining(names::add);
            }
            return names;
        }
    }

    /** A sender could take another one's result, which there is once, or see what else the server has. */
    @ParameterizedTest
    @ValueSource(strings = {"result", "progress", "describe", "list", "validateKey", "LIST"})
    void aHeaderChoosesNoOperationUnlessTheRouteAllowsIt(String operation) {
        Exchange refused = send("direct:in", "a-job-of-somebody-else", Map.of(AipiConstants.OPERATION, operation));

        assertThat(refused.getException())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("allowOperationFromHeader");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void norDoesItMakeASubmitOfALook() {
        Exchange refused = send("direct:result", "JID1", Map.of(AipiConstants.OPERATION, "submit"));

        assertThat(refused.getException()).isInstanceOf(InvalidRequestException.class);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aHeaderThatSaysWhatTheEndpointDoesAnywayIsNoMatter() {
        Exchange sent = send("direct:in", "hi", Map.of(AipiConstants.OPERATION, "submit"));

        assertThat(sent.getMessage().getBody()).isEqualTo("hello");
    }

    @Test
    void whereTheRouteAllowsItTheHeaderChooses() {
        Exchange result = send("direct:open", "JID7", Map.of(AipiConstants.OPERATION, "result"));

        assertThat(result.getMessage().getBody()).isEqualTo("hello");
        assertThat(server.requests()).noneMatch(request -> request.line().startsWith("POST /chat "));
    }

    static Stream<Object[]> protocolFields() throws Exception {
        List<Object[]> all = new ArrayList<>();
        for (String field : List.of("key", "client_session_auth_key", "wait_for_result", "job_id")) {
            String json = "{\"prompt\":\"hi\",\"" + field + "\":\"hostile\"}";
            Map<String, Object> map = Map.of("prompt", "hi", field, "hostile");
            Map<String, Object> isJson = Map.of(Exchange.CONTENT_TYPE, "application/json");
            all.add(new Object[] {map, Map.of()});
            all.add(new Object[] {json, isJson});
            all.add(new Object[] {json, Map.of(Exchange.FILE_CONTENT_TYPE, "application/json")});
            all.add(new Object[] {json.getBytes(StandardCharsets.UTF_8), isJson});
            all.add(new Object[] {JSON.readTree(json), Map.of()});
            all.add(new Object[] {"hi", Map.of(AipiConstants.PARAMETERS, map)});
            all.add(new Object[] {new AipiRequest("hi", map), Map.of()});
            all.add(new Object[] {new Media(field, "image/png", new byte[] {1}), Map.of(AipiConstants.PROMPT, "hi")});
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("protocolFields")
    void aFieldOfTheProtocolIsRefusedHoweverItComes(Object body, Map<String, Object> headers) {
        Exchange refused = send("direct:in", body, headers);

        assertThat(refused.getException())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("belongs to the protocol");
        assertThat(server.requests()).noneMatch(request -> request.line().startsWith("POST /chat"));
    }

    /** A parameter of the same name twice, the second one in another way, is no way around it. */
    @Test
    void norDoesAParameterComeInTwice() throws Exception {
        send(
                "direct:in",
                "{\"prompt\":\"hi\",\"x\":{\"key\":\"nested\"},\"x\":\"2\"}",
                Map.of(Exchange.CONTENT_TYPE, "application/json"));

        HttpMessage submit = server.requests().stream()
                .filter(request -> request.line().startsWith("POST /chat "))
                .findFirst()
                .orElseThrow();
        assertThat(JSON.readTree(submit.text()))
                .isEqualTo(JSON.readTree("{\"prompt\":\"hi\",\"x\":\"2\",\"wait_for_result\":false,"
                        + "\"client_session_auth_key\":\"a-session-key\"}"));
    }

    /** What Camel's HTTP consumers do with headers from outside: none of the component's comes in. */
    @Test
    void camelsHttpConsumersLetNoneOfTheHeadersIn() throws Exception {
        HttpHeaderFilterStrategy filter = new HttpHeaderFilterStrategy();
        Exchange exchange = new DefaultExchange(test.context());
        for (Field constant : AipiConstants.class.getFields()) {
            String name = (String) constant.get(null);
            for (String written : List.of(name, name.toLowerCase(Locale.ROOT), name.toUpperCase(Locale.ROOT))) {
                assertThat(filter.applyFilterToExternalHeaders(written, "x", exchange))
                        .as(written)
                        .isTrue();
            }
        }
    }

    /** As the documentation says it: Camel's JMS consumer lets headers in whose case is another, and Camel reads them all the same. */
    @ParameterizedTest
    @ValueSource(strings = {"CamelAipi", "camelaipi", "CAMELAIPI", "cAmElAiPi"})
    void aRouteCanTakeTheHeadersOffInWhateverCase(String prefix) throws Exception {
        Exchange sent = send(
                "direct:cleaned",
                "hi",
                Map.of(prefix + "OPERATION", "list", prefix + "prompt", "hostile", "other", "x"));

        assertThat(sent.getMessage().getBody()).isEqualTo("hello");
        assertThat(sent.getMessage().getHeader("other")).isEqualTo("x");
        assertThat(server.requests())
                .allSatisfy(request -> assertThat(request.text()).doesNotContain("hostile"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"camelaipioperation", "CAMELAIPIOPERATION"})
    void norDoesOneInAnotherCaseChooseTheOperation(String name) {
        Exchange refused = send("direct:in", "a-job-of-somebody-else", Map.of(name, "result"));

        assertThat(refused.getException()).isInstanceOf(InvalidRequestException.class);
        assertThat(server.requests()).isEmpty();
    }

    private Exchange send(String route, Object body, Map<String, Object> headers) {
        return test.context().createProducerTemplate().request(route, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
    }
}
