/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs of producers that were stopped while their routes go on: each goes on until its exchanges end, or their routes stop. */
public final class DrainingRuns {

    private static final Logger LOG = LoggerFactory.getLogger(DrainingRuns.class);
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    private final Scheduler scheduler;
    private final Supplier<Executor> blocking;
    private final Set<ProducerRun> runs = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean checkScheduled = new AtomicBoolean();

    /** There is none yet. {@code blocking} runs what blocks. */
    public DrainingRuns(Scheduler scheduler, Supplier<Executor> blocking) {
        this.scheduler = scheduler;
        this.blocking = blocking;
    }

    /** The run is ended when it is due. */
    public void add(ProducerRun run) {
        runs.add(run);
        checkLater();
    }

    /** Ends all. */
    public void endAll() {
        runs.forEach(ProducerRun::end);
        runs.clear();
        checkScheduled.set(false);
    }

    private void checkLater() {
        if (!runs.isEmpty() && checkScheduled.compareAndSet(false, true)) {
            // not on the scheduler's thread: what ends a client waits for its connections
            scheduler.schedule(() -> blocking.get().execute(this::check), CHECK_INTERVAL);
        }
    }

    private void check() {
        try {
            runs.removeIf(DrainingRuns::hasEnded);
        } finally {
            checkScheduled.set(false);
            checkLater();
        }
    }

    private static boolean hasEnded(ProducerRun run) {
        try {
            return run.endIfDue();
        } catch (RuntimeException | Error e) {
            LOG.warn("A producer that was stopped could not be ended; it is retried", e);
            return false;
        }
    }
}
