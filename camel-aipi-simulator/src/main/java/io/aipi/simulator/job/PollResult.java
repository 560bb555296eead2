/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import io.aipi.simulator.model.Performance.Update;
import java.time.Instant;
import java.util.Optional;

/** What somebody sees who polls a job. */
public sealed interface PollResult {

    /** No such job: it never was, or it is forgotten. */
    record Unknown() implements PollResult {}

    /** The job's held request was given up, and the server fails over it. */
    record Broken() implements PollResult {}

    /**
     * The result, which is handed out with this poll and never again.
     *
     * @param delivery the result
     */
    record Delivered(Delivery delivery) implements PollResult {}

    /**
     * The result has been handed out before.
     *
     * @param jobId the job
     */
    record Done(String jobId) implements PollResult {}

    /**
     * Queued, processing or lapsed.
     *
     * @param jobId the job
     * @param state its state
     * @param queuePosition its rank in the queue from 1 on, 0 if it is not in the queue
     * @param estimate seconds until it is done, 0 if it should be done, -1 if unknown
     * @param workersOnline how many workers the endpoint has
     * @param submittedAt when it was accepted
     * @param startedAt when a worker took it, null if none has
     * @param report the worker's latest update, if there was one
     */
    record Underway(
            String jobId,
            JobState state,
            int queuePosition,
            double estimate,
            int workersOnline,
            Instant submittedAt,
            Instant startedAt,
            Optional<Report> report)
            implements PollResult {}

    /**
     * A worker's progress update.
     *
     * @param worker the worker's name
     * @param spec the job's order
     * @param step steps done
     * @param steps of how many
     */
    record Report(String worker, JobSpec spec, int step, int steps) {

        /**
         * What the update says. Computed when asked for, because drawing a preview takes a moment and most updates are
         * never polled.
         *
         * @return the update
         */
        public Update update() {
            return spec.performance().after(step, steps);
        }
    }
}
