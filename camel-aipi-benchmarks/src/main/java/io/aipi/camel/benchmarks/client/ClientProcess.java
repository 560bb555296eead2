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
import io.aipi.camel.benchmarks.plan.Case;
import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.plan.PeerKind;
import io.aipi.camel.benchmarks.plan.Plan;
import io.aipi.camel.benchmarks.plan.Work;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;

/** One peer on one case, in a process of its own. */
public final class ClientProcess {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** How long jobs are in flight for the look at the heap when all have been sent: a moment, and more for many. */
    private static final double HEAP_HOLD_SECONDS = 1.5;

    private static final double HEAP_HOLD_SECONDS_PER_JOB = 0.0005;

    private final Case load;
    private final PeerKind kind;
    private final Site site;
    private final Meter meter = new Meter();
    private final Answers answers;
    private final List<Job> measured;
    private Peer peer;
    private ThreadPoolExecutor threads;
    private Driver heapDriver;

    /** Doubles with each look at the heap: a machine that was too busy for the last one gets more time. */
    private double heapPatience = 1;

    private ClientProcess(Case load, PeerKind kind, Site site) {
        this.load = load;
        this.kind = kind;
        this.site = site;
        this.answers = new Answers(load.work());
        this.measured = load.work().jobs(Work.MEASURED, load.measured());
    }

    /**
     * Runs until its input ends.
     *
     * @param arguments the plan, the case, the peer, the server's URL, and the looks at a job that the component needed
     * @throws InterruptedException if somebody interrupts
     */
    public static void main(String[] arguments) throws InterruptedException {
        CommandLoop loop = new CommandLoop();
        Case load = Plan.named(arguments[0]).get(arguments[1]);
        ClientProcess client = new ClientProcess(
                load, PeerKind.of(arguments[2]), new Site(arguments[3], load, Double.parseDouble(arguments[4])));
        loop.on("prepare", client::prepare)
                .on("warm-up", client::warmUp)
                .on("measure", client::measure)
                .on("heap-none", client::heapWithNoneInFlight)
                .on("heap-fill", client::fill)
                .on("heap-all", () -> Long.toString(Meter.liveHeap()))
                .on("heap-drain", client::drain)
                .serve("ready");
    }

    private String prepare() throws Exception {
        peer = Peers.create(kind, site);
        if (kind.isBlocking()) {
            threads = (ThreadPoolExecutor) Executors.newFixedThreadPool(load.inFlight());
            threads.prestartAllCoreThreads();
        }
        return "ok";
    }

    private String warmUp() throws Exception {
        if (load.runIn() > 0) {
            List<Job> jobs = load.work().jobs(Work.RUN_IN, load.runIn(), Case.RUN_IN_SECONDS);
            Driver runIn = new Driver(peer, answers, jobs);
            runIn.begin(load.runInInFlight(), Duration.ZERO, threads);
            runIn.await();
        }
        Driver driver = new Driver(peer, answers, load.work().jobs(Work.WARM_UP, load.warmUp()));
        driver.begin(load.warmUpInFlight(), load.ramp(), threads);
        return JSON.writeValueAsString(driver.await());
    }

    private String measure() throws InterruptedException, JsonProcessingException {
        Driver driver = new Driver(peer, answers, measured);
        Meter.collect();
        meter.begin();
        driver.begin(load.inFlight(), load.ramp(), threads);
        Results results = driver.await();
        return JSON.writeValueAsString(new ClientReport(results, meter.end()));
    }

    /** The jobs' messages are made before, so that they do not count. */
    private String heapWithNoneInFlight() {
        double hold = HEAP_HOLD_SECONDS + HEAP_HOLD_SECONDS_PER_JOB * load.inFlight();
        double seconds = heapFill().toMillis() / 1e3 + hold * heapPatience;
        heapPatience *= 2;
        List<Job> jobs = load.work().jobs(Work.HEAP, load.inFlight(), seconds);
        heapDriver = new Driver(peer, answers, jobs);
        return Long.toString(Meter.liveHeap());
    }

    private String fill() throws InterruptedException {
        heapDriver.begin(load.inFlight(), heapFill(), threads);
        return "ok";
    }

    private String drain() throws InterruptedException, JsonProcessingException {
        return JSON.writeValueAsString(heapDriver.await());
    }

    /** So fast that nobody is overrun. */
    private Duration heapFill() {
        return Duration.ofMillis(load.inFlight());
    }
}
