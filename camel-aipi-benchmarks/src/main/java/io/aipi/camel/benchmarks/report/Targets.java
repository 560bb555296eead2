/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.plan.Plan;
import io.aipi.camel.benchmarks.startup.StartUp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What the component is to reach, judged by the rows of one run. */
public final class Targets {

    private static final double FEWER_POLLS = 1 / 3.0;
    private static final double SHORTEST_PATIENCE_MILLIS = 300;
    private static final double PATIENCE = 0.05;
    private static final double HALF = 0.5;
    private static final double MORE_POLLS = 2;
    private static final double CPU_TO_FLOOR = 1.25;
    private static final double ALLOCATION_TO_FLOOR = 1.5;
    private static final double JOBS_A_THREAD = 10;
    private static final double THREADS = 15;
    private static final double HEAP_BYTES = 8000;
    private static final double CONNECTIONS = 100;
    private static final double VERY_MANY_THREADS = 15;
    private static final double VERY_MANY_HEAP_BYTES = 4000;
    private static final double BESIDE_FROZEN = 1.25;
    private static final double CPU_GROWTH = 1.2;
    private static final double ALLOCATION_TO_IMAGES = 2.5;
    private static final double START_UP_MILLIS = 300;
    private static final double ENOUGH_DETACHED_A_SECOND = 2000;
    private static final double DETACHED_TO_MEMORY = 0.8;
    private static final double CPU_TO_MEMORY = 1.8;
    private static final double STATEMENTS = 4;
    private static final double TRANSACTIONS = 1;
    private static final double TIMES_CAMEL = 4;
    private static final double FIRST_ROUTED_MILLIS = 5000;
    private static final double MAX_IN_FLIGHT = 1000;
    private static final double BACKLOG_HEAP_BYTES = 50e6;
    private static final double STREAM_DELAY_MILLIS = 600;
    private static final double STREAM_THREADS = 20;
    private static final double CPU_TO_WITHOUT = 1.10;
    private static final double METER_OFF_MILLIS = 10;
    private static final double KILO = 1000;
    private static final double MEGA = 1e6;

    private final List<Row> rows;
    private final List<Target> targets = new ArrayList<>();

    private Targets(List<Row> rows) {
        this.rows = rows;
    }

    /**
     * All targets.
     *
     * @param rows the rows of the run
     * @param startUp the starts, null if they were not measured
     * @return each with its verdict
     */
    public static List<Target> of(List<Row> rows, StartUp startUp) {
        Targets judge = new Targets(rows);
        judge.failures();
        judge.percent("percent-2s");
        judge.percent("minute-percent");
        judge.noPercent("tokens-5s");
        judge.noPercent("silent-5s");
        judge.noPercent("minute-tokens");
        judge.shortJobs("short-1");
        judge.shortJobs("short-100");
        judge.curve();
        judge.floor("tokens-2s");
        judge.jobsPerThread("scale-1000");
        judge.scale();
        judge.veryMany("scale-100000");
        judge.besideFrozen();
        judge.images("images");
        judge.detached("detached-20000");
        judge.backlog("backlog-100000", ClientKind.JDBC_POSTGRESQL);
        judge.backlog("backlog-100000", ClientKind.JDBC_H2);
        judge.stream("stream-500");
        judge.telemetry();
        judge.most("start-up: more time", START_UP_MILLIS, startUp == null ? Double.NaN : startUp.added(), 0, " ms");
        return judge.targets;
    }

    /**
     * The targets as a table for people.
     *
     * @param targets all of them
     * @return several lines
     */
    public static String table(List<Target> targets) {
        Table table = new Table(4, "target", "limit", "measured", "");
        targets.forEach(target -> table.add(List.of(
                target.name(),
                target.limit(),
                target.measured(),
                target.verdict().toString())));
        return table.toString();
    }

    /** Failures of the others are theirs, and stand in the table. */
    private void failures() {
        List<Row> ours = rows.stream()
                .filter(row -> ClientKind.of(row.client()).isOurs())
                .toList();
        double failed = ours.isEmpty()
                ? Double.NaN
                : ours.stream().mapToInt(Row::failed).sum();
        most("all runs of the component: jobs that failed", 0, failed, 0, "");
    }

    private void percent(String load) {
        fewerPolls(load);
        most(load + ": p95 delay, to that of 300 ms", p95(load, ClientKind.JDK), p95(load, ClientKind.AIPI), 0, " ms");
    }

    private void noPercent(String load) {
        fewerPolls(load);
        double patience = Math.max(
                SHORTEST_PATIENCE_MILLIS, PATIENCE * KILO * figure(load, ClientKind.AIPI, Row::computeSeconds));
        most(load + ": p95 delay", patience, p95(load, ClientKind.AIPI), 0, " ms");
    }

    private void fewerPolls(String load) {
        most(
                load + ": polls a job, to a third of 300 ms's",
                FEWER_POLLS * polls(load, ClientKind.JDK),
                polls(load, ClientKind.AIPI),
                2,
                "");
    }

