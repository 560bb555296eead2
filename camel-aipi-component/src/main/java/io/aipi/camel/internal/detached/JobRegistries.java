/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.JobStores;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.spi.Scheduler;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/** The job registries of a component: one for each model endpoint of a server and its repository. */
public final class JobRegistries {

    /** So many may be there without a check for those that nobody needs. */
    private static final int FEW = 100;

    /**
     * What a registry is for.
     *
     * @param server base URL of the server
     * @param endpoint name of the model endpoint
     * @param repository null to keep jobs in memory only
     */
    public record Key(String server, String endpoint, JobRepository repository) {}

    private final JobStores stores;
    private final Function<JobRepository, Executor> storeThreads;
    private final Scheduler scheduler;
    private final Supplier<Set<Key>> inUse;
    private final Map<Key, JobRegistry> registries = new ConcurrentHashMap<>();
    /** Not the component's own, which is held while the component stops. */
    private final ReentrantLock lock = new ReentrantLock();
    /** How many are worth a check for those that nobody needs. */
    private int many = FEW;

    /**
     * There is none yet.
     *
     * @param storeThreads runs what blocks, for each repository
     * @param inUse what the endpoints that are started need
     */
    public JobRegistries(
            JobStores stores,
            Function<JobRepository, Executor> storeThreads,
            Scheduler scheduler,
            Supplier<Set<Key>> inUse) {
        this.stores = stores;
        this.storeThreads = storeThreads;
        this.scheduler = scheduler;
        this.inUse = inUse;
    }

    /** The registry for this, made if there is a repository; null if there is neither a registry nor a repository. */
    public JobRegistry get(Key key) {
        JobRegistry present = registries.get(key);
        return present != null || key.repository() == null ? present : getOrCreate(key);
    }

    private JobRegistry getOrCreate(Key key) {
        lock.lock();
        try {
            JobRegistry registry = registries.get(key);
            if (registry == null) {
                removeIdle();
                registry = new JobRegistry(
                        key.server(),
                        key.endpoint(),
                        stores.of(key.repository()),
                        task -> storeThreads.apply(key.repository()).execute(task),
                        scheduler);
                registries.put(key, registry);
            }
            return registry;
        } finally {
            lock.unlock();
        }
    }

    /** The registry of a consumer, to which it is told in one step: nobody takes it for one that is not needed. */
    public JobRegistry registerConsumer(Key key, Object consumer) {
        lock.lock();
        try {
            JobRegistry registry = getOrCreate(key);
            registry.registerConsumer(consumer);
            return registry;
        } finally {
            lock.unlock();
        }
    }

    /** An endpoint has no producer or consumer any more: its registry goes, unless somebody else needs it. */
    public void removeIfIdle(Key key) {
        lock.lock();
        try {
            removeIfIdle(key, inUse.get());
        } finally {
            lock.unlock();
        }
    }

    /** Exchanges in flight can make a registry anew after their endpoint has gone. */
    private void removeIdle() {
        if (registries.size() >= many) {
            Set<Key> needed = inUse.get();
            List.copyOf(registries.keySet()).forEach(key -> removeIfIdle(key, needed));
            many = registries.size() + FEW;
        }
    }

    private void removeIfIdle(Key key, Set<Key> needed) {
        JobRegistry registry = registries.get(key);
        if (registry != null && !needed.contains(key) && registry.isIdle()) {
            registries.remove(key);
            registry.close();
        }
    }

    /** How many there are. */
    public int size() {
        return registries.size();
    }

    /** Whether there are stores. */
    public boolean hasStores() {
        return !stores.all().isEmpty();
    }

    /**
     * The server has given an id to a new job, which proves that earlier jobs with this id are gone. Blocks, if there is a
     * store.
     *
     * @param store where jobs with this id may be; null for in memory only
     */
    public void lapse(String server, JobStore store, String jobId) {
        List<JobRegistry> ofServer = registries.entrySet().stream()
                .filter(entry -> entry.getKey().server().equals(server))
                .map(Map.Entry::getValue)
                .toList();
        ofServer.forEach(registry -> registry.lapse(jobId));
        if (store != null) {
            store.lapse(server, jobId);
        }
    }

    /** As {@link #lapse(String, JobStore, String)}, in all stores. Blocks. */
    public void lapseEverywhere(String server, String jobId) {
        stores.all().forEach(store -> lapse(server, store, jobId));
    }

    /** Whether a consumer here consumes jobs of the server from the store. */
    public boolean isConsumed(String server, JobStore store) {
        return registries.entrySet().stream()
                .anyMatch(entry -> entry.getKey().server().equals(server)
                        && entry.getValue().store() == store
                        && entry.getValue().isConsumed());
    }

    /** Forgets all. */
    public void clear() {
        registries.values().forEach(JobRegistry::close);
        registries.clear();
    }
}
