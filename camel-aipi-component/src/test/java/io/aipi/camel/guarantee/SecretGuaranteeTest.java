/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiEndpoint;
import io.aipi.camel.ComponentThreads;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.FaultProxy;
import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.LogCapture;
import io.aipi.testsupport.RawServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.AttributeList;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Route;
import org.apache.camel.Service;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.console.DevConsole;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.ModelToXMLDumper;
import org.apache.camel.support.DefaultExchangeHolder;
import org.apache.camel.support.PluginHelper;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.ThreadContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything that can be seen is gathered (what every logger says at every level, exceptions, exchanges, JMX, health,
 * consoles, route dumps, thread names) and searched for keys.
 */
class SecretGuaranteeTest {

    private static final String API_KEY = SecretEchoServer.API_KEY;
    private static final String WORKER_KEY = SecretEchoServer.WORKER_KEY;
    private static final List<String> CLIENT_KEYS = List.of(API_KEY, SecretEchoServer.API_KEY_ENCODED);
    private static final List<String> SESSION_KEYS =
            List.of(SecretEchoServer.SESSION_KEY, SecretEchoServer.SECOND_SESSION_KEY);

    private static final String SENDERS_KEY = "senders-key-0c9b6a8e";

    private static final String KEY_IN_URI = "api-key-6a17e2a5-b706-03cb";

    /** Where Camel itself shows a URI as it was written: at TRACE, and in dumps of the route. */
    private static final List<String> CAMEL_SHOWS_URIS = List.of(
            "org.apache.camel.impl.engine.AbstractCamelContext ",
            "org.apache.camel.support.EndpointHelper ",
            "org.apache.camel.support.DefaultComponent ",
            "org.apache.camel.support.management.MixinRequiredModelMBean ",
            // what the endpoint itself tells of its URI, as any endpoint of Camel
            "endpoint aipi://",
            "console endpoint ",
            "console service ",
            "org.apache.camel.management.JmxManagementLifecycleStrategy ",
            "org.apache.camel.impl.DefaultDumpRoutesStrategy ",
            // of a route that consumes
            "org.apache.camel.impl.PreconditionHelper ",
            "console route-dump ",
            // with Camel 4.22
            "console route-structure ",
            "jmx <route ",
            "route-dump ");

    /** Where Camel shows what a placeholder stands for: at DEBUG and TRACE, and in its console of properties. */
    private static final List<String> CAMEL_SHOWS_PROPERTIES = List.of(
            "org.apache.camel.component.properties.DefaultPropertiesLookup ",
            "org.apache.camel.component.properties.DefaultPropertiesParser ",
            "org.apache.camel.component.properties.PropertiesComponent ",
            "org.apache.camel.impl.engine.DefaultCamelContextExtension ",
            "console properties ");

    /** Consoles that the oldest Camel has not, with a 4.x that has. */
    private static final Map<String, Integer> NEW_CONSOLES =
            Map.of("processor", 14, "route-structure", 16, "producer", 17);

    private static final Pattern SESSION_KEY_GIVEN = Pattern.compile("\"client_session_auth_key\": ?\"([^\"]+)\"");

    private LogCapture recorder;

    @BeforeEach
    void listenToAllLogs() {
        recorder = LogCapture.everything();
    }

    @AfterEach
    void listenNoMore(TestInfo test) {
        recorder.close();
        TestLog.report(
                "%s: %d texts, %d log events of %d loggers",
                test.getDisplayName(),
                recorder.seen().size(),
                recorder.events(),
                recorder.loggers().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "shared", "endpoint", "none"})
    void noKeyIsSeenWhateverHappensAtAServerThatRepeatsThemAll(String loginMode) throws Exception {
        List<String> uris = new ArrayList<>(List.of(
                "aipi:chat?progressUri=direct:progress",
                "aipi:chat?progressUri=direct:progress&waitForResult=false",
                "aipi:chat?holdConnection=true",
                "aipi:chat?outputType=json",
                "aipi:chat?outputType=result",
                "aipi:expiring",
                "aipi:refusinglogin?lazyLogin=true",
                "aipi:chat?operation=validateKey",
                "aipi:chat?operation=list",
                "aipi:chat?operation=describe"));
        SecretEchoServer.FAILING.forEach(endpoint -> uris.add("aipi:" + endpoint + "?pollFailureTimeout=200"));
        if ("auto".equals(loginMode)) {
            // nothing listens there
            uris.add("aipi:chat?lazyLogin=true&serverUrl=http://127.0.0.1:1&requestTimeout=2s");
        }
        try (SecretEchoServer server = new SecretEchoServer()) {
            run(server.url(), loginMode, uris.toArray(new String[0]));
            run(server.url(), loginMode, "aipi:refusinglogin");
        }
        assertThat(recorder.seen()).anyMatch(text -> text.contains("hello back"));
        assertThatNoneIsSeen(CLIENT_KEYS);
        assertThatNoneIsSeen(List.of(WORKER_KEY));
        if (!"none".equals(loginMode)) {
            // without a login the client never got the session keys that this server babbles of
            assertThatNoneIsSeen(SESSION_KEYS);
        }
    }

