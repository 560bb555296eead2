/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import org.apache.camel.Exchange;

/**
 * How an exchange becomes a request, and what the server says becomes an exchange. Replace it, with the option
 * {@code binding}, to map messages differently; extend {@link DefaultAipiBinding} to change a part.
 */
public interface AipiBinding {

    /**
     * The request that the message asks for. Must not change the exchange: after a failure the same exchange may be sent
     * again.
     *
     * @throws io.aipi.client.error.InvalidRequestException if the message holds nothing that can be sent
     */
    AipiRequest toRequest(Exchange exchange, AipiEndpoint endpoint);

    /**
     * The job id that the operations {@code progress} and {@code result} are about.
     *
     * @throws io.aipi.client.error.InvalidRequestException if the message has none
     */
    String toJobId(Exchange exchange, AipiEndpoint endpoint);

    /** Puts an accepted job into the exchange, which goes on without waiting for the result. */
    void populate(Exchange exchange, AipiEndpoint endpoint, Submission submission);

    /** Puts the state of a job into the exchange: one poll, or a progress exchange. */
    void populate(Exchange exchange, AipiEndpoint endpoint, JobProgress progress);

    /**
     * Puts a result into the exchange.
     *
     * @throws io.aipi.client.error.ProtocolViolationException if the result lacks what {@code outputType} asks for
     */
    void populate(Exchange exchange, AipiEndpoint endpoint, JobResult result);

    /**
     * Puts the failure of a job into the exchange that tells of it: headers and the property
     * {@link Exchange#EXCEPTION_CAUGHT}. The body stays as it is.
     *
     * @param jobId the server's id of the job, null for none
     */
    void populateFailure(Exchange exchange, AipiEndpoint endpoint, String jobId, Throwable failure);
}
