/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import io.aipi.client.AipiRequest;
import io.aipi.client.EndpointDescription;
import io.aipi.client.JobCounts;
import io.aipi.client.JobOptions;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.JobState;
import io.aipi.client.JobStatus;
import io.aipi.client.LookTurns;
import io.aipi.client.Submission;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.error.ResultLostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The jobs of one endpoint: submits with patience where patience is safe, and the followers of what was accepted. */
public final class EndpointJobs {

    /** A submit that has surely not reached the server is tried this often in all. */
    private static final int CONNECT_ATTEMPTS = 3;

    private static final Duration FIRST_BACKOFF = Duration.ofMillis(500);

    private final String endpoint;
    private final JobOptions options;
    private final JobCounts counts;
    private final ComputeTimes times;
    private final ServerCalls calls;
    private final PollGate gate;
    private final Timer timer;
    private final Set<InFlight> inFlight = ConcurrentHashMap.newKeySet();
    private final AtomicReference<CompletableFuture<RequestParameters>> parameters = new AtomicReference<>();
    private volatile Function<String, AipiException> aborted;
    /** Whether what is on its way then is waited for. */
    private volatile boolean released;

    /** What can be ended from outside. */
    private interface InFlight {
        void abort(Function<String, AipiException> reason);

        /** As {@link #abort}, but without losing what is on its way. */
        default void release(Function<String, AipiException> reason) {
            abort(reason);
        }
    }

    /** Nothing is sent yet. */
    public EndpointJobs(
            String endpoint,
            JobOptions options,
            JobCounts counts,
            ComputeTimes times,
            ServerCalls calls,
            PollGate gate,
            Timer timer) {
        this.endpoint = endpoint;
        this.options = options;
        this.counts = counts;
        this.times = times;
        this.calls = calls;
        this.gate = gate;
        this.timer = timer;
    }

    /** See {@link io.aipi.client.ModelEndpoint#start}. */
    public CompletableFuture<Void> start() {
        return calls.login(endpoint, options.requestTimeout())
                .thenCompose(loggedIn -> parameters())
                .thenCompose(rules -> rules.areDescribed() ? done() : checkListed())
                .thenCompose(checked -> parameters())
                .thenAccept(RequestParameters::checkConfiguration);
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    /** An endpoint without a description may be unknown to the server: its list, where it has one, tells. */
    private CompletableFuture<Void> checkListed() {
        return calls.list(options.requestTimeout()).handle((names, failure) -> {
            if (failure == null && !names.isEmpty() && !names.contains(endpoint)) {
                throw calls.noSuchEndpoint(names, ErrorContext.of(endpoint));
            }
            return null;
        });
    }

    /** See {@link io.aipi.client.ModelEndpoint#submit}. */
    public CompletableFuture<Submission> submit(AipiRequest request) {
        CompletableFuture<AipiRequest> repeatable = repeatable(request);
        return submitted(() -> repeatable
                .thenCompose(this::prepared)
                .thenCompose(ready -> calls.submit(
                        endpoint, ready, options.requestTimeout(), () -> unlessEnded(options.requestTimeout()))));
    }

    /** See {@link io.aipi.client.ModelEndpoint#runHeld}. */
    public CompletableFuture<JobResult> runHeld(AipiRequest request) {
        CompletableFuture<AipiRequest> repeatable = repeatable(request);
        return submitted(() -> repeatable
                        .thenCompose(this::prepared)
                        .thenCompose(ready -> calls.submitHeld(
                                endpoint, ready, options.requestTimeout(), () -> unlessEnded(options.jobTimeout()))))
                .thenCompose(answer -> answer.result() != null
                        ? CompletableFuture.completedFuture(answer.result())
                        // a server that does not hold but gives a job id is followed all the same
                        : follow(answer, Duration.ZERO, null, Supplier::get))
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(timeoutNamed(Failures.cause(failure))));
    }

