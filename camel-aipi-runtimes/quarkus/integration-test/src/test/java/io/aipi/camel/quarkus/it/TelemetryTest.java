/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.testsupport.TenJobs;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.arc.Unremovable;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;
import org.junit.jupiter.api.Test;

/** Meters and spans as an application has them that has the extensions for them. */
@QuarkusTest
@QuarkusTestResource(value = TenJobsServer.class, restrictToAnnotatedClass = true)
class TelemetryTest {

    @ApplicationScoped
    static class Tracing {

        // tag::tracer[]
        /** Camel finds it, as it is a factory of route policies, too. */
        @Produces
        @Singleton
        @Unremovable
        OpenTelemetryTracer tracer(CamelContext camel) {
            OpenTelemetryTracer tracer = new OpenTelemetryTracer();
            tracer.init(camel);
            return tracer;
        }
        // end::tracer[]

        @Produces
        @Singleton
        InMemorySpanExporter exporter() {
            return InMemorySpanExporter.create();
        }
    }

    @Inject
    ProducerTemplate producer;

    @Inject
    InMemorySpanExporter exporter;

    @TestHTTPResource("/q/metrics")
    URL metrics;

    AipiSimulator server;

    @Test
    void tenJobsLeaveTheFiguresThatTheyLeaveOnPlainCamel_andASpanEach() throws Exception {
        // the login is before the first job, as on plain Camel: lazily, the first span could not name the operation
        TenJobs.run((endpoint, prompt) -> producer.request(
                "aipi:" + endpoint + "?lazyLogin=false",
                exchange -> exchange.getMessage().setBody(prompt)));

        String scrape;
        try (InputStream in = metrics.openStream()) {
            scrape = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(TenJobs.figures(ofTenJobs(scrape), URI.create(server.url()).getAuthority()))
                .isEqualTo(TenJobs.expectedFigures());
        assertThat(scrape).doesNotContain(TenJobs.API_KEY, "Question", "You said");
        // spans go to the exporter in batches
        await().untilAsserted(() -> assertThat(spansOfModels()).hasSize(10));
        assertThat(spansOfModels())
                .extracting(SpanData::getName)
                .containsOnly("chat " + TenJobs.CHAT, "generate_content " + TenJobs.IMAGE);
        assertThat(exporter.getFinishedSpanItems())
                .allSatisfy(
                        span -> assertThat(span.getName() + span.getStatus() + span.getAttributes() + span.getEvents())
                                .doesNotContain(TenJobs.API_KEY, "Question", "A camel", "A llama", "You said"));
    }

    private List<SpanData> spansOfModels() {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getAttributes().get(AttributeKey.stringKey("gen_ai.request.model")) != null)
                .toList();
    }

    /** The application's own routes have meters, too. */
    private static String ofTenJobs(String scrape) {
        return scrape.lines()
                .filter(line -> line.contains('"' + TenJobs.CHAT + '"') || line.contains('"' + TenJobs.IMAGE + '"'))
                .reduce("", (all, line) -> all + line + "\n");
    }
}
