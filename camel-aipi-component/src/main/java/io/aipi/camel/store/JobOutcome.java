/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.JobResult;

/** How a job has ended. */
public sealed interface JobOutcome {

    /** With a result. */
    record Done(JobResult result) implements JobOutcome {}

    /** Without one, for good. */
    record Failed(AipiException failure) implements JobOutcome {

        /** Of whatever has ended the following of the job. */
        public static Failed of(DetachedJob job, Throwable cause) {
            return new Failed(
                    cause instanceof AipiException failure
                            ? failure
                            : new ProtocolViolationException(
                                    "The job failed at the client: " + cause,
                                    ErrorContext.of(job.endpoint(), job.jobId()),
                                    cause));
        }
    }

    /** The end of a job whose id the server has given to a new one. */
    static JobOutcome lapsed(DetachedJob job) {
        return new Failed(new JobLapsedException(
                "The server has given the id of the job to a later one, most likely since it was restarted: the job is lost;"
                        + " submit the request again",
                JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                ErrorContext.of(job.endpoint(), job.jobId())));
    }
}
