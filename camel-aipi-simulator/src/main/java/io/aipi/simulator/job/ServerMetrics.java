/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Counts what happens on the server. Safe for all threads. */
public final class ServerMetrics {

    /** What is counted server-wide. */
    public enum Event {
        /** A login that was granted. */
        LOGIN,
        /** A login that was refused. */
        REFUSED_LOGIN,
        /** A job that was accepted. */
        SUBMIT,
        /** A job that was accepted and whose request is held until the result is there. */
        HELD_SUBMIT,
        /** A progress request about a known job. */
        POLL,
        /** A result that a worker delivered. */
        JOB_DONE,
        /** A connection that was accepted. */
        CONNECTION_ACCEPTED
    }

    /** The times of so many jobs are kept; older ones are forgotten. */
    private static final int MOST_JOBS = 200_000;

    private final Consumer<JobSpec> submits;
    private final Map<Event, LongAdder> events = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> routes = new ConcurrentHashMap<>();

    /** All jobs, the oldest first. */
    private final Deque<JobTimes> jobs = new ArrayDeque<>();

    /** The latest job of each id: after a restart ids can come again. */
    private final Map<String, JobTimes> latest = new HashMap<>();

    /**
     * The polls of one job by one client.
     *
     * @param count how many
     * @param firstNanos {@link System#nanoTime()} of the first
     * @param lastNanos the same of the last
     */
    public record Polls(long count, long firstNanos, long lastNanos) {}

    private static final class JobTimes {
        final String id;
        String prompt;
        long submittedNanos;
        long polls;
        final Map<String, Polls> pollsByClient = new LinkedHashMap<>(2);
        Long readyNanos;
        Long handedOutNanos;

        JobTimes(String id) {
            this.id = id;
        }
    }

    /**
     * Nothing has happened yet.
     *
     * @param submits is told of each job that is accepted, before a worker begins with it; called while the jobs are
     *     locked, so it must not call the simulator
     */
    public ServerMetrics(Consumer<JobSpec> submits) {
        this.submits = submits;
    }

    /**
     * Counts an event.
     *
     * @param event what happened
     */
    public void count(Event event) {
        events.computeIfAbsent(event, key -> new LongAdder()).increment();
    }

    /**
     * How often something happened.
     *
     * @param event what
     * @return the count since the simulator started
     */
    public long of(Event event) {
        LongAdder count = events.get(event);
        return count == null ? 0 : count.sum();
    }

    /**
     * Counts a request.
     *
     * @param route the route it took
     */
    public void requested(String route) {
        routes.computeIfAbsent(route, key -> new LongAdder()).increment();
    }

    /**
     * Requests by route.
     *
     * @return a copy
     */
    public Map<String, Long> requests() {
        Map<String, Long> copy = new LinkedHashMap<>();
        routes.forEach((route, count) -> copy.put(route, count.sum()));
        return copy;
    }

    void submitted(String jobId, JobSpec spec, long nanos) {
        count(Event.SUBMIT);
        synchronized (jobs) {
            JobTimes times = begin(jobId);
            times.prompt = spec.prompt();
            times.submittedNanos = nanos;
        }
        submits.accept(spec);
    }

    /**
     * The jobs that were accepted, in that order.
     *
     * @param <T> what is made of each
     * @param view makes it
     * @return a copy
     */
    public <T> List<T> jobs(View<T> view) {
        synchronized (jobs) {
            List<T> copy = new ArrayList<>(jobs.size());
            jobs.forEach(job -> copy.add(view.of(
                    job.id, job.prompt, job.submittedNanos, optional(job.readyNanos), optional(job.handedOutNanos))));
            return copy;
        }
    }

    /**
     * What is told of a job.
     *
     * @param <T> what is made of it
     */
    public interface View<T> {
        /**
         * One job.
         *
         * @param jobId its id
         * @param prompt its prompt as it was sent, empty for none
         * @param submittedNanos when it was accepted
         * @param readyNanos when its result was ready, if it is
         * @param handedOutNanos when its result was handed out, if it was
         * @return what is made of it
         */
        T of(String jobId, String prompt, long submittedNanos, OptionalLong readyNanos, OptionalLong handedOutNanos);
    }

    void polled(String jobId, String client, long nanos) {
        count(Event.POLL);
        synchronized (jobs) {
            JobTimes job = times(jobId);
            job.polls++;
            job.pollsByClient.merge(
                    client,
                    new Polls(1, nanos, nanos),
                    (earlier, now) -> new Polls(earlier.count() + 1, earlier.firstNanos(), nanos));
        }
    }

    void ready(String jobId, long nanos) {
        count(Event.JOB_DONE);
        synchronized (jobs) {
            times(jobId).readyNanos = nanos;
        }
    }

    void handedOut(String jobId, long nanos) {
        synchronized (jobs) {
            times(jobId).handedOutNanos = nanos;
        }
    }

    private JobTimes times(String jobId) {
        JobTimes known = latest.get(jobId);
        return known == null ? begin(jobId) : known;
    }

    private JobTimes begin(String jobId) {
        if (jobs.size() >= MOST_JOBS) {
            JobTimes oldest = jobs.remove();
            latest.remove(oldest.id, oldest);
        }
        JobTimes fresh = new JobTimes(jobId);
        jobs.add(fresh);
        latest.put(jobId, fresh);
        return fresh;
    }

    /**
     * How often a job was polled.
     *
     * @param jobId the job
     * @return 0 for an unknown job
     */
    public long polls(String jobId) {
        synchronized (jobs) {
            return Optional.ofNullable(latest.get(jobId)).map(job -> job.polls).orElse(0L);
        }
    }

    /**
     * Who polled a job, and when.
     *
     * @param jobId the job
     * @return a copy, by client in the order of their first polls; empty for an unknown job
     */
    public Map<String, Polls> pollsByClient(String jobId) {
        synchronized (jobs) {
            return latest.containsKey(jobId) ? new LinkedHashMap<>(latest.get(jobId).pollsByClient) : Map.of();
        }
    }

    /**
     * When a job's result was ready.
     *
     * @param jobId the job
     * @return {@link System#nanoTime()} of that moment, if it has come
     */
    public OptionalLong readyNanos(String jobId) {
        synchronized (jobs) {
            return optional(latest.containsKey(jobId) ? latest.get(jobId).readyNanos : null);
        }
    }

    /**
     * When a job's result was handed out.
     *
     * @param jobId the job
     * @return {@link System#nanoTime()} of that moment, if it has come
     */
    public OptionalLong handedOutNanos(String jobId) {
        synchronized (jobs) {
            return optional(latest.containsKey(jobId) ? latest.get(jobId).handedOutNanos : null);
        }
    }

    private static OptionalLong optional(Long nanos) {
        return nanos == null ? OptionalLong.empty() : OptionalLong.of(nanos);
    }
}
