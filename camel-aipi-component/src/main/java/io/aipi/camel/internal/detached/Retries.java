/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** Steps that are tried again: in time, or by a stop, whichever comes first. Each is run exactly once. */
final class Retries {

    private final Duration delay;
    private final Executor threads;
    private final Scheduler scheduler;
    private final Set<Retry> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /** {@code threads} runs what blocks, and never refuses it. */
    Retries(Duration delay, Executor threads, Scheduler scheduler) {
        this.delay = delay;
        this.threads = threads;
        this.scheduler = scheduler;
    }

    private final class Retry implements Runnable {

        private final Runnable step;

        Retry(Runnable step) {
            this.step = step;
        }

        @Override
        public void run() {
            if (waiting.remove(this)) {
                threads.execute(step);
            }
        }
    }

    /** Runs the step after the delay. */
    void later(Runnable step) {
        Retry retry = new Retry(step);
        waiting.add(retry);
        scheduler.schedule(retry, delay);
        if (stopped) {
            // the stop may have been through them already
            retry.run();
        }
    }

    /** Runs all that wait, and whatever comes, at once. */
    void stop() {
        stopped = true;
        waiting.forEach(Retry::run);
    }
}
