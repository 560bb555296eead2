/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.session;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of one server whose ids are not unique by themselves, for all clients of a runtime: those that are followed, and
 * the last ones that were submitted. A submit that is answered with an id that stands here proves that
 * the earlier job of this id is gone.
 */
public final class AcceptedJobs {

    private static final Logger LOG = LoggerFactory.getLogger(AcceptedJobs.class);

    /** How many submitted jobs are remembered that nobody follows. */
    private static final int REMEMBERED = 10_000;

    /** More than one of an id where somebody follows a job by its id alone. */
    private final Map<String, Set<AcceptedJob>> followed = new HashMap<>();

    private final Map<String, AcceptedJob> submitted = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, AcceptedJob> eldest) {
            return size() > REMEMBERED;
        }
    };
    /** Endpoints whose users have been warned that a restart of the server can go unnoticed. */
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    /** No job is known yet. */
    public AcceptedJobs() {}

    /**
     * The server has accepted a job. An earlier job of the same id ends before this returns.
     *
     * @param session null if there is none
     */
    public AcceptedJob accepted(String jobId, SessionKey session) {
        AcceptedJob job = new AcceptedJob(jobId, session);
        if (job.isUnique()) {
            return job;
        }
        Set<AcceptedJob> earlier;
        synchronized (this) {
            earlier = followed.getOrDefault(jobId, new HashSet<>());
            followed.remove(jobId);
            AcceptedJob earlierSubmitted = submitted.remove(jobId);
            if (earlierSubmitted != null) {
                earlier.add(earlierSubmitted);
            }
            submitted.put(jobId, job);
        }
        // outside of the lock: those who followed them go on
        earlier.forEach(AcceptedJob::replace);
        return job;
    }

    /**
     * The job that somebody names by its id: the one that was submitted here, if its session was the given one or has been
     * lost; else one that nothing is known of.
     */
    public synchronized AcceptedJob named(String jobId, Session session) {
        AcceptedJob known = submitted.get(jobId);
        boolean usable = known != null
                && (known.isGone() || known.session() == null || known.session().session() == session);
        return usable ? known : new AcceptedJob(jobId, null);
    }

    /**
     * The job that was submitted by an earlier process. It is gone if this process follows one of the same id that the
     * server has accepted since.
     */
    public AcceptedJob recovered(String jobId, String endpoint) {
        AcceptedJob job = new AcceptedJob(jobId, null);
        if (job.isUnique()) {
            return job;
        }
        if (warned.add(endpoint)) {
            LOG.warn(
                    "Jobs of {} that an earlier process or another instance has submitted are followed by ids such as {}."
                            + " The server gives these ids again after a restart. If it was restarted since, the"
                            + " result of another job may be taken for that of a stored one",
                    endpoint,
                    jobId);
        }
        boolean isGivenAgain;
        synchronized (this) {
            AcceptedJob later = submitted.get(jobId);
            isGivenAgain = later != null && later.isFollowed() && !later.isGone();
            if (!isGivenAgain) {
                // from now on, and not from the first poll on: the server may give the id again in between
                followed.computeIfAbsent(jobId, id -> new HashSet<>()).add(job);
            }
        }
        if (isGivenAgain) {
            job.replace();
        }
        return job;
    }

    /** {@code end} is called, before a later job of the same id is followed, when the server gives the id to that one. */
    public void follow(AcceptedJob job, Runnable end) {
        if (job.isUnique()) {
            return;
        }
        synchronized (this) {
            followed.computeIfAbsent(job.id(), id -> new HashSet<>()).add(job);
        }
        job.followed(end);
    }

    /** The following has ended. */
    public void leave(AcceptedJob job, Runnable end) {
        if (job.isUnique()) {
            return;
        }
        synchronized (this) {
            if (job.left(end)) {
                followed.computeIfPresent(job.id(), (id, jobs) -> jobs.remove(job) && jobs.isEmpty() ? null : jobs);
            }
        }
    }
}
