/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where detached jobs are stored, from their acceptance by the server until a route has processed their outcome. A process that
 * ends, and one that stands still, lose nothing that is stored here: another instance, or the next start, goes on.
 *
 * <p><b>What a job goes through.</b> {@link #reserve} its request id, if it has one; submit it; {@link #accept} it;
 * {@link #complete} it when its outcome is known; {@link #deliver} counts what a route has failed with; {@link #remove} it when a
 * route has succeeded. Each of these has happened when the method returns: after a crash of the process, and of the database as
 * far as it promises that, the job is found as it was left.
 *
 * <p><b>Claims.</b> A job that is stored belongs to one instance at a time, which {@linkplain #claim claims} it and then
 * alone follows, routes and removes it. An instance is one object of this interface; all that share a database are a group.
 * With a {@link #lease} claims last so long from the last {@link #renew}, by the clock of the database. What an instance has
 * claimed can be claimed by the others, and by itself anew, when it did not renew in time. Once it was, every call that names
 * the {@linkplain StoredJob#owner earlier claim} finds that the job is no longer the caller's, and changes nothing but what
 * {@link #complete} says. An instance that is stopped gives
 * its claims and reservations back at once. What a call has claimed or reserved that has thrown, the instance gives back by
 * itself at a later {@link #renew}. Without a lease claims are known to their
 * process only: no two processes may follow the jobs of one endpoint at the same time.
 *
 * <p><b>Request ids.</b> Of a server and an endpoint at most one job is stored under a request id. {@link #reserve} decides
 * who submits it, among all threads and, with a lease, among all instances. A reservation ends with the lease of whoever
 * made it. The request is then submitted by somebody else, and is computed twice if the first one had reached the server.
 *
 * <p><b>Outcomes.</b> A server hands out a result once. So a result takes the place of no outcome, and of its own loss (a
 * {@link io.aipi.client.error.ResultLostException}), whoever brings it; any other outcome takes the place of none.
 *
 * <p><b>Failures.</b> All methods block, are called by many threads at once, and throw what they like if the store does not work
 * or does not take something: {@link #check} tells the two apart. What cannot be read is passed over by {@link #claim}, and
 * stays stored. After a method has thrown, its change may have been made or not; a caller can call it again.
 *
 * <p>An implementation that is a {@link org.apache.camel.Service} is started and stopped by the component, unless it has been
 * started before. The artifact {@code camel-aipi-job-repository-contract} has a test for all that is said here.
 */
public interface JobRepository {

    /** What has come of the wish to reserve a request id. */
    sealed interface Reservation {

        /** It is the caller's, who submits the request and then calls {@link #accept} or {@link #cancel}. */
        record Reserved() implements Reservation {}

        /** Somebody else has reserved it, and has not submitted the request yet. */
        record Pending() implements Reservation {}

        /** A job is stored under it. */
        record Taken(StoredJob job) implements Reservation {}
    }

    /**
     * A job that is the caller's from now on.
     *
     * @param job the job as it is stored, with the owner under which it was claimed, where there is a lease
     * @param isAbandoned whether it was taken from an instance that has not given it back, or that nobody knows of where there
     *     is no lease. It may have ended in the middle of its work: a message broker may be about to deliver again what that instance has not acknowledged
     */
    record Claim(StoredJob job, boolean isAbandoned) {}

    /**
     * How many jobs of an endpoint there are.
     *
     * @param stored all of them, the parked ones among them
     * @param parked those that are left alone
     */
    record Counts(long stored, long parked) {}

    /**
     * Reserves a request id before the request is submitted.
     *
     * @param server base URL of the server
     * @param endpoint name of the model endpoint
     * @param requestId the sender's name for the request
     */
    Reservation reserve(String server, String endpoint, String requestId);

    /** The request was not submitted: somebody else may reserve its id. Does nothing if the reservation is not the caller's. */
    void cancel(String server, String endpoint, String requestId);

    /**
     * Stores a job that the server has accepted, with its outcome if it has one already. If it has a request id which the
     * caller has not reserved, or not any more, it is stored under it if that is free, else without it.
     *
     * @param claim whether the caller claims it; else anybody can
     * @return the job as it is stored; with the owner under which it was claimed, if it was, and where there is a lease
     * @throws IllegalArgumentException if its body is of a type that cannot be stored
     */
    StoredJob accept(StoredJob job, boolean claim);

    /**
     * Stores the outcome of a job. It is stored for the instance that has claimed the job, even if the caller has lost its
     * own claim.
     *
     * @param job with its outcome
     * @return the job as it is stored now, maybe with another outcome that was stored before; null if it is no longer the
     *     caller's
     */
    StoredJob complete(StoredJob job);

    /**
     * Stores how often the outcome was given to a route, and the outcome itself, if it is not stored yet.
     *
     * @return false if the job is no longer the caller's
     */
    boolean deliver(StoredJob job);

    /**
     * Ends the storing of a job, whose outcome was routed.
     *
     * @return false if it is no longer the caller's: somebody else routes it, or has routed it
     */
    boolean remove(StoredJob job);

    /**
     * Stores a job with the outcome, as {@link #complete} does, and the number of deliveries that it has, and leaves it alone:
     * nobody can claim it until {@link #unpark}. Does nothing if it is no longer the caller's.
     */
    void park(StoredJob job);

    /** The parked jobs of an endpoint can be claimed again. */
    void unpark(String server, String endpoint);

    /**
     * Claims jobs of an endpoint that nobody has claimed, or that were claimed by an instance whose lease is over: those first
     * that were submitted first, where the store has an order. Never one that is parked, or claimed by the caller.
     *
     * @param limit how many at most; fewer does not mean that there are no more
     */
    List<Claim> claim(String server, String endpoint, int limit);

    /**
     * Extends the claims and reservations of this instance by a {@link #lease} from now. To be called several times in a
     * lease, by everybody who uses the instance.
     *
     * @return the name of the lease, which is the {@link StoredJob#owner} of what is claimed under it. Another one than before
     *     if that was lost meanwhile: the instance begins anew. Null where there is no lease
     */
    String renew();

    /** Gives back what the caller has claimed and is not through with: others can claim it at once. */
    void release(Collection<StoredJob> jobs);

    /**
     * The server has given an id to a new job, so that it has forgotten earlier ones with this id: those that are stored without
     * an outcome fail with a {@link io.aipi.client.error.JobLapsedException}. Jobs that the caller has claimed may be left as they
     * are: it finds out by itself.
     */
    void lapse(String server, String jobId);

    /** The job that is stored under a request id; empty for none, and for a reservation. */
    Optional<StoredJob> find(String server, String endpoint, String requestId);

    /** Throws if the store does not work: if it can neither be read nor written. */
    void check();

    /**
     * Throws if {@link #accept} would refuse the job, such as one that is too large. Called before a job is submitted, where
     * the store has failed lately: one that is computed and then not stored is lost.
     */
    default void probe(StoredJob job) {
        check();
    }

    /** How long claims last without {@link #renew}; null if they are known to this process only. */
    default Duration lease() {
        return null;
    }

    /** How many calls at once it can do with; of an {@link AsyncJobRepository} the component makes a few only. */
    default int concurrency() {
        return 4;
    }

    /** Counts the jobs of an endpoint; empty if the store cannot. Called a few times a minute. */
    default Optional<Counts> count(String server, String endpoint) {
        return Optional.empty();
    }

    /**
     * How many jobs of each server nobody has claimed for a while. A server that no consumer follows any more may be known
     * under another URL now.
     */
    default Map<String, Long> unclaimed() {
        return Map.of();
    }
}
