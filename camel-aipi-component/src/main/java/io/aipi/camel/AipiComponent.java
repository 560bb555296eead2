/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.ElasticExecutor;
import io.aipi.camel.internal.JobStore;
import io.aipi.camel.internal.JobTracker;
import io.aipi.camel.internal.UnknownOptions;
import io.aipi.client.AipiClient;
import io.aipi.client.AipiRuntime;
import io.aipi.client.ConnectionOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Endpoint;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.util.PropertiesHelper;
import org.apache.camel.util.concurrent.CamelThreadFactory;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.apache.camel.util.concurrent.ThreadType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes {@code aipi:} endpoints, and owns what they share: threads, connections and sessions. */
@Component("aipi")
public class AipiComponent extends HealthCheckComponent implements SSLContextParametersAware {

    private static final Logger LOG = LoggerFactory.getLogger(AipiComponent.class);

    private static final int PROGRESS_THREADS = 2;
    private static final int DECODE_THREADS = 2;
    private static final Duration DRAIN_CHECK_INTERVAL = Duration.ofMillis(500);
    private static final int STORE_THREADS = 4;
    /** After which a thread without work ends. */
    private static final long IDLE_SECONDS = 20;

    /** How long a stop waits for the routes of exchanges that it has ended. */
    private static final Duration LONGEST_ROUTE_AT_STOP = Duration.ofSeconds(5);

    /** So many trackers may be there without a look for those that nobody needs. */
    private static final int FEW_TRACKERS = 100;

    private record TrackerKey(String server, String endpoint, AggregationRepository repository) {
        static TrackerKey of(AipiEndpoint endpoint) {
            return new TrackerKey(
                    endpoint.server(),
                    endpoint.getEndpointName(),
                    endpoint.getConfiguration().getJobRepository());
        }
    }

    @Metadata
    private AipiConfiguration configuration = new AipiConfiguration();

    @Metadata(
            label = "advanced",
            defaultValue = "4",
            description =
                    "Threads on which exchanges go on when their result is there. Waiting for a result takes none."
                            + " Threads that are blocked by their route do not count: others take their place, up to"
                            + " maxWorkerPoolSize.")
    private int workerPoolSize = 4;

    @Metadata(
            label = "advanced",
            defaultValue = "2000",
            description =
                    "Maximum number of threads on which exchanges go on. There are more than workerPoolSize only while"
                            + " routes block their threads, such as by calling another route and waiting for it. When all"
                            + " are blocked, exchanges wait, and a warning names the routes. Progress exchanges have as"
                            + " many again. Without meaning where Camel uses virtual threads.")
    private int maxWorkerPoolSize = 2_000;

    @Metadata(
            label = "security",
            defaultValue = "false",
            description = "Enable usage of global SSL context parameters.")
    private boolean useGlobalSslContextParameters;

    @Metadata(
            label = "advanced",
            defaultValue = "0",
            description =
                    "Bytes of all responses together that are being received or wait for their decoding, over all servers."
                            + " A response that finds no room waits and is not read meanwhile; one at a time may take more"
                            + " than there is. 0 is a quarter of the heap.")
    private long maxResponseMemory;

    private final Map<SSLContextParameters, SSLContext> sslContexts = new ConcurrentHashMap<>();
    private final KeyStandIns keyStandIns = new KeyStandIns();
    private final Set<AipiEndpoint> startedEndpoints = ConcurrentHashMap.newKeySet();
    private final Map<TrackerKey, JobTracker> trackers = new ConcurrentHashMap<>();
    private final Map<AggregationRepository, JobStore> stores = new ConcurrentHashMap<>();
    private final Set<AggregationRepository> repositories = ConcurrentHashMap.newKeySet();
    /** Not the component's own, which is held while the component stops. */
    private final ReentrantLock trackerLock = new ReentrantLock();
    /** How many trackers are worth a look for those that nobody needs. */
    private int manyTrackers = FEW_TRACKERS;

    private final Clock clock = Clock.systemUTC();
    // two kinds of threads that never mix: those on which exchanges go on, whose routes may block them, and the
    // component's own
    private final Lazy<ElasticExecutor> exchangeThreads =
            new Lazy<>(() -> elastic("AipiWorker", workerPoolSize), this::end);
    private final Lazy<ElasticExecutor> progressThreads =
            new Lazy<>(() -> elastic("AipiProgress", PROGRESS_THREADS), this::end);
    private final Lazy<ExecutorService> decodeThreads =
            new Lazy<>(() -> pool("AipiDecode", DECODE_THREADS, DECODE_THREADS), this::shutdown);
    /** Of each repository: one that hangs takes its own only. */
    private final Map<Object, Lazy<ExecutorService>> storeThreads = new ConcurrentHashMap<>();
    /** Of producers that were stopped while their routes go on. */
    private final Set<AipiProducer.Run> draining = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean drainCheckScheduled = new AtomicBoolean();
    private volatile AipiRuntime runtime;

