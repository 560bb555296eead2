/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.plan.DatabaseProduct;
import io.aipi.camel.benchmarks.plan.Plan;
import io.aipi.camel.benchmarks.plan.Scenario;
import io.aipi.camel.benchmarks.report.Report;
import io.aipi.camel.benchmarks.report.Row;
import io.aipi.camel.benchmarks.report.StoreFigures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That it works, with all its processes; not how fast anything is. */
class BenchmarkSmokeTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    /** In every build: the component, its stores and a client beside it, and the scenarios whose results have a form of their own. */
    @Test
    void aSmallRunOfSomeResponsesEveryJobAndLeavesNothingBehind(@TempDir Path folder) throws Exception {
        runs(folder, "chat,curve-50,telemetry-1,detached,startup", "aipi,aipi-telemetry,jdk-300ms,memory,jdbc-h2");
    }

    @Test
    @Tag("nightly")
    void aSmallRunResponsesEveryJobOfEveryPeerAndLeavesNothingBehind(@TempDir Path folder) throws Exception {
        runs(folder, "", "");
    }

    private void runs(Path folder, String scenarios, String clients) throws Exception {
        Arguments arguments = Arguments.of(
                "--plan", "smoke", "--out", folder.toString(), "--scenarios", scenarios, "--clients", clients);
        Report report = new Benchmark(arguments, new PrintStream(printed, true, StandardCharsets.UTF_8)).run();

        String text = printed.toString(StandardCharsets.UTF_8);
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .as("processes that are left")
                .isEmpty();
        for (Scenario load : Plan.named("smoke").scenarios()) {
            if (!scenarios.isEmpty() && !List.of(scenarios.split(",")).contains(load.id())) {
                continue;
            }
            for (ClientKind client : arguments.clientsOf(load)) {
                check(load, client, report.rows(), text);
            }
        }
        assertThat(report.startUp().with())
                .hasSize(1)
                .allSatisfy(millis -> assertThat(millis).isPositive());
        assertThat(text).contains("start-up", "not run");
        checkFiles(folder, report);
    }

    private static void check(Scenario load, ClientKind client, List<Row> rows, String text) {
        assertThat(rows)
                .as(text)
                .filteredOn(row -> row.load().equals(load.id()) && row.client().equals(client.id()))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.jobs()).isEqualTo(load.measured());
                    assertThat(row.failed()).as(text).isZero();
                    assertThat(row.jobsPerSecond()).isPositive();
                    assertThat(row.cpuMillis()).isPositive();
                    assertThat(row.allocatedBytes()).isPositive();
                    assertThat(row.responseBytes()).isPositive();
                    assertThat(row.threads()).isPositive();
                    assertThat(row.connections()).isPositive();
                    assertThat(load.isBacklog() ? 0 : row.delay().mean())
                            .as("a delay is a time after the result, but for what the clocks leave open")
                            .isGreaterThan(-2 * row.clockErrorMillis());
                    assertThat(row.polls() > 0).isEqualTo(!client.isHeld());
                    assertThat(Double.isNaN(row.heapBytes())).as(text).isEqualTo(!load.heap());
                    assertThat(row.pollsByPosition().isEmpty()).isEqualTo(!load.burst());
                    checkStore(load, client, row.store());
                    checkTelemetry(client, row);
                });
    }

    private static void checkStore(Scenario load, ClientKind client, StoreFigures store) {
        if (client.database() == DatabaseProduct.NONE) {
            assertThat(store).isNull();
            return;
        }
        assertThat(store.statements()).isGreaterThan(2);
        assertThat(store.transactions()).isPositive().isLessThanOrEqualTo(store.statements());
        assertThat(store.roundTrips()).isGreaterThan(store.transactions());
        if (load.isBacklog()) {
            assertThat(store.claims()).isPositive();
            assertThat(store.claimMillis()).isPositive().isLessThanOrEqualTo(store.longestClaimMillis());
            assertThat(store.firstRoutedMillis()).isPositive();
            assertThat(store.mostTracked()).isEqualTo(load.inFlight());
            assertThat(store.heapBytes()).isPositive();
        }
    }

    private static void checkTelemetry(ClientKind client, Row row) {
        if (client != ClientKind.AIPI_TELEMETRY) {
            assertThat(row.telemetry()).isNull();
            return;
        }
        assertThat(row.telemetry().spans())
                .as("of the route, and of the job in it")
                .isEqualTo(2);
        assertThat(row.telemetry().detectionMean()).isPositive();
        assertThat(row.telemetry().detectionP95()).isPositive();
        assertThat(row.notes()).anySatisfy(note -> assertThat(note).contains("by the meter", "2.00 spans a job"));
    }

    private static void checkFiles(Path folder, Report report) throws Exception {
        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("benchmark.json").toFile());
        assertThat(json.required("rows")).hasSize(report.rows().size());
        assertThat(json.required("targets")).hasSize(report.targets().size());
        assertThat(folder.resolve("benchmark.txt")).content().contains("jdk-300ms");
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> plots =
                    files.filter(file -> file.toString().endsWith(".svg")).toList();
            assertThat(plots).extracting(plot -> plot.getFileName().toString()).contains("curve.svg", "polls.svg");
            for (Path plot : plots) {
                assertThat(DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse(plot.toFile())
                                .getDocumentElement()
                                .getTagName())
                        .isEqualTo("svg");
            }
        }
    }
}
