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
import java.util.List;
import java.util.Optional;

/** The queue and the workers of one endpoint. Guarded by the lock of {@link Jobs}. */
final class WorkerPool {

    private static final long COUNT_INTERVAL_NANOS = 20_000_000;

    private final Limits limits;
    private final Deque<Job> queue = new ArrayDeque<>();
    private final List<Worker> workers = new ArrayList<>();
    private final Deque<Worker> idle = new ArrayDeque<>();
    private long queued;
    private int hired;
    private boolean enabled = true;
    private int countedOnline;
    private Long countedNanos;

    WorkerPool(Limits limits) {
        this.limits = limits;
    }

    boolean isEnabled() {
        return enabled;
    }

    void setEnabled(boolean on) {
        enabled = on;
    }

    int freeSlots() {
        return Math.max(0, limits.maxQueueLength() - queue.size());
    }

    int length() {
        return queue.size();
    }

    void enqueue(Job job) {
        job.queueNumber = queued++;
        queue.add(job);
    }

    /**
     * A job's rank from 1 on, or 0 if it is not in the queue. Takes lapsed jobs off the head of the queue first, which
     * is the only way they leave it before a worker comes.
     */
    int rank(Job job, long now) {
        while (!queue.isEmpty() && queue.peek().state(now, limits) == JobState.LAPSED) {
            queue.remove();
        }
        // Jobs leave only at the head, so their numbers tell how far back they are.
        boolean waits = !queue.isEmpty() && job.queueNumber >= queue.peek().queueNumber;
        return waits ? (int) (job.queueNumber - queue.peek().queueNumber) + 1 : 0;
    }

    /** The next job that is still to be done. */
    Optional<Job> next(long now) {
        while (!queue.isEmpty()) {
            Job job = queue.remove();
            if (job.state(now, limits) == JobState.QUEUED) {
                return Optional.of(job);
            }
        }
        return Optional.empty();
    }

    Worker hire() {
        Worker worker = new Worker("simulator#" + hired++ + "_1xSimulated_GPU");
        workers.add(worker);
        countedNanos = null;
        return worker;
    }

    /** The idle worker that has rested longest; it is idle no more. */
    Optional<Worker> callIdleWorker() {
        return Optional.ofNullable(idle.poll());
    }

    /** Lets a worker rest until it is called. */
    void rest(Worker worker) {
        idle.add(worker);
    }

    void stopWorkers() {
        workers.forEach(Worker::stop);
        workers.clear();
        idle.clear();
        countedNanos = null;
    }

    /** Forgets all jobs and gets as many fresh workers as there were. */
    int reset() {
        int count = workers.size();
        queue.clear();
        stopWorkers();
        return count;
    }

    List<Worker> online(long now) {
        return workers.stream().filter(worker -> worker.isOnline(now, limits)).toList();
    }

    /** How many workers are online. Every poll asks for it, so it is counted anew only now and then. */
    int countOnline(long now) {
        if (countedNanos == null || now - countedNanos > COUNT_INTERVAL_NANOS) {
            countedOnline = online(now).size();
            countedNanos = now;
        }
        return countedOnline;
    }

    /** Seconds until the job is done, as badly as the server guesses. */
    double estimate(Job job, JobState state, int position, long now) {
        return switch (state) {
            case PROCESSING -> remaining(job.worker.meanComputeSeconds(), job.startedNanos, now);
            case QUEUED -> {
                int online = countOnline(now);
                yield online == 0
                        ? -1
                        : remaining(
                                workers.get(0).meanComputeSeconds() * (position + 1) / online, job.submittedNanos, now);
            }
            case DONE -> 0;
            case LAPSED -> -1;
        };
    }

    private static double remaining(double expectedSeconds, long since, long now) {
        double seconds = expectedSeconds - (now - since) / 1e9;
        return Math.max(0, Math.round(seconds * 10) / 10.0);
    }
}
