/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.telemetry;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;

/**
 * Meters and spans as in production: a registry of Prometheus, and Camel's tracer with OpenTelemetry's SDK, whose spans go in
 * batches to an exporter. Only the network is missing.
 */
public final class Telemetry {

    private static final String DETECTION = "camel.aipi.job.detection.delay";

    private static final long FLUSH_SECONDS = 30;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final CountingExporter exporter = new CountingExporter();
    private final SdkTracerProvider tracers = SdkTracerProvider.builder()
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
            .build();

    /** Nothing is measured yet. */
    public Telemetry() {
        registry.config().meterFilter(new DetectionBuckets());
    }

    /** Buckets for the delay of detection: a Timer has none of its own. */
    private static final class DetectionBuckets implements MeterFilter {

        @Override
        public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
            if (!id.getName().equals(DETECTION)) {
                return config;
            }
            double[] nanos = IntStream.rangeClosed(1, TelemetryCounts.STEPS)
                    .mapToDouble(step -> TimeUnit.MILLISECONDS.toNanos((long) step * TelemetryCounts.STEP_MILLIS))
                    .toArray();
            return DistributionStatisticConfig.builder()
                    .serviceLevelObjectives(nanos)
                    .build()
                    .merge(config);
        }
    }

    /**
     * Switches both on.
     *
     * @param context not started yet
     */
    public void install(CamelContext context) {
        context.getRegistry().bind("meters", registry);
        context.getRegistry().bind("tracer", tracers.get("camel"));
        context.getRegistry().bind("propagators", ContextPropagators.create(W3CTraceContextPropagator.getInstance()));
        OpenTelemetryTracer tracer = new OpenTelemetryTracer();
        tracer.setCamelContext(context);
        tracer.init(context);
    }

    /** Exports the spans that have ended. */
    public void flush() {
        if (!tracers.forceFlush().join(FLUSH_SECONDS, TimeUnit.SECONDS).isSuccess()) {
            throw new IllegalStateException("Spans could not be exported within " + FLUSH_SECONDS + " s");
        }
    }

    /**
     * What was counted so far.
     *
     * @return of spans, what the exporter has got
     */
    public TelemetryCounts counts() {
        Timer detection = registry.get(DETECTION).timer();
        return new TelemetryCounts(
                count("camel.aipi.jobs.submitted"),
                count("camel.aipi.jobs.completed"),
                detection.count(),
                detection.totalTime(TimeUnit.MILLISECONDS),
                Arrays.stream(detection.takeSnapshot().histogramCounts())
                        .limit(TelemetryCounts.STEPS)
                        .mapToLong(bucket -> (long) bucket.count())
                        .toArray(),
                exporter.ofJobs(),
                exporter.all());
    }

    private long count(String name) {
        return (long) registry.get(name).counter().count();
    }
}
