/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.model.Script;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * All jobs of the server, with their queues and workers. One lock guards everything; whoever waits for a result is told
 * outside it.
 */
public final class Jobs {

    /** Where the compute time does not say otherwise, a job is computed in steps of at least this length. */
    private static final Duration SHORTEST_STEP = Duration.ofMillis(100);

    private static final int USUAL_STEPS = 10;

    /** How often the server looks for jobs whose result's lifetime is over. */
    private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(5);

    private final Object lock = new Object();
    private final Time time;
    private final Limits limits;
    private final Tally tally;
    private final Journal journal;
    private final LongFunction<String> ids;
    private final Function<String, Duration> computeTimes;
    private final Map<String, Workshop> workshops = new LinkedHashMap<>();
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
     * @param tally counts what happens
     * @param journal tells what happens
     */
    public Jobs(
            Collection<ModelEndpoint> endpoints,
            Limits limits,
            Time time,
            LongFunction<String> ids,
            Function<String, Duration> computeTimes,
            Tally tally,
            Journal journal) {
        this.limits = limits;
        this.time = time;
        this.ids = ids;
        this.computeTimes = computeTimes;
        this.tally = tally;
        this.journal = journal;
        this.sweptNanos = time.nanoTime();
        endpoints.forEach(endpoint -> workshops.put(endpoint.name(), new Workshop(limits)));
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
            workshop(endpoint).setEnabled(enabled);
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
            return workshop(endpoint).isEnabled();
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
            return workshop(endpoint).freeSlots();
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
            return workshop(endpoint).online(time.nanoTime()).stream()
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
            Workshop workshop = workshop(endpoint);
            for (int i = 0; i < count; i++) {
                takeNext(workshop, workshop.hire());
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
            workshop(endpoint).stopWorkers();
        }
    }

    /**
     * Forgets all jobs, as a server does that restarts, and counts them from 1 again. Every endpoint gets as many fresh
     * workers as it had.
     */
    public void forgetAll() {
        synchronized (lock) {
            jobs.clear();
            submitted = 0;
            workshops.forEach((name, workshop) -> startWorkers(name, workshop.reset()));
        }
    }

    /**
     * Accepts a job.
     *
     * @param order what is to be done
     * @return its id, or empty if the queue is full
     */
    public Optional<String> submit(Order order) {
        return submit(order, null);
    }

