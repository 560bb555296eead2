/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.DetachedJob;
import io.aipi.camel.internal.Failures;
import io.aipi.camel.internal.JobOutcome;
import io.aipi.camel.internal.JobStore;
import io.aipi.camel.internal.JobTracker;
import io.aipi.camel.internal.MessageContent;
import io.aipi.camel.internal.StorableValues;
import io.aipi.camel.internal.StoredJob;
import io.aipi.camel.internal.TrackedJob;
import io.aipi.client.AipiRequest;
import io.aipi.client.EndpointDescription;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.ModelEndpoint;
import io.aipi.client.Submission;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.ServiceStatus;
import org.apache.camel.TypeConversionException;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.WritableHealthCheckRepository;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.DefaultAsyncProducer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends exchanges to a model endpoint. Waiting costs no thread: an exchange in flight is a future, and goes on on one of
 * the component's worker threads.
 *
 * <p>Invariant: for each exchange that {@link #process} did not finish itself, the callback is called exactly once, never
 * on a thread of the HTTP client, and after the exchange has its result or its exception.
 */
public class AipiProducer extends DefaultAsyncProducer {

    private static final Logger LOG = LoggerFactory.getLogger(AipiProducer.class);

    private final AipiEndpoint endpoint;
    private final AipiConfiguration configuration;
    private final AipiBinding binding;
    /** From the last start on. */
    private volatile Run run;
    /** For exchanges that come after the stop. */
    private final ReentrantLock late = new ReentrantLock();

    private AipiHealthCheck healthCheck;
    /** Which has the check, from a start that succeeded to the stop. */
    private WritableHealthCheckRepository healthChecks;

    /** Made by the endpoint. */
    public AipiProducer(AipiEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.configuration = endpoint.getConfiguration();
        this.binding = configuration.getBinding();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Run entered = null;
        try {
            entered = enter(exchange);
            begin(exchange, callback, entered);
            return false;
        } catch (Throwable e) {
            // nothing was begun: whatever throws does so before the exchange waits. An Error, too, must not leave the
            // caller without an end
            exchange.setException(e);
            callback.done(true);
            return true;
        } finally {
            if (entered != null) {
                entered.leave();
            }
        }
    }

    private void begin(Exchange exchange, AsyncCallback callback, Run run) throws Exception {
        switch (operation(exchange)) {
            case submit -> submit(exchange, callback, run);
            case progress -> progress(exchange, callback, run);
            case result -> follow(exchange, callback, run);
            case describe -> describe(exchange, callback, run);
            case list -> list(exchange, callback, run);
            case validateKey -> validateKey(exchange, callback, run);
        }
    }

    /**
     * What the exchange goes with, to be left again. Camel stops producers that have fallen out of its cache while some thread
     * is still on its way to them: its exchange goes on as if the producer had not been stopped.
     */
    private Run enter(Exchange exchange) throws Exception {
        Run present = run;
        if (present.enter()) {
            return present;
        }
        if (ends(routeOf(exchange))) {
            throw new ClientClosedException(
                    "The route has stopped; nothing was submitted", ErrorContext.of(endpoint.getEndpointName()));
        }
        late.lock();
        try {
            present = run;
            if (!present.enter()) {
                present = newRun(endpoint.open());
                present.enter();
                run = present;
                endpoint.getComponent().drain(present);
            }
            return present;
        } finally {
            late.unlock();
        }
    }

    private AipiOperation operation(Exchange exchange) {
        AipiOperation own = configuration.getOperation();
        AipiOperation asked = operationOfHeader(exchange, own);
        if (asked != own && !configuration.isAllowOperationFromHeader()) {
            // not ignored: whoever set the header would get something else than asked for, at the cost of a job
            throw new InvalidRequestException(
                    "The header " + AipiConstants.OPERATION + " asks for the operation " + asked
                            + ", but the endpoint's is "
                            + own
                            + ". If messages may choose, set allowOperationFromHeader=true; if they may not, remove"
                            + " the header where they come in",
                    ErrorContext.of(endpoint.getEndpointName()));
        }
        return asked;
    }

    private AipiOperation operationOfHeader(Exchange exchange, AipiOperation own) {
        try {
            return exchange.getMessage().getHeader(AipiConstants.OPERATION, own, AipiOperation.class);
        } catch (TypeConversionException e) {
            throw new InvalidRequestException(
                    "The header " + AipiConstants.OPERATION + " must be one of "
                            + Arrays.toString(AipiOperation.values()) + ", but is '" + e.getValue() + "'",
                    ErrorContext.of(endpoint.getEndpointName()));
        }
    }

    private void submit(Exchange exchange, AsyncCallback callback, Run run) {
        if (!configuration.isWaitForResult()) {
            submitDetached(exchange, callback, run);
            return;
        }
        AipiRequest request = request(exchange, false, run);
        ModelEndpoint model = run.model;
        if (configuration.isHoldConnection()) {
            goOnInTurn(exchange, callback, run, () -> model.runHeld(request));
        } else {
            ProgressSender.Job progressJob = progressJob(exchange, run);
            goOnInTurn(exchange, callback, run, () -> told(progressJob, model.run(request, listener(progressJob))));
        }
    }

    /** The exchange goes on when the job is accepted; the job's slot is free when the job has ended, where that is seen. */
    private void submitDetached(Exchange exchange, AsyncCallback callback, Run run) {
        JobTracker tracker = endpoint.tracker();
        if (tracker != null && (tracker.store() != null || tracker.isConsumed())) {
            submitTracked(exchange, callback, tracker, run);
        } else {
            submitUntracked(exchange, callback, run);
        }
    }

    private void submitUntracked(Exchange exchange, AsyncCallback callback, Run run) {
        AipiRequest request = request(exchange, false, run);
        ProgressSender.Job progressJob = progressJob(exchange, run);
        Followed followed = new Followed(routeOf(exchange));
        submitDetached(
                exchange,
                callback,
                run,
                request,
                () -> CompletableFuture.completedFuture(null),
                submission -> {
                    if (progressJob != null) {
                        // before the exchange, which keeps the run until then, goes on
                        run.followed.add(followed);
                    }
                    return lapsed(submission.jobId());
                },
                submission -> progressJob == null
                        ? CompletableFuture.completedFuture(null)
                        : followDetached(submission, progressJob, followed, run));
    }

    /** A stored job of an id that the server has just given again is over. */
    private CompletableFuture<Void> lapsed(String jobId) {
        AipiComponent component = endpoint.getComponent();
        if (jobId == null || !DetachedJob.mayComeAgain(jobId) || !component.hasStores()) {
            return CompletableFuture.completedFuture(null);
        }
        return onStoreThread(null, () -> {
            try {
                component.lapseEverywhere(endpoint, jobId);
            } catch (RuntimeException | Error e) {
                LOG.warn("Stored jobs with the id {}, which the server has given again, may be taken for it", jobId, e);
            }
            return null;
        });
    }

    /** A consumer, here or in another process, follows the job; it is stored before the exchange goes on. */
    private void submitTracked(Exchange exchange, AsyncCallback callback, JobTracker tracker, Run run) {
        AipiRequest request = request(exchange, true, run);
        String requestId = tracker.store() == null ? null : requestId(exchange);
        if (requestId != null) {
            StoredJob earlier = earlier(tracker.store(), requestId);
            if (earlier != null) {
                Submission known =
                        new Submission(endpoint.getEndpointName(), earlier.job().jobId(), null);
                goOn(
                        exchange,
                        callback,
                        run,
                        CompletableFuture.completedFuture(known),
                        submission -> binding.populate(exchange, endpoint, submission));
                return;
            }
        }
        Map<String, Object> headers = StorableValues.headers(endpoint.headersToKeep(exchange));
        Object body = StorableValues.copy(exchange.getMessage().getBody());
        if (tracker.store() != null) {
            checkStorable(body);
        }
        ProgressSender.Job progressJob = progressJob(exchange, run);
        CompletableFuture<Void> slot = new CompletableFuture<>();
        String exchangeId = exchange.getExchangeId();
        Function<String, DetachedJob> job = jobId -> new DetachedJob(
                endpoint.server(),
                endpoint.getEndpointName(),
                jobId,
                requestId,
                endpoint.getComponent().clock().instant(),
                exchangeId,
                headers,
                body);
        submitDetached(
                exchange,
                callback,
                run,
                request,
                () -> triedOut(tracker.store(), job),
                submission -> track(tracker, job.apply(submission.jobId()), submission, progressJob, slot),
                submission -> slot);
    }

    /**
     * The request, with all that it needs in memory: it may be sent on a thread that must not be blocked. What can be read
     * once is kept in the message, since a redelivery makes the request anew.
     *
     * @param kept whether the message outlives the exchange
     */
    private AipiRequest request(Exchange exchange, boolean kept, Run run) {
        MessageContent.makeRepeatable(
                exchange, kept, endpoint.getEndpointName(), List.of(AipiConstants.PROMPT, AipiConstants.PARAMETERS));
        return run.model.read(binding.toRequest(exchange, endpoint));
    }

    /** The sender's name for the request; null for none, and what is blank is none. */
    private static String requestId(Exchange exchange) {
        String id = exchange.getMessage().getHeader(AipiConstants.REQUEST_ID, String.class);
        return id == null || id.isBlank() ? null : id;
    }

    private StoredJob earlier(JobStore store, String requestId) {
        try {
            return store.load(DetachedJob.key(endpoint.server(), endpoint.getEndpointName(), requestId));
        } catch (RuntimeException | Error e) {
            if (store.isAway()) {
                throw storeAway(e);
            }
            // a message must not be held up for ever by an entry that stays as it is
            LOG.warn(
                    "What is stored under the request id {} of {} cannot be read: the request is submitted without its id",
                    requestId,
                    endpoint.getEndpointName(),
                    e);
            return null;
        }
    }

    /** While the store is known not to work, nothing is submitted: the job would be computed for nobody. */
    private CompletableFuture<Void> triedOut(JobStore store, Function<String, DetachedJob> job) {
        if (store == null || !store.isDoubtful()) {
            return CompletableFuture.completedFuture(null);
        }
        return onStoreThread(store.repository(), () -> {
            try {
                store.tryOut(new StoredJob(job.apply(null), null, 0));
                return null;
            } catch (JobStore.AwayException e) {
                throw storeAway(e.getCause());
            } catch (RuntimeException | Error e) {
                throw new InvalidRequestException(
                        "Nothing was submitted: the jobRepository does not take the message, which may be too large for it:"
                                + " " + e,
                        ErrorContext.of(endpoint.getEndpointName()));
            }
        });
    }

    private ConnectionFailedException storeAway(Throwable cause) {
        return new ConnectionFailedException(
                "Nothing was submitted: the jobRepository does not work, and the job could not be kept: " + cause,
                false,
                ErrorContext.of(endpoint.getEndpointName()),
                cause);
    }

    private void checkStorable(Object body) {
        Optional<String> unkeepable = StorableValues.unkeepable(body);
        if (unkeepable.isPresent()) {
            throw new InvalidRequestException(
                    "A message body of type " + body.getClass().getName()
                            + " cannot be kept in the jobRepository: "
                            + unkeepable.get()
                            + ". Convert it to text, bytes, a number, or a map or list of these first",
                    ErrorContext.of(endpoint.getEndpointName()));
        }
    }

    /** Stores the job, on a thread that may be blocked, and hands it over; the future fails if it could not be stored. */
    private CompletableFuture<Void> track(
            JobTracker tracker,
            DetachedJob job,
            Submission submission,
            ProgressSender.Job progressJob,
            CompletableFuture<Void> slot) {
        JobResult result = submission.result();
        StoredJob asked = new StoredJob(job, result == null ? null : new JobOutcome.Done(result), 0);
        return stored(tracker, asked).handle((stored, failure) -> {
            if (failure != null) {
                slot.complete(null);
                throw new RuntimeCamelException(
                        "The server has accepted the job " + job.jobId() + " of " + job.endpoint()
                                + ", but the jobRepository failed to store it: unless it has stored it all the same,"
                                + " nobody follows it",
                        Failures.cause(failure));
            }
            if (progressJob != null && result != null) {
                progressJob.result(result);
            }
            tracker.accepted(new TrackedJob(stored, progressJob, submission.acceptance()))
                    .whenComplete((ended, ignored) -> slot.complete(null));
            return null;
        });
    }

    /** The job as it is stored, on its way to its tracker. */
    private CompletableFuture<StoredJob> stored(JobTracker tracker, StoredJob asked) {
        JobStore store = tracker.store();
        boolean mayComeAgain = DetachedJob.mayComeAgain(asked.job().jobId());
        if (store == null) {
            if (mayComeAgain) {
                endpoint.getComponent().lapse(endpoint, null, asked.job().jobId());
            }
            return CompletableFuture.completedFuture(asked);
        }
        return onStoreThread(store.repository(), () -> {
            if (mayComeAgain) {
                endpoint.getComponent().lapse(endpoint, store, asked.job().jobId());
            }
            return store.add(asked, tracker::coming, tracker::notComing);
        });
    }

    private <T> CompletableFuture<T> onStoreThread(AggregationRepository repository, Supplier<T> task) {
        try {
            return CompletableFuture.supplyAsync(task, endpoint.getComponent().storeWorkers(repository));
        } catch (RejectedExecutionException | Error notBegun) {
            return CompletableFuture.failedFuture(notBegun);
        }
    }

    /**
     * Submits, and lets the exchange go on.
     *
     * @param before what is to be done before the request is sent, which it is not if it fails
     * @param accepted what is to be done before the exchange goes on, which it fails if it fails
     * @param end completed when the job's slot is free
     */
    private void submitDetached(
            Exchange exchange,
            AsyncCallback callback,
            Run run,
            AipiRequest request,
            Supplier<CompletableFuture<Void>> before,
            Function<Submission, CompletableFuture<Void>> accepted,
            Function<Submission, CompletableFuture<Void>> end) {
        CompletableFuture<Submission> submission = new CompletableFuture<>();
        Waiting<Submission> waiting =
                waiting(exchange, callback, run, submitted -> binding.populate(exchange, endpoint, submitted));
        submission.whenComplete((submitted, failure) -> {
            if (failure != null) {
                waiting.ended(null, failure);
            } else {
                InFlightLimit.begin(() -> accepted.apply(submitted))
                        .whenComplete((done, problem) -> waiting.ended(submitted, problem));
            }
        });
        Supplier<CompletableFuture<Void>> job = () -> {
            CompletableFuture<Submission> submitted = before.get()
                    .thenCompose(ready -> waiting.submits()
                            ? run.model.submit(request)
                            : CompletableFuture.failedFuture(waiting.stopped()));
            submitted.thenAccept(submission::complete);
            return submitted.thenCompose(end);
        };
        // a consumer's exchange that submits again must not wait for a turn: the jobs that have theirs may be waiting
        // for this very exchange to end
        boolean again = exchange.getFromEndpoint() instanceof AipiEndpoint from
                && from.tracker() != null
                && from.tracker() == endpoint.tracker();
        CompletableFuture<Void> whole = again ? waiting.atOnce(job) : waiting.inTurn(job);
        whole.whenComplete((ended, failure) -> {
            if (failure != null) {
                // changes nothing for a job that was accepted
                submission.completeExceptionally(failure);
            }
        });
    }

    private CompletableFuture<Void> followDetached(
            Submission submission, ProgressSender.Job job, Followed followed, Run followedIn) {
        CompletableFuture<JobResult> result = submission.result() != null
                ? CompletableFuture.completedFuture(submission.result())
                : InFlightLimit.begin(() -> followedIn.model.follow(submission, job::progress));
        return result.handle((value, failure) -> {
            followedIn.followed.remove(followed);
            if (failure == null) {
                job.result(value);
            } else if (Failures.cause(failure) instanceof ClientClosedException) {
                LOG.warn(
                        "The job {} of {} is not followed any more: its route has stopped. The operation result can still"
                                + " take its result",
                        submission.jobId(),
                        endpoint.getEndpointName());
            } else {
                job.failure(submission.jobId(), Failures.cause(failure));
            }
            return null;
        });
    }

    private void progress(Exchange exchange, AsyncCallback callback, Run run) {
        String jobId = binding.toJobId(exchange, endpoint);
        goOn(exchange, callback, run, run.model.look(jobId), status -> {
            if (status.result() != null) {
                ResultKeeper.populate(exchange, endpoint, status.result());
            } else {
                binding.populate(exchange, endpoint, status.progress());
            }
        });
    }

    private void follow(Exchange exchange, AsyncCallback callback, Run run) {
        String jobId = binding.toJobId(exchange, endpoint);
        ProgressSender.Job progressJob = progressJob(exchange, run);
        ModelEndpoint model = run.model;
        goOnInTurn(exchange, callback, run, () -> told(progressJob, model.follow(jobId, listener(progressJob))));
    }

    private void describe(Exchange exchange, AsyncCallback callback, Run run) {
        String name = endpoint.getEndpointName();
        goOn(
                exchange,
                callback,
                run,
                endpoint.client().describe(name, configuration.getRequestTimeout()),
                description -> {
                    EndpointDescription known = description.orElseThrow(() -> new EndpointUnavailableException(
                            "The server has no description of the endpoint", false, ErrorContext.of(name)));
                    exchange.getMessage().setBody(known.toJson());
                    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
                });
    }

    private void list(Exchange exchange, AsyncCallback callback, Run run) {
        goOn(exchange, callback, run, endpoint.client().listEndpoints(configuration.getRequestTimeout()), names -> {
            exchange.getMessage().setBody(names);
            exchange.getMessage().removeHeader(Exchange.CONTENT_TYPE);
        });
    }

    private void validateKey(Exchange exchange, AsyncCallback callback, Run run) {
        goOn(exchange, callback, run, endpoint.client().validateKey(configuration.getRequestTimeout()), validation -> {
            exchange.getMessage().setBody(validation.valid());
            exchange.getMessage().removeHeader(AipiConstants.REASON);
            if (validation.reason() != null) {
                exchange.getMessage().setHeader(AipiConstants.REASON, validation.reason());
            }
        });
    }

    /** Null where nobody wants to hear of the progress. */
    private static ProgressSender.Job progressJob(Exchange exchange, Run run) {
        ProgressSender sender = run.progressSender;
        return sender == null ? null : sender.job(exchange);
    }

    private static Consumer<JobProgress> listener(ProgressSender.Job job) {
        return job == null ? null : job::progress;
    }

    /** The result, of which the progress route is told before the exchange goes on. */
    private static CompletableFuture<JobResult> told(ProgressSender.Job job, CompletableFuture<JobResult> result) {
        return job == null
                ? result
                : result.thenApply(value -> {
                    job.result(value);
                    return value;
                });
    }

    private <T> void goOn(
            Exchange exchange, AsyncCallback callback, Run run, CompletableFuture<T> work, Consumer<T> populate) {
        Waiting<T> waiting = waiting(exchange, callback, run, populate);
        waiting.begun = true;
        work.whenComplete(waiting::ended);
    }

    /** As {@link #goOn}, for a job, which takes its turn if maxInFlight says so. */
    private void goOnInTurn(
            Exchange exchange, AsyncCallback callback, Run run, Supplier<CompletableFuture<JobResult>> job) {
        Waiting<JobResult> waiting =
                waiting(exchange, callback, run, result -> ResultKeeper.populate(exchange, endpoint, result));
        waiting.inTurn(() -> waiting.submits() ? job.get() : CompletableFuture.failedFuture(waiting.stopped()))
                .whenComplete(waiting::ended);
    }

    private <T> Waiting<T> waiting(Exchange exchange, AsyncCallback callback, Run run, Consumer<T> populate) {
        Waiting<T> waiting = new Waiting<>(run, exchange, callback, populate);
        waiting.run.inFlight.add(waiting);
        return waiting;
    }

    /** Null if it is in none, as when it comes from a template. */
    private static String routeOf(Exchange exchange) {
        UnitOfWork work = exchange.getUnitOfWork();
        return work == null || work.getRoute() == null
                ? exchange.getFromRouteId()
                : work.getRoute().getRouteId();
    }

    /** Whether what belongs to the route has to end. Camel also stops producers that it needs no more, while their routes go on. */
    private boolean ends(String routeId) {
        CamelContext context = endpoint.getCamelContext();
        if (context.isStopping()
                || context.isStopped()
                || endpoint.getComponent().isStoppingOrStopped()) {
            return true;
        }
        if (routeId == null) {
            return false;
        }
        ServiceStatus status = context.getRouteController().getRouteStatus(routeId);
        return status == null || status.isStopping() || status.isStopped();
    }

    /** A detached job whose progress exchanges this producer sends. */
    private record Followed(String routeId) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /**
     * What lives from a start to the stop that belongs to it, and beyond where Camel stops a producer that has fallen out of
     * its cache: the exchanges in flight of routes that go on must not hear of that.
     */
    final class Run {

        private final ModelEndpoint model;
        private final ProgressSender progressSender;
        private final Set<Waiting<?>> inFlight = ConcurrentHashMap.newKeySet();
        private final Set<Followed> followed = ConcurrentHashMap.newKeySet();
        /** Exchanges that are about to be among those in flight. Guarded by this. */
        private int entering;
        /** Guarded by this. */
        private boolean over;

        Run(ModelEndpoint model, ProgressSender progressSender) {
            this.model = model;
            this.progressSender = progressSender;
        }

        /** Ends the exchanges of routes that have stopped; true if there was nothing left but to end. */
        boolean endIfDue() {
            List<Waiting<?>> due;
            boolean ended;
            synchronized (this) {
                due = inFlight.stream().filter(waiting -> ends(waiting.routeId)).toList();
                over |= entering == 0
                        && inFlight.size() == due.size()
                        && followed.stream().allMatch(job -> ends(job.routeId()))
                        && !(isTelling() && !ends(null));
                ended = over;
            }
            if (ended) {
                end();
                return true;
            }
            due.forEach(waiting -> waiting.ended(null, waiting.stopped()));
            return false;
        }

        private boolean isTelling() {
            return progressSender != null && progressSender.isSending();
        }

        /** False if the run is over; else {@link #leave} must follow. */
        synchronized boolean enter() {
            if (!over) {
                entering++;
            }
            return !over;
        }

        /** The exchange is in flight, or has failed. */
        synchronized void leave() {
            entering--;
        }

        /** Ends the jobs, and with them the exchanges, each with its job's id; no result is taken any more. */
        void end() {
            synchronized (this) {
                over = true;
            }
            if (!inFlight.isEmpty()) {
                LOG.warn("{} exchanges with jobs in flight are failed by the stop of {}", inFlight.size(), endpoint);
            }
            // before the turns of those that end now go to them
            inFlight.stream()
                    .filter(waiting -> !waiting.begun)
                    .forEach(waiting -> waiting.ended(null, waiting.stopped()));
            endpoint.close(model);
            inFlight.forEach(waiting -> waiting.ended(null, waiting.stopped()));
            if (progressSender != null) {
                progressSender.stop();
            }
        }
    }

    /** An exchange that waits: ended by its job or by the producer's stop, whichever comes first. */
    private final class Waiting<T> {

        private final Run run;
        private final Exchange exchange;
        private final AsyncCallback callback;
        private final Consumer<T> populate;
        private final String routeId;
        private volatile boolean begun;

        Waiting(Run run, Exchange exchange, AsyncCallback callback, Consumer<T> populate) {
            this.run = run;
            this.exchange = exchange;
            this.callback = callback;
            this.populate = populate;
            this.routeId = routeOf(exchange);
        }

        /**
         * Begins the job in its turn, unless the exchange has been ended by then: nobody would take the result. Blocks where
         * too many wait already.
         */
        <R> CompletableFuture<R> inTurn(Supplier<CompletableFuture<R>> job) {
            InFlightLimit limit = endpoint.inFlightLimit();
            try {
                return limit.enter(() -> !isInFlight())
                        ? limit.run(() -> atOnce(job))
                        : CompletableFuture.failedFuture(stopped());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return CompletableFuture.failedFuture(e);
            }
        }

        <R> CompletableFuture<R> atOnce(Supplier<CompletableFuture<R>> job) {
            if (!isInFlight()) {
                return CompletableFuture.failedFuture(stopped());
            }
            return InFlightLimit.begin(job);
        }

        /** Whether the request is to be sent: not if the exchange has been ended meanwhile. */
        boolean submits() {
            begun = true;
            return isInFlight();
        }

        private boolean isInFlight() {
            return run.inFlight.contains(this);
        }

        void ended(T value, Throwable failure) {
            if (!run.inFlight.remove(this)) {
                return;
            }
            try {
                endpoint.getComponent()
                        .exchangeThreads()
                        .execute(() -> goOn(value, failure), () -> "route " + routeOf(exchange));
            } catch (RejectedExecutionException | Error notBegun) {
                goOn(value, failure);
            }
        }

        private void goOn(T value, Throwable failure) {
            try {
                if (failure == null) {
                    populate.accept(value);
                    AipiConstants.REQUEST_HEADERS.forEach(exchange.getMessage()::removeHeader);
                    MessageContent.forget(exchange);
                } else {
                    exchange.setException(Failures.cause(failure));
                    if (value instanceof Submission submission && submission.result() != null) {
                        ResultKeeper.keep(exchange, submission.result());
                    }
                }
            } catch (Throwable e) {
                // an Error, too: an exchange without its result must not pass for a good one
                exchange.setException(e);
            } finally {
                callback.done(false);
            }
        }

        ClientClosedException stopped() {
            return new ClientClosedException(
                    begun
                            ? "The route was stopped while the exchange waited for its job; what was submitted goes on at"
                                    + " the server"
                            : "The route was stopped before the exchange's request was sent; nothing was submitted",
                    ErrorContext.of(endpoint.getEndpointName()));
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        ModelEndpoint model = endpoint.open();
        try {
            endpoint.logIn(model);
            if (!configuration.isWaitForResult()) {
                // starts the repository, which should fail now if it has to
                endpoint.tracker();
            }
            run = newRun(model);
        } catch (Exception e) {
            // Camel does not stop what has failed to start
            endpoint.close(model);
            throw e;
        }
        // last: a producer that did not start would leave its check behind, since nobody stops it
        addHealthCheck();
    }

    private Run newRun(ModelEndpoint model) {
        return new Run(
                model,
                configuration.getProgressUri() == null
                        ? null
                        : new ProgressSender(endpoint, configuration.getProgressUri()));
    }

    private void addHealthCheck() {
        healthChecks = HealthCheckHelper.getHealthCheckRepository(
                endpoint.getCamelContext(), "producers", WritableHealthCheckRepository.class);
        if (healthChecks != null) {
            healthCheck = AipiHealthCheck.ofProducer(endpoint, this::isStarted);
            healthChecks.addHealthCheck(healthCheck);
        }
    }

    @Override
    protected void doStop() throws Exception {
        // a graceful stop has waited for what is in flight. Camel also stops producers that have fallen out of its
        // cache
        if (run != null && !run.endIfDue()) {
            endpoint.getComponent().drain(run);
        }
        if (healthChecks != null) {
            healthChecks.removeHealthCheck(healthCheck);
            healthChecks = null;
        }
        super.doStop();
    }
}