    /** Not everything that listens on a port speaks HTTP; an echo gives back the request line with the key in it. */
    @ParameterizedTest
    @ValueSource(strings = {"endpoint", "none"})
    void noKeyIsSeenAtAnEcho(String loginMode) throws Exception {
        RawServer.Behaviour echo = connection -> {
            if (connection.read()) {
                connection.write(connection.head());
                connection.write(connection.body());
            }
        };
        try (RawServer server = new RawServer(echo)) {
            run(
                    server.url(),
                    loginMode,
                    "aipi:chat?lazyLogin=true&pollFailureTimeout=200",
                    "aipi:chat?operation=validateKey&lazyLogin=true");
            assertThat(server.requests()).isNotEmpty();
        }
        assertThatNoneIsSeen(CLIENT_KEYS);
    }

    @ParameterizedTest
    @EnumSource
    void noKeyIsSeenAtAServerThatWorks(Generation generation) throws Exception {
        List<String> responses = new CopyOnWriteArrayList<>();
        try (AipiSimulator server = AipiSimulator.builder()
                        .generation(generation)
                        .apiKey(API_KEY)
                        .endpoint(SimulatedEndpoint.chat("chat", "prompt"))
                        .endpoint(SimulatedEndpoint.chat("failing", "prompt").withErrorOutput())
                        .endpoint(SimulatedEndpoint.image("picture"))
                        .computeTime(Duration.ofMillis(300))
                        .start();
                FaultProxy sniffer = FaultProxy.keepingConnections(server.port(), Duration.ofSeconds(10), passage -> {
                    HttpMessage response = passage.forward();
                    responses.add(response.text());
                    passage.respond(response);
                })) {
            for (String loginMode : List.of("auto", "none")) {
                run(
                        sniffer.url(),
                        loginMode,
                        "aipi:chat?progressUri=direct:progress",
                        "aipi:picture?progressUri=direct:progress",
                        "aipi:chat?holdConnection=true",
                        "aipi:chat?outputType=json",
                        "aipi:failing");
                server.expireSessions();
            }
            run(sniffer.url(), "auto", List.of("aipi:chat"), "hello", server::expireSessions);
        }
        assertThat(responses)
                .as("the worker's key is in raw progress")
                .anyMatch(response ->
                        generation == Generation.DOCUMENTED || response.contains(AipiSimulator.LEAKED_WORKER_KEY));
        Set<String> sessionKeys = sessionKeys(responses);
        assertThat(sessionKeys).as("session keys given out").hasSizeGreaterThan(1);
        assertThat(recorder.seen()).anyMatch(text -> text.contains("broken"));
        assertThatNoneIsSeen(CLIENT_KEYS);
        assertThatNoneIsSeen(List.of(AipiSimulator.LEAKED_WORKER_KEY));
        assertThatNoneIsSeen(List.copyOf(sessionKeys));
    }

