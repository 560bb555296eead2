/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * A result as a worker delivered it.
 *
 * @param jobId the job
 * @param spec what had been asked
 * @param outputs the model's outputs
 * @param worker the worker's name
 * @param submittedAt when the job was accepted
 * @param startedAt when the worker took it
 * @param receivedAt when the result was ready
 * @param computeNanos from taken to ready
 * @param totalNanos from accepted to ready
 */
public record Delivery(
        String jobId,
        JobSpec spec,
        ObjectNode outputs,
        String worker,
        Instant submittedAt,
        Instant startedAt,
        Instant receivedAt,
        long computeNanos,
        long totalNanos) {}
