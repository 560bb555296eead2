/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.spi;

import io.aipi.client.model.JobResult;
import java.time.Duration;

/**
 * How long a job has taken. Each time is an offset by one clock: no two clocks are compared.
 *
 * @param whole from the submit to the end seen here; null for a job that another process has submitted, and for one that was
 *     asked about by its id
 * @param queued time that the job waited, by the server's words; null where it does not tell
 * @param computed time that the worker took, by the server's words; null where it does not tell
 * @param detectionDelay from the job's end at the server to its being seen here; null where the server does not tell its own
 *     time, for a held request, and for a job that another process has submitted
 * @param polls requests that asked for the job's state, as far as they are this follower's
 */
public record JobTimes(Duration whole, Duration queued, Duration computed, Duration detectionDelay, int polls) {

    /**
     * The times of a job whose result is here; null for null.
     *
     * @param sinceAccepted time since the server's acceptance was read
     */
    public static JobTimes of(JobResult result, Duration whole, Duration sinceAccepted, int polls) {
        Duration total = result.totalDuration();
        Duration computed = result.computeDuration();
        return new JobTimes(
                whole, rest(total, computed), computed, total == null ? null : rest(sinceAccepted, total), polls);
    }

    /** What has taken a part of the time leaves the rest: not less than nothing, however clocks are rounded. */
    private static Duration rest(Duration whole, Duration part) {
        if (whole == null || part == null) {
            return null;
        }
        Duration rest = whole.minus(part);
        return rest.isNegative() ? Duration.ZERO : rest;
    }
}
