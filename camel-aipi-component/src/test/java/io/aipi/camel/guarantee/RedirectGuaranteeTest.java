/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.ScriptedServer;
import io.aipi.testsupport.ScriptedServer.Response;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that sends the client elsewhere gets nothing sent there: each request has a key in it. */
class RedirectGuaranteeTest {

    private static final String KEY = "a-secret-api-key";

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void noStatusIsFollowed(int status) throws Exception {
        assertNotFollowed("aipi:chat?lazyLogin=true", status, request -> true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "login, as documented | aipi:chat?lazyLogin=true&loginMode=shared    | POST /login ",
                "login, as served     | aipi:chat?lazyLogin=true&loginMode=endpoint  | GET /chat/login?",
                "description          | aipi:chat?operation=describe&lazyLogin=true   | GET /api/endpoints/chat ",
                "submit               | aipi:chat?lazyLogin=true                      | POST /chat ",
                "held submit          | aipi:chat?lazyLogin=true&holdConnection=true  | POST /chat ",
                "submit with the key  | aipi:chat?lazyLogin=true&loginMode=none      | POST /chat ",
                "poll                 | aipi:chat?lazyLogin=true&pollFailureTimeout=1    | POST /chat/progress ",
                "list                 | aipi:chat?operation=list&lazyLogin=true       | GET /api/endpoints?",
                "validation           | aipi:chat?operation=validateKey&lazyLogin=true| GET /api/validate_key?"
            })
    void noRouteIsFollowed(String what, String uri, String line) throws Exception {
        assertNotFollowed(uri, 307, request -> request.line().startsWith(line));
    }

    private static void assertNotFollowed(String uri, int status, Predicate<HttpMessage> redirected) throws Exception {
        try (ScriptedServer elsewhere = new ScriptedServer(ScriptedServer.jobs("\"text\":\"a trap\""));
                ScriptedServer server = new ScriptedServer(request -> redirected.test(request)
                        ? Response.redirect(status, elsewhere.url() + request.target())
                        : ScriptedServer.jobs("\"text\":\"hello\"").apply(request));
                TestContext test = TestContext.started(
                        server.url(), KEY, routes -> routes.from("direct:in").to(uri))) {

            Exchange exchange = test.context()
                    .createProducerTemplate()
                    .request("direct:in", one -> one.getMessage().setBody("hi"));

            assertThat(server.requests()).as("redirected requests").anyMatch(redirected);
            AipiException failure = ObjectHelper.getException(AipiException.class, exchange.getException());
            assertThat(failure).isInstanceOf(ProtocolViolationException.class).hasMessageNotContaining(KEY);
            assertThat(elsewhere.connections()).isZero();
        }
    }
}
