/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import io.aipi.simulator.http.SimulatorHttpServer;
import io.aipi.simulator.job.ServerMetrics;
import io.aipi.simulator.job.ServerMetrics.Event;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What has happened on a simulator since it was started. A live view: every call counts anew. Restarts of the simulated
 * server do not reset it. The figures per job are kept for the latest 200,000 jobs.
 */
public final class SimulatorStats {

    private final ServerMetrics metrics;
    private final SimulatorHttpServer front;

    SimulatorStats(ServerMetrics metrics, SimulatorHttpServer front) {
        this.metrics = metrics;
        this.front = front;
    }

    /**
     * Logins that were granted.
     *
     * @return the count
     */
    public long logins() {
        return metrics.of(Event.LOGIN);
    }

    /**
     * Logins that were refused.
     *
     * @return the count
     */
    public long refusedLogins() {
        return metrics.of(Event.REFUSED_LOGIN);
    }

    /**
     * Jobs that were accepted, the held ones among them.
     *
     * @return the count
     */
    public long submits() {
        return metrics.of(Event.SUBMIT);
    }

    /**
     * Jobs that were accepted with {@code wait_for_result}.
     *
     * @return the count
     */
    public long heldSubmits() {
        return metrics.of(Event.HELD_SUBMIT);
    }

    /**
     * Progress requests about jobs that the server knew.
     *
     * @return the count
     */
    public long polls() {
        return metrics.of(Event.POLL);
    }

    /**
     * Progress requests about one job.
     *
     * @param jobId the job
     * @return the count, 0 for an unknown job
     */
    public long pollsPerJob(String jobId) {
        return metrics.polls(jobId);
    }

    /**
     * Who asked for the progress of one job, and when: what tells whether two processes followed it at once.
     *
     * @param jobId the job
     * @return by the {@code User-Agent} of the clients, in the order of their first requests; empty for an unknown job
     */
    public Map<String, Polls> pollsByClient(String jobId) {
        Map<String, Polls> polls = new LinkedHashMap<>();
        metrics.pollsByClient(jobId)
                .forEach((client, seen) ->
                        polls.put(client, new Polls(seen.count(), seen.firstNanos(), seen.lastNanos())));
        return polls;
    }

    /**
     * The progress requests of one client about one job.
     *
     * @param count how many
     * @param firstNanos {@link System#nanoTime()} of the first
     * @param lastNanos the same of the last
     */
    public record Polls(long count, long firstNanos, long lastNanos) {}

    /**
     * Jobs whose result a worker has delivered.
     *
     * @return the count
     */
    public long jobsDone() {
        return metrics.of(Event.JOB_DONE);
    }

    /**
     * Connections that are open now.
     *
     * @return the count
     */
    public int connectionsOpen() {
        return front.openConnections();
    }

    /**
     * Connections that were accepted.
     *
     * @return the count
     */
    public long connectionsAccepted() {
        return metrics.of(Event.CONNECTION_ACCEPTED);
    }

    /**
     * When a job's result was ready at the server.
     *
     * @param jobId the job
     * @return {@link System#nanoTime()} of that moment; empty if it has not come, or for an unknown job
     */
    public OptionalLong resultReadyNanos(String jobId) {
        return metrics.readyNanos(jobId);
    }

    /**
     * When a job's result was handed out, by a poll or on its held request.
     *
     * @param jobId the job
     * @return {@link System#nanoTime()} of that moment; empty if it has not come, or for an unknown job
     */
    public OptionalLong resultHandedOutNanos(String jobId) {
        return metrics.handedOutNanos(jobId);
    }

    /**
     * Requests by the path of their route, such as {@code /llama2_chat/progress}; those to no route are {@code other}.
     *
     * @return a copy of the counts
     */
    public Map<String, Long> requestsByRoute() {
        return metrics.requests();
    }

    /**
     * A job that was accepted. Times are those of {@link System#nanoTime()}.
     *
     * @param jobId its id
     * @param prompt its prompt as it was sent, empty for none
     * @param submittedNanos when it was accepted
     * @param readyNanos when its result was ready; empty if it has not come
     * @param handedOutNanos when its result was handed out; empty if it has not come
     */
    public record AcceptedJob(
            String jobId, String prompt, long submittedNanos, OptionalLong readyNanos, OptionalLong handedOutNanos) {}

    /**
     * The jobs that were accepted, the oldest first: who sends a prompt twice is seen here.
     *
     * @return a copy
     */
    public List<AcceptedJob> jobs() {
        return metrics.jobs(AcceptedJob::new);
    }
}
