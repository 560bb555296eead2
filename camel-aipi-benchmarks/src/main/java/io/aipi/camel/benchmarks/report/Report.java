/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.plan.Plan;
import io.aipi.camel.benchmarks.plan.Storage;
import io.aipi.camel.benchmarks.startup.StartUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * All that came out of a run.
 *
 * @param plan the name of its plan
 * @param java the version of Java that clients and server ran on
 * @param system the operating system
 * @param processors how many processors it has
 * @param rows the rows
 * @param startUp the starts; null if they were not measured
 * @param targets what was to be reached
 */
public record Report(
        String plan,
        String java,
        String system,
        int processors,
        List<Row> rows,
        StartUp startUp,
        List<Target> targets) {

    /** Copies the lists. */
    public Report {
        rows = List.copyOf(rows);
        targets = List.copyOf(targets);
    }

    /**
     * The report of rows that were measured on this system.
     *
     * @param plan the name of the plan
     * @param rows the rows
     * @param startUp the starts; null if they were not measured
     * @return the report, with the targets judged
     */
    public static Report of(String plan, List<Row> rows, StartUp startUp) {
        return new Report(
                plan,
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                rows,
                startUp,
                Targets.of(rows, startUp));
    }

    /**
     * Writes {@code benchmark.json}, {@code benchmark.txt} and the plots.
     *
     * @param folder where to
     * @throws IOException if that fails
     */
    public void write(Path folder) throws IOException {
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(folder.resolve("benchmark.json").toFile(), this);
        Files.writeString(folder.resolve("benchmark.txt"), toString());
        plot(
                folder,
                "delay-p50",
                BarPlot.of(
                        "Delay of detection, p50 (ms)", rows, row -> row.delay().p50(), 0));
        plot(
                folder,
                "delay-p95",
                BarPlot.of(
                        "Delay of detection, p95 (ms)", rows, row -> row.delay().p95(), 0));
        plot(folder, "polls", BarPlot.of("Polls per job", rows, Row::polls, 1));
        plot(folder, "cpu", BarPlot.of("Processor time per job (ms)", rows, Row::cpuMillis, 2));
        plot(folder, "allocation", BarPlot.of("Allocated per job (kB)", rows, row -> row.allocatedBytes() / 1000, 0));
        plot(folder, "heap", BarPlot.of("Live heap per job in flight (kB)", rows, row -> row.heapBytes() / 1000, 1));
        plot(folder, "threads", BarPlot.of("Threads", rows, Row::threads, 0));
        List<Row> detached = rows.stream()
                .filter(row -> ClientKind.of(row.client()).storage() != Storage.NONE)
                .toList();
        if (!detached.isEmpty()) {
            plot(folder, "throughput", BarPlot.of("Detached jobs a second", detached, Row::jobsPerSecond, 0));
        }
        List<Row> curve =
                rows.stream().filter(row -> row.load().startsWith(Plan.CURVE)).toList();
        if (!curve.isEmpty()) {
            plot(folder, "curve", CurvePlot.of(curve));
        }
    }

    private static void plot(Path folder, String name, Svg plot) throws IOException {
        Files.writeString(folder.resolve(name + ".svg"), plot.text());
    }

    /** As people read it. */
    @Override
    public String toString() {
        return java + ", " + system + ", " + processors + " processors, plan " + plan + "\n\n" + RowTable.of(rows)
                + (startUp == null ? "" : "\n" + startUp) + "\n" + Targets.table(targets);
    }
}