    private void shortJobs(String load) {
        most(
                load + ": p95 delay, to half of 300 ms's",
                HALF * p95(load, ClientKind.JDK),
                p95(load, ClientKind.AIPI),
                0,
                " ms");
        most(
                load + ": polls a job, to those of 300 ms and 2 more",
                polls(load, ClientKind.JDK) + MORE_POLLS,
                polls(load, ClientKind.AIPI),
                2,
                "");
    }

    /** Each of the component's points is to lie below the curve of fixed intervals. */
    private void curve() {
        PollCurve means = fixedCurve(row -> row.delay().mean());
        PollCurve tails = fixedCurve(row -> row.delay().p95());
        List<Row> points = curve(ClientKind.AIPI);
        if (points.isEmpty()) {
            most("curve: delay at the same polls", Double.NaN, Double.NaN, 0, " ms");
        }
        for (Row row : points) {
            String at = String.format(Locale.ROOT, " delay at %.2f polls, to a fixed interval's", row.polls());
            most(row.load() + ": mean" + at, means.at(row.polls()), row.delay().mean(), 0, " ms");
            most(row.load() + ": p95" + at, tails.at(row.polls()), row.delay().p95(), 0, " ms");
        }
    }

    private PollCurve fixedCurve(ToDoubleFunction<Row> delay) {
        return new PollCurve(curve(ClientKind.JDK).stream()
                .map(row -> new PollCurve.Point(row.polls(), delay.applyAsDouble(row)))
                .toList());
    }

    private List<Row> curve(ClientKind client) {
        return rows.stream()
                .filter(row -> row.load().startsWith(Plan.CURVE) && row.client().equals(client.id()))
                .toList();
    }

    private void floor(String load) {
        most(
                load + ": CPU a job, to the floor's",
                CPU_TO_FLOOR * figure(load, ClientKind.HTTPCOMPONENTS, Row::cpuMillis),
                figure(load, ClientKind.AIPI, Row::cpuMillis),
                3,
                " ms");
        most(
                load + ": allocation a job, to the floor's",
                ALLOCATION_TO_FLOOR * figure(load, ClientKind.HTTPCOMPONENTS, Row::allocatedBytes) / KILO,
                figure(load, ClientKind.AIPI, Row::allocatedBytes) / KILO,
                1,
                " kB");
    }

    private void jobsPerThread(String load) {
        targets.add(Target.atLeast(
                load + ": jobs in flight a thread, to camel-http's",
                JOBS_A_THREAD * figure(load, ClientKind.CAMEL_HTTP_POLL, Targets::jobsPerThread),
                figure(load, ClientKind.AIPI, Targets::jobsPerThread),
                1,
                ""));
    }

    private static double jobsPerThread(Row row) {
        return (double) row.inFlight() / row.threads();
    }

    private void scale() {
        String most = "scale-10000";
        most(most + ": threads", THREADS, figure(most, ClientKind.AIPI, Row::threads), 0, "");
        most(
                most + ": live heap a job",
                HEAP_BYTES / KILO,
                figure(most, ClientKind.AIPI, Row::heapBytes) / KILO,
                1,
                " kB");
        most(most + ": connections", CONNECTIONS, figure(most, ClientKind.AIPI, Row::connections), 0, "");
        grows("scale-1000");
        grows(most);
    }

    private void veryMany(String load) {
        most(load + ": threads", VERY_MANY_THREADS, figure(load, ClientKind.AIPI, Row::threads), 0, "");
        most(
                load + ": live heap a job",
                VERY_MANY_HEAP_BYTES / KILO,
                figure(load, ClientKind.AIPI, Row::heapBytes) / KILO,
                1,
                " kB");
        most(load + ": CPU a job, to scale-1000's", CPU_GROWTH * cpu("scale-1000"), cpu(load), 3, " ms");
    }

    private void besideFrozen() {
        most(
                "beside-frozen: p95 delay, to that of alone",
                BESIDE_FROZEN * p95("alone", ClientKind.AIPI),
                p95("beside-frozen", ClientKind.AIPI),
                0,
                " ms");
    }

    /** It may fall: what is asked for is that many jobs cost no more than few. */
    private void grows(String load) {
        most(load + ": CPU a job, to scale-100's", CPU_GROWTH * cpu("scale-100"), cpu(load), 3, " ms");
    }

    private double cpu(String load) {
        return figure(load, ClientKind.AIPI, Row::cpuMillis);
    }

    private void images(String load) {
        most(
                load + ": allocation, to the decoded size",
                ALLOCATION_TO_IMAGES,
                figure(load, ClientKind.AIPI, row -> row.allocatedBytes() / row.responseBytes()),
                2,
                " times");
    }