    /**
     * Accepts a job whose result is waited for on a held request.
     *
     * @param order what is to be done
     * @param holder is completed with the result
     * @return its id, or empty if the queue is full
     */
    public Optional<String> submit(Order order, CompletableFuture<Delivery> holder) {
        synchronized (lock) {
            forgetOld();
            Workshop workshop = workshop(order.endpoint().name());
            if (workshop.freeSlots() == 0) {
                return Optional.empty();
            }
            Job job = new Job(ids.apply(++submitted), order, time);
            job.hold(holder);
            jobs.put(job.id, job);
            tally.submitted(job.id, order.prompt(), job.submittedNanos);
            if (holder != null) {
                tally.count(Tally.Event.HELD_SUBMIT);
            }
            workshop.enqueue(job);
            note("submit", job, "queue position " + workshop.length() + (holder == null ? "" : ", request held"));
            workshop.callIdleWorker().ifPresent(worker -> takeNext(workshop, worker));
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
     * Whether there is such a job. This is no look at it.
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
     * Looks at a job, which can change it: a result is handed out with the look, a job that is overdue lapses with it.
     *
     * @param jobId the job
     * @param client who looks, as it calls itself
     * @return what there is to see
     */
    public Look look(String jobId, String client) {
        synchronized (lock) {
            long now = time.nanoTime();
            forgetOld();
            Job job = jobs.get(jobId);
            if (job == null) {
                return new Look.Unknown();
            }
            if (job.isForgotten(now, limits)) {
                jobs.remove(jobId);
                return new Look.Unknown();
            }
            tally.polled(jobId, client, now);
            return look(job, now);
        }
    }

    private Look look(Job job, long now) {
        JobState state = job.state(now, limits);
        if (state == JobState.DONE) {
            return new Look.Done(job.id);
        }
        if (state == JobState.PROCESSING && job.isGivenUp()) {
            return new Look.Broken();
        }
        if (state == JobState.PROCESSING && job.isDelivered()) {
            tally.handedOut(job.id, now);
            note("fetched", job, "result handed out, for the only time");
            return new Look.Delivered(job.handOut());
        }
        Workshop workshop = workshop(job.order.endpoint().name());
        int position = state == JobState.PROCESSING ? 0 : workshop.rank(job, now);
        return new Look.Underway(
                job.id,
                state,
                position,
                workshop.estimate(job, state, position, now),
                workshop.countOnline(now),
                job.submittedAt,
                job.startedAt,
                job.report());
    }

    private void note(String what, Job job, String details) {
        journal.note(what, job.order.endpoint().name(), "job " + job.id + ": " + details);
    }

    private static String describe(Delivery delivery) {
        String computed = String.format(Locale.ROOT, "after %.1f s of computing", delivery.computeNanos() / 1e9);
        return delivery.outputs().hasNonNull("error")
                ? computed + ", error: " + delivery.outputs().get("error").asText()
                : computed;
    }

    private Workshop workshop(String endpoint) {
        Workshop workshop = workshops.get(endpoint);
        if (workshop == null) {
            throw new IllegalArgumentException("No endpoint " + endpoint + ", only " + workshops.keySet());
        }
        return workshop;
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

    private void takeNext(Workshop workshop, Worker worker) {
        workshop.next(time.nanoTime())
                .ifPresentOrElse(
                        job -> {
                            worker.take(job, time);
                            note("start", job, "on " + worker.name());
                            schedule(new Shift(workshop, worker, job, computeTime(job)), 1);
                        },
                        () -> workshop.rest(worker));
    }

    private Duration computeTime(Job job) {
        return job.order
                .script()
                .sleep()
                .orElseGet(() -> computeTimes.apply(job.order.endpoint().name()));
    }

    /** One worker at one job. */
    private record Shift(Workshop workshop, Worker worker, Job job, Duration computeTime) {

        int steps() {
            long longEnough = computeTime.dividedBy(SHORTEST_STEP);
            return job.order.script().steps().orElse((int) Math.max(1, Math.min(USUAL_STEPS, longEnough)));
        }

        /** When a step is done, counted from the start of the job. */
        Duration until(double step) {
            return Duration.ofNanos((long) (computeTime.toNanos() * (step / steps())));
        }
    }

    private void schedule(Shift shift, int step) {
        Duration worked = Duration.ofNanos(time.nanoTime() - shift.job().startedNanos);
        int steps = shift.steps();
        Script script = shift.job().order.script();
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
                note("death", shift.job(), "of " + shift.worker().name());
            }
        }
    }

    private void deliver(Shift shift) {
        // Outside the lock: a model can take a while to compute its result.
        ObjectNode outputs = shift.job().order.performance().result();
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
                note("stuck", job, "nobody waits for the result on its request any more");
                return;
            }
            delivery = new Delivery(
                    job.id,
                    job.order,
                    outputs,
                    worker.name(),
                    job.submittedAt,
                    job.startedAt,
                    time.now(),
                    now - job.startedNanos,
                    now - job.submittedNanos);
            holder = job.deliver(delivery, now);
            tally.ready(job.id, now);
            note("result", job, describe(delivery));
            holder.ifPresent(held -> tally.handedOut(job.id, now));
            worker.finish(Duration.ofNanos(delivery.computeNanos()));
            takeNext(shift.workshop(), worker);
        }
        holder.ifPresent(held -> held.complete(delivery));
    }
}
