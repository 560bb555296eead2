/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.plan.Scenario;
import io.aipi.camel.benchmarks.store.Repository;
import io.aipi.camel.benchmarks.store.StoreCounts;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Jobs that are in the store when a process starts. Its route holds the first one until the consumer has taken as many as it
 * may, so that the heap can be looked at; then it works them off.
 */
final class BacklogRun {

    /** Submits on their way at once while the store is filled. */
    private static final int FILLING = 200;

    /** The consumer has taken what it may within this time. */
    private static final Duration FULL = Duration.ofSeconds(30);

    private static final long LOOK_MILLIS = 5;

    private final ServerSettings server;
    private final Responses responses;
    private final long[] continuedNanos;
    private final Set<String> tags = new HashSet<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch worked = new CountDownLatch(1);
    private long firstNanos;
    private int routed;
    private long responseBytes;
    private Throwable firstFailure;
    private int mostTracked;

    BacklogRun(ServerSettings server, Responses responses) {
        this.server = server;
        this.responses = responses;
        this.continuedNanos = new long[server.load().measured()];
    }

    /** Submits jobs, as a process whose results another one consumes. */
    static void fill(ServerSettings server, Repository repository, List<Job> jobs) throws Exception {
        try (DetachedApplication application =
                new DetachedApplication(server, repository).submitting().start()) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Semaphore room = new Semaphore(FILLING);
            for (Job job : jobs) {
                room.acquire();
                application.submit(job, cause -> {
                    failure.compareAndSet(null, cause);
                    room.release();
                });
            }
            room.acquire(FILLING);
            if (failure.get() != null) {
                throw new IllegalStateException("A job was not stored", failure.get());
            }
        }
    }

    /** Starts an application, and works off as many jobs as are measured. */
    ClientReport run(Repository repository, long beginNanos, Meter meter) throws Exception {
        Scenario load = server.load();
        try (DetachedApplication application = new DetachedApplication(server, repository).receiving(this::routed)) {
            application.start();
            first.await();
            awaitFull(application, load.inFlight());
            long heap = Meter.liveHeap();
            StoreCounts before = application.counts();
            meter.begin();
            released.countDown();
            while (!worked.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                look(application);
            }
            Cost cost = meter.end();
            StoreCounts counts = application.counts().since(before);
            Backlog backlog = new Backlog(firstNanos - beginNanos, mostTracked, heap);
            return new ClientReport(results(), cost, counts, null, backlog);
        }
    }

    private void awaitFull(DetachedApplication application, int most) throws InterruptedException {
        long end = System.nanoTime() + FULL.toNanos();
        // all but the one that is on its way
        while (application.queued() < most - 1 && System.nanoTime() < end) {
            look(application);
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private void look(DetachedApplication application) {
        mostTracked = Math.max(mostTracked, application.tracked());
    }

    /** One at a time. */
    private void routed(String tag, Object body, Throwable failure) {
        if (routed == 0) {
            firstNanos = System.nanoTime();
            first.countDown();
            awaitRelease();
        }
        if (routed == continuedNanos.length) {
            return;
        }
        count(tag, body, failure);
        if (routed == continuedNanos.length) {
            worked.countDown();
        }
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void count(String tag, Object body, Throwable failure) {
        long size = failure == null ? responses.size(new Job(tag, "", 0), body) : -1;
        if (size >= 0 && tags.add(tag)) {
            continuedNanos[routed] = System.nanoTime();
            responseBytes += size;
        } else if (firstFailure == null) {
            firstFailure =
                    failure != null ? failure : new IllegalStateException("Not once, or not the response to " + tag);
        }
        routed++;
    }

    private Results results() {
        return new Results(continuedNanos, responseBytes, firstFailure == null ? null : firstFailure.toString());
    }
}
