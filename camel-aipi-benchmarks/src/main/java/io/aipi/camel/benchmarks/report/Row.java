/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one client needed for one scenario. Figures per job are means over all measured jobs; NaN is not known.
 *
 * @param load the id of the scenario
 * @param client the id of the client
 * @param inFlight jobs in flight at once
 * @param intervalMillis the interval of a fixed pace, and the shortest of the component's
 * @param computeSeconds the mean compute time of the jobs
 * @param jobs how many jobs were measured
 * @param failed how many of them failed; the others' figures are a row's only if there are none
 * @param jobsPerSecond measured jobs by the time from the first submit to the last response
 * @param cpuMillis processor time of the client's process per job
 * @param allocatedBytes bytes that the client allocates per job
 * @param responseBytes the decoded size of a job's response
 * @param heapBytes live heap per job in flight
 * @param threads threads of the client, the loadGenerator's included where jobs need them
 * @param componentThreads how many of them are the component's
 * @param connections connections open at once at most, as the server sees it
 * @param polls polls a job
 * @param pollsByPosition polls a job by its place in the queue at first, by hundreds; empty if there was no queue
 * @param delay the delay of detection
 * @param clientCores processor time of the client's process by the time: how busy it was
 * @param serverCores the same of the server's process
 * @param clockErrorMillis how wrong all delays can be, in one direction
 * @param store what was needed of the database; null if there was none
 * @param telemetry what the client's own meters and spans say; null without them
 * @param notes what else there is to say
 */
public record Row(
        String load,
        String client,
        int inFlight,
        long intervalMillis,
        double computeSeconds,
        int jobs,
        int failed,
        double jobsPerSecond,
        double cpuMillis,
        double allocatedBytes,
        double responseBytes,
        double heapBytes,
        int threads,
        int componentThreads,
        int connections,
        double polls,
        Map<Integer, Double> pollsByPosition,
        Delay delay,
        double clientCores,
        double serverCores,
        double clockErrorMillis,
        StoreFigures store,
        TelemetryFigures telemetry,
        List<String> notes) {

    /** Copies the collections. */
    public Row {
        pollsByPosition = Collections.unmodifiableMap(new TreeMap<>(pollsByPosition));
        notes = List.copyOf(notes);
    }
}
