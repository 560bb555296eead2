/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.simulator.model.Script;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Lets workers compute jobs: each takes one, sends an update after each step, delivers the result and takes the next,
 * or dies or gets stuck with it.
 *
 * <p>Invariants: everything is changed under the lock of {@link Jobs}; each step schedules the one after it, so a job has
 * one timer at most; a worker that was taken away meanwhile, or is dead, does nothing more. Results are computed, and
 * those who wait for them told, outside of the lock.
 */
final class JobRunner {

    /** Where the compute time does not say otherwise, a job is computed in steps of at least this length. */
    private static final Duration SHORTEST_STEP = Duration.ofMillis(100);

    private static final int USUAL_STEPS = 10;

    private final Object lock;
    private final Time time;
    private final Function<String, Duration> computeTimes;
    private final ServerMetrics metrics;
    private final RequestLog requestLog;

    /**
     * Nothing is computed yet.
     *
     * @param lock guards all jobs and workers
     * @param computeTimes how long a job of the endpoint with this name computes
     */
    JobRunner(
            Object lock,
            Time time,
            Function<String, Duration> computeTimes,
            ServerMetrics metrics,
            RequestLog requestLog) {
        this.lock = lock;
        this.time = time;
        this.computeTimes = computeTimes;
        this.metrics = metrics;
        this.requestLog = requestLog;
    }

    /** The worker takes the next job of the queue, or rests where there is none. Called with the lock. */
    void takeNext(WorkerPool workerPool, Worker worker) {
        workerPool
                .next(time.nanoTime())
                .ifPresentOrElse(
                        job -> {
                            worker.take(job, time);
                            requestLog.note("start", job, "on " + worker.name());
                            schedule(new Shift(workerPool, worker, job, computeTime(job)), 1);
                        },
                        () -> workerPool.rest(worker));
    }

    private Duration computeTime(Job job) {
        return job.spec
                .script()
                .sleep()
                .orElseGet(() -> computeTimes.apply(job.spec.endpoint().name()));
    }

    /** One worker at one job. */
    private record Shift(WorkerPool workerPool, Worker worker, Job job, Duration computeTime) {

        int steps() {
            long longEnough = computeTime.dividedBy(SHORTEST_STEP);
            return job.spec.script().steps().orElse((int) Math.max(1, Math.min(USUAL_STEPS, longEnough)));
        }

        /** When a step is done, counted from the start of the job. */
        Duration until(double step) {
            return Duration.ofNanos((long) (computeTime.toNanos() * (step / steps())));
        }
    }

    private void schedule(Shift shift, int step) {
        Duration worked = Duration.ofNanos(time.nanoTime() - shift.job().startedNanos);
        int steps = shift.steps();
        Script script = shift.job().spec.script();
        boolean halfWay = step > steps / 2;
        if (script.dies() && (halfWay || script.silent())) {
            time.after(shift.until(steps / 2.0).minus(worked), () -> die(shift));
        } else if (script.silent() || step >= steps) {
            time.after(shift.computeTime().minus(worked), () -> deliver(shift));
        } else {
            time.after(shift.until(step).minus(worked), () -> update(shift, step));
        }
    }

    private void update(Shift shift, int step) {
        synchronized (lock) {
            if (shift.worker().isProcessing()) {
                shift.worker().sendUpdate(shift.job(), step, shift.steps(), time.nanoTime());
                schedule(shift, step + 1);
            }
        }
    }

    private void die(Shift shift) {
        synchronized (lock) {
            if (shift.worker().isProcessing()) {
                shift.worker().die();
                requestLog.note("death", shift.job(), "of " + shift.worker().name());
            }
        }
    }

    private void deliver(Shift shift) {
        // Outside the lock: a model can take a while to compute its result.
        ObjectNode outputs = shift.job().spec.performance().result();
        Optional<CompletableFuture<Delivery>> holder;
        Delivery delivery;
        synchronized (lock) {
            Worker worker = shift.worker();
            Job job = shift.job();
            long now = time.nanoTime();
            if (!worker.isProcessing()) {
                return;
            }
            if (job.isGivenUp()) {
                worker.getStuck(now);
                requestLog.note("stuck", job, "nobody waits for the result on its request any more");
                return;
            }
            delivery = new Delivery(
                    job.id,
                    job.spec,
                    outputs,
                    worker.name(),
                    job.submittedAt,
                    job.startedAt,
                    time.now(),
                    now - job.startedNanos,
                    now - job.submittedNanos);
            holder = job.deliver(delivery, now);
            metrics.ready(job.id, now);
            requestLog.note("result", job, describe(delivery));
            holder.ifPresent(held -> metrics.handedOut(job.id, now));
            worker.finish(Duration.ofNanos(delivery.computeNanos()));
            takeNext(shift.workerPool(), worker);
        }
        holder.ifPresent(held -> held.complete(delivery));
    }

    private static String describe(Delivery delivery) {
        String computed = String.format(Locale.ROOT, "after %.1f s of computing", delivery.computeNanos() / 1e9);
        return delivery.outputs().hasNonNull("error")
                ? computed + ", error: " + delivery.outputs().get("error").asText()
                : computed;
    }
}
