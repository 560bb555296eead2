/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.internal.poll.ServerPollLimiter;
import io.aipi.client.internal.session.AcceptedJob;
import io.aipi.client.internal.wire.RequestParameters;
import io.aipi.client.internal.wire.RequestValues;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import io.aipi.client.model.Submission;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.JobListener;
import io.aipi.client.spi.JobTimes;
import io.aipi.client.spi.PollGate;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The jobs of one endpoint: submits with patience where patience is safe, and the followers of what was accepted. */
public final class JobClient {

    private final String endpoint;
    private final JobOptions options;
    private final JobListener listener;
    private final JobDurationHistory history;
    private final AipiApi api;
    private final ServerPollLimiter limiter;
    private final Scheduler scheduler;
    private final InFlightJobs inFlight;
    private final EndpointRules rules;

    /** Nothing is sent yet. {@code listener} hears of the jobs. */
    public JobClient(
            String endpoint,
            JobOptions options,
            JobListener listener,
            JobDurationHistory history,
            AipiApi api,
            ServerPollLimiter limiter,
            Scheduler scheduler) {
        this.endpoint = endpoint;
        this.options = options;
        this.listener = SafeJobListener.of(listener);
        this.history = history;
        this.api = api;
        this.limiter = limiter;
        this.scheduler = scheduler;
        this.inFlight = new InFlightJobs();
        this.rules = new EndpointRules(endpoint, options, api);
    }

    private JobClient(JobClient other, JobListener listener) {
        this.endpoint = other.endpoint;
        this.options = other.options;
        this.listener = SafeJobListener.of(listener);
        this.history = other.history;
        this.api = other.api;
        this.limiter = other.limiter;
        this.scheduler = other.scheduler;
        this.inFlight = other.inFlight;
        this.rules = other.rules;
    }

    /** The same, whose jobs another listener hears of. */
    public JobClient with(JobListener other) {
        return new JobClient(this, other);
    }