    /** For Camel, which sets the context afterwards. */
    public AipiComponent() {}

    /** For use in code. */
    public AipiComponent(CamelContext context) {
        super(context);
    }

    /** A key in the URI or the properties is hidden before Camel keeps or logs them, and comes back when it is set. */
    @Override
    public Endpoint createEndpoint(String uri, Map<String, Object> properties) throws Exception {
        List<KeyStandIns.StandIn> used = new ArrayList<>();
        Endpoint endpoint = super.createEndpoint(
                keyStandIns.hide(getCamelContext(), uri, used),
                properties == null ? null : keyStandIns.hide(properties, used));
        ((AipiEndpoint) endpoint).hold(used);
        return endpoint;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        keyStandIns.reveal(parameters);
        if (workerPoolSize < 1) {
            throw new IllegalArgumentException("workerPoolSize must be 1 or more, but is " + workerPoolSize);
        }
        if (maxWorkerPoolSize < 1) {
            throw new IllegalArgumentException("maxWorkerPoolSize must be 1 or more, but is " + maxWorkerPoolSize);
        }
        AipiConfiguration copy = configuration.copy();
        copy.getParameters().putAll(PropertiesHelper.extractProperties(parameters, "param."));
        copy.getHttpHeaders().putAll(PropertiesHelper.extractProperties(parameters, "header."));
        AipiEndpoint endpoint = new AipiEndpoint(uri, this, copy);
        endpoint.setEndpointName(remaining);
        setProperties(endpoint, parameters);
        if (!parameters.isEmpty()) {
            throw new IllegalArgumentException(UnknownOptions.explain(
                    parameters.keySet(),
                    getCamelContext()
                            .getCamelContextExtension()
                            .getEndpointUriFactory("aipi")
                            .propertyNames()));
        }
        if (copy.getSslContextParameters() == null) {
            copy.setSslContextParameters(retrieveGlobalSslContextParameters());
        }
        endpoint.checkOptions();
        return endpoint;
    }

    /** A client for an endpoint, from what the component's endpoints share. */
    AipiClient createClient(AipiConfiguration options) throws Exception {
        return AipiClient.builder()
                .serverUrl(options.getServerUrl())
                .user(options.getUser())
                .apiKey(options.getApiKey())
                .clientVersion(options.getClientVersion())
                .loginRoute(options.loginRouteValue())
                .connectionOptions(connectionOptions(options))
                .runtime(runtime())
                .build();
    }

    private ConnectionOptions connectionOptions(AipiConfiguration options) throws Exception {
        SSLContextParameters ssl = options.getSslContextParameters();
        if (ssl == null) {
            return options.connectionOptions(null);
        }
        // one context for equal parameters: connections are shared by those that were made alike
        SSLContext context = sslContexts.get(ssl);
        if (context == null) {
            context = ssl.createSSLContext(getCamelContext());
            SSLContext earlier = sslContexts.putIfAbsent(ssl, context);
            context = earlier != null ? earlier : context;
        }
        return options.connectionOptions(context);
    }

    private AipiRuntime runtime() {
        lock.lock();
        try {
            if (runtime == null) {
                runtime = AipiRuntime.create(decodeThreads.get(), "aipi", maxResponseMemory);
            }
            return runtime;
        } finally {
            lock.unlock();
        }
    }

    /** Threads for exchanges that go on with their result. */
    ElasticExecutor exchangeThreads() {
        return exchangeThreads.get();
    }

    /** Threads for progress exchanges: apart, so that a slow progress route delays no result. */
    ElasticExecutor progressThreads() {
        return progressThreads.get();
    }

