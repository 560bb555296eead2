/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiOperation;
import io.aipi.camel.jdbc.JdbcJobRepository;
import io.aipi.simulator.AipiSimulator;
import io.aipi.testsupport.TenJobs;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TraceTest {

    private static final String CHAT = "aipi:" + TenJobs.CHAT;

    private final AipiSimulator server = TenJobs.server();
    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider tracers = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    private final JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:traces", "sa", "");
    private CamelContext context;
    private String excluded;

    /** One process: its context with a tracer of its own. */
    private void start(RouteBuilder routes) throws Exception {
        context = new DefaultCamelContext();
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        component.getConfiguration().setApiKey(TenJobs.API_KEY);
        context.addComponent("aipi", component);
        context.getRegistry().bind("jobs", new JdbcJobRepository(database));
        // tag::tracer[]
        context.getRegistry().bind("tracer", tracers.get("camel"));
        context.getRegistry().bind("propagators", ContextPropagators.create(W3CTraceContextPropagator.getInstance()));
        OpenTelemetryTracer tracer = new OpenTelemetryTracer();
        tracer.setCamelContext(context);
        // end::tracer[]
        tracer.setExcludePatterns(excluded);
        // tag::tracer[]
        tracer.init(context);
        // end::tracer[]
        context.addRoutes(routes);
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
        database.dispose();
        server.close();
    }

    @Test
    void aTraceGoesFromTheRequestThroughARestartToTheDelivery() throws Exception {
        MainHttpServer http = new MainHttpServer();
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        start(new RouteBuilder() {
            @Override
            public void configure() throws Exception {
                http.setCamelContext(getContext());
                http.setHost("127.0.0.1");
                http.setPort(port);
                getContext().addService(http);
                from("platform-http:/prompts").to(CHAT + "?waitForResult=false&jobRepository=#jobs");
            }
        });
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/prompts"))
                                .POST(HttpRequest.BodyPublishers.ofString("Tell me a secret"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        context.stop();
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from(CHAT + "?jobRepository=#jobs").to("log:answers?level=DEBUG");
            }
        });
        await().until(() -> spans().stream().anyMatch(span -> span.getName().equals("log")));

        List<SpanData> spans = spans();
        print(spans);
        assertThat(spans)
                .extracting(SpanData::getTraceId)
                .containsOnly(spans.get(0).getTraceId());
        assertThat(spans)
                .extracting(SpanData::getName)
                .containsExactly("POST", "chat " + TenJobs.CHAT, "chat " + TenJobs.CHAT, "log");
        SpanData submit = spans.get(1);
        SpanData delivery = spans.get(2);
        assertThat(delivery.getParentSpanId()).isEqualTo(submit.getSpanId());
        String jobId = attributes(submit).get("aipi.job.id");
        assertThat(attributes(submit))
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "aipi")
                .containsEntry("gen_ai.request.model", TenJobs.CHAT)
                .containsEntry("server.address", "127.0.0.1")
                .containsEntry(
                        "server.port", String.valueOf(URI.create(server.url()).getPort()));
        assertThat(jobId).isNotNull();
        assertThat(events(submit)).containsExactly("accepted");
        assertThat(attributes(delivery))
                .containsEntry("aipi.job.id", jobId)
                .containsEntry("aipi.job.state", "done")
                .containsKeys("gen_ai.response.model", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens");
        assertThat(all(spans)).doesNotContain("secret", "You said", TenJobs.API_KEY);
    }

    @Test
    void aSpanThatWaitsForTheResultHasItsEvents() throws Exception {
        start(route(CHAT));

        ask("Hello @sleep=1.5");

        SpanData span = ofEndpoint();
        assertThat(events(span)).containsExactly("accepted", "first progress", "done");
        assertThat(attributes(span))
                .containsEntry("aipi.job.state", "done")
                .containsKeys("aipi.job.id", "gen_ai.response.model", "gen_ai.usage.output_tokens");
        assertThat(span.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);
    }

    @Test
    void aFailureIsNamed_andNotQuoted() throws Exception {
        start(route(CHAT));

        ask("Hello @error=The_prompt_was_secret");

        SpanData span = ofEndpoint();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(attributes(span)).containsEntry("error.type", "JobFailedException");
        assertThat(all(List.of(span))).doesNotContain("secret");
    }

    @Test
    void aSpanOfATemplateHasItsOutcome() throws Exception {
        start(route(CHAT));

        context.createProducerTemplate().requestBody(CHAT, "Hello", String.class);

        assertThat(events(ofEndpoint())).startsWith("accepted").endsWith("done");
        assertThat(attributes(ofEndpoint()))
                .containsEntry("aipi.job.state", "done")
                .containsKeys("aipi.job.id", "gen_ai.usage.output_tokens");
    }

    @Test
    void aSpanIsOfTheOperationThatTheHeaderAsksFor() throws Exception {
        start(route(CHAT + "?allowOperationFromHeader=true"));

        context.createProducerTemplate()
                .requestBodyAndHeader("direct:in", null, AipiConstants.OPERATION, AipiOperation.describe);

        await().until(() -> spans().stream()
                .anyMatch(span -> span.getName().equals("describe " + TenJobs.CHAT)
                        && "describe".equals(attributes(span).get("gen_ai.operation.name"))));
    }

    @Test
    void aJobThatTheHeaderAsksForIsOne() throws Exception {
        start(route(CHAT + "?operation=describe&allowOperationFromHeader=true"));

        context.createProducerTemplate()
                .requestBodyAndHeader("direct:in", "Hello", AipiConstants.OPERATION, AipiOperation.submit);

        assertThat(attributes(ofEndpoint())).containsEntry("gen_ai.operation.name", "chat");
    }

    @Test
    void aFailureAfterAJobIsNotToldOfThatJob() throws Exception {
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to(CHAT).setBody(constant("Two @error=No")).to(CHAT);
            }
        });

        ask("One");

        await().until(() -> spans().stream().filter(TraceTest::isOfEndpoint).count() == 2);
        List<SpanData> jobs = spans().stream().filter(TraceTest::isOfEndpoint).toList();
        assertThat(attributes(jobs.get(1)))
                .containsEntry("aipi.job.state", "failed")
                .doesNotContainKey("gen_ai.usage.output_tokens")
                .doesNotContainEntry("aipi.job.id", attributes(jobs.get(0)).get("aipi.job.id"));
    }

    @Test
    void whatIsExcludedIsToldInNoOtherSpan() throws Exception {
        excluded = "aipi:" + TenJobs.IMAGE + "*";
        start(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to(CHAT + "?waitForResult=false");
                from(CHAT).to("aipi:" + TenJobs.IMAGE).to("log:images?level=DEBUG");
            }
        });

        context.createProducerTemplate().requestBody("direct:submit", "Hello");

        await().until(() -> spans().stream().filter(TraceTest::isOfEndpoint).count() == 2);
        SpanData delivery =
                spans().stream().filter(TraceTest::isOfEndpoint).toList().get(1);
        assertThat(events(delivery)).isEmpty();
        assertThat(attributes(delivery)).containsEntry("gen_ai.response.model", "simulated-model");
    }

    @Test
    void theJobIdCanBeLeftOut_andContentPutIn() throws Exception {
        start(route(CHAT + "?telemetryJobId=false&telemetryContent=true"));

        ask("Hello");

        assertThat(attributes(ofEndpoint()))
                .doesNotContainKey("aipi.job.id")
                .containsEntry(
                        "gen_ai.input.messages",
                        "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hello\"}]}]")
                .hasEntrySatisfying(
                        "gen_ai.output.messages", text -> assertThat(text).contains("assistant", "You said: Hello"));
    }

    private static RouteBuilder route(String uri) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to(uri);
            }
        };
    }

    private void ask(String prompt) {
        context.createProducerTemplate()
                .request("direct:in", exchange -> exchange.getMessage().setBody(prompt));
    }

    private SpanData ofEndpoint() {
        await().until(() -> spans().stream().anyMatch(TraceTest::isOfEndpoint));
        return spans().stream().filter(TraceTest::isOfEndpoint).findFirst().orElseThrow();
    }

    private static boolean isOfEndpoint(SpanData span) {
        return span.getName().startsWith("chat ");
    }

    // ---- what was exported

    private List<SpanData> spans() {
        return exporter.getFinishedSpanItems().stream()
                .sorted(Comparator.comparingLong(SpanData::getStartEpochNanos))
                .toList();
    }

    private static Map<String, String> attributes(SpanData span) {
        Map<String, String> attributes = new TreeMap<>();
        span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value.toString()));
        return attributes;
    }

    private static List<String> events(SpanData span) {
        return span.getEvents().stream().map(EventData::getName).toList();
    }

    private static String all(List<SpanData> spans) {
        return spans.stream()
                .map(span -> span.getName()
                        + attributes(span)
                        + span.getEvents().stream()
                                .map(event -> event.getName() + event.getAttributes())
                                .toList())
                .collect(Collectors.joining("\n"));
    }

    private static void print(List<SpanData> spans) {
        long begin = spans.get(0).getStartEpochNanos();
        for (SpanData span : spans) {
            System.out.printf(
                    "%6d ms  trace %s span %s parent %s  %s%n           %s%n           events %s%n",
                    (span.getStartEpochNanos() - begin) / 1_000_000,
                    span.getTraceId(),
                    span.getSpanId(),
                    span.getParentSpanId(),
                    span.getName(),
                    attributes(span),
                    events(span));
        }
    }
}
