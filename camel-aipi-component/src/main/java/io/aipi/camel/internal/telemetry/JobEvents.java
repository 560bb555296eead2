/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import io.aipi.camel.event.AipiJobEvent;
import io.aipi.camel.event.AipiJobEvent.Kind;
import io.aipi.camel.internal.ElasticExecutor;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.spi.JobTimes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.EventNotifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to jobs as events of Camel, for whoever listens. Notifiers are the user's, and may block: they are told on a thread
 * for exchanges, one event after the other.
 */
final class JobEvents implements JobObserver {

    private static final Logger LOG = LoggerFactory.getLogger(JobEvents.class);

    /** More events that wait for a notifier are dropped. */
    private static final int MOST_WAITING = 10_000;

    private final Supplier<CamelContext> context;
    private final Supplier<ElasticExecutor> threads;
    /** Guarded by this. */
    private final Queue<AipiJobEvent> waiting = new ArrayDeque<>();
    /** Guarded by this. */
    private boolean sending;
    /** Guarded by this. */
    private boolean warned;

    JobEvents(Supplier<CamelContext> context, Supplier<ElasticExecutor> threads) {
        this.context = context;
        this.threads = threads;
    }

    @Override
    public void onLogin(ObservedEndpoint endpoint, Duration took, Throwable failure) {
        JobTimes times = new JobTimes(took, null, null, null, 0);
        offer(new JobEvent(
                failure == null ? Kind.LOGGED_IN : Kind.LOGIN_FAILED,
                endpoint.source(),
                endpoint.name(),
                null,
                null,
                null,
                null,
                times,
                error(failure)));
    }

    @Override
    public void onSubmit(ObservedJob job) {
        offer(event(job, Kind.SUBMITTED, null, null, null, null));
    }

    @Override
    public void onAccepted(ObservedJob job) {
        offer(event(job, Kind.ACCEPTED, null, null, null, null));
    }

    @Override
    public void onProgress(ObservedJob job, JobProgress progress, boolean isFirst) {
        offer(event(job, isFirst ? Kind.FIRST_PROGRESS : Kind.PROGRESS, progress, null, null, null));
    }

    @Override
    public void onDone(ObservedJob job, JobResult result, JobTimes times) {
        offer(event(job, Kind.DONE, null, result, times, null));
    }

    @Override
    public void onFailed(ObservedJob job, Throwable failure, JobTimes times) {
        offer(event(job, Kind.FAILED, null, null, times, failure));
    }

    @Override
    public void onDelivered(ObservedJob job) {
        offer(event(job, Kind.DELIVERED, null, null, null, null));
    }

    @Override
    public void onLost(ObservedJob job) {
        offer(event(job, Kind.LOST, null, null, null, null));
    }

    private static AipiJobEvent event(
            ObservedJob job, Kind kind, JobProgress progress, JobResult result, JobTimes times, Throwable failure) {
        return new JobEvent(
                kind,
                job.endpoint().source(),
                job.endpoint().name(),
                job.jobId(),
                job.exchangeId(),
                progress,
                result == null ? null : result.usage(),
                times,
                error(failure));
    }

    private static String error(Throwable failure) {
        return failure == null ? null : GenAi.errorType(failure);
    }

    private void offer(AipiJobEvent event) {
        if (!isHeard()) {
            return;
        }
        synchronized (this) {
            if (waiting.size() >= MOST_WAITING) {
                warnOnce();
                return;
            }
            waiting.add(event);
            if (sending) {
                return;
            }
            sending = true;
        }
        sendSoon();
    }

    /** Whether they want an event is asked later: that is the user's code, too. */
    private boolean isHeard() {
        for (EventNotifier notifier : notifiers()) {
            if (isOfUser(notifier)) {
                return true;
            }
        }
        return false;
    }

    private List<EventNotifier> notifiers() {
        return context.get().getManagementStrategy().getEventNotifiers();
    }

    /** Camel's tracers want no events of others, and do not say so. */
    private static boolean isOfUser(EventNotifier notifier) {
        String name = notifier.getClass().getName();
        return !name.startsWith("org.apache.camel.telemetry.") && !name.startsWith("org.apache.camel.tracing.");
    }

    private void warnOnce() {
        if (!warned) {
            warned = true;
            LOG.warn(
                    "An event notifier is slow: {} events of jobs wait for it, and further ones are dropped",
                    MOST_WAITING);
        }
    }

    private void sendSoon() {
        try {
            threads.get().execute(this::sendAll, () -> "an event notifier");
        } catch (RejectedExecutionException | Error notBegun) {
            synchronized (this) {
                waiting.clear();
                sending = false;
            }
            LOG.debug("Events of jobs are dropped: the component stops", notBegun);
        }
    }

    private void sendAll() {
        AipiJobEvent event = next();
        while (event != null) {
            for (EventNotifier notifier : notifiers()) {
                send(event, notifier);
            }
            event = next();
        }
    }

    private static void send(AipiJobEvent event, EventNotifier notifier) {
        try {
            if (isOfUser(notifier) && !notifier.isDisabled() && notifier.isEnabled(event)) {
                notifier.notify(event);
            }
        } catch (Exception | Error e) {
            LOG.warn("An event notifier failed; the job goes on", e);
        }
    }

    private synchronized AipiJobEvent next() {
        AipiJobEvent event = waiting.poll();
        sending = event != null;
        return event;
    }
}