    /** For a submit about to go out: one whose end was told must not make a job that nobody knows of. */
    private Duration unlessEnded(Duration timeout) {
        Function<String, AipiException> reason = aborted;
        if (reason != null) {
            throw reason.apply(null);
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

    /** See {@link io.aipi.client.ModelEndpoint#follow}. */
    public CompletableFuture<JobResult> follow(
            Submission accepted, Duration elapsed, Consumer<JobProgress> listener, LookTurns turns) {
        AcceptedJob job = accepted.acceptance() instanceof AcceptedJob known
                ? known
                : calls.acceptedJobs().recovered(accepted.jobId(), endpoint);
        return follow(job, elapsed, listener, turns);
    }

    /** See {@link io.aipi.client.ModelEndpoint#follow}; {@code elapsed} is null if the time of the submit is not known. */
    public CompletableFuture<JobResult> follow(String jobId, Duration elapsed, Consumer<JobProgress> listener) {
        AcceptedJob job =
                elapsed == null ? calls.named(jobId) : calls.acceptedJobs().recovered(jobId, endpoint);
        return follow(job, elapsed, listener, Supplier::get);
    }

    private CompletableFuture<JobResult> follow(
            AcceptedJob job, Duration elapsed, Consumer<JobProgress> listener, LookTurns turns) {
        boolean withData = listener != null;
        String jobId = job.id();
        JobFollower follower = new JobFollower(
                endpoint,
                jobId,
                elapsed,
                options,
                times,
                timer,
                (id, timeout) -> turns.take(() -> gate.admit(
                        endpoint, () -> calls.progress(endpoint, job, withData, options.requestTimeout(), timeout))),
                listener);
        InFlight entry = new InFlight() {
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
        Runnable replaced = () -> follower.abort(ServerCalls.replaced(endpoint, jobId));
        CompletableFuture<JobResult> result = follower.start();
        CompletableFuture<JobResult> ended = result.whenComplete((done, failure) -> {
            calls.acceptedJobs().leave(job, replaced);
            inFlight.remove(entry);
            countEnd(failure);
        });
        calls.acceptedJobs().follow(job, replaced);
        if (result.isDone()) {
            calls.acceptedJobs().leave(job, replaced);
        }
        abortIfClosed(entry);
        // a future of its own: the caller's neither ends the following nor, ended by the caller, keeps it in
        // inFlight(),
        // and learns of the end after inFlight() has
        return ended.copy();
    }

    /** See {@link io.aipi.client.ModelEndpoint#look}. */
    public CompletableFuture<JobStatus> look(String jobId) {
        return calls.progress(endpoint, calls.named(jobId), true, options.requestTimeout(), options::requestTimeout)
                .whenComplete((status, failure) -> {
                    // a look that finds the job done has taken its result; what else it finds, another one may still
                    // change
                    if ((status != null && status.result() != null)
                            || Failures.cause(failure) instanceof JobFailedException) {
                        countEnd(failure);
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

    /** Jobs not ended. */
    public int inFlight() {
        return inFlight.size();
    }

    /** Ends the waiting for all jobs, present and future; {@code reason} is given the job's id, null before it has one. */
    public void abort(Function<String, AipiException> reason) {
        released = false;
        aborted = reason;
        inFlight.forEach(entry -> entry.abort(reason));
    }

    /**
     * As {@link #abort}, but looks at jobs that are under way are waited for, since they may bring results, which are
     * handed out once. The caller sees by {@link #inFlight} or by the futures of the jobs when that is done.
     */
    public void release(Function<String, AipiException> reason) {
        released = true;
        aborted = reason;
        inFlight.forEach(entry -> entry.release(reason));
    }

    private void abortIfClosed(InFlight entry) {
        Function<String, AipiException> reason = aborted;
        if (reason != null && released) {
            entry.release(reason);
        } else if (reason != null) {
            entry.abort(reason);
        }
    }

    private void countEnd(Throwable failure) {
        if (failure == null) {
            counts.countCompleted();
        } else {
            counts.countFailed();
        }
    }

    /** In flight and counted from now on; ends with the server's acceptance, which may carry the result. */
    private CompletableFuture<Submission> submitted(Supplier<CompletableFuture<Submission>> submit) {
        counts.countSubmitted();
        Submit entry = new Submit();
        inFlight.add(entry);
        patiently(submit).whenComplete(entry::ended);
        abortIfClosed(entry);
        return entry.outcome;
    }

    /** A submit under way: ended by the server's answer or from outside, whichever comes first. */
    private final class Submit implements InFlight {

        private final CompletableFuture<Submission> outcome = new CompletableFuture<>();

        @Override
        public void abort(Function<String, AipiException> reason) {
            ended(null, reason.apply(null));
        }

        /** Whoever waits learns of the end after {@link EndpointJobs#inFlight()} and the counts have. */
        void ended(Submission accepted, Throwable failure) {
            if (!inFlight.remove(this)) {
                return;
            }
            if (failure != null) {
                countEnd(failure);
                outcome.completeExceptionally(Failures.cause(failure));
                return;
            }
            if (accepted.result() != null) {
                countEnd(null);
            }
            outcome.complete(accepted);
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
        return RequestValues.of(request, ErrorContext.of(endpoint), calls::quote);
    }

    private CompletableFuture<Map<String, Object>> prepared(AipiRequest request) {
        return parameters().thenApply(rules -> rules.of(request));
    }

    /** Read once; a failure is forgotten, so that the next job asks again. */
    private CompletableFuture<RequestParameters> parameters() {
        CompletableFuture<RequestParameters> known = parameters.get();
        if (known != null) {
            return known;
        }
        CompletableFuture<RequestParameters> reading = new CompletableFuture<>();
        if (!parameters.compareAndSet(null, reading)) {
            return parameters();
        }
        calls.describe(endpoint, options.requestTimeout()).whenComplete((description, failure) -> {
            if (failure == null) {
                reading.complete(rules(description));
            } else {
                parameters.set(null);
                reading.completeExceptionally(Failures.cause(failure));
            }
        });
        return reading;
    }

    private RequestParameters rules(Optional<EndpointDescription> description) {
        // a server that names no parameters says nothing of what it takes
        EndpointDescription said =
                description.filter(known -> !known.input().isEmpty()).orElse(null);
        return new RequestParameters(endpoint, options, said, calls::quote);
    }

    private CompletableFuture<Submission> patiently(Supplier<CompletableFuture<Submission>> submit) {
        CompletableFuture<Submission> outcome = new CompletableFuture<>();
        new Attempts(submit, outcome).attempt();
        return outcome;
    }

    /** One submit and its repetitions, where repeating cannot make a second job. */
    private final class Attempts {

        private final Supplier<CompletableFuture<Submission>> submit;
        private final CompletableFuture<Submission> outcome;
        private final long begin = timer.nanoTime();
        private int unconnected;
        private int refusals;

        Attempts(Supplier<CompletableFuture<Submission>> submit, CompletableFuture<Submission> outcome) {
            this.submit = submit;
            this.outcome = outcome;
        }

        void attempt() {
            if (aborted != null) {
                outcome.completeExceptionally(aborted.apply(null));
                return;
            }
            begun().whenComplete((accepted, failure) -> {
                if (failure == null) {
                    outcome.complete(accepted);
                } else {
                    decide(Failures.cause(failure));
                }
            });
        }

        private CompletableFuture<Submission> begun() {
            try {
                return submit.get();
            } catch (RuntimeException e) {
                // nobody sees what is thrown on the timer's thread: it would leave the submit waiting for ever
                return CompletableFuture.failedFuture(e);
            }
        }

        private void decide(Throwable problem) {
            if (problem instanceof ConnectionFailedException unreached
                    && !unreached.isRequestSent()
                    && ++unconnected < CONNECT_ATTEMPTS) {
                again(FIRST_BACKOFF.multipliedBy(unconnected));
            } else if (problem instanceof QueueFullException full && left().compareTo(Duration.ZERO) > 0) {
                again(backoff(full));
            } else {
                outcome.completeExceptionally(problem);
            }
        }

        /** Not on the timer's thread: the request is written anew, which takes time. */
        private void again(Duration wait) {
            timer.schedule(() -> calls.onWorker(this::attempt), wait);
        }

        private Duration left() {
            return options.queueFullTimeout().minusNanos(timer.nanoTime() - begin);
        }

        /** Grows from half a second to maxPollInterval; spread, so that waiting submits do not come all at once. */
        private Duration backoff(QueueFullException full) {
            long grown = FIRST_BACKOFF.toNanos() << Math.min(refusals++, 6);
            long bounded = Math.min(grown, options.maxPollInterval().toNanos());
            Duration spread = Duration.ofNanos(
                    Math.round(bounded * ThreadLocalRandom.current().nextDouble(0.5, 1.0)));
            Duration asked = full.getRetryAfter();
            Duration wait = asked != null && asked.compareTo(spread) > 0 ? asked : spread;
            return wait.compareTo(left()) < 0 ? wait : left();
        }
    }
}