    /** See {@link io.aipi.client.ModelEndpoint#start}. */
    public CompletableFuture<Void> start() {
        return api.login(endpoint, options.requestTimeout())
                .thenCompose(loggedIn -> rules.parameters())
                .thenCompose(described -> described.areDescribed() ? done() : checkListed())
                .thenCompose(checked -> rules.parameters())
                .thenAccept(RequestParameters::checkConfiguration);
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    /** An endpoint without a description may be unknown to the server: its list, where it has one, tells. */
    private CompletableFuture<Void> checkListed() {
        return api.list(options.requestTimeout()).handle((names, failure) -> {
            if (failure == null && !names.isEmpty() && !names.contains(endpoint)) {
                throw api.noSuchEndpoint(names, ErrorContext.of(endpoint));
            }
            return null;
        });
    }

    /** See {@link io.aipi.client.ModelEndpoint#submit}. */
    public CompletableFuture<Submission> submit(AipiRequest request) {
        CompletableFuture<AipiRequest> repeatable = repeatable(request);
        return submitted(() -> repeatable
                .thenCompose(rules::prepared)
                .thenCompose(ready -> api.submit(
                        endpoint, ready, options.requestTimeout(), () -> checkOpen(options.requestTimeout()))));
    }

    /** See {@link io.aipi.client.ModelEndpoint#runHeld}. */
    public CompletableFuture<JobResult> runHeld(AipiRequest request) {
        CompletableFuture<AipiRequest> repeatable = repeatable(request);
        return submitted(() -> repeatable
                        .thenCompose(rules::prepared)
                        .thenCompose(ready -> api.submitHeld(
                                endpoint, ready, options.requestTimeout(), () -> checkOpen(options.jobTimeout())))
                        .exceptionallyCompose(failure ->
                                CompletableFuture.failedFuture(timeoutNamed(CompletionExceptions.unwrap(failure)))))
                .thenCompose(response -> response.result() != null
                        ? CompletableFuture.completedFuture(response.result())
                        // a server that does not hold but gives a job id is followed all the same
                        : follow(response, Duration.ZERO, null, Supplier::get));
    }

    /** For a submit about to go out: one whose end was told must not make a job that nobody knows of. */
    private Duration checkOpen(Duration timeout) {
        AipiException end = inFlight.end(null);
        if (end != null) {
            throw end;
        }
        return timeout;
    }

    private Throwable timeoutNamed(Throwable problem) {
        boolean timedOut = problem instanceof ConnectionFailedException unanswered
                && unanswered.isRequestSent()
                && problem.getCause() instanceof TransportException transport
                && transport.kind() == TransportException.Kind.TIMED_OUT;
        return timedOut
                ? new JobTimeoutException(
                        "The server did not answer the held request within jobTimeout ("
                                + options.jobTimeout().toMillis() + " ms)",
                        ErrorContext.of(endpoint))
                : problem;
    }

    /** See {@link io.aipi.client.spi.EndpointSpi#follow}. */
    public CompletableFuture<JobResult> follow(
            Submission accepted, Duration elapsed, Consumer<JobProgress> listener, PollGate gate) {
        AcceptedJob job = accepted.acceptance() instanceof AcceptedJob known
                ? known
                : api.acceptedJobs().recovered(accepted.jobId(), endpoint);
        return follow(job, elapsed, listener, gate);
    }

    /** See {@link io.aipi.client.ModelEndpoint#follow}; {@code elapsed} is null if the time of the submit is not known. */
    public CompletableFuture<JobResult> follow(String jobId, Duration elapsed, Consumer<JobProgress> listener) {
        AcceptedJob job =
                elapsed == null ? api.named(jobId) : api.acceptedJobs().recovered(jobId, endpoint);
        return follow(job, elapsed, listener, Supplier::get);
    }

    private CompletableFuture<JobResult> follow(
            AcceptedJob job, Duration elapsed, Consumer<JobProgress> progressListener, PollGate gate) {
        boolean withData = progressListener != null;
        String jobId = job.id();
        JobLife life = new JobLife(listener, scheduler, job);
        JobPoller follower = new JobPoller(
                endpoint,
                jobId,
                elapsed,
                options,
                history,
                scheduler,
                (id, timeout) -> gate.take(() -> limiter.admit(
                        endpoint,
                        () -> life.poll(api.progress(endpoint, job, withData, options.requestTimeout(), timeout)
                                .thenApply(rules::withText)))),
                progressListener);
        InFlightJobs.Entry entry = new InFlightJobs.Entry() {
            @Override
            public void abort(Function<String, AipiException> reason) {
                follower.abort(reason.apply(jobId));
            }

            @Override
            public void release(Function<String, AipiException> reason) {
                follower.release(reason.apply(jobId));
            }
        };
        inFlight.add(entry);
        Runnable replaced = () -> follower.abort(AipiApi.replaced(endpoint, jobId));
        CompletableFuture<JobResult> result = follower.start();
        CompletableFuture<JobResult> ended = result.whenComplete((done, failure) -> {
            api.acceptedJobs().leave(job, replaced);
            inFlight.remove(entry);
            life.ended(done, failure);
        });
        api.acceptedJobs().follow(job, replaced);
        if (result.isDone()) {
            api.acceptedJobs().leave(job, replaced);
        }
        inFlight.endIfTold(entry);
        // a future of its own, which learns of the end after inFlight() has. Cancelled by the caller, it ends the
        // following
        CompletableFuture<JobResult> own = ended.copy();
        own.whenComplete((done, failure) -> {
            if (own.isCancelled()) {
                follower.abort(givenUp(jobId));
            }
        });
        return own;
    }

    private AipiException givenUp(String jobId) {
        return new ClientClosedException(
                "The job was given up; it goes on at the server", ErrorContext.of(endpoint, jobId));
    }

    /** See {@link io.aipi.client.ModelEndpoint#poll}. */
    public CompletableFuture<JobStatus> poll(String jobId) {
        return api.progress(endpoint, api.named(jobId), true, options.requestTimeout(), options::requestTimeout)
                .thenApply(rules::withText)
                .whenComplete((status, failure) -> {
                    // a poll that finds the job done has taken its result; what else it finds, another one may still
                    // change
                    if ((status != null && status.result() != null)
                            || CompletionExceptions.unwrap(failure) instanceof JobFailedException) {
                        polled(status, failure);
                    } else if (status != null && status.progress().state() != JobState.DONE) {
                        listener.onProgress(status.progress());
                    }
                })
                .thenApply(status -> {
                    if (status.result() == null && status.progress().state() == JobState.DONE) {
                        throw new ResultLostException(
                                "The job is done but the server gave no result with it: it hands a result out once, and"
                                        + " somebody has taken it",
                                ErrorContext.of(endpoint, jobId),
                                null);
                    }
                    return status;
                });
    }

    /** Whether a request may bring a conversation, as far as is known now. */
    public boolean takesConversation() {
        return rules.takeConversation();
    }

    /** Jobs not ended. */
    public int inFlight() {
        return inFlight.size();
    }

    /** Ends the waiting for all jobs, present and future; {@code reason} is given the job's id, null before it has one. */
    public void abort(Function<String, AipiException> reason) {
        inFlight.abort(reason);
    }

    /**
     * As {@link #abort}, but polls of jobs that are under way are waited for, since they may bring results, which are
     * handed out once. The caller sees by {@link #inFlight} or by the futures of the jobs when that is done.
     */
    public void release(Function<String, AipiException> reason) {
        inFlight.release(reason);
    }

    /** The end of a job whose beginning is not known. */
    private void polled(JobStatus status, Throwable failure) {
        if (failure == null) {
            listener.onDone(status.result(), JobTimes.of(status.result(), null, null, 0));
        } else {
            listener.onFailed(CompletionExceptions.unwrap(failure), new JobTimes(null, null, null, null, 0));
        }
    }

    /** In flight and counted from now on; ends with the server's acceptance, which may carry the result. */
    private CompletableFuture<Submission> submitted(Supplier<CompletableFuture<Submission>> submit) {
        listener.onSubmit();
        Submit entry = new Submit();
        inFlight.add(entry);
        new SubmitRetrier(submit, () -> inFlight.end(null), options, scheduler, api::onWorker)
                .start()
                .whenComplete(entry::ended);
        inFlight.endIfTold(entry);
        return entry.submission;
    }

    /** A submit under way: ended by the server's response or from outside, whichever comes first. */
    private final class Submit implements InFlightJobs.Entry {

        private final CompletableFuture<Submission> submission = new CompletableFuture<>();
        private final long begun = scheduler.nanoTime();

        @Override
        public void abort(Function<String, AipiException> reason) {
            ended(null, reason.apply(null));
        }

        /** Whoever waits learns of the end after {@link JobClient#inFlight()} and the listener have. */
        void ended(Submission accepted, Throwable failure) {
            if (!inFlight.remove(this)) {
                return;
            }
            long now = scheduler.nanoTime();
            Duration took = Duration.ofNanos(now - begun);
            if (failure != null) {
                Throwable reason = CompletionExceptions.unwrap(failure);
                listener.onFailed(reason, new JobTimes(took, null, null, null, 0));
                submission.completeExceptionally(reason);
                return;
            }
            if (accepted.acceptance() instanceof AcceptedJob job) {
                job.acceptedAt(new AcceptedJob.Times(begun, now));
            }
            listener.onAccepted(accepted.jobId());
            if (accepted.result() != null) {
                listener.onDone(accepted.result(), JobTimes.of(accepted.result(), took, null, 0));
            }
            submission.complete(rules.withText(accepted));
        }
    }

    /** Once for all tries of a submit: a stream can be read once. */
    private CompletableFuture<AipiRequest> repeatable(AipiRequest request) {
        try {
            return CompletableFuture.completedFuture(read(request));
        } catch (InvalidRequestException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** See {@link io.aipi.client.ModelEndpoint#read}. */
    public AipiRequest read(AipiRequest request) {
        return RequestValues.of(request, ErrorContext.of(endpoint), api::sanitize);
    }
}
