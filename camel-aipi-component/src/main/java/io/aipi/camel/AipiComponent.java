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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Endpoint;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.util.PropertiesHelper;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
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

    /** How long a stop waits for the routes of exchanges that it has ended. */
    private static final Duration LONGEST_ROUTE_AT_STOP = Duration.ofSeconds(5);

    private record TrackerKey(String server, String endpoint, AggregationRepository repository) {}

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
    private final Set<AggregationRepository> repositories = ConcurrentHashMap.newKeySet();
    private final Set<String> warnedOfMemory = ConcurrentHashMap.newKeySet();
    private final Clock clock = Clock.systemUTC();
    // two kinds of threads that never mix: those on which exchanges go on, whose routes may block them, and the
    // component's own
    private final Lazy<ElasticExecutor> exchangeThreads =
            new Lazy<>(() -> elastic("AipiWorker", workerPoolSize), this::end);
    private final Lazy<ElasticExecutor> progressThreads =
            new Lazy<>(() -> elastic("AipiProgress", PROGRESS_THREADS), this::end);
    private final Lazy<ExecutorService> decodeThreads =
            new Lazy<>(() -> pool("AipiDecode", DECODE_THREADS, DECODE_THREADS), this::shutdown);
    private final Lazy<ExecutorService> storeThreads =
            new Lazy<>(() -> pool("AipiStore", STORE_THREADS, STORE_THREADS), this::shutdown);
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

    /** Threads that read and write repositories: apart, so that a database that hangs delays nothing else. */
    ExecutorService storeWorkers() {
        return storeThreads.get();
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
        return new ElasticExecutor(pool(name, size, maxSize), size, maxSize, this::schedule, System::nanoTime);
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
        profile.setKeepAliveTime(20L);
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
            schedule(() -> storeWorkers().execute(this::checkDraining), DRAIN_CHECK_INTERVAL);
        }
    }

    private void checkDraining() {
        draining.removeIf(AipiProducer.Run::endIfDue);
        drainCheckScheduled.set(false);
        checkDrainingLater();
    }

    /**
     * Who tracks the detached jobs of the endpoint's server, name and repository.
     *
     * @param create whether to make one if there is none and no repository; null is returned otherwise
     */
    JobTracker tracker(AipiEndpoint endpoint, boolean create) {
        AggregationRepository repository = endpoint.getConfiguration().getJobRepository();
        TrackerKey key = new TrackerKey(endpoint.server(), endpoint.getEndpointName(), repository);
        JobTracker present = trackers.get(key);
        if (present != null || (repository == null && !create)) {
            return present;
        }
        lock.lock();
        try {
            return trackers.computeIfAbsent(
                    key,
                    missing -> new JobTracker(
                            missing.server(),
                            missing.endpoint(),
                            store(repository),
                            task -> storeWorkers().execute(task)));
        } finally {
            lock.unlock();
        }
    }

    private JobStore store(AggregationRepository repository) {
        if (repository == null) {
            return null;
        }
        if (!ServiceHelper.isStarted(repository)) {
            // what others have started is theirs to stop
            repositories.add(repository);
            CamelContextAware.trySetCamelContext(repository, getCamelContext());
            ServiceHelper.startService(repository);
        }
        return new JobStore(getCamelContext(), repository);
    }

    /** Says once for each model endpoint what a restart does to jobs that are kept in memory only. */
    void warnOfMemory(AipiEndpoint endpoint) {
        if (warnedOfMemory.add(endpoint.server() + "/" + endpoint.getEndpointName())) {
            LOG.warn(
                    "Detached jobs of {} are kept in memory only: a restart loses them. Set jobRepository to keep them",
                    endpoint.getEndpointName());
        }
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
        List<Lazy<?>> pools = List.of(exchangeThreads, progressThreads, decodeThreads, storeThreads);
        pools.forEach(Lazy::end);
        pools.forEach(Lazy::forget);
        runtime = null;
        sslContexts.clear();
        trackers.clear();
        warnedOfMemory.clear();
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
