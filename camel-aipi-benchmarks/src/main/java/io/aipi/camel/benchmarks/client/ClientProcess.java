/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.benchmarks.control.CommandLoop;
import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.plan.Plan;
import io.aipi.camel.benchmarks.plan.Scenario;
import io.aipi.camel.benchmarks.plan.Work;
import io.aipi.camel.benchmarks.store.Repository;
import io.aipi.camel.benchmarks.store.StoreCounts;
import io.aipi.camel.benchmarks.telemetry.TelemetryCounts;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;

/** One client on one scenario, in a process of its own. */
public final class ClientProcess {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** How long jobs are in flight for the inspection of the heap when all have been sent: a moment, and more for many. */
    private static final double HEAP_HOLD_SECONDS = 1.5;

    private static final double HEAP_HOLD_SECONDS_PER_JOB = 0.0005;

    private final Scenario load;
    private final ClientKind kind;
    private final ServerSettings server;
    /** Null for a client without one. */
    private final String database;

    private final Meter meter = new Meter();
    private final Responses responses;
    private final List<Job> measured;
    private Client client;
    private ThreadPoolExecutor threads;
    private LoadGenerator heapLoadGenerator;

    /** Doubles with each inspection of the heap: a machine that was too busy for the last one gets more time. */
    private double heapPatience = 1;

    private ClientProcess(Scenario load, ClientKind kind, ServerSettings server, String database) {
        this.load = load;
        this.kind = kind;
        this.server = server;
        this.database = database;
        this.responses = new Responses(load.work());
        // those of a backlog are submitted by another process
        this.measured = load.isBacklog() ? List.of() : load.work().jobs(Work.MEASURED, load.measured());
    }

    /**
     * Runs until its input ends.
     *
     * @param arguments the plan, the scenario, the client, the server's URL, the polls of a job that the component needed, and
     *     the URL of the client's database, if it has one
     * @throws InterruptedException if somebody interrupts
     */
    public static void main(String[] arguments) throws InterruptedException {
        CommandLoop loop = new CommandLoop();
        ClientKind kind = ClientKind.of(arguments[2]);
        Scenario load = Plan.named(arguments[0]).get(arguments[1]).of(kind);
        ClientProcess client = new ClientProcess(
                load,
                kind,
                new ServerSettings(arguments[3], load, Double.parseDouble(arguments[4])),
                arguments.length > 5 ? arguments[5] : null);
        loop.on("prepare", client::prepare)
                .on("warm-up", client::warmUp)
                .on("measure", client::measure)
                .on("store", client::store)
                .on("backlog", client::backlog)
                .on("heap-none", client::heapWithNoneInFlight)
                .on("heap-fill", client::fill)
                .on("heap-all", () -> Long.toString(Meter.liveHeap()))
                .on("heap-drain", client::drain)
                .serve("ready");
    }

    private String prepare() throws Exception {
        client = Clients.create(kind, server, database);
        if (kind.isBlocking()) {
            threads = (ThreadPoolExecutor) Executors.newFixedThreadPool(load.inFlight());
            threads.prestartAllCoreThreads();
        }
        return "ok";
    }

    private String warmUp() throws Exception {
        if (load.runIn() > 0) {
            List<Job> jobs = load.work().jobs(Work.RUN_IN, load.runIn(), Scenario.RUN_IN_SECONDS);
            LoadGenerator runIn = new LoadGenerator(client, responses, jobs);
            runIn.begin(load.runInInFlight(), Duration.ZERO, threads);
            runIn.await();
        }
        LoadGenerator loadGenerator =
                new LoadGenerator(client, responses, load.work().jobs(Work.WARM_UP, load.warmUp()));
        loadGenerator.begin(load.warmUpInFlight(), load.ramp(), threads);
        Results results = loadGenerator.await();
        client.settle();
        return JSON.writeValueAsString(results);
    }

    private String measure() throws InterruptedException, JsonProcessingException {
        LoadGenerator loadGenerator = new LoadGenerator(client, responses, measured);
        Meter.collect();
        StoreCounts before = client.storeCounts();
        TelemetryCounts seenBefore = client.telemetryCounts();
        meter.begin();
        loadGenerator.begin(load.inFlight(), load.ramp(), threads);
        Results results = loadGenerator.await();
        client.settle();
        Cost cost = meter.end();
        StoreCounts counts = before == null ? null : client.storeCounts().since(before);
        TelemetryCounts seen = seenBefore == null ? null : seenOf(results, seenBefore);
        return JSON.writeValueAsString(new ClientReport(results, cost, counts, seen, null));
    }

    private TelemetryCounts seenOf(Results results, TelemetryCounts before) {
        TelemetryCounts seen = client.telemetryCounts().since(before);
        long answered = Arrays.stream(results.continuedNanos())
                .filter(nanos -> nanos != 0)
                .count();
        seen.require(results.continuedNanos().length, answered);
        return seen;
    }

    /** What another process finds in the store. */
    private String store() throws Exception {
        List<Job> jobs = load.work().jobs(Work.MEASURED, load.detached().stored());
        BacklogRun.fill(server, Repository.hasty(kind, database), jobs);
        return "ok";
    }

    private String backlog() throws Exception {
        BacklogRun run = new BacklogRun(server, responses);
        long begin = System.nanoTime();
        return JSON.writeValueAsString(run.run(Repository.of(kind, database), begin, meter));
    }

    /** The jobs' messages are made before, so that they do not count. */
    private String heapWithNoneInFlight() {
        double hold = HEAP_HOLD_SECONDS + HEAP_HOLD_SECONDS_PER_JOB * load.inFlight();
        double seconds = heapFill().toMillis() / 1e3 + hold * heapPatience;
        heapPatience *= 2;
        List<Job> jobs = load.work().jobs(Work.HEAP, load.inFlight(), seconds);
        heapLoadGenerator = new LoadGenerator(client, responses, jobs);
        return Long.toString(Meter.liveHeap());
    }

    private String fill() throws InterruptedException {
        heapLoadGenerator.begin(load.inFlight(), heapFill(), threads);
        return "ok";
    }

    private String drain() throws InterruptedException, JsonProcessingException {
        return JSON.writeValueAsString(heapLoadGenerator.await());
    }

    /** So fast that nobody is overrun. */
    private Duration heapFill() {
        return Duration.ofMillis(load.inFlight());
    }
}
