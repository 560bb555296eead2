/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.console.DevConsole;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.support.PluginHelper;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that can be seen is gathered (logs at TRACE, exceptions, exchanges, JMX, health, console) and searched. */
class SecretGuaranteeTest {

    private static final String API_KEY = "api-key-6a17e2a5-b706-03cb";
    private static final String SESSION_KEY = "session-key-f5af27e3-fc21-4df0";
    private static final String WORKER_KEY = "worker-key-5b07e305b50505ca";

    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private Recorder recorder;
    private Level usualLevel;

    @BeforeEach
    void listenToAllLogs() {
        Configuration configuration = logging().getConfiguration();
        recorder = new Recorder();
        recorder.start();
        usualLevel = configuration.getRootLogger().getLevel();
        // only the recorder hears TRACE; the usual appenders go on as they were
        configuration.getRootLogger().getAppenders().keySet().forEach(name -> {
            var appender = configuration.getRootLogger().getAppenders().get(name);
            configuration.getRootLogger().removeAppender(name);
            configuration.getRootLogger().addAppender(appender, Level.WARN, null);
        });
        configuration.getRootLogger().addAppender(recorder, Level.ALL, null);
        configuration.getRootLogger().setLevel(Level.ALL);
        logging().updateLoggers();
    }

    @AfterEach
    void listenNoMore() {
        Configuration configuration = logging().getConfiguration();
        configuration.getRootLogger().removeAppender(recorder.getName());
        configuration.getRootLogger().setLevel(usualLevel);
        logging().updateLoggers();
        recorder.stop();
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "shared", "endpoint", "none"})
    void noKeyIsSeenWhateverHappensAtAServerThatRepeatsThemAll(String loginRoute) throws Exception {
        try (Chatterbox server = new Chatterbox()) {
            for (String uri : List.of(
                    "aipi:chat?progressUri=direct:progress&recoveryTimeout=200",
                    "aipi:chat?holdConnection=true",
                    "aipi:refusing",
                    "aipi:garbage",
                    "aipi:redirecting",
                    "aipi:failing?recoveryTimeout=200",
                    "aipi:unauthorised",
                    "aipi:chat?operation=validateKey",
                    "aipi:chat?operation=list",
                    "aipi:chat?operation=describe")) {
                run(server.url(), uri, loginRoute);
            }
            run(server.url(), "aipi:refusinglogin", loginRoute);
            run("http://127.0.0.1:1", "aipi:chat", loginRoute);
        }
        // without a login the client never got the session key that this server babbles of
        assertThatNothingSecretWasSeen(
                "none".equals(loginRoute) ? List.of(API_KEY, WORKER_KEY) : List.of(API_KEY, WORKER_KEY, SESSION_KEY));
    }

    /** Camel itself shows a URI as it was written at TRACE and DEBUG; nothing else does. */
    @Test
    void aKeyWrittenIntoTheUriIsShownByCamelsOwnLogsOnly() throws Exception {
        try (Chatterbox server = new Chatterbox()) {
            run(server.url(), "aipi:chat?progressUri=direct:progress&apiKey=" + API_KEY, "auto");
        }
        seen.removeIf(text -> text.startsWith("org.apache.camel.impl.engine.AbstractCamelContext ")
                || text.startsWith("org.apache.camel.support.EndpointHelper ")
                || text.startsWith("org.apache.camel.support.DefaultComponent ")
                || text.startsWith("org.apache.camel.management.JmxManagementLifecycleStrategy ")
                || text.startsWith("org.apache.camel.support.management.MixinRequiredModelMBean "));
        assertThatNothingSecretWasSeen(List.of(API_KEY, WORKER_KEY, SESSION_KEY));
    }

    @Test
    void noKeyIsSeenAtAServerThatWorks() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                .apiKey(API_KEY)
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .endpoint(SimulatedEndpoint.image("picture"))
                .computeTime(Duration.ofMillis(700))
                .start()) {
            run(server.url(), "aipi:chat?progressUri=direct:progress", "auto");
            run(server.url(), "aipi:picture?progressUri=direct:progress", "endpoint");
            run(server.url(), "aipi:chat?outputType=json", "none");
        }
        assertThatNothingSecretWasSeen(List.of(API_KEY, AipiSimulator.LEAKED_WORKER_KEY));
    }

    @Test
    void aLeakWouldBeFound() {
        LogManager.getLogger("org.apache.hc.client5.http.wire").trace("<< \"{\"key\":\"{}\"}\"", API_KEY);
        assertThat(seen).anyMatch(text -> text.contains(API_KEY));
    }

    private void run(String serverUrl, String uri, String loginRoute) throws Exception {
        try (TestContext test = TestContext.of(
                serverUrl, API_KEY, component -> component.getConfiguration().setLoginRoute(loginRoute), routes -> {
                    routes.from("direct:in")
                            .routeId("in")
                            .to("log:before?showAll=true")
                            .to(uri)
                            .to("log:after?showAll=true");
                    routes.from("direct:progress")
                            .to("log:progress?showAll=true")
                            .process(this::see);
                })) {
            CamelContext context = test.context();
            context.setTracing(true);
            context.setMessageHistory(true);
            context.getCamelContextExtension().setName("secrets");
            try {
                context.start();
            } catch (Exception e) {
                see(e);
                return;
            }
            Exchange answer = context.createProducerTemplate()
                    .request("direct:in", exchange -> exchange.getMessage().setBody("hello"));
            see(answer);
            seeJmx();
            List<HealthCheck> checks = HealthCheckHelper.getHealthCheckRegistry(context).stream()
                    .filter(check -> check.getId().startsWith("producer:aipi"))
                    .toList();
            assertThat(checks).as("health checks").isNotEmpty();
            for (HealthCheck check : checks) {
                HealthCheck.Result result = check.call();
                seen.add(result.getMessage() + " " + result.getDetails());
            }
            DevConsole console = PluginHelper.getDevConsoleResolver(context).resolveDevConsole("aipi");
            seen.add(String.valueOf(console.call(DevConsole.MediaType.TEXT)));
            seen.add(String.valueOf(console.call(DevConsole.MediaType.JSON)));
            context.getEndpoints().forEach(endpoint -> seen.add(endpoint.toString()));
            Thread.getAllStackTraces().keySet().forEach(thread -> seen.add(thread.getName()));
        }
    }

    private void see(Exchange exchange) {
        seen.add(String.valueOf(exchange.getMessage().getBody(String.class)));
        exchange.getMessage().getHeaders().forEach((name, value) -> seen.add(name + "=" + value));
        exchange.getAllProperties().forEach((name, value) -> seen.add(name + "=" + value));
        see(exchange.getException());
        see(exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class));
    }

    private void see(Throwable failure) {
        if (failure != null) {
            StringWriter text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            seen.add(text.toString());
        }
    }

    private void seeJmx() throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        int attributes = 0;
        for (ObjectName name : beans.queryNames(new ObjectName("org.apache.camel:*"), null)) {
            seen.add(name.toString());
            for (MBeanAttributeInfo attribute : beans.getMBeanInfo(name).getAttributes()) {
                try {
                    seen.add(attribute.getName() + "=" + beans.getAttribute(name, attribute.getName()));
                    attributes++;
                } catch (Exception | LinkageError e) {
                    seen.add(attribute.getName() + " cannot be read: " + e);
                }
            }
        }
        assertThat(attributes).as("JMX attributes read").isPositive();
    }

    private void assertThatNothingSecretWasSeen(List<String> secrets) {
        assertThat(seen).as("what was seen").hasSizeGreaterThan(500).anyMatch(text -> text.contains("hello"));
        for (String secret : secrets) {
            assertThat(seen.stream().filter(text -> text.contains(secret)).map(text -> around(secret, text)))
                    .as("texts with %s in them", secret)
                    .isEmpty();
        }
        System.out.println(
                seen.size() + " texts searched for keys, " + recorder.events + " of them log events at TRACE");
    }

    private static String around(String secret, String text) {
        int at = text.indexOf(secret);
        return text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 200));
    }

    private static LoggerContext logging() {
        return (LoggerContext) LogManager.getContext(false);
    }

    private final class Recorder extends AbstractAppender {

        private int events;

        Recorder() {
            super("recorder", null, null, false, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            // what WireMock, which is the server here, says of the requests it gets is no leak of ours
            if (event.getLoggerName().startsWith("org.eclipse.jetty")
                    || event.getLoggerName().startsWith("wiremock")) {
                return;
            }
            events++;
            seen.add(event.getLoggerName() + " " + event.getMessage().getFormattedMessage() + " "
                    + event.getContextData());
            see(event.getThrown());
        }
    }

    /** A server that puts all keys it knows into whatever it answers. */
    private static final class Chatterbox implements AutoCloseable {

        private static final String KEYS = API_KEY + " " + SESSION_KEY;

        private final WireMockServer server =
                new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

        Chatterbox() {
            server.start();
            answer(
                    "/login",
                    okJson("{\"client_session_auth_key\": \"" + SESSION_KEY + "\", \"key\": \"" + API_KEY + "\"}"));
            server.stubFor(any(urlPathEqualTo("/refusinglogin/login"))
                    .willReturn(okJson("{\"success\": false, \"error\": \"Key " + API_KEY + " not valid\"}")));
            for (String endpoint : List.of("chat", "refusing", "garbage", "redirecting", "failing", "unauthorised")) {
                server.stubFor(any(urlPathEqualTo("/" + endpoint + "/login"))
                        .willReturn(
                                okJson("{\"success\": true, \"client_session_auth_key\": \"" + SESSION_KEY + "\"}")));
                server.stubFor(any(urlPathEqualTo("/api/endpoints/" + endpoint))
                        .willReturn(aResponse().withStatus(404)));
            }
            server.stubFor(any(urlPathEqualTo("/api/endpoints"))
                    .willReturn(
                            aResponse().withStatus(401).withBody("{\"error\": \"Key " + API_KEY + " not valid\"}")));
            server.stubFor(any(urlPathEqualTo("/api/validate_key"))
                    .willReturn(okJson("{\"success\": false, \"error\": \"Key " + API_KEY + " not valid\"}")));
            answer("/chat", okJson("{\"success\": true, \"job_id\": \"JID1\"}"));
            answer(
                    "/chat/progress",
                    okJson(
                            "{\"success\": true, \"job_state\": \"processing\", \"progress\": {\"progress\": 5, \"auth_key\": \""
                                    + WORKER_KEY + "\", \"progress_data\": {\"text\": \"so far\", \"auth_key\": \""
                                    + WORKER_KEY
                                    + "\"}}}"));
            server.stubFor(post(urlPathEqualTo("/chat/progress"))
                    .inScenario("chat")
                    .whenScenarioStateIs(com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED)
                    .willSetStateTo("done")
                    .willReturn(
                            okJson("{\"success\": true, \"job_state\": \"processing\", \"progress\": {\"progress\": 5,"
                                    + " \"auth_key\": \"" + WORKER_KEY + "\"}}")));
            server.stubFor(post(urlPathEqualTo("/chat/progress"))
                    .inScenario("chat")
                    .whenScenarioStateIs("done")
                    .willSetStateTo(com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED)
                    .willReturn(okJson(
                            "{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"text\": \"hello back\","
                                    + " \"key\": \"" + API_KEY + "\", \"auth_key\": \"" + WORKER_KEY
                                    + "\", \"client_session_auth_key\": \"" + SESSION_KEY + "\"}}")));
            answer(
                    "/refusing",
                    aResponse()
                            .withStatus(400)
                            .withBody("{\"success\": false, \"error\": [\"Invalid " + KEYS + "\"]}"));
            answer("/garbage", aResponse().withBody("{\"client_session_auth_key\": \"" + SESSION_KEY + "\", " + KEYS));
            answer(
                    "/redirecting",
                    aResponse()
                            .withStatus(302)
                            .withHeader("Location", "http://elsewhere.invalid/x?key=" + API_KEY + "&s=" + SESSION_KEY));
            answer("/failing", okJson("{\"success\": true, \"job_id\": \"JID2\"}"));
            answer(
                    "/failing/progress",
                    okJson("{\"success\": true, \"job_state\": \"done\", \"job_result\": {\"error\": \"failed with "
                            + KEYS + "\"}}"));
            answer(
                    "/unauthorised",
                    aResponse()
                            .withStatus(401)
                            .withBody("{\"success\": false, \"error\": [\"" + KEYS + " not registered\"]}"));
        }

        private void answer(String path, ResponseDefinitionBuilder answer) {
            server.stubFor(post(urlPathEqualTo(path)).willReturn(answer));
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
