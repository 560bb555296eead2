/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.Deliveries;
import io.aipi.camel.internal.DetachedJob;
import io.aipi.camel.internal.Failures;
import io.aipi.camel.internal.JobOutcome;
import io.aipi.camel.internal.JobStore;
import io.aipi.camel.internal.JobTracker;
import io.aipi.camel.internal.LookWindow;
import io.aipi.camel.internal.StorableValues;
import io.aipi.camel.internal.StoredJob;
import io.aipi.camel.internal.TrackedJob;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.JobState;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.Submission;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.ResultLostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.StartupListener;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.ProducerCache;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.cache.DefaultProducerCache;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.util.URISupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the detached jobs of a model endpoint and routes what becomes of them.
 *
 * <p>A job here is followed, then stored with its outcome, then delivered, then removed from the store; without a store
 * the second and last step are nothing. Each step begins after the one before it, so that whenever the process ends, the
 * store has all that is needed to go on: no outcome is routed that is not stored, none is removed that was not routed.
 *
 * <p>Threads: jobs are followed on none; the store is read and written on the component's workers; exchanges begin on the
 * consumer's own threads.
 */
@ManagedResource(description = "Managed AIPI consumer")
public class AipiConsumer extends DefaultConsumer
        implements ShutdownAware, Suspendable, StartupListener, JobTracker.Follower, Deliveries.Route {

    private static final Logger LOG = LoggerFactory.getLogger(AipiConsumer.class);

    private static final String NOT_LOOKED_THROUGH = "The jobRepository cannot be looked through, which is tried again";

    /** Begins the request id of a failure exchange; the failed job's {@linkplain DetachedJob#id() id} follows. */
    private static final String AGAIN = "again:";

    /** How long a job that was submitted again waits for the failed one to leave the store. */
    private static final Duration LONGEST_WAIT_FOR_FAILED = Duration.ofMinutes(1);

    /** What a failure exchange carries so that it can be submitted again. */
    private static final Set<String> RESUBMITTED = Set.of(AipiConstants.PROMPT, AipiConstants.PARAMETERS);

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    /** How often an outcome that the store refuses, and nothing else, is offered to it. */
    private static final int REFUSALS = 3;

    /** How long a forced stop waits for what is on its way to the store. */
    private static final Duration PATIENCE_WHEN_FORCED = Duration.ofSeconds(5);

    /** How often a stop that waits looks whether it has become a forced one. */
    private static final Duration REST_SLICE = Duration.ofMillis(200);

    private final AipiEndpoint endpoint;
    private final AipiConfiguration configuration;
    private final AipiBinding binding;
    /** All jobs in this consumer's hands, whatever their step. */
    private final Set<TrackedJob> jobs = ConcurrentHashMap.newKeySet();

    private final Activity activity = new Activity();
    private final Set<Retry> retries = ConcurrentHashMap.newKeySet();
    private JobTracker tracker;
    private JobStore store;
    private volatile ModelEndpoint model;
    /** Null without a store. */
    private volatile LookWindow looks;

    private volatile Deliveries deliveries;
    private volatile ExecutorService threads;
    private volatile ProducerCache deadLetterProducers;
    private volatile Runnable nextScan;
    /** By the monotonic clock: a wait must not grow because somebody sets the clock back. */
    private volatile long startedNanos;

    private volatile boolean contextStarted;
    private volatile boolean active;
    private volatile boolean forced;
    /** Whether its client is there to follow jobs with. */
    private final AtomicBoolean following = new AtomicBoolean();

    /** Whether the last access to the store failed. */
    private final AtomicBoolean storeTrouble = new AtomicBoolean();

    /** Whether the last look through the store failed; a job that cannot be written or removed is no trouble of all. */
    private volatile boolean storeUnreadable;

    /** Whether the removals that an earlier process has cut in two are finished. */
    private volatile boolean removalsFinished;

    private final AtomicInteger scans = new AtomicInteger();

    /** Made by the endpoint. */
    public AipiConsumer(AipiEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.configuration = endpoint.getConfiguration();
        this.binding = configuration.getBinding();
    }

    @Override
    public AipiEndpoint getEndpoint() {
        return endpoint;
    }

    // ---- its life

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        tracker = endpoint.getComponent().declare(endpoint, name());
        store = tracker.store();
        setHealthCheck(AipiHealthCheck.ofConsumer(
                endpoint, getRouteId(), () -> storeUnreadable, () -> active && !following.get()));
    }

    /** Camel makes the consumer of a route anew when the route is started again. */
    private Object name() {
        return getRouteId() != null ? getRouteId() : this;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (store == null && tracker.isNews()) {
            LOG.warn(
                    "Detached jobs of {} are kept in memory only: a restart loses them. Set jobRepository to keep them",
                    endpoint.getEndpointName());
        }
        checkDeadLetterUri();
        threads = endpoint.getComponent()
                .pool(
                        "AipiConsumer[" + endpoint.getEndpointName() + "]",
                        configuration.getConcurrentConsumers(),
                        configuration.getConcurrentConsumers());
        if (deadLetterUri() != null) {
            deadLetterProducers = new DefaultProducerCache(this, endpoint.getCamelContext(), 1);
            ServiceHelper.startService(deadLetterProducers);
        }
        deliveries = new Deliveries(configuration.getConcurrentConsumers(), threads, this);
        try {
            model = endpoint.open();
            endpoint.logIn(model);
        } catch (Exception e) {
            if (model != null) {
                endpoint.close(model);
            }
            shutdownThreads();
            ServiceHelper.stopAndShutdownService(deadLetterProducers);
            throw e;
        }
        looks = store == null ? null : new LookWindow();
        startedNanos = endpoint.getComponent().nanoTime();
        forced = false;
        if (store != null) {
            // before this process removes anything itself
            removalsFinished = false;
            finishRemovals();
        }
        following.set(true);
        active = true;
        if (getRoute() == null && healthChecks() != null) {
            healthChecks().register(getHealthCheck());
        }
        tracker.started(this);
        if (store != null) {
            scanSoon(scans.incrementAndGet(), Duration.ZERO);
        }
        // routes that this one sends to may not have started yet
        endpoint.getCamelContext().addStartupListener(this);
        deliverIfReady();
    }

    /**
     * Camel asks the checks of its routes' consumers. One inside of another consumer, as with {@code master:}, has no route, and
     * is asked for itself.
     */
    private HealthCheckRegistry healthChecks() {
        return HealthCheckHelper.getHealthCheckRegistry(endpoint.getCamelContext());
    }

    /** What an earlier process has cut in two, once. It must not keep what is stored from being followed. */
    private void finishRemovals() {
        if (!removalsFinished) {
            try {
                store.finishRemovals();
                removalsFinished = true;
            } catch (RuntimeException | Error e) {
                LOG.debug("Removals from the jobRepository cannot be finished, which is tried again", e);
            }
        }
    }

    /** A dead letter endpoint that does not exist would be found out when it is needed, and an outcome could go nowhere. */
    private void checkDeadLetterUri() {
        String uri = deadLetterUri();
        if (uri == null) {
            return;
        }
        try {
            // not started: what is behind it may be away now
            endpoint.getCamelContext().getEndpoint(uri).createProducer();
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    "deadLetterUri is no endpoint that can be sent to: " + URISupport.sanitizeUri(uri), e);
        }
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        contextStarted = true;
        deliverIfReady();
    }

    private void deliverIfReady() {
        Deliveries started = deliveries;
        if (started != null && contextStarted && !isSuspendingOrSuspended()) {
            started.resume();
        }
    }

    /** Jobs are followed all the same, so that the server does not drop their results; nothing is routed. */
    @Override
    protected void doSuspend() throws Exception {
        deliveries.pause();
        super.doSuspend();
    }

    @Override
    protected void doResume() throws Exception {
        super.doResume();
        deliveries.resume();
    }

    @Override
    protected void doStop() throws Exception {
        // in this order: what is being handed over now is taken, what is handed over later is given back
        if (tracker != null) {
            tracker.stopping(this);
        }
        active = false;
        if (getRoute() == null && healthChecks() != null) {
            healthChecks().unregister(getHealthCheck());
        }
        Runnable scan = nextScan;
        if (scan != null) {
            scan.run();
        }
        if (deliveries != null) {
            deliveries.pause();
        }
        boolean interrupted = false;
        if (model != null) {
            // a look under way may bring a result, which the server has handed out by then: it is waited for, and
            // stored
            if (looks != null) {
                looks.close(new ClientClosedException(
                        "The consumer was stopped while it followed the job, which goes on at the server",
                        ErrorContext.of(endpoint.getEndpointName())));
            }
            model.release();
            // what the store has refused is tried once more, and not again
            for (Retry retry : retries) {
                retry.run();
            }
            interrupted = comeToRest();
            endpoint.close(model);
        }
        for (TrackedJob job : jobs) {
            letGo(job, tracker::giveBack);
        }
        shutdownThreads();
        ProducerCache last = deadLetterProducers;
        // first: a cache that was stopped takes what it does not send
        deadLetterProducers = null;
        ServiceHelper.stopAndShutdownService(last);
        super.doStop();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for what is on its way to the store or along the route; true if the thread was interrupted meanwhile. */
    private boolean comeToRest() {
        // Camel interrupts a stop that takes too long, and goes on with it: that is no reason to leave jobs behind
        boolean interrupted = Thread.interrupted();
        // not by the component's clock, which stands still if the component was stopped before
        Duration waited = Duration.ZERO;
        boolean atRest = false;
        while (!atRest && waited.compareTo(patience(interrupted)) < 0) {
            try {
                atRest = activity.await(REST_SLICE);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            waited = waited.plus(REST_SLICE);
        }
        if (!atRest) {
            LOG.warn(
                    "{} did not come to rest within the shutdown timeout; {} jobs are in its hands", this, jobs.size());
        }
        return interrupted;
    }

    private Duration patience(boolean interrupted) {
        return interrupted
                        || forced
                        || endpoint.getCamelContext().getShutdownStrategy().isTimeoutOccurred()
                ? PATIENCE_WHEN_FORCED
                : shutdownTimeout();
    }

    private Duration shutdownTimeout() {
        ShutdownStrategy strategy = endpoint.getCamelContext().getShutdownStrategy();
        return Duration.of(strategy.getTimeout(), strategy.getTimeUnit().toChronoUnit());
    }

    private void shutdownThreads() {
        if (threads != null) {
            endpoint.getCamelContext().getExecutorServiceManager().shutdownNow(threads);
            threads = null;
        }
    }

    @Override
    protected void doShutdown() throws Exception {
        if (tracker != null) {
            List<TrackedJob> lost = tracker.undeclare(name());
            endpoint.getComponent().forgetTracker(endpoint);
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
                && tracker != null
                && endpoint.getCamelContext().isStopping()
                && !isSuspendingOrSuspended();
        return waits ? tracker.size() : 0;
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean now) {
        forced = now;
    }

    // ---- step 1: jobs are followed

    @Override
    public int limit() {
        return configuration.getMaxInFlight() == 0 ? Integer.MAX_VALUE : configuration.getMaxInFlight();
    }

    @Override
    public void take(TrackedJob job) {
        jobs.add(job);
        activity.begin();
        if (!active) {
            letGo(job, tracker::giveBack);
            activity.end();
            return;
        }
        if (job.outcome() != null) {
            if (job.isStored()) {
                toDelivery(job);
            } else {
                settle(job);
            }
            return;
        }
        Duration elapsed = Duration.between(
                job.job().submitted(), endpoint.getComponent().clock().instant());
        boolean listened = configuration.isConsumeProgress() || job.listener() != null;
        model.follow(
                        new Submission(job.job().endpoint(), job.job().jobId(), null, job.acceptance()),
                        elapsed.isNegative() ? Duration.ZERO : elapsed,
                        listened ? progress -> progress(job, progress) : null,
                        looks == null ? Supplier::get : look -> looks.take(look, job.kept()))
                .whenComplete((result, failure) -> followed(job, result, failure));
    }

    private void progress(TrackedJob job, JobProgress progress) {
        if (job.listener() != null) {
            job.listener().progress(progress);
        }
        // of the end itself, the outcome tells
        if (configuration.isConsumeProgress()
                && progress.state() != JobState.DONE
                && progress.state() != JobState.FAILED) {
            deliveries.progress(job, progress);
        }
    }

    private void followed(TrackedJob job, JobResult result, Throwable failure) {
        Throwable cause = Failures.cause(failure);
        if (cause instanceof ClientClosedException) {
            if (active) {
                clientClosed();
            }
            // the job goes on at the server, and with whoever follows it next
            letGo(job, tracker::giveBack);
            activity.end();
            return;
        }
        job.end(cause == null ? new JobOutcome.Done(result) : new JobOutcome.Failed(asFailure(job, cause)));
        if (cause instanceof ResultLostException && job.isRecovered() && active) {
            // whoever followed the job before, and is about to end, may have the result on its way to the store
            retry(job, () -> settle(job), "it is found out again at the next start");
        } else {
            settle(job);
        }
    }

    /** By somebody else: its own stop would have come first. No job is taken until there is another client. */
    private void clientClosed() {
        if (following.compareAndSet(true, false)) {
            LOG.warn(
                    "{} follows no jobs: its client was closed by somebody else. A new one is tried every {} ms",
                    this,
                    configuration.getRecoveryInterval().toMillis());
            tracker.stopping(this);
            reopenSoon();
        }
    }

    private void reopenSoon() {
        endpoint.getComponent().schedule(() -> blocking(this::reopen), configuration.getRecoveryInterval());
    }

    private void reopen() {
        if (!active) {
            return;
        }
        try {
            ModelEndpoint closed = model;
            model = endpoint.open();
            endpoint.close(closed);
        } catch (Exception e) {
            LOG.debug("{} has no new client yet", this, e);
            reopenSoon();
            return;
        }
        following.set(true);
        tracker.started(this);
        if (active) {
            LOG.info("{} follows jobs again", this);
        } else {
            // stopped meanwhile
            tracker.stopping(this);
            endpoint.close(model);
        }
    }

    private static AipiException asFailure(TrackedJob job, Throwable cause) {
        return cause instanceof AipiException failure
                ? failure
                : new ProtocolViolationException(
                        "The job failed at the client: " + cause,
                        ErrorContext.of(job.job().endpoint(), job.job().jobId()),
                        cause);
    }

    // ---- step 2: the outcome is stored

    private void settle(TrackedJob job) {
        if (store == null) {
            toDelivery(job);
        } else {
            blocking(() -> store(job));
        }
    }

    private void store(TrackedJob job) {
        boolean present;
        try {
            present = store.settle(job.toStored());
        } catch (RuntimeException | Error e) {
            refused(job, e);
            return;
        }
        storeWorks();
        if (present) {
            job.markStored();
            toDelivery(job);
        } else {
            LOG.warn(
                    "The job {} is no longer in the repository: somebody else has its outcome. It is not routed"
                            + " here",
                    job.job().jobId());
            letGo(job, tracker::ended);
            activity.end();
        }
    }

    /** The store does not take the outcome: because it is away, or because of this outcome. */
    private void refused(TrackedJob job, Throwable e) {
        String id = job.job().jobId();
        if (!takesTheRest(job)) {
            storeFailed(
                    "The outcome of the job " + id + " cannot be stored, which is tried again; it is not routed before",
                    e);
            retry(job, () -> store(job), "it is lost by the stop");
            return;
        }
        // it must not keep the others waiting
        job.kept().complete(null);
        if (job.refused() < REFUSALS) {
            LOG.warn("The jobRepository refuses the outcome of the job {}, which is tried again", id, e);
            retry(job, () -> store(job), "it is lost by the stop");
        } else {
            LOG.error(
                    "The jobRepository refuses the outcome of the job {}, which may be too large for it. It is routed"
                            + " without being stored, and is lost if the process ends before that",
                    id,
                    e);
            toDelivery(job);
        }
    }

    /** Whether the store works, but for the outcome. */
    private boolean takesTheRest(TrackedJob job) {
        try {
            // what is there, which may be the outcome: an access that failed may have done its work all the same
            store.rewrite(job.job());
            return true;
        } catch (RuntimeException | Error e) {
            return false;
        }
    }

    /**
     * Tries a blocking step again, later. While the consumer stops there is no later.
     *
     * @param atStop what becomes of the outcome then
     */
    private void retry(TrackedJob job, Runnable step, String atStop) {
        if (active) {
            new Retry(step).schedule();
        } else {
            LOG.warn("The outcome of the job {} and the stop: {}", job.job().jobId(), atStop);
            letGo(job, tracker::giveBack);
            activity.end();
        }
    }

    /** A step that is tried again: in time, or by a stop, whichever comes first. */
    private final class Retry implements Runnable {

        private final Runnable step;

        Retry(Runnable step) {
            this.step = step;
        }

        void schedule() {
            retries.add(this);
            endpoint.getComponent().schedule(this, configuration.getRecoveryInterval());
            if (!active) {
                // the stop may have been through them already
                run();
            }
        }

        @Override
        public void run() {
            if (retries.remove(this)) {
                blocking(step);
            }
        }
    }

    private void toDelivery(TrackedJob job) {
        job.kept().complete(null);
        deliverWhenDue(job);
        // from here on it waits for a turn, for which a stop does not wait: it has the job in its store, or gives it
        // back
        activity.end();
    }

    private void deliverWhenDue(TrackedJob job) {
        Duration wait = untilDue(job);
        if (wait.isZero()) {
            deliveries.outcome(job);
        } else if (jobs.contains(job)) {
            endpoint.getComponent().schedule(() -> deliverWhenDue(job), wait);
        }
    }

    /**
     * A request id names a request while its job is stored: whoever may send the request again has to be given the chance
     * before the job is routed and leaves the store.
     */
    private Duration untilDue(TrackedJob job) {
        String requestId = job.job().requestId();
        if (store == null || requestId == null) {
            return Duration.ZERO;
        }
        long now = endpoint.getComponent().nanoTime();
        if (job.isRecovered()) {
            // the broker, which delivers again what was not acknowledged at the crash
            Duration left =
                    job.untilDue(startedNanos + configuration.getRecoveryDelay().toNanos(), now);
            if (!left.isZero()) {
                return left;
            }
        }
        if (requestId.startsWith(AGAIN)
                && tracker.isHeld(requestId.substring(AGAIN.length()))
                && !job.hasWaited(LONGEST_WAIT_FOR_FAILED, now)) {
            // the failed job whose route has submitted this one, until it has left the store
            return configuration.getPollInterval();
        }
        return Duration.ZERO;
    }

    // ---- step 3: it is delivered

    @Override
    public void deliver(TrackedJob job, JobProgress progress, Runnable done) {
        activity.begin();
        if (!active || !jobs.contains(job)) {
            // given back, or about to be
            activity.end();
            done.run();
        } else if (progress != null) {
            route(job, exchange -> populateProgress(exchange, job, progress), (exchange, failure) -> {
                if (failure != null) {
                    report("A progress exchange failed; the job goes on", exchange, failure);
                }
                activity.end();
                done.run();
            });
        } else if (job.deliveries() > configuration.getMaximumRedeliveries()) {
            done.run();
            exhausted(job, null);
        } else {
            if (job.deliveryBegins()) {
                count(job);
            }
            route(job, exchange -> populateToRoute(exchange, job), (exchange, failure) -> {
                // the turn ends with the exchange: what follows takes the time of a store or of a delay
                done.run();
                if (failure == null) {
                    removeSoon(job);
                } else {
                    delivered(job, exchange, failure);
                }
            });
        }
    }

    private interface Routed {
        void done(Exchange exchange, Throwable failure);
    }

    private void route(TrackedJob job, Consumer<Exchange> populate, Routed routed) {
        Exchange exchange = createExchange(false);
        AtomicBoolean once = new AtomicBoolean();
        Runnable end = () -> {
            if (once.compareAndSet(false, true)) {
                Throwable failure = exchange.getException();
                boolean rolledBack = exchange.isRollbackOnly() || exchange.isRollbackOnlyLast();
                if (failure == null && rolledBack) {
                    failure = new IllegalStateException("The exchange was marked for rollback");
                }
                try {
                    routed.done(exchange, failure);
                } finally {
                    releaseExchange(exchange, false);
                }
            }
        };
        try {
            exchange.setProperty(ExchangePropertyKey.CORRELATION_ID, job.job().exchangeId());
            populate.accept(exchange);
            getAsyncProcessor().process(exchange, doneSync -> end.run());
        } catch (RuntimeException | Error e) {
            exchange.setException(e);
            end.run();
        }
    }

    private void populateProgress(Exchange exchange, TrackedJob job, JobProgress progress) {
        exchange.getMessage().setHeaders(headers(job.job(), false));
        binding.populate(exchange, endpoint, progress);
    }

    private void populateToRoute(Exchange exchange, TrackedJob job) {
        populateOutcome(exchange, job);
        AipiException failure = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, AipiException.class);
        if (failure != null && endpoint.isBridgeErrorHandler()) {
            // to the error handler of the route at once, as Camel's own bridge does it, but with the message as it was
            exchange.setException(failure);
            exchange.setProperty(ExchangePropertyKey.ERRORHANDLER_BRIDGE, true);
            exchange.getExchangeExtension().setRedeliveryExhausted(true);
        }
    }

    private void populateOutcome(Exchange exchange, TrackedJob job) {
        populateEnd(exchange, job);
        if (job.deliveries() > 0) {
            exchange.getMessage().setHeader(Exchange.REDELIVERED, true);
            exchange.getMessage().setHeader(Exchange.REDELIVERY_COUNTER, job.deliveries());
        }
    }

    private void populateEnd(Exchange exchange, TrackedJob job) {
        if (job.outcome() instanceof JobOutcome.Done done) {
            exchange.getMessage().getHeaders().putAll(headers(job.job(), false));
            try {
                ResultKeeper.populate(exchange, endpoint, done.result());
            } catch (RuntimeException | Error unfit) {
                // outputType asks for what the result does not have: that, too, is an end that must be told
                populateFailure(exchange, job.job(), asFailure(job, unfit));
                ResultKeeper.keep(exchange, done.result());
            }
        } else if (job.outcome() instanceof JobOutcome.Failed failed) {
            populateFailure(exchange, job.job(), failed.failure());
        }
    }

    /** The message that was submitted, as it was, and what became of it. */
    private void populateFailure(Exchange exchange, DetachedJob job, AipiException failure) {
        exchange.getMessage().getHeaders().putAll(headers(job, true));
        // a copy: the next delivery must find it as it was
        exchange.getMessage().setBody(StorableValues.copy(job.body()));
        binding.populateFailure(exchange, endpoint, job.jobId(), failure);
        // submitted again by the route, it is submitted once, however often this exchange is delivered
        exchange.getMessage().setHeader(AipiConstants.REQUEST_ID, AGAIN + job.id());
    }

    private static Map<String, Object> headers(DetachedJob job, boolean forResubmit) {
        Map<String, Object> headers = new LinkedHashMap<>(job.headers());
        AipiConstants.REQUEST_HEADERS.stream()
                .filter(name -> !forResubmit || !RESUBMITTED.contains(name))
                .forEach(headers::remove);
        return headers;
    }

    private void report(String what, Exchange exchange, Throwable failure) {
        try {
            if (endpoint.isBridgeErrorHandler()) {
                // the route's error handler has had it already
                LOG.warn("{}: {}", what, failure.toString());
            } else {
                getExceptionHandler().handleException(what, exchange, failure);
            }
        } catch (RuntimeException e) {
            // a handler of the user's must not keep the job from going on
            LOG.warn("The exception handler failed", e);
        }
    }

    /** The route failed. */
    private void delivered(TrackedJob job, Exchange exchange, Throwable failure) {
        job.deliveryFailed();
        int most = configuration.getMaximumRedeliveries();
        report(
                "Routing the outcome of the job " + job.job().jobId() + " failed; "
                        + (job.deliveries() > most
                                ? "it is not routed again"
                                : "it is routed again (" + job.deliveries() + " of " + most + ")"),
                exchange,
                failure);
        if (job.deliveries() > most) {
            exhausted(job, failure);
            return;
        }
        if (store != null) {
            blocking(() -> {
                count(job);
                again(job);
            });
        } else {
            again(job);
        }
    }

    /** So that the number of deliveries is bounded over restarts, too. */
    private void count(TrackedJob job) {
        try {
            if (store.update(job.toStored())) {
                job.markStored();
            }
        } catch (RuntimeException | Error e) {
            LOG.debug(
                    "A failed delivery of the job {} is not counted in the repository",
                    job.job().jobId(),
                    e);
        }
    }

    private void again(TrackedJob job) {
        Duration delay = configuration.getRedeliveryDelay().multipliedBy(1L << Math.min(job.deliveries() - 1, 20));
        // as the option says: up to a minute, or what the user has asked for at first
        Duration longest = LONGEST_DELAY.compareTo(configuration.getRedeliveryDelay()) < 0
                ? configuration.getRedeliveryDelay()
                : LONGEST_DELAY;
        endpoint.getComponent().schedule(() -> deliveries.outcome(job), delay.compareTo(longest) < 0 ? delay : longest);
        activity.end();
    }

    /** The route has failed too often. */
    private void exhausted(TrackedJob job, Throwable failure) {
        if (deadLetterUri() != null) {
            sendToDeadLetterSoon(job, failure);
        } else if (store != null && !job.isStored()) {
            blocking(() -> giveUp(job));
        } else if (store != null) {
            LOG.error(
                    "The outcome of the job {} cannot be routed and there is no deadLetterUri. It stays in the repository,"
                            + " and is tried again when a consumer of {} starts anew",
                    job.job().jobId(),
                    endpoint.getEndpointName());
            job.resetDeliveries();
            blocking(() -> park(job));
        } else {
            LOG.error(
                    "The outcome of the job {} cannot be routed and there is neither a deadLetterUri nor a jobRepository:"
                            + " it is dropped",
                    job.job().jobId());
            letGo(job, tracker::ended);
            activity.end();
        }
    }

    /**
     * The repository does not take the outcome, and no route does: it is lost. That is what the repository is told, so that the
     * message that was submitted is not lost, too.
     */
    private void giveUp(TrackedJob job) {
        String id = job.job().jobId();
        LOG.error(
                "Result of job {} is lost: the jobRepository refuses it, the route fails with it, and there is no"
                        + " deadLetterUri. The message that was submitted stays in the repository, and is routed as a failure"
                        + " when a consumer of {} starts anew",
                id,
                endpoint.getEndpointName());
        AipiException lost = new ResultLostException(
                "The jobRepository refused the result, which may be too large for it, and no route took it",
                ErrorContext.of(job.job().endpoint(), id),
                null);
        try {
            store.update(new StoredJob(job.job(), new JobOutcome.Failed(lost), 0));
        } catch (RuntimeException | Error e) {
            storeFailed(
                    "The loss of the result of job " + id + " cannot be stored: the next start finds out by itself", e);
        }
        letGo(job, tracker::park);
        activity.end();
    }

    /** The number of deliveries begins anew in the store, too: with the old one, the next start would not route it either. */
    private void park(TrackedJob job) {
        try {
            store.update(job.toStored());
        } catch (RuntimeException | Error e) {
            if (!isStoreThere()) {
                storeFailed(
                        "The failed deliveries of the job " + job.job().jobId()
                                + " cannot be forgotten in the repository, which is tried again",
                        e);
                retry(job, () -> park(job), "they count at the next start");
                return;
            }
            // the store works but for this entry, which must not take the place of others meanwhile
            LOG.debug(
                    "The failed deliveries of the job {} are not forgotten yet",
                    job.job().jobId(),
                    e);
            letGo(job, tracker::park);
            forgetLater(job);
            activity.end();
            return;
        }
        letGo(job, tracker::park);
        activity.end();
    }

    private void forgetLater(TrackedJob job) {
        if (active) {
            new Retry(() -> forgetDeliveries(job)).schedule();
        }
    }

    /** Of a job that is parked, and not of one that a new start has taken up again. */
    private void forgetDeliveries(TrackedJob job) {
        if (!tracker.isParked(job.key())) {
            return;
        }
        try {
            store.update(job.toStored());
        } catch (RuntimeException | Error e) {
            LOG.debug(
                    "The failed deliveries of the job {} are not forgotten yet",
                    job.job().jobId(),
                    e);
            forgetLater(job);
        }
    }

    /** The endpoint's own, else the repository's; null for none. */
    private String deadLetterUri() {
        if (configuration.getDeadLetterUri() == null
                && configuration.getJobRepository() instanceof RecoverableAggregationRepository recoverable) {
            return recoverable.getDeadLetterUri();
        }
        return configuration.getDeadLetterUri();
    }

    /** On the threads of exchanges: what is behind the dead letter endpoint may block, and must not keep the store from working. */
    private void sendToDeadLetterSoon(TrackedJob job, Throwable failure) {
        try {
            endpoint.getComponent()
                    .exchangeThreads()
                    .execute(() -> sendToDeadLetter(job, failure), () -> "the dead letter endpoint " + deadLetterUri());
        } catch (RejectedExecutionException | Error notBegun) {
            sendToDeadLetter(job, failure);
        }
    }

    private void sendToDeadLetter(TrackedJob job, Throwable failure) {
        CompletableFuture<Exchange> sent;
        Endpoint target;
        try {
            target = endpoint.getCamelContext().getEndpoint(deadLetterUri());
            Exchange exchange = target.createExchange(ExchangePattern.InOnly);
            exchange.setProperty(ExchangePropertyKey.CORRELATION_ID, job.job().exchangeId());
            populateOutcome(exchange, job);
            if (failure != null) {
                exchange.setProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, failure);
            }
            exchange.setProperty(ExchangePropertyKey.FAILURE_ROUTE_ID, getRouteId());
            ProducerCache producers = deadLetterProducers;
            sent = producers
                    .asyncSendExchange(target, ExchangePattern.InOnly, null, null, exchange, null)
                    .thenApply(taken -> {
                        if (producers != deadLetterProducers) {
                            // it was stopped meanwhile, and says nothing of what it did not send
                            throw new RejectedExecutionException("The consumer has stopped");
                        }
                        return taken;
                    });
        } catch (RuntimeException | Error e) {
            sent = CompletableFuture.failedFuture(e);
        }
        sent.whenComplete((exchange, problem) -> {
            Throwable refusal = problem != null ? problem : exchange.getException();
            if (refusal == null) {
                removeSoon(job);
            } else {
                LOG.warn(
                        "The dead letter endpoint does not take the outcome of the job {}, which is tried again",
                        job.job().jobId(),
                        refusal);
                retry(job, () -> sendToDeadLetterSoon(job, failure), "it is tried again at the next start");
            }
        });
    }

    // ---- step 4: it leaves the store

    private void removeSoon(TrackedJob job) {
        if (store == null) {
            letGo(job, tracker::ended);
            activity.end();
        } else {
            blocking(() -> remove(job));
        }
    }

    private void remove(TrackedJob job) {
        try {
            store.remove(job.job());
        } catch (RuntimeException | Error e) {
            boolean isRefused = isStoreThere() && job.refused() >= REFUSALS;
            if (!isRefused) {
                storeFailed(
                        "The job " + job.job().jobId()
                                + " has been routed but cannot be removed from the repository, which is tried again",
                        e);
                retry(job, () -> remove(job), "it stays in the repository, and is routed again at the next start");
                return;
            }
            // the store works but for this entry, which must not take the place of others
            LOG.error(
                    "The job {} has been routed but cannot be removed from the jobRepository. It stays there, and is"
                            + " routed again when a consumer of {} starts anew",
                    job.job().jobId(),
                    endpoint.getEndpointName(),
                    e);
            letGo(job, tracker::park);
            activity.end();
            return;
        }
        storeWorks();
        letGo(job, tracker::ended);
        activity.end();
    }

    /** Whether what has failed is one entry, and not the store. */
    private boolean isStoreThere() {
        try {
            store.keys();
            return true;
        } catch (RuntimeException | Error e) {
            return false;
        }
    }

    /** A database that is away is away for thousands of jobs: one warning is enough until it is back. */
    private void storeFailed(String what, Throwable e) {
        if (storeTrouble.compareAndSet(false, true)) {
            LOG.warn("{}. Until the jobRepository works again, further failures are logged at DEBUG", what, e);
        } else {
            LOG.debug("{}: {}", what, e.toString());
        }
    }

    private void storeWorks() {
        if (storeTrouble.compareAndSet(true, false)) {
            LOG.info("The jobRepository of {} works again", endpoint.getEndpointName());
        }
    }

    /** Exactly once for each job. */
    private void letGo(TrackedJob job, Consumer<TrackedJob> to) {
        job.kept().complete(null);
        if (jobs.remove(job)) {
            to.accept(job);
        }
    }

    // ---- time and threads

    private void blocking(Runnable step) {
        try {
            endpoint.getComponent()
                    .storeWorkers(configuration.getJobRepository())
                    .execute(step);
        } catch (RejectedExecutionException | Error notBegun) {
            step.run();
        }
    }

    private void scanSoon(int start, Duration delay) {
        nextScan = endpoint.getComponent().schedule(() -> blocking(() -> scan(start)), delay);
    }

    /** {@code start}: which start of the consumer it belongs to. One that is late ends without a successor. */
    private void scan(int start) {
        if (!active || start != scans.get()) {
            return;
        }
        try {
            finishRemovals();
            Set<String> keys = tracker.scan();
            storeUnreadable = false;
            storeWorks();
            if (contextStarted) {
                store.warnOfUnfollowed(keys, server -> endpoint.getComponent().isConsumed(server, store));
            }
        } catch (RuntimeException | Error e) {
            storeUnreadable = true;
            storeFailed(NOT_LOOKED_THROUGH, e);
        } finally {
            scanSoon(start, configuration.getRecoveryInterval());
        }
    }

    @ManagedAttribute(
            description = "Jobs in the hands of this consumer: followed, waiting to be routed, or on their way")
    public int getJobsHeld() {
        return jobs.size();
    }

    @ManagedAttribute(description = "Outcomes that wait for their turn to be routed")
    public int getOutcomesWaiting() {
        Deliveries current = deliveries;
        return current == null ? 0 : current.waiting();
    }

    @ManagedAttribute(description = "Exchanges on their way, progress included")
    public int getExchangesInProgress() {
        Deliveries current = deliveries;
        return current == null ? 0 : current.running();
    }

    /** Counts what a stop waits for. */
    private static final class Activity {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition rest = lock.newCondition();
        private int count;

        void begin() {
            lock.lock();
            try {
                count++;
            } finally {
                lock.unlock();
            }
        }

        void end() {
            lock.lock();
            try {
                if (--count == 0) {
                    rest.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        /** False if it did not come to rest in time. */
        boolean await(Duration patience) throws InterruptedException {
            lock.lock();
            try {
                long left = patience.toNanos();
                while (count > 0 && left > 0) {
                    left = rest.awaitNanos(left);
                }
                return count == 0;
            } finally {
                lock.unlock();
            }
        }
    }
}
