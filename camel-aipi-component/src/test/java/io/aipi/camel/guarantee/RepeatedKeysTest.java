/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiConstants;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.JobResult;
import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.ScriptedServer;
import io.aipi.testsupport.ScriptedServer.Response;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.TypeConversionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a server repeats of the keys in use, in whatever field, it goes no further than into the client. */
class RepeatedKeysTest {

    private static final String API_KEY = "api-key/4711+";
    private static final String SESSION_KEY = "session-key-0815";
    private static final String KEYS = API_KEY + " " + SESSION_KEY + " api-key%2f4711%2b api-key&#x2F;4711&#43;";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'text':'KEYS'",
                "'text':'KEYS','job_id':'API'",
                "'text':'hello','auth':'KEYS'",
                "'result':'KEYS'",
                "'KEYS':['KEYS',{'KEYS':{'KEYS':'KEYS'}}]",
                "'images':['data:image/session-key-0815;base64,AAEC']",
                "'image':'KEYS'",
                "'error':'KEYS'",
                "'error':['KEYS']",
                "'error':{'KEYS':'KEYS'}",
                "'seed':'KEYS','text':['KEYS']"
            })
    @Tag("case-D12")
    void aResultHasNoKeyInIt(String fields) throws Exception {
        for (String type : new String[] {"auto", "text", "images", "json", "result"}) {
            Exchange exchange =
                    send(JobsOfThisTest.of(json(fields)), "aipi:chat?lazyLogin=true&outputType=" + type, "mock:out");

            assertThatNoKeyIsIn(exchange);
        }
    }

    @Test
    @Tag("case-D12")
    void theTextAroundAKeyStays() throws Exception {
        Exchange exchange =
                send(JobsOfThisTest.of("\"text\":\"You said: " + SESSION_KEY + "!\""), "aipi:chat", "mock:out");

        assertThat(exchange.getMessage().getBody()).isEqualTo("You said: xxxxxx!");
    }

    @Test
    @Tag("case-D12")
    void theJobIsTheOneThatWasSubmittedWhateverItsResultSays() throws Exception {
        Exchange exchange =
                send(JobsOfThisTest.of("\"text\":\"hello\",\"job_id\":\"" + API_KEY + "\""), "aipi:chat", "mock:out");

        assertThat(exchange.getMessage().getHeader(AipiConstants.JOB_ID)).isEqualTo("JID1");
        assertThat(exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class)
                        .jobId())
                .isEqualTo("JID1");
    }

    @Test
    @Tag("case-D12")
    void listAndDescriptionHaveNoKeyInThem() throws Exception {
        Function<HttpMessage, Response> server = request -> {
            if (request.target().startsWith("/api/endpoints/")) {
                return Response.ok(
                        json("{'title':'KEYS','description':'KEYS','category':'KEYS','parameter_description':"
                                + "{'input':{'KEYS':{'type':'KEYS','default':'KEYS','supported':['KEYS']}},"
                                + "'output':{'KEYS':{'type':'KEYS'}}}}"));
            }
            if (request.target().startsWith("/api/endpoints")) {
                return Response.ok(json("{'endpoints':['chat','KEYS']}"));
            }
            if (request.target().startsWith("/api/validate_key")) {
                return Response.ok(json("{'success':false,'error':'KEYS'}"));
            }
            return JobsOfThisTest.of("\"text\":\"hello\"").apply(request);
        };
        for (String operation : new String[] {"describe", "list", "validateKey"}) {
            Exchange exchange = send(server, "aipi:chat?operation=" + operation, "mock:out");

            assertThat(exchange.getException()).isNull();
            assertThat(exchange.getMessage().getBody()).isNotNull();
            assertThatNoKeyIsIn(exchange);
        }
    }

    /** An id is sent back, and is in headers, messages and logs: what is not the server's own, or no line, is none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "KEYS",
                "session-key-0815#1",
                "a\\r\\n2026-01-01 ERROR forged",
                "a\\u001b[2J",
                "a\\u0000b",
                "a\\u0085b",
                "a\\u2028b",
                "a\\ud83d"
            })
    @Tag("case-D12")
    @Tag("case-D15")
    void aJobIdWithAKeyOrAControlCharacterIsRefused(String id) throws Exception {
        Exchange exchange = send(
                request -> request.line().startsWith("POST /chat ")
                        ? Response.ok(json("{'success':true,'job_id':'" + id + "'}"))
                        : JobsOfThisTest.of("\"text\":\"hello\"").apply(request),
                "aipi:chat?waitForResult=false",
                "mock:out");

        assertThat(exchange.getException())
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("its job_id cannot be one");
        assertThat(exchange.getException().getMessage().chars()).noneMatch(Character::isISOControl);
        assertThatNoKeyIsIn(exchange);
    }

    /** A result cost minutes of a GPU: whatever its id is. */
    @Test
    @Tag("case-D15")
    void aHeldResultWithSuchAnIdIsTakenAllTheSame() throws Exception {
        Exchange exchange = send(
                request -> request.line().startsWith("POST /chat ")
                        ? Response.ok(json("{'success':true,'job_id':'a\\r\\nb','text':'costly'}"))
                        : JobsOfThisTest.of("\"text\":\"hello\"").apply(request),
                "aipi:chat?holdConnection=true",
                "mock:out");

        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isEqualTo("costly");
        assertThat(exchange.getMessage().getHeader(AipiConstants.JOB_ID)).isNull();
    }

    @Test
    @Tag("case-D15")
    void aSessionKeyWithAControlCharacterIsRefused() throws Exception {
        Exchange exchange = send(
                request -> request.target().endsWith("/login")
                        ? Response.ok(json("{'client_session_auth_key':'a\\r\\nb'}"))
                        : JobsOfThisTest.of("\"text\":\"hello\"").apply(request),
                "aipi:chat?lazyLogin=true",
                "mock:out");

        assertThat(exchange.getException())
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("a client_session_auth_key that has a control character in it");
    }

    /** The id of a job that a sender asks for is the sender's. */
    @Test
    @Tag("case-D15")
    void noIdOfAnybodysWritesALineIntoALog() throws Exception {
        try (ScriptedServer server = new ScriptedServer(JobsOfThisTest.of("\"error\":\"broken\""));
                TestContext test = TestContext.started(
                        server.url(),
                        API_KEY,
                        routes -> routes.from("direct:in").to("aipi:chat?operation=result"))) {
            Exchange exchange = test.context()
                    .createProducerTemplate()
                    .request(
                            "direct:in",
                            one -> one.getMessage()
                                    .setHeader(AipiConstants.JOB_ID, "JID1\r\n2026-01-01 ERROR forged\u001b[2J"));

            assertThat(exchange.getException()).hasMessageContaining("forged");
            assertThat(exchange.getException().getMessage().chars()).noneMatch(Character::isISOControl);
        }
    }

    @Test
    @Tag("case-D15")
    void theNameOfAWorkerIsOneShortLine() throws Exception {
        Exchange exchange = send(
                JobsOfThisTest.of("\"text\":\"a\\r\\nb\",\"auth\":\"vm\\r\\n1\\u001b[2J\\u2028" + "x".repeat(1_000)
                        + "\"," + "\"odd\\r\\nname\":1"),
                "aipi:chat",
                "mock:out");

        assertThat(exchange.getMessage().getHeader(AipiConstants.WORKER, String.class))
                .startsWith("vm  1 [2J x")
                .hasSizeLessThan(510);
        assertThat(exchange.getMessage().getBody()).as("a text keeps its lines").isEqualTo("a\r\nb");
        assertThat(String.valueOf(exchange.getProperty(AipiConstants.RESULT_PROPERTY))
                        .chars())
                .noneMatch(Character::isISOControl);
    }

    @Test
    @Tag("case-C5")
    void halfACharacterInATextCanBeWrittenToAFile() throws Exception {
        for (String type : new String[] {"auto", "json"}) {
            Exchange exchange = send(
                    JobsOfThisTest.of("\"text\":\"abc\\ud83d\",\"auth\":\"vm\\ude00\""),
                    "aipi:chat?outputType=" + type,
                    "file:target/half-a-character?charset=UTF-8&fileName=" + type);

            assertThat(exchange.getException()).isNull();
            assertThat(exchange.getMessage().getBody(String.class)).contains("abc\uFFFD");
            assertThat(exchange.getMessage().getHeader(AipiConstants.WORKER)).isEqualTo("vm\uFFFD");
        }
    }

    private static final class JobsOfThisTest {
        /** As {@link ScriptedServer#jobs}, with a session key of these tests. */
        static Function<HttpMessage, Response> of(String fields) {
            Function<HttpMessage, Response> jobs = ScriptedServer.jobs(fields);
            return request -> request.target().contains("/login")
                    ? Response.ok("{\"client_session_auth_key\":\"" + SESSION_KEY + "\"}")
                    : jobs.apply(request);
        }
    }

    private static String json(String text) {
        return text.replace('\'', '"').replace("KEYS", KEYS).replace("API", API_KEY);
    }

    private static Exchange send(Function<HttpMessage, Response> responses, String aipi, String then) throws Exception {
        try (ScriptedServer server = new ScriptedServer(responses);
                TestContext test = TestContext.started(
                        server.url(),
                        API_KEY,
                        routes -> routes.from("direct:in").to(aipi).to(then))) {
            return test.context()
                    .createProducerTemplate()
                    .request("direct:in", exchange -> exchange.getMessage().setBody("hi"));
        }
    }

    private static void assertThatNoKeyIsIn(Exchange exchange) throws TypeConversionException {
        StringBuilder seen = new StringBuilder();
        see(seen, exchange.getMessage().getBody());
        see(seen, exchange.getMessage().getBody(String.class));
        see(seen, exchange.getMessage().getHeaders());
        see(seen, exchange.getAllProperties());
        for (Throwable failure = exchange.getException(); failure != null; failure = failure.getCause()) {
            see(seen, failure);
        }
        assertThat(seen.toString().toLowerCase(java.util.Locale.ROOT))
                .doesNotContain("4711")
                .doesNotContain("0815");
    }

    private static void see(StringBuilder seen, Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, inner) -> {
                see(seen, name);
                see(seen, inner);
            });
        } else if (value instanceof Iterable<?> list) {
            list.forEach(element -> see(seen, element));
        } else if (value instanceof JobResult result) {
            see(seen, result.toString());
            see(seen, result.toJson());
            see(seen, result.fields());
            seen.append(result.jobId()).append(result.worker()).append(result.text());
        } else {
            seen.append(value).append('\n');
        }
    }
}
