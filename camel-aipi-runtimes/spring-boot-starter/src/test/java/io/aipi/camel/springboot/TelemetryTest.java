/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AipiSimulator;
import io.aipi.testsupport.TenJobs;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.URI;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Meters and spans as an application has them that has Actuator, and Camel's tracer as a bean. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=prometheus",
            "management.prometheus.metrics.export.enabled=true",
            "camel.component.aipi.api-key=" + TenJobs.API_KEY,
        })
@DirtiesContext
class TelemetryTest {

    private static AipiSimulator server;

    @Autowired
    private ProducerTemplate producer;

    @Autowired
    private InMemorySpanExporter exporter;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void startServer(DynamicPropertyRegistry properties) {
        server = TenJobs.server();
        properties.add("camel.component.aipi.server-url", server::url);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        InMemorySpanExporter exporter() {
            return InMemorySpanExporter.create();
        }

        @Bean
        Tracer tracer(InMemorySpanExporter exporter) {
            return SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build()
                    .get("camel");
        }

        @Bean
        ContextPropagators propagators() {
            return ContextPropagators.create(W3CTraceContextPropagator.getInstance());
        }

        // tag::tracer[]
        @Bean
        CamelContextConfiguration tracing() {
            return new CamelContextConfiguration() {
                @Override
                public void beforeApplicationStart(CamelContext context) {
                    OpenTelemetryTracer tracer = new OpenTelemetryTracer();
                    tracer.setCamelContext(context);
                    tracer.init(context);
                }

                @Override
                public void afterApplicationStart(CamelContext context) {
                    // nothing
                }
            };
        }
        // end::tracer[]
    }

    @Test
    void tenJobsLeaveTheFiguresThatTheyLeaveOnPlainCamel_andASpanEach() throws Exception {
        TenJobs.run((endpoint, prompt) -> producer.request(
                "aipi:" + endpoint, exchange -> exchange.getMessage().setBody(prompt)));

        String scrape = new Actuator(port).text("/prometheus");
        assertThat(TenJobs.figures(scrape, URI.create(server.url()).getAuthority()))
                .isEqualTo(TenJobs.expectedFigures());
        assertThat(scrape).doesNotContain(TenJobs.API_KEY, "Question", "You said");
        assertThat(exporter.getFinishedSpanItems())
                .filteredOn(span -> span.getAttributes().get(AttributeKey.stringKey("gen_ai.request.model")) != null)
                .hasSize(10)
                .extracting(SpanData::getName)
                .containsOnly("chat " + TenJobs.CHAT, "generate_content " + TenJobs.IMAGE);
    }
}
