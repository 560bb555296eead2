/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.client.model.JobProgress;
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

    /** One job. */
    static final class Live {
        private final Set<Runnable> watchers = ConcurrentHashMap.newKeySet();
        private volatile JobProgress newest;
        private volatile JobView ended;

        /** Null when nothing has been heard of it. */
        JobProgress newest() {
            return newest;
        }

        /** How it ended; null while it has not. */
        JobView ended() {
            return ended;
        }

        private void tell() {
            watchers.forEach(Runnable::run);
        }
    }

    private final ConcurrentMap<String, Live> jobs = new ConcurrentHashMap<>();

    /** The newest state; null when nothing has been heard of the job, or it has ended. */
    JobProgress newest(String id) {
        Live live = jobs.get(id);
        return live == null ? null : live.newest;
    }

    void progress(String id, JobProgress progress) {
        jobs.compute(id, (key, present) -> {
                    Live live = present == null ? new Live() : present;
                    live.newest = progress;
                    return live;
                })
                .tell();
    }

    /** Called after the outcome can be read from the table: who watches from now on finds it there. */
    void ended(JobView job) {
        Live live = jobs.remove(job.id());
        if (live != null) {
            live.ended = job;
            live.tell();
        }
    }

    /**
     * From now on the watcher is told that there is something new. Who then looks whether the job has ended already misses
     * nothing.
     *
     * @param watcher must not block
     */
    Live watch(String id, Runnable watcher) {
        return jobs.compute(id, (key, present) -> {
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
