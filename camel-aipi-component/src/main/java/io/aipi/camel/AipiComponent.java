/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.chat.ConversationRepository;
import io.aipi.camel.internal.ElasticExecutor;
import io.aipi.camel.internal.UnknownOptions;
import io.aipi.camel.internal.WorkerPools;
import io.aipi.camel.internal.chat.Conversations;
import io.aipi.camel.internal.detached.JobRegistries;
import io.aipi.camel.internal.detached.JobRegistry;
import io.aipi.camel.internal.producer.DrainingRuns;
import io.aipi.camel.internal.producer.ProducerRun;
import io.aipi.camel.internal.store.JobStores;
import io.aipi.camel.internal.telemetry.Telemetry;
import io.aipi.camel.store.AsyncJobRepository;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.AipiClient;
import io.aipi.client.ClientResources;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.spi.Scheduler;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.util.PropertiesHelper;

/** Makes {@code aipi:} endpoints, and owns what they share: threads, connections and sessions. */
@Component("aipi")
public class AipiComponent extends HealthCheckComponent implements SSLContextParametersAware {

    @Metadata
    private AipiConfiguration configuration = new AipiConfiguration();

    @Metadata(
            label = "advanced",
            defaultValue = "4",
            description = "Number of worker threads, on which exchanges continue when their result is there."
                    + " Waiting for a result takes no thread. Threads that a route blocks are replaced, up to"
                    + " maxWorkerPoolSize.")
    private int workerPoolSize = 4;

    @Metadata(
            label = "advanced",
            defaultValue = "2000",
            description = "Maximum number of worker threads. There are more than workerPoolSize only while routes"
                    + " block their threads, for example by waiting for another route. When all are blocked,"
                    + " exchanges wait, and a warning names the routes. Progress exchanges have as many threads"
                    + " of their own. Not used where Camel uses virtual threads.")
    private int maxWorkerPoolSize = 2_000;

    @Metadata(
            label = "security",
            defaultValue = "false",
            description = "Enable usage of global SSL context parameters.")
    private boolean useGlobalSslContextParameters;

    @Metadata(
            label = "advanced",
            defaultValue = "0",
            description = "Maximum bytes of all responses together that are being received or decoded, over all"
                    + " servers. A response that does not fit waits unread. A single response may be larger. 0"
                    + " is a quarter of the heap.")
    private long maxResponseMemory;

    private final Map<SSLContextParameters, SSLContext> sslContexts = new ConcurrentHashMap<>();
    private final SecretsInUri secretsInUri = new SecretsInUri();
    /** By identity: there can be several with one URI, which are equal for Camel. */
    private final Set<AipiEndpoint> startedEndpoints =
            Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    private final Clock clock = Clock.systemUTC();
    private final Scheduler scheduler = new ComponentScheduler();
    private final WorkerPools pools = new WorkerPools(
            this,
            this::getCamelContext,
            () -> workerPoolSize,
            () -> maxWorkerPoolSize,
            scheduler,
            this::isStoppingOrStopped);
    /** For what blocks and has no repository, and for repositories that seldom block. */
    private static final int BLOCKING_THREADS = 4;

    private final JobStores stores = new JobStores(this::getCamelContext, this::nanoTime);
    private final JobRegistries registries = new JobRegistries(stores, this::storeWorkers, scheduler, this::keysInUse);
    private final Conversations conversations =
            new Conversations(this::getCamelContext, this::conversationThreads, this::schedule);
    private final DrainingRuns draining = new DrainingRuns(scheduler, () -> storeWorkers(null));
    private final Telemetry telemetry = new Telemetry(this::getCamelContext, this::exchangeThreads);
    private volatile ClientResources resources;

    /** Time by the resources that are there now; it stands still while the component is stopped. */
    private final class ComponentScheduler implements Scheduler {

        @Override
        public long nanoTime() {
            return AipiComponent.this.nanoTime();
        }

        @Override
        public Task schedule(Runnable task, Duration delay) {
            return AipiComponent.this.schedule(task, delay)::run;
        }
    }

    /** For Camel, which sets the context afterwards. */
    public AipiComponent() {}

    /** For use in code. */
    public AipiComponent(CamelContext context) {
        super(context);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        List<String> secrets = SecretsInUri.in(parameters);
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
        secretsInUri.warn(remaining, secrets);
        return endpoint;
    }

