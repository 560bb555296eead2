/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.ResultReader;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.error.ResultLostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Ways for a job to end. */
final class Outcomes {

    private Outcomes() {}

    static StoredJob done(StoredJob job, String text) {
        return done(job, Map.of("text", text));
    }

    static StoredJob done(StoredJob job, Map<String, Object> fields) {
        return job.withOutcome(new JobOutcome.Done(
                ResultReader.ofFields(job.job().endpoint(), job.job().jobId(), fields)));
    }

    static StoredJob failed(StoredJob job, String reason) {
        return job.withOutcome(new JobOutcome.Failed(new JobFailedException(reason, place(job))));
    }

    /** The server has handed its result out, and it did not arrive. */
    static StoredJob lost(StoredJob job) {
        return job.withOutcome(new JobOutcome.Failed(new ResultLostException("lost", place(job), null)));
    }

    private static ErrorContext place(StoredJob job) {
        return ErrorContext.of(job.job().endpoint(), job.job().jobId());
    }

    /** One of each kind, and of each form that it has. */
    static List<AipiException> failures() {
        ErrorContext context = new ErrorContext("chat", "uuid#7", 400);
        return List.of(
                new AuthenticationException("no", context),
                new ClientClosedException("no", context),
                new ConnectionFailedException("no", true, context, new IllegalStateException("reset")),
                new ConnectionFailedException("no", false, context, null),
                new EndpointUnavailableException("no", true, context),
                new EndpointUnavailableException("no", false, context),
                new InvalidRequestException(List.of("first", "second"), context),
                new JobFailedException("CUDA out of memory: \"Ünïcode\" \u0000", context),
                new JobLapsedException("gone", JobLapsedException.Reason.LAPSED, ErrorContext.of("chat", "uuid#7")),
                new JobLapsedException("gone", JobLapsedException.Reason.UNKNOWN_TO_SERVER, context),
                new JobTimeoutException("late", ErrorContext.of(null)),
                new NotAllowedException("no", context),
                new ProtocolViolationException("what?", context, null),
                new QueueFullException("full", Duration.ofSeconds(7), context),
                new QueueFullException("full", null, context),
                new ResultLostException("lost", context, new IllegalStateException("reset")));
    }
}
