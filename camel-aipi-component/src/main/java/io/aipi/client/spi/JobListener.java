/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.spi;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.time.Duration;

/**
 * Hears of the life of jobs, as it is seen here. It is called outside of locks, on threads that must not be blocked. For one job
 * it is called in order, and not after the job's end, but for the answer of a poll that crosses with the end from outside. What it throws is logged and changes nothing.
 */
public interface JobListener {

    /** Hears nothing. */
    JobListener NONE = new JobListener() {};

    /**
     * A login that was begun for a job, or at a start, has ended. A session is shared: others may have waited for it, too, who are
     * not told.
     *
     * @param took from its beginning to its end
     * @param failure null if it succeeded
     */
    default void onLogin(Duration took, Throwable failure) {}

    /** A job is handed over for submitting. */
    default void onSubmit() {}

    /**
     * The server has accepted the job.
     *
     * @param jobId the server's id of the job; null where a result came without one
     */
    default void onAccepted(String jobId) {}

    /** A poll has found the job not ended. */
    default void onProgress(JobProgress progress) {}

    /** The job's result is here. */
    default void onDone(JobResult result, JobTimes times) {}

    /** The job has ended here without a result. */
    default void onFailed(Throwable failure, JobTimes times) {}
}
