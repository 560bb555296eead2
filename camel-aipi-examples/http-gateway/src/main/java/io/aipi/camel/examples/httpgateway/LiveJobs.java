/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The newest state of each job that has not ended, and who waits for the next one. It is a state, not a log: of a
 * watcher that is slow, nothing piles up.
 *
 * <p>Holds the jobs in flight and the watchers that are connected, and nothing else.
 */
final class LiveJobs {

    private static final class Live {
        private final Set<Runnable> watchers = ConcurrentHashMap.newKeySet();
        private volatile Job newest;
    }

    private final ConcurrentMap<String, Live> jobs = new ConcurrentHashMap<>();

    /** The newest state; null when nothing has been heard of the job, or it has ended. */
    Job newest(String id) {
        Live live = jobs.get(id);
        return live == null ? null : live.newest;
    }

    void progress(Job job) {
        Live live = jobs.compute(job.id(), (key, present) -> {
            Live updated = present == null ? new Live() : present;
            updated.newest = job;
            return updated;
        });
        live.watchers.forEach(Runnable::run);
    }

    /** Called after the outcome can be read from the table: who is told looks there. */
    void ended(String id) {
        Live live = jobs.remove(id);
        if (live != null) {
            live.watchers.forEach(Runnable::run);
        }
    }

    /**
     * From now on the watcher is told that there is something new, by the thread that has it. Who then looks at the job
     * misses nothing.
     */
    void watch(String id, Runnable watcher) {
        jobs.compute(id, (key, present) -> {
            Live live = present == null ? new Live() : present;
            live.watchers.add(watcher);
            return live;
        });
    }

    void unwatch(String id, Runnable watcher) {
        jobs.computeIfPresent(id, (key, live) -> {
            live.watchers.remove(watcher);
            return live.watchers.isEmpty() && live.newest == null ? null : live;
        });
    }

    /** Of how many jobs something is held. */
    int size() {
        return jobs.size();
    }

    /** How many are connected. */
    int watchers() {
        return jobs.values().stream().mapToInt(live -> live.watchers.size()).sum();
    }
}
