/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.benchmarks.client.ClientProcess;
import io.aipi.camel.benchmarks.client.ClientReport;
import io.aipi.camel.benchmarks.client.Results;
import io.aipi.camel.benchmarks.control.ChildProcess;
import io.aipi.camel.benchmarks.control.ClockOffset;
import io.aipi.camel.benchmarks.database.Database;
import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.plan.Scenario;
import io.aipi.camel.benchmarks.report.Row;
import io.aipi.camel.benchmarks.server.ServerCounts;
import io.aipi.camel.benchmarks.server.ServerProcess;
import io.aipi.camel.benchmarks.server.ServerReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** One kind on one scenario: a fresh server, a fresh client, and what the two of them tell. */
final class Run {

    /** A process is up, or a small command done, within this time. */
    private static final Duration SOON = Duration.ofMinutes(2);

    /** The server closes idle connections after 10 s. */
    private static final Duration CONNECTIONS_GONE = Duration.ofSeconds(13);

    private static final long LOOK_MILLIS = 50;

    private static final int HEAP_TRIES = 4;

    /** All jobs have come to the server within this time after the client has begun to fill the heap with them. */
    private static final Duration HEAP_FULL = Duration.ofSeconds(30);

    /**
     * The same heap and collector for all. The serial collector has no threads of its own that would take processor time beside
     * the client's, and what is left after it is what lives.
     */
    private static final List<String> CLIENT_JVM = List.of(
            "-Xms1g",
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            // The server closes connections after 10 s without a word; the JDK's client would keep them for longer.
            "-Djdk.httpclient.keepalive.timeout=4",
            // With fewer than three processors the JDK's client would start a thread for each response.
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2");

    private static final List<String> SERVER_JVM =
            List.of("-Xms1g", "-Xmx2g", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String plan;
    private final Scenario load;
    private final ClientKind kind;
    private final double polls;
    private final Path log;
    private final List<String> notes = new ArrayList<>();

    /**
     * A run that has not begun.
     *
     * @param polls how often the component polled a job of this case, 0 if not known
     * @param log the file for what the processes print
     */
    Run(String plan, Scenario load, ClientKind kind, double polls, Path log) {
        this.plan = plan;
        this.load = load;
        this.kind = kind;
        this.polls = polls;
        this.log = log;
    }

    /** Does it, and ends both processes whatever happens. */
    Row measure() throws IOException, TimeoutException, InterruptedException {
        Path folder = log.toAbsolutePath().getParent();
        try (Database database = Database.start(kind.database(), folder);
                ChildProcess server =
                        ChildProcess.start(ServerProcess.class, log, SERVER_JVM, List.of(plan, load.id()))) {
            String url = server.greeting(SOON);
            List<String> arguments = new ArrayList<>(List.of(plan, load.id(), kind.id(), url, Double.toString(polls)));
            if (database != null) {
                arguments.add(database.url());
                notes.addAll(database.notes());
            }
            if (load.isBacklog()) {
                fillStore(arguments);
            }
            try (ChildProcess client = ChildProcess.start(ClientProcess.class, log, CLIENT_JVM, arguments)) {
                client.greeting(SOON);
                return load.isBacklog() ? workOff(server, client) : measure(server, client, database);
            }
        }
    }

    /** By a process that has ended when the measured one starts. */
    private void fillStore(List<String> arguments) throws IOException, TimeoutException, InterruptedException {
        try (ChildProcess filling = ChildProcess.start(ClientProcess.class, log, CLIENT_JVM, arguments)) {
            filling.greeting(SOON);
            filling.ask("store", load.limit());
        }
    }

    private Row workOff(ChildProcess server, ChildProcess client)
            throws IOException, TimeoutException, InterruptedException {
        Clocks clocks = new Clocks(server.clock(), client.clock());
        server.ask("begin", SOON);
        ClientReport clientReport = JSON.readValue(client.ask("backlog", load.limit()), ClientReport.class);
        ServerReport serverReport = JSON.readValue(server.ask("report", SOON), ServerReport.class);
        // the database has done more meanwhile than the measured jobs need
        return new Evaluation(load, kind, clientReport, serverReport, clocks).row(Double.NaN, Double.NaN, notes);
    }

    private static double cpuNanos(Database database) {
        return database == null ? Double.NaN : database.cpuNanos();
    }

    private Row measure(ChildProcess server, ChildProcess client, Database database)
            throws IOException, TimeoutException, InterruptedException {
        client.ask("prepare", SOON);
        warmUp(server, client);
        ClockOffset serverClock = server.clock();
        ClockOffset clientClock = client.clock();
        server.ask("begin", SOON);
        double databaseCpu = cpuNanos(database);
        ClientReport clientReport = JSON.readValue(client.ask("measure", load.limit()), ClientReport.class);
        databaseCpu = cpuNanos(database) - databaseCpu;
        ServerReport serverReport = JSON.readValue(server.ask("report", SOON), ServerReport.class);
        // Once more, when both are at rest: the shorter round trip counts.
        Clocks clocks = new Clocks(serverClock.orBetter(server.clock()), clientClock.orBetter(client.clock()));
        double heap = load.heap() ? heapPerJob(server, client) : Double.NaN;
        return new Evaluation(load, kind, clientReport, serverReport, clocks).row(heap, databaseCpu, notes);
    }

    private void warmUp(ChildProcess server, ChildProcess client)
            throws IOException, TimeoutException, InterruptedException {
        Results results = JSON.readValue(client.ask("warm-up", load.limit()), Results.class);
        if (results.failure() != null) {
            notes.add("a job failed in the warm-up: " + results.failure());
        }
        if (load.warmUpInFlight() > load.inFlight()) {
            long end = System.nanoTime() + CONNECTIONS_GONE.toNanos();
            while (counts(server).connections() > load.inFlight() && System.nanoTime() < end) {
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    private static ServerCounts counts(ChildProcess server) throws IOException, TimeoutException, InterruptedException {
        return JSON.readValue(server.ask("counts", SOON), ServerCounts.class);
    }

    /** The heap with all jobs in flight against the heap with none. The client holds its jobs longer each time. */
    private double heapPerJob(ChildProcess server, ChildProcess client)
            throws IOException, TimeoutException, InterruptedException {
        double bytes = Double.NaN;
        for (int i = 0; i < HEAP_TRIES && Double.isNaN(bytes); i++) {
            bytes = inspectHeap(server, client);
        }
        if (Double.isNaN(bytes)) {
            notes.add("no figure for the heap: not all jobs were in flight when it was polled");
        }
        return bytes;
    }

    private double inspectHeap(ChildProcess server, ChildProcess client)
            throws IOException, TimeoutException, InterruptedException {
        ServerCounts before = counts(server);
        long none = Long.parseLong(client.ask("heap-none", SOON));
        client.ask("heap-fill", load.limit());
        // a millisecond a job is how fast the client fills it
        long end =
                System.nanoTime() + HEAP_FULL.plusMillis(2L * load.inFlight()).toNanos();
        ServerCounts now = counts(server);
        // once one is done, they are not in flight all at once any more
        while (now.submits() < before.submits() + load.inFlight()
                && now.done() == before.done()
                && System.nanoTime() < end) {
            Thread.sleep(LOOK_MILLIS);
            now = counts(server);
        }
        long all = Long.parseLong(client.ask("heap-all", SOON));
        ServerCounts then = counts(server);
        client.ask("heap-drain", load.limit());
        boolean allInFlight = then.submits() - before.submits() == load.inFlight() && then.done() == before.done();
        return allInFlight ? (double) (all - none) / load.inFlight() : Double.NaN;
    }
}
