/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.camel.spi.AggregationRepository;

/**
 * Where detached jobs are kept. All of it blocks, and throws what the repository throws; {@link #isAway} tells a repository
 * that does not work from one that refuses an entry.
 */
public interface JobStore {

    /** The repository does not work at present. */
    final class AwayException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AwayException(Throwable cause) {
            super("The jobRepository does not work: " + cause, cause);
        }
    }

    /** What it keeps jobs in. */
    AggregationRepository repository();

    /**
     * Stores a job that is not stored yet. Of two that come at once under one request id, and of one that finds another job
     * under its request id, one is stored without the request id: no entry takes the place of another one.
     *
     * @param reserve told the key before the job is stored under it
     * @param cancel told the key if the job could not be stored
     * @return the job as it is stored
     * @throws IllegalArgumentException if its body cannot be kept
     */
    JobRecord add(JobRecord asked, Consumer<String> reserve, Consumer<String> cancel);

    /**
     * Stores the outcome of a job.
     *
     * @return false if the job is not stored any more, or with another outcome: somebody else follows it, too, and was first
     */
    boolean completeIfPending(JobRecord stored);

    /**
     * Replaces what is stored of a job.
     *
     * @return false if it is not stored any more
     */
    boolean update(JobRecord stored);

    /**
     * Writes once more what is stored of a job, whatever that is: throws if the repository takes nothing. Does nothing if it
     * is not stored any more.
     */
    void probeWrite(DetachedJob job);

    /** The stored job; null if there is none under the key. */
    JobRecord load(String key);

    /** Ends the keeping of a job. Does nothing if it is not stored. */
    void remove(DetachedJob job);

    /** The keys of all jobs, of whatever server and endpoint. A repository that cannot tell them does not work. */
    Set<String> keys();

    /**
     * The server has given an id to a new job, so that earlier jobs with this id are gone: those that are stored without an
     * outcome get it.
     *
     * @param isHeld whether the job under the key is in the hands of this process, which takes care of it
     */
    void lapse(String server, String jobId, Predicate<String> isHeld);

    /** Whether it is the repository that does not work, where an access to one entry has failed. */
    boolean isAway();

    /** Whether a submit should be preceded by a {@link #probe}: the repository has failed lately, or was never used. */
    boolean isDoubtful();

    /**
     * Stores something like the job for a moment.
     *
     * @throws AwayException if the repository takes nothing
     * @throws RuntimeException what the repository throws, if it is this job that it does not take
     */
    void probe(JobRecord job);

    /** Ends what a crash has cut in two: removals, whose routes had succeeded, and probes. */
    void finishRemovals();

    /**
     * Says once of each server how many of its jobs nobody here follows.
     *
     * @param keys of all stored jobs
     * @param isConsumed whether somebody here consumes jobs of the server
     */
    void warnOfUnfollowed(Set<String> keys, Predicate<String> isConsumed);
}
