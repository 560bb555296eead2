/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.server;

import java.util.List;

/**
 * What the server saw of the measured jobs.
 *
 * @param jobs the measured jobs, in the order in which they were accepted
 * @param connections how many connections were open at once at most
 * @param cpuShare the processor time that the server took, in cores
 */
public record ServerReport(List<ServedJob> jobs, int connections, double cpuShare) {

    /** Copies the list. */
    public ServerReport {
        jobs = List.copyOf(jobs);
    }

    /**
     * A job.
     *
     * @param tag the first word of its prompt
     * @param readyNanos when its result was ready, by the server's clock; null if it never was
     * @param polls how often it was polled
     */
    public record ServedJob(String tag, Long readyNanos, long polls) {}
}
