/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import static io.aipi.camel.benchmarks.plan.ClientKind.AIPI;
import static io.aipi.camel.benchmarks.plan.ClientKind.AIPI_TELEMETRY;
import static io.aipi.camel.benchmarks.plan.ClientKind.CAMEL_JDBC_POSTGRESQL;
import static io.aipi.camel.benchmarks.plan.ClientKind.JDBC_H2;
import static io.aipi.camel.benchmarks.plan.ClientKind.JDBC_POSTGRESQL;
import static io.aipi.camel.benchmarks.plan.ClientKind.JDK;
import static io.aipi.camel.benchmarks.plan.ClientKind.MEMORY;
import static io.aipi.camel.benchmarks.report.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.benchmarks.report.Target.Verdict;
import io.aipi.camel.benchmarks.startup.StartUp;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetsTest {

    private static Verdict verdict(List<Target> targets, String beginning) {
        return targets.stream()
                .filter(target -> target.name().startsWith(beginning))
                .findFirst()
                .orElseThrow()
                .verdict();
    }

    @Test
    void withoutRowsNothingWasRun() {
        assertThat(Targets.of(List.of(), null))
                .isNotEmpty()
                .allSatisfy(target -> assertThat(target.verdict()).isEqualTo(Verdict.NOT_RUN));
    }

    @Test
    void aThirdOfThePollsAndNoLongerADelayIsEnough() {
        List<Target> targets =
                Targets.of(List.of(row("percent-2s", AIPI, 2, 280), row("percent-2s", JDK, 6, 290)), null);

        assertThat(verdict(targets, "percent-2s: polls")).isEqualTo(Verdict.MET);
        assertThat(verdict(targets, "percent-2s: p95")).isEqualTo(Verdict.MET);
    }

    @Test
    void morePollsOrALongerDelayIsNot() {
        List<Target> targets =
                Targets.of(List.of(row("percent-2s", AIPI, 2.1, 291), row("percent-2s", JDK, 6, 290)), null);

        assertThat(verdict(targets, "percent-2s: polls")).isEqualTo(Verdict.MISSED);
        assertThat(verdict(targets, "percent-2s: p95")).isEqualTo(Verdict.MISSED);
    }

    @Test
    void oneJobThatFailedIsOneTooMany() {
        assertThat(verdict(Targets.of(List.of(row("short-1", AIPI, 1, 1, 0)), null), "all runs"))
                .isEqualTo(Verdict.MET);
        assertThat(verdict(Targets.of(List.of(row("short-1", AIPI, 1, 1, 1)), null), "all runs"))
                .isEqualTo(Verdict.MISSED);
    }

    @Test
    void everyPointOfTheCurveIsComparedWithAFixedIntervalOfTheSamePolls() {
        List<Target> targets = Targets.of(
                List.of(
                        row("curve-100", JDK, 16, 100),
                        row("curve-200", JDK, 8, 200),
                        row("curve-100", AIPI, 4, 399),
                        row("curve-400", JDK, 4, 400),
                        row("curve-200", AIPI, 11.3, 150)),
                null);

        assertThat(verdict(targets, "curve-100: mean")).isEqualTo(Verdict.MET);
        assertThat(verdict(targets, "curve-200: mean"))
                .as("a fixed interval has 141 ms at 11.3 polls")
                .isEqualTo(Verdict.MISSED);
    }

    private static StoreFigures store(double statements, double transactions) {
        return new StoreFigures(statements, 2, transactions, 0.1, 3, 20, 40, Double.NaN, Double.NaN, Double.NaN);
    }

    @Test
    void aFastMachineNeedsNoMoreThanTwoThousandJobsASecond() {
        List<Target> targets = Targets.of(
                List.of(
                        row("detached-20000", MEMORY, 9000, 0.3, null),
                        row("detached-20000", JDBC_POSTGRESQL, 2000, 0.54, store(4, 0.99)),
                        row("detached-20000", CAMEL_JDBC_POSTGRESQL, 500, 3, store(12, 6))),
                null);

        assertThat(targets)
                .filteredOn(target -> target.name().startsWith("detached") && target.verdict() != Verdict.NOT_RUN)
                .hasSize(5)
                .allSatisfy(target -> assertThat(target.verdict()).isEqualTo(Verdict.MET));
    }

    @Test
    void aSlowMachineNeedsFourFifthsOfWhatItDoesInMemory() {
        List<Target> targets = Targets.of(
                List.of(
                        row("detached-20000", MEMORY, 1000, 0.3, null),
                        row("detached-20000", JDBC_POSTGRESQL, 799, 0.55, store(4.1, 1)),
                        row("detached-20000", CAMEL_JDBC_POSTGRESQL, 200, 3, store(12, 6))),
                null);

        assertThat(targets)
                .filteredOn(target -> target.name().startsWith("detached") && target.verdict() != Verdict.NOT_RUN)
                .hasSize(5)
                .allSatisfy(target -> assertThat(target.verdict()).isEqualTo(Verdict.MISSED));
    }

    @Test
    void aBacklogStaysInTheDatabase() {
        StoreFigures bounded = new StoreFigures(3, 2, 0.1, Double.NaN, 20, 20, 90, 4900, 1000, 30e6);
        StoreFigures all = new StoreFigures(3, 2, 0.1, Double.NaN, 20, 20, 90, 5100, 100_000, 300e6);
        List<Target> targets = Targets.of(
                List.of(
                        row("backlog-100000", JDBC_POSTGRESQL, 3000, 0.3, bounded),
                        row("backlog-100000", JDBC_H2, 3000, 0.3, all)),
                null);

        assertThat(targets)
                .filteredOn(target -> target.name().startsWith("backlog-100000, jdbc-postgresql"))
                .hasSize(3)
                .allSatisfy(target -> assertThat(target.verdict()).isEqualTo(Verdict.MET));
        assertThat(targets)
                .filteredOn(target -> target.name().startsWith("backlog-100000, jdbc-h2"))
                .hasSize(3)
                .allSatisfy(target -> assertThat(target.verdict()).isEqualTo(Verdict.MISSED));
    }

    @Test
    void metersAndSpansCostATenth_onAverageOfAllRuns() {
        List<Target> targets = Targets.of(
                List.of(
                        row("telemetry-1", AIPI, 0.40, (TelemetryFigures) null),
                        row("telemetry-1", AIPI_TELEMETRY, 0.50, new TelemetryFigures(91, 109, 2)),
                        row("telemetry-2", AIPI, 0.40, (TelemetryFigures) null),
                        row("telemetry-2", AIPI_TELEMETRY, 0.37, new TelemetryFigures(109, 90, 2))),
                null);

        assertThat(targets)
                .filteredOn(target -> target.name().startsWith("telemetry"))
                .hasSize(3)
                .allSatisfy(target -> assertThat(target.verdict()).isEqualTo(Verdict.MET));
    }

    @Test
    void moreThanThat_orAMeterThatIsOffInOneRun_isNotEnough() {
        List<Target> targets = Targets.of(
                List.of(
                        row("telemetry-1", AIPI, 0.40, (TelemetryFigures) null),
                        row("telemetry-1", AIPI_TELEMETRY, 0.45, new TelemetryFigures(100, 111, 2)),
                        row("telemetry-2", AIPI, 0.40, (TelemetryFigures) null),
                        row("telemetry-2", AIPI_TELEMETRY, 0.45, new TelemetryFigures(89, 100, 2))),
                null);

        assertThat(targets)
                .filteredOn(target -> target.name().startsWith("telemetry"))
                .hasSize(3)
                .allSatisfy(target -> assertThat(target.verdict()).isEqualTo(Verdict.MISSED));
    }

    @Test
    void theMiddleOfTheStartsCounts() {
        StartUp startUp = new StartUp(
                List.of(1000.0, 1010.0, 5000.0),
                List.of(1290.0, 9000.0, 1200.0),
                List.of(1.0, 1.0, 1.0),
                List.of(1.0, 1.0, 1.0));

        assertThat(startUp.added()).isEqualTo(280);
        assertThat(verdict(Targets.of(List.of(), startUp), "start-up")).isEqualTo(Verdict.MET);
    }
}
