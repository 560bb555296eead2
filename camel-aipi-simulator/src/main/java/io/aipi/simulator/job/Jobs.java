/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import io.aipi.simulator.endpoint.ModelEndpoint;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * All jobs of the server, with their queues and workers: what can be asked and wanted of them. How a worker computes a
 * job is in {@link JobRunner}. One lock guards everything; whoever waits for a result is told outside it.
 */
public final class Jobs {

    /** How often the server looks for jobs whose result's lifetime is over. */
    private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(5);

    private final Object lock = new Object();
    private final Time time;
    private final Limits limits;
    private final ServerMetrics metrics;
    private final RequestLog requestLog;
    private final LongFunction<String> ids;
    private final JobRunner runner;
    private final Map<String, WorkerPool> workerPools = new LinkedHashMap<>();
    private final Map<String, Job> jobs = new HashMap<>();
    private long submitted;
    private long sweptNanos;

    /**
     * The jobs of a server that has just started, without workers.
     *
     * @param endpoints the server's endpoints
     * @param limits the server's limits
     * @param time the time
     * @param ids makes a job id of the number of jobs since the start of the server, with this one
     * @param computeTimes how long a job of the endpoint with this name computes
     * @param metrics counts what happens
     * @param requestLog tells what happens
     */
    public Jobs(
            Collection<ModelEndpoint> endpoints,
            Limits limits,
            Time time,
            LongFunction<String> ids,
            Function<String, Duration> computeTimes,
            ServerMetrics metrics,
            RequestLog requestLog) {
        this.limits = limits;
        this.time = time;
        this.ids = ids;
        this.metrics = metrics;
        this.requestLog = requestLog;
        this.runner = new JobRunner(lock, time, computeTimes, metrics, requestLog);
        this.sweptNanos = time.nanoTime();
        endpoints.forEach(endpoint -> workerPools.put(endpoint.name(), new WorkerPool(limits)));
    }

    /**
     * The limits that these jobs keep to.
     *
     * @return the limits
     */
    public Limits limits() {
        return limits;
    }

    /**
     * Switches an endpoint on or off. A disabled endpoint takes no new jobs and goes on with those it has.
     *
     * @param endpoint its name
     * @param enabled whether it takes jobs
     */
    public void setEnabled(String endpoint, boolean enabled) {
        synchronized (lock) {
            workerPool(endpoint).setEnabled(enabled);
        }
    }

    /**
     * Whether an endpoint takes jobs.
     *
     * @param endpoint its name
     * @return false if it is disabled
     */
    public boolean isEnabled(String endpoint) {
        synchronized (lock) {
            return workerPool(endpoint).isEnabled();
        }
    }

    /**
     * How many more jobs can wait in an endpoint's queue.
     *
     * @param endpoint its name
     * @return the number of free slots
     */
    public int freeSlots(String endpoint) {
        synchronized (lock) {
            return workerPool(endpoint).freeSlots();
        }
    }

    /**
     * The workers of an endpoint that the server takes for online.
     *
     * @param endpoint its name
     * @return their names and states
     */
    public List<WorkerView> workers(String endpoint) {
        synchronized (lock) {
            return workerPool(endpoint).online(time.nanoTime()).stream()
                    .map(worker -> new WorkerView(worker.name(), worker.publicState()))
                    .toList();
        }
    }

    /**
     * A worker in an endpoint's description.
     *
     * @param name its name
     * @param state {@code waiting} or {@code processing}
     */
    public record WorkerView(String name, String state) {}

    /**
     * Adds workers to an endpoint. They begin with the jobs that wait.
     *
     * @param endpoint its name
     * @param count how many
     */
    public void startWorkers(String endpoint, int count) {
        synchronized (lock) {
            WorkerPool workerPool = workerPool(endpoint);
            for (int i = 0; i < count; i++) {
                runner.takeNext(workerPool, workerPool.hire());
            }
        }
    }

    /**
     * Takes all workers of an endpoint away, in the middle of their jobs. Jobs in processing lapse, queued ones wait.
     *
     * @param endpoint its name
     */
    public void stopWorkers(String endpoint) {
        synchronized (lock) {
            workerPool(endpoint).stopWorkers();
        }
    }

    /**
     * Forgets all jobs, as a server does that restarts, and counts them from 1 again. Every endpoint gets as many fresh
     * workers as it had.
     */
    public void forgetAll() {
        synchronized (lock) {
            submitted = 0;
            forgetJobs();
        }
    }

    /** Forgets all jobs and goes on counting. Every endpoint gets as many fresh workers as it had. */
    public void forgetJobs() {
        synchronized (lock) {
            jobs.clear();
            workerPools.forEach((name, workerPool) -> startWorkers(name, workerPool.reset()));
        }
    }

    /**
     * Accepts a job.
     *
     * @param spec what is to be done
     * @return its id, or empty if the queue is full
     */
    public Optional<String> submit(JobSpec spec) {
        return submit(spec, null);
    }