    /** What is kept of jobs that outlive their process is read by whoever reads the database. */
    @ParameterizedTest
    @ValueSource(strings = {"shared", "endpoint", "none"})
    void noKeyIsInTheJobRepository(String loginMode) throws Exception {
        List<String> endpoints = List.of("chat", "failing", "lapsed", "lost");
        Set<String> outcomes = ConcurrentHashMap.newKeySet();
        try (SecretEchoServer server = new SecretEchoServer();
                TestContext test = TestContext.of(
                        server.url(),
                        API_KEY,
                        component -> {
                            component.getConfiguration().setLoginMode(loginMode);
                            component
                                    .getConfiguration()
                                    .setJobRepository(new AggregationJobRepository(new WatchedRepository()));
                            component.getConfiguration().setPollFailureTimeout(Duration.ofMillis(200));
                        },
                        routes -> {
                            for (String endpoint : endpoints) {
                                routes.from("direct:" + endpoint).to("aipi:" + endpoint + "?waitForResult=false");
                                routes.from("aipi:" + endpoint)
                                        .process(this::see)
                                        .process(exchange -> outcomes.add(endpoint));
                            }
                        })) {
            test.context().start();
            for (String endpoint : endpoints) {
                Exchange submitted = test.context().createProducerTemplate().request("direct:" + endpoint, exchange -> {
                    exchange.getMessage().setBody("hello");
                    exchange.getMessage().setHeader("Authorization", "Bearer " + SENDERS_KEY);
                    exchange.getMessage().setHeader("cookie", SENDERS_KEY);
                    exchange.getMessage().setHeader("X-Api-Key", SENDERS_KEY);
                    exchange.getMessage().setHeader("kept", "a-kept-header");
                });
                assertThat(submitted.getException()).isNull();
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> outcomes.containsAll(endpoints));
        }
        recorder.forget(text -> !text.startsWith("repository "));
        assertThat(recorder.seen())
                .as("entries")
                .anyMatch(text -> text.contains("a-kept-header"))
                .anyMatch(text -> text.contains("hello back"))
                .anyMatch(text -> text.contains("failed with"));
        List<String> secrets = new ArrayList<>(CLIENT_KEYS);
        secrets.addAll(List.of(WORKER_KEY, SENDERS_KEY));
        if (!"none".equals(loginMode)) {
            secrets.addAll(SESSION_KEYS);
        }
        assertThatNoneIsSeen(secrets);
    }

    /** Sees each entry as a database would get it. */
    private final class WatchedRepository extends MemoryAggregationRepository {
        @Override
        public Exchange add(CamelContext context, String key, Exchange entry) {
            recorder.see("repository", key + " " + serialised(DefaultExchangeHolder.marshal(entry, true, true)));
            return super.add(context, key, entry);
        }
    }

    /** What Camel does with a URI before it gives it to the component, and the route as it was written, are Camel's. */
    @ParameterizedTest
    @ValueSource(strings = {KEY_IN_URI, "RAW(" + KEY_IN_URI + ")", "{{aipi.apikey}}"})
    void aKeyWrittenIntoTheUriIsShownWhereCamelShowsUrisOnly(String written) throws Exception {
        boolean placeholder = written.startsWith("{{");
        try (SecretEchoServer server = new SecretEchoServer();
                TestContext test = context(
                        server.url(),
                        null,
                        "auto",
                        List.of("aipi:chat?progressUri=direct:progress&apiKey=" + written))) {
            if (placeholder) {
                test.context().getPropertiesComponent().addOverrideProperty("aipi.apikey", KEY_IN_URI);
            }
            RouteBuilder.addRoutes(
                    test.context(),
                    routes -> routes.from("aipi:chat?apiKey=" + written)
                            .routeId("answers")
                            .to("log:answers"));
            run(test, 1, "hello", () -> {});
        }
        assertThat(recorder.textsWith("aipi://chat?apiKey="))
                .as("the endpoint's URI")
                .isNotEmpty();
        assertThat(recorder.textsWith("consumer:answers"))
                .as("the consumer's health")
                .isNotEmpty();
        assertThat(recorder.textsWith(KEY_IN_URI)).as("Camel's own").isNotEmpty();
        recorder.forget(text -> CAMEL_SHOWS_URIS.stream().anyMatch(text::startsWith)
                || (placeholder && CAMEL_SHOWS_PROPERTIES.stream().anyMatch(text::startsWith)));
        assertThatNoneIsSeen(List.of(KEY_IN_URI, WORKER_KEY));
        assertThatNoneIsSeen(SESSION_KEYS);
    }

    @Test
    void aLeakWouldBeFoundWhereverItHappened() throws Exception {
        try (SecretEchoServer server = new SecretEchoServer()) {
            LogManager.getLogger("org.apache.hc.client5.http.wire").trace("<< planted-message");
            java.util.logging.Logger.getLogger("javax.net.ssl").finest("planted-jdk");
            ThreadContext.put("secret", "planted-mdc");
            LogManager.getLogger("io.aipi.client.internal.Any")
                    .debug("failed", new IllegalStateException("x", new IllegalArgumentException("planted-cause")));
            ThreadContext.clearMap();
            run(server.url(), "auto", List.of("aipi:chat?param.extra=planted-parameter"), "planted-body", () -> {});
        }
        assertThat(recorder.seen())
                .as("the body in a serialised exchange")
                .anyMatch(text -> text.startsWith("serialised ") && text.contains("hello back"));
        for (String planted : List.of(
                "planted-message",
                "planted-jdk",
                "planted-mdc",
                "planted-cause",
                "planted-parameter",
                "planted-body")) {
            assertThat(recorder.textsWith(planted)).as(planted).isNotEmpty();
        }
        for (String where : List.of(
                "jmx-name", "jmx", "console", "route-dump", "endpoint", "thread", "header", "serialised", "state")) {
            assertThat(recorder.seen()).as(where).anyMatch(text -> text.startsWith(where + " "));
        }
        assertThat(recorder.loggers())
                .as("who has spoken")
                .contains("before", "org.apache.camel.impl.DefaultCamelContext")
                .anyMatch(name -> name.startsWith("org.apache.hc."))
                .anyMatch(name -> name.startsWith("javax."));
    }

