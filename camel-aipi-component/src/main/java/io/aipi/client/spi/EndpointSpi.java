/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.spi;

import io.aipi.client.error.ClientClosedException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What an integration needs of a model endpoint, beside what applications use: to let no more results come than it can put
 * into safety, and to end without losing one.
 */
public interface EndpointSpi {

    /**
     * Follows a job that was submitted some time ago; each poll of the job is begun when {@code gate} lets it.
     *
     * @param job without a result. If its {@link Submission#acceptance} is known, the job is never taken for another one of
     *     the same id, as a server may give ids again after a restart
     * @param elapsed time since the submit; it counts towards {@code jobTimeout}. A job whose time is up is polled once
     * @param listener called for each change in the job's progress, in order, on a thread that must not be blocked; null
     *     for nobody
     */
    CompletableFuture<JobResult> follow(
            Submission job, Duration elapsed, Consumer<JobProgress> listener, PollGate gate);

    /** Whether a request may bring a conversation, as far as is known now. */
    boolean takesConversation();

    /**
     * Ends the following of all jobs of the endpoint, with {@link ClientClosedException}, without losing a result: a poll that
     * is under way is waited for, and its result, if it brings one, is that of the job's future. No job can be begun
     * afterwards. The endpoint's number of jobs in flight tells when that is done; closing the endpoint does not wait for
     * it.
     */
    void release();
}
