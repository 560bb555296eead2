/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.StoreHealth;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scans the store for jobs that other processes have put there, again and again from a start of its consumer to the stop. */
public final class RepositoryScanner {

    private static final Logger LOG = LoggerFactory.getLogger(RepositoryScanner.class);

    /** Between two checks for jobs that nobody follows. */
    private static final Duration WARNING_INTERVAL = Duration.ofMinutes(1);

    /** Between two counts of what is stored: some scans, within these bounds. */
    private static final int SCANS_PER_COUNT = 3;

    private static final Duration SHORTEST_COUNT_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LONGEST_COUNT_INTERVAL = Duration.ofSeconds(15);

    /** How many servers whose jobs nobody follows are worth a warning each. */
    private static final int WARNINGS = 10;

    private final String server;
    private final String endpoint;
    private final JobRegistry registry;
    private final JobStore store;
    private final StoreHealth storeHealth;
    private final Predicate<String> isServerConsumed;
    private final Consumer<JobRepository.Counts> counted;
    private final Executor storeThreads;
    private final Scheduler scheduler;
    private final Duration interval;

    private final Set<String> warnedOf = new HashSet<>();
    private Long askedNanos;
    private Long countedNanos;
    private volatile Scheduler.Task next;
    private volatile boolean stopped;
    private volatile boolean failing;
    /** Whether parked jobs were given another chance, which they get with each start. */
    private volatile boolean unparked;
    /** Whether all routes are known, and with them who consumes what. */
    private volatile boolean contextStarted;

    /**
     * Scans nothing yet.
     *
     * @param isServerConsumed whether a consumer here consumes jobs of the server from the store
     * @param counted is told how many jobs are stored, now and then; null for not known
     * @param storeThreads runs what blocks, and never refuses it
     * @param interval between two scans
     */
    public RepositoryScanner(
            String server,
            String endpoint,
            JobRegistry registry,
            StoreHealth storeHealth,
            Predicate<String> isServerConsumed,
            Consumer<JobRepository.Counts> counted,
            Executor storeThreads,
            Scheduler scheduler,
            Duration interval) {
        this.server = server;
        this.endpoint = endpoint;
        this.registry = registry;
        this.store = registry.store();
        this.storeHealth = storeHealth;
        this.isServerConsumed = isServerConsumed;
        this.counted = counted;
        this.storeThreads = storeThreads;
        this.scheduler = scheduler;
        this.interval = interval;
    }

    /** Begins the first scan now. */
    public void start() {
        scheduleNext(Duration.ZERO);
    }

    /** Begins no further scan. */
    public void stop() {
        stopped = true;
        counted.accept(null);
        Scheduler.Task task = next;
        if (task != null) {
            task.cancel();
        }
    }

    /** All routes have started. */
    public void onContextStarted() {
        contextStarted = true;
    }

    /** Whether the last scan failed. */
    public boolean isFailing() {
        return failing;
    }

    private void scheduleNext(Duration delay) {
        next = scheduler.schedule(() -> storeThreads.execute(this::scan), delay);
    }

    private void scan() {
        if (stopped) {
            return;
        }
        try {
            if (!unparked) {
                store.unpark(server, endpoint);
                unparked = true;
            }
            registry.scan();
            failing = false;
            storeHealth.succeeded();
            count();
            warnOfUnfollowed();
        } catch (RuntimeException | Error e) {
            failing = true;
            storeHealth.failed("The jobRepository cannot be scanned; scanning is retried", e);
        } finally {
            if (!stopped) {
                scheduleNext(interval);
            }
        }
    }

    private void count() {
        long now = scheduler.nanoTime();
        long wait = Math.max(
                SHORTEST_COUNT_INTERVAL.toNanos(),
                Math.min(
                        LONGEST_COUNT_INTERVAL.toNanos(),
                        interval.multipliedBy(SCANS_PER_COUNT).toNanos()));
        if (countedNanos != null && now - countedNanos < wait) {
            return;
        }
        countedNanos = now;
        JobRepository.Counts counts = null;
        try {
            counts = store.count(server, endpoint);
        } catch (RuntimeException | Error e) {
            // whether the store works is said of what jobs need
            LOG.debug("What is stored cannot be counted", e);
        }
        if (!stopped) {
            counted.accept(counts);
        }
    }

    /** Says once of each server how many of its jobs nobody here follows. */
    private void warnOfUnfollowed() {
        long now = scheduler.nanoTime();
        Long last = askedNanos;
        if (!contextStarted || (last != null && now - last < WARNING_INTERVAL.toNanos())) {
            return;
        }
        askedNanos = now;
        store.unclaimed().forEach((unfollowed, count) -> {
            if (!isServerConsumed.test(unfollowed) && warnedOf.size() < WARNINGS && warnedOf.add(unfollowed)) {
                LOG.warn(
                        "The jobRepository holds {} jobs of the server {}, which no consumer here follows. If it is one of"
                                + " yours under another name, set the serverUrl that its jobs were submitted with",
                        count,
                        unfollowed.replaceAll("\\p{Cntrl}", "?"));
            }
        });
    }
}
