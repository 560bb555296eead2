/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import java.util.Objects;

/**
 * The server's response to a submit.
 *
 * @param endpoint name of the model endpoint
 * @param jobId the server's id of the job; null only where a result came without one
 * @param result the result, where the response carried it already; null when the job must be followed
 * @param acceptance the session that the job was accepted under, opaque; null if it is not known, as for a job that an
 *     earlier process has submitted
 */
public record Submission(String endpoint, String jobId, JobResult result, Acceptance acceptance) {

    /** A job whose acceptance this process knows nothing of. */
    public Submission(String endpoint, String jobId, JobResult result) {
        this(endpoint, jobId, result, null);
    }

    /** The same submission, the text of whose result is that of this field, where there is one. */
    public Submission withTextOf(String field) {
        return result == null ? this : new Submission(endpoint, jobId, result.withTextOf(field), acceptance);
    }

    /** The acceptance does not count: it is no part of what the server has said. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Submission that
                && Objects.equals(endpoint, that.endpoint)
                && Objects.equals(jobId, that.jobId)
                && Objects.equals(result, that.result);
    }

    @Override
    public int hashCode() {
        return Objects.hash(endpoint, jobId, result);
    }

    @Override
    public String toString() {
        return "Submission[endpoint=" + endpoint + ", jobId=" + jobId + ", result=" + result + "]";
    }
}
