/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.detached.JobPipeline;
import io.aipi.camel.internal.detached.JobRegistry;
import io.aipi.camel.internal.detached.PipelineOptions;
import io.aipi.camel.internal.detached.RepositoryScanner;
import io.aipi.camel.internal.detached.TrackedJob;
import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.StoreHealth;
import io.aipi.client.ModelEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.StartupListener;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes the results of the detached jobs of a model endpoint. This class is their life cycle, and what JMX shows; the
 * work is done by its {@link JobPipeline}.
 */
@ManagedResource(description = "Managed AIPI consumer")
public class AipiConsumer extends DefaultConsumer implements ShutdownAware, Suspendable, StartupListener {

    private static final Logger LOG = LoggerFactory.getLogger(AipiConsumer.class);

    /** How long a forced stop waits for what is on its way to the store. */
    private static final Duration DRAIN_TIMEOUT_WHEN_FORCED = Duration.ofSeconds(5);

    /** How often a stop that waits checks whether it has become a forced one. */
    private static final Duration DRAIN_POLL_INTERVAL = Duration.ofMillis(200);

    private final AipiEndpoint endpoint;
    private final AipiConfiguration configuration;
    private JobRegistry registry;
    private JobStore store;
    private StoreHealth storeHealth;

    // from a start to the stop
    private volatile JobPipeline pipeline;
    private volatile EndpointFollower follower;
    /** Null without a store. */
    private volatile RepositoryScanner scanner;

    private ExchangeRouter router;
    private ExecutorService deliveryThreads;

    private volatile boolean contextStarted;
    private volatile boolean forced;

    /** Made by the endpoint. */
    public AipiConsumer(AipiEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.configuration = endpoint.getConfiguration();
    }

    @Override
    public AipiEndpoint getEndpoint() {
        return endpoint;
    }

