/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.spi.JobTimes;
import java.time.Duration;

/**
 * Hears of what happens to jobs, outside of locks and in order for one job. It is called on I/O threads: it must not block. What it
 * throws is logged and changes nothing.
 */
public interface JobObserver {

    /** The endpoint has its first started producer or consumer. */
    default void onOpened(ObservedEndpoint endpoint) {}

    /** The endpoint has none any more. */
    default void onClosed(ObservedEndpoint endpoint) {}

    /** A login has ended; {@code failure} is null if it succeeded. */
    default void onLogin(ObservedEndpoint endpoint, Duration took, Throwable failure) {}

    /** A job is handed over for submitting. */
    default void onSubmit(ObservedJob job) {}

    /** The server has accepted the job. */
    default void onAccepted(ObservedJob job) {}

    /** A poll has found the job not ended; {@code isFirst} if it is the first one to find it in work. */
    default void onProgress(ObservedJob job, JobProgress progress, boolean isFirst) {}

    /** The job's result is here. */
    default void onDone(ObservedJob job, JobResult result, JobTimes times) {}

    /** The job has ended without a result. */
    default void onFailed(ObservedJob job, Throwable failure, JobTimes times) {}

    /** A route, or the dead letter endpoint, has taken the outcome of the detached job. */
    default void onDelivered(ObservedJob job) {}

    /** The outcome of the detached job is lost: nobody takes it, and it is not stored. */
    default void onLost(ObservedJob job) {}
}