    private void run(String serverUrl, String loginMode, String... uris) throws Exception {
        run(serverUrl, loginMode, List.of(uris), "hello @error=broken", () -> {});
    }

    /** One exchange to each of the URIs, in one context. */
    private void run(String serverUrl, String loginMode, List<String> uris, String body, Runnable beforeTheExchanges)
            throws Exception {
        try (TestContext test = context(serverUrl, API_KEY, loginMode, uris)) {
            run(test, uris.size(), body, beforeTheExchanges);
        }
    }

    private TestContext context(String serverUrl, String apiKey, String loginMode, List<String> uris) throws Exception {
        TestContext test = TestContext.of(
                serverUrl,
                apiKey,
                component -> {
                    component.getConfiguration().setLoginMode(loginMode);
                    // 0.9.0 asks for one
                    component.getConfiguration().setUser("somebody");
                },
                routes -> {
                    for (int i = 0; i < uris.size(); i++) {
                        routes.from("direct:in" + i).routeId("in" + i).to(uris.get(i));
                    }
                    routes.from("direct:in")
                            .to("log:before?showAll=true")
                            .toD("direct:${header.route}")
                            .to("log:after?showAll=true");
                    routes.from("direct:progress")
                            .routeId("progress")
                            .to("log:progress?showAll=true")
                            .process(this::see);
                });
        CamelContext context = test.context();
        context.setTracing(true);
        context.setBacklogTracing(true);
        context.setMessageHistory(true);
        context.setDumpRoutes("xml");
        context.setUseMDCLogging(true);
        return test;
    }

    private void run(TestContext test, int routes, String body, Runnable beforeTheExchanges) throws Exception {
        CamelContext context = test.context();
        try {
            context.start();
        } catch (Exception e) {
            recorder.see("start", e);
            return;
        }
        beforeTheExchanges.run();
        List<CompletableFuture<Exchange>> responses = new ArrayList<>();
        for (int i = 0; i < routes; i++) {
            String route = "in" + i;
            responses.add(context.createProducerTemplate().asyncSend("direct:in", exchange -> {
                exchange.getMessage().setBody(body);
                exchange.getMessage().setHeader("route", route);
            }));
        }
        for (CompletableFuture<Exchange> response : responses) {
            see(response.get(90, TimeUnit.SECONDS));
        }
        seeJmx(context);
        seeHealth(context);
        seeConsoles(context);
        for (Endpoint endpoint : context.getEndpoints()) {
            recorder.see("endpoint", endpoint + " " + endpoint.getClass().getName());
            recorder.see("endpoint", endpoint.getEndpointUri() + " " + endpoint.getEndpointKey());
        }
        seeStates(context);
        ModelToXMLDumper dumper = PluginHelper.getModelToXMLDumper(context);
        recorder.see("route-dump", dumper.dumpModelAsXml(context, test.context().getRouteDefinition("in0")));
        ComponentThreads.live().forEach(thread -> recorder.see("thread", thread.getName()));
    }

