/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import java.util.List;

/** A server that puts all keys it knows into whatever it answers: what went wrong is the endpoint's name. */
final class SecretEchoServer implements AutoCloseable {

    static final String API_KEY = "api/key+6a17e2a5 b706=03cb";
    static final String API_KEY_ENCODED = "api%2Fkey%2B6a17e2a5%20b706%3D03cb";
    static final String SESSION_KEY = "session-key-f5af27e3-fc21-4df0";
    static final String SECOND_SESSION_KEY = "session-key-2b1e6c55-0a31-77aa";
    static final String WORKER_KEY = "worker-key-5b07e305b50505ca";

    /** Endpoints of this server that fail each in their way, once one is logged in. */
    static final List<String> FAILING = List.of(
            "refusing",
            "refusing2",
            "garbage",
            "html",
            "redirecting",
            "failing",
            "unauthorised",
            "disabled",
            "forbidden",
            "broken",
            "strange",
            "lapsed",
            "lost",
            "typed");

    private static final String KEYS = API_KEY + " " + SESSION_KEY;
    private static final String SECRET_FIELDS = "\"key\": \"" + API_KEY + "\", \"auth_key\": \"" + WORKER_KEY
            + "\", \"client_session_auth_key\": \"" + SESSION_KEY + "\"";

    private final WireMockServer server =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

    SecretEchoServer() {
        server.start();
        login("/login", SESSION_KEY);
        server.stubFor(any(urlPathEqualTo("/refusinglogin/login")).willReturn(refusedLogin()));
        server.stubFor(post(urlPathEqualTo("/login"))
                .withRequestBody(matchingJsonPath("$[?(@.endpoint_name == 'refusinglogin')]"))
                .willReturn(refusedLogin()));
        login("/chat/login", SESSION_KEY);
        login("/expiring/login", SESSION_KEY);
        FAILING.forEach(endpoint -> login("/" + endpoint + "/login", SESSION_KEY));
        server.stubFor(any(urlPathEqualTo("/api/endpoints"))
                .willReturn(aResponse().withStatus(401).withBody("{\"error\": \"Key " + API_KEY + " not valid\"}")));
        server.stubFor(any(urlPathEqualTo("/api/validate_key"))
                .willReturn(okJson("{\"success\": false, \"error\": \"Key " + API_KEY + " not valid, see /api?key="
                        + API_KEY_ENCODED + "\"}")));
        chat();
        expiring();
        failing();
    }

    private static ResponseDefinitionBuilder refusedLogin() {
        return okJson("{\"success\": false, \"error\": \"Key " + API_KEY + " not valid (/login?key=" + API_KEY_ENCODED
                + ")\"}");
    }

    private void login(String path, String sessionKey) {
        server.stubFor(any(urlPathEqualTo(path))
                .willReturn(okJson("{\"success\": true, \"client_session_auth_key\": \"" + sessionKey
                        + "\", \"key\": \"" + API_KEY + "\"}")));
    }

    /** Works: says processing once, then done; held, it is done at once. */
    private void chat() {
        stub("/chat", okJson("{\"success\": true, \"job_id\": \"JID1\", " + SECRET_FIELDS + "}"));
        server.stubFor(post(urlPathEqualTo("/chat"))
                .withRequestBody(matchingJsonPath("$[?(@.wait_for_result == true)]"))
                .willReturn(okJson(
                        "{\"success\": true, \"job_id\": \"JID1\", \"text\": \"hello back\", " + SECRET_FIELDS + "}")));
        server.stubFor(post(urlPathEqualTo("/chat/progress"))
                .inScenario("chat")
                .whenScenarioStateIs(Scenario.STARTED)
                .willSetStateTo("done")
                .willReturn(okJson("{\"success\": true, \"job_state\": \"processing\", " + SECRET_FIELDS
                        + ", \"progress\": {\"progress\": 5, " + SECRET_FIELDS
                        + ", \"progress_data\": {\"text\": \"so far\", " + SECRET_FIELDS + "}}}")));
        server.stubFor(post(urlPathEqualTo("/chat/progress"))
                .inScenario("chat")
                .whenScenarioStateIs("done")
                .willSetStateTo(Scenario.STARTED)
                .willReturn(okJson("{\"success\": true, \"job_state\": \"done\", " + SECRET_FIELDS
                        + ", \"job_result\": {\"text\": \"hello back\", \"more\": {" + SECRET_FIELDS + "}, "
                        + SECRET_FIELDS + "}}")));
    }

