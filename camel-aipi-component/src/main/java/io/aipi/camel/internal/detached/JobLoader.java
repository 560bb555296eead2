/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.JobRecord;
import io.aipi.camel.internal.store.JobStore;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the jobs of a registry from the store, one after the other, as long as there are jobs and room for them.
 *
 * <p>A job that cannot be read is passed over, whatever reading it throws: only a store that cannot list its entries is away.
 */
final class JobLoader {

    private static final Logger LOG = LoggerFactory.getLogger(JobLoader.class);

    private static final int LOADED_IN_A_ROW = 16;

    /** How many unreadable jobs are worth a warning each. */
    private static final int WARNINGS = 10;

    private final JobRegistry registry;
    private final JobStore store;
    private final Executor storeThreads;
    /** Keys whose entries could not be read at the last scan: one warning each is enough. */
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    JobLoader(JobRegistry registry, JobStore store, Executor storeThreads) {
        this.registry = registry;
        this.store = store;
        this.storeThreads = storeThreads;
    }

    /** These are the keys that there are: what is known of others is forgotten. */
    void retain(Set<String> keys) {
        unreadable.retainAll(keys);
    }

    void loadSoon() {
        try {
            storeThreads.execute(this::load);
        } catch (RejectedExecutionException | Error notBegun) {
            // what is in the store is there for the next scan, or for the next start
            registry.endLoading();
        }
    }

    /** Lets others have the thread from time to time: what has a result in its hands must not wait for thousands of jobs. */
    private void load() {
        boolean more = true;
        try {
            for (int i = 0; i < LOADED_IN_A_ROW && more; i++) {
                more = loadOne();
            }
        } catch (RuntimeException | Error e) {
            registry.endLoading();
            throw e;
        }
        if (more) {
            loadSoon();
        }
    }

    /** False when the loading is over. */
    private boolean loadOne() {
        String key = registry.nextToLoad();
        if (key == null) {
            return false;
        }
        TrackedJob job;
        try {
            TrackedJob present = registry.present(key);
            job = present != null ? present : load(key);
        } catch (Throwable e) {
            if (isAway(key, e)) {
                // it is given time: the next scan goes on
                registry.endLoading();
                return false;
            }
            registry.onUnreadable(key);
            return true;
        }
        unreadable.remove(key);
        registry.onLoaded(key, job);
        return true;
    }

    /** Null if it is not stored any more. */
    private TrackedJob load(String key) {
        JobRecord stored = store.load(key);
        return stored == null ? null : TrackedJob.recovered(stored);
    }

    /** Whether it is the store that failed, and not the entry. */
    private boolean isAway(String key, Throwable e) {
        boolean isNew = !unreadable.contains(key);
        if (isNew && store.isAway()) {
            LOG.debug("The jobRepository cannot be read: {}", e.toString());
            return true;
        }
        if (unreadable.add(key) && unreadable.size() <= WARNINGS) {
            LOG.warn("The stored job {} cannot be read. It stays in the repository; reading is retried", key, e);
        } else {
            LOG.debug("The stored job {} cannot be read: {}", key, e.toString());
        }
        return false;
    }
}
