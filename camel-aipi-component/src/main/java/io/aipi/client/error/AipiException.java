/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/**
 * A call to an AIPI server, or a job on it, ended without its result. The subclasses say how.
 *
 * <p>No message of these exceptions contains an API key or a session key: what the server says is searched for them
 * before it is quoted.
 */
public abstract sealed class AipiException extends RuntimeException
        permits AuthenticationException,
                ClientClosedException,
                ConnectionFailedException,
                EndpointUnavailableException,
                InvalidRequestException,
                JobFailedException,
                JobLapsedException,
                JobTimeoutException,
                NotAllowedException,
                ProtocolViolationException,
                QueueFullException,
                ResultLostException {

    private static final long serialVersionUID = 1L;

    private final String endpoint;
    private final String jobId;
    private final Integer httpStatus;

    AipiException(String message, ErrorContext context, Throwable cause) {
        super(message + context.describe(), cause);
        this.endpoint = context.endpoint();
        this.jobId = context.jobId();
        this.httpStatus = context.httpStatus();
    }

    /** Name of the model endpoint, null when the call concerned none (listing the endpoints, say). */
    public String getEndpoint() {
        return endpoint;
    }

    /** The server's id of the job, null when the server had not accepted one. */
    public String getJobId() {
        return jobId;
    }

    /** Status of the HTTP response that told of the error, null when there was no response. */
    public Integer getHttpStatus() {
        return httpStatus;
    }

    /**
     * Whether sending the same request again can help: true where the reason may pass (a full queue, a broken
     * connection, a job that the server gave up), false where the same request would meet the same response. Sending
     * again always makes a new job.
     */
    public abstract boolean isRetryable();
}