    /** A client for an endpoint, from what the component's endpoints share. */
    AipiClient createClient(AipiConfiguration options) throws Exception {
        return AipiClient.builder()
                .serverUrl(options.getServerUrl())
                .user(options.getUser())
                .apiKey(options.getApiKey())
                .clientVersion(options.getClientVersion())
                .loginMode(options.loginModeValue())
                .connectionOptions(connectionOptions(options))
                .resources(resources())
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

    private ClientResources resources() {
        lock.lock();
        try {
            if (resources == null) {
                resources = ClientResources.create(pools.decodeThreads(), "aipi", maxResponseMemory);
            }
            return resources;
        } finally {
            lock.unlock();
        }
    }

    // ---- what endpoints share

    /** Threads for exchanges that go on with their result. */
    ElasticExecutor exchangeThreads() {
        return pools.exchangeThreads();
    }

    /** Threads for progress exchanges: apart, so that a slow progress route delays no result. */
    ElasticExecutor progressThreads() {
        return pools.progressThreads();
    }

    /** Threads that read and write the repository; null for what may block and has none. */
    ExecutorService storeWorkers(JobRepository repository) {
        boolean isFew = repository == null || repository instanceof AsyncJobRepository;
        return pools.storeThreads(repository, isFew ? BLOCKING_THREADS : repository.concurrency());
    }

    private ExecutorService conversationThreads(ConversationRepository repository) {
        return pools.storeThreads(repository, BLOCKING_THREADS);
    }

    Conversations conversations() {
        return conversations;
    }

    /** Threads for whoever ends them himself. */
    ExecutorService pool(String name, int size, int maxSize) {
        return pools.pool(name, size, maxSize);
    }

    /** The exchanges of a stopped producer go on until they end, or their route is stopped. */
    void drain(ProducerRun run) {
        draining.add(run);
    }

    /** Who observes the jobs of its endpoints. */
    Telemetry telemetry() {
        return telemetry;
    }

    JobRegistries registries() {
        return registries;
    }

    /** Who has the detached jobs of the endpoint's server, name and repository; null if there is nobody, and no repository. */
    JobRegistry registry(AipiEndpoint endpoint) {
        return registries.get(keyOf(endpoint));
    }

    /** The registry of a consumer, made if there is none. */
    JobRegistry registerConsumer(AipiEndpoint endpoint, Object consumer) {
        return registries.registerConsumer(keyOf(endpoint), consumer);
    }

    /** The endpoint has no producer or consumer any more. */
    void forgetRegistry(AipiEndpoint endpoint) {
        registries.removeIfIdle(keyOf(endpoint));
    }

    private static JobRegistries.Key keyOf(AipiEndpoint endpoint) {
        return new JobRegistries.Key(
                endpoint.server(),
                endpoint.getEndpointName(),
                endpoint.getConfiguration().getJobRepository());
    }

    private Set<JobRegistries.Key> keysInUse() {
        return startedEndpoints().stream().map(AipiComponent::keyOf).collect(Collectors.toSet());
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /** Runs the task once after the delay, on a thread that must not be blocked; what is returned cancels it. */
    Runnable schedule(Runnable task, Duration delay) {
        ClientResources current = resources;
        return current == null ? () -> {} : current.scheduler().schedule(task, delay)::cancel;
    }

    Clock clock() {
        return clock;
    }

    /** The clock that waiting is measured by; stands still while the component is stopped. */
    long nanoTime() {
        ClientResources current = resources;
        return current == null ? 0 : current.scheduler().nanoTime();
    }

    void started(AipiEndpoint endpoint) {
        startedEndpoints.add(endpoint);
    }

    void stopped(AipiEndpoint endpoint) {
        startedEndpoints.remove(endpoint);
    }

    /** Endpoints that hold a client now. */
    Collection<AipiEndpoint> startedEndpoints() {
        synchronized (startedEndpoints) {
            return List.copyOf(startedEndpoints);
        }
    }

    /** The endpoint and those of them that have its URI. */
    Set<AipiEndpoint> withUriOf(AipiEndpoint endpoint) {
        Set<AipiEndpoint> all = Collections.newSetFromMap(new IdentityHashMap<>());
        all.add(endpoint);
        startedEndpoints().stream().filter(endpoint::equals).forEach(all::add);
        return all;
    }

    @Override
    protected void doStop() throws Exception {
        draining.endAll();
        if (resources != null) {
            resources.close();
        }
        // only now: exchanges that were failed by the end of their client are told by these threads
        pools.close();
        resources = null;
        sslContexts.clear();
        registries.clear();
        stores.close();
        conversations.close();
        telemetry.stop();
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
