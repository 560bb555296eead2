/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What strangers ask for at a gateway with tokens, and what they get. */
class StrangersTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;

    private static GatewayFixture gateway;

    private final HttpClient client = HttpClient.newHttpClient();
    private long submitsBefore;

    @BeforeAll
    static void start() {
        gateway = Users.in(new GatewayFixture(folder)).start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void count() {
        submitsBefore = gateway.server.stats().submits();
    }

    private long submits() {
        return gateway.server.stats().submits() - submitsBefore;
    }

    // ---- what a client does

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .timeout(SOON)
                .method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        return send("GET", path, "", headers);
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    private String submitted(String token, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + "/prompts"))
                .headers(bearer(token))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("Hello @sleep=0"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString())
                .headers()
                .firstValue("Location")
                .orElseThrow();
    }

    private static void assertProblem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(Json.read(response.body()).path("status").intValue()).isEqualTo(status);
    }

    // ---- without a token

    @Test
    void withoutATokenThereIsNothing() throws Exception {
        OpenApi api = new OpenApi(get("/openapi.json").body());
        JsonNode paths = api.description().path("paths");
        int asked = 0;
        for (String path : (Iterable<String>) paths::fieldNames) {
            for (String method : (Iterable<String>) paths.path(path)::fieldNames) {
                if (!List.of("/", "/session", "/logout").contains(path)) {
                    String url = path.replaceAll("\\{\\w+}", "0");
                    HttpResponse<String> refused = send(method.toUpperCase(Locale.ROOT), url, "");
                    api.assertDescribes(method + " " + path, refused);
                    assertThat(refused.statusCode()).as(url).isEqualTo(401);
                    assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
                    asked++;
                }
            }
        }
        assertThat(asked).isGreaterThan(13);
        assertProblem(get("/nothing"), 401);
        assertProblem(get("/jobs", bearer("a token of nobody")), 401);
        assertProblem(get("/jobs", "Authorization", "Basic YWxpY2U6YWxpY2U="), 401);
        assertThat(submits()).isZero();
    }

    @Test
    void withoutATokenNoFormIsWaitedFor() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout((int) SOON.toMillis());
            socket.getOutputStream()
                    .write(("PUT /jobs HTTP/1.1\r\nHost: localhost:" + gateway.port()
                                    + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000000000\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 401");
        }
    }

    @Test
    void openAisClientsGetErrorsAsTheyKnowThem() throws Exception {
        for (HttpResponse<String> refused :
                List.of(get("/v1/models"), send("POST", "/v1/chat/completions", "{}", bearer("a token of nobody")))) {
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
            JsonNode error = Json.read(refused.body()).path("error");
            assertThat(error.path("type").textValue()).isEqualTo("invalid_request_error");
            assertThat(error.path("code").textValue()).isEqualTo("invalid_api_key");
            assertThat(error.path("message").textValue()).contains("Bearer");
        }
        assertThat(get("/v1/nothing", bearer(Users.ALICE)).statusCode()).isEqualTo(404);
    }

    // ---- with somebody else's

    @Test
    void aJobIsItsOwnersOnly() throws Exception {
        String url = submitted(Users.ALICE);
        await().atMost(SOON).until(() -> get(url, bearer(Users.ALICE)).body().contains("\"done\""));

        for (String path : List.of(url, url + "/events", url + "/images/0", url + "/previews/0")) {
            assertProblem(get(path, bearer(Users.BOB)), 404);
        }
        assertProblem(send("POST", url + "/again", "", bearer(Users.BOB)), 404);
        assertThat(Json.read(get("/jobs", bearer(Users.BOB)).body())
                        .path("jobs")
                        .findValuesAsText("id"))
                .doesNotContain(url.substring("/jobs/".length()));
        JsonNode own = Json.read(get("/jobs", bearer(Users.ALICE)).body()).path("jobs");
        assertThat(own.path(0).path("id").textValue()).isEqualTo(url.substring("/jobs/".length()));
        assertThat(own.path(0).path("state").textValue()).isEqualTo("done");
        assertThat(own.path(0).path("tokens").intValue()).isPositive();
        assertThat(get(url + "/events", bearer(Users.ALICE)).body()).contains("event:result");
    }

    @Test
    void aPictureIsItsOwnersOnly_onTheWayAndAtTheEnd() throws Exception {
        String url = send(
                        "POST",
                        "/prompts?model=" + GatewayFixture.IMAGE,
                        "A camel @sleep=2 @steps=20",
                        "Authorization",
                        "Bearer " + Users.ALICE,
                        "Content-Type",
                        "text/plain")
                .headers()
                .firstValue("Location")
                .orElseThrow();
        String preview = await().atMost(SOON)
                .until(
                        () -> Json.read(get(url, bearer(Users.ALICE)).body())
                                .path("previews")
                                .path(0)
                                .path("url")
                                .textValue(),
                        Objects::nonNull);
        assertStrangersGetNothing(preview);
        assertThat(get(preview, bearer(Users.ALICE)).headers().firstValue("Content-Type"))
                .contains("image/png");

        JsonNode done = await().atMost(SOON)
                .until(
                        () -> Json.read(get(url, bearer(Users.ALICE)).body()),
                        job -> "done".equals(job.path("state").textValue()));
        String image = done.path("result").path("images").path(0).path("url").textValue();
        assertStrangersGetNothing(image);
        assertStrangersGetNothing(url);
        assertThat(get(image, bearer(Users.ALICE)).headers().firstValue("Content-Type"))
                .contains("image/png");
    }

    /** Neither another user, nor one without a token, nor a page from elsewhere that its owner looks at. */
    private void assertStrangersGetNothing(String path) throws Exception {
        assertProblem(get(path, bearer(Users.BOB)), 404);
        assertProblem(get(path), 401);
        assertProblem(get(path, "Authorization", "Bearer " + Users.ALICE, "Sec-Fetch-Site", "cross-site"), 403);
    }

    @Test
    void noHeaderOfAClientNamesAnOwner() throws Exception {
        String url = submitted(Users.BOB, "GatewayJobOwner", "alice", "gatewayjobowner", "alice");

        assertProblem(get(url, bearer(Users.ALICE)), 404);
        assertThat(get(url, bearer(Users.BOB)).statusCode()).isEqualTo(200);
    }

    @Test
    void aConversationIsItsOwnersOnly() throws Exception {
        for (String[] turn : new String[][] {{Users.ALICE, "snow"}, {Users.BOB, "sand"}}) {
            HttpResponse<String> accepted = send(
                    "POST",
                    "/prompts",
                    "{\"prompt\": \"My word is " + turn[1] + " @sleep=0\", \"conversation\": \"ours\"}",
                    "Authorization",
                    "Bearer " + turn[0],
                    "Content-Type",
                    "application/json");
            String url = accepted.headers().firstValue("Location").orElseThrow();
            String done = await().atMost(SOON)
                    .until(() -> get(url, bearer(turn[0])).body(), page -> page.contains("\"done\""));
            assertThat(done).contains("My word is " + turn[1]).doesNotContain("Earlier");
        }
    }

    // ---- browsers

    @Test
    void aTokenBecomesTheCookieOfASession() throws Exception {
        String form = "application/x-www-form-urlencoded";
        assertProblem(send("POST", "/login", "token=wrong", "Content-Type", form), 401);
        HttpResponse<String> in = send("POST", "/login", "token=" + Users.ALICE, "Content-Type", form);
        assertThat(in.statusCode()).isEqualTo(204);
        String cookie = in.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly", "SameSite=Strict").doesNotContain(Users.ALICE);
        String session = cookie.substring(0, cookie.indexOf(';'));

        assertThat(Json.read(get("/session", "Cookie", session).body())
                        .path("user")
                        .textValue())
                .isEqualTo("alice");
        assertThat(get("/jobs", "Cookie", session).statusCode()).isEqualTo(200);
        assertThat(send("POST", "/prompts", "Hello", "Cookie", session, "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(202);
        for (String[] foreign : new String[][] {
            {"Origin", "https://elsewhere.example"},
            {"Origin", "null"},
            {"Origin", "http://127.0.0.1:1"},
            {"Sec-Fetch-Site", "cross-site"},
            {"Sec-Fetch-Site", "same-site"}
        }) {
            assertProblem(
                    send(
                            "POST",
                            "/prompts",
                            "Hello",
                            "Cookie",
                            session,
                            "Content-Type",
                            "text/plain",
                            foreign[0],
                            foreign[1]),
                    403);
            HttpResponse<String> asked =
                    send("OPTIONS", "/prompts", "", foreign[0], foreign[1], "Access-Control-Request-Method", "POST");
            assertThat(asked.statusCode()).isEqualTo(403);
            assertThat(asked.headers().firstValue("Access-Control-Allow-Origin"))
                    .isEmpty();
        }
        assertThat(submits()).isEqualTo(1);

        assertThat(send("POST", "/logout", "", "Cookie", session).statusCode()).isEqualTo(204);
        assertProblem(get("/jobs", "Cookie", session), 401);
    }

    @Test
    void noLogHasATokenInIt() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        List<Logger> chatty = Stream.of("org.springframework.security", "io.aipi.camel.examples")
                .map(name -> (Logger) LoggerFactory.getLogger(name))
                .toList();
        chatty.forEach(logger -> logger.setLevel(Level.TRACE));
        log.start();
        root.addAppender(log);
        try {
            submitted(Users.ALICE);
            send("POST", "/login", "token=" + Users.BOB, "Content-Type", "application/x-www-form-urlencoded");
        } finally {
            root.detachAppender(log);
            chatty.forEach(logger -> logger.setLevel(null));
        }

        assertThat(log.list).isNotEmpty();
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .noneMatch(line -> line.contains(Users.ALICE) || line.contains(Users.BOB));
    }
}
