/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.Job;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A closed loop that keeps a number of jobs in flight: each place takes the next job when its job has come to its end, on the
 * thread that says so. An asynchronous client needs no thread of the loadGenerator; with a blocking one each place is a thread.
 */
final class LoadGenerator {

    private final Client client;
    private final Responses responses;
    private final List<Job> jobs;
    private final long[] continuedNanos;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch open;
    private final AtomicLong responseBytes = new AtomicLong();
    private final AtomicReference<Throwable> firstFailure = new AtomicReference<>();

    LoadGenerator(Client client, Responses responses, List<Job> jobs) {
        this.client = client;
        this.responses = responses;
        this.jobs = jobs;
        this.continuedNanos = new long[jobs.size()];
        this.open = new CountDownLatch(jobs.size());
    }

    /**
     * Begins as many places, as far as there are jobs for them, the beginnings evenly spread over the ramp.
     *
     * @param threads runs each place; null for a client that needs no thread
     */
    void begin(int places, Duration ramp, Executor threads) throws InterruptedException {
        int needed = Math.min(places, jobs.size());
        long start = System.nanoTime();
        for (int place = 0; place < needed; place++) {
            long due = start + ramp.toNanos() * place / needed;
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            if (threads == null) {
                work();
            } else {
                threads.execute(this::work);
            }
        }
    }

    Results await() throws InterruptedException {
        open.await();
        Throwable failure = firstFailure.get();
        return new Results(continuedNanos, responseBytes.get(), failure == null ? null : failure.toString());
    }

    /** Goes through jobs until one is left to be waited for, or none is left. */
    private void work() {
        for (int i = next.getAndIncrement(); i < jobs.size(); i = next.getAndIncrement()) {
            Place place = new Place(i);
            try {
                client.run(jobs.get(i), place);
            } catch (RuntimeException e) {
                place.failed(e);
            }
            if (place.isLeftWaiting()) {
                return;
            }
        }
    }

    /** A job on its way. */
    private final class Place implements Completion {

        private final int index;
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicBoolean turned = new AtomicBoolean();
        private volatile Long begun;

        Place(int index) {
            this.index = index;
        }

        /** Whether the job goes on after the call that began it; the one who ends it then takes the next one. */
        boolean isLeftWaiting() {
            return turned.compareAndSet(false, true);
        }

        @Override
        public void begun() {
            begun = System.nanoTime();
        }

        @Override
        public void answered(Object response) {
            long now = begun != null ? begun : System.nanoTime();
            long size = responses.size(jobs.get(index), response);
            if (size < 0) {
                failed(new IllegalStateException(
                        "Not the response to " + jobs.get(index).tag()));
            } else if (ended.compareAndSet(false, true)) {
                continuedNanos[index] = now;
                responseBytes.addAndGet(size);
                goOn();
            }
        }

        @Override
        public void failed(Throwable cause) {
            if (ended.compareAndSet(false, true)) {
                firstFailure.compareAndSet(null, cause);
                goOn();
            }
        }

        private void goOn() {
            open.countDown();
            if (!turned.compareAndSet(false, true)) {
                work();
            }
        }
    }
}
