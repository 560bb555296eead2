/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.internal.poll.AdaptivePollStrategy;
import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one job to its end.
 *
 * <p>Invariants: never more than one poll is under way; after the end none is begun; the result future is completed
 * exactly once; the listener is called in the order of the polls and never after the result; the job ends at the latest
 * {@code jobTimeout} after its beginning, plus one second for the last poll (the time of a request, for a job that is
 * followed later), unless that poll waits for its turn or for a connection; a release loses no result: a poll under way
 * at that moment is waited for.
 *
 * <p>The steps form one chain (wait, poll, process, wait, ...), each begun by the one before it, so the fields need no
 * lock, but for the two that {@link #release} reads from outside; {@link #abort} touches nothing but the future.
 */
final class JobPoller {

    private static final Logger LOG = LoggerFactory.getLogger(JobPoller.class);

    /** Asks the server for the state of a job, once. */
    interface Poll {
        /**
         * Fails with an {@link AipiException}; gives a status with a result if this poll got it.
         *
         * @param timeout to be asked when the poll begins, which may be later than now, and again before its request goes
         *     out, if that is later still; it throws an {@link AipiException} if nobody would take what the poll brings
         */
        CompletableFuture<JobStatus> poll(String jobId, Supplier<Duration> timeout);
    }

    /** How long the poll of the deadline may take, for a job that was followed from its submit on. */
    private static final Duration LAST_POLL = Duration.ofSeconds(1);

    private final String endpoint;
    private final String jobId;
    private final JobOptions options;
    private final Scheduler scheduler;
    private final Poll poll;
    private final Consumer<JobProgress> listener;
    private final CompletableFuture<JobResult> result = new CompletableFuture<>();
    private final AdaptivePollStrategy strategy;
    private final PollRetries retries;
    private final Duration timeLeft;
    private final Duration lastPoll;
    private final long deadline;
    private volatile Scheduler.Task waiting;
    private volatile Scheduler.Task timeoutTask;
    /** Whether the poll that is under way has begun, and does not wait for its turn. Guarded by this. */
    private boolean begun;

    /** When the time of the poll under way ends. */
    private volatile long pollEnds;

    private volatile JobProgress last;
    /** The loss of a response that may have held the result; null if none was lost. */
    private AipiException lostResponse;
    /** When the poll under way was asked for. Guarded by this. */
    private long pollAsked;
    /** How long it waited until it could begin. Written under the lock, read when it has ended. */
    private volatile long waitedForTurn;

    /** Whether a poll is under way. Guarded by this. */
    private boolean polling;
    /** Why no further poll is begun, null while they are. Guarded by this. */
    private AipiException released;

    /**
     * {@code elapsed}: the time since the submit, which has used up that much of {@code jobTimeout}; null if not known: then
     * it counts from now, and the job is polled soon. The durations of other jobs in {@code history} are read and added to.
     */
    JobPoller(
            String endpoint,
            String jobId,
            Duration elapsed,
            JobOptions options,
            JobDurationHistory history,
            Scheduler scheduler,
            Poll poll,
            Consumer<JobProgress> listener) {
        this.endpoint = endpoint;
        this.jobId = jobId;
        this.options = options;
        this.scheduler = scheduler;
        this.poll = poll;
        this.listener = listener;
        long now = scheduler.nanoTime();
        Duration counted = elapsed == null ? Duration.ZERO : elapsed;
        this.retries = new PollRetries(options, scheduler);
        this.strategy = new AdaptivePollStrategy(
                options.pollInterval(),
                options.maxPollInterval(),
                listener != null,
                history,
                now - counted.toNanos(),
                elapsed == null);
        Duration left = options.jobTimeout().minus(counted);
        this.timeLeft = left.isNegative() ? Duration.ZERO : left;
        this.deadline = now + timeLeft.toNanos();
        // a job that is followed later may be late already: its first poll is its last, and should not fail for a login
        this.lastPoll = counted.isZero() || options.requestTimeout().compareTo(LAST_POLL) < 0
                ? LAST_POLL
                : options.requestTimeout();
    }

    /** Begins; the future fails with an {@link AipiException} only. */
    CompletableFuture<JobResult> start() {
        // a poll can take longer than it was given, as when it has to log in first: the end does not wait for it
        timeoutTask = scheduler.schedule(this::onTimeout, timeLeft.plus(lastPoll));
        result.whenComplete((done, failure) -> timeoutTask.cancel());
        waitFor(strategy.first(scheduler.nanoTime()));
        return result;
    }

    private void onTimeout() {
        boolean underWay;
        synchronized (this) {
            underWay = polling;
        }
        // a job is not given up without a last poll, however long that has to wait for its turn, nor while a request is
        // out that may bring the result
        long more = !underWay ? 0 : begun ? pollEnds - scheduler.nanoTime() : lastPoll.toNanos();
        if (more <= 0) {
            timedOut();
            return;
        }
        timeoutTask = scheduler.schedule(this::onTimeout, Duration.ofNanos(more));
        if (result.isDone()) {
            timeoutTask.cancel();
        }
    }

    /** Ends the following at once. The job goes on at the server. */
    void abort(AipiException reason) {
        end(reason);
    }

    /**
     * Begins no further poll. If one is under way it is waited for, since it may bring the result, which is handed out
     * once; if it brings none, or there is none under way, the following ends with the reason.
     */
    void release(AipiException reason) {
        synchronized (this) {
            released = reason;
            if (polling && begun) {
                return;
            }
        }
        end(reason);
    }

    private void waitFor(Duration wait) {
        AipiException reason;
        synchronized (this) {
            polling = false;
            reason = released;
        }
        if (reason != null) {
            end(reason);
        }
        if (result.isDone()) {
            return;
        }
        long left = deadline - scheduler.nanoTime();
        waiting = scheduler.schedule(this::poll, wait.toNanos() < left ? wait : Duration.ofNanos(Math.max(0, left)));
        if (result.isDone()) {
            // ended between the check and the assignment: nobody else would cancel this
            waiting.cancel();
        }
    }

    private void poll() {
        synchronized (this) {
            // released: the end is somebody else's
            if (result.isDone() || released != null) {
                return;
            }
            polling = true;
            begun = false;
            pollAsked = scheduler.nanoTime();
            waitedForTurn = 0;
        }
        CompletableFuture<JobStatus> status;
        try {
            status = poll.poll(jobId, this::pollBegins);
        } catch (RuntimeException | Error e) {
            status = CompletableFuture.failedFuture(e);
        }
        status.whenComplete((seen, failure) -> {
            try {
                if (failure == null) {
                    onStatus(seen);
                } else {
                    onFailure(failure);
                }
            } catch (RuntimeException | Error e) {
                // a bug must not leave an exchange waiting for ever
                LOG.error("Following a job of {} failed", endpoint, e);
                end(new ProtocolViolationException(
                        "The client failed to process the server's response: " + e, context(), e));
            }
        });
    }

    /** Under the lock: a release either sees that the poll has begun, or ends the job before it does. */
    private synchronized Duration pollBegins() {
        if (result.isDone() || (released != null && !begun)) {
            throw new ClientClosedException("The job is not followed any more", context());
        }
        long now = scheduler.nanoTime();
        Duration longest = Duration.ofNanos(Math.max(deadline - now, lastPoll.toNanos()));
        Duration time = longest.compareTo(options.requestTimeout()) < 0 ? longest : options.requestTimeout();
        pollEnds = now + time.toNanos();
        waitedForTurn = now - pollAsked;
        begun = true;
        return time;
    }

    private void onStatus(JobStatus seen) {
        if (result.isDone()) {
            return;
        }
        JobProgress progress = seen.progress();
        if (seen.result() != null) {
            report(progress);
            result.complete(seen.result());
            // afterwards: what is learned for other jobs must never cost this one its result
            strategy.found(seen.result(), scheduler.nanoTime());
        } else if (progress.state() == JobState.DONE) {
            end(new ResultLostException(
                    lostResponse == null
                            ? "The job is done but the server gave no result with it: it hands a result out once, and"
                                    + " somebody else took it"
                            : "The job is done but its result was in a response that got lost",
                    context(),
                    lostResponse));
        } else if (isLate()) {
            report(progress);
            timedOut();
        } else if (progress.state() == JobState.LAPSED) {
            report(progress);
            onTransientFailure(
                    new JobLapsedException("The server gave the job up", JobLapsedException.Reason.LAPSED, context()));
        } else {
            retries.succeeded();
            report(progress);
            waitFor(strategy.after(progress, scheduler.nanoTime()));
        }
    }

    private void onFailure(Throwable failure) {
        if (result.isDone()) {
            return;
        }
        Throwable cause = CompletionExceptions.unwrap(failure);
        if (!(cause instanceof AipiException problem)) {
            end(new ProtocolViolationException("The client failed to poll the job: " + cause, context(), cause));
            return;
        }
        if (isLate() && PollRetries.isTransient(problem)) {
            timedOut();
        } else if (problem instanceof QueueFullException busy) {
            waitFor(retries.afterToldToWait(busy));
        } else if (problem instanceof JobLapsedException lapsed
                && lapsed.getReason() == JobLapsedException.Reason.LAPSED) {
            report(lastOrUnknown().withState(JobState.LAPSED));
            onTransientFailure(lapsed);
        } else if (PollRetries.isTransient(problem)) {
            if (PollRetries.mayHaveConsumedResult(problem)) {
                lostResponse = problem;
            }
            onTransientFailure(problem);
        } else {
            if (problem instanceof JobFailedException) {
                report(lastOrUnknown().withState(JobState.FAILED));
            }
            end(problem);
        }
    }

    /** Whether a poll that brought no result was the last one. */
    private boolean isLate() {
        return deadline - scheduler.nanoTime() <= 0;
    }

    private void onTransientFailure(AipiException problem) {
        Optional<Duration> wait = retries.afterFailure(waitedForTurn);
        if (wait.isPresent()) {
            waitFor(wait.get());
        } else {
            end(problem);
        }
    }

    private void timedOut() {
        String state = last == null ? "nothing was heard of it" : "it was " + last.stateWord();
        end(new JobTimeoutException(
                "The job did not end within jobTimeout (" + options.jobTimeout().toMillis() + " ms); " + state
                        + " when last polled",
                context()));
    }

    private void report(JobProgress progress) {
        boolean changed = !progress.equals(last);
        last = progress;
        if (changed && listener != null) {
            try {
                listener.accept(progress);
            } catch (RuntimeException | Error e) {
                LOG.warn("A progress listener of {} failed; the job goes on", endpoint, e);
            }
        }
    }

    private JobProgress lastOrUnknown() {
        return last != null ? last : JobProgress.of(endpoint, jobId, JobState.UNKNOWN);
    }

    private void end(AipiException reason) {
        if (result.completeExceptionally(reason)) {
            Scheduler.Task task = waiting;
            if (task != null) {
                task.cancel();
            }
        }
    }

    private ErrorContext context() {
        return ErrorContext.of(endpoint, jobId);
    }
}