    /**
     * Accepts a job whose result is waited for on a held request.
     *
     * @param spec what is to be done
     * @param holder is completed with the result
     * @return its id, or empty if the queue is full
     */
    public Optional<String> submit(JobSpec spec, CompletableFuture<Delivery> holder) {
        synchronized (lock) {
            forgetOld();
            WorkerPool workerPool = workerPool(spec.endpoint().name());
            if (workerPool.freeSlots() == 0) {
                return Optional.empty();
            }
            Job job = new Job(ids.apply(++submitted), spec, time);
            job.hold(holder);
            jobs.put(job.id, job);
            metrics.submitted(job.id, spec, job.submittedNanos);
            if (holder != null) {
                metrics.count(ServerMetrics.Event.HELD_SUBMIT);
            }
            workerPool.enqueue(job);
            requestLog.note(
                    "submit", job, "queue position " + workerPool.length() + (holder == null ? "" : ", request held"));
            workerPool.callIdleWorker().ifPresent(worker -> runner.takeNext(workerPool, worker));
            return Optional.of(job.id);
        }
    }

    /**
     * Gives up a held request: its client has gone or its time is over. The job goes on, and its worker gets stuck with
     * a result that the server does not take.
     *
     * @param jobId the job
     * @param holder who waited for it; a job of that id which came after a restart is left alone
     */
    public void giveUp(String jobId, CompletableFuture<Delivery> holder) {
        synchronized (lock) {
            heldBy(holder, jobId).ifPresent(Job::giveUp);
        }
    }

    /**
     * Lets go of a held request whose client has gone or whose time is over, on a server that is not harmed by it: the
     * result can be fetched by a poll.
     *
     * @param jobId the job
     * @param holder who waited for it; a job of that id which came after a restart is left alone
     */
    public void release(String jobId, CompletableFuture<Delivery> holder) {
        synchronized (lock) {
            heldBy(holder, jobId).ifPresent(job -> job.hold(null));
        }
    }

    private Optional<Job> heldBy(CompletableFuture<Delivery> holder, String jobId) {
        return Optional.ofNullable(jobs.get(jobId)).filter(job -> job.isHeldBy(holder));
    }

    /**
     * Whether there is such a job. This is no poll of it.
     *
     * @param jobId the job
     * @return false if it never was or is forgotten
     */
    public boolean knows(String jobId) {
        synchronized (lock) {
            Job job = jobs.get(jobId);
            return job != null && !job.isForgotten(time.nanoTime(), limits);
        }
    }

    /**
     * Polls of a job, which can change it: a result is handed out with the poll, a job that is overdue lapses with it.
     *
     * @param jobId the job
     * @param client who polls, as it calls itself
     * @return what there is to see
     */
    public PollResult poll(String jobId, String client) {
        synchronized (lock) {
            long now = time.nanoTime();
            forgetOld();
            Job job = jobs.get(jobId);
            if (job == null) {
                return new PollResult.Unknown();
            }
            if (job.isForgotten(now, limits)) {
                jobs.remove(jobId);
                return new PollResult.Unknown();
            }
            metrics.polled(jobId, client, now);
            return poll(job, now);
        }
    }

    private PollResult poll(Job job, long now) {
        JobState state = job.state(now, limits);
        if (state == JobState.DONE) {
            return new PollResult.Done(job.id);
        }
        if (state == JobState.PROCESSING && job.isGivenUp()) {
            return new PollResult.Broken();
        }
        if (state == JobState.PROCESSING && job.isDelivered()) {
            metrics.handedOut(job.id, now);
            requestLog.note("fetched", job, "result handed out, for the only time");
            return new PollResult.Delivered(job.handOut());
        }
        WorkerPool workerPool = workerPool(job.spec.endpoint().name());
        int position = state == JobState.PROCESSING ? 0 : workerPool.rank(job, now);
        return new PollResult.Underway(
                job.id,
                state,
                position,
                workerPool.estimate(job, state, position, now),
                workerPool.countOnline(now),
                job.submittedAt,
                job.startedAt,
                job.report());
    }

    private WorkerPool workerPool(String endpoint) {
        WorkerPool workerPool = workerPools.get(endpoint);
        if (workerPool == null) {
            throw new IllegalArgumentException("No endpoint " + endpoint + ", only " + workerPools.keySet());
        }
        return workerPool;
    }

    /** Keeps the server from filling up: from time to time all jobs go whose time is over. */
    private void forgetOld() {
        long now = time.nanoTime();
        if (now - sweptNanos >= SWEEP_INTERVAL.toNanos()) {
            sweptNanos = now;
            jobs.values().removeIf(job -> job.isForgotten(now, limits));
            // What nobody will ever finish or fetch has to lapse, or it would stay for ever.
            jobs.values().stream().filter(job -> !job.isDelivered()).forEach(job -> job.state(now, limits));
        }
    }
}
