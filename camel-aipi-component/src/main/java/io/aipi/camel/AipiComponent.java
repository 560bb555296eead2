/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.JobStore;
import io.aipi.camel.internal.JobTracker;
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
import java.util.function.IntSupplier;
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
    private static final int STORE_THREADS = 4;

    private record TrackerKey(String server, String endpoint, AggregationRepository repository) {}

    @Metadata
    private AipiConfiguration configuration = new AipiConfiguration();

    @Metadata(
            label = "advanced",
            defaultValue = "4",
            description =
                    "Threads on which exchanges go on when their result is there, and long answers are decoded. Waiting"
                            + " takes none.")
    private int workerPoolSize = 4;

    @Metadata(
            label = "security",
            defaultValue = "false",
            description = "Enable usage of global SSL context parameters.")
    private boolean useGlobalSslContextParameters;

    private final Map<SSLContextParameters, SSLContext> sslContexts = new ConcurrentHashMap<>();
    private final KeyStandIns keyStandIns = new KeyStandIns();
    private final Set<AipiEndpoint> startedEndpoints = ConcurrentHashMap.newKeySet();
    private final Map<TrackerKey, JobTracker> trackers = new ConcurrentHashMap<>();
    private final Set<AggregationRepository> repositories = ConcurrentHashMap.newKeySet();
    private final Set<String> warnedOfMemory = ConcurrentHashMap.newKeySet();
    private final Clock clock = Clock.systemUTC();
    private final Pool workers = new Pool("AipiWorker", this::getWorkerPoolSize);
    private final Pool progressWorkers = new Pool("AipiProgress", () -> PROGRESS_THREADS);
    private final Pool storeWorkers = new Pool("AipiStore", () -> STORE_THREADS);
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
        AipiEndpoint endpoint = new AipiEndpoint(uri, this, copy);
        endpoint.setEndpointName(remaining);
        setProperties(endpoint, parameters);
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
                runtime = AipiRuntime.create(workers(), "aipi");
            }
            return runtime;
        } finally {
            lock.unlock();
        }
    }

    /** Threads for exchanges that go on with their result. */
    ExecutorService workers() {
        return workers.get();
    }

    /** Threads for progress exchanges: apart from the workers, so that a slow progress route delays no result. */
    ExecutorService progressWorkers() {
        return progressWorkers.get();
    }

    /** Threads that read and write repositories: apart from the workers, so that a database that hangs delays nothing else. */
    ExecutorService storeWorkers() {
        return storeWorkers.get();
    }

    /** Threads that are made when somebody needs them first. */
    private final class Pool {

        private final String name;
        private final IntSupplier size;
        private volatile ExecutorService threads;

        Pool(String name, IntSupplier size) {
            this.name = name;
            this.size = size;
        }

        ExecutorService get() {
            ExecutorService present = threads;
            if (present != null) {
                // without the lock: the stop holds it while it ends what is in flight
                return present;
            }
            lock.lock();
            try {
                if (threads == null) {
                    threads = pool(name, size.getAsInt());
                }
                return threads;
            } finally {
                lock.unlock();
            }
        }

        /** Kept until {@link #forget}: who asks for its threads meanwhile is refused by them, and need not wait. */
        void shutdown() {
            if (threads != null) {
                getCamelContext().getExecutorServiceManager().shutdownGraceful(threads, 5_000);
            }
        }

        void forget() {
            threads = null;
        }
    }

    /** Threads for whoever ends them himself; none is held while there is nothing to do. */
    ExecutorService pool(String name, int size) {
        if (isStoppingOrStopped()) {
            throw new RejectedExecutionException("The component has stopped");
        }
        ThreadPoolProfile profile = new ThreadPoolProfile(name);
        profile.setPoolSize(size);
        profile.setMaxPoolSize(size);
        profile.setKeepAliveTime(60L);
        profile.setTimeUnit(TimeUnit.SECONDS);
        profile.setAllowCoreThreadTimeOut(true);
        // what waits here are results of jobs in flight, which bound them: none may be refused, or be run by the
        // thread that brings it
        profile.setMaxQueueSize(Integer.MAX_VALUE);
        profile.setRejectedPolicy(ThreadPoolRejectedPolicy.Abort);
        return getCamelContext().getExecutorServiceManager().newThreadPool(this, name, profile);
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
        if (runtime != null) {
            runtime.close();
        }
        // only now: exchanges that were failed by the end of their client are told by the workers
        List<Pool> pools = List.of(workers, progressWorkers, storeWorkers);
        pools.forEach(Pool::shutdown);
        pools.forEach(Pool::forget);
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

    public int getWorkerPoolSize() {
        return workerPoolSize;
    }

    public void setWorkerPoolSize(int workerPoolSize) {
        this.workerPoolSize = workerPoolSize;
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
