/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.detached.AdaptivePollLimiter;
import io.aipi.camel.internal.detached.JobFollower;
import io.aipi.camel.internal.detached.TrackedJob;
import io.aipi.camel.internal.store.JobStore;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.spi.PollGate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the jobs of a consumer at the server, from a start of the consumer to the stop. If somebody else closes its client,
 * it takes no jobs until it has another one.
 */
final class EndpointFollower implements JobFollower {

    private static final Logger LOG = LoggerFactory.getLogger(EndpointFollower.class);

    private final AipiEndpoint endpoint;
    /** Null without a store. */
    private final AdaptivePollLimiter limiter;

    private final Executor blocking;
    /** Told when jobs can be followed, and when they cannot. */
    private volatile Consumer<Boolean> availability;

    private final AtomicBoolean available = new AtomicBoolean();
    private volatile ModelEndpoint model;
    private volatile boolean stopped;

    /** {@code model} is the follower's own from here on; {@code store} may be null; {@code blocking} runs what blocks. */
    EndpointFollower(AipiEndpoint endpoint, ModelEndpoint model, JobStore store, Executor blocking) {
        this.endpoint = endpoint;
        this.model = model;
        this.limiter = store == null ? null : new AdaptivePollLimiter(store.lease()::isValid);
        this.blocking = blocking;
    }

    /** {@code availability} is told when jobs can be followed, and when they cannot. */
    void start(Consumer<Boolean> availability) {
        this.availability = availability;
        available.set(true);
        availability.accept(true);
    }

    /** Whether no jobs are followed although it has started and not stopped. */
    boolean isIdle() {
        return availability != null && !stopped && !available.get();
    }

    @Override
    public CompletableFuture<JobResult> follow(TrackedJob job, Consumer<JobProgress> listener) {
        Duration elapsed = Duration.between(
                job.job().submitted(), endpoint.getComponent().clock().instant());
        PollGate gate = limiter == null ? Supplier::get : poll -> limiter.take(poll, job.outcomePersisted());
        return endpoint.observed()
                .job(model, job.job().jobId(), job.job().exchangeId())
                .model()
                .spi()
                .follow(
                        new Submission(job.job().endpoint(), job.job().jobId(), null, job.acceptance()),
                        elapsed.isNegative() ? Duration.ZERO : elapsed,
                        listener,
                        gate);
    }

    @Override
    public void resume() {
        if (limiter != null) {
            limiter.resume();
        }
    }

    @Override
    public void onClientClosed() {
        if (available.compareAndSet(true, false)) {
            LOG.warn(
                    "{}: its client was closed by somebody else, and no jobs are followed. A new client is tried every {} ms",
                    endpoint,
                    endpoint.getConfiguration().getRepositoryScanInterval().toMillis());
            availability.accept(false);
            reopenLater();
        }
    }

    private void reopenLater() {
        endpoint.getComponent()
                .schedule(
                        () -> blocking.execute(this::reopen),
                        endpoint.getConfiguration().getRepositoryScanInterval());
    }

    private void reopen() {
        if (stopped) {
            return;
        }
        try {
            ModelEndpoint closed = model;
            model = endpoint.open();
            endpoint.close(closed);
        } catch (Exception e) {
            LOG.debug("{}: there is no new client yet", endpoint, e);
            reopenLater();
            return;
        }
        synchronized (this) {
            if (!stopped) {
                available.set(true);
                availability.accept(true);
                LOG.info("{}: jobs are followed again", endpoint);
                return;
            }
        }
        endpoint.close(model);
    }

    /** Jobs are not said to be followed again from here on. */
    synchronized void beginStop() {
        stopped = true;
    }

    /** Begins no further poll. Those under way may bring results, which the server hands out once: they come to their end. */
    void stop() {
        if (limiter != null) {
            limiter.close(new ClientClosedException(
                    "The consumer was stopped while it followed the job, which goes on at the server",
                    ErrorContext.of(endpoint.getEndpointName())));
        }
        model.spi().release();
    }

    /** Ends what is left. */
    void close() {
        endpoint.close(model);
    }
}