    /**
     * Threads that read and write the repository, and nothing else: a database that hangs delays only its own jobs. Null for
     * what may block and has no repository.
     */
    ExecutorService storeWorkers(AggregationRepository repository) {
        return storeThreads
                .computeIfAbsent(
                        repository == null ? this : repository,
                        any -> new Lazy<>(() -> pool("AipiStore", STORE_THREADS, STORE_THREADS), this::shutdown))
                .get();
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
                // without the lock: the stop holds it while it ends what is in flight
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

    private ElasticExecutor elastic(String name, int size) {
        int maxSize = Math.max(size, maxWorkerPoolSize);
        return new ElasticExecutor(growing(name, size, maxSize), size, maxSize, this::schedule, System::nanoTime);
    }

    /** A pool that can be made larger, or an executor of virtual threads. */
    private ExecutorService growing(String name, int size, int maxSize) {
        ExecutorService made = pool(name, size, maxSize);
        if (made instanceof ThreadPoolExecutor || ThreadType.current() == ThreadType.VIRTUAL) {
            return made;
        }
        // some wrap Camel's pools, as to measure them: what is wrapped cannot grow
        ExecutorServiceManager manager = getCamelContext().getExecutorServiceManager();
        manager.shutdownNow(made);
        ThreadPoolExecutor own = new ThreadPoolExecutor(
                size,
                maxSize,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new CamelThreadFactory(manager.getThreadNamePattern(), name, true));
        own.allowCoreThreadTimeOut(true);
        return own;
    }

    private void end(ElasticExecutor elastic) {
        elastic.close(LONGEST_ROUTE_AT_STOP);
        shutdown(elastic.threads());
    }

    private void shutdown(ExecutorService threads) {
        getCamelContext().getExecutorServiceManager().shutdownGraceful(threads, 5_000);
    }

    /** Threads for whoever ends them himself; none is held while there is nothing to do. */
    ExecutorService pool(String name, int size, int maxSize) {
        if (isStoppingOrStopped()) {
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
        return getCamelContext().getExecutorServiceManager().newThreadPool(this, name, profile);
    }

    /** The exchanges of a stopped producer go on until they end, or their route is stopped. */
    void drain(AipiProducer.Run run) {
        draining.add(run);
        checkDrainingLater();
    }

    private void checkDrainingLater() {
        if (!draining.isEmpty() && drainCheckScheduled.compareAndSet(false, true)) {
            // not on the timer's thread: what ends a client waits for its connections
            schedule(() -> storeWorkers(null).execute(this::checkDraining), DRAIN_CHECK_INTERVAL);
        }
    }

    private void checkDraining() {
        try {
            draining.removeIf(AipiComponent::hasEnded);
        } finally {
            drainCheckScheduled.set(false);
            checkDrainingLater();
        }
    }

    private static boolean hasEnded(AipiProducer.Run run) {
        try {
            return run.endIfDue();
        } catch (RuntimeException | Error e) {
            LOG.warn("A producer that was stopped could not be ended; it is tried again", e);
            return false;
        }
    }

    /**
     * Who tracks the detached jobs of the endpoint's server, name and repository.
     *
     * @param create whether to make one if there is none and no repository; null is returned otherwise
     */
    JobTracker tracker(AipiEndpoint endpoint, boolean create) {
        TrackerKey key = TrackerKey.of(endpoint);
        JobTracker present = trackers.get(key);
        if (present != null || (key.repository() == null && !create)) {
            return present;
        }
        trackerLock.lock();
        try {
            JobTracker tracker = trackers.get(key);
            if (tracker == null) {
                forgetIdleTrackers();
                tracker = new JobTracker(
                        key.server(),
                        key.endpoint(),
                        store(key.repository()),
                        task -> storeWorkers(key.repository()).execute(task));
                trackers.put(key, tracker);
            }
            return tracker;
        } finally {
            trackerLock.unlock();
        }
    }

    /** The tracker of a consumer, which is declared in one step with its making: nobody takes it for one that is not needed. */
    JobTracker declare(AipiEndpoint endpoint, Object consumer) {
        trackerLock.lock();
        try {
            JobTracker tracker = tracker(endpoint, true);
            tracker.declare(consumer);
            return tracker;
        } finally {
            trackerLock.unlock();
        }
    }

    /** The endpoint has no producer or consumer any more: its tracker goes, unless somebody else needs it. */
    void forgetTracker(AipiEndpoint endpoint) {
        trackerLock.lock();
        try {
            forgetIfIdle(TrackerKey.of(endpoint), keysInUse());
        } finally {
            trackerLock.unlock();
        }
    }

    /** Exchanges in flight can make a tracker anew after their endpoint has gone. */
    private void forgetIdleTrackers() {
        if (trackers.size() >= manyTrackers) {
            Set<TrackerKey> inUse = keysInUse();
            List.copyOf(trackers.keySet()).forEach(key -> forgetIfIdle(key, inUse));
            manyTrackers = trackers.size() + FEW_TRACKERS;
        }
    }

    private Set<TrackerKey> keysInUse() {
        return startedEndpoints.stream().map(TrackerKey::of).collect(Collectors.toSet());
    }

    private void forgetIfIdle(TrackerKey key, Set<TrackerKey> inUse) {
        JobTracker tracker = trackers.get(key);
        if (tracker != null && !inUse.contains(key) && tracker.isIdle()) {
            trackers.remove(key);
        }
    }

    int trackers() {
        return trackers.size();
    }

    private JobStore store(AggregationRepository repository) {
        if (repository == null) {
            return null;
        }
        JobStore present = stores.get(repository);
        if (present != null) {
            return present;
        }
        if (!ServiceHelper.isStarted(repository)) {
            // what others have started is theirs to stop
            repositories.add(repository);
            CamelContextAware.trySetCamelContext(repository, getCamelContext());
            ServiceHelper.startService(repository);
        }
        JobStore store = new JobStore(getCamelContext(), repository, this::nanoTime);
        stores.put(repository, store);
        return store;
    }

    /** As {@link #lapse(AipiEndpoint, JobStore, String)}, in all stores. Blocks. */
    void lapseEverywhere(AipiEndpoint endpoint, String jobId) {
        stores.values().forEach(store -> lapse(endpoint, store, jobId));
    }

    boolean hasStores() {
        return !stores.isEmpty();
    }

    /**
     * The server has given an id to a new job of the endpoint, which proves that earlier jobs with this id are gone. Blocks,
     * if there is a store.
     */
    void lapse(AipiEndpoint endpoint, JobStore store, String jobId) {
        String server = endpoint.server();
        List<JobTracker> ofServer = trackers.entrySet().stream()
                .filter(entry -> entry.getKey().server().equals(server))
                .map(Map.Entry::getValue)
                .toList();
        ofServer.forEach(tracker -> tracker.lapse(jobId));
        if (store != null) {
            store.lapse(server, jobId, key -> ofServer.stream().anyMatch(tracker -> tracker.isKeyHeld(key)));
        }
    }

    /** Whether a consumer here consumes jobs of the server from the store. */
    boolean isConsumed(String server, JobStore store) {
        return trackers.entrySet().stream()
                .anyMatch(entry -> entry.getKey().server().equals(server)
                        && entry.getValue().store() == store
                        && entry.getValue().isConsumed());
    }

    /** Runs the task once after the delay, on a thread that must not be blocked; what is returned cancels it. */
    Runnable schedule(Runnable task, Duration delay) {
        AipiRuntime current = runtime;
        return current == null ? () -> {} : current.schedule(task, delay);
    }

    Clock clock() {
        return clock;
    }

    /** The clock that waiting is measured by; stands still while the component is stopped. */
    long nanoTime() {
        AipiRuntime current = runtime;
        return current == null ? 0 : current.nanoTime();
    }

    void started(AipiEndpoint endpoint) {
        startedEndpoints.add(endpoint);
    }

    void stopped(AipiEndpoint endpoint) {
        startedEndpoints.remove(endpoint);
    }

    /** Endpoints that hold a client now. */
    Collection<AipiEndpoint> startedEndpoints() {
        return Set.copyOf(startedEndpoints);
    }

    @Override
    protected void doStop() throws Exception {
        draining.forEach(AipiProducer.Run::end);
        draining.clear();
        drainCheckScheduled.set(false);
        if (runtime != null) {
            runtime.close();
        }
        // only now: exchanges that were failed by the end of their client are told by these threads
        List<Lazy<?>> pools = new ArrayList<>(List.of(exchangeThreads, progressThreads, decodeThreads));
        pools.addAll(storeThreads.values());
        pools.forEach(Lazy::end);
        pools.forEach(Lazy::forget);
        runtime = null;
        storeThreads.clear();
        sslContexts.clear();
        trackers.clear();
        stores.clear();
        ServiceHelper.stopService(repositories);
        repositories.clear();
        super.doStop();
    }

    /** The options that endpoints start from. */
    public AipiConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(AipiConfiguration configuration) {
        this.configuration = configuration;
    }

    public int getMaxWorkerPoolSize() {
        return maxWorkerPoolSize;
    }

    public void setMaxWorkerPoolSize(int maxWorkerPoolSize) {
        this.maxWorkerPoolSize = maxWorkerPoolSize;
    }

    public int getWorkerPoolSize() {
        return workerPoolSize;
    }

    public void setWorkerPoolSize(int workerPoolSize) {
        this.workerPoolSize = workerPoolSize;
    }

    public long getMaxResponseMemory() {
        return maxResponseMemory;
    }

    public void setMaxResponseMemory(long maxResponseMemory) {
        this.maxResponseMemory = maxResponseMemory;
    }

    @Override
    public boolean isUseGlobalSslContextParameters() {
        return useGlobalSslContextParameters;
    }

    @Override
    public void setUseGlobalSslContextParameters(boolean useGlobalSslContextParameters) {
        this.useGlobalSslContextParameters = useGlobalSslContextParameters;
    }
}
