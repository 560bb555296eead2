/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.api;

import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.session.AcceptedJob;
import io.aipi.client.internal.session.AcceptedJobs;
import io.aipi.client.internal.session.SessionKey;
import io.aipi.client.internal.wire.ErrorMapper;
import io.aipi.client.internal.wire.ErrorMapper.Route;
import io.aipi.client.internal.wire.ResponseMapper;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import io.aipi.client.model.Submission;
import java.net.URI;
import java.util.Map;

/**
 * What the responses of a server say of a job: to a submit whether it is accepted, to a poll its state, and in both its result
 * or its failure.
 */
final class JobResponses {

    private final URI server;
    private final SecretRedactor secrets;
    private final AcceptedJobs acceptedJobs;
    private final ErrorMapper errors;

    JobResponses(URI server, SecretRedactor secrets, AcceptedJobs acceptedJobs, ErrorMapper errors) {
        this.server = server;
        this.secrets = secrets;
        this.acceptedJobs = acceptedJobs;
        this.errors = errors;
    }

    /**
     * The response to a submit. Fails like a job if it brings a failed one.
     *
     * @param key the session key that the submit went out with, null for none
     */
    Submission submission(Route route, String endpoint, TransportResponse http, SessionKey key, ErrorContext context) {
        Map<String, Object> response = errors.requireJson(route, http, true, context);
        String jobId = ResponseMapper.jobId(response);
        if (!ResponseMapper.isSuccess(response)) {
            throw errors.of(route, http, response, context);
        }
        Map<String, Object> result = ResponseMapper.resultIn(response);
        String failure = ResponseMapper.workerError(result != null ? result : response);
        if (failure != null) {
            throw new JobFailedException(
                    secrets.sanitizeComplaint(failure),
                    ErrorContext.of(endpoint, jobId).withStatus(http.status()));
        }
        if (result == null
                && route == Route.HELD_SUBMIT
                && ResponseMapper.isOfAJob(response)
                && !ResponseMapper.isMereAcceptance(response)) {
            // a held response is a result whatever outputs the endpoint has
            result = response;
        }
        if (result == null && jobId == null) {
            throw new ProtocolViolationException(
                    server + " accepted the request but gave neither a job id nor a result"
                            + (response.get("job_id") == null
                                    ? "; check that serverUrl is the address of an AIPI server"
                                    : ": its job_id cannot be one, since it is empty, longer than "
                                            + ResponseMapper.LONGEST_ID
                                            + " characters, no text, or has a key or a control character in it"),
                    context.withStatus(http.status()),
                    null);
        }
        AcceptedJob job = jobId == null ? null : acceptedJobs.accepted(jobId, key);
        return new Submission(
                endpoint, jobId, result == null ? null : ResponseMapper.result(endpoint, jobId, result), job);
    }

    /** The response to a poll of a job. Fails like the job, and for a response that says nothing of it. */
    JobStatus status(String endpoint, String jobId, boolean withData, TransportResponse http, ErrorContext context) {
        Map<String, Object> response = errors.requireJson(Route.PROGRESS, http, withData, context);
        errors.requireSameJob(response, context.withStatus(http.status()));
        // the server's word for the state is named in messages and logs
        response.computeIfPresent(
                "job_state", (name, word) -> word instanceof String said ? secrets.sanitize(said) : word);
        JobProgress progress = ResponseMapper.progress(endpoint, jobId, response);
        Map<String, Object> result = ResponseMapper.resultIn(response);
        if (progress.state() == JobState.FAILED && (result == null || result.isEmpty())) {
            throw errors.canceled(response, context.withStatus(http.status()));
        }
        if (result != null) {
            String failure = ResponseMapper.workerError(result);
            if (failure != null) {
                throw new JobFailedException(secrets.sanitizeComplaint(failure), context.withStatus(http.status()));
            }
            return new JobStatus(progress.withState(JobState.DONE), ResponseMapper.result(endpoint, jobId, result));
        }
        if (!ResponseMapper.isSuccess(response)) {
            if (progress.state() == JobState.LAPSED) {
                throw new JobLapsedException(
                        "The server gave the job up", JobLapsedException.Reason.LAPSED, context.withStatus(200));
            }
            throw errors.of(Route.PROGRESS, http, response, context);
        }
        if (!response.containsKey("job_state")) {
            throw new ProtocolViolationException(
                    server + " answered a poll of the job without its job_state", context.withStatus(200), null);
        }
        return new JobStatus(progress, null);
    }

    /** For a job whose id means another one in a new session. */
    JobLapsedException sessionLost(ErrorContext context) {
        return new JobLapsedException(
                server
                        + " has lost the session that the job belongs to, most likely by a restart. It gives job ids such as"
                        + " this one again after a restart, so the job cannot be followed in a new session: submit the"
                        + " request again",
                JobLapsedException.Reason.UNKNOWN_TO_SERVER,
                context);
    }
}