    // ---- start

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        registry = endpoint.getComponent().registerConsumer(endpoint, name());
        store = registry.store();
        storeHealth = new StoreHealth(endpoint.getEndpointName());
        setHealthCheck(AipiHealthCheck.ofConsumer(endpoint, getRouteId(), this::isScanFailing, this::isIdle));
    }

    /** Camel makes the consumer of a route anew when the route is started again. */
    private Object name() {
        return getRouteId() != null ? getRouteId() : this;
    }

    private boolean isScanFailing() {
        RepositoryScanner current = scanner;
        return current != null && current.isFailing();
    }

    /** Whether it is started and follows no jobs. */
    private boolean isIdle() {
        EndpointFollower current = follower;
        return current != null && current.isIdle();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (store == null && registry.isNews()) {
            LOG.warn(
                    "Detached jobs of {} are kept in memory only: a restart loses them. Set jobRepository to keep them",
                    endpoint.getEndpointName());
        }
        forced = false;
        router = new ExchangeRouter(this);
        router.start();
        ModelEndpoint model = null;
        try {
            int size = configuration.getConcurrentConsumers();
            deliveryThreads =
                    endpoint.getComponent().pool("AipiConsumer[" + endpoint.getEndpointName() + "]", size, size);
            model = endpoint.open();
            endpoint.logIn(model);
        } catch (Exception e) {
            // Camel does not stop what has failed to start
            if (model != null) {
                endpoint.close(model);
            }
            shutdownThreads();
            router.stop();
            throw e;
        }
        startPipeline(model);
    }

    private void startPipeline(ModelEndpoint model) throws Exception {
        follower = new EndpointFollower(endpoint, model, store, this::onStoreThread);
        pipeline = new JobPipeline(
                options(),
                registry,
                storeHealth,
                follower,
                router,
                this::onStoreThread,
                deliveryThreads,
                endpoint.getComponent().scheduler(),
                configuration.getRepositoryScanInterval());
        if (store != null) {
            scanner = new RepositoryScanner(
                    endpoint.server(),
                    endpoint.getEndpointName(),
                    registry,
                    storeHealth,
                    server -> endpoint.getComponent().registries().isConsumed(server, store),
                    counts -> endpoint.observed().counted(store.repository(), counts),
                    this::onStoreThread,
                    endpoint.getComponent().scheduler(),
                    configuration.getRepositoryScanInterval());
        }
        JobPipeline started = pipeline;
        follower.start(available -> onAvailability(started, available));
        registerHealthCheck();
        if (scanner != null) {
            if (contextStarted) {
                scanner.onContextStarted();
            }
            scanner.start();
        }
        // routes that this one sends to may not have started yet
        endpoint.getCamelContext().addStartupListener(this);
        deliverIfReady();
    }

    private PipelineOptions options() {
        return new PipelineOptions(
                endpoint.getEndpointName(),
                configuration.getMaxInFlight(),
                configuration.isConsumeProgress(),
                configuration.getConcurrentConsumers(),
                configuration.getMaximumRedeliveries(),
                configuration.getRedeliveryDelay(),
                configuration.getRedeliveryGracePeriod(),
                configuration.getPollInterval());
    }

    private void onAvailability(JobPipeline current, boolean available) {
        if (available) {
            registry.started(current);
        } else {
            registry.stopping(current);
        }
    }

    /** What blocks, on the threads of the store. Once the component has stopped, on the caller's. */
    private void onStoreThread(Runnable task) {
        try {
            endpoint.getComponent()
                    .storeWorkers(configuration.getJobRepository())
                    .execute(task);
        } catch (RejectedExecutionException | Error notBegun) {
            task.run();
        }
    }

    /**
     * Camel asks the checks of its routes' consumers. One inside of another consumer, as with {@code master:}, has no route, and
     * is asked for itself.
     */
    private void registerHealthCheck() {
        HealthCheckRegistry checks = HealthCheckHelper.getHealthCheckRegistry(endpoint.getCamelContext());
        if (getRoute() == null && checks != null) {
            checks.register(getHealthCheck());
        }
    }

    private void unregisterHealthCheck() {
        HealthCheckRegistry checks = HealthCheckHelper.getHealthCheckRegistry(endpoint.getCamelContext());
        if (getRoute() == null && checks != null) {
            checks.unregister(getHealthCheck());
        }
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        contextStarted = true;
        deliverIfReady();
    }

    private void deliverIfReady() {
        JobPipeline current = pipeline;
        if (current == null || !contextStarted) {
            return;
        }
        RepositoryScanner currentScanner = scanner;
        if (currentScanner != null) {
            currentScanner.onContextStarted();
        }
        if (!isSuspendingOrSuspended()) {
            current.resume();
        }
    }

    // ---- suspend and resume

    /** Jobs are followed all the same, so that the server does not drop their results; nothing is routed. */
    @Override
    protected void doSuspend() throws Exception {
        JobPipeline current = pipeline;
        if (current != null) {
            current.suspend();
        }
        super.doSuspend();
    }

    @Override
    protected void doResume() throws Exception {
        super.doResume();
        JobPipeline current = pipeline;
        if (current != null) {
            current.resume();
        }
    }

    // ---- stop

    @Override
    protected void doStop() throws Exception {
        boolean interrupted = pipeline != null && stopPipeline();
        if (router != null) {
            router.stop();
        }
        super.doStop();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** True if the thread was interrupted meanwhile. */
    private boolean stopPipeline() {
        // in this order: what is being handed over now is taken, what is handed over later is given back
        follower.beginStop();
        registry.stopping(pipeline);
        unregisterHealthCheck();
        if (scanner != null) {
            scanner.stop();
        }
        pipeline.beginStop();
        follower.stop();
        pipeline.retryNow();
        boolean interrupted = drain();
        follower.close();
        pipeline.requeueAll();
        shutdownThreads();
        pipeline = null;
        follower = null;
        scanner = null;
        return interrupted;
    }

    /** Waits for what is on its way to the store or along the route; true if the thread was interrupted meanwhile. */
    private boolean drain() {
        // Camel interrupts a stop that takes too long, and goes on with it: that is no reason to leave jobs behind
        boolean interrupted = Thread.interrupted();
        // not by the component's clock, which stands still if the component was stopped before
        Duration waited = Duration.ZERO;
        boolean isDone = false;
        while (!isDone && waited.compareTo(drainTimeout(interrupted)) < 0) {
            try {
                isDone = pipeline.awaitQuiescence(DRAIN_POLL_INTERVAL);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            waited = waited.plus(DRAIN_POLL_INTERVAL);
        }
        if (!isDone) {
            LOG.warn("{}: shutdown timeout expired with {} jobs in flight", this, pipeline.size());
        }
        return interrupted;
    }

    private Duration drainTimeout(boolean interrupted) {
        ShutdownStrategy strategy = endpoint.getCamelContext().getShutdownStrategy();
        return interrupted || forced || strategy.isTimeoutOccurred()
                ? DRAIN_TIMEOUT_WHEN_FORCED
                : Duration.of(strategy.getTimeout(), strategy.getTimeUnit().toChronoUnit());
    }

    private void shutdownThreads() {
        if (deliveryThreads != null) {
            endpoint.getCamelContext().getExecutorServiceManager().shutdownNow(deliveryThreads);
            deliveryThreads = null;
        }
    }

    @Override
    protected void doShutdown() throws Exception {
        if (registry != null) {
            List<TrackedJob> lost = registry.unregisterConsumer(name());
            endpoint.getComponent().forgetRegistry(endpoint);
            if (!lost.isEmpty()) {
                LOG.warn(
                        "{} jobs of {} were known in memory only and are not followed any more: {}. Without a jobRepository"
                                + " a restart loses jobs; the operation result can still take the results",
                        lost.size(),
                        endpoint.getEndpointName(),
                        lost.stream().map(job -> job.job().jobId()).toList());
            }
        }
        super.doShutdown();
    }

    /** In memory: the consumer goes on while other routes end, whose jobs it is to deliver. */
    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return store == null;
    }

    /**
     * In memory, a graceful stop of the context waits for the jobs, unless somebody has suspended their consumer. What is
     * stored goes on at the next start, and so does what is in memory when only the route is stopped.
     */
    @Override
    public int getPendingExchangesSize() {
        boolean waits = store == null
                && registry != null
                && endpoint.getCamelContext().isStopping()
                && !isSuspendingOrSuspended();
        return waits ? registry.size() : 0;
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean now) {
        forced = now;
    }

    // ---- JMX

    @ManagedAttribute(description = "Jobs that this consumer has: followed, waiting to be routed, or on their way")
    public int getTrackedJobs() {
        JobPipeline current = pipeline;
        return current == null ? 0 : current.size();
    }

    @ManagedAttribute(description = "Results and failures that wait for their turn to be routed")
    public int getQueuedResults() {
        JobPipeline current = pipeline;
        return current == null ? 0 : current.queued();
    }

    @ManagedAttribute(description = "Exchanges on their way, progress included")
    public int getInflightExchanges() {
        JobPipeline current = pipeline;
        return current == null ? 0 : current.inflightExchanges();
    }
}
