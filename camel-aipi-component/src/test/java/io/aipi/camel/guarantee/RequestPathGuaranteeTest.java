/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.AipiConstants;
import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.ScriptedServer;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in an endpoint's name or a job's id leads no request elsewhere, as seen by the server. */
class RequestPathGuaranteeTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "a-secret-api-key";

    private ScriptedServer server;
    private TestContext test;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer(ScriptedServer.jobs("\"text\":\"hello\""));
        test = TestContext.started(server.url(), KEY, routes -> {
            routes.from("direct:named").toD("aipi:${header.model}?lazyLogin=true");
            routes.from("direct:look").to("aipi:chat?lazyLogin=true&operation=progress");
            routes.from("direct:result").to("aipi:chat?lazyLogin=true&operation=result");
        });
    }

    @AfterEach
    void stop() throws Exception {
        test.close();
        server.close();
    }

    /** Nothing at all is sent, not even a login. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "../login",
                "..%2flogin",
                "..%2F..%2Fapi",
                "%2e%2e/login",
                "%2e%2e",
                "chat/../login",
                "chat/progress",
                "chat%2fprogress",
                "/login",
                "chat\\..\\login",
                "chat%5C..%5Clogin",
                "chat%00",
                "chat%0d%0aX-Injected:%20yes",
                "chat%0D%0A%0D%0APOST%20/login%20HTTP/1.1",
                "chat%0a",
                "%252e%252e%252f",
                "..%255clogin",
                "chat\u0000",
                "a\tb"
            })
    void aNameThatLeadsElsewhereIsRefused(String name) {
        Exchange exchange = ask(name);

        assertThat(exchange.getException())
                .satisfiesAnyOf(
                        refused -> assertThat(refused).hasStackTraceContaining("endpointName"),
                        // by Camel, before the component sees it
                        refused -> assertThat(refused).hasStackTraceContaining("Illegal character"));
        assertThat(server.requests()).isEmpty();
    }

    /** Camel makes one line of a URI that has several. */
    @ParameterizedTest
    @ValueSource(strings = {"chat\r\nX-Injected: yes", "chat\r\n\r\nPOST /login HTTP/1.1\r\n\r\n", "chat\n"})
    void aLineBreakInANameBeginsNoLineOnTheWire(String name) {
        ask(name);

        assertThat(server.requests())
                .allSatisfy(request ->
                        assertThat(request.head().lines()).noneMatch(line -> line.matches("(?i)x-injected.*")));
        assertThat(lines()).allMatch(line -> line.matches("(GET|POST) [!-~]+ HTTP/1\\.1"));
        assertThat(lines()).filteredOn(line -> line.contains("/login")).hasSizeLessThan(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a;b=c",
                "m\u00f6dell",
                "\u6a21\u578b",
                "a:b@c",
                "...",
                "..chat",
                "chat..",
                "a%23b",
                "a%25b",
                "a%20b",
                "a b"
            })
    void anyOtherIsOneSegmentOfThePath(String name) {
        Exchange exchange = ask(name);

        assertThat(exchange.getException()).isNull();
        assertThat(lines()).allMatch(line -> line.matches("(GET|POST) [!-~]+ HTTP/1\\.1"));
        String submit = targets().stream()
                .filter(target -> !target.startsWith("/api/") && !target.matches("/login|.*/progress"))
                .findFirst()
                .orElseThrow();
        assertThat(submit).matches("/[A-Za-z0-9%_*-]+");
        String decoded = URLDecoder.decode(submit.substring(1), StandardCharsets.UTF_8);
        assertThat(exchange.getMessage().getHeader(AipiConstants.ENDPOINT)).isEqualTo(decoded);
        assertThat(targets()).contains(submit + "/progress");
        assertThat(URI.create(server.url() + submit + "/progress").normalize().getRawPath())
                .isEqualTo(submit + "/progress");
    }

    /** What follows a number sign or a question mark in an endpoint's URI is Camel's: it never reaches the path. */
    @Test
    void aQueryInANameIsNoQueryOnTheWire() {
        ask("chat?param.extra=1&x=");
        ask("chat#/../login?key=x");
        ask("chat%3Fx=1");

        assertThat(targets())
                .noneMatch(target -> target.contains("#") || target.contains("..") || target.contains("x="));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../login",
                "87c45f9a#28",
                "a?key=x&b",
                "JID1\r\nX-Injected: yes",
                "JID1\r\n\r\nPOST /login HTTP/1.1",
                "a\u0000b",
                "a\",\"wait_for_result\":true,\"x\":\"",
                "J\u00f6b-\u6a21\ud83e\udd99",
                "a\\b/c"
            })
    void aJobsIdStandsInTheBodyAndNowhereElse(String jobId) throws Exception {
        for (String route : List.of("direct:look", "direct:result")) {
            Exchange exchange = test.context()
                    .createProducerTemplate()
                    .request(route, one -> one.getMessage().setHeader(AipiConstants.JOB_ID, jobId));
            assertThat(exchange.getException()).isNull();
        }

        List<HttpMessage> polls = server.requests().stream()
                .filter(request -> request.target().endsWith("/progress"))
                .toList();
        assertThat(polls).hasSize(2);
        for (HttpMessage poll : polls) {
            assertThat(poll.line()).isEqualTo("POST /chat/progress HTTP/1.1");
            assertThat(poll.head()).doesNotContain("Injected");
            assertThat(JSON.readTree(poll.text()))
                    .isEqualTo(JSON.valueToTree(Map.of("client_session_auth_key", "a-session-key", "job_id", jobId)));
        }
        assertThat(targets()).containsOnly("/login", "/chat/progress");
    }

    private Exchange ask(String name) {
        return test.context().createProducerTemplate().request("direct:named", one -> {
            one.getMessage().setBody("hi");
            one.getMessage().setHeader("model", name);
        });
    }

    private List<String> lines() {
        return server.requests().stream().map(HttpMessage::line).toList();
    }

    private List<String> targets() {
        return server.requests().stream().map(HttpMessage::target).toList();
    }
}