    /**
     * Answers 401 to the first session key, naming it, and takes the second. Only the second: a login of another endpoint
     * may bring the first once more, and a client cannot keep secret what it never got.
     */
    private void expiring() {
        for (String path : List.of("/login", "/expiring/login")) {
            server.stubFor(any(urlPathEqualTo(path))
                    .inScenario("expiring")
                    .whenScenarioStateIs("expired")
                    .willReturn(okJson("{\"client_session_auth_key\": \"" + SECOND_SESSION_KEY + "\"}")));
        }
        for (String state : List.of(Scenario.STARTED, "expired")) {
            server.stubFor(post(urlPathEqualTo("/expiring"))
                    .inScenario("expiring")
                    .whenScenarioStateIs(state)
                    .willSetStateTo("expired")
                    .willReturn(aResponse()
                            .withStatus(401)
                            .withBody("{\"success\": false, \"error\": [\"Session " + SESSION_KEY + " expired\"]}")));
        }
        server.stubFor(post(urlPathEqualTo("/expiring"))
                .withRequestBody(matchingJsonPath("$[?(@.client_session_auth_key == '" + SECOND_SESSION_KEY + "')]"))
                .inScenario("expiring")
                .whenScenarioStateIs("expired")
                .willReturn(okJson("{\"success\": true, \"job_id\": \"JID2\"}")));
        stub(
                "/expiring/progress",
                okJson("{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"error\": \"failed with " + KEYS
                        + " "
                        + SECOND_SESSION_KEY
                        + "\"}}"));
    }

    private void failing() {
        stub("/refusing", json(400, "\"error\": [\"Invalid " + KEYS + "\", \"" + API_KEY_ENCODED + "\"]"));
        stub("/refusing2", json(402, "\"error\": \"Key " + KEYS + " is not allowed here\""));
        stub("/garbage", aResponse().withBody("{\"client_session_auth_key\": \"" + SESSION_KEY + "\", " + KEYS));
        stub(
                "/html",
                aResponse()
                        .withHeader("Content-Type", "text/html; key=" + API_KEY)
                        .withBody("<html>" + KEYS + "</html>"));
        stub(
                "/redirecting",
                aResponse()
                        .withStatus(302)
                        .withHeader(
                                "Location",
                                "http://" + SESSION_KEY + "@elsewhere.invalid/x?key=" + API_KEY_ENCODED + "&s="
                                        + SESSION_KEY));
        stub("/failing", okJson("{\"success\": true, \"job_id\": \"JID3\"}"));
        stub(
                "/failing/progress",
                okJson("{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"error\": [\"failed with " + KEYS
                        + "\"]}}"));
        stub("/unauthorised", json(401, "\"error\": [\"" + KEYS + " not registered\"]"));
        stub("/disabled", json(400, "\"error\": \"Endpoint disabled for " + KEYS + "\""));
        stub("/forbidden", json(403, "\"message\": \"no entry for " + KEYS + "\""));
        stub("/broken", json(500, "\"description\": \"Internal\", \"message\": \"no such thing: " + KEYS + "\""));
        stub("/strange", json(418, "\"error\": {\"message\": \"" + KEYS + "\"}"));
        stub("/lapsed", okJson("{\"success\": true, \"job_id\": \"JID4\"}"));
        stub(
                "/lapsed/progress",
                json(
                        400,
                        "\"error\": \"lapsed for " + KEYS + "\", \"job_state\": \"lapsed\", \"progress\": {"
                                + SECRET_FIELDS + "}"));
        stub("/lost", okJson("{\"success\": true, \"job_id\": \"JID5\"}"));
        stub("/lost/progress", json(402, "\"error\": [\"unknown job of " + KEYS + "\"]"));
        stub("/typed", okJson("{\"success\": false, \"error\": {\"" + SESSION_KEY + "\": \"" + KEYS + "\"}}"));
    }

    private static ResponseDefinitionBuilder json(int status, String fields) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody("{\"success\": false, " + SECRET_FIELDS + ", " + fields + "}");
    }

    private void stub(String path, ResponseDefinitionBuilder response) {
        server.stubFor(post(urlPathEqualTo(path)).willReturn(response));
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    @Override
    public void close() {
        server.stop();
    }
}
