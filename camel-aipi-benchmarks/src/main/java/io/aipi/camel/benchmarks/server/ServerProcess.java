/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import io.aipi.camel.benchmarks.control.CommandLoop;
import io.aipi.camel.benchmarks.plan.Plan;
import io.aipi.camel.benchmarks.plan.Reporting;
import io.aipi.camel.benchmarks.plan.Scenario;
import io.aipi.camel.benchmarks.plan.Work;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.simulator.SimulatorStats;
import io.aipi.simulator.SimulatorStats.AcceptedJob;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The simulated server of one run, in a process of its own. */
public final class ServerProcess {

    /** Held requests of jobs of a minute are answered, too. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(10);

    /** Results of jobs that are left in a store are there when somebody comes for them. */
    private static final Duration RESULT_LIFETIME = Duration.ofHours(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final AipiSimulator simulator;
    private final OpenConnections connections;
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private long cpuAtFirst;
    private long nanosAtFirst;

    private ServerProcess(Scenario load) {
        String endpoint = load.work().reporting().endpoint();
        simulator = AipiSimulator.builder()
                .endpoint(
                        load.work().reporting() == Reporting.PERCENT
                                ? SimulatedEndpoint.noiseImage(endpoint)
                                : SimulatedEndpoint.chat(endpoint, "text"))
                .workers(load.burst() ? load.workers() : load.warmUpInFlight())
                .maxQueueLength(Math.max(1000, load.inFlight() + load.warmUp()))
                .responseTimeout(RESPONSE_TIMEOUT)
                .jobInactivityTimeout(RESULT_LIFETIME)
                .resultLifetime(RESULT_LIFETIME)
                .start();
        connections = new OpenConnections(simulator.stats());
    }

    /**
     * Runs until its input ends.
     *
     * @param arguments the plan and the scenario
     * @throws InterruptedException if somebody interrupts
     */
    public static void main(String[] arguments) throws InterruptedException {
        CommandLoop loop = new CommandLoop();
        ServerProcess server = new ServerProcess(Plan.named(arguments[0]).get(arguments[1]));
        loop.on("begin", server::begin)
                .on("counts", server::counts)
                .on("report", server::report)
                .serve(server.simulator.url());
    }

    /** The measured phase begins. */
    private String begin() {
        connections.reset();
        cpuAtFirst = system.getProcessCpuTime();
        nanosAtFirst = System.nanoTime();
        return "ok";
    }

    private String counts() throws JsonProcessingException {
        SimulatorStats stats = simulator.stats();
        return JSON.writeValueAsString(new ServerCounts(stats.submits(), stats.jobsDone(), stats.connectionsOpen()));
    }

    /** What has happened since {@link #begin}. */
    private String report() throws JsonProcessingException {
        double cpu = system.getProcessCpuTime() - cpuAtFirst;
        double elapsed = System.nanoTime() - nanosAtFirst;
        return JSON.writeValueAsString(new ServerReport(measuredJobs(), connections.most(), cpu / elapsed));
    }

    private List<ServerReport.ServedJob> measuredJobs() {
        List<ServerReport.ServedJob> served = new ArrayList<>();
        for (AcceptedJob job : simulator.stats().jobs()) {
            if (job.prompt().charAt(0) == Work.MEASURED) {
                OptionalLong ready = job.readyNanos();
                served.add(new ServerReport.ServedJob(
                        job.prompt().substring(0, job.prompt().indexOf(' ')),
                        ready.isPresent() ? ready.getAsLong() : null,
                        simulator.stats().pollsPerJob(job.jobId())));
            }
        }
        return served;
    }
}
