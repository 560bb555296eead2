/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import io.aipi.client.spi.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.util.concurrent.CamelThreadFactory;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.apache.camel.util.concurrent.ThreadType;

/**
 * The threads of a component, of two kinds that never mix: those on which exchanges go on, whose routes may block them, and
 * the component's own. Each pool is made when it is needed first; none holds a thread while there is nothing to do.
 */
public final class WorkerPools {

    private static final int PROGRESS_THREADS = 2;
    private static final int DECODE_THREADS = 2;
    /** After which a thread without work ends. */
    private static final long IDLE_SECONDS = 20;

    /** How long a stop waits for the routes of exchanges that it has ended. */
    private static final Duration LONGEST_ROUTE_AT_STOP = Duration.ofSeconds(5);

    private final Object owner;
    private final Supplier<CamelContext> context;
    private final IntSupplier maxWorkerPoolSize;
    private final Scheduler scheduler;
    private final BooleanSupplier isStopped;
    private final ReentrantLock lock = new ReentrantLock();
    private final Lazy<ElasticExecutor> exchangeThreads;
    private final Lazy<ElasticExecutor> progressThreads;
    private final Lazy<ExecutorService> decodeThreads;
    /** Of each repository: one that hangs takes its own only. */
    private final Map<Object, Lazy<ExecutorService>> storeThreads = new ConcurrentHashMap<>();

    /**
     * No pool is made yet.
     *
     * @param owner the component, by which Camel names the pools
     * @param workerPoolSize threads on which exchanges go on while nobody blocks
     * @param maxWorkerPoolSize the most of these
     * @param isStopped whether no pool may be made any more
     */
    public WorkerPools(
            Object owner,
            Supplier<CamelContext> context,
            IntSupplier workerPoolSize,
            IntSupplier maxWorkerPoolSize,
            Scheduler scheduler,
            BooleanSupplier isStopped) {
        this.owner = owner;
        this.context = context;
        this.maxWorkerPoolSize = maxWorkerPoolSize;
        this.scheduler = scheduler;
        this.isStopped = isStopped;
        exchangeThreads = new Lazy<>(() -> elastic("AipiWorker", workerPoolSize.getAsInt()), this::end);
        progressThreads = new Lazy<>(() -> elastic("AipiProgress", PROGRESS_THREADS), this::end);
        decodeThreads = new Lazy<>(() -> pool("AipiDecode", DECODE_THREADS, DECODE_THREADS), this::shutdown);
    }

    /** Threads for exchanges that go on with their result. */
    public ElasticExecutor exchangeThreads() {
        return exchangeThreads.get();
    }

    /** Threads for progress exchanges: apart, so that a slow progress route delays no result. */
    public ElasticExecutor progressThreads() {
        return progressThreads.get();
    }

    /** Threads that decode long responses. */
    public ExecutorService decodeThreads() {
        return decodeThreads.get();
    }

    /**
     * Threads that read and write the repository, and nothing else: a database that hangs delays only its own jobs. Null for
     * what may block and has no repository.
     */
    public ExecutorService storeThreads(Object repository, int size) {
        return storeThreads
                .computeIfAbsent(
                        repository == null ? this : repository,
                        any -> new Lazy<>(() -> pool("AipiStore", size, size), this::shutdown))
                .get();
    }

    /** Threads for whoever ends them himself; none is held while there is nothing to do. */
    public ExecutorService pool(String name, int size, int maxSize) {
        if (isStopped.getAsBoolean()) {
            throw new RejectedExecutionException("The component has stopped");
        }
        ThreadPoolProfile profile = new ThreadPoolProfile(name);
        profile.setPoolSize(size);
        profile.setMaxPoolSize(maxSize);
        profile.setKeepAliveTime(IDLE_SECONDS);
        profile.setTimeUnit(TimeUnit.SECONDS);
        profile.setAllowCoreThreadTimeOut(true);
        // what waits here are results of jobs in flight, which bound them: none may be refused, or be run by the
        // thread that brings it
        profile.setMaxQueueSize(Integer.MAX_VALUE);
        profile.setRejectedPolicy(ThreadPoolRejectedPolicy.Abort);
        return manager().newThreadPool(owner, name, profile);
    }

    private ExecutorServiceManager manager() {
        return context.get().getExecutorServiceManager();
    }

    private ElasticExecutor elastic(String name, int size) {
        int maxSize = Math.max(size, maxWorkerPoolSize.getAsInt());
        return new ElasticExecutor(growing(name, size, maxSize), size, maxSize, scheduler::schedule, System::nanoTime);
    }

    /** A pool that can be made larger, or an executor of virtual threads. */
    private ExecutorService growing(String name, int size, int maxSize) {
        ExecutorService made = pool(name, size, maxSize);
        if (made instanceof ThreadPoolExecutor || ThreadType.current() == ThreadType.VIRTUAL) {
            return made;
        }
        // some wrap Camel's pools, as to measure them: what is wrapped cannot grow
        manager().shutdownNow(made);
        ThreadPoolExecutor own = new ThreadPoolExecutor(
                size,
                maxSize,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new CamelThreadFactory(manager().getThreadNamePattern(), name, true));
        own.allowCoreThreadTimeOut(true);
        return own;
    }

    private void end(ElasticExecutor elastic) {
        elastic.close(LONGEST_ROUTE_AT_STOP);
        shutdown(elastic.threads());
    }

    private void shutdown(ExecutorService threads) {
        manager().shutdownGraceful(threads, 5_000);
    }

    /** Ends all pools, and forgets them: the next start makes others. */
    public void close() {
        List<Lazy<?>> pools = new ArrayList<>(List.of(exchangeThreads, progressThreads, decodeThreads));
        pools.addAll(storeThreads.values());
        pools.forEach(Lazy::end);
        pools.forEach(Lazy::forget);
        storeThreads.clear();
    }

    /** What is made when somebody needs it first. */
    private final class Lazy<T> {

        private final Supplier<T> maker;
        private final Consumer<T> ender;
        private volatile T value;

        Lazy(Supplier<T> maker, Consumer<T> ender) {
            this.maker = maker;
            this.ender = ender;
        }

        T get() {
            T present = value;
            if (present != null) {
                return present;
            }
            lock.lock();
            try {
                if (value == null) {
                    value = maker.get();
                }
                return value;
            } finally {
                lock.unlock();
            }
        }

        /** Kept until {@link #forget}: who asks for its threads meanwhile is refused by them, and need not wait. */
        void end() {
            if (value != null) {
                ender.accept(value);
            }
        }

        void forget() {
            value = null;
        }
    }
}
