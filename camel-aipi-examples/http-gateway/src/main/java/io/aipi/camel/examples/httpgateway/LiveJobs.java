/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.client.model.Media;
import java.util.List;
import java.util.Optional;
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

    private record News(Job job, List<Media> previews) {}

    private static final class Live {
        private final Set<Runnable> watchers = ConcurrentHashMap.newKeySet();
        private volatile News newest;
    }

    private final ConcurrentMap<String, Live> jobs = new ConcurrentHashMap<>();

    /** The newest state; null when nothing has been heard of the job, or it has ended. */
    Job newest(String id) {
        News news = news(id);
        return news == null ? null : news.job();
    }

    /** The picture of this number that shows how far the job is; empty if there is none at this moment. */
    Optional<Media> preview(String id, int number) {
        News news = news(id);
        return news == null || number < 0 || number >= news.previews().size()
                ? Optional.empty()
                : Optional.of(news.previews().get(number));
    }

    private News news(String id) {
        Live live = jobs.get(id);
        return live == null ? null : live.newest;
    }

    /** The newest state, with the pictures that it links. */
    void progress(Job job, List<Media> previews) {
        Live live = jobs.compute(job.id(), (key, present) -> {
            Live updated = present == null ? new Live() : present;
            updated.newest = new News(job, previews);
            return updated;
        });
        live.watchers.forEach(Runnable::run);
    }

    /** Called after the outcome can be read from the store: who is told looks there. */
    void ended(String id) {
        Live live = jobs.remove(id);
        if (live != null) {
            live.watchers.forEach(Runnable::run);
        }
    }

    /**
     * From now on the watcher is told that there is something new, by the thread that has it. Who then reads the job
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

    /** Of which jobs something is held, at this moment. */
    Set<String> ids() {
        return Set.copyOf(jobs.keySet());
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
