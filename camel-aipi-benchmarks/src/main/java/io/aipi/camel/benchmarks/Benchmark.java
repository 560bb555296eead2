/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks;

import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.plan.Scenario;
import io.aipi.camel.benchmarks.report.Report;
import io.aipi.camel.benchmarks.report.Row;
import io.aipi.camel.benchmarks.report.RowTable;
import io.aipi.camel.benchmarks.startup.StartUp;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/** Runs scenarios and clients, each in processes of its own, and tells what came out. */
public final class Benchmark {

    private final Arguments arguments;
    private final PrintStream out;
    private final Path log;
    private final List<Row> rows = new ArrayList<>();

    /** Polls of a job by case, as the component's own runs showed. */
    private final Map<String, Double> polls = new HashMap<>();

    private int failedRuns;

    /** A scenario and a kind. */
    private record Task(Scenario load, ClientKind kind) {

        @Override
        public String toString() {
            return load.id() + " " + kind;
        }
    }

    Benchmark(Arguments arguments, PrintStream out) throws IOException {
        this.arguments = arguments;
        this.out = out;
        Files.createDirectories(arguments.out());
        this.log = arguments.out().resolve("processes.log");
        Files.deleteIfExists(log);
    }

    /**
     * Runs. The exit code is 1 if a run could not be done, whatever the figures of the others are.
     *
     * @param words see the usage, which bad arguments bring up together with exit code 2
     * @throws IOException if the results cannot be written
     * @throws InterruptedException if somebody interrupts
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] words) throws IOException, InterruptedException {
        Arguments arguments;
        try {
            arguments = Arguments.of(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Arguments.USAGE);
            System.exit(2);
            return;
        }
        Benchmark benchmark = new Benchmark(arguments, System.out);
        benchmark.run();
        System.exit(benchmark.failedRuns == 0 ? 0 : 1);
    }

    /** Does all that is wanted, and writes and prints the report. */
    Report run() throws IOException, InterruptedException {
        for (List<Task> batch : batches()) {
            run(batch);
        }
        Report report = Report.of(arguments.plan().name(), rows, startUp().orElse(null));
        report.write(arguments.out());
        out.println();
        out.print(report);
        out.println("Written to " + arguments.out().toAbsolutePath());
        return report;
    }

    /** Runs that go on at the same time: one, or some neighbours of quiet scenarios. */
    private List<List<Task>> batches() {
        List<List<Task>> batches = new ArrayList<>();
        List<Task> batch = new ArrayList<>();
        for (Task task : tasks()) {
            int room = task.load().together();
            if (!batch.isEmpty() && (batch.size() >= room || batch.get(0).load().together() != room)) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(task);
        }
        batches.add(batch);
        return batches;
    }

    private List<Task> tasks() {
        return arguments.plan().scenarios().stream()
                .filter(load -> arguments.isWanted(load.id()))
                .flatMap(load -> arguments.clientsOf(load).stream().map(kind -> new Task(load.of(kind), kind)))
                .toList();
    }

    private void run(List<Task> batch) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, batch.size()));
        try {
            Map<Task, Future<Row>> futures = new LinkedHashMap<>();
            for (Task task : batch) {
                out.println(task + " ...");
                double known = polls.getOrDefault(task.load().id(), 0.0);
                Run run = new Run(arguments.plan().name(), task.load(), task.kind(), known, log);
                futures.put(task, threads.submit(run::measure));
            }
            for (Map.Entry<Task, Future<Row>> future : futures.entrySet()) {
                take(future.getKey(), future.getValue());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void take(Task task, Future<Row> future) throws InterruptedException {
        try {
            Row row = future.get();
            rows.add(row);
            if (task.kind() == ClientKind.AIPI) {
                polls.put(task.load().id(), row.polls());
            }
            out.print(RowTable.of(List.of(row)));
        } catch (ExecutionException e) {
            failed(task.toString(), e.getCause());
        }
    }

    private Optional<StartUp> startUp() throws InterruptedException {
        if (!arguments.isWanted(StartUp.ID)) {
            return Optional.empty();
        }
        out.println(StartUp.ID + " ...");
        try {
            return Optional.of(StartUp.measure(arguments.plan().startUps(), log));
        } catch (IOException | TimeoutException e) {
            failed(StartUp.ID, e);
            return Optional.empty();
        }
    }

    private void failed(String what, Throwable cause) {
        failedRuns++;
        out.println(what + " FAILED: " + cause);
    }
}
