/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.job.JobClient;
import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.internal.poll.ServerPollLimiter;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import io.aipi.client.model.Submission;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.EndpointSpi;
import io.aipi.client.spi.JobListener;
import io.aipi.client.spi.PollGate;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One model endpoint of a server: what it takes, and its jobs.
 *
 * <p>Futures fail with an {@link AipiException}; see there and {@link AipiClient} for the threads they complete on.
 */
public final class ModelEndpoint implements AutoCloseable {

    private final String name;
    private final AipiApi api;
    private final JobClient jobs;
    private final Consumer<ModelEndpoint> closing;
    /** Null for one that is not a view of another one. */
    private final ModelEndpoint viewed;

    ModelEndpoint(
            String name,
            JobOptions options,
            JobListener listener,
            JobDurationHistory history,
            AipiApi api,
            ServerPollLimiter limiter,
            Scheduler scheduler,
            Consumer<ModelEndpoint> closing) {
        this.name = name;
        this.api = api;
        this.jobs = new JobClient(name, options, listener, history, api, limiter, scheduler);
        this.closing = closing;
        this.viewed = null;
    }

    private ModelEndpoint(ModelEndpoint viewed, JobListener listener) {
        this.name = viewed.name;
        this.api = viewed.api;
        this.jobs = viewed.jobs.with(listener);
        this.closing = viewed.closing;
        this.viewed = viewed.viewed == null ? viewed : viewed.viewed;
    }

    /**
     * The same endpoint. {@code listener} hears of the jobs that are submitted or followed through what is returned, in the place
     * of the endpoint's own one; of logins it hears nothing. Closing either closes both.
     */
    public ModelEndpoint with(JobListener listener) {
        return new ModelEndpoint(this, listener);
    }

    /** The endpoint's name at the server. */
    public String name() {
        return name;
    }

    /**
     * Logs in, reads the server's description of the endpoint where it has one, and checks the options against it. Not
     * required: the first job does the same, except for the check.
     */
    public CompletableFuture<Void> start() {
        return jobs.start();
    }

    /**
     * The same request with all that has to be read, such as files and streams, in memory. A submit does so first, on the
     * thread that calls it; whoever may submit on a thread that must not be blocked does it before.
     *
     * @throws io.aipi.client.error.InvalidRequestException if a parameter cannot be read, or has no form in JSON
     */
    public AipiRequest read(AipiRequest request) {
        return jobs.read(request);
    }

    /**
     * Submits a job and returns as soon as the server has accepted it. A submit that has surely not reached the server is
     * tried again up to twice; one that may have been accepted never is.
     */
    public CompletableFuture<Submission> submit(AipiRequest request) {
        return jobs.submit(request);
    }

    /**
     * Follows a job that has just been accepted by polling, to its result. Cancelling the future gives the job up: it is
     * polled no more, and goes on at the server.
     *
     * @param accepted the job, without a result
     * @param listener called for each change in the job's progress, in order, on a thread that must not be blocked; null
     *     for nobody
     */
    public CompletableFuture<JobResult> follow(Submission accepted, Consumer<JobProgress> listener) {
        return jobs.follow(accepted, Duration.ZERO, listener, Supplier::get);
    }

    /**
     * Follows a job that was submitted at a time that is not known: it is polled at once, and {@code jobTimeout} counts
     * from now on.
     *
     * @param listener as in {@link #follow(Submission, Consumer)}
     */
    public CompletableFuture<JobResult> follow(String jobId, Consumer<JobProgress> listener) {
        return jobs.follow(jobId, null, listener);
    }

    /**
     * Follows a job that was submitted some time ago, as by a process that has ended since.
     *
     * @param elapsed time since the submit; it counts towards {@code jobTimeout}. A job whose time is up is polled once
     * @param listener as in {@link #follow(Submission, Consumer)}
     */
    public CompletableFuture<JobResult> follow(String jobId, Duration elapsed, Consumer<JobProgress> listener) {
        return jobs.follow(jobId, elapsed, listener);
    }

    /** Submits a job and follows it; {@code listener} as in {@link #follow(Submission, Consumer)}. */
    public CompletableFuture<JobResult> run(AipiRequest request, Consumer<JobProgress> listener) {
        return submit(request)
                .thenCompose(accepted -> accepted.result() != null
                        ? CompletableFuture.completedFuture(doneAtOnce(accepted, listener))
                        : follow(accepted, listener));
    }

    private static JobResult doneAtOnce(Submission accepted, Consumer<JobProgress> listener) {
        if (listener != null) {
            listener.accept(JobProgress.of(accepted.endpoint(), accepted.jobId(), JobState.DONE));
        }
        return accepted.result();
    }

    /**
     * Submits a job on one request that the server holds until the result is there. Giving such a request up takes a
     * worker of the server out of service, so its only timeout is {@code jobTimeout}; the server has one of its own.
     */
    public CompletableFuture<JobResult> runHeld(AipiRequest request) {
        return jobs.runHeld(request);
    }

    /**
     * One poll of a job. If the job is done, this poll takes its result: there is no second chance. Fails with {@link
     * io.aipi.client.error.ResultLostException} if the job is done and its result is gone.
     */
    public CompletableFuture<JobStatus> poll(String jobId) {
        return jobs.poll(jobId);
    }

    /** For people: whether there is a session with the server, or why not. Never a key. */
    public String sessionState() {
        return api.sessionState();
    }

    /** Whether the server refused the last login. */
    public boolean isLoginRefused() {
        return api.isLoginRefused();
    }

    /**
     * Logins begun so far by the session, which all endpoints of this name share that have the server, the login mode and the
     * credentials in common.
     */
    public long logins() {
        return api.logins();
    }

    /** Jobs submitted or followed through this object and not ended. */
    public int jobsInFlight() {
        return jobs.inFlight();
    }

    /** For integrations such as the Camel component, which put results into safety. Not for applications. */
    public EndpointSpi spi() {
        return new EndpointSpi() {
            @Override
            public CompletableFuture<JobResult> follow(
                    Submission job, Duration elapsed, Consumer<JobProgress> listener, PollGate gate) {
                return jobs.follow(job, elapsed, listener, gate);
            }

            @Override
            public boolean takesConversation() {
                return jobs.takesConversation();
            }

            @Override
            public void release() {
                jobs.release(ModelEndpoint.this::closed);
            }
        };
    }

    /** Ends the waiting for all jobs in flight at once, with {@link ClientClosedException}. They go on at the server. */
    @Override
    public void close() {
        closing.accept(viewed == null ? this : viewed);
        jobs.abort(this::closed);
    }

    private AipiException closed(String jobId) {
        return new ClientClosedException(
                "The client was closed while it followed the job, which goes on at the server",
                ErrorContext.of(name, jobId));
    }
}