    private void see(Exchange exchange) {
        recorder.see("body", exchange.getMessage().getBody(String.class));
        recorder.see("body", exchange.getMessage().getBody());
        exchange.getMessage().getHeaders().forEach((name, value) -> recorder.see("header", name + "=" + value));
        exchange.getAllProperties().forEach((name, value) -> recorder.see("property", name + "=" + value));
        recorder.see("exception", exchange.getException());
        recorder.see("exception", exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class));
        seeSerialised(exchange);
    }

    /** As brokers, caches and repositories keep exchanges: by Java's serialisation, which reads private fields, too. */
    private void seeSerialised(Exchange exchange) {
        Exchange copy = exchange.copy();
        // Camel keeps it in the properties, but it cannot be serialised
        copy.removeProperty(ExchangePropertyKey.MESSAGE_HISTORY);
        recorder.see("serialised", serialised(DefaultExchangeHolder.marshal(copy, true, true)));
        for (Throwable failure : Arrays.asList(
                exchange.getException(), exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class))) {
            if (failure != null) {
                recorder.see("serialised-exception", serialised(failure));
            }
        }
    }

    /** Each byte a character: the keys of these tests are ASCII, which stands in it as it is. */
    private static String serialised(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    private void seeJmx(CamelContext context) throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        Set<ObjectName> names = beans.queryNames(
                new ObjectName("org.apache.camel:context=" + context.getManagementName() + ",*"), null);
        assertThat(names).as("JMX beans").hasSizeGreaterThan(5);
        for (ObjectName name : names) {
            recorder.see("jmx-name", name);
            String[] attributes = Arrays.stream(beans.getMBeanInfo(name).getAttributes())
                    .map(MBeanAttributeInfo::getName)
                    .toArray(String[]::new);
            AttributeList values = beans.getAttributes(name, attributes);
            assertThat(values).as("attributes of %s", name).isNotEmpty();
            values.forEach(value -> recorder.see("jmx", value));
            if ("routes".equals(name.getKeyProperty("type"))) {
                recorder.see("jmx", beans.invoke(name, "dumpRouteAsXml", new Object[0], new String[0]));
            }
        }
    }

    private void seeHealth(CamelContext context) {
        List<HealthCheck> checks = HealthCheckHelper.getHealthCheckRegistry(context).stream()
                .filter(check -> check.getId().startsWith("producer:aipi")
                        || check.getId().startsWith("consumer:"))
                .toList();
        assertThat(checks).as("health checks").anyMatch(check -> check.getId().startsWith("producer:aipi"));
        for (HealthCheck check : checks) {
            check.setEnabled(true);
            for (HealthCheck.Result result : List.of(check.call(), check.callReadiness(), check.callLiveness())) {
                recorder.see("health", result.getMessage() + " " + result.getDetails() + " " + check.getId());
                recorder.see("health", result.getError().orElse(null));
            }
        }
    }

    private static int minorVersion(CamelContext context) {
        return Integer.parseInt(context.getVersion().split("\\.")[1]);
    }

    private void seeConsoles(CamelContext context) {
        for (String name : List.of(
                "aipi",
                "context",
                "endpoint",
                "route",
                "route-dump",
                "route-structure",
                "inflight",
                "health",
                "producer",
                "service",
                "properties",
                "processor",
                "trace",
                "send",
                "thread")) {
            DevConsole console = PluginHelper.getDevConsoleResolver(context).resolveDevConsole(name);
            if (minorVersion(context) < NEW_CONSOLES.getOrDefault(name, 0)) {
                assertThat(console).as(name).isNull();
                continue;
            }
            assertThat(console).as(name).isNotNull();
            for (DevConsole.MediaType type : DevConsole.MediaType.values()) {
                if (console.supportMediaType(type) && !"send".equals(name)) {
                    recorder.see("console", name + " " + console.call(type, Map.of("format", "xml")));
                }
            }
        }
    }

    /** Whatever the component's parts say of themselves, as a debugger or a careless log statement would have it. */
    private void seeStates(CamelContext context) {
        AipiComponent component = context.getComponent("aipi", AipiComponent.class);
        recorder.see("state", component + " " + component.getConfiguration());
        for (Route route : context.getRoutes()) {
            recorder.see("state", route + " " + route.getConsumer());
            for (Service service : route.getServices()) {
                recorder.see("state", service);
            }
        }
        for (Endpoint endpoint : context.getEndpoints()) {
            if (endpoint instanceof AipiEndpoint aipi) {
                recorder.see("state", aipi.getConfiguration() + " " + aipi.getServiceMetadata() + aipi.getServiceUrl());
            }
        }
    }

    private void assertThatNoneIsSeen(List<String> secrets) {
        assertThat(recorder.events()).as("log events").isGreaterThan(100);
        for (String secret : secrets) {
            assertThat(recorder.textsWith(secret)).as("texts with " + secret).isEmpty();
        }
    }

    /** The session keys in the responses of a server. */
    private static Set<String> sessionKeys(List<String> responses) {
        return responses.stream()
                .flatMap(response -> SESSION_KEY_GIVEN.matcher(response).results())
                .map(key -> key.group(1))
                .collect(Collectors.toSet());
    }
}