    private void detached(String load) {
        ClientKind ours = ClientKind.JDBC_POSTGRESQL;
        double memory = figure(load, ClientKind.MEMORY, Row::jobsPerSecond);
        least(
                load + ": jobs/s in PostgreSQL, to 0.8 of memory's or 2,000",
                Math.min(ENOUGH_DETACHED_A_SECOND, DETACHED_TO_MEMORY * memory),
                figure(load, ours, Row::jobsPerSecond));
        most(
                load + ": CPU a job of the client with PostgreSQL, to memory's",
                CPU_TO_MEMORY * figure(load, ClientKind.MEMORY, Row::cpuMillis),
                figure(load, ours, Row::cpuMillis),
                3,
                " ms");
        most(load + ": statements a job in PostgreSQL", STATEMENTS, store(load, ours, StoreFigures::statements), 2, "");
        targets.add(Target.below(
                load + ": transactions a job in PostgreSQL",
                TRANSACTIONS,
                store(load, ours, StoreFigures::transactions),
                2,
                ""));
        timesCamel(load, ours, ClientKind.CAMEL_JDBC_POSTGRESQL);
        timesCamel(load, ClientKind.JDBC_H2, ClientKind.CAMEL_JDBC_H2);
    }

    private void timesCamel(String load, ClientKind ours, ClientKind camel) {
        least(
                load + ": jobs/s of " + ours + ", to four times " + camel + "'s",
                TIMES_CAMEL * figure(load, camel, Row::jobsPerSecond),
                figure(load, ours, Row::jobsPerSecond));
    }

    private void backlog(String load, ClientKind client) {
        String of = load + ", " + client;
        most(
                of + ": start to the first route",
                FIRST_ROUTED_MILLIS,
                store(load, client, StoreFigures::firstRoutedMillis),
                0,
                " ms");
        most(of + ": most jobs at once", MAX_IN_FLIGHT, store(load, client, StoreFigures::mostTracked), 0, "");
        most(
                of + ": live heap",
                BACKLOG_HEAP_BYTES / MEGA,
                store(load, client, StoreFigures::heapBytes) / MEGA,
                1,
                " MB");
    }

    /** At a poll interval of 300 ms. */
    private void stream(String load) {
        most(
                load + ": p95 from the first words at the server to the first delta",
                STREAM_DELAY_MILLIS,
                p95(load, ClientKind.AIPI_STREAM),
                0,
                " ms");
        most(
                load + ": threads of the component",
                STREAM_THREADS,
                figure(load, ClientKind.AIPI_STREAM, Row::componentThreads),
                0,
                "");
    }

    /** Of all runs: two processes of the same kind differ, too. */
    private void telemetry() {
        most(
                "telemetry: CPU a job, to that without",
                CPU_TO_WITHOUT
                        * telemetry(ClientKind.AIPI)
                                .mapToDouble(Row::cpuMillis)
                                .average()
                                .orElse(Double.NaN),
                telemetry(ClientKind.AIPI_TELEMETRY)
                        .mapToDouble(Row::cpuMillis)
                        .average()
                        .orElse(Double.NaN),
                3,
                " ms");
        meterOff("mean", row -> row.telemetry().detectionMean() - row.delay().mean());
        meterOff("p95", row -> row.telemetry().detectionP95() - row.delay().p95());
    }

    private void meterOff(String figure, ToDoubleFunction<Row> difference) {
        most(
                "telemetry: " + figure + " delay by the meter, off the one measured",
                METER_OFF_MILLIS,
                telemetry(ClientKind.AIPI_TELEMETRY)
                        .mapToDouble(row -> Math.abs(difference.applyAsDouble(row)))
                        .max()
                        .orElse(Double.NaN),
                1,
                " ms");
    }

    private Stream<Row> telemetry(ClientKind client) {
        return rows.stream()
                .filter(row ->
                        row.load().startsWith(Plan.TELEMETRY) && row.client().equals(client.id()));
    }

    private double store(String load, ClientKind client, ToDoubleFunction<StoreFigures> figure) {
        return figure(load, client, row -> row.store() == null ? Double.NaN : figure.applyAsDouble(row.store()));
    }

    private void least(String name, double limit, double measured) {
        targets.add(Target.atLeast(name, limit, measured, 0, ""));
    }

    private void most(String name, double limit, double measured, int decimals, String unit) {
        targets.add(Target.atMost(name, limit, measured, decimals, unit));
    }

    private double polls(String load, ClientKind client) {
        return figure(load, client, Row::polls);
    }

    private double p95(String load, ClientKind client) {
        return figure(load, client, row -> row.delay().p95());
    }

    private double figure(String load, ClientKind client, ToDoubleFunction<Row> figure) {
        return row(load, client).map(figure::applyAsDouble).orElse(Double.NaN);
    }

    private Optional<Row> row(String load, ClientKind client) {
        return rows.stream()
                .filter(row -> row.load().equals(load) && row.client().equals(client.id()))
                .findFirst();
    }
}
