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
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.Optional;

/**
 * The failed polls of one job: which of them the job may outlive, when it is polled again after them, and when it is given
 * up because all polls of {@code pollFailureTimeout} have failed. Time in which a poll waited for its turn does not count, and
 * a server that asks to wait has not failed.
 *
 * <p>One instance a job. No more thread-safe than the steps of its {@link JobPoller}, one after the other, need it to be.
 */
final class PollRetries {

    /** A result that nobody takes is given up by the server after six minutes, whatever is between has asked for. */
    private static final long LONGEST_TOLD = Duration.ofMinutes(2).toNanos();

    private final JobOptions options;
    private final Scheduler scheduler;
    /** When the present series of failed polls began. */
    private long failingSince;
    /** How many polls in a row have failed. */
    private int failures;
    /** How often in a row the server has asked to wait. */
    private int told;

    /** No poll has failed yet. */
    PollRetries(JobOptions options, Scheduler scheduler) {
        this.options = options;
        this.scheduler = scheduler;
    }

    /** A poll has succeeded. */
    void succeeded() {
        failures = 0;
        told = 0;
    }

    /** The wait until the next poll, where the server has asked to wait: the job is well, and waits for as long as it may. */
    Duration afterToldToWait(QueueFullException busy) {
        failures = 0;
        return Duration.ofNanos(backoff(told++, busy));
    }

    /**
     * The wait until the next poll after one that failed; empty if they have failed for too long.
     *
     * @param waitedForTurn the nanoseconds that the poll waited until it could begin, which say nothing of the job
     */
    Optional<Duration> afterFailure(long waitedForTurn) {
        long now = scheduler.nanoTime();
        if (failures++ == 0) {
            failingSince = now;
        } else {
            failingSince += waitedForTurn;
        }
        long left = options.pollFailureTimeout().toNanos() - (now - failingSince);
        return left <= 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.min(left, backoff(failures - 1, null))));
    }

    /** Grows from pollInterval to maxPollInterval; longer if the server has asked for that. */
    private long backoff(int before, QueueFullException busy) {
        long grown = options.pollInterval().toNanos() << Math.min(before, 6);
        long wait = Math.min(grown, options.maxPollInterval().toNanos());
        return busy == null || busy.getRetryAfter() == null
                ? wait
                : Math.max(wait, Math.min(LONGEST_TOLD, busy.getRetryAfter().toNanos()));
    }

    /** Whether the job may still end well after this. */
    static boolean isTransient(AipiException problem) {
        if (problem instanceof ProtocolViolationException violation) {
            // garbage once does not end a job that has cost minutes of a GPU; but a result too large stays too large
            return !(violation.getCause() instanceof TransportException);
        }
        if (problem instanceof JobLapsedException lapsed) {
            return lapsed.getReason() == JobLapsedException.Reason.LAPSED;
        }
        // whatever a login fails of says nothing about the job, which goes on at the server
        return !(problem instanceof JobFailedException
                || problem instanceof ResultLostException
                || problem instanceof JobTimeoutException
                || problem instanceof ClientClosedException);
    }

    /** Whether the server may have answered with the result all the same. */
    static boolean mayHaveConsumedResult(AipiException problem) {
        return problem instanceof ProtocolViolationException
                || (problem instanceof ConnectionFailedException broken && broken.isRequestSent())
                // a server that failed while it answered says 500, a gateway that lost its response 502 or 504
                || (problem instanceof EndpointUnavailableException
                        && problem.getHttpStatus() != null
                        && problem.getHttpStatus() >= 500);
    }
}
