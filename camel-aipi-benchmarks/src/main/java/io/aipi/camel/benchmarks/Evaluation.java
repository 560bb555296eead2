/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks;

import io.aipi.camel.benchmarks.client.Backlog;
import io.aipi.camel.benchmarks.client.ClientReport;
import io.aipi.camel.benchmarks.client.Cost;
import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.plan.Scenario;
import io.aipi.camel.benchmarks.plan.Work;
import io.aipi.camel.benchmarks.report.Delay;
import io.aipi.camel.benchmarks.report.Row;
import io.aipi.camel.benchmarks.report.StoreFigures;
import io.aipi.camel.benchmarks.report.Table;
import io.aipi.camel.benchmarks.report.TelemetryFigures;
import io.aipi.camel.benchmarks.server.ServerReport;
import io.aipi.camel.benchmarks.server.ServerReport.ServedJob;
import io.aipi.camel.benchmarks.store.StoreCounts;
import io.aipi.camel.benchmarks.telemetry.TelemetryCounts;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Puts together what server and client saw of the same jobs. */
record Evaluation(Scenario load, ClientKind kind, ClientReport client, ServerReport server, Clocks clocks) {

    private static final double MILLI = 1e6;
    private static final int POSITIONS = 100;
    private static final double TAIL = 0.95;

    /** The component looks up addresses on a thread that comes and goes and allocates next to nothing. */
    private static final int FEW_THREADS = 3;

    /** {@code databaseCpuNanos} is NaN where the database has no processes of its own. */
    Row row(double heapBytes, double databaseCpuNanos, List<String> notes) {
        Cost cost = client.cost();
        long[] continued = client.results().continuedNanos();
        double jobs = continued.length;
        Map<String, ServedJob> served = servedByTag(notes);
        double[] delays = delays(continued, served);
        int failed = load.isBacklog() ? notContinued(continued) : continued.length - delays.length;
        if (client.results().failure() != null) {
            notes.add("the first failure: " + client.results().failure());
        }
        if (cost.endedThreads() > FEW_THREADS) {
            notes.add(cost.endedThreads()
                    + " threads ended while it was measured; the bytes that they allocated are missing");
        }
        Map<Integer, Double> byPosition = pollsByPosition();
        if (!byPosition.isEmpty()) {
            notes.add("polls a job by its place in the queue at first, from: " + shown(byPosition));
        }
        Delay delay = Delay.of(delays);
        TelemetryFigures telemetry = telemetry(jobs);
        if (telemetry != null) {
            notes.add(compared(delay, telemetry));
        }
        return new Row(
                load.id(),
                kind.id(),
                load.inFlight(),
                load.pollInterval().toMillis(),
                load.work().times().mean(),
                continued.length,
                failed,
                jobs / cost.elapsedNanos() * 1e9,
                cost.cpuNanos() / MILLI / jobs,
                cost.allocatedBytes() / jobs,
                client.results().responseBytes() / jobs,
                heapBytes,
                cost.threads(),
                cost.componentThreads(),
                server.connections(),
                polls(),
                byPosition,
                delay,
                (double) cost.cpuNanos() / cost.elapsedNanos(),
                server.cpuShare(),
                clocks.errorMillis(),
                store(jobs, databaseCpuNanos),
                telemetry,
                notes);
    }

    /** Of a backlog a part is left, of which some jobs are polled and some are not. */
    private double polls() {
        return server.jobs().stream()
                .mapToLong(ServedJob::polls)
                .filter(polls -> polls > 0 || !load.isBacklog())
                .average()
                .orElse(Double.NaN);
    }

    private StoreFigures store(double jobs, double databaseCpuNanos) {
        StoreCounts counts = client.store();
        if (counts == null) {
            return null;
        }
        Backlog backlog = client.backlog();
        return new StoreFigures(
                counts.statements() / jobs,
                counts.roundTrips() / jobs,
                counts.transactions() / jobs,
                databaseCpuNanos / MILLI / jobs,
                counts.claims(),
                counts.claims() == 0 ? Double.NaN : counts.claimNanos() / MILLI / counts.claims(),
                counts.claims() == 0 ? Double.NaN : counts.longestClaimNanos() / MILLI,
                backlog == null ? Double.NaN : backlog.firstRoutedNanos() / MILLI,
                backlog == null ? Double.NaN : backlog.mostTracked(),
                backlog == null ? Double.NaN : backlog.heapBytes());
    }

    private TelemetryFigures telemetry(double jobs) {
        TelemetryCounts counts = client.telemetry();
        return counts == null
                ? null
                : new TelemetryFigures(counts.meanMillis(), counts.millisAt(TAIL), counts.spans() / jobs);
    }

    private static String compared(Delay delay, TelemetryFigures telemetry) {
        return String.format(
                Locale.ROOT,
                "delay of detection by the meter, and as measured here: mean %.1f, %.1f ms; p95 %.1f, %.1f ms; "
                        + "%.2f spans a job",
                telemetry.detectionMean(),
                delay.mean(),
                telemetry.detectionP95(),
                delay.p95(),
                telemetry.spans());
    }

    private static int notContinued(long[] continued) {
        return (int) Arrays.stream(continued).filter(nanos -> nanos == 0).count();
    }

    private static String shown(Map<Integer, Double> byPosition) {
        return byPosition.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + Table.number(entry.getValue(), 1))
                .collect(Collectors.joining(", "));
    }

    private Map<String, ServedJob> servedByTag(List<String> notes) {
        Map<String, ServedJob> served = new HashMap<>();
        server.jobs().forEach(job -> served.put(job.tag(), job));
        int twice = server.jobs().size() - served.size();
        if (twice > 0) {
            notes.add(twice + " jobs were submitted twice");
        }
        return served;
    }

    /** In milliseconds, of all jobs that were answered. Those of a backlog were ready long before. */
    private double[] delays(long[] continued, Map<String, ServedJob> served) {
        if (load.isBacklog()) {
            return new double[0];
        }
        double[] delays = new double[continued.length];
        List<Job> jobs = load.work().jobs(Work.MEASURED, continued.length);
        int count = 0;
        for (int i = 0; i < continued.length; i++) {
            ServedJob job = served.get(Work.tag(Work.MEASURED, i));
            if (continued[i] != 0 && job != null && job.readyNanos() != null) {
                delays[count++] = clocks.between(dueNanos(job, jobs.get(i).seconds()), continued[i]) / MILLI;
            }
        }
        return Arrays.copyOf(delays, count);
    }

    /** When there was something to be noticed, by the server's clock. */
    private long dueNanos(ServedJob job, double seconds) {
        long ready = job.readyNanos();
        return kind == ClientKind.AIPI_STREAM
                ? ready - Math.round(seconds * 1e9) + Work.firstWordsNanos(seconds)
                : ready;
    }

    /** The server's order is that of its queue: the first jobs have a worker at once. */
    private Map<Integer, Double> pollsByPosition() {
        if (!load.burst()) {
            return Map.of();
        }
        Map<Integer, Double> byHundreds = new TreeMap<>();
        List<ServedJob> jobs = server.jobs();
        IntStream.range(load.workers(), jobs.size())
                .boxed()
                .collect(Collectors.groupingBy(
                        place -> (place - load.workers()) / POSITIONS * POSITIONS,
                        Collectors.averagingLong(place -> jobs.get(place).polls())))
                .forEach(byHundreds::put);
        return byHundreds;
    }
}
