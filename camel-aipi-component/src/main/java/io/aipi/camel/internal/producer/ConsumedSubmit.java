/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.detached.JobRegistry;
import io.aipi.camel.internal.detached.TrackedJob;
import io.aipi.camel.internal.store.DetachedJob;
import io.aipi.camel.internal.store.JobOutcome;
import io.aipi.camel.internal.store.JobRecord;
import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.internal.store.MessageSerializer;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.spi.CompletionExceptions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The submit of a job that a consumer follows, here or in another process. It is stored before the exchange goes on. */
final class ConsumedSubmit extends DetachedSubmit {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumedSubmit.class);

    private final JobRegistry registry;
    /** Null for in memory only. */
    private final JobStore store;

    private final String requestId;
    private final String exchangeId;
    private final Map<String, Object> headers;
    private final Object body;
    private final ProgressNotifier.Job progress;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private ConsumedSubmit(
            ProducerContext context,
            JobRegistry registry,
            Exchange exchange,
            ProducerRun run,
            AipiRequest request,
            String requestId,
            Map<String, Object> headers,
            Object body) {
        super(context, exchange, run, request);
        this.registry = registry;
        this.store = registry.store();
        this.requestId = requestId;
        this.exchangeId = exchange.getExchangeId();
        this.headers = headers;
        this.body = body;
        this.progress = run.progressOf(exchange);
    }

    static void start(
            ProducerContext context, JobRegistry registry, Exchange exchange, AsyncCallback callback, ProducerRun run) {
        AipiRequest request = Requests.read(context, run, exchange, true);
        JobStore store = registry.store();
        String requestId = store == null ? null : context.binding().toRequestId(exchange);
        JobRecord earlier = requestId == null ? null : earlier(context, store, requestId);
        if (earlier != null) {
            Submission known =
                    new Submission(context.endpointName(), earlier.job().jobId(), null);
            run.continueWith(
                    exchange,
                    callback,
                    CompletableFuture.completedFuture(known),
                    submission -> context.binding().populate(exchange, submission));
            return;
        }
        Map<String, Object> headers =
                MessageSerializer.headers(context.binding().headersToKeep(exchange));
        Object body = MessageSerializer.copy(exchange.getMessage().getBody());
        if (store != null) {
            checkStorable(context, body);
        }
        new ConsumedSubmit(context, registry, exchange, run, request, requestId, headers, body).start(callback);
    }

    /** The job that is stored under the request id; null if there is none. */
    private static JobRecord earlier(ProducerContext context, JobStore store, String requestId) {
        try {
            return store.load(DetachedJob.key(context.server(), context.endpointName(), requestId));
        } catch (RuntimeException | Error e) {
            if (store.isAway()) {
                throw storeAway(context, e);
            }
            // a message must not be held up for ever by an entry that stays as it is
            LOG.warn(
                    "What is stored under the request id {} of {} cannot be read: the request is submitted without its id",
                    requestId,
                    context.endpointName(),
                    e);
            return null;
        }
    }

    private static void checkStorable(ProducerContext context, Object body) {
        Optional<String> unkeepable = MessageSerializer.unkeepable(body);
        if (unkeepable.isPresent()) {
            throw new InvalidRequestException(
                    "A message body of type " + body.getClass().getName()
                            + " cannot be kept in the jobRepository: "
                            + unkeepable.get()
                            + ". Convert it to text, bytes, a number, or a map or list of these first",
                    ErrorContext.of(context.endpointName()));
        }
    }

    private static ConnectionFailedException storeAway(ProducerContext context, Throwable cause) {
        return new ConnectionFailedException(
                "Nothing was submitted: the jobRepository does not work, and the job could not be kept: " + cause,
                false,
                ErrorContext.of(context.endpointName()),
                cause);
    }

    private DetachedJob job(String jobId) {
        return new DetachedJob(
                context().server(),
                context().endpointName(),
                jobId,
                requestId,
                context().clock().instant(),
                exchangeId,
                headers,
                body);
    }

    /** While the store is known not to work, nothing is submitted: the job would be computed for nobody. */
    @Override
    CompletableFuture<Void> prepare() {
        if (store == null || !store.isDoubtful()) {
            return CompletableFuture.completedFuture(null);
        }
        return onStoreThread(store.repository(), () -> {
            try {
                store.probe(new JobRecord(job(null), null, 0));
                return null;
            } catch (JobStore.AwayException e) {
                throw storeAway(context(), e.getCause());
            } catch (RuntimeException | Error e) {
                throw new InvalidRequestException(
                        "Nothing was submitted: the jobRepository does not take the message, which may be too large for it:"
                                + " " + e,
                        ErrorContext.of(context().endpointName()));
            }
        });
    }

    /** Stores the job, on a thread that may be blocked, and hands it over. */
    @Override
    CompletableFuture<Void> keep(Submission submission) {
        JobResult result = submission.result();
        DetachedJob job = job(submission.jobId());
        JobRecord asked = new JobRecord(job, result == null ? null : new JobOutcome.Done(result), 0);
        return stored(asked).handle((stored, failure) -> {
            if (failure != null) {
                ended.complete(null);
                throw new RuntimeCamelException(
                        "The server has accepted the job " + job.jobId() + " of " + job.endpoint()
                                + ", but the jobRepository failed to store it: unless it has stored it all the same,"
                                + " nobody follows it",
                        CompletionExceptions.unwrap(failure));
            }
            if (progress != null && result != null) {
                progress.result(result);
            }
            registry.register(new TrackedJob(stored, progress, submission.acceptance()))
                    .whenComplete((done, ignored) -> ended.complete(null));
            return null;
        });
    }

    /** The job as it is stored, on its way to the registry. */
    private CompletableFuture<JobRecord> stored(JobRecord asked) {
        String jobId = asked.job().jobId();
        boolean mayComeAgain = DetachedJob.mayComeAgain(jobId);
        if (store == null) {
            if (mayComeAgain) {
                context().registries().lapse(context().server(), null, jobId);
            }
            return CompletableFuture.completedFuture(asked);
        }
        return onStoreThread(store.repository(), () -> {
            if (mayComeAgain) {
                context().registries().lapse(context().server(), store, jobId);
            }
            return store.add(asked, registry::reserve, registry::cancelReservation);
        });
    }

    @Override
    CompletableFuture<Void> end(Submission submission) {
        return ended;
    }
}
