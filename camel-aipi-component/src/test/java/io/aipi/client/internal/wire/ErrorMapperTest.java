/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.job.FakeTransport;
import io.aipi.client.internal.util.Texts;
import io.aipi.client.internal.wire.ErrorMapper.Route;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ErrorMapperTest {

    private final ErrorMapper errors = new ErrorMapper(URI.create("http://server"), new SecretRedactor("the-api-key"));

    static Stream<Arguments> meanings() {
        return Stream.of(
                error(
                        Route.LOGIN,
                        200,
                        "{'success':false,'error':'Key not valid'}",
                        AuthenticationException.class,
                        false),
                error(Route.LOGIN, 401, "{'error':['no key']}", AuthenticationException.class, false),
                error(Route.SUBMIT, 401, "{'error':['bad key']}", AuthenticationException.class, false),
                error(Route.SUBMIT, 402, "{'error':['not here']}", NotAllowedException.class, false),
                error(Route.HELD_SUBMIT, 402, "{'error':['not here']}", NotAllowedException.class, false),
                error(Route.SUBMIT, 403, "{}", NotAllowedException.class, false),
                error(Route.PROGRESS, 402, "{'error':['unknown job']}", JobLapsedException.class, true),
                error(
                        Route.SUBMIT,
                        400,
                        "{'error':['top_k must be an integer']}",
                        InvalidRequestException.class,
                        false),
                error(Route.SUBMIT, 400, "{'error':['the queue has a max']}", InvalidRequestException.class, false),
                error(Route.SUBMIT, 400, "{'error':'Job queue reached max length 2!'}", QueueFullException.class, true),
                error(Route.SUBMIT, 200, "{'error':'Job queue reached max length 2!'}", QueueFullException.class, true),
                error(Route.SUBMIT, 400, "{'error':'Endpoint is disabled'}", EndpointUnavailableException.class, true),
                error(Route.PROGRESS, 400, "{'error':'lapsed!','job_state':'lapsed'}", JobLapsedException.class, true),
                error(Route.PROGRESS, 400, "{'error':['odd']}", ProtocolViolationException.class, false),
                error(Route.SUBMIT, 400, "{}", ProtocolViolationException.class, false),
                error(Route.SUBMIT, 404, "{'message':'not found'}", EndpointUnavailableException.class, false),
                error(Route.SUBMIT, 405, "", EndpointUnavailableException.class, false),
                error(Route.SUBMIT, 408, "", EndpointUnavailableException.class, true),
                error(Route.SUBMIT, 413, "<html>", InvalidRequestException.class, false),
                error(Route.SUBMIT, 429, "", QueueFullException.class, true),
                error(Route.SUBMIT, 418, "", ProtocolViolationException.class, false),
                error(Route.LOGIN, 302, "", ProtocolViolationException.class, false),
                error(Route.SUBMIT, 500, "", EndpointUnavailableException.class, true),
                error(Route.PROGRESS, 502, "<html>", EndpointUnavailableException.class, true),
                error(Route.HELD_SUBMIT, 503, "{'message':'Response Timeout'}", JobTimeoutException.class, false),
                error(Route.HELD_SUBMIT, 503, "{'message':'busy'}", EndpointUnavailableException.class, true),
                error(Route.SUBMIT, 503, "{'message':'Response Timeout'}", EndpointUnavailableException.class, true),
                error(Route.QUERY, 200, "{'success':false,'error':'no'}", ProtocolViolationException.class, false));
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void aResponseMeansThisError(
            Route route, int status, String body, Class<? extends AipiException> type, boolean retryable) {
        AipiException error = error(route, status, body);

        assertThat(error).isInstanceOf(type);
        assertThat(error.isRetryable()).isEqualTo(retryable);
        assertThat(error.getEndpoint()).isEqualTo("chat");
        assertThat(error.getJobId()).isEqualTo("JID1");
        assertThat(error.getHttpStatus()).isEqualTo(status);
        assertThat(error).hasMessageContaining("chat").hasMessageContaining("HTTP " + status);
    }

    @Test
    void allTheServersReasonsAreTold() {
        AipiException error = error(Route.SUBMIT, 400, "{'error':['one',' two ','',3]}");

        assertThat(((InvalidRequestException) error).getMessages()).containsExactly("one", "two", "3");
        assertThat(error).hasMessageContaining("one; two; 3");
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void noKeyIsQuoted(Route route) {
        for (int status : new int[] {200, 302, 400, 401, 402, 403, 404, 405, 413, 418, 429, 500, 503}) {
            for (String said : new String[] {"'the-api-key'", "['the-api-key']", "{'message':'the-api-key'}"}) {
                assertThat(error(route, status, "{'error':" + said + "}"))
                        .message()
                        .doesNotContain("the-api-key");
            }
            assertThat(error(route, status, "{'message':'the-api-key'}"))
                    .message()
                    .doesNotContain("the-api-key");
        }
    }

    @Test
    void textAroundAFaultInTheJsonIsNotQuoted() {
        TransportResponse response = FakeTransport.response(200, "{\"client_session_auth_key\":\"a-new-key\",oops}");

        try {
            errors.requireJson(Route.SUBMIT, response, true, ErrorContext.of("chat"));
            throw new AssertionError("it is no JSON");
        } catch (ProtocolViolationException e) {
            assertThat(e).hasNoCause().message().doesNotContain("a-new-key").contains("serverUrl");
        }
    }

    @Test
    void aTimeToWaitIsHandedOn() {
        TransportResponse response = new TransportResponse(429, null, Duration.ofSeconds(7), null, new byte[0], 0);

        AipiException error = errors.of(Route.SUBMIT, response, ErrorContext.of("chat"));

        assertThat(((QueueFullException) error).getRetryAfter()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void aLongReasonIsQuotedInPart() {
        String reason = "no such thing: ".repeat(100_000);

        assertThat(error(Route.SUBMIT, 500, "{'message':'" + reason + "'}"))
                .message()
                .contains(reason.substring(0, Texts.QUOTED) + "...")
                .hasSizeLessThan(Texts.QUOTED + 200);
    }

    @Test
    void eachOfSeveralReasonsIsQuotedInPart() {
        String reason = "x".repeat(10_000);

        InvalidRequestException error = (InvalidRequestException)
                error(Route.SUBMIT, 400, "{'error':['" + reason + "','short','" + reason + "']}");

        String quoted = "x".repeat(Texts.QUOTED) + "...";
        assertThat(error.getMessages()).containsExactly(quoted, "short", quoted);
    }

    @Test
    void ofManyReasonsSomeAreQuoted() {
        String reasons = "'not this one either',".repeat(100_000);

        InvalidRequestException error =
                (InvalidRequestException) error(Route.SUBMIT, 400, "{'error':[" + reasons + "'the last']}");

        assertThat(error.getMessages())
                .hasSizeBetween(100, 1_000)
                .startsWith("not this one either")
                .endsWith("... (100001 in all)");
        assertThat(error.getMessage()).hasSizeLessThan(6_000);
    }

    @ParameterizedTest
    @CsvSource({
        "LOGIN, 501, text/html, <html>Unsupported method</html>",
        "SUBMIT, 501, text/html, <html>Unsupported method</html>",
        "LOGIN, 404, text/html, <html>404</html>",
        "LOGIN, 405, text/plain, Method Not Allowed",
        "SUBMIT, 404, application/json, {'detail':'Not Found'}",
        "LOGIN, 418, text/html, <html>teapot</html>"
    })
    @Tag("case-E7")
    void whatIsNoAipiServerIsCalledThat(Route route, int status, String type, String body) {
        byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);

        AipiException error = errors.of(
                route, new TransportResponse(status, type, null, null, bytes, bytes.length), ErrorContext.of("chat"));

        assertThat(error)
                .hasMessageContaining("as an AIPI server does not")
                .hasMessageContaining("check host, port and path of serverUrl")
                .hasMessageContaining(type);
        assertThat(error.isRetryable()).isFalse();
    }

    @Test
    @Tag("case-E7")
    void aGatewayThatResponsesInsteadOfTheServerIsCalledThat() {
        assertThat(error(Route.SUBMIT, 502, "<html>"))
                .hasMessageContaining("may come from a proxy or gateway")
                .extracting(AipiException::isRetryable)
                .isEqualTo(true);
        assertThat(error(Route.SUBMIT, 500, "{'description':'oops','status':500,'message':'oops'}"))
                .message()
                .doesNotContain("gateway");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    400 | ['Client session authentication key not registered in API Server'] | AuthenticationException
                    401 | ['Client session authentication key not registered in API Server'] | AuthenticationException
                    400 | ['Client has no active request with this job id'] | JobLapsedException
                    401 | ['Client has no active request with this job id'] | JobLapsedException
                    402 | ['Client has no active request with this job id JID1'] | JobLapsedException
                    400 | ['Client session authentication key not registered in API Server','Client has no active request with this job id'] | JobLapsedException
                    400 | ['No job_id given','Client has no active request with this job id'] | JobLapsedException
                    400 | ['Invalid parameter: client_session_auth_key'] | ProtocolViolationException
                    """)
    @Tag("case-A8")
    @Tag("case-A9")
    void onAPollTheWordsTellAnUnknownSessionAndAnUnknownJobApart(int status, String said, String type) {
        assertThat(error(Route.PROGRESS, status, "{'success':false,'error':" + said + "}")
                        .getClass()
                        .getSimpleName())
                .isEqualTo(type);
    }

    @Test
    @Tag("case-A8")
    void aParameterThatSpeaksOfASessionIsNoSession() {
        assertThat(error(Route.SUBMIT, 400, "{'success':false,'error':['Unknown parameter: session']}"))
                .isInstanceOf(InvalidRequestException.class);
    }

    private AipiException error(Route route, int status, String body) {
        byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return errors.of(
                route,
                new TransportResponse(status, "application/json", null, null, bytes, bytes.length),
                ErrorContext.of("chat", "JID1"));
    }

    private static Arguments error(
            Route route, int status, String body, Class<? extends AipiException> type, boolean retryable) {
        return Arguments.of(route, status, body, type, retryable);
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    @Tag("case-A8")
    @Tag("case-B10")
    void aGatewayKnowsNothingOfSessions(Route route) {
        byte[] page = "<html>401 Unauthorized".getBytes(StandardCharsets.UTF_8);
        byte[] json = "{\"error\":\"unknown client session\"}".getBytes(StandardCharsets.UTF_8);

        assertThat(errors.isUnknownSession(
                        route, new TransportResponse(401, "text/html", null, null, page, page.length)))
                .isFalse();
        assertThat(errors.isUnknownSession(
                        route,
                        new TransportResponse(
                                401, "application/json", null, null, "Basic", 0, json, json.length, null)))
                .isFalse();
    }
}
