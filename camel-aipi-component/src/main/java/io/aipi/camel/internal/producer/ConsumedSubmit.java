/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.camel.internal.MessageSerializer;
import io.aipi.camel.internal.detached.JobRegistry;
import io.aipi.camel.internal.detached.Place;
import io.aipi.camel.internal.detached.TrackedJob;
import io.aipi.camel.internal.store.JobStore;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.Acceptance;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.spi.CompletionExceptions;
import java.time.Duration;
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

    /** Between two attempts to reserve a request id that somebody else is submitting; doubles with each. */
    private static final Duration FIRST_WAIT = Duration.ofMillis(20);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final JobRegistry registry;
    /** Null for in memory only. */
    private final JobStore store;

    /** Null for none, and for one under which nothing can be read. */
    private volatile String requestId;

    /** Whether the request id is reserved for this submit. */
    private volatile boolean reserved;

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
        String kept = turn() == null ? null : turn().detached();
        this.headers = kept == null ? headers : context.binding().withTurn(headers, kept);
        this.body = body;
        this.progress = run.progressOf(exchange);
    }

    static void start(
            ProducerContext context, JobRegistry registry, Exchange exchange, AsyncCallback callback, ProducerRun run) {
        AipiRequest request = Requests.read(context, run, exchange, true);
        JobStore store = registry.store();
        String requestId = store == null ? null : context.binding().toRequestId(exchange);
        Map<String, Object> headers =
                MessageSerializer.headers(context.binding().headersToKeep(exchange));
        Object body = MessageSerializer.copy(exchange.getMessage().getBody());
        if (store != null) {
            checkStorable(context, body);
        }
        new ConsumedSubmit(context, registry, exchange, run, request, requestId, headers, body).start(callback);
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

    @Override
    CompletableFuture<Submission> prepare() {
        CompletableFuture<Submission> ready = new CompletableFuture<>();
        if (requestId == null) {
            probe().whenComplete((probed, failure) -> complete(ready, null, failure));
        } else {
            reserve(ready, FIRST_WAIT);
        }
        return ready;
    }

    private static <T> void complete(CompletableFuture<T> future, T value, Throwable failure) {
        if (failure == null) {
            future.complete(value);
        } else {
            future.completeExceptionally(failure);
        }
    }

    /** Of two submits of one request id the second one waits for the first. */
    private void reserve(CompletableFuture<Submission> ready, Duration wait) {
        reservation().whenComplete((reservation, failure) -> {
            if (failure != null) {
                ready.completeExceptionally(failure);
            } else if (reservation instanceof JobRepository.Reservation.Taken taken) {
                ready.complete(new Submission(
                        context().endpointName(), taken.job().job().jobId(), null));
            } else if (reservation instanceof JobRepository.Reservation.Reserved) {
                probe().whenComplete((probed, refusal) -> complete(ready, null, refusal));
            } else if (isPending()) {
                Duration next = wait.multipliedBy(2);
                context().schedule(() -> reserve(ready, next.compareTo(LONGEST_WAIT) < 0 ? next : LONGEST_WAIT), wait);
            } else {
                // the exchange was ended meanwhile
                ready.cancel(false);
            }
        });
    }

    private CompletableFuture<JobRepository.Reservation> reservation() {
        return onStoreThread(
                        store.repository(),
                        () -> store.reserve(context().server(), context().endpointName(), requestId))
                .thenCompose(made -> made)
                .thenApply(made -> {
                    reserved = made instanceof JobRepository.Reservation.Reserved;
                    return made;
                })
                .exceptionallyCompose(failure ->
                        onStoreThread(store.repository(), () -> unreserved(CompletionExceptions.unwrap(failure))));
    }

    private JobRepository.Reservation unreserved(Throwable failure) {
        if (store.isAway()) {
            throw storeAway(context(), failure);
        }
        // a message must not be held up for ever by an entry that stays as it is
        LOG.warn(
                "What is stored under the request id {} of {} cannot be read: the request is submitted without its id",
                requestId,
                context().endpointName(),
                failure);
        requestId = null;
        return new JobRepository.Reservation.Reserved();
    }

    @Override
    void abandon() {
        String id = requestId;
        if (reserved && id != null) {
            onStoreThread(store.repository(), () -> {
                try {
                    store.cancel(context().server(), context().endpointName(), id);
                } catch (RuntimeException | Error e) {
                    LOG.debug("The reservation of the request id {} is left to its lease", id, e);
                }
                return null;
            });
        }
    }

    /** While the store is known not to work, nothing is submitted: the job would be computed for nobody. */
    private CompletableFuture<Void> probe() {
        if (store == null || !store.isDoubtful()) {
            return CompletableFuture.completedFuture(null);
        }
        return onStoreThread(store.repository(), () -> {
            try {
                store.probe(new StoredJob(job(null), null, 0));
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
        StoredJob asked = new StoredJob(job, result == null ? null : new JobOutcome.Done(result), 0);
        return stored(asked, submission.acceptance())
                .<Void>handle((tracked, failure) -> {
                    if (failure != null) {
                        throw new RuntimeCamelException(
                                "The server has accepted the job " + job.jobId() + " of " + job.endpoint()
                                        + ", but the jobRepository failed to store it: unless it has stored it all the same,"
                                        + " nobody follows it",
                                CompletionExceptions.unwrap(failure));
                    }
                    if (progress != null && result != null) {
                        progress.result(result);
                    }
                    registry.register(tracked.job(), tracked.place()).whenComplete((done, ignored) -> end());
                    return null;
                })
                .whenComplete((kept, failure) -> {
                    if (failure != null) {
                        ended.complete(null);
                    }
                });
    }

    /** The job's permit goes to the next one, whose request is then made: not on a thread that others' commits wait for. */
    private void end() {
        if (store == null) {
            ended.complete(null);
        } else {
            onStoreThread(store.repository(), () -> ended.complete(null))
                    .exceptionally(notBegun -> ended.complete(null));
        }
    }

    /** {@code place} is null if no handler here has one. */
    private record Kept(TrackedJob job, Place place) {}

    /** The job as it is stored, on its way to the registry. */
    private CompletableFuture<Kept> stored(StoredJob asked, Acceptance acceptance) {
        String jobId = asked.job().jobId();
        boolean mayComeAgain = DetachedJob.mayComeAgain(jobId);
        if (store == null) {
            if (mayComeAgain) {
                context().registries().lapse(context().server(), null, jobId);
            }
            return CompletableFuture.completedFuture(new Kept(new TrackedJob(asked, progress, acceptance), null));
        }
        return onStoreThread(store.repository(), () -> {
                    if (mayComeAgain) {
                        context().registries().lapse(context().server(), store, jobId);
                    }
                    return accepted(asked, acceptance);
                })
                .thenCompose(kept -> kept);
    }

    private CompletableFuture<Kept> accepted(StoredJob asked, Acceptance acceptance) {
        Place place = registry.takePlace();
        if (place == null) {
            // before anybody can claim it
            registry.leave(asked, progress, acceptance);
        }
        return store.accept(asked, place != null)
                .thenApply(stored -> new Kept(new TrackedJob(stored, progress, acceptance), place))
                .whenComplete((kept, failure) -> {
                    if (failure != null) {
                        registry.giveBack(place);
                    }
                });
    }

    @Override
    CompletableFuture<Void> end(Submission submission) {
        return ended;
    }
}
