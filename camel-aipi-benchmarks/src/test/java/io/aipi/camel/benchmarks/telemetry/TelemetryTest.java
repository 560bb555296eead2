/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TelemetryTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Telemetry telemetry = new Telemetry();
    private Timer detection;

    @BeforeEach
    void install() {
        telemetry.install(context);
        MeterRegistry meters = context.getRegistry().lookupByNameAndType("meters", MeterRegistry.class);
        detection = meters.timer("camel.aipi.job.detection.delay");
        meters.counter("camel.aipi.jobs.submitted").increment(120);
        meters.counter("camel.aipi.jobs.completed").increment(110);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private void detected(int first, int last) {
        for (int millis = first; millis <= last; millis++) {
            detection.record(Duration.ofMillis(millis));
        }
    }

    @Test
    void whatCameBeforeDoesNotCount() {
        detected(1500, 1600);
        TelemetryCounts before = telemetry.counts();
        detected(1, 100);

        TelemetryCounts since = telemetry.counts().since(before);

        assertThat(since.detected()).isEqualTo(100);
        assertThat(since.meanMillis()).isCloseTo(50.5, within(0.001));
        assertThat(since.millisAt(0.95)).isCloseTo(95, within(0.001));
        assertThat(since.millisAt(0.5)).isCloseTo(50, within(0.001));
        assertThat(since.submitted()).isZero();
    }

    @Test
    void whatIsBeyondTheBucketsIsNotTold() {
        detected(2001, 2100);

        assertThat(telemetry.counts().meanMillis()).isCloseTo(2050.5, within(0.001));
        assertThat(telemetry.counts().millisAt(0.95)).isNaN();
    }

    @Test
    void spansOfJobsAreToldFromOthers() {
        Tracer tracer = context.getRegistry().lookupByNameAndType("tracer", Tracer.class);
        tracer.spanBuilder("direct").startSpan().end();
        tracer.spanBuilder("chat")
                .setAttribute("gen_ai.provider.name", "aipi")
                .startSpan()
                .end();

        telemetry.flush();

        assertThat(telemetry.counts().spans()).isEqualTo(2);
        assertThat(telemetry.counts().jobSpans()).isEqualTo(1);
    }

    @Test
    void everyFigureHasToFitTheJobs() {
        assertThatCode(() -> counts(10, 9, 9, 10).require(10, 9)).doesNotThrowAnyException();
        assertThatIllegalStateException()
                .isThrownBy(() -> counts(11, 9, 9, 10).require(10, 9))
                .withMessageContaining("11 submitted");
        assertThatIllegalStateException()
                .isThrownBy(() -> counts(10, 10, 9, 10).require(10, 9))
                .withMessageContaining("10 completed");
        assertThatIllegalStateException()
                .isThrownBy(() -> counts(10, 9, 8, 10).require(10, 9))
                .withMessageContaining("8 delays");
        assertThatIllegalStateException()
                .isThrownBy(() -> counts(10, 9, 9, 7).require(10, 9))
                .withMessageContaining("7 spans");
    }

    private static TelemetryCounts counts(long submitted, long completed, long detected, long jobSpans) {
        return new TelemetryCounts(submitted, completed, detected, 100, new long[0], jobSpans, 2 * jobSpans);
    }
}
